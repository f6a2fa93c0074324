"""Whether a question asks for all clauses that speak of something, and of what (lexicon/talk.yaml, lists)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.engine.understanding.patterns import pattern
from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.thresholds import SHORT
from knowledge.base.talk import Facet

_BESIDE = re.compile(r"[、,]+")
LONGEST = 2 * SHORT
"""Characters of the longest question for a list."""


@dataclass(frozen=True)
class Listing:
    """What clauses are asked for."""

    subject: Question
    """What they are to speak of."""
    every: bool
    """Whether all of them are asked for in so many words; else it may be one that is meant."""
    facet: Facet | None = None
    """What they are to hold instead: deadlines, shares."""

    @property
    def called(self) -> str:
        """What they are to speak of, as it is called in replies."""
        return "、".join(self.subject.telling) or self.subject.text

    @property
    def side_by_side(self) -> Sequence[str]:
        """The things that are named side by side, 5G、智慧城市; none where it is one."""
        parts = _BESIDE.split(self.subject.text)
        whole = len(parts) > 1 and all(any(word in part for word in self.subject.telling) for part in parts)
        return self.subject.telling if whole else ()


class Listings:
    """Reads questions for lists."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding
        talk = understanding.talk.lists
        self._every, self._some = pattern(talk.every), pattern(talk.some)
        around = "|".join(talk.around) or "(?!)"
        self._before, self._behind = re.compile(f"^(?:{around})+"), re.compile(f"(?:{around})+$")
        self._facets = [(pattern(facet.asks), facet) for facet in talk.facets.values()]

    def asked(self, question: Question) -> Listing | None:
        """What is asked for; None where nothing is that could be listed."""
        text = question.reading.plain
        if len(text) > LONGEST or question.units or question.foreign_units:
            return None
        every = self._every.search(text)
        match = every or self._some.search(text)
        pieces = [text] if match is None else [text[: match.start()], text[match.end() :]]
        said = " ".join(filter(None, (self._edged(piece) for piece in pieces)))
        facet = next((facet for asks, facet in self._facets if every and asks.search(said)), None)
        return Listing(self._understanding.question(said), every is not None, facet) if said else None

    def _edged(self, text: str) -> str:
        return self._behind.sub("", self._before.sub("", text.strip()))
