"""Bases that tests compile once: kept by what they are made of, for all workers of a run and for the next run."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from coverage import Coverage

from knowledge import compiled
from knowledge.compiled import ROOT, Ready

DOCUMENTS = Path(__file__).parent / "documents"
KEPT = Path(__file__).resolve().parents[1] / ".pytest_cache" / "bases"
"""A folder a base, by its fingerprint."""
MOST = 40
"""Bases that are kept: those that were used last."""


def beside_the_seed(folder: Path, names: Collection[str]) -> Path:
    """In ``folder``: the project's base and these documents of tests/documents; its root, which is ``folder``."""
    for name in ("lexicon", "policies"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("weights.yaml", "evidence.yaml"):
        shutil.copy(ROOT / name, folder)
    for name in names:
        shutil.copytree(DOCUMENTS / name, folder / "policies" / name)
    return folder


def shared(root: Path) -> Ready:
    """The base under ``root``, as knowledge.compiled.ready() gives it; compiled by the first one who asks for it."""
    found = compiled.fingerprint(root)
    home = KEPT / found
    with _alone(home):
        ready = compiled.load(found, [home])
        if ready is None:
            with uncounted():
                ready = replace(compiled.make(root), fingerprint=found)
            assert compiled.store(ready, [home])
            _clear_away()
        os.utime(home)
    return ready


def kept(root: Path) -> Path:
    """The folder with the compiled form of the base under ``root``."""
    return KEPT / shared(root).fingerprint


def beside(root: Path) -> None:
    """Put the compiled form where the program looks for it first, in the base's own folder."""
    shutil.copytree(kept(root), root / compiled.BESIDE, dirs_exist_ok=True)  # its field may lie there already


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Others wait meanwhile, whichever process they are in; one that is killed lets go."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def uncounted() -> Iterator[None]:
    """Lines that run meanwhile are not counted: half as slow, and the same count whether a base was kept or not."""
    counting: list[Coverage] = []
    while (found := Coverage.current()) is not None:  # a worker of xdist has two, one above the other
        found.stop()
        counting.append(found)
    try:
        yield
    finally:
        for found in reversed(counting):
            found.start()


def _clear_away() -> None:
    old = sorted((p for p in KEPT.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)[:-MOST]
    for home in old:
        shutil.rmtree(home, ignore_errors=True)
        home.with_suffix(".lock").unlink(missing_ok=True)
