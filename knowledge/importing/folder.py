"""A draft to a policy folder, whole or not at all."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import yaml

from knowledge.base.document import Policy
from knowledge.files.wholefile import names_the_file
from knowledge.importing.draft import Draft
from knowledge.importing.facts.abbreviations import Called
from knowledge.importing.formats.limits import UnreadableError
from knowledge.importing.formats.read import Read
from knowledge.importing.review import review

try:
    from yaml import CSafeDumper as _Dumper
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeDumper as _Dumper  # type: ignore[assignment]


class _Unaliased(_Dumper):
    """Writes a value that occurs twice twice: our files have no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


OWN = ("source.txt", "policy.yaml", "units.yaml", "review.md")
"""The files that an import writes; what else is in a folder (phrasings.yaml) is the editors'."""
TEMPORARY = ".import-"


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
        out.append(_dump([entry]).rstrip("\n"))
    return "\n".join(out) + "\n"


def policy_yaml(policy: Policy, file: str) -> str:
    """The policy as a file that loads as it is."""
    data = _plain(policy.model_dump(exclude_defaults=True))
    shown = "".join(char if char.isprintable() else "?" for char in file)
    return f"# 由 policybot import 从 {shown} 导入，待人工核对：见 review.md\n" + _dump(data)


def _plain(value: Any) -> Any:
    """Tuples as lists, whole numbers without a point."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def _dump(data: Any) -> str:
    return str(yaml.dump(data, Dumper=_Unaliased, allow_unicode=True, sort_keys=False, width=10**9))
