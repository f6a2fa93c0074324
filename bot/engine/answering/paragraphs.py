"""Paragraphs of replies: what was asked first, then the proof, then who, where, and the validity notice.

Everything said about a policy's content is a Quote; the bot's own sentences come from replies/*.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import groupby

from bot.engine.answering.figure_choice import Selection
from bot.engine.documents.introduced import introduced
from bot.engine.documents.library import Library, document
from bot.engine.values.reply import Block, ClauseRef, FigureRef, Piece, Quote, Say
from knowledge.base.document import OPENING_BRACKETS, Clause, Definition, Figure, Policy, Section, State

OPENING = 30
"""Characters by which unnumbered clauses are told apart."""
AT_LENGTH = 1_200
"""Characters that the clauses which a passage introduces may have together to be shown whole with it."""
_SENTENCE = re.compile(r"[^。]*。|[^。]+$")
_UNITS = re.compile(r"[（(](?:牵头|责任|主办|参加|参与|配合)单位[^（）()]*[）)]\s*")
"""A list of units in a line of its own, between two passages."""
_HEADING = re.compile(
    r"(?:\d{1,2}[.．、]|[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]+、)[^，,；;]{2,28}。"
)
_LIST_LABEL = re.compile(r"^责任单位[:：]")
_BARE_NUMBER = re.compile(r"[一二三四五六七八九十百\d]+")


def sentences(clause: Clause) -> list[str]:
    """The sentences of a clause's body, verbatim: without lists of units between them, a heading with what it heads."""
    found: list[str] = []
    begins: int | None = None
    for match in _SENTENCE.finditer(clause.body):
        start, end = match.span()
        while (listed := _UNITS.match(clause.body, start := _said_from(clause.body, start, end), end)) is not None:
            start = listed.end()
        if begins is None and _HEADING.fullmatch(clause.body, start, end):
            begins = start
        elif start < end:
            found.append(clause.body[start if begins is None else begins : end].rstrip())
            begins = None
    return found if begins is None else [*found, clause.body[begins:].rstrip()]


def _said_from(text: str, start: int, end: int) -> int:
    """The place of the first character from ``start`` on that is no space."""
    return next((at for at in range(start, end) if not text[at].isspace()), end)


def _begun(policy: Policy, today: date) -> bool:
    """Whether a document was there on that day, as far as is known."""
    since = policy.validity.effective_from or policy.published
    return since is None or today >= since


def opening(clause: Clause) -> str:
    """The first words of an unnumbered clause, verbatim."""
    return clause.body.strip()[:OPENING].rstrip()


