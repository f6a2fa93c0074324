"""Responsible units of a clause as documents name them: （责任单位：…）, with roles, （…负责）, 由…负责."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from knowledge.base.verify import LABEL, LIST_NOTE, outside_brackets
from knowledge.importing.structure.lines import lines
from knowledge.importing.structure.tables import ORGAN, Cells, cells
from knowledge.text.printed import View, half_width, without_blanks

_OPEN, _CLOSE = "([【〔〈", ")]】〕〉"
_SURE_ORGAN = re.compile(
    r"(?:部|委|委员会|局|厅|政府|办|办公室|办公厅|署|总署|国务院|人民银行|管委会|部门|海关|领导小组|单位|总会|联合会|室|专班)$"
)
_TAIL = re.compile(
    r"(?:等)?(?:有关|相关)?(?:部门|单位)?(?:按照?|根据)?(?:各自)?(?:职责|职能)?(?:分工|范围)?(?:共同|分别|联合|具体|配合|组织)*"
    r"(?:负责|落实|实施|推进|牵头)(?:落实|实施|推进|组织)?[,。;]?$"
)
_DUTY = re.compile(r"(?:按照?|根据)?(?:各自)?(?:职责|职能)(?:分工|范围)?(?:共同|分别|联合)?(?:负责|落实|实施|推进)?$")
_ETC = re.compile(r"(?:等(?:有关|相关)?(?:部门|单位|成员单位)?(?:和单位)?)$")
_LEAD = re.compile(
    r"(?:共同|联合|分别|按(?:照)?(?:职责|各自职责)?分工)?(牵头(?:负责|实施|组织|落实|推进)?|配合|参加|参与|协助|协同|支持|(?:按(?:照)?(?:各自)?职责)?(?:分工|共同|分别|联合|具体|组织)*(?:负责|落实|实施))"
    r"(?:落实|实施|推进)?$"
)
_BY = re.compile(r"由([^,。;:()由]{2,60}?)(?:共同|联合|分别|按职责分工|具体|统一|牵头|组织)*负责")
_PLACE = re.compile(r"(?:开发区|新区|高新区|示范区|度假区|保税区|园区|经开区|功能区|自贸区|实验区|合作区)$")
_OFFICE = re.compile(r"(?:处|科|股|校)$")
"""What else ends the names of those who do it, where a list of nothing but names closes a paragraph."""
_NAME = (2, 14)
"""Shortest and longest name in such a list."""
_SEAT = re.compile(r"(?:管委会|管理委员会)$")


@dataclass
class Listed:
    """One unit of a list."""

    name: str
    quote: str
    role: str | None = None


@dataclass
class UnitList:
    """One list of responsible units; ``quote`` is verbatim."""

    quote: str
    units: list[Listed]
    at: int
    """Where it begins in the view."""
    point: str | None = None
    unsure: tuple[str, ...] = ()
    """Names that may be no unit."""


@dataclass
class Definition:
    """各区人民政府〈含…，下同〉."""

    term: str
    includes: list[str]
    quote: str


@dataclass
class Found:
    """All lists of a clause, and what they define."""

    lists: list[UnitList] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    unclear: str = ""
    """The head of a column of units whose cells can't be told apart; empty where there is none."""


def units(text: str) -> Found:
    """The lists of units in a clause's text."""
    view = View(text)
    found = Found()
    for start, end in _brackets(view.text):
        inside = view.text[start + 1 : end - 1]
        if LABEL.match(inside):
            listed = _labelled(view, start, end)
        elif _TAIL.search(inside) or _LEAD.search(inside):
            listed = _spoken(view, start, end)
        else:
            continue
        if listed:
            found.lists.append(listed)
            found.definitions += _definitions(view, start, end)
    table = cells(text)
    found.lists += _cells(view, table)
    found.unclear = table.unclear
    if not found.lists:
        found.lists += _bare(view, text)
    if not found.lists:
        found.lists += _unlabelled(view, text)
    if not found.lists:
        found.lists += _by(view)
    found.lists.sort(key=lambda listed: listed.at)
    _points(view, found.lists)
    return found


def _brackets(text: str) -> list[tuple[int, int]]:
    """Outermost brackets as (start, end after)."""
    found = []
    start = depth = 0
    for i, char in enumerate(text):
        if char in _OPEN:
            if depth == 0:
                start = i
            depth += 1
        elif char in _CLOSE and depth:
            depth -= 1
            if depth == 0:
                found.append((start, i + 1))
    return found


