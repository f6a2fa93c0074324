"""Points of a clause: its title, its numbered items, the rows of its tables, and its sentences where they run on.

They are read from the text whenever they are wanted, and written nowhere: the text alone decides them. An address is
the path of a point under its clause, joined by dots: 三.2 is item 2 of item (三), 三.句2 the second sentence of (三),
句1.分2 what stands after the first semicolon of the first sentence. Points side by side cover the text but for blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from knowledge.text.numbers import ordinal
from knowledge.text.printed import evened, half_width

Span = tuple[int, int]
"""From, and to before."""
Kind = Literal["title", "item", "sentence", "part", "row", "note"]
SIGNS: dict[Kind, str] = {"title": "题", "sentence": "句", "part": "分", "row": "行", "note": "注"}
"""What an address has before its number for a point that prints none; a note is a list of units that stands apart."""
LONGEST_TITLE = 45
"""Characters of a title that opens an item."""
WRAPPED = 25
"""Characters of a line that may go on in the next one; after a shorter one something else begins."""


@dataclass(frozen=True, slots=True)
class Point:
    """``text[start:end]`` of a clause, its marker included."""

    address: str
    """Under the clause: 三.2."""
    kind: Kind
    start: int
    end: int
    marker: str = ""
    """As printed: （三）, 2.; empty where it has none."""
    points: tuple[Point, ...] = ()
    """Its own points in printed order; together they are all of it. None where it is one sentence."""

    def of(self, text: str) -> str:
        """Its words, verbatim."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Mark:
    kind: str
    ordinal: int
    start: int
    end: int


_NUMERAL = "[一二三四五六七八九十]{1,3}"
_BEGINS = (
    r"(?:^|(?<=[\r\n\t\u2028])|(?<=[。;:!?)”])|(?<=[。;:!?)”,\r\n\u2028\t][ \u3000\xa0])"
    r"|(?<=[\r\n。;:][ \u3000\xa0]{2}))[ \t\u3000\xa0]*"
)
_MARKS = re.compile(
    _BEGINS
    + rf"""(?:(?P<part>{_NUMERAL}、)
    |(?P<item>\({_NUMERAL}\))
    |(?P<round>\(\d{{1,2}}\)|\d{{1,2}}\)(?=[一-鿿“]))
    |(?P<decimal>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}(?=[ \t\u3000\xa0]*[一-鿿“]))
    |(?P<point>\d{{1,2}}[.、][ \u3000\xa0]*(?=[^\d\s.%]))
    |(?P<circle>[①-⑳])
    |(?P<first>第{_NUMERAL}[,、]))""",
    re.VERBOSE | re.MULTILINE,
)
_COUNTED = re.compile(
    rf"(?:^|(?<=[\s。;,:!?)”]))(?P<told>{_NUMERAL}是)(?!否|指)"
    r"|(?<=[,、(])(?P<round>\(\d{1,2}\))|(?<=[,、])(?P<circle>[①-⑳])"
)
"""In a running sentence: 一是…,二是…"""
_OWN = re.compile(
    rf"\s*(?:第(?:[零〇一二三四五六七八九十百千\s]+|\d+)条|{_NUMERAL}[、.]|\({_NUMERAL}\)|\d{{1,2}}(?:\.\d{{1,2}})+|\d{{1,2}}[.、](?!\d)|\(\d{{1,2}}\)|[①-⑳])"
)
_BRACKET = re.compile(
    r"[ \t\u3000\xa0]*[(【〔](?=[^()【】〔〕]{0,18}[一-鿿]{2})(?!以下|责任|牵头)"
    r"[^()【】〔〕\n]{2,20}[)】〕](?![^\S\n]*$)"
)
"""第三条(租金补贴): the title of an article in brackets."""
_SAYS = re.compile(r"\d|应当|不得|可以|给予|的$")
"""What a sentence says and no title does."""
_TITLE_ENDS = re.compile(r"\s*(?:\([^()\n]*\)|[^。;:!?,\r\n])+(?=[。;:!?,\r\n])")
_STOPS = "。!?"
_OPEN, _CLOSE = "(“《〈[【〔", ")”》〉]】〕"
_TURNS = re.compile(rf"[{re.escape(_OPEN + _CLOSE + _STOPS)}\r\n\u2028]")
_SEMICOLONS = re.compile(rf"[{re.escape(_OPEN + _CLOSE)};]")
_CLOSES = "”’』」)]】〕"
_LIST = re.compile(
    r"[(\[【〔][^()]{0,4}(?:责任|牵头|配合|主办|落实)|[(\[【〔][^。;]{2,80}(?:负责|牵头|配合|落实)[^。;]{0,6}[)\]】〕]"
)


