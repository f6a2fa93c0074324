"""A draft to a policy folder, whole or not at all."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from knowledge.base.document import Policy
from knowledge.files.wholefile import names_the_file
from knowledge.importing.draft import Draft
from knowledge.importing.facts.abbreviations import Called
from knowledge.importing.folder_files import OWN, TEMPORARY, dump, policy_yaml
from knowledge.importing.formats.limits import UnreadableError
from knowledge.importing.formats.read import Read
from knowledge.importing.review import review


def write(target: Path, draft: Draft, read: Read, file: str, known: set[str], *, force: bool) -> bool:
    """Put the folder ``target`` there; False where it is there already, word for word.

    ``known``: names of units in the shared lexicon. UnreadableError where another version is there, ``force`` unset.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with names_the_file(target):
        made = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=target.parent))
    try:
        made.chmod(0o755)
        (made / "source.txt").write_bytes(read.data)
        (made / "policy.yaml").write_text(policy_yaml(draft.policy, file), encoding="utf-8", newline="\n")
        own = new_units(draft.policy, known)
        if own:
            (made / "units.yaml").write_text(units_yaml(own, draft.called), encoding="utf-8", newline="\n")
        (made / "review.md").write_text(review(draft, read, file, own), encoding="utf-8", newline="\n")
        if not target.exists():
            os.rename(made, target)
            return True
        if _same(made, target):
            return False
        if not force:
            raise UnreadableError(f"{target} 已有另一版（也许改过）；要覆盖请加 --force，phrasings.yaml 等会保留")
        _replace(made, target)
        return True
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _same(made: Path, target: Path) -> bool:
    for name in OWN:
        if (made / name).exists() != (target / name).exists():
            return False
    present = [name for name in OWN if (made / name).exists()]
    return filecmp.cmpfiles(made, target, present, shallow=False)[0] == present


def _replace(made: Path, target: Path) -> None:
    """Swap the folders; the editors' files move along."""
    for path in target.iterdir():
        if path.name not in OWN:
            if path.is_dir():
                shutil.copytree(path, made / path.name)
            else:
                shutil.copy2(path, made / path.name)
    old = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=target.parent))
    os.rename(target, old / "old")
    os.rename(made, target)
    shutil.rmtree(old, ignore_errors=True)


def new_units(policy: Policy, known: set[str]) -> list[str]:
    """Names of units that the shared lexicon lacks, in the order of the document."""
    names = [name for clause in policy.clauses for name in clause.unit_names]
    names += [name for definition in policy.definitions for name in definition.includes]
    return [name for name in dict.fromkeys(names) if name not in known]


def units_yaml(names: list[str], called: dict[str, Called]) -> str:
    """The document's own units as a file; what it calls them besides stands with the words that say so."""
    out = ["# 只有这份文件提到的单位；全称、别名请人工补写，通用的请移到 lexicon/units.yaml", "units:"]
    for name in names:
        one = called.get(name)
        entry: dict[str, Any] = {"name": name}
        if one is not None:
            out.append(f"# 原文：「{' '.join(one.quote.split())}」")
            entry |= {"official": one.official} if one.official else {}
            entry |= {"aliases": list(one.aliases)} if one.aliases else {}
        out.append(dump([entry]).rstrip("\n"))
    return "\n".join(out) + "\n"
