"""A document as values: its text, its structure, who is responsible, what it states."""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from knowledge.base.card import Card
from knowledge.base.points import Point, around, points, walk
from knowledge.base.record import ClauseId, Id, Record, Text

_ARTICLE = re.compile(r"第([一二三四五六七八九十百\d]+)条")
OPENING_BRACKETS = "(（[【〔"
"""What a list of responsible units that stands apart begins with."""


class NamedUnit(Record):
    """One unit in a responsibility list, where its printed form differs from its name."""

    unit: Text
    """The unit's name in the lexicon."""
    quote: Text
    """As printed in the list, such as 高新技术开发区 where three names share one 管委会."""
    role: Text | None = None
    """The label under which it is listed, verbatim, where a list has several: 牵头单位, 配合单位."""


class Responsible(Record):
    """One list of responsible units of a clause."""

    quote: Text
    """The whole list, verbatim, brackets included: (责任单位:…), or the words that name the units: 由市科技局负责."""
    units: tuple[Text | NamedUnit, ...] = Field(min_length=1)
    """In printed order."""
    point: Text | None = None
    """Marker of the point of the clause that the list ends, verbatim (1.), where each point has its own list."""

    @property
    def names(self) -> tuple[str, ...]:
        """The units' names in the lexicon, in printed order."""
        return tuple(u if isinstance(u, str) else u.unit for u in self.units)

    @property
    def printed(self) -> tuple[str, ...]:
        """The units as printed, in printed order."""
        return tuple(u if isinstance(u, str) else u.quote for u in self.units)


class Figure(Record):
    """A number that a clause states. There is none without a quote."""

    id: Id
    kind: Literal["amount", "ratio", "share", "count", "limit", "duration", "deadline"]
    """amount is money that is paid, ratio what is paid in proportion to something (1∶1, 10% of an investment), share
    any other percentage, deadline the time by which; limit a bound on a count, or money that is a condition or a
    measure (总投资500万元以上的, 产值达10亿元)."""
    text: Text
    """The number with its unit as printed, such as 20万元; with its cap where the words go on to it
    (10%给予补贴，最高不超过500万元)."""
    quote: Text
    """The words of the clause that state it, verbatim, condition included; ``text`` stands in it."""
    value: float
    """The number in ``unit``: 200000 for 20万元; for a ratio of 1∶1, 1.0."""
    unit: Text
    """元 (or another currency), 项, 个, 年, %, or 比例; for a deadline 年, and value is the year; or, without a year
    of its own (每年10月底前, 每月15日前), 月 or 日, and value is the month or the day."""
    bound: Literal["exact", "at_least", "at_most"] = "exact"
    least: float | None = None
    """The lower end of a range (10-50万元), in ``unit``; ``value`` is the upper end."""
    cap: float | None = None
    """The most that is paid, in 元, where ``value`` is a percentage and the quote states how much at most."""
    subject: Text | None = None
    """The one whom, or the thing that, the number is for, in the clause's words; None where it isn't known."""
    case: Text | None = None
    """The condition that tells this figure from its siblings, in the clause's words."""
    per: Text | None = None
    """Per what, verbatim: 每户, 每年, 每个开发区."""
    payer: Text | None = None
    """Who pays, verbatim; only for money and its matching."""
    matching: Id | None = None
    """Id of the figure (of this clause) by which others match this amount."""
    note: Text | None = None
    """What the wording leaves open; editorial, never shown as the document's words."""

    @property
    def is_money(self) -> bool:
        """Whether it is money that is paid, or what is paid in proportion to something."""
        return self.kind in ("amount", "ratio")


