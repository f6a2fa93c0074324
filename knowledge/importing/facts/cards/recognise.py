"""A clause's card: each of its bits is asked of which parts it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowledge.base.card import PARTS, Card, Part, Said
from knowledge.base.document import Clause
from knowledge.base.points import around
from knowledge.importing.facts.cards.bits import Bit, bits, body, pieces
from knowledge.importing.facts.cards.subjects import label, names
from knowledge.importing.facts.cards.sums import Sum, placed, promised, sums
from knowledge.importing.facts.cards.words import words
from knowledge.importing.facts.spans import Stretch
from knowledge.text.printed import View, half_width, without_blanks

_OF_THE_WHOLE: tuple[Part, ...] = ("limits", "materials", "procedure", "conditions", "audience")
"""Parts that are told by a whole sentence."""
_OF_A_PIECE: tuple[Part, ...] = ("deadline", "units", "validity", "standard")
"""Parts that are told by comma clauses."""
_WORDY = 220
"""Characters of a sentence that is quoted whole; of a longer one only the comma clauses that tell."""
_REQUIRES, _REFUSES = (
    re.compile(r"应当|须|具有|具备|未|无"),
    re.compile(r"不予|不得|不再|取消|收回|追|退回|不重复|就高"),
)
_FORMAL = re.compile(r"同时废止|^抄送|印发$|特此通知")
_DUTY = re.compile(r"^[^,。;]{2,40}(?:局|委|办|部门|中心|厅|办公室|管委会|处)(?:\([^()]*\))?负责")


@dataclass(frozen=True)
class Setting:
    """What is known of the clause beforehand."""

    above: Part | None
    """The part that the heading over it names."""
    gives: bool
    """Whether the document gives anything, or asks for applications: what it says of materials is of that."""


class _Collected:
    """Quotes by part, each in its point, none inside another of its part."""

    def __init__(self, clause: Clause, view: View) -> None:
        self.clause, self.view = clause, view
        self.found: dict[Part, list[Stretch]] = {}

    def add(self, part: Part, span: Stretch) -> None:
        span = self._trimmed(span)
        own = self.found.setdefault(part, [])
        if span[1] - span[0] < 2 or any(a <= span[0] and span[1] <= b for a, b in own):
            return
        own[:] = [(a, b) for a, b in own if not (span[0] <= a and b <= span[1])]
        own.append(span)

    def _trimmed(self, span: Stretch) -> Stretch:
        """Without the 的 that leads on to what follows."""
        start, end = span
        return start, end - 1 if self.view.text[end - 1] == "的" else end

    def said(self, part: Part) -> tuple[Said, ...]:
        return tuple(dict.fromkeys(self._said(span) for span in sorted(self.found.get(part, ()))))

    def _said(self, span: Stretch) -> Said:
        start, end = self.view.offset(span[0]), self.view.offset(span[1] - 1) + 1
        point = around(self.clause.points, start, end)
        return Said(quote=self.clause.text[start:end], point=point.address if point else None)


@dataclass(frozen=True)
class Recognised:
    """What was made of a clause."""

    card: Card | None
    """None where it says nothing but who is responsible."""
    cases: Mapping[str, str]
    """By figure that names none of its own, whom or what the words before it are about; verbatim."""


def recognise(clause: Clause, setting: Setting) -> Recognised:
    """What the clause says of each part."""
    view = View(clause.text)
    if not view.text:
        return Recognised(None, {})
    cases: dict[str, str] = {}
    kept = _Collected(clause, view)
    figures = placed(clause, view)
    for bit in bits(clause, view, setting.above):
        found = sums(view, bit, figures) if bit.role not in ("limits", "materials", "phone", "units") else []
        for one in found:
            _sum(kept, view, one)
            if one.audience:
                told = view.quote(*one.audience).removesuffix("的")
                bare = (figure for figure in one.figures if figure.subject is None and figure.case is None)
                cases |= {figure.id: told for figure in bare}
        if not found and bit.role is None:
            for audience in promised(view, bit):
                kept.add("audience", audience)
                _subjects(kept, view, [audience])
        for part, span in _told(view, bit, setting, summed=bool(found)):
            kept.add(part, span)
    return Recognised(_made(clause, kept), cases)


def _made(clause: Clause, kept: _Collected) -> Card | None:
    told: dict[Part, tuple[Said, ...]] = {part: kept.said(part) for part in PARTS if part != "units"}
    if not any(told.values()):
        return None
    if told["standard"] and not told["subject"]:
        told["subject"] = _titled(clause)
    for listed in clause.responsible:
        at = clause.text.find(listed.quote)
        start = kept.view.place(at)
        if not clause.text[at + len(listed.quote) :].startswith("解释"):
            kept.add("units", (start, start + len(without_blanks(listed.quote))))
    told["units"] = kept.said("units")
    return Card.model_validate(told)


_TITLE_VERB = re.compile(
    r"^(?:支持|鼓励|加强|推动|推进|培育|实施|加大|强化|促进|优化|完善|建立|引导|落实|提高|开展|对|明确|规范)+(?:对|企业)?"
)


def _titled(clause: Clause) -> tuple[Said, ...]:
    """What the clause's title says that it is about, where the words before its sums name nothing."""
    title = clause.points[0]
    if title.kind != "title":
        return ()
    words_ = title.of(clause.text)
    inner = re.search(r"[一-鿿“A-Za-z][^。()（）【】]*", words_[len(title.marker) :])
    shown = inner.group().strip() if inner else ""
    start = found.end() if (found := _TITLE_VERB.match(half_width(shown))) else 0
    name = shown[start:] if len(shown) - start >= 2 else shown
    return (Said(quote=name, point=title.address),) if 2 <= len(name) <= 40 else ()


