"""What a question may be about, most probable first: the learned index, and clauses found by their own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from bot.engine.documents.issuers import without
from bot.engine.documents.library import Library
from bot.engine.matching.merge import contest
from bot.engine.understanding import follow_up
from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.conversation import Conversation
from knowledge.base.target import kind_of, policy_of
from knowledge.learned.index import Match
from knowledge.reading.reader import Reading
from knowledge.retrieval.evidence import Evidence, Found

CONTEXT_ODDS = 4.0
"""Log odds that a follow-up gives to the clause that is talked about: as much as a good match is worth."""
CONTEXT_WEAK = 2.5
"""Log odds that a short question without any sign of a follow-up gives to the clause that is talked about."""
CONTEXT_OUTSIDE = -2.5
"""Log odds that a follow-up takes from everything that is no clause."""
EARLIER = 0.5
"""Probability from which a question goes back to a clause that was talked about before."""
REJECTED = -6.0
"""Log odds that 不是，我问的是… takes from the clause that was rejected."""
SURE = 0.85
"""Probability from which a question says by itself what it is about, whatever was talked about."""
LACKING = 0.4
"""What the odds of a clause are multiplied by that hasn't what is asked for: units, or money."""
MOST_ALSO = 8
"""Documents of a place that are looked at because the question names it."""
MONEY = frozenset({"amount", "ratio", "share"})
CLOSED = -1e6
"""Log odds of clauses of documents that are not asked."""
NAMED_OUTSIDE = -2.0
"""Log odds that naming a document takes from everything that no document covers."""


