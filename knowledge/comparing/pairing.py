"""Which clause of one version became which of another: one to one first, then what was split or merged.

Likeness is that of the wording and of the title; the numbers and the order only decide between equals, for a clause
that was renumbered or moved is still the same. The pairs are those with the greatest likeness in all (linear
assignment), not the first ones found: near copies with other amounts would steal each other's partners.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

import lap
import numpy as np
from rapidfuzz import fuzz, process

from knowledge.base.document import Clause
from knowledge.text.fold import fold

T = TypeVar("T")
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]

LIKE = 0.55
"""Likeness from which two clauses are versions of one."""
INSIDE = 0.6
"""Share of a clause's text that stands in another's, from which it is a piece of it."""
LONG = 4
"""Characters of a stretch that counts as standing in another text."""
CANDIDATES = 5
"""Clauses that are looked at closely for each piece: those that share the most pairs of characters with it."""
FEW = 0.4
"""Share of a piece's pairs of characters below which it can't be in a clause."""
TITLE = 0.3
"""What the title weighs beside the wording."""
PLACE = 0.02
"""What the same number adds, and the same place in the order."""


@dataclass(frozen=True)
class Group:
    """Clauses of the old version and what became of them; either may be empty."""

    old: tuple[Clause, ...]
    new: tuple[Clause, ...]


def groups(old: Sequence[Clause], new: Sequence[Clause]) -> list[Group]:
    """Every clause of both in exactly one group, in the order of the new version, cut ones after their forerunner.

    Exchanging the two versions exchanges the sides of every group and changes nothing else.
    """
    matched = assigned(likeness(old, new), LIKE)
    friends = [(("old", i), ("new", j)) for i, j in matched]
    left_old = set(range(len(old))) - {i for i, _ in matched}
    left_new = set(range(len(new))) - {j for _, j in matched}
    homes = _Homes(new), _Homes(old)
    friends += [(("old", i), ("new", j)) for i in left_old if (j := homes[0].of(old[i])) is not None]
    friends += [(("old", i), ("new", j)) for j in left_new if (i := homes[1].of(new[j])) is not None]
    leader: dict[tuple[str, int], tuple[str, int]] = {}

    def lead(item: tuple[str, int]) -> tuple[str, int]:
        while (above := leader.get(item, item)) != item:
            item = above
        return item

    for one, other in sorted(friends):
        leader[lead(other)] = lead(one)
    members: dict[tuple[str, int], tuple[list[int], list[int]]] = {}
    for side, count in (("old", len(old)), ("new", len(new))):
        for n in range(count):
            members.setdefault(lead((side, n)), ([], []))[side == "new"].append(n)
    found = list(members.values())
    after = {i: max(js) for is_, js in found if js for i in is_}

    def place(member: tuple[list[int], list[int]]) -> tuple[int, int, int]:
        is_, js = member
        if js:
            return js[0], 0, 0
        before = max((i for i in after if i < is_[0]), default=None)
        return (after[before] if before is not None else -1), 1, is_[0]

    return [Group(tuple(old[i] for i in is_), tuple(new[j] for j in js)) for is_, js in sorted(found, key=place)]


def likeness(old: Sequence[Clause], new: Sequence[Clause]) -> Matrix:
    """For each pair of clauses how alike they are, 0 to little above 1."""
    wording = _ratios([fold(c.without_list) for c in old], [fold(c.without_list) for c in new])
    titles = _ratios([fold(c.title) for c in old], [fold(c.title) for c in new])
    numbers = np.array([[one.number == other.number for other in new] for one in old], dtype=float)
    order = np.array([[1 - abs(i / len(old) - j / len(new)) for j in range(len(new))] for i in range(len(old))])
    shape = (len(old), len(new))
    alike = (1 - TITLE) * wording + TITLE * titles
    found: Matrix = np.maximum(alike, wording) + PLACE * (numbers.reshape(shape) + order.reshape(shape))
    return found


def assigned(alike: Matrix, least: float) -> list[tuple[int, int]]:
    """The pairs (row, column), one to one, with the greatest likeness in all; none is less alike than ``least``."""
    if 0 in alike.shape:
        return []
    flipped = alike.tobytes() > np.ascontiguousarray(alike.T).tobytes()  # ties fall the same way from either side
    cost = 2 - np.ascontiguousarray(alike.T if flipped else alike)
    _, of_row, _ = lap.lapjv(cost, extend_cost=True, cost_limit=2 - least)
    pairs = [(i, int(j)) for i, j in enumerate(of_row) if j >= 0]
    return sorted((j, i) if flipped else (i, j) for i, j in pairs)


def paired(
    old: Sequence[T], new: Sequence[T], least: float, text: Callable[[T], str]
) -> list[tuple[T | None, T | None]]:
    """Things of any kind by the likeness of their text: pairs, then what only the old and only the new side has."""
    matched = assigned(_ratios([text(o) for o in old], [text(n) for n in new]), least)
    cut = [o for i, o in enumerate(old) if i not in {i for i, _ in matched}]
    added = [n for j, n in enumerate(new) if j not in {j for _, j in matched}]
    return [*((old[i], new[j]) for i, j in matched), *((o, None) for o in cut), *((None, n) for n in added)]


def _ratios(old: Sequence[str], new: Sequence[str]) -> Matrix:
    if not old or not new:
        return np.zeros((len(old), len(new)))
    return process.cdist(old, new, scorer=fuzz.ratio, dtype=np.float64) / 100


class _Homes:
    """Where clauses of the other version may have gone."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._bodies = [clause.body for clause in clauses]
        self._with: dict[str, list[int]] = {}
        for n, body in enumerate(self._bodies):
            for pair in _character_pairs(body):
                self._with.setdefault(pair, []).append(n)

    def of(self, piece: Clause) -> int | None:
        """The clause in which the piece's text stands; None where there is none. Looks closely at a few only."""
        text = piece.body
        own = _character_pairs(text)
        common = Counter(n for pair in own for n in self._with.get(pair, ()))
        ranked = sorted((-count, n) for n, count in common.items() if count >= FEW * len(own))[:CANDIDATES]
        shares = []
        for _, n in ranked:
            blocks = SequenceMatcher(None, text, self._bodies[n], autojunk=False).get_matching_blocks()
            shares.append((sum(b.size for b in blocks if b.size >= LONG) / max(len(text), 1), -n))
        share, n = max(shares, default=(0.0, 0))
        return -n if share >= INSIDE else None


def _character_pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
