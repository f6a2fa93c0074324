"""A document's text to a Policy, with an account of what was recognised and what a person must confirm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from knowledge.base import document
from knowledge.base.document import (
    Attachment,
    Basis,
    Clause,
    Definition,
    Figure,
    NamedUnit,
    Responsible,
    Section,
    Validity,
)
from knowledge.base.points import headed
from knowledge.base.verify import ordinal, pieces
from knowledge.importing.facts import figures as numbers
from knowledge.importing.facts import references, validity
from knowledge.importing.facts import units as lists
from knowledge.importing.facts.abbreviations import Called, Short, shorts, units_called
from knowledge.importing.facts.cards.document import with_cards
from knowledge.importing.facts.cards.doubts import doubts
from knowledge.importing.facts.repeals import Repealed, repeals, unnamed
from knowledge.importing.facts.stated import Stated
from knowledge.importing.structure import layout
from knowledge.importing.structure.lines import (
    NUMBER,
    ORDER,
    SERIAL,
    SERIES,
    Line,
    imprint,
    is_date,
    is_number,
    is_organ,
    lines,
    stated_date,
)
from knowledge.importing.structure.outline import Item, Outline, Part, end_last, opening, outline, passages
from knowledge.text.printed import View, half_width, without_blanks

_OWN_NUMBER = re.compile(r"(?:[一二三四五六七八九十]{1,3}、)?")
"""With which a passage begins where a part has no heading apart from its text."""
_ISSUED_AS = re.compile(r"(?:^\(|[日,])([一-鿿]{2,24}?令第\d{1,5}号)(?:公布|发布)")
_BY_ORDER = re.compile(r"([一-鿿]{2,30}?(?:政府|局|厅|委员会|部|院|署|办公室|委|会))(?:令|公告|通告)")
MAX_TITLE = 200
"""Characters in a document's title; longer ones are no title."""


@dataclass
class Draft:
    """What was made of a document."""

    policy: document.Policy
    sections: int = 0
    """Numbered parts (一、 or 第一章), those of attachments among them."""
    clauses: int = 0
    """Numbered items one level below."""
    passages: int = 0
    """Clauses without a number."""
    units: int = 0
    """Lists of units."""
    figures: int = 0
    coverage: float = 0.0
    warnings: list[str] = field(default_factory=list)
    """What a person must look at."""
    confirm: list[str] = field(default_factory=list)
    """What was recognised by a rule that may err."""
    unsure_units: list[str] = field(default_factory=list)
    called: dict[str, Called] = field(default_factory=dict)
    """Units of the document that it calls something else besides, by name."""
    repealed: list[Repealed] = field(default_factory=list)
    """Documents that it ends."""
    proposals: list[str] = field(default_factory=list)
    """Changes to other documents of the same folder that somebody should make."""


def build(source: str, policy_id: str, name: str) -> Draft:
    """The draft of ``source``; ``name`` is what the document is called where it has no title."""
    return _Builder(source, policy_id, name).draft()


def coverage(policy: document.Policy, source: str) -> float:
    """Share of the source's characters (blanks apart) that stand in some part of the base."""
    whole = sum(not char.isspace() for char in source)
    kept = sum(len(without_blanks(piece)) for _, piece in pieces(policy))
    return round(kept / whole, 6) if whole else 1.0


def whole(source: str, policy_id: str, name: str) -> document.Policy:
    """The document as passages alone: for a text whose parts aren't understood."""
    clauses = tuple(
        Clause(
            id=f"0.0.{n}",
            number=None,
            title=opening(source, i.start, i.end) or "正文",
            titled=False,
            text=source[i.start : i.end],
        )
        for n, i in enumerate(passages(source, 0, len(source)), 1)
    )
    section = Section(id="0", number=None, heading=None, title="正文", clauses=clauses)
    return document.Policy(
        id=policy_id, display_name=name, title=None, number=None, issuer=None, published=None, sections=(section,)
    )


