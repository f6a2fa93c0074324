"""What people asked in vain: declined, nearly undecided and badly judged questions, the like ones together.

A cluster is led by its first question, and a later question joins the first leader that it is like. So what comes in
later moves nothing, and a cluster keeps its id for as long as its first question is kept.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import Connection, and_, case, or_, select, update

from bot.store.tables import feedback, questions

DAYS = 30
"""Days that are looked at when nobody says how many."""
LOW_MARGIN = 0.15
"""Probability between the best match and the next, below which the answer was hardly better than a guess."""
ALIKE = 0.5
"""Share of the pairs of characters, weighed by rarity, that two like questions have in common."""
NEARLY, SPELT_ALIKE = 0.4, 85.0
"""A smaller share is enough when the questions are spelt alike: RapidFuzz's ratio."""
RAREST = 3
"""Parts of a question by which leaders are looked up."""
HEAVIEST = 1 << 20
"""Weight of a part that no cluster has; whole numbers, for sums that don't hang on the order of a set."""
LOOKED_THROUGH = 40
"""Leaders with one of these parts that are looked through, the first ones."""
LOOKED_AT = 8
"""Leaders that are compared, those with most parts in common first."""
EXAMPLES = 5
"""Different wordings of a cluster that are told."""
NEAREST = 3
ID_DIGITS = 6


@dataclass(frozen=True)
class Unanswered:
    """One question that was asked in vain."""

    id: int
    at: float
    day: str
    text: str
    words: tuple[str, ...]
    """As the reader made them of it."""
    why: str
    """declined, close or bad."""
    near: tuple[str, ...]
    """The nearest clauses, best first."""
    settled: bool = False
    """Dealt with: it is no longer told, and still leads its cluster."""


@dataclass
class Cluster:
    """Like questions."""

    id: str
    """Short and stable: what /teach takes."""
    members: list[Unanswered] = field(default_factory=list)
    """Within the days that were asked for, oldest first."""

    @property
    def count(self) -> int:
        """How often it was asked."""
        return len(self.members)

    @property
    def last(self) -> Unanswered:
        """The latest."""
        return self.members[-1]

    @property
    def texts(self) -> list[str]:
        """Its different wordings, the most frequent first, then the latest."""
        counts = Counter(m.text for m in self.members)
        latest = {m.text: n for n, m in enumerate(self.members)}
        return sorted(counts, key=lambda text: (-counts[text], -latest[text]))

    @property
    def example(self) -> str:
        """The most frequent wording."""
        return self.texts[0]

    @property
    def why(self) -> Counter[str]:
        """How many were declined, close and bad."""
        return Counter(m.why for m in self.members)

    @property
    def near(self) -> list[str]:
        """The clauses nearest to its questions, those near to most first."""
        places: Counter[str] = Counter()
        for member in self.members:
            for n, target in enumerate(member.near):
                places[target] += NEAREST - min(n, NEAREST - 1)
        return [target for target, _ in sorted(places.items(), key=lambda pair: (-pair[1], pair[0]))[:NEAREST]]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "id": self.id,
            "count": self.count,
            "example": self.example,
            "texts": self.texts[:EXAMPLES],
            "last": self.last.day,
            "why": dict(self.why),
            "near": self.near,
        }


def clusters(connection: Connection, today: date, days: int = DAYS) -> list[Cluster]:
    """Clusters asked within the last ``days`` days, the most frequent first; of equal ones the latest first.

    All questions that are kept are clustered, those that are settled too, so that neither the days that are asked for
    nor what was settled changes an id.
    """
    first = (today - timedelta(days=days - 1)).isoformat()
    found = []
    for one in cluster(read(connection)):
        one.members = [m for m in one.members if m.day >= first and not m.settled]
        if one.members:
            found.append(one)
    return sorted(found, key=lambda c: (-c.count, -c.last.at, c.id))


def find(found: Iterable[Cluster], short: str) -> Cluster | None:
    """The cluster with that id, typed in any case."""
    return next((c for c in found if c.id == short.strip().lower()), None)


def settle(connection: Connection, ids: Sequence[int], why: str) -> None:
    """Take questions, by their ids, off the list; an empty ``why`` (at most 32 characters) puts them back."""
    for start in range(0, len(ids), 500):
        part = list(ids[start : start + 500])
        connection.execute(update(questions).where(questions.c.id.in_(part)).values(settled=why[:32]))


