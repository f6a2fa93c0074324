"""The words around an amount that may hold a condition of it: the sentence or item in which it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from knowledge.base.document import Clause
from knowledge.base.points import Point

READABLE, LONGEST = 160, 300
"""Characters of an item or sentence that is shown whole; of a longer one the part that states the amount, up to so many
characters."""


def sentence(clause: Clause, quote: str) -> str:
    """The words with all that stands in their point; the words where that is too long, or they are of several."""
    at = clause.text.find(quote)
    points = list(_holding(clause.points, at, at + len(quote))) if at >= 0 else []
    readable = [point for point in points if point.end - point.start <= READABLE] or points[-1:]
    if not readable or readable[0].end - readable[0].start > LONGEST:
        return quote
    return readable[0].of(clause.text).strip()


def _holding(points: Sequence[Point], start: int, end: int) -> Iterator[Point]:
    """The points that hold ``text[start:end]`` whole, the largest first."""
    for point in points:
        if point.start <= start and end <= point.end:
            yield point
            yield from _holding(point.points, start, end)
