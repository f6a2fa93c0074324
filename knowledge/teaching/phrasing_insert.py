"""Phrasings put into a YAML file line by line, so that its comments, its order and all other lines stay as they are.

Whoever writes the text must read it again first and compare (with_files): the insertion looks at how the file is laid
out, and a layout that nobody thought of must not go unnoticed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from knowledge.base.contents import Base
from knowledge.base.load import load_base
from knowledge.files.faults import shown
from knowledge.files.yamlfile import Loc
from knowledge.files.yamlparts import part_paths, read_parts
from knowledge.teaching.overlay import scalar


class InsertError(Exception):
    """The file is written in a way that lines can't be put into; the message says where."""


def inserted(path: Path, by_loc: Mapping[Loc, Sequence[str]], writer: str) -> str:
    """The file's text with the phrasings at the mappings of writers at these places, behind the last of the writer.

    A place is ("clauses", "4.2"), ("info", "validity") or ("topics", 3, "phrasings"). A file that isn't there is as an
    empty one. Raises InsertError.
    """
    text = path.read_bytes().decode("utf-8") if path.exists() else ""
    ending = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    whole = yaml.compose(text, Loader=yaml.SafeLoader) if text.strip() else None
    lines = text.split("\n")
    at: dict[int, list[str]] = {}
    missing: dict[str, list[str]] = {}
    for loc, asked in by_loc.items():
        node = _at(whole, loc)
        if node is not None:
            line, new = _beside(path, loc, node, asked, writer)
            at.setdefault(line, []).extend(new)
            continue
        section, part = loc  # the first phrasings of a clause
        above = _at(whole, (section,))
        new = [f"  {scalar(str(part))}:", f"    {scalar(writer)}:", *(f"      - {scalar(ask)}" for ask in asked)]
        if above is None:
            missing.setdefault(str(section), []).extend(new)
        else:
            column = _rows(path, section, above)[0][0].start_mark.column
            at.setdefault(_last_line(above), []).extend(" " * (column - 2) + n if column > 2 else n for n in new)
    for line in sorted(at, reverse=True):
        lines[line:line] = at[line]
    while lines and not lines[-1].strip():
        lines.pop()
    for section, new in missing.items():
        lines += [f"{section}:", *new]
    return ending.join(lines) + ending


def phrasings_place(folder: Path, loc: Loc) -> tuple[Path, Loc]:
    """The file of a policy's phrasings in which those at ``loc`` stand, and the place there.

    New ones go into the part that holds others of the same part of the document, else into the whole file.
    """
    if not part_paths(folder, "phrasings"):
        return folder / "phrasings.yaml", loc
    file = read_parts(folder, "phrasings")
    section, name = loc[0], str(loc[1])
    known = (file.data or {}).get(section) or {}
    alike = sorted(other for other in known if str(other).rpartition(".")[0] == name.rpartition(".")[0])
    if not alike and name not in known and not known:
        return part_paths(folder, "phrasings")[0], loc
    beside = name if name in known else alike[-1] if alike else next(reversed(known))
    return file.origin((section, beside))[0].path, loc


def with_files(root: Path, texts: Mapping[Path, str]) -> Base:
    """The base under ``root`` as it would be read if these files of it held these texts; raises KnowledgeError."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / root.name
        for part in ("policies", "lexicon"):
            if (root / part).is_dir():
                shutil.copytree(root / part, copy / part)
        for path, text in texts.items():
            (copy / path.relative_to(root)).write_bytes(text.encode("utf-8"))
        return load_base(copy)


def _rows(path: Path, name: str | int, node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    """The rows of a mapping that is written line by line; InsertError for any other."""
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        raise InsertError(f"{shown(path)}：「{name}」下面不是逐行的列表，接不上；请改成逐行，或手工并入")
    return node.value  # type: ignore[no-any-return]


def _beside(path: Path, loc: Loc, node: yaml.Node, asked: Sequence[str], writer: str) -> tuple[int, list[str]]:
    """(line, lines to put there): behind the last phrasing of a mapping of writers."""
    rows = _rows(path, loc[-2] if loc[-1] == "phrasings" else loc[-1], node)
    column = rows[0][0].start_mark.column
    own = next((v for k, v in rows if k.value == writer), None)
    beside = own if own is not None else rows[0][1]
    if not isinstance(beside, yaml.SequenceNode) or beside.flow_style or not beside.value:
        raise InsertError(f"{shown(path)}：「{loc[-1]}」的问法写成了一行，接不上；请改成逐行，或手工并入")
    head, after = ([f"{' ' * column}{scalar(writer)}:"], node) if own is None else ([], own)
    items = beside.start_mark.column
    return _last_line(after), [*head, *(f"{' ' * items}- {scalar(ask)}" for ask in asked)]


def _at(node: yaml.Node | None, loc: Loc) -> yaml.Node | None:
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            node = next((v for k, v in node.value if k.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
    return node


def _last_line(node: yaml.Node) -> int:
    """Number of lines up to the end of what the node holds; a comment behind it comes after."""
    while isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end = node.end_mark
    return end.line if end.column == 0 else end.line + 1
