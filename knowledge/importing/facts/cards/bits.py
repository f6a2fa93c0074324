"""The smallest pieces of a clause that may be of a part: its sentences and items, with the part above them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.base.card import Part
from knowledge.base.document import Clause
from knowledge.base.points import Point
from knowledge.importing.facts.cards.words import words
from knowledge.importing.facts.spans import Stretch
from knowledge.text.printed import View

_LABEL = re.compile(r"^[“]?([^,。;:()“”]{2,14})[”]?[:]")
_STOPS = "。;,!?:"
_OPENS, _CLOSES = "([〈《“【〔", ")]〉》”】〕"


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


def bits(clause: Clause, view: View, above: Part | None) -> list[Bit]:
    """The bits of a clause; ``above`` is the part that the heading over the clause names."""
    own = words().heading(clause.title) if clause.titled else None
    return list(_of(clause.points, view, own or above, listed=False))


def _of(found: Sequence[Point], view: View, role: Part | None, *, listed: bool) -> Iterator[Bit]:
    led: Part | None = None
    for n, point in enumerate(found):
        start, end = _bounds(view, point)
        text = view.text[start:end]
        if point.kind == "title":
            role = words().heading(text.strip("()【】〔〕")) or role
        elif point.kind == "item":
            own = led or role
            if point.points:
                yield from _of(point.points, view, _headed(text) or own, listed=listed or led is not None)
            elif start < end:
                yield Bit(point, start, end, _headed(text) or own, listed or led is not None)
        elif point.kind != "note":
            following = next((other for other in found[n + 1 :] if other.kind != "note"), None)
            leads = (following is not None and following.kind in ("item", "row")) or text[-1:] == ":"
            led = words().lead(text) if leads else (led if point.kind == "row" else None)
            inner = point.points or (point,)
            for one in inner:
                a, b = _bounds(view, one)
                if a < b:
                    yield Bit(one, a, b, _headed(view.text[a:b]) or (led if one.kind == "row" and led else role))


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


def pieces(text: str, start: int, end: int) -> list[Stretch]:
    """The comma clauses of a stretch; what stands in brackets isn't cut."""
    found, at, depth = [], start, 0
    for i in range(start, end):
        depth = max(0, depth + (text[i] in _OPENS) - (text[i] in _CLOSES))
        if text[i] in _STOPS and depth == 0 and not (text[i] == ":" and text[i - 1 : i + 2][::2].isdigit()):
            if i > at:
                found.append((at, i))
            at = i + 1
    if at < end:
        found.append((at, end))
    return found
