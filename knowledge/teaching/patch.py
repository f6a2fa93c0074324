"""The overlay as a patch to the YAML files: line by line, so that comments and order stay as they are.

Each phrasing goes behind the last of its target, under the writer "taught". The result is read again before it is
given out: it must be exactly the base with the overlay.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

from knowledge.base.load import NOT_COVERED, load_base, policy_folders, topic_files
from knowledge.base.own_lexicon import FOLDER
from knowledge.base.phrasings import TAUGHT
from knowledge.files.yamlfile import Loc, read_yaml
from knowledge.teaching import overlay
from knowledge.teaching.overlay import Taught
from knowledge.teaching.phrasing_insert import InsertError, inserted, with_files


def patch(root: Path, taught: Sequence[Taught]) -> str:
    """A unified diff that ``git apply`` takes at the top of the checkout that holds ``root``; empty without any change.

    What the base holds already, or has no target for, is left out. Raises KnowledgeError, InsertError.
    """
    base = load_base(root)
    wanted, stale = overlay.merged(base, taught)
    left_out = {s.taught.id for s in stale}
    lines: dict[Path, dict[Loc, list[str]]] = {}
    folders = {folder.name: folder for folder in policy_folders(root)}
    topics = _topics(root, folders.values())
    for act in taught:
        if act.id in left_out:
            continue
        owner, _, part = act.target.partition("/")
        loc: Loc
        if act.target.startswith("near:"):
            path, number = topics[act.target.removeprefix("near:")]
            loc = ("topics", number, "phrasings")
        elif part.startswith("info:"):
            path, loc = folders[owner] / "phrasings.yaml", ("info", part.removeprefix("info:"))
        else:
            path, loc = folders[owner] / "phrasings.yaml", ("clauses", part)
        lines.setdefault(path, {}).setdefault(loc, []).append(act.ask)
    changed = {path: inserted(path, by_loc, TAUGHT) for path, by_loc in lines.items()}
    if with_files(root, changed) != wanted:
        raise InsertError("改好的文件读出来与「知识库加教过的问法」不一致；请手工并入")
    top = _top(root)
    return "".join(_diff(path, text, path.resolve().relative_to(top).as_posix()) for path, text in changed.items())


def _topics(root: Path, folders: Iterable[Path]) -> dict[str, tuple[Path, int]]:
    """Topic -> the file that holds it, and its place there; the shared file where a policy's own names it, too."""
    own = (folder / FOLDER / f"{NOT_COVERED}.yaml" for folder in folders)
    out: dict[str, tuple[Path, int]] = {}
    for path in (*topic_files(root / "lexicon"), *(path for path in own if path.exists())):
        for number, topic in enumerate(read_yaml(path).data.get("topics") or ()):
            out.setdefault(topic["id"], (path, number))
    return out


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
