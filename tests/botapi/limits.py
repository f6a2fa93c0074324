"""Telegram's limits on outgoing messages (core.telegram.org/bots/faq, "My bot is hitting limits").

About one message a second in a chat (short bursts are let through, then 429), 20 a minute in a group, 30 a second over
all. While a retry_after runs, further calls are refused with what is left of it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

LIMITED = ("send", "edit")
"""Calls that count, by the beginning of their names; sendChatAction does not."""


@dataclass
class _Bucket:
    size: float
    rate: float
    filled: float
    at: float
    closed_until: float = 0.0

    def take(self, now: float) -> int:
        """0 when allowed, otherwise retry_after."""
        if now < self.closed_until:
            return math.ceil(self.closed_until - now)
        self.filled = min(self.size, self.filled + (now - self.at) * self.rate)
        self.at = now
        if self.filled >= 1:
            self.filled -= 1
            return 0
        wait = max(1, math.ceil((1 - self.filled) / self.rate))
        self.closed_until = now + wait
        return wait


class Limits:
    """Counts; give one to BotApi to switch the limits on."""

    def __init__(
        self,
        chat: tuple[int, float] = (3, 1.0),
        group: tuple[int, float] = (20, 20 / 60),
        overall: tuple[int, float] = (30, 30.0),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Each limit is (burst, messages a second)."""
        self._shapes = {"chat": chat, "group": group, "overall": overall}
        self._clock = clock
        self._buckets: dict[tuple[str, int], _Bucket] = {}

    def refuse(self, method: str, chat_id: int) -> int:
        """retry_after in seconds, or 0 when the call may be made."""
        if method == "sendChatAction" or not method.startswith(LIMITED):
            return 0
        now = self._clock()
        kinds = [("chat", chat_id), ("overall", 0)] + ([("group", chat_id)] if chat_id < 0 else [])
        for kind in kinds:
            bucket = self._buckets.get(kind)
            if bucket is None:
                size, rate = self._shapes[kind[0]]
                bucket = self._buckets[kind] = _Bucket(size, rate, size, now)
            wait = bucket.take(now)
            if wait:
                return wait
        return 0