def _sum(kept: _Collected, view: View, one: Sum) -> None:
    kept.add("standard", one.stated)
    if one.audience:
        kept.add("audience", one.audience)
    for condition in one.conditions:
        kept.add("conditions", condition)
    if one.audience:
        _subjects(kept, view, [one.audience])
    for figure in one.figures:
        for told in (figure.subject, None if figure.note else figure.case):
            plain = half_width(without_blanks(told or ""))
            at = view.text.rfind(plain, 0, one.stated[1]) if plain else -1
            for name in label(plain) if at >= 0 and view.text[at + len(plain) : at + len(plain) + 1] != "的" else ():
                begin = at + plain.rfind(name)
                kept.add("subject", (begin, begin + len(name)))


def _subjects(kept: _Collected, view: View, spans: Iterable[Stretch]) -> None:
    for start, end in spans:
        phrase = view.text[start:end]
        for name in names(phrase):
            at = start + phrase.rfind(name)
            kept.add("subject", (at, at + len(name)))


def _told(view: View, bit: Bit, setting: Setting, *, summed: bool) -> Iterator[tuple[Part, Stretch]]:
    """The parts of which a bit is, by what stands above it and by its own words."""
    text = view.text[bit.start : bit.end]
    if words().tells["phone"].search(text):
        yield from (("phone", span) for span in _numbers(view, bit))
    if not setting.gives:
        return
    own = _own(text, bit, summed=summed)
    cut = [] if bit.own and bit.role in ("materials", "limits", "conditions") else list(_pieces(view, bit))
    if bit.role and _holds(text, bit, {*own, *(part for part, _ in cut)}, summed=summed):
        yield bit.role, body(view, bit)
    for part in own:
        if part != bit.role:
            yield from ((part, span) for span in _spans(view, bit, part, summed=summed))
    yield from cut


def _holds(text: str, bit: Bit, others: set[Part], *, summed: bool) -> bool:
    """Whether the bit is of the part that stands above it; ``others``: those of which it is by its own words."""
    if bit.role in ("units", "phone", "validity") or _FORMAL.search(text) or "validity" in others:
        return False
    if bit.role == "standard":
        return not summed and re.search(r"\d", text) is not None
    if text.endswith(":") and bit.role != "limits":
        return False
    if bit.own:
        return "limits" not in others and not (bit.role == "audience" and "units" in others)
    if bit.role == "procedure" and re.search(r"承担|列支|安排资金|分担", text):
        return False
    return not summed and not others - {bit.role, "units"}


def _own(text: str, bit: Bit, *, summed: bool) -> list[Part]:
    """The parts of which the bit says by itself that it is."""
    told = [part for part in _OF_THE_WHOLE if words().tells[part].search(text)]
    if text.endswith(":"):
        return [part for part in told if part == "limits"]
    return [part for part in told if _fits(part, told, text, bit, summed=summed)]


def _fits(part: Part, told: list[Part], text: str, bit: Bit, *, summed: bool) -> bool:
    """Whether the words that tell of ``part`` mean it, beside what else the bit is."""
    if part == "limits":
        asked = bit.role == "conditions" and _REQUIRES.search(text) and not _REFUSES.search(text)
        return not asked and not (bit.listed and bit.role)
    if bit.own and bit.role in ("materials", "limits", "conditions", "phone") and part != bit.role:
        return False
    if summed or "limits" in told:
        return False
    if part == "procedure":
        return not _DUTY.search(text)
    if part in ("conditions", "audience"):
        return "materials" not in told
    return True


def _spans(view: View, bit: Bit, part: Part, *, summed: bool) -> Iterator[Stretch]:
    """The words that are of the part: the whole bit; of a long one, or one that gives, the comma clauses that tell."""
    whole = body(view, bit)
    apart = summed or view.text[bit.end - 1] == ":"
    if not apart and (whole[1] - whole[0] <= _WORDY or part in ("materials", "procedure")):
        yield whole
        return
    for a, b in pieces(view.text, *whole):
        if words().tells[part].search(view.text[a:b]):
            yield a, b


def _pieces(view: View, bit: Bit) -> Iterator[tuple[Part, Stretch]]:
    """The comma clauses that tell of a part, those that follow one another joined."""
    parts = pieces(view.text, bit.start, bit.end)
    for part in _OF_A_PIECE:
        last: Stretch | None = None
        for a, b in parts:
            if not words().tells[part].search(view.text[a:b]):
                continue
            if last is not None and a - last[1] <= 1:
                last = (last[0], b)
                continue
            if last is not None:
                yield part, last
            last = (a, b)
        if last is not None:
            yield part, last


_NAMED = 30
"""Characters before a telephone number in its comma clause, which say whose it is."""


def _numbers(view: View, bit: Bit) -> Iterator[Stretch]:
    """Telephone numbers and addresses with what they are called."""
    one = words().one
    lead = re.compile(rf"{one['numbers_lead'].pattern}[^,。;:]{{0,16}}$")
    parts = pieces(view.text, bit.start, bit.end)
    for match in one["numbers"].finditer(view.text, bit.start, bit.end):
        begin = max((a for a, _ in parts if a <= match.start()), default=bit.start)
        label = max((a for a, b in parts if b < begin and view.text[b] == ":" and b + 1 == begin), default=begin)
        near = match.start() - label <= _NAMED
        if near or lead.search(view.text, bit.start, match.start()):
            yield (label if near else match.start()), match.end()
