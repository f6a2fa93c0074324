"""The one door: a question and a conversation in, a reply out. Pure and synchronous; the clock is handed in.

A question passes each room once: fold and read (knowledge/), understand (intents.py), follow up (dialogue.py), match
(knowledge/index.py), decide (decide.py), select figures (figures.py), compose (compose.py).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any, cast

from bot import dialogue, figures
from bot.compose import Composer, Words, sentences
from bot.decide import Decision, decide
from bot.dialogue import Conversation
from bot.figures import Selection
from bot.intents import Question, Understanding
from bot.reply import Block, Quote, Reply, Say
from knowledge.compiled import Ready
from knowledge.fold import fold
from knowledge.index import Match, kind_of
from knowledge.model import Clause, InfoTopic, Misreading, Policy
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
"""Probability from which a follow-up-like question is taken to mean another clause after all."""
TERM_CHARS = 9
"""Longest bare term that is looked up verbatim in all clauses."""
TERM_WORDS = 3
TERM_SHARE = 0.8
"""Share of a bare question's characters that its words must make up."""
TERM_CLAUSES = 4
"""A bare term in more clauses than this says nothing; the scores decide."""
UNIT_CLAUSE = 0.5
"""Probability of a clause from which a question that names a unit is about that clause, not about the unit."""
UNIT_OUTSIDE = 0.6
"""Probability of being out of scope from which naming a unit does not help (its phone number, its director)."""
RELATED = 0.1
"""Probability from which a further clause is named beside the answer."""
MOST_RELATED = 3
SAID_CHARS = 200
BEIJING = timezone(timedelta(hours=8))
_NOT_TERM = re.compile(r"[\W_]+")


def today_in_beijing() -> date:
    """The day in China, where the documents hold."""
    return datetime.now(BEIJING).date()