def put_back(connection: Connection, why: str) -> None:
    """Put the questions that were settled so back on the list."""
    connection.execute(update(questions).where(questions.c.settled == why[:32]).values(settled=""))


def read(connection: Connection) -> list[Unanswered]:
    """Every question asked in vain that is kept, oldest first."""
    c = questions.c
    about = (feedback.c.channel == c.channel, feedback.c.delivery == c.delivery)
    bad = select(feedback.c.key).where(*about, feedback.c.verdict == "down").exists()
    close = and_(c.outcome.in_(("answer", "choose", "info")), c.margin < LOW_MARGIN)
    why = case((c.outcome == "none", "declined"), (bad, "bad"), else_="close").label("why")
    query = select(c.id, c.at, c.day, c.text, c.words, why, c.near, c.settled).where(
        c.text != "", or_(c.outcome == "none", close, bad)
    )
    return [
        Unanswered(id_, at, day, text, tuple(words.split()), reason, tuple(near.split()), settled != "")
        for id_, at, day, text, words, reason, near, settled in connection.execute(query.order_by(c.id))
    ]


def cluster(found: Sequence[Unanswered]) -> list[Cluster]:
    """Like questions together, in the order of their first ones; ``found`` oldest first."""
    forms: dict[tuple[str, ...], list[Unanswered]] = {}
    for one in found:
        forms.setdefault(one.words or (one.text,), []).append(one)
    leaders = _Leaders()
    made: list[Cluster] = []
    taken: set[str] = set()
    for form, members in forms.items():
        place = leaders.place(form, members[0].text)
        if place == len(made):
            made.append(Cluster(_id(form, taken)))
        made[place].members += members
    for each in made:
        each.members.sort(key=lambda m: m.id)
    return made


class _Leaders:
    """The first questions of the clusters. What a part weighs is told by the clusters that are there, only."""

    def __init__(self) -> None:
        self._leaders: list[tuple[frozenset[str], str]] = []
        self._holding: defaultdict[str, list[int]] = defaultdict(list)
        self._weights: dict[str, int] = {}

    def place(self, form: Sequence[str], text: str) -> int:
        """The number of the first leader that a question is like; of a new one if there is none."""
        parts = frozenset(part for word in form for part in _parts(word))
        shared: Counter[int] = Counter()
        known = [part for part in parts if part in self._holding]
        for part in sorted(known, key=lambda p: (len(self._holding[p]), p))[:RAREST]:
            shared.update(self._holding[part][:LOOKED_THROUGH])
        ranked = sorted([n - (count << 32) for n, count in shared.items()])  # most in common first, then the earlier
        nearest = [key & 0xFFFFFFFF for key in ranked[:LOOKED_AT]]
        own = sum(map(self._weight, parts))
        like = next((n for n in sorted(nearest) if self._alike(parts, own, text, *self._leaders[n])), None)
        if like is None:
            like = len(self._leaders)
            self._leaders.append((parts, text))
            for part in parts:
                self._holding[part].append(like)
                self._weights[part] = round(HEAVIEST / (1.0 + math.log(len(self._holding[part]))))
        return like

    def _alike(self, parts: frozenset[str], own: int, text: str, others: frozenset[str], other: str) -> bool:
        common = sum(map(self._weight, parts & others))
        if 2 * common < NEARLY * own:
            return False
        share = 2 * common / (own + sum(map(self._weight, others)))
        return share >= ALIKE or (share >= NEARLY and fuzz.ratio(text, other, score_cutoff=SPELT_ALIKE) > 0)

    def _weight(self, part: str) -> int:
        """What many clusters have (补贴, 企业) hardly tells questions apart."""
        return self._weights.get(part, HEAVIEST)


def _parts(word: str) -> Iterable[str]:
    """A word's pairs of characters: the reader cuts 申请条件 as one word and 怎样申请 as two."""
    return (word,) if len(word) < 3 or word.isascii() else (word[n : n + 2] for n in range(len(word) - 1))


def _id(form: Sequence[str], taken: set[str]) -> str:
    """A few hexadecimal digits of the first question's words; more of them when they are taken."""
    digits = hashlib.blake2s("\n".join(form).encode()).hexdigest()
    short = next(digits[:n] for n in range(ID_DIGITS, len(digits) + 1) if digits[:n] not in taken)
    taken.add(short)
    return short
