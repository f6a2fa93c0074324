"""What a question may be about, most probable first: the learned index, and clauses found by their own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from bot.engine.documents.issuers import without
from bot.engine.documents.library import Library
from bot.engine.documents.scope import Scope
from bot.engine.matching.merge import contest, in_crowd
from bot.engine.understanding import follow_up
from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.thresholds import (
    CLOSED,
    CONTEXT_ODDS,
    CONTEXT_OUTSIDE,
    CONTEXT_WEAK,
    EARLIER,
    NAMED_OUTSIDE,
    OUTSIDE,
    REJECTED,
    SURE,
)
from knowledge.base.number_kinds import NumberKind
from knowledge.base.target import kind_of, policy_of
from knowledge.learned.index import Match
from knowledge.reading.reader import Reading
from knowledge.retrieval.evidence import Asking, Evidence, Found

AMOUNT: frozenset[NumberKind] = frozenset({"money", "share"})
"""The kinds of number that say how much is paid."""
TELLING = 3.0
"""Rarity from which a word of a topic tells what it is about."""
MOST_ALSO = 8
"""Documents of a place that are looked at because the question names it."""


@dataclass(frozen=True)
class Context:
    """What a question is matched in."""

    talked: str
    """Target of the clause that is talked about; empty: none."""
    rejected: str
    """Target of the clause that the question rejects; empty: none."""
    leaning: bool
    """Whether the question reads as if it went on from what is talked about."""


class Matcher:
    """Matches questions against the documents of a scope."""

    def __init__(self, library: Library, understanding: Understanding) -> None:
        ready = library.ready
        self._index = ready.index
        self._library = library
        self._understanding = understanding
        self._topic_words = lru_cache(None)(self._words_of_topic)
        self.evidence = Evidence(ready.base, ready.reader, ready.clauses, ready.evidence)

    @cached_property
    def _clauses(self) -> dict[str, list[str]]:
        """The learned index's clauses by document."""
        found: dict[str, list[str]] = {}
        for target in self._index.targets:
            if kind_of(target) == "clause":
                found.setdefault(policy_of(target), []).append(target)
        return found

    def learned(self, reading: Reading, scope: Scope, prior: Mapping[str, float] | None = None) -> list[Match]:
        """What the learned index finds."""
        shut = [policy for policy in self._clauses if not scope.asks(policy, reading.plain)]
        odds = {**(prior or {}), **{target: CLOSED for policy in shut for target in self._clauses[policy]}}
        if scope.only:
            odds |= {"near": NAMED_OUTSIDE, "far": NAMED_OUTSIDE}
        return [m for m in self._index.match(reading, odds or None) if policy_of(m.target) not in shut]

    def found(self, question: Question, scope: Scope) -> list[Found]:
        """Clauses without phrasings that the question's own words find."""
        if not len(self.evidence.clauses):
            return []
        found = self.evidence.find(self.looked_for(question, scope))
        if scope.only:
            return found
        plain = question.reading.plain
        return _shared_out([f for f in found if scope.asks(policy_of(f.target), plain)], found)

    def looked_for(self, question: Question, scope: Scope) -> Asking:
        """What a clause without phrasings must have to answer a question."""
        reading, also = self._where(question)
        learned = self.learned(question.reading, scope)
        near = [m for m in learned if kind_of(m.target) == "near"]
        far = sum(m.probability for m in learned if kind_of(m.target) == "far")
        return Asking(
            reading,
            self._understanding.generic,
            only=scope.only,
            places=self._library.place_names.asked_for(question.reading.plain),
            levels=self.evidence.jurisdiction.levels_asked(question.reading.plain),
            also=() if scope.only else also,
            units="units" in question.asks,
            numbers=self._numbers(question),
            outside=sum(m.probability for m in near) + (far if far >= OUTSIDE else 0.0),
            near=tuple(word for m in near if m.topic for word in self._named(m.topic, question)),
        )

    def _numbers(self, question: Question) -> frozenset[NumberKind]:
        """The kinds of number that answer a question; none where it asks for none, or for any."""
        if "amount" in question.asks:
            return AMOUNT
        asked = self._understanding.numbers.asked_for(question)
        return frozenset(asked.kinds) - {"any"} if asked is not None else frozenset()

    def _where(self, question: Question) -> tuple[Reading, tuple[str, ...]]:
        """(what the clauses must say, documents to look at closely): a place's name says where to look."""
        regions, reading = self._library.regions, question.rest_reading
        whose = regions.one(question.reading.folded)
        untaught = tuple(p for p in whose.policies if p in self._library.untaught) if whose is not None else ()
        named = regions.one(reading.folded) if untaught else None
        if named is not None:  # the clauses needn't say it
            reading = self._understanding.question(without(reading.folded, named)).rest_reading
        return reading, untaught[:MOST_ALSO]

    def among(self, targets: Sequence[str], question: Question) -> tuple[str, float] | None:
        """Which of these clauses, all talked about, a question means, and how probably; None when it may be another."""
        known = list(filter(None, targets))
        matches = self.learned(question.reading, Scope(self._library), dict.fromkeys(known, CONTEXT_ODDS))
        best = [(m.target, m.probability) for m in matches[:1] if m.probability >= EARLIER]
        for policy in dict.fromkeys(map(policy_of, known)):
            found = self.found(question, Scope(self._library, policy))
            best += [(f.target, f.probability) for f in found if f.probability >= EARLIER]
        best = [(target, probability) for target, probability in best if target in targets]
        return max(best, key=lambda b: b[1], default=None)

    def match(self, question: Question, scope: Scope) -> list[Match]:
        """Both on one scale."""
        return self._together(question, self.learned(question.reading, scope), self.found(question, scope), scope)

    def in_context(self, question: Question, context: Context, scope: Scope) -> list[Match]:
        """Matches, with what is talked about weighed in where the question doesn't say it all by itself."""
        learned = self._learned_in_context(question.reading, context, scope)
        found = [f for f in self.found(question, scope) if f.target != context.rejected]
        return self._together(question, learned, found, scope)

    def trust_values(self, question: Question, taught: Match, found: Found | None) -> dict[str, float]:
        """What tells how far a learned clause is to be believed beside a found one (TRUST)."""
        values = {**taught.signals, "found": found.probability if found is not None else 0.0}
        if found is None:
            return values
        asked = Asking(self._where(question)[0], self._understanding.generic)
        return values | self.evidence.against(asked, taught.target, found.target)

    def _together(self, question: Question, learned: list[Match], found: list[Found], scope: Scope) -> list[Match]:
        def trust(taught: Match, best: Found) -> float | None:
            plain, whose = question.reading.plain, self.evidence.jurisdiction
            places, levels = self._library.place_names.asked_for(plain), whose.levels_asked(plain)
            mine, others = (whose.odds(policy_of(m.target), places, levels) for m in (taught, best))
            return self.evidence.trust(self.trust_values(question, taught, best), mine - others)

        def silent_on(topic: str, targets: Sequence[str]) -> frozenset[str]:
            words = self._topical(topic, question)
            return frozenset(t for t in targets if words and not self.evidence.says(t, words))

        beside = in_crowd(learned, self.evidence.crowd) if found and not scope.only else learned
        return contest(beside, found, scope.rank, trust, silent_on)

    def _topical(self, topic: str, question: Question) -> list[str]:
        """What a question for money says that tells what a topic is about; none where it asks for no money."""
        if "money" not in self._numbers(question):
            return []
        return self._named(topic, question)

    def _named(self, topic: str, question: Question) -> list[str]:
        """The words of a topic that stand in a question and tell what it is about."""
        plain = question.reading.plain
        return [w for w in self._topic_words(topic) if w in plain and self.evidence.rarity(w) >= TELLING]

    def _words_of_topic(self, topic_id: str) -> tuple[str, ...]:
        topic = next((t for t in self._library.ready.base.lexicon.not_covered.topics if t.id == topic_id), None)
        said = (topic.name, *topic.terms) if topic is not None else ()
        empty = {*self._understanding.generic, *self._library.ready.base.lexicon.subjects.general}
        words = dict.fromkeys(word for text in said for word in self._library.ready.reader.read(text).words)
        return tuple(word for word in words if len(word) > 1 and word not in empty)

    def _learned_in_context(self, reading: Reading, context: Context, scope: Scope) -> list[Match]:
        matches = self.learned(reading, scope)
        best = matches[0] if matches else None
        sure = best is not None and best.probability >= SURE
        if context.rejected and not (sure and best is not None and best.target == context.rejected):
            return self.learned(reading, scope, {context.rejected: REJECTED})
        if not context.talked or (sure and best is not None and kind_of(best.target) != "far"):
            return matches
        if context.leaning:
            prior = {t: CONTEXT_OUTSIDE for t in self._index.targets if kind_of(t) != "clause"}
            return self.learned(reading, scope, {**prior, context.talked: CONTEXT_ODDS})
        if follow_up.is_short(reading):
            return self.learned(reading, scope, {context.talked: CONTEXT_WEAK})
        return matches


def _shared_out(kept: list[Found], found: list[Found]) -> list[Found]:
    """What is left when documents that aren't asked can't be meant; what they took goes to the others in proportion."""
    lost = sum(f.probability for f in found) - sum(f.probability for f in kept)
    return [replace(f, probability=f.probability / max(1.0 - lost, 1e-9)) for f in kept] if lost else kept
