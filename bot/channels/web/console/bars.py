"""The numbers as bars: for each thing that is counted, the names and how often, the most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.engine.documents.library import Library
from bot.replies.texts import Texts
from bot.staff.stats import Stats


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
    """By outcome, verdict, place, document, clause and unit; what was never counted is left out."""
    names = {policy.id: policy.display_name for policy in library.policies}
    titles = {f"{p.id}/{c.id}": f"{c.id} {c.title}" for p in library.policies for c in p.clauses}
    documents: Counter[str] = Counter()
    for target, count in stats.clauses.items():
        documents[target.partition("/")[0]] += count
    verdicts = {"up": words("stats.up"), "down": words("stats.down")}
    found: tuple[tuple[str, Counter[str], Mapping[str, str]], ...] = (
        ("结果", stats.outcomes, words.get("stats.outcome")),
        ("评价", stats.verdicts, verdicts),
        (words("stats.channels"), stats.channels, words.get("stats.channel")),
        ("问得最多的文件", documents, names),
        (words("stats.clauses"), stats.clauses, titles),
        (words("stats.units"), stats.units, {}),
    )
    return [Bars(title, _rows(stats, counts, named)) for title, counts, named in found if counts.total()]


def _rows(stats: Stats, counts: Counter[str], names: Mapping[str, str]) -> list[tuple[str, int]]:
    return [(names.get(name, name), count) for name, count in stats.top(counts)]
