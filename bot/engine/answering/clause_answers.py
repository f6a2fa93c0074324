"""An answer from a clause: what was asked, then the proof; and several clauses asked for together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.engine.answering.figure_choice import ClauseQuestion, FigureChoice, Selection
from bot.engine.answering.on_policy import SAID_CHARS, OnPolicy
from bot.engine.answering.paragraphs import sentences
from bot.engine.answering.untaught_figures import but_unknown_case
from bot.engine.documents.introduced import introduced
from bot.engine.understanding.patterns import pattern
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, Quote, Reply, Say
from bot.engine.values.thresholds import RELATED
from bot.engine.values.why import POINTED, By, Rule, Why
from knowledge.base.document import Clause, Figure
from knowledge.base.phrasings import Misreading
from knowledge.learned.index import Match
from knowledge.text.fold import fold

MOST_RELATED = 3
"""Further clauses that are named beside an answer."""
LEADING = frozenset({"lead", "list"})
"""Roles of the blocks above the proof, that say what was asked."""
OF_NUMBERS = frozenset({"amount", "count", "confirm", "assertion"})
"""Cues that ask for a number, or whether one is right."""
DAYS = frozenset({"short", "date"})
"""Spans of time that are surely asked for: 过几年 is none."""
SIDE_BY_SIDE = "、"
"""What stands between things that are named side by side."""
READABLE = 1_500
"""Characters of unnumbered passages up to which a part is given whole: their numbers are ours, nobody knows them."""


class ClauseAnswers(OnPolicy):
    """Answers from clauses of one document."""

    def answer(self, clause: Clause, question: Question, conversation: Conversation, by: By, said: str = "") -> Reply:
        """What was asked, then the proof.

        ``said``: earlier questions on this clause, for what a follow-up leaves out.
        """
        told = conversation.figures if said and conversation.clause == self.target(clause) else ()
        on_clause = ClauseQuestion(question, said, by.rule in POINTED, self._money.meant(question.reading.plain), told)
        selection = Selection() if _asks_units_alone(question) else self._figures(clause, on_clause)
        if by.rule is Rule.FOLLOW_UP and not self._asked.written:
            selection = but_unknown_case(clause, on_clause, selection, self._money)
        if selection == Selection() and question.numbers and not self._asked.written:
            quoted = self._sentences.best(self.policy.id, clause, question.reading)
            if quoted is None and len(sentences(clause)) == 1:
                quoted = clause.text
            selection = self._untaught_figures.beside(clause, quoted or "", question)
        lead = self._lead(clause, question, selection)
        proof = self.compose.proof(clause, self.today())
        if any(b.role == "units" for b in lead):  # already first
            proof = [b for b in proof if b.role not in ("units", "note")]
        own = self.target(clause)
        following = introduced(self.policy, clause)
        offered = conversation.choices if by.rule is Rule.PICKED or own in conversation.choices else ()
        kept = Conversation(
            clause=own,
            said=f"{said}\n{question.reading.plain}"[-SAID_CHARS:],
            choices=tuple(map(self.target, following)) or offered,
            more=tuple(t for t in conversation.more if t != own),
        )
        return Reply(
            "answer",
            (*lead, *proof),
            kept,
            self.policy.id,
            clauses=tuple(self.compose.ref(one.id, by.probability) for one in (clause, *following)),
            units=self.responsible.units(clause),
            figures=tuple(self.compose.figure_ref(f) for f in selection.led),
            documents=self.successor,
            why=Why(by.rule, figures=tuple(f.id for f in selection.led), unstated=selection.unstated),
        )

    def of_figure(self, figure: Figure, question: Question, conversation: Conversation) -> Reply:
        """One figure of the clause that is talked about, whatever its words say."""
        clause = self.library.clause(conversation.clause)
        by = By(Rule.PICKED)
        whole = self.answer(clause, replace(question, asks=frozenset(), numbers=()), conversation, by)
        lead = self.compose.figure_lead(Selection((figure,)), clause)
        return replace(
            whole,
            blocks=(*lead, *(block for block in whole.blocks if block.role not in LEADING)),
            figures=(self.compose.figure_ref(figure),),
            why=Why(by.rule, figures=(figure.id,)),
        )

    def nth_unit(self, clause: Clause, nth: int, question: Question, conversation: Conversation) -> Reply:
        """One of its responsible units, counted as printed, above all of them; ``nth``: from 1, -1 the last one."""
        of_units = replace(question, asks=frozenset({"units"}), numbers=())
        whole = self.answer(clause, of_units, conversation, By(Rule.PICKED), said=conversation.said)
        names = clause.unit_names
        number = nth if nth > 0 else len(names)
        if number <= len(names):
            counted = self.compose.say("nth_unit", nth=number, count=len(names), unit=names[number - 1])
        else:
            counted = self.compose.say("no_nth_unit", nth=number, count=len(names))
        return replace(whole, blocks=(counted, *whole.blocks))

    def enumerated(self, clause: Clause, before: Question, question: Question, conversation: Conversation) -> Reply:
        """Its sentences in which things stand side by side; where some of them are what was asked ``before``, these."""
        plain = replace(question, asks=frozenset(), numbers=())
        whole = self.answer(clause, plain, conversation, By(Rule.FOLLOW_UP), said=conversation.said)
        found = [sentence for sentence in sentences(clause) if SIDE_BY_SIDE in sentence]
        meant = [one for one in found if any(word in fold(one) for word in before.telling)] or found
        lead = [Block("lead", (Quote(sentence),), self.compose.label("measure")) for sentence in meant]
        blocks = (*lead, *(block for block in whole.blocks if block.role not in LEADING))
        return replace(whole, blocks=blocks, figures=(), why=replace(whole.why, figures=(), unstated=""))

    def text_alone(self, reply: Reply) -> Reply:
        """The reply without what it puts forward: the text, of which the reader is to judge."""
        return replace(reply, blocks=tuple(b for b in reply.blocks if b.role not in LEADING), figures=())

    def together(self, replies: Sequence[Reply], whole: Reply) -> Reply:
        """What each of the replies puts forward, above the proof of ``whole``: all are of one clause."""
        lead = [block for reply in replies for block in reply.blocks if block.role in LEADING]
        figures = tuple(dict.fromkeys(figure for reply in replies for figure in reply.figures))
        told = tuple(dict.fromkeys(i for reply in replies for i in reply.why.figures))
        blocks = (*dict.fromkeys(lead), *(b for b in whole.blocks if b.role not in LEADING))
        return replace(whole, blocks=blocks, figures=figures, why=replace(whole.why, figures=told, unstated=""))

    def as_likeliest(self, reply: Reply, others: Sequence[Match]) -> Reply:
        """The answer marked as the likeliest only, with the ``others`` below it as a choice."""
        head = self.compose.say("likely")
        reply = replace(reply, why=replace(reply.why, rule=Rule.LIKELIEST))
        shown = {ref.target for ref in reply.clauses}
        others = [m for m in others if m.target not in shown]
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
            clauses=(*reply.clauses, *(self.ref(m.target, m.probability) for m in others)),
            conversation=replace(reply.conversation, choices=tuple(offered), more=()),
        )

    def with_related(self, reply: Reply, others: Sequence[Match], holding: Sequence[str]) -> Reply:
        """The answer with a line on further clauses that fit, so that it is complete.

        ``others``: less probable clauses; ``holding``: targets with all the words of a bare question.
        """
        answered = {f"{c.policy}/{c.clause}" for c in reply.clauses}
        found = {m.target: m.probability for m in others}
        related = [t for t, p in found.items() if p >= RELATED or t in holding] + sorted(set(holding) - set(found))
        targets = [t for t in related if t not in answered][:MOST_RELATED]
        if not targets:
            return reply
        names = "；".join(self.line(t) for t in targets)
        block = Block("related", (Say(names),), self.compose.label("related"))
        refs = tuple(self.ref(t, found.get(t, 0.0)) for t in targets)
        last = len(reply.blocks) - (reply.blocks[-1].role == "notice")
        blocks = (*reply.blocks[:last], block, *reply.blocks[last:])
        return replace(reply, blocks=blocks, clauses=(*reply.clauses, *refs))

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
        asks_unit = question.units and self._follow_ups.asks_about_unit(question)
        if asks_unit or ("units" in question.asks and not selection.led):
            return blocks + self._units_lead(clause, question)
        if selection.led and not selection.contradicted:
            if selection.confirmed and asserts:
                blocks.append(compose.say("lead.confirm_same"))
            blocks += compose.figure_lead(selection, clause)
            if selection.several and not self._says_of_both(clause):
                blocks.append(compose.say("lead.both_cases"))
        if blocks:
            return blocks
        if selection.unstated:
            return self._unstated(selection)
        best = self._sentences.best(self.policy.id, clause, question.reading)
        if best is None:
            return []
        if "confirm" in question.asks or asserts:
            return [Block("lead", (Say(words("lead.confirm")), Quote(best)))]
        return [Block("lead", (Quote(best),), compose.label("measure"))]

    def _says_of_both(self, clause: Clause) -> bool:
        """Whether the clause says if what it grants adds up."""
        together = self._understanding.talk.acts.parts.get("together")
        return together is not None and pattern(together.says).search(clause.text) is not None

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
        named = self.library.as_named(question.units, (self.policy.id,)) if clause.responsible else ()
        for unit in named:  # where none is listed, none is missing
            name = "unit_by_definition" if unit in own else "unit_no"
            if unit in clause.unit_names:
                name = "unit_yes"
            term = next((d.term for d in self.responsible.definitions(clause) if unit in d.includes), "")
            blocks.append(self.compose.say(name, unit=unit, term=term))
        return blocks + (self.compose.units_blocks(clause) or self._doers(clause, question))

    def _doers(self, clause: Clause, question: Question) -> list[Block]:
        """Where no units are listed: the sentence that has all that is asked about, else those that name a body."""
        if self._asked.written:
            return [self.compose.say("no_units")]
        best = self._sentences.best(self.policy.id, clause, question.reading)
        if best is not None and question.telling and all(word in fold(best) for word in question.telling):
            return [Block("lead", (Quote(best),), self.compose.label("measure"))]
        return self.doers(clause, question.reading) or [self.compose.say("no_units")]

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

    def several(
        self, clauses: Sequence[Clause], conversation: Conversation, rule: Rule, full: bool = False, units: bool = False
    ) -> Reply:
        """A part of the document, or clauses asked for together.

        ``full``: with their whole texts; ``units``: with the responsible units of each.
        """
        full = full or (all(c.number is None for c in clauses) and sum(len(c.text) for c in clauses) <= READABLE)
        blocks = self._part(clauses)
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
            (*blocks, *self.finish()),
            replace(conversation, clause="", said="", info="", choices=tuple(self.target(c) for c in clauses)),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in clauses),
            why=Why(rule),
        )

    def _part(self, clauses: Sequence[Clause]) -> list[Block]:
        """What the part is called, when the clauses are all of one."""
        section = self.policy.section_of(clauses[0])
        if tuple(clauses) != section.clauses:
            return []
        if section.number and self.compose.bare_number(section):
            text = self.words("locate_part", part=section.number, title=section.title, count=len(clauses))
        else:
            text = self.words("locate_section", name=section.name, count=len(clauses))
        return [Block("lead", (Say(text),))]

    def names_case(self, target: str, question: Question) -> bool:
        """Whether the question names the case of one of the clause's figures: 我问的是重新认定."""
        clause = self.library.clause(target)
        cues = self._asked.figures  # only what is taught tells cases apart surely enough
        return bool(FigureChoice(clause, cues, ClauseQuestion(question, given=True), self._money).select().led)

    def _figures(self, clause: Clause, asked: ClauseQuestion) -> Selection:
        """The clause's figures to put forward: by how people ask for them as taught, else by their own words."""
        if not self._asked.written:
            return self._untaught_figures.select(clause, asked)
        selection = FigureChoice(clause, self._asked.figures, asked, self._money).select()
        wanted = self._understanding.numbers.of(asked.plain)
        surely = wanted is not None and (
            wanted.kinds == ("share",) or (wanted.kinds == ("time",) and wanted.spans & DAYS)
        )
        if wanted is None or not surely or selection.contradicted:
            return selection
        if selection.led and not any(map(wanted.fit, selection.led)):  # 几个工作日打款: no sum
            return Selection(unstated="number")
        return selection


def _asks_units_alone(question: Question) -> bool:
    """Whether units are asked for, and no number: 补贴由哪些部门管."""
    return "units" in question.asks and not question.asks & OF_NUMBERS and not question.numbers
