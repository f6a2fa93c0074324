"""The overlay as a patch to the YAML files: line by line, so that comments and order stay as they are.

Each phrasing goes behind the last of its target, under the writer "taught". The result is read again before it is
given out: it must be exactly the base with the overlay.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from knowledge.base.lexicon_files import FOLDER, lexicon_folder
from knowledge.base.load import load_base, policy_folders
from knowledge.base.phrasings import TAUGHT
from knowledge.files.yamlfile import Loc
from knowledge.files.yamlparts import part_paths, read_parts
from knowledge.teaching import overlay
from knowledge.teaching.overlay import Taught
from knowledge.teaching.phrasing_insert import InsertError, inserted, phrasings_place, with_files


def patch(root: Path, taught: Sequence[Taught]) -> str:
    """A unified diff that ``git apply`` takes at the top of the checkout that holds ``root``; empty without any change.

    What the base holds already, or has no target for, is left out. Raises KnowledgeError, InsertError.
    """
    base = load_base(root)
    wanted, stale = overlay.merged(base, taught)
    left_out = {s.taught.id for s in stale}
    lines: dict[Path, dict[Loc, list[str]]] = {}
    places = _Places(root)
    for act in taught:
        if act.id in left_out:
            continue
        path, loc = places.of(act.target)
        lines.setdefault(path, {}).setdefault(loc, []).append(act.ask)
    changed = {path: inserted(path, by_loc, TAUGHT) for path, by_loc in lines.items()}
    if with_files(root, changed) != wanted:
        raise InsertError("改好的文件读出来与「知识库加教过的问法」不一致；请手工并入")
    top = _top(root)
    return "".join(_diff(path, text, path.resolve().relative_to(top).as_posix()) for path, text in changed.items())


class _Places:
    """Where the phrasings of a target stand, in whatever parts the lists are kept."""

    def __init__(self, root: Path) -> None:
        self._folders = {folder.name: folder for folder in policy_folders(root)}
        lists = [read_parts(lexicon_folder(root), "not_covered")]
        own = [folder / FOLDER for folder in self._folders.values()]
        lists += [read_parts(folder, "not_covered") for folder in own if part_paths(folder, "not_covered")]
        self._topics: dict[str, tuple[Path, Loc]] = {}
        for file in lists:
            for n, topic in enumerate(file.data.get("topics", ())):
                part, loc = file.origin(("topics", n, "phrasings"))
                self._topics.setdefault(topic["id"], (part.path, loc))

    def of(self, target: str) -> tuple[Path, Loc]:
        owner, _, part = target.partition("/")
        if target.startswith("near:"):
            return self._topics[target.removeprefix("near:")]
        if part.startswith("info:"):
            return phrasings_place(self._folders[owner], ("info", part.removeprefix("info:")))
        return phrasings_place(self._folders[owner], ("clauses", part))


def _diff(path: Path, text: str, name: str) -> str:
    before = path.read_bytes().decode("utf-8").splitlines(keepends=True) if path.exists() else []
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