class Assistant:
    """Answers questions from one ready base. Safe to share between threads."""

    def __init__(self, ready: Ready, today: Callable[[], date] = today_in_beijing, language: str = "zh") -> None:
        self.ready = ready
        self.today = today
        self.words = Words.load(language)
        self.policy: Policy = ready.base.policies[0]
        self.understanding = Understanding(ready)
        self.compose = Composer(self.policy, self.words)
        self._asked = ready.base.phrasings[self.policy.id]
        self._topics = {t.id: t for t in ready.base.lexicon.not_covered.topics}
        self._titles = {self._target(c.id): c.title + c.body for c in self.policy.clauses}
        self._texts = {c.id: _NOT_TERM.sub("", fold(c.title + c.body)) for c in self.policy.clauses}
        self._sentences: dict[str, list[tuple[str, Reading]]] = {}

    def reply(self, question: str, conversation: Conversation | None = None) -> Reply:
        """Answer any text. Never raises; what can't be answered is said so."""
        conversation = self._known(conversation or Conversation())
        asked = self.understanding.question(question)
        reply = self._reply(asked, conversation)
        reading = asked.reading
        explain = {
            "plain": reading.plain,
            "words": list(reading.words),
            "terms": list(reading.terms),
            "repairs": [vars(r) for r in reading.repairs],
            "asks": sorted(asked.asks),
            **reply.explain,
        }
        return replace(reply, explain=explain)

    # -- the way of a question -------------------------------------------------------------------------------------

    def _reply(self, question: Question, conversation: Conversation) -> Reply:
        if not re.search(r"\w", question.reading.folded):
            return self._note("clarify", "none.empty", conversation, "empty")

        rejected = ""
        correction = dialogue.correction(question, self.understanding) if conversation != Conversation() else None
        if correction is not None:
            if self.understanding.empty(correction.rest):
                return self._rejected(conversation)
            question = self.understanding.question(correction.rest)
            if not question.asks & {"units", "amount", "count", "original"}:  # else only what was asked of it was wrong
                rejected = conversation.clause

        chosen = dialogue.picked(question, conversation, self._titles, self.understanding)
        if chosen:
            if len(chosen) == 1:
                clause = self._clause(chosen[0])
                return self._answer(clause, question, conversation, 1.0, "picked", said=conversation.said)
            return self._several([self._clause(t) for t in chosen], conversation, "picked all")

        place = question.place
        if place is not None and (place.sure or self.understanding.empty(place.rest)):
            located = self._located(question, conversation)
            if located is not None:
                return located

        if (
            not question.units
            and not question.foreign_units
            and (question.bare or (conversation.clause and self._goes_on(question)))
        ):
            followed = self._bare(question, conversation)
            if followed is not None:
                return followed

        if question.elsewhere:
            text = self.words("none.elsewhere", place=question.elsewhere, city=self.policy.city)
            return Reply("none", (Block("say", (Say(text),)),), conversation, explain={"rule": "another place"})

        if question.units or question.foreign_units:
            by_unit = self._by_unit(question, conversation)
            if by_unit is not None:
                return by_unit

        return self._matched(question, conversation, rejected)

    @staticmethod
    def _sure(matches: Sequence[Match]) -> bool:
        """Whether a question says by itself what it is about."""
        return bool(matches) and matches[0].probability >= SURE and kind_of(matches[0].target) != "far"

    def _goes_on(self, question: Question) -> bool:
        """Whether a short question names nothing that any clause speaks of: 投多少钱, 它归谁管呀."""
        return (dialogue.leans(question) or dialogue.asks_on(question)) and not self._stands_in_clauses(
            question.rest_reading
        )

    def _bare(self, question: Question, conversation: Conversation) -> Reply | None:
        """Nothing but 谁负责, 金额多少, 原文, 还有呢: about what was answered last, or a question back."""
        asks = question.asks
        if not asks & {"units", "amount", "count", "original", "more", "follow_up", "by_unit"}:
            return None
        if "more" in asks and (conversation.more or conversation.clause):
            return self._more(conversation)
        if conversation.clause and asks & {"units", "amount", "count", "original", "by_unit"}:
            clause = self._clause(conversation.clause)
            return self._answer(clause, question, conversation, 1.0, "follow-up", said=conversation.said)
        matches = self._match(question.reading)
        if matches and kind_of(matches[0].target) in ("info", "chat") and matches[0].probability > 0.5:
            return None
        if conversation.clause and dialogue.leans(question):
            clause = self._clause(conversation.clause)
            return self._answer(clause, question, conversation, 1.0, "follow-up", said=conversation.said)
        return self._note("clarify", "clarify.no_context", conversation, "no context")

    def _matched(self, question: Question, conversation: Conversation, rejected: str) -> Reply:
        reading = question.reading
        prior: dict[str, float] = {}
        leaning = (
            bool(conversation.clause) and not rejected and (dialogue.leans(question) or dialogue.asks_on(question))
        )
        matches = self._match(reading)
        if rejected:
            matches = self._match(reading, {rejected: REJECTED})
        elif conversation.clause and not leaning and len(reading.folded) <= dialogue.SHORT and not self._sure(matches):
            prior = {conversation.clause: CONTEXT_WEAK}
            matches = self._match(reading, prior)
        elif leaning and not self._sure(matches):
            prior = {t: CONTEXT_OUTSIDE for t in self.ready.index.targets if kind_of(t) != "clause"}
            prior[conversation.clause] = CONTEXT_ODDS
            matches = self._match(reading, prior)
            if not matches:
                clause = self._clause(conversation.clause)
                return self._answer(clause, question, conversation, 1.0, "follow-up", said=conversation.said)
        if not matches:
            return self._note("none", "none.unreadable", conversation, "nothing known in it")

        term = None if leaning else self._term(question, matches[0])
        if term is not None:
            return self._choose(term, matches, question, conversation, "term in several clauses")
        decision = decide(matches)
        explain = {"matches": [_shown(m) for m in matches], "costs": decision.costs}
        reply = self._act(decision, matches, question, conversation, leaning)
        return replace(reply, explain={**explain, **reply.explain})

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
            clause = self._clause(best.target)
            same = best.target == conversation.clause and (leaning or len(question.reading.folded) <= dialogue.SHORT)
            others = [m for m in matches if kind_of(m.target) == "clause" and m.target != best.target]
            kept = replace(conversation, more=tuple(m.target for m in others[:MOST_RELATED]))
            said = conversation.said if same else ""
            reply = self._answer(clause, question, kept, best.probability, "best match", said=said)
            return self._with_related(reply, [] if same else others, question)
        if decision.act == "choose":
            return self._choose([m.target for m in decision.matches], matches, question, conversation, "close match")
        if decision.act == "info":
            return self._info(cast(InfoTopic, best.target.split(":")[1]), conversation)
        if decision.act == "chat":
            topic_id = best.target.split(":")[1]
            return self._note("chat", f"chat.{topic_id}", conversation, f"small talk: {topic_id}")
        return self._declined(best, matches, conversation)

    # -- kinds of replies ------------------------------------------------------------------------------------------

    def _answer(
        self, clause: Clause, question: Question, conversation: Conversation, score: float, rule: str, said: str = ""
    ) -> Reply:
        today = self.today()
        selection = figures.select(clause, self._asked.figures, question, said)
        misread = self._misreading(clause, question)
        lead = self._lead(clause, question, selection, misread)
        proof = self.compose.proof(clause, today)
        if "units" in question.asks and not selection.led:  # already first
            proof = [b for b in proof if b.role not in ("units", "note")]
        kept = Conversation(
            clause=self._target(clause.id),
            said=f"{said}\n{question.reading.plain}"[-SAID_CHARS:],
            choices=conversation.choices if rule == "picked" else (),
            more=tuple(t for t in conversation.more if t != self._target(clause.id)),
        )
        return Reply(
            "answer",
            (*lead, *proof),
            kept,
            self.policy.id,
            clauses=(self.compose.ref(clause.id, score),),
            units=self.compose.units(clause),
            figures=tuple(self.compose.figure_ref(f) for f in selection.led),
            explain={"rule": rule, "figures": [f.id for f in selection.led], "unstated": selection.unstated},
        )

    def _with_related(self, reply: Reply, others: Sequence[Match], question: Question) -> Reply:
        """The answer with a line on further clauses that fit: not the best match, but part of a complete answer."""
        words = self._content(question)
        holding = {self._target(c.id) for c in self._holding(words)} if words else set()
        if len(holding) > TERM_CLAUSES:
            holding = set()
        related = [m for m in others if m.probability >= RELATED or m.target in holding]
        related += [Match(t, 0.0, {}, "") for t in sorted(holding - {m.target for m in related})]
        answered = {self._target(c.clause) for c in reply.clauses}
        clauses = [(self._clause(m.target), m.probability) for m in related if m.target not in answered][:MOST_RELATED]
        if not clauses:
            return reply
        names = "；".join(f"{c.id} {self.compose.place(c)}" for c, _ in clauses)
        block = Block("related", (Say(names),), self.compose.label("related"))
        refs = tuple(self.compose.ref(c.id, p) for c, p in clauses)
        return replace(reply, blocks=(*reply.blocks[:-1], block, reply.blocks[-1]), clauses=(*reply.clauses, *refs))

    def _lead(
        self, clause: Clause, question: Question, selection: Selection, misread: Misreading | None
    ) -> list[Block]:
        """What was asked, first."""
        words, compose = self.words, self.compose
        blocks: list[Block] = []
        if selection.contradicted:
            number, figure = selection.contradicted[0]
            blocks.append(Block("lead", (Say(words("lead.contradicted", typed=number.text)), Quote(figure.quote))))
        elif misread is not None:
            blocks.append(Block("lead", (Say(words("lead.misread")), Quote(misread.quote))))
        if selection.led and not selection.contradicted:
            blocks += compose.figure_lead(selection, clause)
        if "units" in question.asks and not selection.led:
            blocks += self._units_lead(clause, question)
        if blocks:
            return blocks
        if selection.unstated:
            return [compose.say(f"lead.unstated_{selection.unstated}")]
        best = self._best_sentence(clause, question.reading)
        if best is None:
            return []
        if "confirm" in question.asks:
            return [Block("lead", (Say(words("lead.confirm")), Quote(best)))]
        return [Block("lead", (Quote(best),), compose.label("measure"))]

    def _units_lead(self, clause: Clause, question: Question) -> list[Block]:
        blocks = []
        own = self.compose.units(clause)
        for unit in question.units:
            if clause.responsible is not None and unit in clause.responsible.names:
                name = "unit_yes"
            else:
                name = "unit_by_definition" if unit in own else "unit_no"
            term = next((d.term for d in self.compose.definitions(clause) if unit in d.includes), "")
            blocks.append(self.compose.say(name, unit=unit, term=term))
        return blocks + self.compose.units_blocks(clause)

    def _choose(
        self,
        targets: Sequence[str],
        matches: Sequence[Match],
        question: Question,
        conversation: Conversation,
        rule: str,
    ) -> Reply:
        clauses = [self._clause(t) for t in targets]
        score = {m.target: m.probability for m in matches}
        best = {c.id: self._best_sentence(c, question.reading) or "" for c in clauses}
        kept = replace(conversation, choices=tuple(targets), said=question.reading.plain[-SAID_CHARS:], more=())
        return Reply(
            "choose",
            (
                self.compose.say("choose"),
                *self.compose.choices(clauses, best),
                *self.compose.notice(self.today()),
            ),
            kept,
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id, score.get(self._target(c.id), 0.0)) for c in clauses),
            explain={"rule": rule},
        )

    def _info(self, topic: InfoTopic, conversation: Conversation) -> Reply:
        """On the document as a whole."""
        return Reply(
            "info",
            tuple(self.compose.info(topic, self.today())),
            replace(conversation, info=topic, choices=()),
            self.policy.id,
            units=tuple(self.compose.unit_counts()) if topic == "units" else (),
            info=topic,
            explain={"rule": "document"},
        )

    def _declined(self, best: Match, matches: Sequence[Match], conversation: Conversation) -> Reply:
        near = kind_of(best.target) == "near"
        topic = self._topics.get(best.topic) if near else None
        sure = topic is not None and max(best.signals["nearest"], best.signals["fuzzy"]) >= 0.5
        blocks = []
        suggested: list[str] = []
        if near:
            if topic is not None and sure:
                blocks.append(self.compose.say("none.not_covered", topic=topic.name))
                suggested = list(topic.nearest)
            else:
                blocks.append(self.compose.say("none.not_covered_unknown"))
            clause_matches = [m for m in matches if kind_of(m.target) == "clause" and m.probability >= 0.1]
            suggested += [m.target.split("/")[1] for m in clause_matches]
            suggested = list(dict.fromkeys(suggested))[:2]
        else:
            blocks.append(self.compose.say("none.far", name=self.policy.display_name))
        if suggested:
            blocks.append(Block("suggest", (Say(self.words("suggest")),)))
            blocks += self.compose.listed([self.policy.clause(c) for c in suggested])
        else:
            blocks.append(self.compose.say("none.try", examples=self.words.examples))
        return Reply(
            "none",
            tuple(blocks),
            replace(conversation, choices=()),
            self.policy.id,
            suggestions=tuple(self.compose.ref(c, 0.0) for c in suggested),
            explain={"rule": "not covered" if near else "far", "topic": best.topic if near else ""},
        )

    def _located(self, question: Question, conversation: Conversation) -> Reply | None:
        place = question.place
        assert place is not None
        policy = self.policy
        if not place.clauses:
            text = self.words("locate_none", typed=place.typed, parts=len(policy.sections), clauses=len(policy.clauses))
            blocks = (Block("say", (Say(text),)), self.compose.say("none.try", examples=self.words.examples))
            return Reply("none", blocks, conversation, policy.id, explain={"rule": "no such place"})
        clauses = [policy.clause(c) for c in place.clauses]
        if len(clauses) == 1:
            kept = replace(conversation, choices=(), more=())
            return self._answer(clauses[0], question, kept, 1.0, "place")
        rest = self.understanding.question(place.rest)
        if not rest.bare and not self.understanding.empty(place.rest):
            inside = [m for m in self._match(rest.reading) if m.target in {self._target(c.id) for c in clauses}]
            if inside and inside[0].probability >= SURE:
                found = self._clause(inside[0].target)
                return self._answer(found, question, conversation, inside[0].probability, "place and match")
        return self._several(clauses, conversation, "place", full="original" in question.asks)

    def _several(self, clauses: Sequence[Clause], conversation: Conversation, rule: str, full: bool = False) -> Reply:
        """A part of the document, or several clauses at once."""
        section = self.policy.section_of(clauses[0])
        blocks: list[Block] = []
        if tuple(clauses) == section.clauses:
            text = self.words("locate_part", part=section.number, title=section.title, count=len(clauses))
            blocks.append(Block("lead", (Say(text),)))
        for clause in clauses:
            if full or rule == "picked all":
                blocks.append(Block("original", (Quote(clause.text, bare=True),)))
            else:
                blocks += self.compose.listed([clause])
        blocks.append(self.compose.say("locate_hint", example=clauses[0].id))
        return Reply(
            "answer",
            (*blocks, *self.compose.notice(self.today())),
            replace(conversation, choices=tuple(self._target(c.id) for c in clauses)),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in clauses),
            explain={"rule": rule},
        )

    def _by_unit(self, question: Question, conversation: Conversation) -> Reply | None:
        """All measures of a unit; None when the question is about something else that only names the unit."""
        empty = question.bare or self.understanding.empty(question.rest)
        asks = question.asks
        specific = self._stands_in_clauses(question.rest_reading)
        if question.units and conversation.clause and not specific and dialogue.asks_about_unit(question):
            clause = self._clause(conversation.clause)
            asked = dataclasses.replace(question, asks=asks | {"units"})
            return self._answer(clause, asked, conversation, 1.0, "follow-up", said=conversation.said)
        if not empty:
            whole = self._match(question.reading)
            outside = sum(m.probability for m in whole if kind_of(m.target) in ("near", "far"))
            about = self._match(question.rest_reading)
            best = max((m.probability for m in about if kind_of(m.target) == "clause"), default=0.0)
            if specific and (best > UNIT_CLAUSE or "by_unit" not in asks):
                return None
            if "by_unit" not in asks and outside > UNIT_OUTSIDE:
                return None
        elif asks & {"amount", "count"} and "by_unit" not in asks and "units" not in asks:
            return None
        today = self.today()
        if question.foreign_units and not question.units:
            listed = "、".join(self.compose.unit_counts())
            blocks = [
                self.compose.say("foreign_unit", unit=question.foreign_units[0]),
                Block("list", (Say(self.words("foreign_units_listed") + listed),)),
                *self.compose.notice(today),
            ]
            return Reply("none", tuple(blocks), conversation, self.policy.id, explain={"rule": "unit of no clause"})
        if not question.units:
            return None
        for definition in self.policy.definitions:
            if definition.term in question.units and set(definition.includes) & set(question.units):
                return self._info("definition", conversation)
        return self._unit_reply(question.units, conversation)

    def _unit_reply(self, units: Sequence[str], conversation: Conversation) -> Reply:
        """The measures for which all of the units are responsible."""
        found = [c for c in self.policy.clauses if set(units) <= set(self.compose.units(c))]
        blocks: list[Block] = []
        if len(units) == 1:
            unit = units[0]
            blocks.append(Block("lead", (Say(self.words("by_unit", unit=unit, count=len(found))),)))
            by_definition = [c for c in found if c.responsible is not None and unit not in c.responsible.names]
            blocks += self.compose.listed(found, {c.id: " *" for c in by_definition})
            if by_definition:
                definition = self.compose.definitions(by_definition[0])[0]
                text = self.words("by_unit_definition", count=len(by_definition), term=definition.term)
                blocks.append(Block("note", (Say(text), Quote(definition.quote))))
        else:
            name = "by_unit_several" if found else "by_unit_none"
            text = self.words(name, units="、".join(units), count=len(found))
            blocks += [Block("lead", (Say(text),)), *self.compose.listed(found)]
        return Reply(
            "answer" if found else "none",
            (*blocks, *self.compose.notice(self.today())),
            replace(conversation, choices=tuple(self._target(c.id) for c in found), more=()),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in found),
            units=tuple(units),
            explain={"rule": "measures of a unit"},
        )

    def _more(self, conversation: Conversation) -> Reply:
        if not conversation.more:
            return self._note("clarify", "no_more", conversation, "no more")
        clauses = [self._clause(t) for t in conversation.more]
        return Reply(
            "choose",
            (
                self.compose.say("more"),
                *self.compose.choices(clauses, {}),
                *self.compose.notice(self.today()),
            ),
            replace(conversation, choices=conversation.more, more=()),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id, 0.0) for c in clauses),
            explain={"rule": "more"},
        )

    def _rejected(self, conversation: Conversation) -> Reply:
        """The last answer was wrong, and nothing else is said: offer what came next."""
        if conversation.more:
            reply = self._more(conversation)
            return replace(reply, blocks=(self.compose.say("clarify.wrong_offer"), *reply.blocks[1:]))
        return self._note("clarify", "clarify.wrong", conversation, "rejected")

    def _note(self, status: Any, name: str, conversation: Conversation, rule: str) -> Reply:
        text = self.words(
            name,
            examples=self.words.examples,
            name=self.policy.display_name,
            parts=len(self.policy.sections),
            clauses=len(self.policy.clauses),
        )
        return Reply(status, (Block("say", (Say(text),)),), conversation, explain={"rule": rule})

    def _known(self, conversation: Conversation) -> Conversation:
        """Without clauses that the base no longer has: conversations outlive bases."""
        known = self._titles
        return replace(
            conversation,
            clause=conversation.clause if conversation.clause in known else "",
            choices=tuple(t for t in conversation.choices if t in known),
            more=tuple(t for t in conversation.more if t in known),
        )

    # -- helpers ---------------------------------------------------------------------------------------------------

    def _match(self, reading: Reading, prior: dict[str, float] | None = None) -> list[Match]:
        return self.ready.index.match(reading, prior)

    def _target(self, clause_id: str) -> str:
        return f"{self.policy.id}/{clause_id}"

    def _clause(self, target: str) -> Clause:
        return self.policy.clause(target.split("/")[-1])

    def _term(self, question: Question, best: Match) -> list[str] | None:
        """For a few bare words: the clauses that hold all of them verbatim, when several do and none stands out.

        One stands out when it is surely the best match, and either is none of them or the only one so titled.
        """
        words = self._content(question)
        if not words:
            return None
        found = self._holding(words)
        targets = [self._target(c.id) for c in found]
        titled = [self._target(c.id) for c in found if all(w in c.title for w in words)]
        if not 2 <= len(found) <= TERM_CLAUSES:
            return None
        if best.probability >= SURE and (best.target not in targets or titled == [best.target]):
            return None
        return targets

    def _content(self, question: Question) -> list[str]:
        """The words of a question that is little more than one to three terms; none for a longer one."""
        rest = _NOT_TERM.sub("", question.rest)
        words = [rest] if " " not in question.rest.strip() else []
        if len(rest) == 4 and not self._holding(words):
            words = [rest[:2], rest[2:]]  # 国家试点: two words that the lexicon knows as one
        if not words or not self._holding(words):
            left = [w for w in question.rest_reading.words if w not in self.understanding.generic]
            words = [w for w in left if len(w) > 1]
            rest = "".join(left)
        if not 2 <= len(rest) <= TERM_CHARS or not 1 <= len(words) <= TERM_WORDS or question.units or question.numbers:
            return []
        return words if sum(map(len, words)) >= TERM_SHARE * len(rest) else []

    def _holding(self, words: Sequence[str]) -> list[Clause]:
        """The clauses whose own text holds every one of the words."""
        return [c for c in self.policy.clauses if all(w in self._texts[c.id] for w in words)]

    def _stands_in_clauses(self, reading: Reading) -> bool:
        """Whether any word of the reading is one of the clauses' own."""
        own = self.ready.index.tables.word_text
        words = (w for w in reading.words if len(w) > 1 and w not in self.understanding.generic)
        return any(word in own for word in (*words, *("t:" + term for term in reading.terms)))

    def _misreading(self, clause: Clause, question: Question) -> Misreading | None:
        plain = question.reading.plain
        for misreading in self._asked.misreadings:
            if (
                misreading.clause == clause.id
                and all(any(word in plain for word in group) for group in misreading.all)
                and not any(word in plain for word in misreading.unless)
            ):
                return misreading
        return None

    def _best_sentence(self, clause: Clause, reading: Reading) -> str | None:
        """The sentence that shares most with the question, by rarity; None when none stands out."""
        known = self._sentences.get(clause.id)
        if known is None:
            known = [(s, self.ready.reader.read(s)) for s in sentences(clause)]
            self._sentences[clause.id] = known
        if len(known) < 2:
            return None
        asked = set(reading.features)
        tables = self.ready.index.tables

        def shared(other: Reading) -> float:
            common = asked & set(other.features)
            return sum(float(tables.idf[tables.feature_ids[f]]) for f in common if f in tables.feature_ids)

        scored = [(shared(r), s) for s, r in known]
        best = max(scored, key=lambda pair: pair[0])
        return best[1] if best[0] > 0 else None


def _shown(match: Match) -> dict[str, Any]:
    return {**vars(match), "probability": round(match.probability, 4)}
