"""What the store writes is about people: nobody but its user may read it, whatever command made it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from sqlalchemy import URL

_KEPT_BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite adds to the name of a database for the files that it keeps beside it; each is made with its mode."""


def make_private(database: URL) -> None:
    """Make an SQLite file for its owner only, or take the rights of all others away from one that is there.

    A mode that gives others nothing is somebody's wish, and kept. What can't be done is left to SQLite to complain of.
    """
    if database.get_backend_name() != "sqlite" or database.database in (None, "", ":memory:"):
        return
    path = Path(str(database.database))
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        owned_like(path.absolute().parent, path)
    for suffix in _KEPT_BESIDE:
        with contextlib.suppress(OSError):
            beside = path.with_name(path.name + suffix)
            if beside.stat().st_mode & 0o007:
                beside.chmod(0o600)


def owned_like(folder: Path, file: Path) -> None:
    """The administrator makes it, but another user runs the bot: the file is to be that of its folder's owner."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        owner = folder.stat()
        os.chown(file, owner.st_uid, owner.st_gid)
