"""A policy as Akoma Ntoso 1.0 (OASIS LegalDocML, namespace 3.0): all of its text, and what the base knows about it.

Nothing is invented: what the source does not state is left out, and where the schema insists on a date or an author,
the attribute says that it is the one of this export (name="export") or that the source names none. The text of the
XML, in order, is the source's but for blanks, line breaks and control characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from lxml import etree

from knowledge.base.document import Attachment, Clause, Policy, Section

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
SOURCE = "#policybot"
UNSTATED = "原文未载"
"""How an author is shown whom the source doesn't name."""
_KINDS = (("编", "book", "book"), ("章", "chapter", "chp"), ("节", "section", "sec"), ("条", "article", "art"))
"""Last character of a printed number, the element, and what its eId begins with (AKN naming convention)."""
_STOPS = "。.．:： \u3000"
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Span = tuple[int, int, str, dict[str, str]]
"""(start, end, element, attributes) of words to be marked in a text."""


def to_akoma(policy: Policy, on: date) -> bytes:
    """The document as XML, UTF-8; ``on`` is the day of the export."""
    return _Writer(policy, on).document()


class _Writer:
    def __init__(self, policy: Policy, on: date) -> None:
        self._policy = policy
        self._on = on
        units = dict.fromkeys(n for c in policy.clauses for listed in c.responsible for n in listed.names)
        self._units = {name: f"unit-{n}" for n, name in enumerate(units, 1)}
        self._kinds = dict.fromkeys(figure.kind for clause in policy.clauses for figure in clause.figures)
        path = quote(f"/akn/cn/act/{policy.published or '-'}/{policy.id}")
        self._work = path

    def document(self) -> bytes:
        policy = self._policy
        root = etree.Element(f"{{{NAMESPACE}}}akomaNtoso", nsmap={None: NAMESPACE})
        act = _add(root, "act", name="act")
        self._meta(act, "main")
        if policy.masthead:
            preface = _add(act, "preface")
            for line in policy.masthead:
                _paragraphs(preface, line, self._named(line))
        _passages(act, "preamble", (policy.salutation, policy.preamble))
        body = _add(act, "body")
        self._sections(body, policy.sections, "")
        if not policy.sections:  # the schema wants something in a body
            _add(_add(body, "hcontainer", name="empty", eId="hcontainer_1"), "content").append(_element("p"))
        _passages(act, "conclusions", (policy.closing, *policy.signature))
        if policy.attachments:
            attachments = _add(act, "attachments")
            for attachment in policy.attachments:
                self._attachment(attachments, attachment)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")  # type: ignore[no-any-return]

    def _attachment(self, parent: Any, attachment: Attachment) -> None:
        eid = f"att_{attachment.id[1:]}"
        doc = _add(_add(parent, "attachment", eId=eid), "doc", name="attachment")
        self._meta(doc, eid)
        _passages(doc, "preface", (attachment.heading,))
        _passages(doc, "preamble", (attachment.salutation, attachment.preamble))
        body = _add(doc, "mainBody")
        self._sections(body, attachment.sections, f"{eid}__")
        if not attachment.sections:
            _add(body, "p")

    def _sections(self, parent: Any, sections: Sequence[Section], prefix: str) -> None:
        taken: set[str] = set()
        for section in sections:
            numbered = section.number if section.heading is not None else None
            element, eid = _hierarchy(section.id, numbered, prefix, "section", "sec", taken)
            part = _add(parent, element, eId=eid, **({"name": "part"} if element == "hcontainer" else {}))
            if section.heading is not None:
                number, title, _ = opening(section.heading, section.number or "", None)
                _number(part, number)
                if title.strip():
                    _text(_add(part, "heading"), title)
            inside: set[str] = set()
            for clause in section.clauses:
                self._clause(part, clause, f"{eid}__", inside)
            self._sections(part, section.sections, f"{eid}__")
            if not section.clauses and not section.sections:
                _add(_add(part, "content"), "p")

    def _clause(self, parent: Any, clause: Clause, prefix: str, taken: set[str]) -> None:
        marker = self._policy.marker(clause)
        number, title, at = opening(clause.text, marker, clause.title if clause.titled else "")
        element, eid = _hierarchy(clause.id, marker or None, prefix, "paragraph", "para", taken)
        item = _add(parent, element, eId=eid, **({"name": "passage"} if element == "hcontainer" else {}))
        _number(item, number)
        if title.strip():
            _text(_add(item, "heading"), title)
        content = _add(item, "content")
        spans = [(start - at, end - at, tag, marks) for start, end, tag, marks in self._spans(clause) if start >= at]
        _paragraphs(content, clause.text[at:], spans)
        if not len(content):
            _add(content, "p")

    def _spans(self, clause: Clause) -> list[Span]:
        """Units of the lists and figures, where they stand in the clause; none overlaps another."""
        spans: list[Span] = []
        start = 0
        for listed in clause.responsible:
            start = clause.text.index(listed.quote, start)
            at = 0
            for name, printed in zip(listed.names, listed.printed, strict=True):
                found = listed.quote.find(printed, at)
                if found < 0:  # broken over lines
                    continue
                at = found + len(printed)
                here = start + found
                spans.append((here, here + len(printed), "organization", {"refersTo": f"#{self._units[name]}"}))
            start += len(listed.quote)
        for figure in clause.figures:
            here = clause.text.index(figure.quote) + figure.quote.index(figure.text)
            marks = {"refersTo": f"#{figure.kind}", "normalized": f"{_plain_number(figure.value)} {figure.unit}"}
            spans.append((here, here + len(figure.text), "quantity", marks))
        out: list[Span] = []
        for span in sorted(spans, key=lambda s: (s[0], -s[1])):
            if not out or span[0] >= out[-1][1]:
                out.append(span)
        return out

    def _named(self, line: str) -> list[Span]:
        """The title and the number in a line of the masthead."""
        spans: list[Span] = []
        for words, tag in ((self._policy.title, "docTitle"), (self._policy.number, "docNumber")):
            if words and words in line:
                spans.append((line.index(words), line.index(words) + len(words), tag, {}))
        spans.sort()
        return spans if all(a[1] <= b[0] for a, b in pairwise(spans)) else []

    def _meta(self, parent: Any, part: str) -> None:
        policy = self._policy
        meta = _add(parent, "meta")
        identification = _add(meta, "identification", source=SOURCE)
        component = f"/!{part}"
        dated = {"date": str(policy.published or self._on), "name": "publication" if policy.published else "export"}
        for level, uri in (("Work", self._work), ("Expression", f"{self._work}/zho@"), ("Manifestation", "")):
            uri = uri or f"{self._work}/zho@.xml"
            about = _add(identification, f"FRBR{level}")
            _add(about, "FRBRthis", value=uri + component)
            _add(about, "FRBRuri", value=uri)
            _add(
                about, "FRBRdate", **(dated if level != "Manifestation" else {"date": str(self._on), "name": "export"})
            )
            _add(about, "FRBRauthor", href="#issuer" if level != "Manifestation" else SOURCE)
            if level == "Work":
                _add(about, "FRBRcountry", value="cn")
                if policy.number:
                    _add(about, "FRBRnumber", value=policy.number)
                if policy.title:
                    _add(about, "FRBRname", value=policy.title)
            elif level == "Expression":
                _add(about, "FRBRlanguage", language="zho")
            else:
                _add(about, "FRBRformat", value="application/akn+xml")
        if part != "main":
            return
        self._times(meta)
        references = _add(meta, "references", source=SOURCE)
        self._organization(references, "policybot", "policybot")
        self._organization(references, "issuer", policy.issuer or UNSTATED)
        for name, eid in self._units.items():
            self._organization(references, eid, name)
        for kind in self._kinds:
            _add(references, "TLCConcept", eId=kind, href=f"/akn/ontology/concept/{kind}", showAs=kind)
        if policy.validity.quote is not None:
            _add(references, "TLCConcept", eId="in-force", href="/akn/ontology/concept/in-force", showAs="in force")

    def _times(self, meta: Any) -> None:
        """Known days only: published, in force from and until (the last day included), repealed."""
        policy, validity = self._policy, self._policy.validity
        days: list[tuple[str, date | None, str | None]] = [
            ("published", policy.published, "generation"),
            ("from", validity.effective_from, None),
            ("until", validity.until, None),
            ("repealed", policy.repealed.on if policy.repealed else None, "repeal"),
        ]
        known = {name: (day, kind) for name, day, kind in days if day is not None}
        if not known:
            return
        lifecycle = _add(meta, "lifecycle", source=SOURCE)
        for name, (day, kind) in known.items():
            kinds = {"type": kind} if kind else {}
            _add(lifecycle, "eventRef", eId=f"event-{name}", date=str(day), source="#issuer", **kinds)
        ends = {at: f"#event-{name}" for at, name in (("start", "from"), ("end", "until")) if name in known}
        if ends:
            group = _add(_add(meta, "temporalData", source=SOURCE), "temporalGroup", eId="period-in-force")
            _add(group, "timeInterval", refersTo="#in-force", **ends)

    @staticmethod
    def _organization(references: Any, eid: str, name: str) -> None:
        href = f"/akn/ontology/organization/cn/{quote(name)}"
        _add(references, "TLCOrganization", eId=eid, href=href, showAs=name)


