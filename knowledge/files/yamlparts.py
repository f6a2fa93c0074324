"""Several YAML files read as one: a long list in parts by subject, each part short enough to be looked through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.files.faults import Fault
from knowledge.files.yamlfile import Loc, YamlFile, read_yaml

_Here = tuple[YamlFile, Loc, Any]
"""A file, a place in it, what stands there."""


@dataclass
class YamlParts(YamlFile):
    """Files as one: mappings are put together, lists stand behind one another. Faults name the part and its line."""

    parts: Sequence[YamlFile] = field(default_factory=tuple)

    def origin(self, loc: Loc) -> tuple[YamlFile, Loc]:
        """The part in which the value at ``loc`` stands, the first of several, and its place there."""
        here: list[_Here] = [(part, (), part.data) for part in self.parts]
        for step in loc:
            further = list(_below(here, step))
            if not further:
                break
            here = further
        file, at, _ = here[0]
        return file, at

    def fault(self, loc: Loc, message: str) -> Fault:
        """A fault at the value ``loc``, told as one of the part in which it stands."""
        file, at = self.origin(loc)
        return file.fault(at, message)


def part_paths(folder: Path, name: str) -> list[Path]:
    """The files that make up ``name``: name.yaml, and what lies in the folder name/, in the order of their names."""
    whole = folder / f"{name}.yaml"
    return [*([whole] if whole.exists() else []), *sorted((folder / name).glob("*.yaml"))]


def read_parts(folder: Path, name: str) -> YamlFile:
    """name.yaml in ``folder``, or the files in the folder name/, or both, as one file. Never raises on bad content."""
    paths = part_paths(folder, name)
    if len(paths) < 2:
        return read_yaml(paths[0] if paths else folder / f"{name}.yaml")
    parts = [read_yaml(path) for path in paths]
    file = YamlParts(folder / name, parts=parts, faults=[fault for part in parts for fault in part.faults])
    if not file.faults:
        data = _together([(part, (), part.data) for part in parts], file.faults)
        file.data = None if file.faults else data
    return file


def _together(here: Sequence[_Here], faults: list[Fault]) -> Any:
    """What stands at one place of several files, as one value."""
    values = [value for _, _, value in here]
    if len(values) == 1:
        return values[0]
    if all(isinstance(value, dict) for value in values):
        steps = dict.fromkeys(step for value in values for step in value)
        return {step: _together(list(_below(here, step)), faults) for step in steps}
    if all(isinstance(value, list) for value in values):
        return [item for value in values for item in value]
    file, loc, _ = here[-1]
    first = here[0][0].path
    faults.append(file.fault(loc, f"{first.name} 里也写了它；请只留一处"))
    return None


def _below(here: Sequence[_Here], step: str | int) -> list[_Here]:
    """What stands one step further down; a list's step counts through the lists of all files."""
    out: list[_Here] = []
    for file, loc, value in here:
        if isinstance(value, dict) and step in value:
            out.append((file, (*loc, step), value[step]))
        elif isinstance(value, list) and isinstance(step, int):
            if step < len(value):
                return [(file, (*loc, step), value[step])]
            step -= len(value)
    return out
