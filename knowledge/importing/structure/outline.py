"""Parts and clauses of a stretch of text, as spans of the source; nothing of it is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from knowledge.importing.structure.lines import lines
from knowledge.importing.structure.numbering import Mark, marks, series
from knowledge.importing.structure.tables import regions
from knowledge.text.printed import half_width

MAX_HEADING = 60
"""Characters in a heading; a longer line that begins with a number is a paragraph."""
MAX_TITLE = 45
"""Characters in the title of a clause."""


@dataclass
class Item:
    """A clause: ``source[start:end]``; without a mark it is a passage."""

    start: int
    end: int
    mark: Mark | None = None
    title: tuple[int, int] | None = None


@dataclass
class Part:
    """A part with its heading and what is in it."""

    mark: Mark | None
    heading: tuple[int, int] | None
    title: tuple[int, int] | None
    items: list[Item] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


@dataclass
class Outline:
    """Parts of a document by itself; ``preamble`` is what stands before the first."""

    preamble: tuple[int, int] | None
    parts: list[Part]
    numbered: bool


def outline(source: str, start: int, end: int) -> Outline:
    """The outline of ``source[start:end]``."""
    found = marks(source, start, end)
    tops = _tops(source, found)
    articles = series(source, found, "article") if tops is None or tops[0].kind == "chapter" else []
    if tops is None:
        resets = [start]
        items = articles or series(source, found, "item", resets=resets) or _points(source, found)
        if not items:
            return Outline(None, _plain(source, start, end), numbered=False)
        part = Part(None, None, None)
        part.items = _cut(source, items, end)
        return Outline(_span(source, start, items[0].start), [part], numbered=True)
    parts = []
    last = 0
    last_point = last_part = 0
    bounds = [*(mark.start for mark in tops[1:]), end]
    for mark, stop in zip(tops, bounds, strict=True):
        inside = [other for other in found if mark.end <= other.start < stop]
        items = _items(source, mark, inside, articles, last, last_point, last_part)
        if items and items[0].kind == "item":
            last = items[-1].ordinal
        if items and items[0].kind == "point":
            last_point = items[-1].ordinal
        if items and items[0].kind == "part":
            last_part = items[-1].ordinal
        parts.append(_part(source, mark, stop, items, inside))
    if len(parts) > 1 and all(_is_one_line(source, part) for part in parts):
        parts = [_of_one_line(source, part) for part in parts]
    return Outline(_span(source, start, tops[0].start), parts, numbered=True)


def _tops(source: str, found: list[Mark]) -> list[Mark] | None:
    chapters = series(source, found, "chapter")
    if len(chapters) > 1 or (chapters and chapters[0].line_start):
        chapters = [mark for mark in chapters if _heads(source, mark)]
    if len(chapters) > 1:
        return chapters
    parts = series(source, found, "part", resets=[])
    if parts:
        return parts
    heads = series(source, found, "head")
    return heads if len(heads) > 1 and len(series(source, found, "decimal")) > 1 else None


def _heads(source: str, mark: Mark) -> bool:
    """Whether a chapter's number is followed by a title, and not by a sentence about that chapter."""
    rest = half_width(source[mark.end : mark.end + 8].strip())
    return bool(rest) and rest[0] not in "的、,。所规和:(中以与等已由及至"


def _items(
    source: str, top: Mark, inside: list[Mark], articles: list[Mark], last: int, last_point: int, last_part: int
) -> list[Mark]:
    own = [mark for mark in articles if mark in inside]
    if own:
        return own
    if top.kind == "chapter" and (found := series(source, inside, "part", resets=[top.end], last=last_part)):
        return found
    if found := series(source, inside, "article"):
        first = [mark for mark in inside if mark.kind == "item"]
        if not first or found[0].start < first[0].start:
            return found
    if top.kind in ("chapter", "head") and len(found := series(source, inside, "decimal")) > 1:
        return found
    if found := series(source, inside, "item", resets=[top.end], last=last):
        return found
    return _points(source, inside, last_point)