def _plain_number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def opening(text: str, marker: str, title: str | None) -> tuple[str, str, int]:
    """(number, title, where the rest begins) of a heading or clause; joined they are the beginning of the text.

    What separates them goes to the one before. ``title`` None: all that follows the number is title. Blanks and line
    breaks inside the printed marker or title don't matter.
    """
    at = _behind(text, 0, marker)
    if marker:
        while at < len(text) and text[at] in "、.．,， \u3000\n\t":
            at += 1
    if title is None:
        return text[:at], text[at:], len(text)
    end = _behind(text, at, title) if title else at
    if title:
        while end < len(text) and text[end] in _STOPS:
            end += 1
    return text[:at], text[at:end], end


def _behind(text: str, at: int, words: str) -> int:
    """Where the words end that begin at ``at``, blanks in either left out of account."""
    left = [char for char in words if not char.isspace()]
    while left and at < len(text):
        if not text[at].isspace():
            if text[at] != left[0]:
                break
            left.pop(0)
        at += 1
    return at


def _hierarchy(
    own_id: str, marker: str | None, prefix: str, element: str, short: str, taken: set[str]
) -> tuple[str, str]:
    """(element, eId) for a part or a clause, by its printed number and the last step of its id."""
    if marker is None:
        element, short = "hcontainer", "hcontainer"
    else:
        for ending, name, begins in _KINDS:
            if re.fullmatch(f"第.*{ending}", "".join(marker.split())):
                element, short = name, begins
    eid = f"{prefix}{short}_{own_id.rsplit('.', 1)[-1]}"
    while eid in taken:
        eid += "-"
    taken.add(eid)
    return element, eid


