"""The kinds of replies: an answer from a clause, a choice, a unit's measures, a refusal; each built whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.engine.answering import figure_choice
from bot.engine.answering.composer import Composers, sentences
from bot.engine.answering.document_facts import Particular, Particulars
from bot.engine.answering.figure_choice import Selection
from bot.engine.answering.untaught_figures import own_cues
from bot.engine.documents.responsible import roles as roles_of
from bot.engine.understanding.follow_up import asks_about_unit
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, ClauseRef, Quote, Reply, Say, Status
from bot.engine.values.why import POINTED, Rule, Why
from knowledge.base.document import Clause, Policy
from knowledge.base.lexicon import NotCovered
from knowledge.base.phrasings import FigureAsked, InfoTopic, Misreading
from knowledge.base.target import Target, kind_of
from knowledge.learned.index import Match
from knowledge.reading.reader import Reading
from knowledge.text.fold import fold

RELATED = 0.1
"""Probability from which a further clause is named beside the answer, or suggested beside a refusal."""
MOST_RELATED = 3
MOST_SUGGESTED = 2
WORDED = 0.95
"""Share of the question's words from which a clause without phrasings has all of them."""
TOPIC_ALIKE = 0.8
"""Likeness to a known phrasing from which a refusal names the not-covered topic though none of its terms is there."""
MOST_WITH_MONEY = 8
"""Clauses whose money is listed when a document's money is asked for."""
LEADS = "牵头"
"""What the label of those that lead a measure contains."""
MOST_UNITS = 60
"""Units that a refusal lists."""
BestSentence = Callable[[str, Clause, Reading], str | None]
"""Of a policy's clause the sentence that fits a reading best."""
READABLE = 1_500
"""Characters of unnumbered passages up to which a part is given whole: their numbers are ours, nobody knows them."""
SAID_CHARS = 200
"""What a conversation keeps of the questions on a clause."""


