"""Files that change together with the database: written beside their places first, put there after the commit.

No commit covers both. So the commit decides: it leaves a mark in the database, by which whoever opens the database next
knows that the files beside it are to be put in place, in case that the first one was killed before it could. Files
without their mark belong to something that changed nothing, and are left alone.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import Connection

from bot.store import notices
from bot.store.private import owned_like
from knowledge.files.wholefile import names_the_file

MARK = "restored:"
"""Before the token, as a key of the notices."""
_BETWEEN = ".restore-"


class Staged:
    """New contents of some files, all of one change."""

    def __init__(self, wanted: Mapping[Path, bytes]) -> None:
        self._wanted = wanted
        self._token = secrets.token_hex(8)

    def write(self, connection: Connection) -> None:
        """Write the files beside their places, and the mark in the connection's transaction. Raises OSError."""
        for path, data in self._wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with names_the_file(path):
                descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            try:
                owned_like(path.parent, Path(name))
                with os.fdopen(descriptor, "wb") as out:
                    out.write(data)
                    out.flush()
                    os.fsync(out.fileno())
                os.replace(name, self._beside(path))
            finally:
                Path(name).unlink(missing_ok=True)
            _sync(path.parent)
        if self._wanted:
            notices.note(connection, MARK + self._token, time.time())

    def discard(self) -> None:
        """Nothing was changed: take them away."""
        for path in self._wanted:
            self._beside(path).unlink(missing_ok=True)

    def committed(self, connection: Connection) -> bool:
        """Whether the mark is there."""
        return MARK + self._token in notices.told(connection)

    def _beside(self, path: Path) -> Path:
        return path.with_name(f".{path.name}{_BETWEEN}{self._token}")


def settle(connection: Connection, paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Put those files in place whose mark is in the database: (what was put in place, what is left without a mark).

    In the connection's transaction the marks are removed. Raises OSError.
    """
    marks = {key for key in notices.told(connection) if key.startswith(MARK)}
    placed, left = [], []
    for path in paths:
        for found, token in _staged(path):
            if MARK + token in marks:
                with contextlib.suppress(FileNotFoundError):  # another program does the same
                    os.replace(found, path)
                    placed.append(path)
                _sync(path.parent)
            else:
                left.append(found)
    notices.forget(connection, marks)
    return placed, left


def clear(paths: Iterable[Path]) -> None:
    """Take away what is left of earlier changes."""
    for path in paths:
        for found, _ in _staged(path):
            found.unlink(missing_ok=True)


def in_force(path: Path, marks: Collection[str]) -> Path:
    """Where the contents of a file are that go with a database with those notices."""
    return next((found for found, token in _staged(path) if MARK + token in marks), path)


def _staged(path: Path) -> Iterator[tuple[Path, str]]:
    start = f".{path.name}{_BETWEEN}"
    with contextlib.suppress(FileNotFoundError):
        for found in sorted(path.parent.iterdir()):
            if found.name.startswith(start):
                yield found, found.name.removeprefix(start)


def _sync(folder: Path) -> None:
    """Names, too, are on disk before the commit."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
