"""Opens a base: from the stored form where that is fresh, else made and stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.compiled.compiling import make
from knowledge.compiled.readybase import Ready

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.teaching.overlay import Taught
from knowledge import ROOT
from knowledge.compiled.cache import fingerprint, load, store
from knowledge.files.cachefolders import cache_folders


def ready(root: Path = ROOT, overlay: Path | None = None) -> Ready:
    """The base under ``root``, from the stored form when that is fresh, else made and stored.

    ``overlay``: file of taught phrasings that are merged in. Raises KnowledgeError when the files have faults.
    """
    while True:
        taught = _taught(overlay)
        found = fingerprint(root, taught)
        folders = cache_folders(root, overlay)
        stored = load(found, folders)
        if stored is not None:
            return stored
        made = replace(make(root, taught), fingerprint=found)
        if fingerprint(root, taught) == found:  # else a file was changed meanwhile: nobody knows what was read
            store(made, folders)
            return made


def _taught(overlay: Path | None) -> Sequence[Taught]:
    if overlay is None or not overlay.exists():
        return ()
    from knowledge.teaching.overlay import read

    return read(overlay).taught
