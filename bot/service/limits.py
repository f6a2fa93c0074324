"""How much one person may ask in a minute."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Literal

WINDOW = 60.0
MOST_PEOPLE = 5_000
"""People remembered; the longest unseen is forgotten first."""


class UserLimit:
    """At most so many questions a minute; over that one notice, then silence until there is room again."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._people: OrderedDict[int, deque[tuple[float, int]]] = OrderedDict()
        self._told: dict[int, float] = {}

    def check(self, person: int, update_id: int) -> Literal["ok", "notice", "drop"]:
        """Count a question; one that is handled again, with the same update id, is counted once."""
        now = self._clock()
        asked = self._people.get(person)
        if asked is None:
            asked = self._people[person] = deque()
            if len(self._people) > MOST_PEOPLE:
                gone, _ = self._people.popitem(last=False)
                self._told.pop(gone, None)
        self._people.move_to_end(person)
        while asked and asked[0][0] <= now - WINDOW:
            asked.popleft()
        if any(update == update_id for _, update in asked):
            return "ok"
        if len(asked) < self.per_minute:
            asked.append((now, update_id))
            return "ok"
        if now - self._told.get(person, -WINDOW) < WINDOW:
            return "drop"
        self._told[person] = now
        return "notice"
