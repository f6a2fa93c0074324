"""The off switch, as the service looks at it: every few seconds, in the store."""

from __future__ import annotations

import time

from bot.store import switch
from bot.store.store import Store

KNOWN_FOR = 2.0
"""Seconds for which what was read is taken for true."""


class OffSwitch:
    """Whether questions are answered."""

    def __init__(self) -> None:
        self._reason = ""
        self._read = -KNOWN_FOR

    async def reason(self, store: Store) -> str:
        """Why nothing is answered; empty while all is well."""
        now = time.monotonic()
        if now - self._read >= KNOWN_FOR:
            self._read = now
            self._reason = await store.transact(switch.off)
        return self._reason

    def look_again(self) -> None:
        """It was turned just now."""
        self._read = -KNOWN_FOR
