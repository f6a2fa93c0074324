"""How much one person may ask in a minute."""

from __future__ import annotations

import time
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Literal

LONGEST = 2000
"""Characters of a question; more is no question but a document."""
WINDOW = 60.0
MOST_PEOPLE = 5_000
"""People remembered; the longest unseen is forgotten first."""
Verdict = Literal["ok", "notice", "drop"]


class Counted:
    """What one person asked lately. Small: there are thousands, and all that is asked in a minute is in it."""

    __slots__ = ("dropped", "marks", "times", "told")

    def __init__(self) -> None:
        self.times = array("d")
        """When each question was asked, in order."""
        self.marks = array("q")
        """By what each is known when it comes again: 64 bits of a hash, for what was delivered takes ten times that."""
        self.told = -WINDOW
        self.dropped: set[int] | None = None
        """Marks of what got no answer since the person was last told of it."""

    def add(self, now: float, mark: int) -> None:
        """One more question."""
        self.times.append(now)
        self.marks.append(mark)

    def drop_past(self, now: float) -> None:
        """What was asked more than a minute ago counts no more."""
        if self.times and self.times[0] <= now - WINDOW:
            past = bisect_right(self.times, now - WINDOW)
            del self.times[:past], self.marks[:past]


class UserLimit:
    """At most so many questions a minute; over that one notice, then silence until there is room again."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._people: OrderedDict[Hashable, Counted] = OrderedDict()
        """The longest unseen first."""

    def check(self, person: Hashable, delivery: Hashable, told: bool = False) -> Verdict:
        """Count a question; one that is handled again, as the same delivery, is counted once.

        ``told``: whoever is refused hears of it each time, so it counts as no question without an answer.
        """
        now = self._clock()
        return self._judged(self._seen(person, now), now, hash(delivery), told)

    async def ask(self, person: Hashable, delivery: Hashable, told: bool = False) -> Verdict:
        """As check, where the count may be kept elsewhere (shared_limit.py)."""
        return self.check(person, delivery, told)

    async def refresh(self, person: Hashable) -> None:
        """Look at what is kept elsewhere, if it is."""

    def _judged(self, who: Counted, now: float, mark: int, told: bool) -> Verdict:
        if mark in who.marks:
            return "ok"
        if len(who.times) < self.per_minute:
            who.add(now, mark)
            return "ok"
        if not told:
            who.dropped = (who.dropped or set()) | {mark}
        if now - who.told < WINDOW:
            return "drop"
        who.told = now
        return "notice"

    def left_out(self, person: Hashable) -> int:
        """How many questions got no answer since the person was last told how many."""
        who = self._people.get(person)
        return len(who.dropped) if who is not None and who.dropped is not None else 0

    def told_left_out(self, person: Hashable) -> None:
        """The person was told how many."""
        who = self._people.get(person)
        if who is not None:
            who.dropped = None

    def seconds(self, person: Hashable) -> int:
        """Seconds until there is room again."""
        who = self._people.get(person)
        return max(1, round(who.times[0] + WINDOW - self._clock())) if who is not None and who.times else 0

    def _seen(self, person: Hashable, now: float) -> Counted:
        who = self._people.get(person)
        if who is None:
            self._forget_idle(now)
            who = self._people[person] = Counted()
        self._people.move_to_end(person)
        who.drop_past(now)
        return who

    def _forget_idle(self, now: float) -> None:
        """Whoever asked nothing for a minute, and has nothing coming, need not be remembered."""
        while self._people:
            who = next(iter(self._people.values()))
            idle = (not who.times or who.times[-1] <= now - WINDOW) and not who.dropped
            if not idle and len(self._people) < MOST_PEOPLE:
                return
            self._people.popitem(last=False)
