"""The smallest pieces of a clause that may be of a part: its sentences and items, with the part above them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.base.card import Part
from knowledge.base.document import Clause
from knowledge.base.points import Point
from knowledge.importing.facts.cards.words import words
from knowledge.importing.facts.spans import Stretch
from knowledge.text.printed import View

_LABEL = re.compile(r"^[“]?([^,。;:()“”]{2,14})[”]?[:]")
_STOPS = "。;,!?:"
_OPENS, _CLOSES = "([〈《“【〔", ")]〉》”】〕"
_CUTS = re.compile(f"[{re.escape(_STOPS + _OPENS + _CLOSES)}]")


@dataclass(frozen=True)
class Bit:
    """``view.text[start:end]``, marker and closing stop aside."""

    point: Point
    start: int
    end: int
    role: Part | None
    """Of which part it is by what stands above it; None where that tells nothing."""
    listed: bool = False
    """Whether it is an item that a sentence leads (提交下列材料:)."""
    own: bool = False
    """Whether what tells the role stands inside the clause, not over it."""


def bits(clause: Clause, view: View, above: Part | None) -> list[Bit]:
    """The bits of a clause; ``above`` is the part that the heading over the clause names."""
    own = words().heading(clause.title) if clause.titled else None
    return list(_of(clause.points, view, _Above(own or above, own is not None)))


@dataclass(frozen=True)
class _Above:
    """The part that stands above some points: inside the clause (``own``), and by a sentence that leads them."""

    role: Part | None
    own: bool
    listed: bool = False

    def of(self, role: Part | None) -> _Above:
        """The same for what is headed ``role`` by itself."""
        return replace(self, role=role, own=True) if role else self


def _of(found: Sequence[Point], view: View, above: _Above) -> Iterator[Bit]:
    led: Part | None = None
    for n, point in enumerate(found):
        start, end = _bounds(view, point)
        text = view.text[start:end]
        if point.kind == "title":
            above = above if above.listed else above.of(words().heading(_shown(text)))
        elif point.kind == "item":
            inside = _Above(led, own=True, listed=True) if led else above
            inside = inside.of(_headed(text))
            if point.points:
                yield from _of(point.points, view, inside)
            elif start < end:
                yield Bit(point, start, end, inside.role, inside.listed, inside.own)
        elif point.kind != "note":
            led = _led(found[n + 1 :], text, point, led)
            for one in point.points or (point,):
                a, b = _bounds(view, one)
                here = _Above(led, own=True) if one.kind == "row" and led else above.of(_headed(view.text[a:b]))
                if a < b:
                    yield Bit(one, a, b, here.role, here.listed, here.own)


def _led(after: Sequence[Point], text: str, point: Point, led: Part | None) -> Part | None:
    """The part of the items or rows after a sentence."""
    following = next((other for other in after if other.kind != "note"), None)
    if (following is not None and following.kind in ("item", "row")) or text[-1:] == ":":
        return words().lead(text)
    return led if point.kind == "row" else None


def _shown(title: str) -> str:
    """A title without the brackets around it, or the remark in brackets behind it."""
    return re.sub(r"(?<=.)[(【〔][^()]*[)】〕]$", "", title).strip("()【】〔〕")


def _headed(text: str) -> Part | None:
    """Of 申报时间:每年三月 the part that its label names."""
    label = _LABEL.match(text)
    return words().heading(label[1]) if label else None


def _bounds(view: View, point: Point) -> Stretch:
    start, end = view.place(point.start), view.place(point.end - 1) + 1 if point.end > point.start else point.start
    if point.marker:
        start += len("".join(point.marker.split()))
    elif mark := _MARK.match(view.text, start, end):
        start = mark.end()
    while end > start and view.text[end - 1] in "。;,、":
        end -= 1
    return start, end


_MARK = re.compile(
    r"第[零〇一二三四五六七八九十百\d]+条|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}(?:\.\d{1,2})*[.、](?!\d)|[①-⑳]"
)


_LABELLED = re.compile(r"^[“]?[^,。;:()“”]{2,14}[”]?:")


def body(view: View, bit: Bit) -> Stretch:
    """The bit without the label that names its part: 申报时间:."""
    text = view.text[bit.start : bit.end]
    label = _LABELLED.match(text)
    skip = label.end() if label and label.end() < len(text) and words().heading(label.group()[:-1]) else 0
    return bit.start + skip, bit.end


def pieces(text: str, start: int, end: int) -> list[Stretch]:
    """The comma clauses of a stretch; what stands in brackets isn't cut."""
    found, at, depth = [], start, 0
    for match in _CUTS.finditer(text, start, end):
        i = match.start()
        depth = max(0, depth + (text[i] in _OPENS) - (text[i] in _CLOSES))
        if text[i] in _STOPS and depth == 0 and not (text[i] == ":" and text[i - 1 : i + 2][::2].isdigit()):
            if i > at:
                found.append((at, i))
            at = i + 1
    if at < end:
        found.append((at, end))
    return found
