"""Answers in the callback's own answer, for accounts that may not send customer messages: one a message, in time.

The platform asks three times with one id when it gets no answer in time; an answer waits for such a question, and one
that was given is given again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

MOST = 2_000
"""Answers remembered."""
ASKED_AGAIN = 12.0
"""Seconds that an answer waits for the platform to ask (again)."""


class _Slot:
    def __init__(self) -> None:
        self.asked = asyncio.Event()
        """Somebody waits for the answer."""
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()


class Passive:
    """The answers, by the id of the delivery."""

    def __init__(self) -> None:
        self._slots: OrderedDict[str, _Slot] = OrderedDict()

    def _slot(self, delivery: str) -> _Slot:
        slot = self._slots.get(delivery)
        if slot is None:
            slot = self._slots[delivery] = _Slot()
            if len(self._slots) > MOST:
                self._slots.popitem(last=False)
        return slot

    async def answer_to(self, delivery: str, within: float) -> str | None:
        """The answer, as soon as there is one; None when it is too late."""
        slot = self._slot(delivery)
        slot.asked.set()
        try:
            return await asyncio.wait_for(asyncio.shield(slot.answer), within)
        except TimeoutError:
            slot.asked.clear()
            return None

    def settle(self, delivery: str) -> None:
        """There is nothing to answer here (any more)."""
        slot = self._slot(delivery)
        if not slot.answer.done():
            slot.answer.set_result("")

    async def give(self, delivery: str, text: str) -> bool:
        """Give it; False when it was answered before, or nobody asks."""
        slot = self._slot(delivery)
        if slot.answer.done():
            return False
        try:
            await asyncio.wait_for(slot.asked.wait(), ASKED_AGAIN)
        except TimeoutError:
            return False
        if slot.answer.done():
            return False
        slot.answer.set_result(text)
        return True