def _points(source: str, found: list[Mark], last: int = 0) -> list[Mark]:
    """1., 2., …: only where there are two of them, or the count goes on from the part before."""
    points = series(source, found, "point", last=last)
    goes_on = bool(points) and last > 0 and points[0].ordinal == last + 1
    if len(points) < 2 and not goes_on:
        return []
    return points if points[0].ordinal == 1 or goes_on else []


def _part(source: str, mark: Mark, stop: int, items: list[Mark], inside: list[Mark]) -> Part:
    first = items[0].start if items else stop
    heading = _heading(source, mark, first, alone=not items)
    part = Part(mark, heading, None)
    if heading is None:
        part.title = _opening(source, mark.end, stop)
        part.items = [Item(*span) for span in [_span(source, mark.start, first)] if span]
    else:
        part.title = _trimmed(source, mark.end, heading[1])
        divisions = series(source, inside, "division") if mark.kind == "chapter" else []
        if divisions:
            first = min(first, divisions[0].start)
            part.items = passages(source, heading[1], first)
            for n, division in enumerate(divisions):
                end = divisions[n + 1].start if n + 1 < len(divisions) else stop
                own = [item for item in items if division.start < item.start < end]
                part.parts.append(_part(source, division, end, own, []))
            return part
        part.items = passages(source, heading[1], first)
    part.items += _cut(source, items, stop)
    return part


def _is_one_line(source: str, part: Part) -> bool:
    """Whether all that is in the part is its first line."""
    if part.parts or len(part.items) > 1:
        return False
    if not part.items:
        return part.heading is not None
    return part.heading is None and "\n" not in source[part.items[0].start : part.items[0].end]


def _of_one_line(source: str, part: Part) -> Part:
    """Where nothing stands below any heading, they are the text."""
    if part.mark is None or part.heading is None:
        return part
    return Part(part.mark, None, _opening(source, part.mark.end, part.heading[1]), [Item(*part.heading)])


def _heading(source: str, mark: Mark, first: int, *, alone: bool) -> tuple[int, int] | None:
    """The heading that begins with ``mark``; None where the number begins a paragraph that has no heading.

    ``alone``: nothing numbered stands below it before ``first``.
    """
    stop = min(first, mark.start + 4 * MAX_HEADING)
    line = source[mark.end : stop]
    skip = len(line) - len(line.lstrip())
    line_end = re.search(r"[\r\n\u2028]", line[skip:])
    whole = line[: skip + line_end.start()] if line_end else line
    sentence = re.search(r"[。;]", half_width(whole))
    shown = half_width(whole[: sentence.end()] if sentence else whole)
    if re.search(r"\d(?:万|亿)?(?:元|%)", shown) or (len(shown.strip()) > 30 and shown.count(",") > 1):
        return None
    alone = alone and mark.kind == "part" and not source[mark.end + len(whole) : first].strip()
    if (sentence or alone) and mark.kind == "part" and _RULES.search(shown.strip()):
        return None
    if alone and not (sentence and whole[sentence.end() :].strip()) and _stands_alone(shown.strip()):
        return None
    if sentence and sentence.end() <= MAX_HEADING:
        return mark.start, _trim_end(source, mark.start, mark.end + sentence.end())
    if not sentence and len(whole.strip()) <= MAX_HEADING and whole.strip():
        return mark.start, _trim_end(source, mark.start, mark.end + len(whole))
    return None


_RULES = re.compile(
    r"^(?:本[一-鿿]{1,10}(?:自|由|从|的?有效期|的?解释|试行)|(?:自|从)(?:\d{4}年|[一-鿿]{2,8}之日)|有效期)|应当|应(?:在|于|按|及时|依法|向)|"
    r"不得|必须|可(?:以|按|向|凭)|负责解释|同时废止|起(?:施行|实施|执行)|每(?:年|季|月|半年)[^,。]*(?:一|\d)次"
)
"""What a rule says and no heading does."""
LONGEST_BARE = 15
"""Characters in a heading that nothing stands below: 三、附则. A longer one is the whole of its part."""


def _stands_alone(shown: str) -> bool:
    """Whether a line with nothing below it is all that its part says, and no heading whose text is missing."""
    return len(shown) > LONGEST_BARE or re.search(r"[,。;:]", shown) is not None


