"""What is wrong with a draft and with changes to it, by the fields of the console's forms; nothing is written."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.staff.documents import FACTS, VALIDITY, Documents, UnreadableError, changed_data, read_changed
from knowledge.base.one_folder import open_policy
from knowledge.files.faults import KnowledgeError
from knowledge.importing.folder_files import policy_yaml

_STEP = re.compile(r"[A-Za-z_]+|\d+")


@dataclass(frozen=True)
class FieldFault:
    """One thing that is wrong."""

    field: str
    """As the forms call it: number, validity.until, 4.2/1.value; empty for what stands in none of them."""
    message: str


def checked(documents: Documents, one: str, changes: Mapping[str, Any]) -> list[FieldFault]:
    """All that would be wrong with the draft after these changes (see documents.mended). Raises DocumentError."""
    policy = documents.policy(one)
    data = changed_data(policy, changes)
    try:
        new = read_changed(data)
    except UnreadableError as error:
        return [FieldFault(field_at(place, data), message) for place, message in error.faults]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / one
        shutil.copytree(documents.folder(one), folder)
        (folder / "policy.yaml").write_text(policy_yaml(new, documents.draft(one).file), encoding="utf-8")
        try:
            open_policy(str(folder), documents.root)
        except KnowledgeError as error:
            return [FieldFault(field_at(_STEP.findall(f.place), data), f.message) for f in error.faults]
    return []


def field_at(place: Sequence[object], data: Mapping[str, Any]) -> str:
    """The form's name of a place in the document's data: sections, 0, clauses, 1, figures, 0, value."""
    steps = [str(step) for step in place]
    if steps[:1] and steps[0] in FACTS:
        return steps[0]
    if steps[:1] == ["validity"]:
        return f"validity.{steps[1]}" if len(steps) > 1 and steps[1] in VALIDITY else "validity.quote"
    clause, at = "", _at(data, steps)
    for n, step in enumerate(steps):
        if n and steps[n - 1] == "clauses":
            clause = at[n]
        if step == "figures" and clause and n + 1 < len(steps):
            field = steps[n + 2] if n + 2 < len(steps) else "quote"
            return f"{clause}/{steps[n + 1]}.{field}"
    return ""


def _at(data: Any, steps: Sequence[str]) -> list[str]:
    """The id of what each step leads to; empty where there is none."""
    found = []
    for step in steps:
        try:
            data = data[int(step)] if step.isdigit() else data[step]
        except (KeyError, IndexError, TypeError):
            data = None
        found.append(str(data.get("id", "")) if isinstance(data, dict) else "")
    return found