def _labelled(view: View, start: int, end: int) -> UnitList | None:
    """(责任单位:…): split as verify.py does, so that no unit is left out."""
    listed = _named(view, start + 1, end - 1)
    return UnitList(view.quote(start, end), listed, start, unsure=_odd(listed)) if listed else None


def _named(view: View, start: int, end: int) -> list[Listed]:
    """The units between labels and separators, each with the label under which it stands where there are several."""
    several = len(LABEL.findall(view.text, start, end)) > 1
    role: str | None = None
    listed: list[Listed] = []
    for a, b in outside_brackets(view.text[start:end], "、,;。"):
        at, stop = start + a, start + b
        while at < stop:
            if label := LABEL.match(view.text, at, stop):
                role = label.group().rstrip(":")
                at = label.end()
                continue
            following = LABEL.search(view.text, at, stop)
            last = following.start() if following else stop
            printed = LIST_NOTE.sub("", without_blanks(view.quote(at, last)))
            if printed:
                listed.append(Listed(_name(printed), printed, role if several else None))
            at = last
    _share(listed)
    return listed


def _spoken(view: View, start: int, end: int) -> UnitList | None:
    """(…牵头,…配合) and (…负责)."""
    inside = view.text[start + 1 : end - 1]
    listed: list[Listed] = []
    waiting: list[Listed] = []
    for a, b in outside_brackets(inside, "、,;。"):
        part = inside[a:b]
        lead = _LEAD.search(part)
        shown = part[: lead.start()] if lead else part
        for name in _pieces(shown):
            waiting.append(Listed(_name(name), name))
        if lead and (waiting or listed):
            role = re.search(r"牵头|配合|参加|参与|协助|协同|支持", lead.group())
            for one in waiting:
                one.role = role.group() if role else None
            listed += waiting
            waiting = []
    listed += waiting
    roles = {one.role for one in listed}
    if len(roles) == 1:
        for one in listed:
            one.role = None
    sure = [one for one in listed if ORGAN.search(one.name)]
    if not listed or len(sure) < len(listed) or not any(_SURE_ORGAN.search(one.name) for one in listed):
        return None
    _share(listed)
    quote = view.quote(start, end)
    kept = [one for one in listed if one.quote in quote]
    return UnitList(quote, kept, start, unsure=_odd(kept)) if kept and len(kept) == len(listed) else None


def _pieces(shown: str) -> list[str]:
    """A部等和各有关B: two units, where what follows speaks of others."""
    parts = re.split(r"(?:等)?(?:和|以及|及|会同|与)(?=各|有关|相关|其他|省|市|地方|沿线)", shown)
    return [part for part in parts if part]


def _bare(view: View, text: str) -> list[UnitList]:
    """A line (or the last sentence) 责任单位：…, without brackets."""
    found: list[UnitList] = []
    at = 0
    for match in re.finditer(r"(?:责任|牵头|主办)(?:单位|部门):", view.text):
        if match.start() < at:
            continue
        before = view.text[match.start() - 1 : match.start()]
        if before and before not in "。;,、)(" and not _stands_apart(view, text, match.start()):
            continue
        stop = re.search(r"[。)]", view.text[match.end() :])
        end = match.end() + (stop.start() if stop else len(view.text) - match.end())
        line_end = _line_end(view, text, match.end(), end)
        end = min(end, line_end)
        if end <= match.end():
            continue
        listed = _named(view, match.start(), end)
        if listed:
            found.append(UnitList(view.quote(match.start(), end), listed, match.start(), unsure=_odd(listed)))
            at = end
    return found


def _unlabelled(view: View, text: str) -> Iterator[UnitList]:
    """(基教处、装备信息中心、各区市) behind the full stop that closes a paragraph: names alone, each an office's."""
    for start, end in _brackets(view.text):
        if view.text[start - 1 : start] != "。" or not (
            end == len(view.text) or _line_end(view, text, end - 1, end + 1) == end
        ):
            continue
        listed = _divided(view, start + 1, end - 1, "、,")
        names = [one.name for one in listed]
        offices = all(ORGAN.search(name) or _OFFICE.search(name) for name in names)
        if len(names) > 1 and offices and all(_NAME[0] <= len(name) <= _NAME[1] for name in names):
            yield UnitList(view.quote(start, end), listed, start)


def _cells(view: View, table: Cells) -> Iterator[UnitList]:
    """The units of each cell, with the head of its column where there are several."""
    several = len({cell.head for cell in table.cells}) > 1
    for cell in table.cells:
        own = View(cell.text)
        listed = []
        for a, b in _cell_pieces(own):
            printed = own.quote(a, b)
            role = cell.head if several else None
            listed.append(Listed(_name(without_blanks(printed)), printed, role))
        if listed:
            _share(listed)
            yield UnitList(cell.text, listed, view.place(cell.start), point=cell.point, unsure=_odd(listed))


