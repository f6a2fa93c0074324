"""Where an answer may still go in reply: each message that came in can be answered under its req_id."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

MOST = 10_000
"""Messages remembered; more than wait at any time."""
NOTHING = "-"
"""As buttons.NOTHING: an answer about no single clause."""


@dataclass
class Slot:
    """The place of one answer."""

    name: str
    """The req_id."""
    late: bool = False
    """No placeholder any more."""
    welcome: bool = False
    """It is taken by a welcome, of plain text and within seconds."""
    used: bool = False
    begun: bool = False
    """A frame of the stream went out."""
    looking: asyncio.Task[None] | None = field(default=None, repr=False)
    """Shows that an answer is on its way."""
    judged: str = NOTHING
    """What the answer is about, as buttons name it."""


class Slots:
    """By the id of the delivery."""

    def __init__(self) -> None:
        self._slots: OrderedDict[str, Slot] = OrderedDict()

    def note(self, delivery: str, slot: Slot) -> None:
        """A message came in; one that is read again keeps its slot."""
        self._slots.setdefault(delivery, slot)
        if len(self._slots) > MOST:
            self._slots.popitem(last=False)

    def get(self, delivery: str) -> Slot | None:
        """Its slot, as far as it is remembered."""
        return self._slots.get(delivery)

    def judged(self, delivery: str) -> str:
        """What the answer to it was about."""
        slot = self._slots.get(delivery)
        return slot.judged if slot is not None else NOTHING
