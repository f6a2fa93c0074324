"""How much may go out to one conversation: several windows of time at once."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from bot.service.turns import current_slot

MOST = 2_000
"""Conversations remembered; the longest unused is forgotten first."""


class _Window:
    """At most ``count`` in any ``seconds``."""

    def __init__(self, count: int, seconds: float) -> None:
        self.seconds = seconds
        self.times: deque[float] = deque(maxlen=count)

    def wait(self, now: float) -> float:
        full = len(self.times) == self.times.maxlen
        return max(0.0, self.times[0] + self.seconds - now) if full else 0.0

    def used(self, now: float) -> int:
        return sum(at > now - self.seconds for at in self.times)


class Quota:
    """Of each conversation; a pause that the messenger asked for counts as well."""

    def __init__(self, windows: Sequence[tuple[int, float]], clock: Callable[[], float] = time.monotonic) -> None:
        """``windows``: (messages, seconds) each."""
        self._windows = windows
        self._clock = clock
        self._known: OrderedDict[str, list[_Window]] = OrderedDict()
        self._paused: dict[str, float] = {}

    def used(self, conversation: str) -> int:
        """How many went out in the shortest window."""
        return self._of(conversation)[0].used(self._clock()) if self._windows else 0

    def pause(self, conversation: str, seconds: float) -> None:
        """Send nothing there for so long."""
        self._paused[conversation] = self._clock() + seconds

    async def take(self, conversation: str) -> None:
        """Wait until one more may go out there, count it, and take the step's place (see turns.Slot)."""
        windows = self._of(conversation)
        while True:
            now = self._clock()
            wait = max([self._paused.get(conversation, 0.0) - now, *(one.wait(now) for one in windows)])
            if wait <= 0:
                break
            await asyncio.sleep(wait)
        self._paused.pop(conversation, None)
        for one in windows:
            one.times.append(now)
        slot = current_slot.get()
        if slot is not None:
            await slot.take()

    def _of(self, conversation: str) -> list[_Window]:
        windows = self._known.get(conversation)
        if windows is None:
            windows = self._known[conversation] = [_Window(*one) for one in self._windows]
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        self._known.move_to_end(conversation)
        return windows