def _number(parent: Any, number: str) -> None:
    if number.strip():
        _text(_add(parent, "num"), number)


def _passages(parent: Any, tag: str, texts: Iterable[str | None]) -> None:
    found = [text for text in texts if text]
    if found:
        element = _add(parent, tag)
        for text in found:
            _paragraphs(element, text, ())


def _paragraphs(parent: Any, text: str, spans: Sequence[Span]) -> None:
    """A <p> for every line that isn't blank, with the spans marked; a span over two lines is marked in both."""
    at = 0
    for line in text.split("\n"):
        if line.strip():
            _marked(_add(parent, "p"), line, _clipped(spans, at, at + len(line)))
        at += len(line) + 1


def _clipped(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    for one, other, tag, marks in spans:
        if one < end and other > start:
            yield max(one, start) - start, min(other, end) - start, tag, marks


def _marked(parent: Any, line: str, spans: Iterable[Span]) -> None:
    at = 0
    last = None
    for start, end, tag, marks in spans:
        _append(parent, last, line[at:start])
        last = _add(parent, tag, **marks)
        _text(last, line[start:end])
        at = end
    _append(parent, last, line[at:])


def _append(parent: Any, last: Any, text: str) -> None:
    if last is None:
        _text(parent, text)
    else:
        last.tail = _writable(text)


def _text(element: Any, text: str) -> None:
    element.text = _writable(text)


def _writable(text: str) -> str:
    """Without control characters, which XML can't hold at all (form feeds and the like, from converted files)."""
    return _UNWRITABLE.sub(" ", text)


def _element(tag: str, **attributes: str) -> Any:
    return etree.Element(f"{{{NAMESPACE}}}{tag}", {k: _writable(v) for k, v in attributes.items()})


def _add(parent: Any, tag: str, **attributes: str) -> Any:
    element = _element(tag, **attributes)
    parent.append(element)
    return element
