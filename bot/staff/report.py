"""The counts and the unanswered questions in words: tables for the terminal, lines for a message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.staff.stats import GOOD, Stats

if TYPE_CHECKING:
    from bot.replies.texts import Texts
    from bot.staff.unanswered import Cluster
    from knowledge.base.document import Policy

Table = tuple[str, list[tuple[str, ...]]]
"""A heading and its rows."""
SHOWN = 80
"""Characters of a question in a list."""


def titles(policies: Sequence[Policy]) -> dict[str, str]:
    """Short titles of all clauses, by target."""
    return {f"{p.id}/{c.id}": f"{c.id} {c.title}" for p in policies for c in p.clauses}


def stats_title(stats: Stats, words: Texts) -> str:
    """The days that were counted."""
    return words("stats.title", first=stats.days[0], last=stats.days[-1], days=len(stats.days))


def stats_tables(stats: Stats, words: Texts, names: Mapping[str, str], by_day: bool = True) -> list[Table]:
    """What was counted; ``by_day``: with a row for each day."""
    outcomes = [(words(f"stats.outcome.{name}"), n) for name, n in _known(stats, words)]
    total = stats.questions
    head: list[tuple[str, ...]] = [(words("stats.questions"), str(total)), (words("stats.askers"), str(stats.askers))]
    head += [(name, str(n), _share(n, total)) for name, n in outcomes]
    head += [(words(f"stats.{name}"), str(stats.verdicts[name])) for name in ("up", "down")]
    if stats.seconds is not None:
        head.append((words("stats.seconds"), f"{stats.seconds:.3f}"))
    head += [(words("stats.refusals"), str(stats.refusals.total()))] if stats.refusals else []
    channels, messengers = words.get("stats.channel"), words.get("stats.messenger")
    tables: list[Table] = [
        (stats_title(stats, words), head),
        (words("stats.channels"), [(channels.get(name, name), str(n)) for name, n in stats.top(stats.channels)]),
        (words("stats.messengers"), [(messengers.get(name, name), str(n)) for name, n in stats.top(stats.messengers)]),
        (words("stats.clauses"), [(names.get(t, t), str(n)) for t, n in stats.top(stats.clauses)]),
        (words("stats.units"), [(name, str(n)) for name, n in stats.top(stats.units)]),
    ]
    if by_day:
        tables.append((words("stats.by_day"), _days(stats, words)))
    return [(title, rows) for title, rows in tables if rows]


def _days(stats: Stats, words: Texts) -> list[tuple[str, ...]]:
    """A row for each day, below the headings: outcomes, then verdicts."""
    names = ("day", "questions", "counted", "outcome.choose", "outcome.none", "other", "up", "down")
    rows: list[tuple[str, ...]] = [tuple(words(f"stats.{name}") for name in names)]
    for day, counts in stats.by_day.items():
        answered, choose, none = sum(counts[name] for name in GOOD), counts["choose"], counts["none"]
        rest = counts.total() - answered - choose - none
        judged = stats.judged.get(day, Counter())
        told = (counts.total(), answered, choose, none, rest, judged["up"], judged["down"])
        rows.append((day, *map(str, told)))
    return rows


def _known(stats: Stats, words: Texts) -> list[tuple[str, int]]:
    """Outcomes that have a name, in the order of the names, those that did occur."""
    return [(name, stats.outcomes[name]) for name in words.get("stats.outcome") if stats.outcomes[name]]


def _share(n: int, total: int) -> str:
    return f"{100 * n / total:.1f}%" if total else ""


def cluster_lines(cluster: Cluster, words: Texts, names: Mapping[str, str]) -> tuple[str, str]:
    """What was asked and how often; and why it is here, when it was asked last, and what is near."""
    reasons = "、".join(f"{words(f'unanswered.why.{why}')} {n}" for why, n in sorted(cluster.why.items()))
    near = "、".join(names.get(target, target) for target in cluster.near)
    text = cluster.example if len(cluster.example) <= SHOWN else cluster.example[: SHOWN - 1] + "…"
    head = words("unanswered.head", id=cluster.id, count=cluster.count, text=" ".join(text.split()))
    about = words("unanswered.about", reasons=reasons, last=cluster.last.day)
    return head, about + (words("unanswered.near", near=near) if near else "")
