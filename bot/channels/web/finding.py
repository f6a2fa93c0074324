"""Looking through all clauses: by words, by what somebody begins to type."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.engine.documents.library import Library
from knowledge.base.document import Clause
from knowledge.text.fold import fold

IN_TITLE = 3.0
"""How much more a word counts in a clause's title than in its text."""
SUGGESTED = 8
LONGEST_SUGGESTION = 40


@dataclass(frozen=True)
class Place:
    """A clause and what it is searched by."""

    policy: str
    clause: Clause
    title: str
    text: str


class Finder:
    """All clauses of one base."""

    def __init__(self, library: Library) -> None:
        self.library = library

    @cached_property
    def places(self) -> Sequence[Place]:
        """In the order of the base, those of documents that hold first."""
        ordered = [self.library.by_id[p] for p in self.library.ordered(self.library.by_id)]
        return [Place(p.id, c, fold(c.title), fold(c.text)) for p in ordered for c in p.clauses]

    def search(self, words: Iterable[str]) -> list[tuple[Place, float]]:
        """The clauses in which words stand, those with more and rarer ones first."""
        scores: dict[int, float] = {}
        for word in dict.fromkeys(filter(None, map(fold, words))):
            held = [n for n, place in enumerate(self.places) if word in place.text or word in place.title]
            weight = math.log(1 + len(self.places) / len(held)) if held else 0.0
            for n in held:
                scores[n] = scores.get(n, 0.0) + weight * (IN_TITLE if word in self.places[n].title else 1.0)
        best = sorted(scores, key=lambda n: (-scores[n], n))
        return [(self.places[n], round(scores[n], 3)) for n in best]

    @cached_property
    def _names(self) -> Sequence[tuple[str, str]]:
        """(folded, as shown) of what may be suggested: questions, units, documents, titles."""
        library = self.library
        shown = list(library.examples.questions)
        shown += [p.display_name for p in library.leading()]
        shown += list(library.unit_counts)
        shown += [place.clause.title for place in self.places if place.clause.titled]
        return [(fold(one), one) for one in dict.fromkeys(shown) if len(one) <= LONGEST_SUGGESTION]

    def suggest(self, typed: str) -> list[str]:
        """What somebody may be about to type; what begins so comes first."""
        begun = fold(typed.strip())
        if not begun:
            return []
        found = [(folded.find(begun), len(shown), shown) for folded, shown in self._names if begun in folded]
        return [shown for _, _, shown in sorted(found)[:SUGGESTED]]
