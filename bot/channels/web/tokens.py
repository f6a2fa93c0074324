"""Names of conversations that nobody can guess or make up: what a browser or a caller keeps, and what is stored.

A token is the conversation's name and a keyed check over it. Only the name is stored, so that whoever reads the
database can't go on with somebody's conversation.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from typing import Literal

from bot.staff.asker_hash import Askers

Kind = Literal["page", "api"]
_FORM = re.compile(r"([A-Za-z0-9_-]{16})\.([0-9a-f]{32})")


POOL = 4096
"""Random bytes that are fetched at a time: each call of the system lets another thread have the processor first."""


class Fresh:
    """Random names. Each byte is used once."""

    def __init__(self) -> None:
        self._left = b""

    def name(self, size: int) -> str:
        """As secrets.token_urlsafe(size)."""
        if len(self._left) < size:
            self._left = secrets.token_bytes(POOL)
        taken, self._left = self._left[:size], self._left[size:]
        return base64.urlsafe_b64encode(taken).rstrip(b"=").decode()


class Tokens:
    """Made with the key that hashes askers."""

    def __init__(self, askers: Askers) -> None:
        self._askers = askers
        self.fresh = Fresh()

    def _check(self, kind: Kind, name: str) -> str:
        return self._askers.of(f"conversation of the {kind}: {name}")

    def new(self, kind: Kind) -> str:
        """A token for a conversation that begins."""
        return self.of(kind, self.fresh.name(12))

    def of(self, kind: Kind, name: str) -> str:
        """The token of the conversation with that name."""
        return f"{name}.{self._check(kind, name)}"

    def name(self, kind: Kind, token: object) -> str | None:
        """The conversation's name; None for what is none of our tokens."""
        found = _FORM.fullmatch(token) if isinstance(token, str) else None
        if found is None or not hmac.compare_digest(found[2], self._check(kind, found[1])):
            return None
        return found[1]
