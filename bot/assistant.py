"""The one door: a question and a conversation in, a reply out. Pure and synchronous; the clock is handed in.

A question passes each room once: fold and read (knowledge/), understand (intents.py), follow up (dialogue.py), match
(knowledge/index.py), decide (decide.py), select figures (figures.py) and compose (answers.py, compose.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import cast

from bot import dialogue
from bot.answers import MOST_RELATED, Answers
from bot.compose import Words
from bot.days import today_in_beijing
from bot.decide import Decision, decide
from bot.dialogue import Conversation
from bot.intents import Question, Understanding
from bot.places import Place
from bot.reply import Reply
from bot.terms import Terms
from knowledge.compiled import Ready
from knowledge.index import Match, kind_of
from knowledge.model import InfoTopic, Policy
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
BOTH = 0.9
"""Probability that each half of a question must have for its own clause before both are answered."""
OFFERED = 0.01
"""Probability from which a clause is worth offering when the answer was not it."""
UNIT_CLAUSE = 0.5
"""Probability of a clause from which a question that names a unit is about that clause, not about the unit."""
UNIT_OUTSIDE = 0.6
"""Probability of being out of scope from which naming a unit does not help (its phone number, its director)."""
ASKS_OF_CLAUSE = frozenset({"units", "amount", "count", "original"})
"""Cues that ask something of the clause that is talked about."""
WARM_UP = "一个开发区最多几个？"
"""Answering it reads what is read only when first needed."""
_TOGETHER = re.compile(r"和|与|以及|还有|跟|[?？;；]")
_SENTENCE = re.compile(r"[.。!?！？;；\n]+")


class Assistant:
    """Answers questions from one ready base. Safe to share between threads."""

    def __init__(self, ready: Ready, today: Callable[[], date] = today_in_beijing, language: str = "zh") -> None:
        self.ready = ready
        self.today = today
        self._language = language
        self.words = Words.load(language)
        self.policy: Policy = ready.base.policies[0]
        self.understanding = Understanding(ready)
        self.answers = Answers(ready, self.policy, self.words, today)
        self.compose = self.answers.compose
        self._terms = Terms(ready, self.policy, self.understanding)
        self._texts = {self.answers.target(c): c.title + c.body for c in self.policy.clauses}

    def with_base(self, ready: Ready) -> Assistant:
        """An assistant like this one, on another base; it has read what is read only when first needed."""
        other = Assistant(ready, self.today, self._language)
        other.reply(WARM_UP)
        return other

    def reply(self, question: str, conversation: Conversation | None = None) -> Reply:
        """Answer any text. Never raises; what can't be answered is said so."""
        asked = self.understanding.question(question)
        reply = self._reply(asked, self._known(conversation or Conversation()))
        reading = asked.reading
        explain = {
            "plain": reading.plain,
            "words": list(reading.words),
            "telling": [word for word in reading.words if word not in self.understanding.generic],
            "terms": list(reading.terms),
            "repairs": [vars(r) for r in reading.repairs],
            "asks": sorted(asked.asks),
            **reply.explain,
        }
        return replace(reply, explain=explain)

    def show(self, target: str, conversation: Conversation | None = None) -> Reply:
        """The clause that a target (policy/clause) names, whole; KeyError if there is none."""
        clause = self.answers.clause(target)
        kept = replace(conversation or Conversation(), choices=(), more=())
        return self.answers.answer(clause, self.understanding.question(clause.id), kept, 1.0, "place")

    def of_unit(self, unit: str) -> Reply:
        """The measures that a unit, by its name in the lexicon, is responsible for."""
        return self.answers.of_units([unit])

    def _reply(self, question: Question, conversation: Conversation) -> Reply:
        """The first of these that knows what to do."""
        if not re.search(r"\w", question.reading.folded):
            return self.answers.note("clarify", "none.empty", conversation, "empty")
        rejected = ""
        correction = dialogue.correction(question, self.understanding) if conversation != Conversation() else None
        if correction is not None:
            if self.understanding.empty(correction.rest):
                return self.answers.rejected(conversation)
            question = self.understanding.question(correction.rest)
            if conversation.clause and self.answers.names_case(conversation.clause, question):
                return self._follow_up(question, conversation)
            if not question.asks & ASKS_OF_CLAUSE:  # else only what was asked of it was wrong
                rejected = conversation.clause
        return (
            self._picked(question, conversation)
            or self._located(question, conversation)
            or self._followed(question, conversation)
            or (self.answers.elsewhere(question.elsewhere, conversation) if question.elsewhere else None)
            or self._by_unit(self._asking_sentence(question), conversation)
            or self._both(question, conversation)
            or self._matched(question, conversation, rejected)
        )

    # -- what needs no matching --------------------------------------------------------------------------------------

    def _picked(self, question: Question, conversation: Conversation) -> Reply | None:
        """One of the clauses that the last reply offered, or all of them."""
        chosen = dialogue.picked(question, conversation, self._texts, self.understanding)
        if chosen is None:
            count = len(conversation.choices)
            return self.answers.note("clarify", "pick_range", conversation, "no such choice", count=count)
        clauses = [self.answers.clause(t) for t in chosen]
        if len(clauses) == 1:
            return self.answers.answer(clauses[0], question, conversation, 1.0, "picked", said=conversation.said)
        return self.answers.several(clauses, conversation, "picked all", full=True) if clauses else None

    def _located(self, question: Question, conversation: Conversation) -> Reply | None:
        """A place in the document, when the question names one and hardly anything else."""
        place = question.place
        if place is None or not (place.sure or self.understanding.empty(place.rest)):
            return None
        if not place.clauses:
            return self.answers.no_such_place(place.typed, conversation)
        clauses = [self.policy.clause(c) for c in place.clauses]
        if len(clauses) == 1:
            kept = replace(conversation, choices=(), more=())
            return self.answers.answer(clauses[0], question, kept, 1.0, "place")
        inside = self._inside(place)
        if inside is not None:
            clause = self.answers.clause(inside.target)
            return self.answers.answer(clause, question, conversation, inside.probability, "place and match")
        asks = question.asks
        return self.answers.several(clauses, conversation, "place", full="original" in asks, units="units" in asks)

    def _inside(self, place: Place) -> Match | None:
        """The one clause within a part that the rest of the question is surely about."""
        if self.understanding.empty(place.rest):
            return None
        matches = self._match(self.understanding.question(place.rest).reading)
        found = [m for m in matches if m.target.split("/")[-1] in place.clauses]
        return found[0] if found and found[0].probability >= SURE else None

    def _followed(self, question: Question, conversation: Conversation) -> Reply | None:
        """Nothing but 谁负责, 金额多少, 原文, 还有呢: about what was answered last, or a question back."""
        if question.units or question.foreign_units:
            return None
        if not question.bare and not (conversation.clause and self._goes_on(question)):
            return None
        asks = question.asks
        if not asks & (ASKS_OF_CLAUSE | {"more", "follow_up", "by_unit"}):
            return None
        if "more" in asks and (conversation.more or conversation.clause):
            return self.answers.more(conversation)
        if conversation.info and asks & {"original"}:
            return self.answers.info(cast(InfoTopic, conversation.info), conversation)
        if conversation.clause and asks & (ASKS_OF_CLAUSE | {"by_unit"}):
            return self._follow_up(question, conversation)
        if not conversation.clause and conversation.choices and asks & ASKS_OF_CLAUSE:
            clauses = [self.answers.clause(t) for t in conversation.choices]
            if "units" in asks:
                return self.answers.several(clauses, conversation, "follow-up on a list", units=True)
            return self.answers.choose(clauses, (), question, "follow-up on a list")
        matches = self._match(question.reading)
        if matches and kind_of(matches[0].target) in ("info", "chat") and matches[0].probability > 0.5:
            return None
        if conversation.clause and dialogue.leans(question):
            return self._follow_up(question, conversation)
        return self.answers.note("clarify", "clarify.no_context", conversation, "no context")

    def _goes_on(self, question: Question) -> bool:
        """Whether a short question names nothing that any clause speaks of: 投多少钱, 它归谁管呀."""
        short = dialogue.leans(question) or dialogue.asks_on(question)
        return short and not self._terms.stands(question.rest_reading)

    def _follow_up(self, question: Question, conversation: Conversation) -> Reply:
        clause = self.answers.clause(conversation.clause)
        return self.answers.answer(clause, question, conversation, 1.0, "follow-up", said=conversation.said)

    def _by_unit(self, question: Question, conversation: Conversation) -> Reply | None:
        """All measures of a unit; None when the question is about something else that only names the unit."""
        asks = question.asks
        if not (question.units or question.foreign_units):
            return None
        specific = self._terms.stands(question.rest_reading)
        if "contact" in asks:
            unit = (*question.units, *question.foreign_units)[0]
            return None if specific else self.answers.note("none", "none.contact", conversation, "contact", unit=unit)
        if question.units and conversation.clause and not specific and dialogue.asks_about_unit(question):
            return self._follow_up(replace(question, asks=asks | {"units"}), conversation)
        if not question.bare and not self.understanding.empty(question.rest):
            about = self._match(question.rest_reading)
            clause = max((m.probability for m in about if kind_of(m.target) == "clause"), default=0.0)
            if specific and (clause > UNIT_CLAUSE or "by_unit" not in asks):
                return None
            whole = self._match(question.reading)
            outside = sum(m.probability for m in whole if kind_of(m.target) in ("near", "far"))
            if "by_unit" not in asks and outside > UNIT_OUTSIDE:
                return None
        elif asks & {"amount", "count"} and not asks & {"by_unit", "units"}:
            return None
        if not question.units:
            return self.answers.foreign_unit(question.foreign_units[0], conversation)
        for definition in self.policy.definitions:
            if definition.term in question.units and set(definition.includes) & set(question.units):
                return self.answers.info("definition", conversation)
        limited = dialogue.limits_units(question)
        if limited is not None:
            return self.answers.without_units(question.units, limited == "only")
        return self.answers.of_units(question.units)

    def _asking_sentence(self, question: Question) -> Question:
        """Of a long story the sentence that asks for a unit's measures; else the question itself."""
        text = question.reading.folded
        if not question.units or len(text) <= 3 * dialogue.SHORT:
            return question
        for sentence in reversed(_SENTENCE.split(text)):
            part = self.understanding.question(sentence)
            if part.units and part.asks & {"by_unit", "units"} and not self._terms.stands(part.rest_reading):
                return part
        return question

    def _both(self, question: Question, conversation: Conversation) -> Reply | None:
        """Two things asked for at once, each surely about a clause of its own: 末位淘汰和产业地图谁负责."""
        halves = _TOGETHER.split(question.reading.plain)
        if len(halves) != 2 or len(question.reading.folded) > 2 * dialogue.SHORT:
            return None
        found = []
        for half in halves:
            matches = self._match(self.understanding.question(half).rest_reading)
            if not matches or kind_of(matches[0].target) != "clause" or matches[0].probability < BOTH:
                return None
            found.append(self.answers.clause(matches[0].target))
        whole = self._match(question.reading)
        if found[0] == found[1] or (whole and whole[0].probability >= SURE and self._terms.holding(question)):
            return None
        units = "units" in question.asks
        return self.answers.several(found, conversation, "two at once", full=not units, units=units)

    # -- matching ----------------------------------------------------------------------------------------------------

    def _matched(self, question: Question, conversation: Conversation, rejected: str) -> Reply:
        """The act of least expected cost on the best matches."""
        leaning = (
            bool(conversation.clause) and not rejected and (dialogue.leans(question) or dialogue.asks_on(question))
        )
        matches = self._match_in_context(question.reading, conversation, rejected, leaning)
        if not matches:
            if leaning:
                return self._follow_up(question, conversation)
            return self.answers.note("none", "none.unreadable", conversation, "nothing known in it")
        decision = decide(matches)
        explain = {
            "matches": [{**vars(m), "probability": round(m.probability, 4)} for m in matches],
            "costs": decision.costs,
        }
        reply = None if leaning else self._ambiguous(question, matches)
        if reply is None:
            reply = self._act(decision, matches, question, conversation, leaning)
        return replace(reply, explain={**explain, **reply.explain})

    def _match_in_context(
        self, reading: Reading, conversation: Conversation, rejected: str, leaning: bool
    ) -> list[Match]:
        """Matches, with what is talked about weighed in where the question doesn't say it all by itself."""
        matches = self._match(reading)
        if rejected and not (matches and matches[0].target == rejected and matches[0].probability >= SURE):
            return self._match(reading, {rejected: REJECTED})
        sure = bool(matches) and matches[0].probability >= SURE and kind_of(matches[0].target) != "far"
        if sure or not conversation.clause:
            return matches
        if leaning:
            prior = {t: CONTEXT_OUTSIDE for t in self.ready.index.targets if kind_of(t) != "clause"}
            return self._match(reading, {**prior, conversation.clause: CONTEXT_ODDS})
        if len(reading.folded) <= dialogue.SHORT:
            return self._match(reading, {conversation.clause: CONTEXT_WEAK})
        return matches

    def _ambiguous(self, question: Question, matches: Sequence[Match]) -> Reply | None:
        """A choice for bare words that several clauses hold verbatim, when none stands out.

        One stands out when it is surely the best match, and either is none of them or the only one so titled.
        """
        holding = self._terms.holding(question)
        if len(holding) < 2:
            return None
        best = self.answers.clause(matches[0].target) if kind_of(matches[0].target) == "clause" else None
        if matches[0].probability >= SURE and (best not in holding or self._terms.titled(question) == [best]):
            return None
        return self.answers.choose(holding, matches, question, "term in several clauses")

    def _act(
        self,
        decision: Decision,
        matches: Sequence[Match],
        question: Question,
        conversation: Conversation,
        leaning: bool,
    ) -> Reply:
        best = decision.matches[0] if decision.matches else matches[0]
        if decision.act == "answer":
            short = leaning or len(question.reading.folded) <= dialogue.SHORT
            same = best.target == conversation.clause and short
            others = [m for m in matches if kind_of(m.target) == "clause" and m.target != best.target]
            further = [m.target for m in others if m.probability >= OFFERED]
            kept = replace(conversation, more=tuple(further[:MOST_RELATED]))
            said = conversation.said if same else ""
            clause = self.answers.clause(best.target)
            reply = self.answers.answer(clause, question, kept, best.probability, "best match", said=said)
            return reply if same else self.answers.with_related(reply, others, self._terms.holding(question))
        if decision.act == "choose":
            clauses = [self.answers.clause(m.target) for m in decision.matches]
            return self.answers.choose(clauses, matches, question, "close match")
        if decision.act == "info":
            return self.answers.info(cast(InfoTopic, best.target.split(":")[1]), conversation)
        if decision.act == "chat":
            topic = best.target.split(":")[1]
            note = self.answers.note("chat", f"chat.{topic}", conversation, f"small talk: {topic}")
            return self.answers.with_units(note, conversation.clause) if topic == "human" else note
        return self.answers.declined(best, matches, question, conversation)

    # -- helpers -----------------------------------------------------------------------------------------------------

    def _match(self, reading: Reading, prior: dict[str, float] | None = None) -> list[Match]:
        return self.ready.index.match(reading, prior)

    def _known(self, conversation: Conversation) -> Conversation:
        """Without clauses that the base no longer has: conversations outlive bases."""
        known = self._texts
        return replace(
            conversation,
            clause=conversation.clause if conversation.clause in known else "",
            choices=tuple(t for t in conversation.choices if t in known),
            more=tuple(t for t in conversation.more if t in known),
        )
