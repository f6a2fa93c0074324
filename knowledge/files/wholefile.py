"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


def write_whole(path: Path, data: bytes, private: bool = False) -> None:
    """Write ``data`` to ``path``, on disk before it takes the place of what was there; the file's mode is kept.

    ``private``: a file that is new, or that all others might read, is for its owner only from here on.

    What root writes belongs to the owner of the file that was there, or of the folder: a service must be able to read
    what its administrator wrote.

    Whoever reads meanwhile finds the old file or the new one, never half of either. Raises OSError.
    """
    with names_the_file(path):
        _write_whole(path, data, private)


@contextlib.contextmanager
def names_the_file(path: Path) -> Iterator[None]:
    """An OSError inside names the file that was meant, not the temporary one beside it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write_whole(path: Path, data: bytes, private: bool) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    if private and (mode & 0o007 or not path.exists()):
        mode = 0o600
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            if os.geteuid() == 0:
                owner = (path if path.exists() else path.parent).stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fsync(file.fileno())
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    """The process's mask; there is no way to read it without setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