@lru_cache(maxsize=8192)
def points(text: str, title: str = "") -> tuple[Point, ...]:
    """The points of a clause; ``title``: its printed title, empty where it has none apart from the text."""
    half = evened(half_width(text))
    own = _OWN.match(half)
    begin = 0
    found: list[Point] = []
    if title and (at := text.find(title)) >= 0:
        begin = _after_title(half, at + len(title))
        found.append(Point(SIGNS["title"], "title", 0, begin, text[: own.end()].strip() if own else ""))
    elif own and (begin := len(headed(text))):
        found.append(Point(SIGNS["title"], "title", 0, begin, text[: own.end()].strip()))
    body = _inside(text, half, (begin, len(text)), "")
    return (*found, *body)


def headed(text: str) -> str:
    """The marker of an article with the title in brackets behind it, 第三条(租金补贴); empty where it has none."""
    half = half_width(text)
    own = _OWN.match(half)
    bracket = _BRACKET.match(half, own.end()) if own and half[own.end() - 1] == "条" else None
    return text[: bracket.end()] if bracket else ""


def walk(found: Sequence[Point]) -> Iterator[Point]:
    """All points at every depth, each before its own."""
    for point in found:
        yield point
        yield from walk(point.points)


def leaves(found: Sequence[Point]) -> Iterator[Point]:
    """The points that have none of their own; they follow one another without a gap."""
    return (point for point in walk(found) if not point.points)


def around(found: Sequence[Point], start: int, end: int) -> Point | None:
    """The smallest point that holds ``text[start:end]`` whole; None where none does."""
    for point in found:
        if point.start <= start and end <= point.end:
            return around(point.points, start, end) or point
    return None


def _inside(text: str, half: str, span: Span, prefix: str, used: frozenset[str] = frozenset()) -> tuple[Point, ...]:
    """The points of a stretch: its items, with what stands before and behind them; or its sentences."""
    counted: dict[Kind, int] = {}
    members = _series(half, span, used)
    if not members:
        return tuple(_sentences(text, half, span, prefix, counted))
    found = list(_sentences(text, half, (span[0], members[0].start), prefix, counted))
    taken: set[str] = set()
    starts = [mark.start for mark in members]
    stop = _last_end(half, starts, span[1])
    for mark, end in zip(members, [*starts[1:], stop], strict=True):
        address = prefix + _label(half[mark.start : mark.end], taken)
        inner = (mark.end, _trim(text, mark.start, end))
        own = _titled(text, half, inner, f"{address}.", used | {mark.kind})
        if len(own) == 1 and own[0].points:  # one sentence: what its semicolons part stands for it
            own = tuple(replace(part, address=f"{address}.{part.address.rsplit('.', 1)[1]}") for part in own[0].points)
        marker = text[mark.start : mark.end].strip()
        found.append(Point(address, "item", mark.start, inner[1], marker, _from(own, mark.start)))
    return (*found, *_sentences(text, half, (stop, span[1]), prefix, counted))


def _last_end(half: str, starts: Sequence[int], end: int) -> int:
    """Where the last item ends: with its line, where every other one is a line by itself."""
    if any("\n" in half[a:b].strip() for a, b in pairwise(starts)):
        return end
    line = re.compile(r"[。;][ \t\u3000\xa0\r]*\n").search(half, starts[-1], end)
    return line.end() if line else end


def _from(found: Sequence[Point], start: int) -> tuple[Point, ...]:
    """An item's points with the first one beginning at its marker; none where it has no more than one."""
    if len(found) < 2:
        return ()
    return (_led(found[0], start), *found[1:])


def _led(point: Point, start: int) -> Point:
    inner = point.points
    return replace(point, start=start, points=(_led(inner[0], start), *inner[1:]) if inner else ())


def _titled(text: str, half: str, span: Span, prefix: str, used: frozenset[str]) -> tuple[Point, ...]:
    """The points of an item, its title apart where it opens with one."""
    stop = _TITLE_ENDS.match(half, span[0], span[1])
    if stop is None or half[stop.end()] not in "。\r\n" or stop.end() - span[0] > LONGEST_TITLE:
        return _inside(text, half, span, prefix, used)
    end = _after_title(half, stop.end())
    if not half[end : span[1]].strip() or _SAYS.search(half, span[0], stop.end()):
        return _inside(text, half, span, prefix, used)
    title = Point(f"{prefix}{SIGNS['title']}", "title", span[0], end)
    return (title, *_inside(text, half, (end, span[1]), prefix, used))


def _after_title(half: str, at: int) -> int:
    stop = re.compile(r"[。.:)】\]〕]*").match(half, at)
    return stop.end() if stop else at


