"""The overlay as a patch to the YAML files: line by line, so that comments and order stay as they are.

Each phrasing goes behind the last of its target, under the writer "taught". The result is read again before it is
given out: it must be exactly the base with the overlay.
"""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from knowledge import overlay
from knowledge.faults import shown
from knowledge.load import load_base, policy_folders
from knowledge.model import TAUGHT
from knowledge.overlay import Taught, scalar
from knowledge.yamlfile import Loc


class PatchError(Exception):
    """The files are written in a way that lines can't be put into; the message says where."""


def patch(root: Path, taught: Sequence[Taught]) -> str:
    """A unified diff that ``git apply`` takes at the top of the checkout that holds ``root``; empty without any change.

    What the base holds already, or has no target for, is left out. Raises KnowledgeError, PatchError.
    """
    base = load_base(root)
    wanted, stale = overlay.merged(base, taught)
    left_out = {s.taught.id for s in stale}
    lines: dict[Path, dict[Loc, list[str]]] = {}
    folders = {folder.name: folder for folder in policy_folders(root)}
    topics = [topic.id for topic in base.lexicon.not_covered.topics]
    for act in taught:
        if act.id in left_out:
            continue
        owner, _, part = act.target.partition("/")
        loc: Loc
        if act.target.startswith("near:"):
            number = topics.index(act.target.removeprefix("near:"))
            path, loc = root / "lexicon" / "not_covered.yaml", ("topics", number, "phrasings")
        elif part.startswith("info:"):
            path, loc = folders[owner] / "phrasings.yaml", ("info", part.removeprefix("info:"))
        else:
            path, loc = folders[owner] / "phrasings.yaml", ("clauses", part)
        lines.setdefault(path, {}).setdefault(loc, []).append(act.ask)
    changed = {path: _inserted(path, by_loc) for path, by_loc in lines.items()}
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / root.name
        for part in ("policies", "lexicon"):
            shutil.copytree(root / part, copy / part)
        for path, text in changed.items():
            (copy / path.relative_to(root)).write_text(text, encoding="utf-8")
        if load_base(copy) != wanted:
            raise PatchError("改好的文件读出来与「知识库加教过的问法」不一致；请手工并入")
    top = _top(root)
    return "".join(_diff(path, text, path.resolve().relative_to(top).as_posix()) for path, text in changed.items())


def _diff(path: Path, text: str, name: str) -> str:
    before = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    head = ("", f"diff --git a/{name} b/{name}\nnew file mode 100644\n")[not before]
    old = f"a/{name}" if before else "/dev/null"
    out = [head]
    for line in difflib.unified_diff(before, text.splitlines(keepends=True), old, f"b/{name}"):
        out.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(out)


def _top(root: Path) -> Path:
    """The checkout's top, or the folder above the base where there is none."""
    root = root.resolve()
    return next((folder for folder in root.parents if (folder / ".git").exists()), root.parent)


def _inserted(path: Path, by_loc: dict[Loc, list[str]]) -> str:
    """The file's text with the phrasings at the mappings of writers at these places."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    whole = yaml.compose(text, Loader=yaml.SafeLoader) if text.strip() else None
    lines = text.split("\n")
    at: dict[int, list[str]] = {}
    missing: dict[str, list[str]] = {}
    for loc, asked in by_loc.items():
        node = _at(whole, loc)
        if node is not None:
            line, new = _beside(path, loc, node, asked)
            at.setdefault(line, []).extend(new)
            continue
        section, part = loc  # the first phrasings of a clause
        above = _at(whole, (section,))
        new = [f"  {scalar(str(part))}:", f"    {TAUGHT}:", *(f"      - {scalar(ask)}" for ask in asked)]
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
    return "\n".join(lines) + "\n"


def _rows(path: Path, name: str | int, node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    """The rows of a mapping that is written line by line; PatchError for any other."""
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        raise PatchError(f"{shown(path)}：「{name}」下面不是逐行的列表，接不上；请改成逐行，或手工并入")
    return node.value  # type: ignore[no-any-return]


def _beside(path: Path, loc: Loc, node: yaml.Node, asked: Sequence[str]) -> tuple[int, list[str]]:
    """(line, lines to put there): behind the last phrasing of a mapping of writers."""
    rows = _rows(path, loc[-2] if loc[-1] == "phrasings" else loc[-1], node)
    column = rows[0][0].start_mark.column
    taught = next((v for k, v in rows if k.value == TAUGHT), None)
    beside = taught if taught is not None else rows[0][1]
    if not isinstance(beside, yaml.SequenceNode) or beside.flow_style or not beside.value:
        raise PatchError(f"{shown(path)}：「{loc[-1]}」的问法写成了一行，接不上；请改成逐行，或手工并入")
    head, after = ([f"{' ' * column}{TAUGHT}:"], node) if taught is None else ([], taught)
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
