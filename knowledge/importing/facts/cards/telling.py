"""Of which parts of a card a bit is: by what stands above it, and by its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.base.card import Part
from knowledge.importing.facts.cards.bits import Bit, body, pieces
from knowledge.importing.facts.cards.words import words
from knowledge.importing.facts.spans import Stretch
from knowledge.text.printed import View

_OF_THE_WHOLE: tuple[Part, ...] = ("limits", "materials", "procedure", "conditions", "audience")
"""Parts that are told by a whole sentence."""
_OF_A_PIECE: tuple[Part, ...] = ("deadline", "units", "validity", "standard")
"""Parts that are told by comma clauses."""
_WORDY = 220
"""Characters of a sentence that is quoted whole; of a longer one only the comma clauses that tell."""
_DAY_BEFORE = re.compile(r"(?:日|月|时|天)(?:\([^()]*\))?(?:之?前|以前|之?内|止)$")
_HANDS_IN = re.compile(r"报送|提交|申报|申请|上报|提出|递交|报[至到]")
_MOVES = re.compile(r"报送|审查|推荐|审核|汇总|登录|平台|提出申请|提交")
_DUTY = re.compile(r"^负责|^[^,。;]{2,40}(?:局|委|办|部门|中心|厅|办公室|管委会|处)(?:\([^()]*\))?负责")


_FORMAL = re.compile(r"同时废止|^抄送|印发$|特此通知")
_REQUIRES, _REFUSES = (
    re.compile(r"应当|须|具有|具备|未|无"),
    re.compile(r"不予|不得|不再|取消|收回|追|退回|不重复|就高"),
)
_NAMED = 30
"""Characters before a telephone number in its comma clause, which say whose it is."""


@dataclass(frozen=True)
class Setting:
    """What is known of the clause beforehand."""

    above: Part | None
    """The part that the heading over it names."""
    gives: bool
    """Whether the document gives anything, or asks for applications: what it says of materials is of that."""


def told(view: View, bit: Bit, setting: Setting, *, summed: bool) -> Iterator[tuple[Part, Stretch]]:
    """The parts of which a bit is, by what stands above it and by its own words."""
    text = view.text[slice(*body(view, bit))]
    if words().tells["phone"].search(text):
        yield from (("phone", span) for span in _numbers(view, bit))
    if not setting.gives:
        return
    own = _own(text, bit, summed=summed)
    cut = [] if bit.own and bit.role in ("materials", "limits", "conditions") else list(_pieces(view, bit))
    if bit.role and _holds(text, bit, {*own, *(part for part, _ in cut)}, summed=summed):
        yield bit.role, body(view, bit)
    for part in own:
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
    if bit.role == "audience" and ("□" in text or not words().one["somebody"].search(text)):
        return False
    if bit.own:
        others = others - {bit.role}
        if bit.role == "audience" and "conditions" in others:
            return False
        return "limits" not in others and not (bit.role == "audience" and "units" in others)
    if bit.role == "procedure" and re.search(r"承担|列支|安排资金|分担", text):
        return False
    also: set[Part] = {"deadline", "materials"} if bit.role == "procedure" and _MOVES.search(text) else set()
    return not summed and not others - {bit.role, "units"} - also


def _own(text: str, bit: Bit, *, summed: bool) -> list[Part]:
    """The parts of which the bit says by itself that it is."""
    said = [part for part in _OF_THE_WHOLE if words().tells[part].search(text)]
    if text.endswith(":"):
        return [part for part in said if part == "limits"]
    return [part for part in said if _fits(part, said, text, bit, summed=summed)]


def _fits(part: Part, told: list[Part], text: str, bit: Bit, *, summed: bool) -> bool:
    """Whether the words that tell of ``part`` mean it, beside what else the bit is."""
    if part == "limits":
        asked = bit.role == "conditions" and _REQUIRES.search(text) and not _REFUSES.search(text)
        refused = bit.role == "conditions" and _REFUSES.search(text)
        return not asked and bool(refused or not (bit.listed and bit.role in ("materials", "limits", "conditions")))
    if bit.own and (bit.listed or bit.role in ("materials", "limits", "conditions", "phone")) and part != bit.role:
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
    tells = words().tells[part]
    found = tells.search(view.text, *whole)
    if part == "limits" and found and (inner := _bracketed(view.text, whole, found.start())):
        yield inner
        return
    led = view.text[bit.end - 1] == ":" and words().lead(view.text[slice(*whole)]) != "limits"
    apart = summed or led or (part == "limits" and bit.listed)
    if not apart and (whole[1] - whole[0] <= _WORDY or part in ("materials", "procedure")):
        yield whole
        return
    yield from ((a, b) for a, b in pieces(view.text, *whole) if tells.search(view.text[a:b]))


def _bracketed(text: str, whole: Stretch, at: int) -> Stretch | None:
    """What stands in the brackets around a place: (请注意:…将不予受理)."""
    start = text.rfind("(", whole[0], at)
    end = text.find(")", at, whole[1])
    inside = 0 <= start < end and ")" not in text[start:at] and start > whole[0] + 1
    return (start + 1, end) if inside else None


def _pieces(view: View, bit: Bit) -> Iterator[tuple[Part, Stretch]]:
    """The comma clauses that tell of a part, those that follow one another joined."""
    parts = pieces(view.text, bit.start, bit.end)
    for part in _OF_A_PIECE:
        last: Stretch | None = None
        for a, b in parts:
            on = last is not None and part == "deadline" and _DAY_BEFORE.search(view.text[slice(*last)]) is not None
            if part == "deadline" and re.search(r"不得|不再|不予", view.text[a:b]):
                continue
            if not words().tells[part].search(view.text[a:b]) and not (on and _HANDS_IN.search(view.text[a:b])):
                continue
            if last is not None and a - last[1] <= 1:
                last = (last[0], b)
                continue
            if last is not None:
                yield part, last
            last = (a, b)
        if last is not None:
            yield part, last


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