def _series(half: str, span: Span, used: frozenset[str]) -> list[_Mark]:
    """The items into which a stretch falls: of the kind whose count begins first."""
    found: dict[str, list[_Mark]] = {}
    for pattern in (_MARKS, _COUNTED):
        for match in pattern.finditer(half, *span):
            kind = match.lastgroup or ""
            number = _number(match[kind])
            if kind not in used and number:
                found.setdefault(kind, []).append(_Mark(kind, number, match.start(kind), match.end(kind)))
    counted = [members for marks in found.values() if (members := _counting(sorted(marks, key=lambda m: m.start)))]
    return min(counted, key=lambda members: members[0].start, default=[])


def _counting(marks: Sequence[_Mark]) -> list[_Mark]:
    """Those that count 1, 2, 3 …; a count may begin anew. None where it gets no further than 1."""
    kept: list[_Mark] = []
    for n, mark in enumerate(marks):
        goes_on = bool(kept) and mark.ordinal == kept[-1].ordinal + 1
        begins = mark.ordinal == 1 and any(other.ordinal == 2 for other in marks[n + 1 : n + 30])
        if goes_on or begins:
            kept.append(mark)
    return kept


def _number(marker: str) -> int | None:
    plain = marker.strip()
    if "①" <= plain[0] <= "⑳":
        return ord(plain[0]) - ord("①") + 1
    return ordinal(re.sub(r"[^一二三四五六七八九十\d]", "", plain.rstrip(".").rsplit(".", 1)[-1]))


def _label(marker: str, taken: set[str]) -> str:
    """The number as printed, without brackets and stops; with -2 where it occurs a second time."""
    plain = marker.strip()
    label = (
        plain[0]
        if "①" <= plain[0] <= "⑳"
        else re.sub(r"[^一二三四五六七八九十\d]", "", plain.rstrip(".").rsplit(".", 1)[-1])
    )
    again = 2
    own = label
    while own in taken:
        own, again = f"{label}-{again}", again + 1
    taken.add(own)
    return own


def _sentences(text: str, half: str, span: Span, prefix: str, counted: dict[Kind, int]) -> Iterator[Point]:
    """Sentences, rows of tables and a list of units that stands apart, each numbered on from ``counted``."""
    for start, end, kind in _cut(half, span):
        first = start + len(text[start:end]) - len(text[start:end].lstrip())
        last = _trim(text, first, end)
        if first >= last:
            continue
        counted[kind] = counted.get(kind, 0) + 1
        address = f"{prefix}{SIGNS[kind]}{counted[kind]}"
        yield Point(
            address,
            kind,
            first,
            last,
            "",
            tuple(_parts(text, half, (first, last), address)) if kind == "sentence" else (),
        )


def _cut(half: str, span: Span) -> Iterator[tuple[int, int, Kind]]:
    start, depth = span[0], 0
    at = span[0]
    while match := _TURNS.search(half, at, span[1]):
        at, char = match.start(), match.group()
        depth = max(0, depth + (char in _OPEN) - (char in _CLOSE))
        if char in "\r\n\u2028":
            if _breaks(half, start, at, span[1]):
                yield start, at, _kind(half, start, at)
                start = at + 1
            depth = 0
        elif char in _STOPS and (depth == 0 or half[at + 1 : at + 2] in ("”", "’")):
            at += 1
            while at < span[1] and half[at] in _CLOSES:
                at += 1
            yield start, at, _kind(half, start, at)
            start, depth = at, 0
            continue
        at += 1
    yield start, span[1], _kind(half, start, span[1])


def _breaks(half: str, start: int, at: int, end: int) -> bool:
    """Whether a sentence ends with the line that ends at ``at``."""
    line = half[max(start, half.rfind("\n", start, at) + 1) : at]
    following = half[at + 1 : end].split("\n", 1)[0]
    return "\t" in line or "\t" in following or line.rstrip()[-1:] in (";", ":") or len(line.strip()) < WRAPPED


def _kind(half: str, start: int, end: int) -> Kind:
    words = half[start:end].strip()
    if "\t" in words or words.startswith("|"):
        return "row"
    return "note" if _LIST.match(words) and words[-1] in ")]】〕" else "sentence"


def _parts(text: str, half: str, span: Span, address: str) -> Iterator[Point]:
    """What its semicolons part; none where it has none."""
    cuts, depth = [], 0
    for match in _SEMICOLONS.finditer(half, *span) if half.find(";", *span) >= 0 else ():
        at = match.start()
        depth = max(0, depth + (half[at] in _OPEN) - (half[at] in _CLOSE))
        if half[at] == ";" and depth == 0 and half[at + 1 : span[1]].strip():
            cuts.append(at + 1)
    if not cuts:
        return
    for n, (a, b) in enumerate(zip([span[0], *cuts], [*cuts, span[1]], strict=True), 1):
        first = a + len(text[a:b]) - len(text[a:b].lstrip())
        yield Point(f"{address}.{SIGNS['part']}{n}", "part", first, _trim(text, first, b))


def _trim(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip())