class Paragraphs:
    """Builds the paragraphs of replies on one policy."""

    def __init__(self, library: Library, policy: Policy) -> None:
        self.policy = policy
        self.words = library.words
        self.named = library.many
        """Whether there are other documents, so that each place says in which it is."""
        self.successor = library.by_id.get(policy.superseded_by or "")
        """The policy that took its place."""
        self.responsible = library.responsible_of(policy.id)
        self._of_document = library.ready.base.lexicon.talk.of_document

    # -- names -----------------------------------------------------------------------------------------------------

    @cached_property
    def document(self) -> str:
        """《title》（number）; what it is called where it has no title."""
        return document(self.policy, self.words)

    @cached_property
    def parts(self) -> int:
        """How many parts it has; where only what is attached has any, those."""
        numbered = [s for s in self.policy.sections if s.number]
        attached = [s for a in self.policy.attachments for s in a.sections if s.number]
        return len(numbered or attached or self.policy.sections)

    def place(self, clause: Clause, title: bool = True, named: bool = True) -> str:
        """第四部分（二）完善新兴产业培育机制; where there are several documents (and ``named``), which one it is in."""
        section = self.policy.section_of(clause)
        part = section.number or ""
        shown = clause.title if title else ""
        if self.bare_number(section) and clause.number is not None:
            marker = self.policy.marker(clause).replace("(", "（").replace(")", "）")
            at = self.words("place", part=part, marker=marker, title=shown)
        else:
            at = self._odd_place(clause, title)
        attached = clause.id.partition(".")[0]
        if attached.startswith("a"):
            at = self._attachment(attached) + at
        return self.words("place_in", document=self.document, place=at) if self.named and named else at

    @staticmethod
    def bare_number(section: Section) -> bool:
        """Whether its number is printed bare (四), so that it is called 第四部分."""
        return _BARE_NUMBER.fullmatch(section.number or "") is not None

    def _odd_place(self, clause: Clause, title: bool) -> str:
        """第二章 第十二条, or the heading above a passage that has no number of its own."""
        section = self.policy.section_of(clause)
        above = section.heading or (section.title if clause.number is None else "")
        steps = [above, self.policy.marker(clause).replace("(", "（").replace(")", "）")]
        if title and clause.title not in above:
            steps.append(clause.title if clause.titled else self.words("opening", text=clause.title))
        return " ".join(step for step in steps if step)

    def _attachment(self, attached: str) -> str:
        heading = next((a.title or a.heading for a in self.policy.attachments if a.id == attached), "")
        return f"{heading} " if heading else ""

    def ref(self, clause_id: str, score: float = 1.0) -> ClauseRef:
        """The clause as the reply's data names it."""
        clause = self.policy.clause(clause_id)
        return ClauseRef(self.policy.id, clause.id, clause.number or "", clause.title, round(score, 4))

    @staticmethod
    def figure_ref(figure: Figure) -> FigureRef:
        """The figure as the reply's data names it."""
        return FigureRef(figure.text, figure.value, figure.unit, figure.payer, figure.per, figure.case, figure.quote)

    # -- blocks ----------------------------------------------------------------------------------------------------

    def label(self, name: str) -> str:
        """A paragraph's label."""
        return self.words(f"labels.{name}")

    def say(self, name: str, /, **slots: object) -> Block:
        """A sentence of the bot's own as a paragraph."""
        return Block("say", (Say(self.words(name, **slots)),))

    def proof(self, clause: Clause, today: date) -> list[Block]:
        """The measure verbatim, all units, the place, the notice: what every answer ends with."""
        return [
            Block("original", (Quote(clause.without_list, bare=True),), self.label("original")),
            *self._introduced_blocks(clause),
            *self.units_blocks(clause),
            Block("place", (Say(self.place(clause)),), self.label("place")),
            *self.notice(today),
        ]

    def _introduced_blocks(self, clause: Clause) -> list[Block]:
        """What it introduces: whole, or where that is long each with its place and how it begins."""
        following = introduced(self.policy, clause)
        if sum(len(one.text) for one in following) > AT_LENGTH:
            return self.listed(following, named=False)
        return [Block("original", (Quote(one.text, bare=True),)) for one in following]

    def units_blocks(self, clause: Clause) -> list[Block]:
        """The lists of units as printed, with what a definition adds."""
        blocks = []
        for n, listed in enumerate(clause.responsible):
            inner = listed.quote[1:-1] if listed.quote[0] in OPENING_BRACKETS else listed.quote
            inner = _LIST_LABEL.sub("", inner)
            pieces: list[Piece] = [Say(f"{listed.point} ")] if listed.point else []
            blocks.append(Block("units", (*pieces, Quote(inner, bare=True)), self.label("units") if n == 0 else ""))
        for d in self.responsible.definitions(clause):
            if d.clause != clause.id:
                blocks.append(Block("note", (Say(self.definition_note(d)),)))
        return blocks

    def definition_note(self, definition: Definition) -> str:
        """What a definition adds to a list of units."""
        at = self.place(self.policy.clause(definition.clause), title=False, named=False)
        return self.words("units_note", place=at, term=definition.term, included="、".join(definition.includes))

    def state(self, today: date) -> State:
        """Whether the document holds on that day."""
        return self.policy.state(today)

    def notice(self, today: date, named: bool = False) -> list[Block]:
        """The validity notice for that day. ``named``: it stands among those of other documents."""
        policy = self.policy
        validity = policy.validity
        state = policy.state(today)
        pieces: list[Piece] = []
        if state == "repealed" and policy.repealed is not None:
            since = self.words("notice.since", day=day_of(policy.repealed.on)) if policy.repealed.on else ""
            pieces = [Say(self.words("notice.repealed", by=policy.repealed.by, since=since))]
        elif state == "not_yet" and validity.effective_from is not None:
            quoted = [Quote(validity.effective_quote)] if validity.effective_quote else []
            pieces = [*quoted, Say(self.words("notice.not_yet", day=day_of(validity.effective_from)))]
        elif state in ("expired", "in_force") and validity.until_quote is not None:
            pieces = [Quote(validity.until_quote), Say(self.words(f"notice.{state}"))]
        if self.successor is not None and _begun(self.successor, today):
            text = self.words("notice.superseded", document=document(self.successor, self.words))
            pieces.append(Say(text))
        if not pieces:
            return []
        if named:
            pieces.insert(0, Say(self.document))
        calm = state == "in_force" and len(pieces) - named == 2  # nothing took its place
        return [Block("notice", tuple(pieces), self.label("validity" if calm else "notice"))]

    def figure_lead(self, selection: Selection, clause: Clause) -> list[Block]:
        """The numbers asked for, each with the words that state it, and the matching that goes with them."""
        led = selection.led
        money = any(f.is_money for f in led)
        head = "lead.figures_by_case" if len(led) > 1 else "lead.figure"
        label = self.label("amount" if money else "number")
        blocks = []
        if len(led) > 1:
            blocks.append(Block("lead", (Say(self.words(head)),), label))
        for quote, stated in groupby(led, key=lambda f: f.quote):
            figures = list(stated)
            if len(figures) > 1:  # one sentence for several cases: 博士、硕士分别…
                blocks += [Block("lead", self._by_case(figure)) for figure in figures]
                blocks.append(Block("lead", (Quote(quote),)))
                continue
            pieces: tuple[Piece, ...] = (Quote(figures[0].text, bare=True), Say("："), Quote(quote))
            if quote == figures[0].text:
                pieces = (Quote(quote),)
            blocks.append(Block("lead", pieces, label if len(led) == 1 else ""))
        matched = {f.matching for f in led if f.matching}
        for figure in clause.figures:
            if figure.id in matched and figure not in led:
                blocks.append(Block("lead", (Say(self.words("lead.matching")), Quote(figure.quote))))
        return blocks

    @staticmethod
    def _by_case(figure: Figure) -> tuple[Piece, ...]:
        """The number after its own case."""
        shown = Quote(figure.text, bare=True)
        if figure.case is None or figure.text in figure.case:
            return (shown,)
        return (Quote(figure.case, bare=True), Say("："), shown)

    def listed(
        self, clauses: Sequence[Clause], marks: Mapping[str, str] | None = None, named: bool = True
    ) -> list[Block]:
        """Clauses by place, one a line; ``named`` as in place(). Unnumbered ones are told apart by how they begin."""
        blocks = []
        for clause in clauses:
            mark = (marks or {}).get(clause.id, "")
            pieces: list[Piece] = [Say(f"{clause.id} {self.place(clause, named=named)}{mark}")]
            if clause.number is None:
                pieces += [Say("　"), Quote(opening(clause), bare=True), Say("……")]
            blocks.append(Block("list", tuple(pieces)))
        return blocks

    def choice(self, n: int, clause: Clause, best: str) -> Block:
        """A numbered clause with the sentence that fits best; how it begins, where there is none and no number."""
        if not best and clause.number is None:
            best = opening(clause)
        pieces: list[Piece] = [Say(self.words("choose_line", n=n, place=self.place(clause)))]
        if best:
            pieces += [Say("\n   "), Quote(best)]
        return Block("list", tuple(pieces))


def day_of(day: date) -> str:
    """2025年10月8日."""
    return f"{day.year}年{day.month}月{day.day}日"