class Answers:
    """Builds replies on one policy. Pure but for a cache of read sentences."""

    def __init__(self, composers: Composers, policy: Policy, best: BestSentence, generic: frozenset[str]) -> None:
        """``generic``: words that name no subject."""
        self.policy = policy
        library = self.library = composers.library
        self.words = library.words
        self.composers = composers
        self.compose = composers.of(policy.id)
        self.responsible = library.responsible_of(policy.id)
        self._best = best
        self._generic = generic
        self._today = library.today
        base = library.ready.base
        self._asked = base.phrasings[policy.id]
        self._topics = {t.id: t for t in base.lexicon.not_covered.topics}
        self._paid = base.lexicon.variants.money_paid

    @property
    def _many(self) -> str:
        """What the names of sentences that speak of all documents end in."""
        return "_many" if self.library.many else ""

    @property
    def _successor(self) -> tuple[str, ...]:
        """The document that took its place, to be offered with every answer."""
        return (self.compose.successor.id,) if self.compose.successor is not None else ()

    def target(self, clause: Clause) -> str:
        """The clause as the index and conversations name it."""
        return str(Target.of_clause(self.policy.id, clause.id))

    # -- from a clause ---------------------------------------------------------------------------------------------

    def answer(
        self, clause: Clause, question: Question, conversation: Conversation, score: float, rule: Rule, said: str = ""
    ) -> Reply:
        """What was asked, then the proof.

        ``said``: earlier questions on this clause, for what a follow-up leaves out.
        """
        given = rule in POINTED
        selection = figure_choice.select(clause, self._cues(clause, question, said), question, said, given)
        lead = self._lead(clause, question, selection)
        proof = self.compose.proof(clause, self._today())
        if any(b.role == "units" for b in lead):  # already first
            proof = [b for b in proof if b.role not in ("units", "note")]
        own = self.target(clause)
        kept = Conversation(
            clause=own,
            said=f"{said}\n{question.reading.plain}"[-SAID_CHARS:],
            choices=conversation.choices if rule == "picked" or own in conversation.choices else (),
            more=tuple(t for t in conversation.more if t != own),
        )
        return Reply(
            "answer",
            (*lead, *proof),
            kept,
            self.policy.id,
            clauses=(self.compose.ref(clause.id, score),),
            units=self.responsible.units(clause),
            figures=tuple(self.compose.figure_ref(f) for f in selection.led),
            documents=self._successor,
            why=Why(rule, figures=tuple(f.id for f in selection.led), unstated=selection.unstated),
        )

    def as_likeliest(self, reply: Reply, others: Sequence[Match]) -> Reply:
        """The answer marked as the likeliest only, with the ``others`` below it as a choice."""
        head = self.compose.say("likely")
        if not others:
            return replace(reply, blocks=(head, *reply.blocks))
        offered = [m.target for m in others]
        blocks = [self.compose.say("likely_others")]
        for n, target in enumerate(offered, 1):
            blocks.append(self.composers.of(target).choice(n, self.library.clause(target), ""))
        last = len(reply.blocks) - (reply.blocks[-1].role == "notice")
        return replace(
            reply,
            blocks=(head, *reply.blocks[:last], *blocks, *reply.blocks[last:]),
            clauses=(*reply.clauses, *(self._ref(m.target, m.probability) for m in others)),
            conversation=replace(reply.conversation, choices=tuple(offered), more=()),
        )

    def with_related(self, reply: Reply, others: Sequence[Match], holding: Sequence[Clause]) -> Reply:
        """The answer with a line on further clauses that fit, so that it is complete.

        ``others``: less probable clauses; ``holding``: clauses with all the words of a bare question.
        """
        answered = {f"{c.policy}/{c.clause}" for c in reply.clauses}
        held = [self.target(c) for c in holding]
        found = {m.target: m.probability for m in others}
        related = [t for t, p in found.items() if p >= RELATED or t in held] + sorted(set(held) - set(found))
        targets = [t for t in related if t not in answered][:MOST_RELATED]
        if not targets:
            return reply
        names = "；".join(self._line(t) for t in targets)
        block = Block("related", (Say(names),), self.compose.label("related"))
        refs = tuple(self._ref(t, found.get(t, 0.0)) for t in targets)
        last = len(reply.blocks) - (reply.blocks[-1].role == "notice")
        blocks = (*reply.blocks[:last], block, *reply.blocks[last:])
        return replace(reply, blocks=blocks, clauses=(*reply.clauses, *refs))

    def _line(self, target: str) -> str:
        """A clause of any document by number and place."""
        clause = self.library.clause(target)
        return f"{clause.id} {self.composers.of(target).place(clause)}"

    def _ref(self, target: str, score: float) -> ClauseRef:
        return self.composers.of(target).ref(Target.parse(target).clause, score)

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
        best = self._best(self.policy.id, clause, question.reading)
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
        own = self.responsible.units(clause)
        for unit in self.library.as_named(question.units, (self.policy.id,)):
            name = "unit_by_definition" if unit in own else "unit_no"
            if unit in clause.unit_names:
                name = "unit_yes"
            term = next((d.term for d in self.responsible.definitions(clause) if unit in d.includes), "")
            blocks.append(self.compose.say(name, unit=unit, term=term))
        return blocks + (self.compose.units_blocks(clause) or [self.compose.say("no_units")])

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

    # -- several clauses -------------------------------------------------------------------------------------------

    def several(
        self, clauses: Sequence[Clause], conversation: Conversation, rule: Rule, full: bool = False, units: bool = False
    ) -> Reply:
        """A part of the document, or clauses asked for together.

        ``full``: with their whole texts; ``units``: with the responsible units of each.
        """
        section = self.policy.section_of(clauses[0])
        blocks: list[Block] = []
        full = full or (all(c.number is None for c in clauses) and sum(len(c.text) for c in clauses) <= READABLE)
        if tuple(clauses) == section.clauses:
            if section.number and self.compose.bare_number(section):
                text = self.words("locate_part", part=section.number, title=section.title, count=len(clauses))
            else:
                text = self.words("locate_section", name=section.name, count=len(clauses))
            blocks.append(Block("lead", (Say(text),)))
        if full:
            blocks += [Block("original", (Quote(c.text, bare=True),)) for c in clauses]
        else:
            for clause in clauses:
                blocks += self.compose.listed([clause], named=False)
                blocks += [b for b in self.compose.units_blocks(clause) if units and b.role == "units"]
        if units and not any(clause.responsible for clause in clauses):
            blocks.append(self.compose.say("no_units_listed"))
        if not full:
            blocks.append(self.compose.say("locate_hint", example=clauses[0].id))
        return Reply(
            "answer",
            (*blocks, *self.compose.notice(self._today())),
            replace(conversation, clause="", said="", info="", choices=tuple(self.target(c) for c in clauses)),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in clauses),
            why=Why(rule),
        )

    # -- units -----------------------------------------------------------------------------------------------------

    def of_units(self, units: Sequence[str], leading: bool = False) -> Reply:
        """The measures for which all of the units are responsible; ``leading``: first those that the unit leads."""
        found = [c for c in self.policy.clauses if set(units) <= set(self.responsible.units(c))]
        by_definition = [c for c in found if not set(units) <= set(c.unit_names)]
        marks = {c.id: " *" for c in by_definition}
        roles = {c.id: roles_of(c, units[0]) for c in found} if leading and len(units) == 1 else {}
        if any(roles.values()):
            led = [c for c in found if LEADS in roles[c.id]]
            found = [*led, *(c for c in found if c not in led)]
            blocks = self._led(units[0], led, found[len(led) :], roles, marks)
        else:
            single = "by_unit" if found else "foreign_unit"
            name = single if len(units) == 1 else "by_unit_several" if found else "by_unit_none"
            text = self.words(name, unit=units[0], units="、".join(units), count=len(found))
            blocks = [Block("lead", (Say(text),)), *self.compose.listed(found, marks, named=False)]
        if by_definition:
            definition = self.responsible.definitions(by_definition[0])[0]
            text = self.words("by_unit_definition", count=len(by_definition), term=definition.term)
            blocks.append(Block("note", (Say(text), Quote(definition.quote))))
        if self.library.many:
            blocks.append(Block("place", (Say(self.compose.document),), self.compose.label("place")))
        return Reply(
            "answer" if found else "none",
            (*blocks, *self.compose.notice(self._today())),
            Conversation(
                clause=self.target(found[0]) if len(found) == 1 else "",  # then 那条 can mean only that one
                choices=tuple(self.target(c) for c in found),
                units=tuple(units),
            ),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in found),
            units=tuple(units),
            why=Why(Rule.OF_UNIT),
        )

    def _led(
        self,
        unit: str,
        led: Sequence[Clause],
        others: Sequence[Clause],
        roles: Mapping[str, str],
        marks: Mapping[str, str],
    ) -> list[Block]:
        """The measures that the unit leads, then the others, each with the role it is listed under."""
        blocks = [self.compose.say("by_unit_led" if led else "by_unit_led_none", unit=unit, count=len(led))]
        blocks += self.compose.listed(led, named=False)
        if others:
            blocks.append(self.compose.say("by_unit_other_roles", count=len(others)))
            shown = {i: self.words("role", role=role) + marks.get(i, "") for i, role in roles.items() if role}
            blocks += self.compose.listed(others, {**marks, **shown}, named=False)
        return blocks

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
            Conversation(
                clause=self.target(found[0]) if len(found) == 1 else "",  # then 那条 can mean only that one
                choices=tuple(self.target(c) for c in found),
                units=tuple(units),
            ),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in found),
            units=tuple(units),
            why=Why(Rule.ONLY_UNITS if only else Rule.WITHOUT_UNITS),
        )

    def foreign_unit(self, unit: str, conversation: Conversation) -> Reply:
        """A unit that the document makes responsible for nothing."""
        listed = "、".join(list(self.responsible.counts())[:MOST_UNITS])
        blocks = (
            self.compose.say("foreign_unit", unit=unit),
            Block("list", (Say(self.words("foreign_units_listed") + listed),)),
            *self.compose.notice(self._today()),
        )
        return Reply("none", blocks, conversation, self.policy.id, why=Why(Rule.UNIT_NOWHERE))

    # -- the document, refusals, the bot's own words -----------------------------------------------------------------

    def info(self, topic: InfoTopic, conversation: Conversation) -> Reply:
        """On the document as a whole."""
        if topic == "number" or topic == "issuer" or topic == "published":
            return self.particular(topic, conversation)
        return Reply(
            "info",
            tuple(self.compose.info(topic, self._today())),
            replace(conversation, info=topic, choices=()),
            self.policy.id,
            units=tuple(self.responsible.counts()) if topic == "units" else (),
            info=topic,
            documents=self._successor,
            why=Why(Rule.DOCUMENT),
        )

    def particular(self, topic: Particular, conversation: Conversation) -> Reply:
        """The document's own data: its number, issuer, date, attachments, what it repeals."""
        blocks = [*Particulars(self.library, self.policy).blocks(topic)]
        if self.library.many:
            blocks.append(Block("place", (Say(self.compose.document),), self.compose.label("place")))
        return Reply(
            "info",
            (*blocks, *self.compose.notice(self._today())),
            replace(conversation, choices=()),
            self.policy.id,
            info=topic,
            documents=self._successor,
            why=Why(Rule.DOCUMENT_FACTS),
        )

    def overview(self, conversation: Conversation) -> Reply:
        """What the document is and which parts it has, when only its name was said."""
        blocks = list(self.compose.info("structure", self._today()))
        text = self.words("documents.overview", document=self.compose.document, clauses=len(self.policy.clauses))
        blocks.insert(0, Block("lead", (Say(text),)))
        kept = replace(conversation, info="structure", choices=())
        return Reply("info", tuple(blocks), kept, self.policy.id, info="structure", why=Why(Rule.DOCUMENT_NAMED))

    def all_figures(self, conversation: Conversation) -> Reply:
        """All money that the document states, when the question names nothing else; and who gives, not how much."""
        found = [(c, [f for f in c.figures if f.kind in ("amount", "ratio")]) for c in self.policy.clauses]
        found = [(c, money) for c, money in found if money]
        stating = {c.id for c, _ in found}
        unstated = [c for c in self.policy.clauses if c.id not in stating and any(w in c.text for w in self._paid)]
        if not found and not unstated:
            blocks = [self.compose.say("lead.unstated_document"), *self.compose.notice(self._today())]
            return Reply("none", tuple(blocks), conversation, self.policy.id, why=Why(Rule.NO_MONEY))
        listed = found[:MOST_WITH_MONEY]
        blocks = []
        if listed:
            blocks.append(Block("lead", (Say(self.words("lead.figures_by_case")),), self.compose.label("amount")))
        for clause, money in listed:
            blocks += self.compose.listed([clause], named=False)
            blocks += [Block("list", (Say("  "), Quote(f.quote))) for f in money]
        if len(found) > len(listed):
            blocks.append(self.compose.say("documents.more_clauses", count=len(found) - len(listed)))
        others = unstated[: MOST_WITH_MONEY - len(listed)]
        if others:
            blocks.append(self.compose.say("lead.money_unstated" if listed else "lead.money_only_unstated"))
        for clause in others:
            blocks += self.compose.listed([clause], named=False)
            blocks.append(Block("list", (Say("  "), Quote(self._giving(clause)))))
        targets = [self.target(c) for c in (*(c for c, _ in listed), *others)]
        blocks.append(Block("place", (Say(self.compose.document),), self.compose.label("place")))
        return Reply(
            "answer",
            (*blocks, *self.compose.notice(self._today())),
            replace(conversation, clause="", said="", info="", choices=tuple(targets)),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in (*(c for c, _ in listed), *others)),
            why=Why(Rule.ALL_MONEY),
        )

    def _giving(self, clause: Clause) -> str:
        """The first sentence of a clause that says that something is paid."""
        return next(s for s in sentences(clause) if any(word in s for word in self._paid))

    def nothing_in(self, matches: Sequence[Match], conversation: Conversation) -> Reply:
        """The document that was asked says nothing on it, as far as its words show."""
        own = [m.target for m in matches if m.target.startswith(f"{self.policy.id}/") and m.probability >= RELATED]
        blocks = [self.compose.say("documents.nothing_in", document=self.compose.document)]
        if own:
            blocks.append(Block("suggest", (Say(self.words("suggest")),)))
            blocks += [Block("list", (Say(self._line(t)),)) for t in own[:MOST_SUGGESTED]]
        return Reply(
            "none",
            (*blocks, *self.compose.notice(self._today())),
            replace(conversation, choices=()),
            self.policy.id,
            suggestions=tuple(self._ref(t, 0.0) for t in own[:MOST_SUGGESTED]),
            why=Why(Rule.NOTHING_IN_DOCUMENT),
        )

    def declined(self, best: Match, matches: Sequence[Match], question: Question, conversation: Conversation) -> Reply:
        """Not covered: what it is that isn't, where that is known, and clauses near it, marked as no answer."""
        near = kind_of(best.target) == "near"
        blocks = []
        suggested: list[str] = []
        worded = [m.target for m in matches if m.found and m.signals["cover"] >= WORDED]
        if worded:  # nothing is claimed to be missing while a clause has all of the question's words
            suggested = worded[:MOST_SUGGESTED]
        elif near:
            topic = self._topics.get(best.topic)
            if topic is not None and self._about(topic, best, question):
                blocks.append(self.compose.say(f"none.not_covered{self._many}", topic=topic.name))
                suggested = list(topic.nearest)
            else:
                blocks.append(self.compose.say(f"none.not_covered_unknown{self._many}"))
            found = [m for m in matches if kind_of(m.target) == "clause" and m.probability >= RELATED]
            suggested = [t for t in suggested if t.startswith(f"{self.policy.id}/") and self.library.has(t)]
            suggested += [m.target for m in found]
            suggested = list(dict.fromkeys(suggested))[:MOST_SUGGESTED]
        else:
            blocks.append(self.compose.say(f"none.far{self._many}", name=self.library.name))
        if suggested:
            blocks.append(Block("suggest", (Say(self.words("suggest_worded" if worded else "suggest")),)))
            blocks += [Block("list", (Say(self._line(t)),)) for t in suggested]
            blocks += self.composers.notices(suggested)
        else:
            blocks.append(self.compose.say("none.try", examples=self.library.examples.line))
        return Reply(
            "none",
            tuple(blocks),
            replace(conversation, choices=()),
            self.policy.id,
            suggestions=tuple(self._ref(t, 0.0) for t in suggested),
            why=Why(Rule.NOT_COVERED, topic=best.topic) if near else Why(Rule.FAR),
        )

    @staticmethod
    def _about(topic: NotCovered, best: Match, question: Question) -> bool:
        """Whether the question is surely about that topic: one of its terms is in it, or it is a known phrasing."""
        plain = question.reading.plain
        named = any(fold(term) in plain for term in (*topic.terms, topic.name))
        return named or max(best.signals["nearest"], best.signals["fuzzy"]) >= TOPIC_ALIKE

    def elsewhere(self, place: str, conversation: Conversation) -> Reply:
        """Another city's or province's policy."""
        block = self.compose.say(f"none.elsewhere{self._many}", place=place, city=self.policy.city or "")
        return Reply("none", (block,), conversation, self.policy.id, why=Why(Rule.ELSEWHERE))

    def no_such_place(self, typed: str, conversation: Conversation) -> Reply:
        """A part or clause that the document doesn't have."""
        parts, clauses = self.compose.parts, len(self.policy.clauses)
        blocks = (
            self.compose.say(
                f"locate_none{self._many}", typed=typed, parts=parts, clauses=clauses, document=self.compose.document
            ),
            self.compose.say("none.try", examples=self.library.examples.line),
        )
        return Reply("none", blocks, conversation, self.policy.id, why=Why(Rule.NO_SUCH_PLACE))

    def names_case(self, target: str, question: Question) -> bool:
        """Whether the question names the case of one of the clause's figures: 我问的是重新认定."""
        clause = self.library.clause(target)
        cues = self._asked.figures  # only what is taught tells cases apart surely enough
        return bool(figure_choice.select(clause, cues, question, given=True).led)

    def _cues(self, clause: Clause, question: Question, said: str) -> Mapping[str, FigureAsked]:
        """How people ask for the clause's figures: as taught, else the words of the figures themselves."""
        if self._asked.written:
            return self._asked.figures
        return own_cues(clause, question, said, self.library.ready.reader, self._generic)

    def with_units(self, reply: Reply, target: str) -> Reply:
        """The reply with the units of the clause that is talked about: whom to ask when a person is asked for."""
        clause = self.library.clause(target)
        units = self.compose.units_blocks(clause)
        if not units:
            return reply
        place = Block("place", (Say(self.compose.place(clause)),), self.compose.label("place"))
        return replace(reply, blocks=(*reply.blocks, *units, place))

    def note(self, status: Status, name: str, conversation: Conversation, why: Rule | Why, **slots: object) -> Reply:
        """A sentence of the bot's own: small talk, a question back."""
        if self._many and self.words.has(name + self._many):
            name += self._many
        block = self.compose.say(
            name,
            examples=self.library.examples.line,
            name=self.library.name,
            parts=self.compose.parts,
            clauses=self.library.count,
            **slots,
        )
        return Reply(status, (block,), conversation, why=why if isinstance(why, Why) else Why(why))
