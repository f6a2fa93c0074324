"""The numbers as bars: for each thing that is counted, the names and how often, the most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.engine.documents.library import Library
from bot.replies.texts import Texts
from bot.staff.stats import Stats

LATEST = 30
"""Bars of days that are shown; the table holds all."""


@dataclass(frozen=True)
class Bars:
    """One picture."""

    title: str
    rows: list[tuple[str, int]]

    @property
    def most(self) -> int:
        """The longest bar."""
        return max(count for _, count in self.rows)


def bars(stats: Stats, words: Texts, library: Library) -> list[Bars]:
    """By outcome, verdict, place, messenger, document, clause, unit and day; what was never counted is left out."""
    names = {policy.id: policy.display_name for policy in library.policies}
    titles = {f"{p.id}/{c.id}": f"{c.id} {c.title}" for p in library.policies for c in p.clauses}
    verdicts = {"up": words("stats.up"), "down": words("stats.down")}
    found: tuple[tuple[str, Counter[str], Mapping[str, str]], ...] = (
        ("结果", stats.outcomes, words.get("stats.outcome")),
        ("评价", stats.verdicts, verdicts),
        (words("stats.channels"), stats.channels, words.get("stats.channel")),
        (words("stats.messengers"), stats.messengers, words.get("stats.messenger")),
        (words("stats.documents"), stats.documents(), names),
        (words("stats.clauses"), stats.clauses, titles),
        (words("stats.units"), stats.units, {}),
    )
    drawn = [Bars(title, _rows(stats, counts, named)) for title, counts, named in found if counts.total()]
    judged = [(f"{day} {verdicts[name]}", n) for day, counts in stats.judged.items() for name, n in counts.items()]
    return drawn + ([Bars(words("stats.judged"), sorted(judged)[-LATEST:])] if judged else [])


def _rows(stats: Stats, counts: Counter[str], names: Mapping[str, str]) -> list[tuple[str, int]]:
    return [(names.get(name, name), count) for name, count in stats.top(counts)]
