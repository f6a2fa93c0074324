"""The last good base, kept for a start at which the files have faults.

A running bot goes on with the base in its memory when an editor breaks a file (reload.py); so that the next start is no
outage, the compiled form of what was good is kept in the data folder, with the policies' data in it. Only a run that
answers people starts with it, and says so loudly; the commands fail with the faults. It is taken only for the folder of
knowledge that it was made from: another base than the one that was asked for would be worse than none.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.serving.base_files import BaseFiles
from knowledge import compiled
from knowledge.compiled import Ready
from knowledge.files.faults import KnowledgeError

log = logging.getLogger(__name__)

FOLDER = "last-good"
"""Name of the folder in the data folder."""
GENERATIONS = 2
"""Compiled forms that are kept: should the newest be spoilt on disk, there is the one before it."""


@dataclass(frozen=True)
class Started:
    """The base that a run begins with."""

    ready: Ready
    faults: tuple[str, ...] = ()
    """Why the files on disk are not what is in force, each with file and line."""
    kept: float = 0.0
    """POSIX seconds at which the base was last known to be good; 0 when it is what the files say."""


class LastGood:
    """The kept forms of one base."""

    def __init__(self, data_dir: Path, files: BaseFiles) -> None:
        self._folder = data_dir / FOLDER
        self._files = files
        self._mine = hashlib.blake2s(str(files.root.resolve()).encode(), digest_size=6).hexdigest() + "-"

    def keep(self, fingerprint: str) -> bool:
        """Keep the compiled form with that fingerprint, which is good; False when that can't be done."""
        path = self._folder / f"{self._mine}{fingerprint}{compiled.FORM}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if path.exists():
                os.utime(path)
            else:
                folders = compiled.cache_folders(self._files.root, self._files.overlay)
                stored = next((p for f in folders if (p := f / f"{fingerprint}{compiled.FORM}").exists()), None)
                if stored is None:
                    raise FileNotFoundError(2, "no compiled form of it is stored", fingerprint)
                if stored.with_suffix(compiled.ARRAYS).exists():  # first: the other file says that this one is there
                    _copy(stored.with_suffix(compiled.ARRAYS), path.with_suffix(compiled.ARRAYS))
                _copy(stored, path)
            kept = {p.stem for p in self._newest_first()[:GENERATIONS]}
            for old in self._folder.iterdir():
                if old.stem not in kept:
                    old.unlink(missing_ok=True)
        except OSError as error:
            log.error("base_not_kept", extra={"folder": str(self._folder), "reason": str(error)})
            return False
        return True

    def load(self) -> tuple[Ready, float] | None:
        """The newest kept form that can be used, and when it was last known to be good, in POSIX seconds."""
        with contextlib.suppress(OSError):
            for path in self._newest_first():
                ready = compiled.revive(path) if path.name.startswith(self._mine) else None
                if ready is not None:
                    return ready, path.stat().st_mtime
        return None

    def _newest_first(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{compiled.FORM}"), key=lambda p: p.stat().st_mtime, reverse=True)


def start(files: BaseFiles, last_good: LastGood) -> Started:
    """The base to begin with: the files'; without what was taught when only that can't be read; else the last good one.

    Raises what was wrong with the files when there is none.
    """
    try:
        return Started(compiled.ready(files.root, files.overlay))
    except Exception as error:  # perhaps only in what was taught: then the editors are told of that (reload.py)
        if not isinstance(error, KnowledgeError):
            log.exception("base_fault")
    try:
        return Started(compiled.ready(files.root))
    except Exception as error:  # whatever it is, an old answer that says how old it is beats none
        kept = last_good.load()
        if kept is None:
            raise
        ready, at = kept
        if isinstance(error, KnowledgeError):
            faults = tuple(map(str, error.faults))
        else:
            faults = (f"{type(error).__name__}: {error}",)
        log.error("base_refused", extra={"faults": faults[:20], "count": len(faults)})
        log.error("started_on_last_good", extra={"base": ready.fingerprint[:12], "kept": at})
        return Started(ready, faults, at)


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all, on disk before it has its name."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as out, source.open("rb") as content:
            shutil.copyfileobj(content, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)