class Clause(Record):
    """One measure, article or passage, verbatim."""

    id: ClauseId
    """Part and clause, such as 4.2."""
    number: Text | None
    """As printed, part and clause: 四(二), or 第十二条 where articles are counted through; None for unnumbered text."""
    title: Text
    """As printed; for an untitled clause its opening words (for unnumbered text the heading above it)."""
    titled: bool = True
    """Whether the title is printed as one, apart from the text that follows."""
    text: Text
    """The whole clause as printed, from its marker to its end (to the end of its 责任单位 list, if one ends it)."""
    responsible: tuple[Responsible, ...] = ()
    """In printed order; several where the points of the clause have their own."""
    figures: tuple[Figure, ...] = ()
    card: Card | None = None
    """What people ask of a measure, in its own words; None where nobody has looked."""

    @property
    def body(self) -> str:
        """The clause without marker, title and closing 责任单位 list; what follows the title's full stop."""
        start = self.text.find(self.title) + len(self.title) if self.titled else 0
        return self.without_list[start:].lstrip("。. ")

    @property
    def without_list(self) -> str:
        """The text up to the list of units that ends it."""
        closing = self.responsible[-1].quote if self.responsible else ""
        apart = len(self.responsible) == 1 and closing[0] in OPENING_BRACKETS
        return self.text.removesuffix(closing) if apart else self.text

    @property
    def points(self) -> tuple[Point, ...]:
        """Its title, items, rows and sentences, with their own; read from its text (points.py)."""
        return points(self.text, self.title if self.titled else "")

    def point(self, address: str) -> Point:
        """The point with that address under the clause (三.2); KeyError if there is none."""
        for point in walk(self.points):
            if point.address == address:
                return point
        raise KeyError(address)

    def point_of(self, quote: str, inner: str = "") -> Point | None:
        """The smallest point that holds ``inner`` (or all) of the words ``quote``; None if none does."""
        start = self.text.find(quote)
        if start < 0:
            return None
        start += max(quote.find(inner), 0)
        return around(self.points, start, start + len(inner or quote))

    @property
    def unit_names(self) -> tuple[str, ...]:
        """Names of the units of all its lists, each once, in printed order."""
        return tuple(dict.fromkeys(name for listed in self.responsible for name in listed.names))


class Section(Record):
    """A part of the document: 一、, 第一章, or text outside any part."""

    id: ClauseId
    number: Text | None
    """As printed: 四, 第一章; None where there is no number."""
    heading: Text | None
    """The whole heading line, verbatim: 四、增强产业创新发展能力; None for text outside any part."""
    title: Text
    """As printed; editorial (正文) where there is no heading."""
    clauses: tuple[Clause, ...] = ()
    """In printed order, unnumbered passages among them."""
    sections: tuple[Section, ...] = ()
    """Parts of this part (第一节), after its own clauses."""

    @property
    def name(self) -> str:
        """The heading, or the title where there is none."""
        return self.heading or self.title

    @property
    def all_clauses(self) -> tuple[Clause, ...]:
        """Its clauses and those of its parts, in printed order."""
        return (*self.clauses, *(clause for section in self.sections for clause in section.all_clauses))

    @property
    def unfolded(self) -> tuple[Section, ...]:
        """It and its parts at every depth, in printed order."""
        return (self, *(part for section in self.sections for part in section.unfolded))


class Attachment(Record):
    """A document that is attached, such as a plan that a notice issues."""

    id: ClauseId
    """a1, a2, …"""
    heading: Text
    """Its label as printed, with what else stands above its text: 附件1."""
    title: Text | None = None
    """As printed."""
    salutation: Text | None = None
    preamble: Text | None = None
    """What stands before its first part, verbatim."""
    sections: tuple[Section, ...] = ()


class Definition(Record):
    """A term that the document defines once for all later clauses (下同)."""

    term: Text
    includes: tuple[Text, ...] = Field(min_length=1)
    """Names of units in the lexicon."""
    quote: Text
    """The definition, verbatim."""
    clause: ClauseId
    """Where it is made; it holds from there on."""


class Basis(Record):
    """A document that this one implements or cites."""

    title: Text
    number: Text | None = None
    """Document number as printed."""
    quote: Text
    role: Literal["basis", "cited"]
    """basis: named in the preamble as what is implemented; cited: named inside a measure."""
    level: Literal["国家", "省", "市"] | None = None
    """None where title and number don't tell."""
    clause: ClauseId | None = None
    """Where it is cited; None for the preamble."""


class Validity(Record):
    """When the document holds, as far as it says so."""

    quote: Text | None = None
    """The sentence on effect and expiry, verbatim; None where the source has none."""
    effective_quote: Text | None = None
    """The words on when it takes effect."""
    effective_from: date | None = None
    """None where the document doesn't let it be computed."""
    until_quote: Text | None = None
    """The words on expiry."""
    until: date | None = None
    """Last day on which it holds, that day included."""

    def expired(self, today: date) -> bool:
        """Whether ``today`` is after the last day."""
        return self.until is not None and today > self.until


class Repeal(Record):
    """That the document no longer holds, as somebody who looks after the base has found out; editorial."""

    on: date | None = None
    """Since when; None where it isn't known."""
    by: Text
    """By what: title and number of the document that says so."""


State = Literal["unknown", "not_yet", "in_force", "expired", "repealed"]
"""Of a document on a day; unknown where it states no date that lets one tell."""


