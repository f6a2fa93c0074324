"""Questions for a unit's measures: 市科技局负责哪些, 哪些没写财政局, 它归科技局管吗."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.engine.answering.clause_answers import LEADS
from bot.engine.documents.issuers import region
from bot.engine.rules.resources import Sources
from bot.engine.understanding import follow_up
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.why import Rule
from knowledge.base.document import Policy
from knowledge.base.target import kind_of

UNIT_CLAUSE = 0.5
"""Probability of a clause from which a question that names a unit is about that clause, not about the unit."""
UNIT_OUTSIDE = 0.6
"""Probability of being out of scope from which naming a unit does not help (its phone number, its director)."""
NOT_OF_DEFINITION = frozenset({"by_unit", "amount", "count"})
"""Cues of questions that a definition does not answer though they name what it includes: 含管委会的负责哪些."""
_INCLUDES = re.compile(r"含不含|包不包[括含]|不?包[括含]|不?含")
_SENTENCE = re.compile(r"[.。!?！？;；\n]+")


class ByUnit:
    """Answers them; ``scope`` is the id of the document that is asked, empty for all."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._library = sources.library

    def reply(self, question: Question, conversation: Conversation, scope: str) -> Reply | None:
        """All measures of a unit; None when the question is about something else that only names the unit."""
        if not (question.units or question.foreign_units):
            short = self._sources.understanding.short_unit(question)
            if short is None or not (conversation.units or "by_unit" in question.asks):
                return None
            question = replace(question, units=(short,), rest="", asks=question.asks | {"by_unit"})
        question = self._asking_sentence(question, conversation, scope)
        whose = () if scope else self._sources.whose(question)
        if len(whose) == 1:  # 江城市科技局: as if its only document had been named
            scope = whose[0]
        if whose and conversation.policy not in whose:
            conversation = Conversation()
        if question.units:
            question = replace(question, units=self._library.as_named(question.units, (scope,) if scope else whose))
        asks, sources = question.asks, self._sources
        home = sources.home(conversation, scope)
        specific = sources.specific(question, conversation, scope)
        if "contact" in asks:
            unit = (*question.units, *question.foreign_units)[0]
            return None if specific else home.note("none", "none.contact", conversation, Rule.CONTACT, unit=unit)
        meant = sources.meant(conversation, scope)
        about = conversation.info == "definition" and not specific and follow_up.asks_about_unit(question)
        if meant is not None and (about or self._asks_who_is_included(question, meant)):
            return home.info("definition", conversation)
        if question.units and conversation.clause and not specific and follow_up.asks_about_unit(question):
            asked = replace(question, asks=asks | {"units"})
            answers, clause = sources.answers(conversation.clause), self._library.clause(conversation.clause)
            return answers.answer(clause, asked, conversation, 1.0, Rule.FOLLOW_UP, said=conversation.said)
        if not question.bare and not sources.understanding.empty(question.rest):
            if self._about_something_else(question, specific, scope):
                return None
        elif asks & {"amount", "count"} and not asks & {"by_unit", "units"}:
            return None
        if not question.units:
            return home.foreign_unit(question.foreign_units[0], conversation)
        for definition in meant.definitions if meant is not None else ():
            if definition.term in question.units and set(definition.includes) & set(question.units):
                return home.info("definition", conversation)
        limited = follow_up.limits_units(question)
        if limited is not None:
            if meant is None:
                found = self._library.responsible(question.units[:1])
                asked_text = question.reading.plain
                return sources.across.choose_document(list(found), asked_text, conversation) if found else None
            return home.without_units(question.units, limited == "only")
        return self.of_units(question.units, conversation, scope, LEADS in question.reading.plain, whose)

    def _asks_who_is_included(self, question: Question, policy: Policy) -> bool:
        """Whether it asks if a defined term includes what the names in its definition are made of: 管委会."""
        text = question.reading.plain
        if question.asks & NOT_OF_DEFINITION or not _INCLUDES.search(text) or follow_up.limits_units(question):
            return False
        understanding = self._sources.understanding
        words = [w for w in understanding.without_units(_INCLUDES.sub(" ", text)).words if len(w) > 1]
        for definition in policy.definitions:
            parts = {w for w in words if any(w in name for name in definition.includes)}
            if definition.term in question.units and parts and all(w in parts | understanding.generic for w in words):
                return True
        return False

    def _about_something_else(self, question: Question, specific: bool, scope: str) -> bool:
        """Whether what is asked besides the unit is a clause's subject, or nothing that documents cover."""
        matcher, asks = self._sources.matcher, question.asks
        about = matcher.learned(question.rest_reading, scope)
        clause = max((m.probability for m in about if kind_of(m.target) == "clause"), default=0.0)
        if specific and self._library.many:
            clause = max([clause, *(f.probability for f in matcher.found(question, scope))])
        if specific and (clause > UNIT_CLAUSE or "by_unit" not in asks):
            return True
        whole = matcher.learned(question.reading, scope)
        outside = sum(m.probability for m in whole if kind_of(m.target) in ("near", "far"))
        return "by_unit" not in asks and outside > UNIT_OUTSIDE

    def _asking_sentence(self, question: Question, conversation: Conversation, scope: str) -> Question:
        """Of a long story the sentence that asks for a unit's measures; else the question itself."""
        text = question.reading.folded
        if not question.units or len(text) <= 3 * follow_up.SHORT:
            return question
        for sentence in reversed(_SENTENCE.split(text)):
            part = self._sources.understanding.question(sentence)
            asking = part.units and part.asks & {"by_unit", "units"}
            if asking and not self._sources.specific(part, conversation, scope):
                return part
        return question

    def of_units(
        self,
        units: Sequence[str],
        conversation: Conversation,
        scope: str,
        leading: bool = False,
        whose: Sequence[str] = (),
    ) -> Reply:
        """The measures for which all of the units are responsible, by document where there are several.

        ``whose``: the documents of the place that was named; empty: all.
        """
        found = {p: ids for p, ids in self._library.responsible(units).items() if p in whose or not whose}
        if whose and not found and not scope:
            place = self._library.by_id[whose[0]]
            slots = {"place": region(place) or place.issuer or "", "unit": "、".join(units)}
            return self._sources.home(conversation).note(
                "none", "documents.unit_nowhere", conversation, Rule.UNIT_NOWHERE, **slots
            )
        if scope or len(found) < 2:
            policy_id = scope or next(iter(found), "") or self._sources.home(conversation).policy.id
            return self._sources.answers(policy_id).of_units(units, leading)
        meant = self._sources.meant(conversation) if not whose else None
        shown = meant if meant is not None and meant.id in found else None

        def whole(policy: Policy) -> Reply:
            return self._sources.answers(policy.id).of_units(units, leading)

        return self._sources.across.of_units(units, found, shown, conversation, whole)