def _cut(source: str, items: list[Mark], stop: int) -> list[Item]:
    cut = []
    for n, mark in enumerate(items):
        end = items[n + 1].start if n + 1 < len(items) else stop
        span = _span(source, mark.start, end)
        if span:
            cut.append(Item(*span, mark=mark, title=_item_title(source, mark, span[1])))
    return cut


def _item_title(source: str, mark: Mark, end: int) -> tuple[int, int] | None:
    """The title of a clause: a heading line, or a short first sentence after which others follow."""
    if mark.kind == "article":
        bracket = re.match(r"\s*[【(（〔\[]([^】)）〕\]\n]{2,30})[】)）〕\]]", source[mark.end : end])
        return (mark.end + bracket.start(1), mark.end + bracket.end(1)) if False else None
    text = source[mark.end : end]
    half = half_width(text)
    skip = len(half) - len(half.lstrip())
    stop = re.search(r"[。;:!?\r\n]", half[skip:])
    if stop is None:
        return None
    head = half[skip : skip + stop.start()]
    if not 2 <= len(head.strip()) <= MAX_TITLE:
        return None
    if stop.group() in "\r\n":
        before_break = half[: skip + stop.start()].rstrip()
        wrapped = before_break[-1:] not in "。;:!?)" and len(before_break) > 22 and "," in before_break
        if wrapped:
            return None
    elif stop.group() in ";!?:" or not half[skip + stop.end() :].strip():
        return None
    return _trimmed(source, mark.end + skip, mark.end + skip + stop.start())


def _plain(source: str, start: int, end: int) -> list[Part]:
    part = Part(None, None, None, items=passages(source, start, end))
    return [part] if part.items else []


def end_last(source: str, shape: Outline, at: int) -> None:
    """Ends the last numbered item before the paragraph at ``at``, which becomes a passage of its own."""
    if not shape.numbered or not shape.parts:
        return
    part = shape.parts[-1]
    while part.parts:
        part = part.parts[-1]
    last = part.items[-1] if part.items else None
    before = source[:at].rstrip(" \t\u3000\xa0")
    if last is None or last.mark is None or not last.mark.end < at < last.end or before[-1:] not in "\r\n\u2028":
        return
    part.items.append(Item(at, last.end))
    last.end = _trim_end(source, last.start, at)


def passages(source: str, start: int, end: int) -> list[Item]:
    """Unnumbered text by its paragraphs: a paragraph ends with a line that ends a sentence."""
    own = lines(source, start, end)
    width = max((len(line.text) for line in own), default=0)
    wrapped = len(own) > 8 and width < 90 and sum(len(line.text) >= width - 6 for line in own) > len(own) * 0.5
    found: list[Item] = []
    first: int | None = None
    tables = {n for a, b in regions(own) for n in range(a, b - 1)}
    for n, line in enumerate(own):
        if first is None:
            first = line.start
        if n in tables:  # a table stands together, its heads with its rows
            continue
        ended = re.search(r"[。!?][)”]?$", line.plain) is not None
        if ended and not (wrapped and len(line.text) >= width - 2):
            found.append(Item(first, line.end))
            first = None
    if first is not None:
        found.append(Item(first, own[-1].end))
    return found


def _opening(source: str, start: int, end: int) -> tuple[int, int]:
    text = half_width(source[start:end])
    skip = len(text) - len(text.lstrip())
    stop = re.search(r"[,。;:!?\r\n]", text[skip + 1 :])
    length = min(stop.start() + 1 if stop else len(text) - skip, 30)
    return _trimmed(source, start + skip, start + skip + length)


def opening(source: str, start: int, end: int) -> str:
    """The words with which ``source[start:end]`` opens."""
    first, last = _opening(source, start, end)
    return source[first:last]


def _span(source: str, start: int, end: int) -> tuple[int, int] | None:
    text = source[start:end]
    if not text.strip():
        return None
    return _trimmed(source, start, end)


def _trimmed(source: str, start: int, end: int) -> tuple[int, int]:
    text = source[start:end]
    first = start + len(text) - len(text.lstrip())
    return first, _trim_end(source, first, end)


def _trim_end(source: str, start: int, end: int) -> int:
    return start + len(source[start:end].rstrip())