class Matcher:
    """Matches questions. ``scope`` is everywhere the id of the document that is asked; empty for all."""

    def __init__(self, library: Library, understanding: Understanding) -> None:
        ready = library.ready
        self._index = ready.index
        self._library = library
        self._understanding = understanding
        self._evidence = Evidence(ready.base, ready.reader, ready.clauses, ready.evidence)

    @cached_property
    def _clauses(self) -> list[str]:
        """The learned index's clauses."""
        return [t for t in self._index.targets if kind_of(t) == "clause"]

    def learned(self, reading: Reading, scope: str = "", prior: Mapping[str, float] | None = None) -> list[Match]:
        """What the learned index finds."""
        if not self._library.many:
            return self._index.match(reading, prior)
        closed = {
            t: CLOSED
            for t in self._clauses
            if (scope and policy_of(t) != scope) or (not scope and self._shut(t, reading.plain))
        }
        if scope:
            closed |= {"near": NAMED_OUTSIDE, "far": NAMED_OUTSIDE}
        matches = self._index.match(reading, {**(prior or {}), **closed} or None)
        return [m for m in matches if m.target not in closed or kind_of(m.target) != "clause"]

    def found(self, question: Question, scope: str = "") -> list[Found]:
        """Clauses without phrasings that the question's own words find."""
        if not len(self._evidence.clauses):
            return []
        cities = frozenset(c for c in self._library.cities if c in question.reading.plain)
        reading = question.rest_reading
        regions, also = self._library.regions, tuple[str, ...]()
        whose = regions.one(question.reading.folded)
        if whose is not None and self._library.untaught & set(whose.policies):
            also = () if scope else tuple(p for p in whose.policies if p in self._library.untaught)[:MOST_ALSO]
            named = regions.one(reading.folded)
            if named is not None:  # it says where to look; the clauses needn't say it
                reading = self._understanding.question(without(reading.folded, named)).rest_reading
        found = self._evidence.find(reading, self._understanding.generic, scope, cities, also)
        if not scope:
            found = _without_shut(found, lambda target: self._shut(target, question.reading.plain))
        return sorted(self._as_asked(found, question, bool(scope)), key=lambda f: -f.probability)

    def _as_asked(self, found: list[Found], question: Question, named: bool) -> list[Found]:
        """More weight to clauses that have what is asked for, units or money; together they keep what they had.

        ``named``: their document is asked by name; else those that state no money take less where money is asked for.
        """
        fits = [self._fits(f.target, question.asks) for f in found]
        if fits.count(True) in (0, len(fits)) and (named or "amount" not in question.asks or any(fits)):
            return found
        weighed = [f.probability * (1.0 if fit else LACKING) for f, fit in zip(found, fits, strict=True)]
        kept = sum(f.probability for f in found)
        whole = sum(weighed) if named or "amount" not in question.asks else kept
        return [replace(f, probability=w * kept / (whole or 1.0)) for f, w in zip(found, weighed, strict=True)]

    def _fits(self, target: str, asks: frozenset[str]) -> bool:
        """Whether a clause has units, or money, when these are asked for."""
        clause = self._library.clause(target)
        if "amount" in asks:
            return any(figure.kind in MONEY for figure in clause.figures)
        return bool(clause.responsible) if "units" in asks else True

    def among(self, targets: Sequence[str], question: Question) -> tuple[str, float] | None:
        """Which of these clauses, all talked about, a question means, and how probably; None when it may be another."""
        matches = self.learned(question.reading, "", dict.fromkeys(filter(None, targets), CONTEXT_ODDS))
        best = [(m.target, m.probability) for m in matches[:1] if m.probability >= EARLIER]
        for policy in dict.fromkeys(policy_of(t) for t in targets if t):
            best += [(f.target, f.probability) for f in self.found(question, policy) if f.probability >= EARLIER]
        best = [(target, probability) for target, probability in best if target in targets]
        return max(best, key=lambda b: b[1], default=None)

    def _rank(self, scope: str) -> Callable[[str], int]:
        """Where documents stand among others; one that is asked by name stands alone."""
        return (lambda _: 0) if scope else self._library.rank

    def _shut(self, target: str, plain: str) -> bool:
        """Whether a document isn't asked: a repealed one, or one for another city than the question names."""
        city = self._library.by_id[policy_of(target)].city
        named = [c for c in self._library.cities if c in plain]
        return not self._library.open(target) or (city is not None and bool(named) and city not in named)

    def match(self, question: Question, scope: str = "") -> list[Match]:
        """Both on one scale."""
        return contest(self.learned(question.reading, scope), self.found(question, scope), self._rank(scope))

    def in_context(
        self, question: Question, conversation: Conversation, rejected: str, leaning: bool, scope: str
    ) -> list[Match]:
        """Matches, with what is talked about weighed in where the question doesn't say it all by itself."""
        learned = self._learned_in_context(question.reading, conversation, rejected, leaning, scope)
        found = [f for f in self.found(question, scope) if f.target != rejected]
        return contest(learned, found, self._rank(scope))

    def _learned_in_context(
        self, reading: Reading, conversation: Conversation, rejected: str, leaning: bool, scope: str
    ) -> list[Match]:
        matches = self.learned(reading, scope)
        if rejected and not (matches and matches[0].target == rejected and matches[0].probability >= SURE):
            return self.learned(reading, scope, {rejected: REJECTED})
        sure = bool(matches) and matches[0].probability >= SURE and kind_of(matches[0].target) != "far"
        if sure or not conversation.clause:
            return matches
        if leaning:
            prior = {t: CONTEXT_OUTSIDE for t in self._index.targets if kind_of(t) != "clause"}
            return self.learned(reading, scope, {**prior, conversation.clause: CONTEXT_ODDS})
        if follow_up.is_short(reading):
            return self.learned(reading, scope, {conversation.clause: CONTEXT_WEAK})
        return matches


def _without_shut(found: list[Found], shut: Callable[[str], bool]) -> list[Found]:
    """What is left when documents that aren't asked can't be meant; what they took goes to the others in proportion."""
    kept = [f for f in found if not shut(f.target)]
    lost = sum(f.probability for f in found) - sum(f.probability for f in kept)
    return [replace(f, probability=f.probability / max(1.0 - lost, 1e-9)) for f in kept] if lost else kept
