"""Disturbances: what a call meets by chance (seeded) or because a test asked for it."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Sequence
from typing import Literal

from tests.botapi.errors import ApiError

Kind = Literal["500", "502", "429", "drop_before", "drop_after"]
KINDS: tuple[Kind, ...] = ("500", "502", "429", "drop_before", "drop_after")
"""500 with a JSON body, 502 with a proxy's HTML page, 429, connection dropped before or after the call had its effect.

The real API shows them all: python-telegram-bot's wiki "Handling network errors"; tdlib/telegram-bot-api issue 126 (a
send whose answer is lost may or may not have been made)."""


class Faults:
    """Chooses a fault for each call: first those injected for its method, then by chance."""

    def __init__(self, rate: float = 0.0, seed: int = 0, kinds: Sequence[Kind] = KINDS, retry_after: int = 1) -> None:
        self.rate = rate
        """Share of the calls that fail."""
        self.kinds = kinds
        self.retry_after = retry_after
        """Seconds, in a 429 by chance."""
        self.made: Counter[str] = Counter()
        """How many of each kind there were."""
        self._random = random.Random(seed)
        self._injected: dict[str, deque[Kind | ApiError]] = {}

    def inject(self, method: str, fault: Kind | ApiError, times: int = 1) -> None:
        """The next calls of this method meet this."""
        self._injected.setdefault(method, deque()).extend([fault] * times)

    def next(self, method: str) -> Kind | ApiError | None:
        """What this call meets; None for nothing."""
        fault: Kind | ApiError | None = None
        waiting = self._injected.get(method)
        if waiting:
            fault = waiting.popleft()
        elif self.rate and self._random.random() < self.rate:
            fault = self._random.choice(self.kinds)
        if fault is not None:
            self.made[fault if isinstance(fault, str) else str(fault.code)] += 1
        return fault