class Policy(Record):
    """A document: all of its text, and what stands where.

    The text is, in this order: masthead, salutation, preamble, sections, closing, signature, attachments.
    """

    id: Id
    display_name: Text
    """Editorial: how the bot calls the document. Its title where it has one."""
    short_names: tuple[Text, ...] = ()
    """Editorial: what else people call it."""
    city: Text | None = None
    """The place for which it holds; None for the whole country, or where it isn't known."""
    title: Text | None
    """As printed (line breaks left out); None where the source has none."""
    number: Text | None
    """Document number (发文字号) as printed."""
    issuer: Text | None
    published: date | None
    absent: tuple[Text, ...] = ()
    """What the source doesn't state, in words for the reader: 标题, 文号, ..."""
    masthead: tuple[Text, ...] = ()
    """Lines above the salutation, verbatim: issuer, number, title, …"""
    addressees: Text | None = None
    """Verbatim, without the colon."""
    salutation: Text | None = None
    """The line of addressees, verbatim."""
    preamble: Text | None = None
    purpose: Text | None = None
    """The words of the preamble on what it is for, verbatim."""
    basis: tuple[Basis, ...] = ()
    sections: tuple[Section, ...] = ()
    definitions: tuple[Definition, ...] = ()
    closing: Text | None = None
    """What follows the last clause, verbatim."""
    signature: tuple[Text, ...] = ()
    """Lines below the text, verbatim: list of attachments, issuer, date, …"""
    attachments: tuple[Attachment, ...] = ()
    validity: Validity = Validity()
    repealed: Repeal | None = None
    superseded_by: Id | None = None
    """Id of the policy of this base that took its place."""

    @model_serializer(mode="wrap")
    def _whole(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """All of it, also where its parts are not read yet (storedbase.py)."""
        assert self.sections is not None  # reads them
        return dict(dump(self))

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """All clauses in printed order, those of attachments last."""
        return tuple(clause for section in self.all_sections for clause in section.clauses)

    @cached_property
    def all_sections(self) -> tuple[Section, ...]:
        """All parts at every depth in printed order, those of attachments last."""
        attached = (section for attachment in self.attachments for section in attachment.sections)
        return tuple(part for section in (*self.sections, *attached) for part in section.unfolded)

    @property
    def attached_titles(self) -> tuple[str, ...]:
        """Titles of the attachments that have one."""
        return tuple(attachment.title for attachment in self.attachments if attachment.title)

    @cached_property
    def by_id(self) -> dict[str, tuple[Clause, Section]]:
        """Each clause by its id, with the part in which it stands."""
        return {clause.id: (clause, section) for section in self.all_sections for clause in section.clauses}

    @cached_property
    def _governing(self) -> dict[str, tuple[Clause, ...]]:
        found: dict[str, tuple[Clause, ...]] = {}
        for clause in self.clauses:
            for measure in clause.card.governs if clause.card else ():
                found[measure] = (*found.get(measure, ()), clause)
        return found

    def governing(self, clause: Clause) -> tuple[Clause, ...]:
        """The common clauses (申报主体应当…) whose cards hold for that measure too, in printed order."""
        return self._governing.get(clause.id, ())

    def clause(self, clause_id: str) -> Clause:
        """The clause with that id; KeyError if there is none."""
        return self.by_id[clause_id][0]

    def section_of(self, clause: Clause) -> Section:
        """The part in which the clause stands."""
        return self.by_id[clause.id][1]

    def marker(self, clause: Clause) -> str:
        """The clause's own number as printed, without that of its part: (二); empty for unnumbered text."""
        return (clause.number or "").removeprefix(self.section_of(clause).number or "")

    @property
    def articled(self) -> bool:
        """Whether it counts its articles through: 第一条, 第二条, …"""
        return any(_ARTICLE.match(re.sub(r"\s", "", clause.number or "")) for clause in self.clauses)

    def state(self, today: date) -> State:
        """Whether it holds on that day, as far as it says so itself or somebody found out."""
        if self.repealed is not None and (self.repealed.on is None or today >= self.repealed.on):
            return "repealed"
        if self.validity.expired(today):
            return "expired"
        if self.validity.effective_from is not None and today < self.validity.effective_from:
            return "not_yet"
        if self.validity.effective_from is not None:  # an end that is spoken of and isn't known may have come
            known = self.validity.until is not None or self.validity.until_quote is None
            return "in_force" if known else "unknown"
        return "in_force" if self.validity.until is not None else "unknown"
