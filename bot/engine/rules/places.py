"""Questions that name a place: 4.2, 第十二条, 三(二), 第三部分有哪些."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.matching.matcher import SURE
from bot.engine.rules.resources import Sources
from bot.engine.understanding.places import Place, find_place, mentions
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.why import Rule
from knowledge.base.document import Policy
from knowledge.base.target import Target
from knowledge.learned.index import Match


class Located:
    """Answers them, in the document that is meant; else asks in which."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._library = sources.library

    @staticmethod
    def mentions(question: Question) -> bool:
        """Whether the question holds anything that may be a place."""
        return mentions(question.reading.folded) or mentions(question.reading.plain)

    def names(self, question: Question, policy_id: str) -> bool:
        """Whether the question names a place, and hardly anything else; looked for in one document."""
        return self.mentions(question) and self._place(question, self._library.by_id[policy_id]) is not None

    def reply(self, question: Question, conversation: Conversation, scope: str) -> Reply | None:
        """A place in the document, when the question names one and hardly anything else."""
        meant = self._sources.meant(conversation, scope)
        if meant is None:
            return self._anywhere(question, conversation)
        place = self._place(question, meant)
        default = self._library.default
        if place is not None and not place.clauses and not scope and default is not None and default != meant:
            elsewhere = self._place(question, default)
            if elsewhere is not None and elsewhere.clauses:
                meant, place = default, elsewhere
        if place is not None and not place.clauses and place.attached and not (scope or conversation.policy):
            return self._anywhere(question, conversation) or self._at(place, meant, question, conversation)
        return self._at(place, meant, question, conversation) if place is not None else None

    def _place(self, question: Question, policy: Policy) -> Place | None:
        """The place, when the question hardly says anything else."""
        reading = question.reading
        place = find_place(reading.folded, policy) or find_place(reading.plain, policy)
        if place is None or not (place.sure or self._sources.understanding.empty(place.rest)):
            return None
        return place

    def _at(self, place: Place, policy: Policy, question: Question, conversation: Conversation) -> Reply:
        answers = self._sources.answers(policy.id)
        if not place.clauses:
            return answers.no_such_place(place.typed, conversation)
        clauses = [policy.clause(c) for c in place.clauses]
        if len(clauses) == 1:
            kept = replace(conversation, choices=(), more=())
            return answers.answer(clauses[0], question, kept, 1.0, Rule.PLACE)
        inside = self._inside(place, policy)
        if inside is not None:
            clause = self._library.clause(inside.target)
            return answers.answer(clause, question, conversation, inside.probability, Rule.PLACE_AND_MATCH)
        asks = question.asks
        return answers.several(clauses, conversation, Rule.PLACE, full="original" in asks, units="units" in asks)

    def _inside(self, place: Place, policy: Policy) -> Match | None:
        """The one clause within a part that the rest of the question is surely about."""
        if self._sources.understanding.empty(place.rest):
            return None
        rest = self._sources.understanding.question(place.rest)
        scope = policy.id if self._library.many else ""
        matches = self._sources.matcher.match(rest, scope) if scope else self._sources.matcher.learned(rest.reading)
        found = [m for m in matches if Target.parse(m.target).clause in place.clauses]
        return found[0] if found and found[0].probability >= SURE else None

    def _anywhere(self, question: Question, conversation: Conversation) -> Reply | None:
        """A place while no document is meant: the only document that has it, or a choice."""
        if not self.mentions(question):
            return None
        found = {}
        place = None
        for policy in self._library.policies:
            place = self._place(question, policy) if self._library.open(policy.id) else None
            if place is not None and place.clauses:
                found[policy.id] = place
        if len(found) == 1:
            policy_id, place = next(iter(found.items()))
            return self._at(place, self._library.by_id[policy_id], question, conversation)
        if not found:
            return None
        asked = question.reading.folded
        return self._sources.across.choose_document(list(found), asked, conversation)