def _cell_pieces(own: View) -> list[tuple[int, int]]:
    """The names in a cell: between separators, or between blanks where each of them is an authority's."""
    pieces = outside_brackets(own.text, "、,;")
    if len(pieces) != 1:
        return pieces
    words = [len(without_blanks(word)) for word in own.source.split()]
    ends = [sum(words[: n + 1]) for n in range(len(words))]
    apart = list(pairwise([0, *ends]))
    return apart if len(apart) > 1 and all(_SURE_ORGAN.search(own.text[a:b]) for a, b in apart) else pieces


def _stands_apart(view: View, text: str, at: int) -> bool:
    """Whether a blank or a line break stands before the place."""
    offset = view.offset(at)
    return offset == 0 or text[offset - 1].isspace()


def _line_end(view: View, text: str, begin: int, end: int) -> int:
    """The end of the line in the view, where the next line doesn't go on with the list."""
    for i in range(begin + 1, end):
        gap = text[view.offset(i - 1) + 1 : view.offset(i)]
        if "\n" in gap and view.text[i - 1] not in "、,;" and view.text[i] not in "、,;":
            return i
    return end


def _by(view: View) -> list[UnitList]:
    """由市科技局负责 in a sentence; only where each name is surely an authority's."""
    found = []
    for match in _BY.finditer(view.text):
        listed = _divided(view, match.start(1), match.end(1), "、")
        if listed and all(_SURE_ORGAN.search(one.name) and len(one.name) <= 20 for one in listed):
            found.append(UnitList(view.quote(match.start(), match.end()), listed, match.start()))
    return found


def _divided(view: View, start: int, end: int, stops: str) -> list[Listed]:
    """The units between separators."""
    spans = [(start + a, start + b) for a, b in outside_brackets(view.text[start:end], stops)]
    return [Listed(_name(without_blanks(view.quote(a, b))), view.quote(a, b)) for a, b in spans]


def _name(printed: str) -> str:
    """The unit's name: without what is no part of it (按职责分工负责, 等)."""
    name = half_width(printed)
    name = re.sub(r"\([^()]*\)?$", "", name) or name
    for pattern in (_DUTY, _ETC):
        shorter = pattern.sub("", name)
        if len(shorter) >= 2:
            name = shorter
    return name or printed


def _odd(listed: list[Listed]) -> tuple[str, ...]:
    return tuple(one.name for one in listed if not ORGAN.search(one.name) or len(one.name) > 24)


def _share(listed: list[Listed]) -> None:
    """Several zones share the 管委会 that only the last one prints."""
    for i, one in enumerate(listed):
        if not _PLACE.search(one.name):
            continue
        j = i + 1
        while j < len(listed) and _PLACE.search(listed[j].name):
            j += 1
        if j < len(listed) and (seat := _SEAT.search(listed[j].name)) and _PLACE.search(listed[j].name[: seat.start()]):
            one.name += seat.group()


def _definitions(view: View, start: int, end: int) -> list[Definition]:
    """各区人民政府〈含…,下同〉 inside a list."""
    inside = view.text[start + 1 : end - 1]
    found = []
    for match in re.finditer(r"([一-鿿]{2,20})[(〈](?:含|包括)([^()〈〉]{2,200}),下同[)〉]", inside):
        names = [
            Listed(inside[match.start(2) + a : match.start(2) + b], "") for a, b in outside_brackets(match[2], "、,")
        ]
        _share(names)
        quote = view.quote(start + 1 + match.start(), start + 1 + match.end())
        found.append(Definition(match[1], [one.name for one in names], quote))
    return found


def _points(view: View, lists: list[UnitList]) -> None:
    """Where each point has its own list: the marker of the last point before it."""
    if len(lists) < 2 or any(listed.point for listed in lists):
        return
    starts = {line.start: line for line in lines(view.source, 0, len(view.source))}
    marks = []
    for match in re.finditer(r"(?:\d{1,2}[.、](?!\d)|\(\d{1,2}\)|[①-⑳])", view.text):
        if match.start() == 0:
            continue
        offset = view.offset(match.start())
        if offset in starts or view.text[match.start() - 1] in "。;)":
            marks.append((match.start(), match.end()))
    last = -1
    for listed in lists:
        before = [mark for mark in marks if last < mark[0] < listed.at]
        if before:
            listed.point = view.quote(*before[-1])
        last = listed.at
