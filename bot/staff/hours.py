"""Working hours: when a person is there to answer, as "Mon-Fri 09:00-17:30" in Beijing time, with days off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FURTHEST = 30
"""Days that are looked ahead for the next opening."""
_SPAN = re.compile(r"([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")


@dataclass(frozen=True)
class Span:
    """Some days of the week and the time between two hours on each."""

    days: frozenset[int]
    """0 is Monday."""
    begin: time
    end: time
    """Not included; 00:00 stands for midnight at the day's end."""

    def holds(self, at: time) -> bool:
        """Whether that time of day is in it."""
        return self.begin <= at and (at < self.end or self.end == time())


@dataclass(frozen=True)
class Hours:
    """When the staff is there. Without spans: always."""

    spans: tuple[Span, ...] = ()
    off: frozenset[date] = frozenset()
    """Days on which nobody is there."""
    on: frozenset[date] = frozenset()
    """Days that are worked although the week says otherwise (调休): they have the hours of the first span."""

    def open_at(self, moment: datetime) -> bool:
        """Whether somebody is there; ``moment`` in Beijing time."""
        return not self.spans or any(span.holds(moment.time()) for span in self._of(moment.date()))

    def next_opening(self, moment: datetime) -> datetime | None:
        """The next moment from which somebody is there; None when there is none within a month."""
        for ahead in range(FURTHEST + 1):
            day = moment.date() + timedelta(days=ahead)
            begins = [datetime.combine(day, span.begin, moment.tzinfo) for span in self._of(day)]
            later = sorted(begin for begin in begins if begin > moment)
            if later:
                return later[0]
        return None

    def _of(self, day: date) -> list[Span]:
        if day in self.off:
            return []
        if day in self.on:
            return list(self.spans[:1])
        return [span for span in self.spans if day.weekday() in span.days]


def parse_hours(text: str) -> tuple[Span, ...]:
    """Spans separated by commas or semicolons. Raises ValueError that says what is wrong and how it is written."""
    spans = []
    for part in re.split(r"[,;，；]", text):
        match = _SPAN.fullmatch(part.strip().lower())
        days = [d for d in (match[1], match[2]) if d] if match else []
        if match is None or any(d not in DAYS for d in days):
            raise ValueError(f"「{part.strip()}」不认识；写作 Mon-Fri 09:00-17:30，几段之间用逗号")
        first, last = DAYS.index(days[0]), DAYS.index(days[-1])
        try:
            begin = time(int(match[3]), int(match[4]))
            end = time() if (match[5], match[6]) == ("24", "00") else time(int(match[5]), int(match[6]))
        except ValueError:
            raise ValueError(f"「{part.strip()}」里没有这样的钟点；写作 09:00-17:30，全天写作 00:00-24:00") from None
        if end != time() and end <= begin:
            raise ValueError(f"「{part.strip()}」的结束不在开始之后；跨过午夜的写成两段")
        count = (last - first) % 7 + 1
        spans.append(Span(frozenset((first + n) % 7 for n in range(count)), begin, end))
    return tuple(spans)


def parse_days(text: str) -> tuple[frozenset[date], frozenset[date]]:
    """(days off, days on): 2026-10-01..2026-10-08 are off, +2026-10-10 is worked. Raises ValueError."""
    off: set[date] = set()
    on: set[date] = set()
    for part in (p.strip() for p in re.split(r"[,;，；\s]+", text)):
        if not part:
            continue
        first, _, last = part.removeprefix("+").partition("..")
        try:
            begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            raise ValueError(
                f"「{part}」不是日期；写作 2026-10-01 或 2026-10-01..2026-10-08，调休上班的前面加 +"
            ) from None
        if not begin <= end <= begin + timedelta(days=366):
            raise ValueError(f"「{part}」的结束不在开始之后一年之内")
        days = {begin + timedelta(days=n) for n in range((end - begin).days + 1)}
        (on if part.startswith("+") else off).update(days)
    return frozenset(off - on), frozenset(on)