class _Builder:
    def __init__(self, source: str, policy_id: str, name: str) -> None:
        self.source = source
        self.id = policy_id
        self.name = name
        self.warnings: list[str] = []
        self.confirm: list[str] = []
        self.unsure: list[str] = []
        self.sections = self.items = 0
        self.counting = True
        """Whether items outside any part count; in an attachment they are mere lists."""
        self.definitions: list[Definition] = []
        self.cited: list[Basis] = []

    def draft(self) -> Draft:
        main, *attached = layout.segments(self.source)
        title = self._title(main)
        number = self._number(main)
        shape = outline(self.source, main.text_start, main.text_end)
        preamble = self._span(shape.preamble)
        sections = self._parts(shape, "", title or self.name)
        self.counting = not shape.numbered
        attachments = [self._attachment(segment, n) for n, segment in enumerate(attached, 1)]
        if title is None and number and "令" in number and attachments:
            title = attachments[0].title  # an order has no title but that of what it issues
        signed, published = self._dates(main)
        signature = tuple(line.text for line in main.below)
        printed = next(filter(None, map(imprint, main.below)), None)
        issuer = self._issuer(main, title) or (printed.organ if printed else None)
        day = published or signed or (printed.printed if printed else None)
        inner = attachments[0] if attachments and not shape.numbered else None
        purpose = references.purpose(preamble) if preamble else None
        basis = self._basis(preamble)
        if inner is not None and inner.preamble:
            purpose = purpose or references.purpose(inner.preamble)
            basis = self._basis(inner.preamble)
        policy = document.Policy(
            id=self.id,
            display_name=title or self.name,
            city=self._city(title, issuer),
            title=title,
            number=number,
            issuer=issuer,
            published=day,
            absent=tuple(
                word
                for word, value in (
                    ("标题", title),
                    ("文号", number),
                    ("发文机关署名", issuer),
                    ("公布日期", day),
                )
                if value is None
            ),
            masthead=tuple(line.text for line in main.above),
            addressees=main.salutation.text.rstrip(":： \u3000\xa0") or None if main.salutation else None,
            salutation=main.salutation.text if main.salutation else None,
            preamble=preamble,
            purpose=purpose,
            basis=tuple(basis),
            sections=tuple(sections),
            definitions=tuple(self.definitions),
            closing=self._span(main.closing),
            signature=signature,
            attachments=tuple(attachments),
            validity=self._validity(
                main,
                preamble,
                sections,
                attachments,
                _own_titles(title, attachments),
                validity.Dates(published, signed),
            ),
        )
        short = shorts(policy)
        named = tuple(one.name for one in short if one.kind == "document" and not one.generic)
        policy = with_cards(policy.model_copy(update={"short_names": named}))
        clauses = policy.clauses
        called = units_called(short, (name for clause in clauses for name in clause.unit_names))
        self._notes(policy, shape, published, signed)
        if printed and printed.organ == issuer:
            self.confirm.append(f"发文机关取自版记「{printed.organ}」；若是代哪个机关印发，请改")
        if printed and printed.printed == day and not published:
            self.confirm.append(f"published 取的是版记的印发日期 {day}；公布日期若不同，请改")
        self._told_shorts(short, called)
        self.confirm += doubts(policy)
        return Draft(
            policy,
            called=called,
            repealed=repeals(policy),
            sections=self.sections,
            clauses=self.items,
            passages=sum(clause.number is None for clause in clauses),
            units=sum(len(clause.responsible) for clause in clauses),
            figures=sum(len(clause.figures) for clause in clauses),
            coverage=coverage(policy, self.source),
            warnings=self.warnings,
            confirm=self.confirm,
            unsure_units=list(dict.fromkeys(self.unsure)),
        )

    def _span(self, span: tuple[int, int] | None) -> str | None:
        return self.source[span[0] : span[1]] if span else None

    # head and tail

    def _title(self, segment: layout.Segment) -> str | None:
        title = "".join(line.text for line in segment.title_lines).strip()
        title = re.sub(r"\s*[\r\n]+\s*", "", title)
        return title if title and len(title) <= MAX_TITLE else None

    def _number(self, segment: layout.Segment) -> str | None:
        before: Line | None = None
        for line in [*segment.above, *segment.below]:
            if line.plain.startswith("附"):
                break
            if (found := NUMBER.search(line.plain)) and "《" not in line.plain:
                return View(line.text).quote(*found.span())
            if found := ORDER.fullmatch(line.plain):
                return line.text
            if found := SERIAL.fullmatch(line.plain):
                above = before.text if before and SERIES.fullmatch(before.plain) else ""
                return above + line.text
            if line.plain.startswith("(") and (found := _ISSUED_AS.search(line.plain)):
                return View(line.text).quote(*found.span(1))
            before = line
        return None

    def _issuer(self, segment: layout.Segment, title: str | None) -> str | None:
        if title and (
            found := re.match(
                r"(?!关于|印发|转发|批转)([^《》]{2,60}?)(?:关于|印发|转发|批转)", half_width(without_blanks(title))
            )
        ):
            line = Line(0, 0, found[1], found[1])
            if is_organ(line):
                return View(title).quote(0, len(found[1]))
        titled = segment.title_lines[0] if segment.title_lines else None
        for line, following in pairwise(segment.above):
            if following is titled and titled.plain.startswith(("关于", "转发", "批转", "印发")) and is_organ(line):
                return line.text
        for line in segment.above:
            if (
                (found := _BY_ORDER.match(line.plain))
                and line is not titled
                and (SERIES.fullmatch(line.plain) or is_number(line))
            ):
                return View(line.text).quote(*found.span(1))
        organs = [line for line in segment.below if is_organ(line) and not line.plain.startswith("附")]
        dated = any(is_date(line) for line in segment.below)
        if organs and dated:
            first = organs[0]
            return first.text
        return None

    def _dates(self, segment: layout.Segment) -> tuple[date | None, date | None]:
        """The date of signature, and that of publication where one is stated as such."""
        signed = published = None
        above = [line for line in segment.above if not re.search(r"会议|通过|修订|修正|《", line.plain)]
        for line in [*above, *segment.below]:
            if not is_date(line):
                continue
            day = stated_date(line.plain)
            if re.search(r"发布|公布", line.plain):
                published = day
            elif not line.plain.endswith("印发"):
                signed = day
        return signed, published

    def _city(self, title: str | None, issuer: str | None) -> str | None:
        for words in (issuer, title):
            if words and (found := re.match(r"(?:中共)?([一-鿿]{2,3}?)市(?!场|级|政|值|民)", words)):
                return found[1]
        return None

    def _validity(
        self,
        main: layout.Segment,
        preamble: str | None,
        sections: list[Section],
        attachments: list[Attachment],
        own: list[str],
        dates: validity.Dates,
    ) -> Validity:
        texts = _stretches(preamble, sections)
        alone = not any(section.number for section in sections)  # a notice that issues what is attached to it
        inner = [text for one in attachments if alone for text in _stretches(one.preamble, one.sections)]
        if main.closing:
            texts.append(validity.Text(self._span(main.closing) or ""))
        found = validity.times([*texts, *inner], own, dates, self.source)
        if inner and found.quote and not validity.times(texts, own, dates, self.source).quote:
            self.confirm.append("施行和有效期取自所附文件")
        self.warnings += found.warnings
        return Validity(
            quote=found.quote,
            effective_quote=found.effective_quote,
            effective_from=found.effective_from,
            until_quote=found.until_quote,
            until=found.until,
        )

    def _basis(self, preamble: str | None) -> list[Basis]:
        basis = []
        for ref in references.references(preamble or ""):
            if ref.made:
                continue
            if ref.level is None:
                self.confirm.append(f"{ref.quote[:60]}：看不出是哪一级的文件，basis 里没有写 level")
            try:
                basis.append(Basis(title=ref.title, number=ref.number, quote=ref.quote, role="basis", level=ref.level))
            except ValueError:
                continue
        return basis + self.cited

    # parts and clauses

    def _parts(self, shape: Outline, prefix: str, name: str) -> list[Section]:
        marks = [part.mark.ordinal if part.mark else 0 for part in shape.parts]
        unique = len(set(marks)) == len(marks)
        made = []
        for n, part in enumerate(shape.parts, 1):
            place = (marks[n - 1] if unique else n) if part.mark else 0
            if part.mark:
                self.sections += 1
            made.append(self._section(part, f"{prefix}{place}", name))
        return made

    def _section(self, part: Part, section_id: str, name: str) -> Section:
        number = self._printed(part)
        heading = self._span(part.heading)
        title = self._span(part.title) if part.title and part.title[1] > part.title[0] else None
        if heading is not None and not (title and title.strip("。；;:： ")):
            title = heading
        title = (title or "正文").strip()
        if title.endswith(("。", "；", ";")) and len(title) > 1:
            title = title[:-1].rstrip()
        clauses = list(self._clauses(part, section_id, number or "", title if part.mark else name))
        divisions = []
        for n, division in enumerate(part.parts, 1):
            ordinals = [d.mark.ordinal for d in part.parts if d.mark]
            place = division.mark.ordinal if division.mark and len(set(ordinals)) == len(part.parts) else n
            divisions.append(self._section(division, f"{section_id}.{place}", name))
        return Section(
            id=section_id,
            number=number,
            heading=heading,
            title=title,
            clauses=tuple(clauses),
            sections=tuple(divisions),
        )

    def _printed(self, part: Part) -> str | None:
        """A part's number as printed, without the stop that follows it."""
        if part.mark is None:
            return None
        return self.source[part.mark.start : part.mark.end].strip().rstrip("、.．").strip()

    def _clauses(self, part: Part, section_id: str, number: str, name: str) -> Iterator[Clause]:
        passages = [item for item in part.items if item.mark is None]
        numbered = [item for item in part.items if item.mark is not None]
        ordinals = [item.mark.ordinal for item in numbered if item.mark]
        printed = [ordinal(self.source[item.mark.start : item.mark.end]) for item in numbered if item.mark]
        unique = len(set(ordinals)) == len(ordinals) and printed == ordinals
        taken_by_division = {d.mark.ordinal for d in part.parts if d.mark}
        place = 0
        shown = 0
        for item in part.items:
            if item.mark is None:
                shown += 1
                clause_id = f"{section_id}.0" if len(passages) == 1 else f"{section_id}.0.{shown}"
                yield self._clause(item, clause_id, None, name)
                continue
            place += 1
            self.items += self.counting or item.mark.kind == "article" or part.mark is not None
            last = item.mark.ordinal if unique and not taken_by_division else place
            marker = self.source[item.mark.start : item.mark.end]
            if item.mark.kind == "part":
                marker = marker.rstrip()
            own = marker if item.mark.kind in ("article", "decimal") else number + marker
            yield self._clause(item, f"{section_id}.{last}", own, name)

    def _clause(self, item: Item, clause_id: str, number: str | None, name: str) -> Clause:
        text = self.source[item.start : item.end]
        title = self._span(item.title)
        titled = bool(title)
        if not title:
            begin = item.mark.end if item.mark else item.start
            title = opening(self.source, begin, item.end) if number else (name if name != "正文" else "")
            title = title or opening(self.source, begin, item.end) or text[:20]
        found = lists.units(text)
        if found.unclear:
            self.warnings.append(
                f"{clause_id} 的表已散成一格一行，有分不清的（{found.unclear}）：那里的单位没有认，请人工补写"
            )
        responsible = []
        for listed in found.lists:
            self.unsure += listed.unsure
            responsible.append(
                Responsible(
                    quote=listed.quote,
                    units=tuple(
                        one.name
                        if one.name == one.quote and one.role is None
                        else NamedUnit(unit=one.name, quote=one.quote, role=one.role)
                        for one in listed.units
                    ),
                    point=listed.point,
                )
            )
        for definition in found.definitions:
            self.definitions.append(
                Definition(
                    term=definition.term, includes=tuple(definition.includes), quote=definition.quote, clause=clause_id
                )
            )
        own = self.source[item.mark.start : item.mark.end] if item.mark else _OWN_NUMBER.match(text)[0]  # type: ignore[index]
        marker = len(without_blanks(headed(text) or own))
        stated = numbers.figures(text, [listed.quote for listed in found.lists], marker)
        self.confirm += [f"{clause_id} 的「{one.text}」：{one.note}" for one in stated if one.note]
        for ref in references.references(text):
            if ref.number and ref.level:
                self.cited.append(
                    Basis(
                        title=ref.title,
                        number=ref.number,
                        quote=ref.quote,
                        role="cited",
                        level=ref.level,
                        clause=clause_id,
                    )
                )
        return Clause(
            id=clause_id,
            number=number,
            title=title,
            titled=titled,
            text=text,
            responsible=tuple(responsible),
            figures=tuple(_figures(stated)),
        )

    def _attachment(self, segment: layout.Segment, n: int) -> Attachment:
        above = segment.above
        heading = self.source[above[0].start : above[-1].end] if above else None
        start = segment.text_start
        if heading is None:
            own = lines(self.source, segment.start, segment.end)
            heading, start = own[0].text, own[0].end
        stop = segment.end
        shape = outline(self.source, start, stop)
        if segment.closing and layout.ENDS_ATTACHMENT.match(self.source, *segment.closing):
            end_last(self.source, shape, segment.closing[0])
        title = self._title(segment)
        sections = self._parts(shape, f"a{n}.", title or heading)
        return Attachment(
            id=f"a{n}",
            heading=heading,
            title=title,
            salutation=segment.salutation.text if segment.salutation else None,
            preamble=self._span(shape.preamble),
            sections=tuple(sections),
        )

    # account

    def _notes(self, policy: document.Policy, shape: Outline, published: date | None, signed: date | None) -> None:
        if policy.title is None:
            self.warnings.append("没有认出标题；原文若有，请补 title")
        if not shape.numbered and not any(a.sections for a in policy.attachments):
            self.warnings.append("没有认出序号：全文按段落收入，没有条款编号")
        if signed and not published:
            self.confirm.append(f"published 取的是成文日期 {signed}；公布日期若不同，请改")
        for a in policy.attachments:
            self.confirm.append(f"附件 {a.id}「{(a.title or a.heading)[:40]}」：请核对起止")
        for sentence in unnamed(policy):
            self.confirm.append(f"「{sentence[-80:]}」没有点名废止了哪些文件；若在库里，请在那些文件上写 repealed")

    def _told_shorts(self, short: list[Short], called: dict[str, Called]) -> None:
        used = {one.quote for one in called.values()}
        for one in short:
            if one.kind == "document" and not one.generic:
                self.confirm.append(f"简称「{one.name}」写进了 short_names，出自「{one.quote}」")
            elif one.quote in used:
                self.confirm.append(f"简称「{one.name}」写进了 units.yaml，出自「{one.quote}」")
            else:
                why = "太泛，别处也这样叫" if one.generic else "不是本文件或责任单位的名称"
                self.confirm.append(f"简称「{one.name}」没有采用（{why}），出自「{one.quote}」")


