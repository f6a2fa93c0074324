"""Who asked, as a keyed hash: the same person is the same, and nobody can tell who without the key."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from knowledge.files.oserrors import why

KEY_FILE = "asker.key"
"""The key's file in the data folder, made at first use."""
SHORTEST = 16
"""Characters that a key must have."""


class KeyFileError(Exception):
    """The key's file can't be read or made; the message says what to mend."""


class Askers:
    """Turns Telegram's numbers into hashes (HMAC-SHA256, 32 hexadecimal digits)."""

    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.new(key, digestmod=hashlib.sha256)
        """With the key taken in. Copied for each person: hmac.digest would let go of Python's lock each time."""

    def of(self, person: object) -> str:
        """The hash that stands for a person, or for anything else that must not be kept as it is."""
        hashed = self._keyed.copy()
        hashed.update(str(person).encode())
        return hashed.hexdigest()[:32]


def open_askers(key: str, folder: Path) -> Askers:
    """With the key of the settings; without one, with that in the folder's file, which is made when there is none.

    Raises KeyFileError. Losing the key loses nothing that is counted, but who asked earlier questions can't be found
    again: /forget no longer reaches them, and they go when they are too old.
    """
    if key:
        return Askers(key.encode())
    path = folder / KEY_FILE
    try:
        if not path.exists():
            _make(path)
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = why(error) if isinstance(error, OSError) else "不是文字"
        raise KeyFileError(f"{path}：读写不了（{reason}）；请检查权限，或设 POLICYBOT_HASH_KEY") from error
    if len(text) < SHORTEST:
        raise KeyFileError(f"{path}：太短（{len(text)} 个字符）；请从备份恢复，或删去它，下次启动另做一个")
    return Askers(text.encode())


def _make(path: Path) -> None:
    """A new key, readable by its owner only. When two programs make one at the same time, the first one's holds."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(new, path)
    finally:
        new.unlink()
