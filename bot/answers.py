"""The kinds of replies: an answer from a clause, a choice, a unit's measures, a refusal; each built whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from bot import figures
from bot.compose import Composer, Words, sentences
from bot.dialogue import Conversation, asks_about_unit
from bot.figures import Selection
from bot.intents import Question
from bot.reply import Block, Quote, Reply, Say, Status
from knowledge.compiled import Ready
from knowledge.fold import fold
from knowledge.index import Match, kind_of
from knowledge.model import Clause, InfoTopic, Misreading, NotCovered, Policy
from knowledge.tokens import Reading

RELATED = 0.1
"""Probability from which a further clause is named beside the answer, or suggested beside a refusal."""
MOST_RELATED = 3
MOST_SUGGESTED = 2
TOPIC_ALIKE = 0.8
"""Likeness to a known phrasing from which a refusal names the not-covered topic though none of its terms is there."""
POINTED = frozenset({"place", "picked", "follow-up"})
"""Rules by which the clause was pointed at, so that a question need not name its subject."""
SAID_CHARS = 200
"""What a conversation keeps of the questions on a clause."""


class Answers:
    """Builds replies on one policy. Pure but for a cache of read sentences."""

    def __init__(self, ready: Ready, policy: Policy, words: Words, today: Callable[[], date]) -> None:
        self.policy = policy
        self.words = words
        self.compose = Composer(policy, words)
        self._ready = ready
        self._today = today
        self._asked = ready.base.phrasings[policy.id]
        self._topics = {t.id: t for t in ready.base.lexicon.not_covered.topics}
        self._sentences: dict[str, list[tuple[str, Reading]]] = {}

    def target(self, clause: Clause) -> str:
        """The clause as the index and conversations name it."""
        return f"{self.policy.id}/{clause.id}"

    def clause(self, target: str) -> Clause:
        """The clause that a target names."""
        return self.policy.clause(target.split("/")[-1])

    # -- from a clause ---------------------------------------------------------------------------------------------

    def answer(
        self, clause: Clause, question: Question, conversation: Conversation, score: float, rule: str, said: str = ""
    ) -> Reply:
        """What was asked, then the proof.

        ``said``: earlier questions on this clause, for what a follow-up leaves out.
        """
        given = rule in POINTED
        selection = figures.select(clause, self._asked.figures, question, said, given)
        lead = self._lead(clause, question, selection)
        proof = self.compose.proof(clause, self._today())
        if any(b.role == "units" for b in lead):  # already first
            proof = [b for b in proof if b.role not in ("units", "note")]
        own = self.target(clause)
        kept = Conversation(
            clause=own,
            said=f"{said}\n{question.reading.plain}"[-SAID_CHARS:],
            choices=conversation.choices if rule == "picked" else (),
            more=tuple(t for t in conversation.more if t != own),
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

    def with_related(self, reply: Reply, others: Sequence[Match], holding: Sequence[Clause]) -> Reply:
        """The answer with a line on further clauses that fit, so that it is complete.

        ``others``: less probable clauses; ``holding``: clauses with all the words of a bare question.
        """
        answered = {c.clause for c in reply.clauses}
        held = {c.id for c in holding}
        found = {self.clause(m.target).id: m.probability for m in others}
        related = [i for i, p in found.items() if p >= RELATED or i in held] + sorted(held - set(found))
        clauses = [self.policy.clause(i) for i in related if i not in answered][:MOST_RELATED]
        if not clauses:
            return reply
        names = "；".join(f"{c.id} {self.compose.place(c)}" for c in clauses)
        block = Block("related", (Say(names),), self.compose.label("related"))
        refs = tuple(self.compose.ref(c.id, found.get(c.id, 0.0)) for c in clauses)
        return replace(reply, blocks=(*reply.blocks[:-1], block, reply.blocks[-1]), clauses=(*reply.clauses, *refs))

    def _lead(self, clause: Clause, question: Question, selection: Selection) -> list[Block]:
        """What was asked, first: a correction, the units, the numbers, or the sentence that fits best."""
        words, compose = self.words, self.compose
        asserts = "assertion" in question.asks
        blocks: list[Block] = []
        misread = self._misreading(clause, question)
        if selection.contradicted:
            for number, figure in selection.contradicted:
                text = words("lead.contradicted", typed=number.text)
                blocks.append(Block("lead", (Say(text), Quote(figure.quote))))
        elif misread is not None:
            blocks.append(
                Block("lead", (Say(words("lead.misread" if asserts else "lead.confirm")), Quote(misread.quote)))
            )
        asks_unit = question.units and asks_about_unit(question)
        if asks_unit or ("units" in question.asks and not selection.led):
            return blocks + self._units_lead(clause, question)
        if selection.led and not selection.contradicted:
            if selection.confirmed and asserts:
                blocks.append(compose.say("lead.confirm_same"))
            blocks += compose.figure_lead(selection, clause)
        if blocks:
            return blocks
        if selection.unstated:
            return self._unstated(selection)
        best = self._best_sentence(clause, question.reading)
        if best is None:
            return []
        if "confirm" in question.asks or asserts:
            return [Block("lead", (Say(words("lead.confirm")), Quote(best)))]
        return [Block("lead", (Quote(best),), compose.label("measure"))]

    def _unstated(self, selection: Selection) -> list[Block]:
        """That the amount asked for is not stated, and what the clause does state."""
        if not selection.stated:
            return [self.compose.say(f"lead.unstated_{selection.unstated}")]
        blocks = [self.compose.say(f"lead.unstated_{selection.unstated}_but")]
        return blocks + [Block("list", (Quote(f.quote),)) for f in selection.stated]

    def _units_lead(self, clause: Clause, question: Question) -> list[Block]:
        """Whether the units named are responsible, then all that are."""
        blocks = []
        own = self.compose.units(clause)
        for unit in question.units:
            name = "unit_by_definition" if unit in own else "unit_no"
            if unit in clause.unit_names:
                name = "unit_yes"
            term = next((d.term for d in self.compose.definitions(clause) if unit in d.includes), "")
            blocks.append(self.compose.say(name, unit=unit, term=term))
        return blocks + self.compose.units_blocks(clause)

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
            known = [(s, self._ready.reader.read(s)) for s in sentences(clause)]
            self._sentences[clause.id] = known
        if len(known) < 2:
            return None
        asked = set(reading.features)
        tables = self._ready.index.tables

        def shared(other: Reading) -> float:
            common = asked & set(other.features)
            return sum(float(tables.idf[tables.feature_ids[f]]) for f in common if f in tables.feature_ids)

        scored = [(shared(r), s) for s, r in known]
        best = max(scored, key=lambda pair: pair[0])
        return best[1] if best[0] > 0 else None

    # -- several clauses -------------------------------------------------------------------------------------------

    def choose(self, clauses: Sequence[Clause], matches: Sequence[Match], question: Question, rule: str) -> Reply:
        """A choice, each clause with the sentence that fits best."""
        score = {m.target: m.probability for m in matches}
        best = {c.id: self._best_sentence(c, question.reading) or "" for c in clauses}
        targets = tuple(self.target(c) for c in clauses)
        return Reply(
            "choose",
            (
                self.compose.say("choose"),
                *self.compose.choices(clauses, best),
                *self.compose.notice(self._today()),
            ),
            Conversation(choices=targets, said=question.reading.plain[-SAID_CHARS:]),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id, score.get(self.target(c), 0.0)) for c in clauses),
            explain={"rule": rule},
        )

    def several(
        self, clauses: Sequence[Clause], conversation: Conversation, rule: str, full: bool = False, units: bool = False
    ) -> Reply:
        """A part of the document, or clauses asked for together.

        ``full``: with their whole texts; ``units``: with the responsible units of each.
        """
        section = self.policy.section_of(clauses[0])
        blocks: list[Block] = []
        if tuple(clauses) == section.clauses:
            text = self.words("locate_part", part=section.number, title=section.title, count=len(clauses))
            blocks.append(Block("lead", (Say(text),)))
        if full:
            blocks += [Block("original", (Quote(c.text, bare=True),)) for c in clauses]
        else:
            for clause in clauses:
                blocks += self.compose.listed([clause])
                blocks += [b for b in self.compose.units_blocks(clause) if units and b.role == "units"]
        blocks.append(self.compose.say("locate_hint", example=clauses[0].id))
        return Reply(
            "answer",
            (*blocks, *self.compose.notice(self._today())),
            replace(conversation, clause="", said="", info="", choices=tuple(self.target(c) for c in clauses)),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in clauses),
            explain={"rule": rule},
        )

    def more(self, conversation: Conversation) -> Reply:
        """What else fitted the last question."""
        if not conversation.more:
            return self.note("clarify", "no_more", conversation, "no more")
        clauses = [self.clause(t) for t in conversation.more]
        return Reply(
            "choose",
            (self.compose.say("more"), *self.compose.choices(clauses, {}), *self.compose.notice(self._today())),
            replace(conversation, choices=conversation.more, more=()),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id, 0.0) for c in clauses),
            explain={"rule": "more"},
        )

    def rejected(self, conversation: Conversation) -> Reply:
        """The last answer was wrong, and nothing else is said: offer what came next."""
        if not conversation.more:
            return self.note("clarify", "clarify.wrong", conversation, "rejected")
        reply = self.more(conversation)
        return replace(reply, blocks=(self.compose.say("clarify.wrong_offer"), *reply.blocks[1:]))

    # -- units -----------------------------------------------------------------------------------------------------

    def of_units(self, units: Sequence[str]) -> Reply:
        """The measures for which all of the units are responsible."""
        found = [c for c in self.policy.clauses if set(units) <= set(self.compose.units(c))]
        by_definition = [c for c in found if not set(units) <= set(c.unit_names)]
        name = "by_unit" if len(units) == 1 else "by_unit_several" if found else "by_unit_none"
        text = self.words(name, unit=units[0], units="、".join(units), count=len(found))
        blocks = [Block("lead", (Say(text),)), *self.compose.listed(found, {c.id: " *" for c in by_definition})]
        if by_definition:
            definition = self.compose.definitions(by_definition[0])[0]
            text = self.words("by_unit_definition", count=len(by_definition), term=definition.term)
            blocks.append(Block("note", (Say(text), Quote(definition.quote))))
        return Reply(
            "answer" if found else "none",
            (*blocks, *self.compose.notice(self._today())),
            Conversation(choices=tuple(self.target(c) for c in found)),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in found),
            units=tuple(units),
            explain={"rule": "measures of a unit"},
        )

    def without_units(self, units: Sequence[str], only: bool) -> Reply:
        """The measures whose list names none of the units, or (``only``) names nothing but them."""
        asked = set(units)
        found = [
            c for c in self.policy.clauses if (set(c.unit_names) == asked if only else not asked & set(c.unit_names))
        ]
        name = "only_units" if only else "without_units"
        text = self.words(name, units="、".join(units), count=len(found))
        return Reply(
            "answer" if found else "none",
            (Block("lead", (Say(text),)), *self.compose.listed(found), *self.compose.notice(self._today())),
            Conversation(choices=tuple(self.target(c) for c in found)),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in found),
            units=tuple(units),
            explain={"rule": name},
        )

    def foreign_unit(self, unit: str, conversation: Conversation) -> Reply:
        """A unit that the document makes responsible for nothing."""
        listed = "、".join(self.compose.unit_counts())
        blocks = (
            self.compose.say("foreign_unit", unit=unit),
            Block("list", (Say(self.words("foreign_units_listed") + listed),)),
            *self.compose.notice(self._today()),
        )
        return Reply("none", blocks, conversation, self.policy.id, explain={"rule": "unit of no clause"})

    # -- the document, refusals, the bot's own words -----------------------------------------------------------------

    def info(self, topic: InfoTopic, conversation: Conversation) -> Reply:
        """On the document as a whole."""
        return Reply(
            "info",
            tuple(self.compose.info(topic, self._today())),
            replace(conversation, info=topic, choices=()),
            self.policy.id,
            units=tuple(self.compose.unit_counts()) if topic == "units" else (),
            info=topic,
            explain={"rule": "document"},
        )

    def declined(self, best: Match, matches: Sequence[Match], question: Question, conversation: Conversation) -> Reply:
        """Not covered: what it is that isn't, where that is known, and clauses near it, marked as no answer."""
        near = kind_of(best.target) == "near"
        blocks = []
        suggested: list[str] = []
        if near:
            topic = self._topics.get(best.topic)
            if topic is not None and self._about(topic, best, question):
                blocks.append(self.compose.say("none.not_covered", topic=topic.name))
                suggested = list(topic.nearest)
            else:
                blocks.append(self.compose.say("none.not_covered_unknown"))
            found = [m for m in matches if kind_of(m.target) == "clause" and m.probability >= RELATED]
            suggested += [self.clause(m.target).id for m in found]
            suggested = list(dict.fromkeys(suggested))[:MOST_SUGGESTED]
        else:
            blocks.append(self.compose.say("none.far", name=self.policy.display_name))
        if suggested:
            blocks.append(Block("suggest", (Say(self.words("suggest")),)))
            blocks += self.compose.listed([self.policy.clause(c) for c in suggested])
            blocks += self.compose.notice(self._today())
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

    @staticmethod
    def _about(topic: NotCovered, best: Match, question: Question) -> bool:
        """Whether the question is surely about that topic: one of its terms is in it, or it is a known phrasing."""
        plain = question.reading.plain
        named = any(fold(term) in plain for term in (*topic.terms, topic.name))
        return named or max(best.signals["nearest"], best.signals["fuzzy"]) >= TOPIC_ALIKE

    def elsewhere(self, place: str, conversation: Conversation) -> Reply:
        """Another city's or province's policy."""
        block = self.compose.say("none.elsewhere", place=place, city=self.policy.city)
        return Reply("none", (block,), conversation, self.policy.id, explain={"rule": "another place"})

    def no_such_place(self, typed: str, conversation: Conversation) -> Reply:
        """A part or clause that the document doesn't have."""
        parts, clauses = len(self.policy.sections), len(self.policy.clauses)
        blocks = (
            self.compose.say("locate_none", typed=typed, parts=parts, clauses=clauses),
            self.compose.say("none.try", examples=self.words.examples),
        )
        return Reply("none", blocks, conversation, self.policy.id, explain={"rule": "no such place"})

    def names_case(self, target: str, question: Question) -> bool:
        """Whether the question names the case of one of the clause's figures: 我问的是重新认定."""
        return bool(figures.select(self.clause(target), self._asked.figures, question, given=True).led)

    def with_units(self, reply: Reply, target: str) -> Reply:
        """The reply with the units of the clause that is talked about: whom to ask when a person is asked for."""
        if not target:
            return reply
        clause = self.clause(target)
        units = self.compose.units_blocks(clause)
        if not units:
            return reply
        place = Block("place", (Say(self.compose.place(clause)),), self.compose.label("place"))
        return replace(reply, blocks=(*reply.blocks, *units, place))

    def note(self, status: Status, name: str, conversation: Conversation, rule: str, **slots: object) -> Reply:
        """A sentence of the bot's own: small talk, a question back."""
        block = self.compose.say(
            name,
            examples=self.words.examples,
            name=self.policy.display_name,
            parts=len(self.policy.sections),
            clauses=len(self.policy.clauses),
            **slots,
        )
        return Reply(status, (block,), conversation, explain={"rule": rule})