def _stretches(preamble: str | None, sections: Sequence[Section]) -> list[validity.Text]:
    """What may say when the document holds, each stretch with the heading above it."""
    found = [validity.Text(preamble)] if preamble else []
    for section in sections:
        if section.heading is not None and not section.all_clauses:
            found.append(validity.Text(section.heading))
        for n, clause in enumerate(section.all_clauses):
            found.append(validity.Text(clause.text, section.heading or "" if n == 0 else ""))
    return found


def _own_titles(title: str | None, attachments: Sequence[Attachment]) -> list[str]:
    """What the document is called in its own text: its title, what it issues, and what is attached to it."""
    named = [title or "", *(one.title or "" for one in attachments)]
    issued = re.search(
        r"(?:印发|发布|公布)(?:《(.+)》|(.+?))(?:的(?:通知|公告|决定|通告|命令|令))$", without_blanks(title or "")
    )
    return [name for name in (*named, *(issued.groups() if issued else ())) if name]


def _figures(stated: list[Stated]) -> Iterator[Figure]:
    counted: dict[str, int] = {}
    ids = []
    for one in stated:
        counted[one.kind] = counted.get(one.kind, 0) + 1
        ids.append(f"{one.kind}-{counted[one.kind]}")
    for figure_id, one in zip(ids, stated, strict=True):
        yield Figure(
            id=figure_id,
            kind=one.kind,
            text=one.text,
            quote=one.quote,
            value=one.value,
            unit=one.unit,
            bound=one.bound,
            least=one.least,
            cap=one.cap,
            subject=one.subject,
            case=one.case,
            per=one.per,
            payer=one.payer,
            matching=ids[one.matching] if one.matching is not None else None,
            note=one.note,
        )
