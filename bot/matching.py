"""What a question may be about, most probable first: the learned index, and clauses found by their own words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from bot import dialogue
from bot.contest import contest
from bot.dialogue import Conversation
from bot.intents import Question, Understanding
from bot.library import Library
from knowledge.evidence import Evidence, Found
from knowledge.index import Match, kind_of
from knowledge.tokens import Reading

CONTEXT_ODDS = 4.0
"""Log odds that a follow-up gives to the clause that is talked about: as much as a good match is worth."""
CONTEXT_WEAK = 1.5
"""Log odds that a short question without any sign of a follow-up gives to the clause that is talked about."""
CONTEXT_OUTSIDE = -2.5
"""Log odds that a follow-up takes from everything that is no clause."""
REJECTED = -6.0
"""Log odds that 不是，我问的是… takes from the clause that was rejected."""
SURE = 0.85
"""Probability from which a question says by itself what it is about, whatever was talked about."""
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
            if (scope and t.partition("/")[0] != scope) or (not scope and not self._library.open(t))
        }
        if scope:
            closed |= {"near": NAMED_OUTSIDE, "far": NAMED_OUTSIDE}
        matches = self._index.match(reading, {**(prior or {}), **closed} or None)
        return [m for m in matches if m.target not in closed or kind_of(m.target) != "clause"]

    def found(self, question: Question, scope: str = "") -> list[Found]:
        """Clauses without phrasings that the question's own words find."""
        if not len(self._evidence.clauses):
            return []
        found = self._evidence.find(question.rest_reading, self._understanding.generic, scope)
        return [f for f in found if scope or self._library.open(f.target)]

    def match(self, question: Question, scope: str = "") -> list[Match]:
        """Both on one scale."""
        return contest(self.learned(question.reading, scope), self.found(question, scope), self._library.rank)

    def in_context(
        self, question: Question, conversation: Conversation, rejected: str, leaning: bool, scope: str
    ) -> list[Match]:
        """Matches, with what is talked about weighed in where the question doesn't say it all by itself."""
        learned = self._learned_in_context(question.reading, conversation, rejected, leaning, scope)
        found = [f for f in self.found(question, scope) if f.target != rejected]
        return contest(learned, found, self._library.rank)

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
        if len(reading.folded) <= dialogue.SHORT:
            return self.learned(reading, scope, {conversation.clause: CONTEXT_WEAK})
        return matches
