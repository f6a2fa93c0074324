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
from knowledge.overlay import WRITER, Taught, scalar
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
    before = path.read_text(encoding="utf-8").splitlines(keepends=True)
    out = []
    for line in difflib.unified_diff(before, text.splitlines(keepends=True), f"a/{name}", f"b/{name}"):
        out.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(out)


def _top(root: Path) -> Path:
    """The checkout's top, or the folder above the base where there is none."""
    root = root.resolve()
    return next((folder for folder in root.parents if (folder / ".git").exists()), root.parent)


def _inserted(path: Path, by_loc: dict[Loc, list[str]]) -> str:
    """The file's text with the phrasings at the mappings of writers at these places."""
    text = path.read_text(encoding="utf-8")
    whole = yaml.compose(text, Loader=yaml.SafeLoader)
    lines = text.split("\n")
    at: dict[int, list[str]] = {}
    for loc, asked in by_loc.items():
        node = _at(whole, loc)
        if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
            where = loc[-2] if loc[-1] == "phrasings" else loc[-1]
            raise PatchError(f"{shown(path)}：「{where}」下面不是逐行的列表，接不上；请改成逐行，或手工并入")
        writers = {k.value: v for k, v in node.value}
        first_key, first_list = node.value[0]
        column = first_key.start_mark.column
        items = first_list.start_mark.column
        new = []
        after: yaml.Node = node
        if WRITER in writers and isinstance(writers[WRITER], yaml.SequenceNode) and writers[WRITER].value:
            after = writers[WRITER]
            items = after.start_mark.column
        else:
            new.append(f"{' ' * column}{WRITER}:")
        if (isinstance(after, yaml.SequenceNode) and after.flow_style) or not items:
            raise PatchError(f"{shown(path)}：「{WRITER}」写成了一行，接不上；请改成逐行，或手工并入")
        new += [f"{' ' * items}- {scalar(ask)}" for ask in asked]
        at[_last_line(after)] = new
    for line in sorted(at, reverse=True):
        if line == len(lines):  # the file's last line has no line break
            lines.append("")
        lines[line:line] = at[line]
    return "\n".join(lines)


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
