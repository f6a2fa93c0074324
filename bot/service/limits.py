"""How much one person may ask in a minute."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Literal

LONGEST = 2000
"""Characters of a question; more is no question but a document."""
WINDOW = 60.0
MOST_PEOPLE = 5_000
"""People remembered; the longest unseen is forgotten first."""


@dataclass(slots=True)
class _Person:
    asked: deque[tuple[float, Hashable]] = field(default_factory=deque)
    told: float = -WINDOW
    dropped: set[Hashable] = field(default_factory=set)
    """What got no answer since the last notice, that notice's own included."""


class UserLimit:
    """At most so many questions a minute; over that one notice, then silence until there is room again."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._people: OrderedDict[Hashable, _Person] = OrderedDict()

    def check(self, person: Hashable, delivery: Hashable, told: bool = False) -> Literal["ok", "notice", "drop"]:
        """Count a question; one that is handled again, as the same delivery, is counted once.

        ``told``: whoever is refused hears of it each time, so it counts as no question without an answer.
        """
        now = self._clock()
        who = self._seen(person)
        while who.asked and who.asked[0][0] <= now - WINDOW:
            who.asked.popleft()
        if any(one == delivery for _, one in who.asked):
            return "ok"
        if len(who.asked) < self.per_minute:
            who.asked.append((now, delivery))
            return "ok"
        if not told:
            who.dropped.add(delivery)
        if now - who.told < WINDOW:
            return "drop"
        who.told = now
        return "notice"

    def dropped(self, person: Hashable) -> int:
        """How many questions got no answer since this was asked last."""
        who = self._people.get(person)
        count = len(who.dropped) if who is not None else 0
        if who is not None:
            who.dropped.clear()
        return count

    def seconds(self, person: Hashable) -> int:
        """Seconds until there is room again."""
        who = self._people.get(person)
        return max(1, round(who.asked[0][0] + WINDOW - self._clock())) if who is not None and who.asked else 0

    def _seen(self, person: Hashable) -> _Person:
        who = self._people.get(person)
        if who is None:
            who = self._people[person] = _Person()
            if len(self._people) > MOST_PEOPLE:
                self._people.popitem(last=False)
        self._people.move_to_end(person)
        return who
