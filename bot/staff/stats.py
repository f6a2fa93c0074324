"""What people asked and what came of it, counted over some days: from the questions kept and from the daily counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from bot.days import day_of, start_of
from bot.store.questions import clause_of
from bot.store.tables import daily, feedback, questions

DAYS = 30
"""Days that are counted when nobody says how many."""
MOST_DAYS = 3650
TOP = 10
"""Clauses and units that are listed."""
GOOD = ("answer", "info")
"""Outcomes that are answers."""


@dataclass
class Stats:
    """The counts of some days, the last one today."""

    days: tuple[str, ...]
    """As 2025-10-08, in order."""
    outcomes: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    """Places that people asked from: private, group, inline, terminal."""
    messengers: Counter[str] = field(default_factory=Counter)
    """telegram, web, api, ...; what was folded by earlier versions is in none."""
    clauses: Counter[str] = field(default_factory=Counter)
    """Answers by policy/clause."""
    units: Counter[str] = field(default_factory=Counter)
    """Answers that named a unit."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """up and down."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Staff commands that others tried, by command."""
    by_day: dict[str, Counter[str]] = field(default_factory=dict)
    """Outcomes by day."""
    judged: dict[str, Counter[str]] = field(default_factory=dict)
    """Verdicts by day."""
    askers: int = 0
    """Persons who asked, among the questions that are still kept."""
    seconds: float | None = None
    """Median time of an answer, among the questions that are still kept."""

    @property
    def questions(self) -> int:
        """How many questions."""
        return sum(self.outcomes.values())

    def documents(self) -> Counter[str]:
        """Answers by document."""
        found: Counter[str] = Counter()
        for target, count in self.clauses.items():
            found[target.partition("/")[0]] += count
        return found

    def top(self, counts: Counter[str]) -> list[tuple[str, int]]:
        """The most frequent, the same order every time."""
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "first": self.days[0],
            "last": self.days[-1],
            "questions": self.questions,
            "askers": self.askers,
            "outcomes": dict(self.outcomes),
            "channels": dict(self.channels),
            "messengers": dict(self.messengers),
            "up": self.verdicts["up"],
            "down": self.verdicts["down"],
            "seconds": self.seconds,
            "refusals": dict(self.refusals),
            "clauses": [{"target": target, "count": n} for target, n in self.top(self.clauses)],
            "units": [{"unit": unit, "count": n} for unit, n in self.top(self.units)],
            "days": [
                {"day": day, "outcomes": dict(counts), "up": self.judged[day]["up"], "down": self.judged[day]["down"]}
                for day, counts in self.by_day.items()
            ],
        }


def collect(connection: Connection, today: date, days: int = DAYS) -> Stats:
    """Count the last ``days`` days up to and with ``today``."""
    listed = tuple((today - timedelta(days=n)).isoformat() for n in range(days - 1, -1, -1))
    stats = Stats(listed, by_day={day: Counter() for day in listed}, judged={day: Counter() for day in listed})
    _kept(connection, stats)
    _folded(connection, stats)
    return stats


def _kept(connection: Connection, stats: Stats) -> None:
    c = questions.c
    recent = c.day.between(stats.days[0], stats.days[-1])
    n = func.count()
    for day, outcome, count in connection.execute(select(c.day, c.outcome, n).where(recent).group_by(c.day, c.outcome)):
        stats.by_day[day][outcome] += count
        stats.outcomes[outcome] += count
    for column, counts in ((c.place, stats.channels), (c.channel, stats.messengers)):
        for name, count in connection.execute(select(column, n).where(recent).group_by(column)):
            counts[name] += count
    grouped = select(c.target, c.units, n).where(recent).group_by(c.target, c.units)
    for target, units, count in connection.execute(grouped):
        for clause in clause_of(target):
            stats.clauses[clause] += count
        for unit in units.split("\n") if units else ():
            stats.units[unit] += count
    stats.askers = connection.execute(select(func.count(c.asker.distinct())).where(recent, c.asker != "")).scalar_one()
    times = sorted(connection.execute(select(c.seconds).where(recent, c.place != "terminal")).scalars())
    stats.seconds = round(times[len(times) // 2], 3) if times else None
    span = feedback.c.at.between(start_of(stats.days[0]), start_of(stats.days[-1]) + 86_400.0)
    for verdict, at in connection.execute(select(feedback.c.verdict, feedback.c.at).where(span)):
        if day_of(at) <= stats.days[-1]:
            stats.verdicts[verdict] += 1
            stats.judged[day_of(at)][verdict] += 1


def _folded(connection: Connection, stats: Stats) -> None:
    counters: Mapping[str, Counter[str]] = {
        "outcome": stats.outcomes,
        "channel": stats.channels,
        "messenger": stats.messengers,
        "clause": stats.clauses,
        "unit": stats.units,
        "verdict": stats.verdicts,
        "refusal": stats.refusals,
    }
    recent = daily.c.day.between(stats.days[0], stats.days[-1])
    for day, kind, name, count in connection.execute(select(daily).where(recent)):
        if kind in counters:
            counters[kind][name] += count
        if kind == "outcome":
            stats.by_day[day][name] += count
        if kind == "verdict":
            stats.judged[day][name] += count
