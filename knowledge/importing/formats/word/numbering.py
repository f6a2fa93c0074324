"""Automatic numbers: what Word prints before a paragraph though no text says so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from knowledge.importing.formats.word.counting import written
from knowledge.importing.formats.word.package import MC, W
from knowledge.importing.formats.word.styles import Styles, is_on, value

_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9


@dataclass(frozen=True)
class _Level:
    """A level of a list."""

    kind: str = "decimal"
    pattern: str = ""
    """Of the kind custom, its example."""
    text: str = ""
    start: int = 1
    restart: int | None = None
    """0: never begins anew; n: only after a paragraph of one of the n highest levels; None: after any higher one."""
    legal: bool = False
    """Whether the numbers of all levels are written in digits."""
    hidden: bool = False
    style: str | None = None
    """The paragraph style that has this level."""
    apart: bool = True
    """Whether a blank or tab follows."""


@dataclass
class _List:
    """What a numId stands for: the levels, and the count that it shares with others of the same definition."""

    shared: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)
    """Levels that begin anew when this list first uses them, and with which number."""


class Numbers:
    """The numbers of a document's paragraphs, which must be asked for in the document's order."""

    def __init__(self, root: Any, styles: Styles) -> None:
        self.used = 0
        """Numbers written."""
        self.unknown: set[str] = set()
        """Formats that were met and aren't known; digits stand for them."""
        self._styles = styles
        self._lists = _lists(root, styles) if root is not None else {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def before(self, paragraph: Any) -> str:
        """The number of the paragraph, which counts on; "" where it has none."""
        place = self._place(paragraph)
        if place is None:
            return ""
        number, depth = place
        shown = self._shown(self._lists[number], self._count(number, depth), depth)
        self.used += bool(shown)
        return shown

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        """The list and level of a paragraph, by itself or by its style."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        number, depth = value(own, "numId"), value(own, "ilvl")
        if number is None:
            for name, style in self._styles.chain(self._styles.of(paragraph)):
                told = style.find(f"{W}pPr/{W}numPr")
                depth = value(told, "ilvl") if depth is None else depth
                if (number := value(told, "numId")) is not None:
                    linked = self._linked(number, paragraph, name) if value(own, "ilvl") is None else None
                    depth = depth if linked is None else str(linked)
                    break
        if number not in self._lists:
            return None
        level = int(depth) if depth is not None and depth.isdigit() else 0
        return (number, level) if level in self._lists[number].levels else None

    def _linked(self, number: str, paragraph: Any, found_in: str) -> int | None:
        """The level that names the paragraph's style, or one between it and the style that names the list."""
        levels = self._lists[number].levels if number in self._lists else {}
        for name, _ in self._styles.chain(self._styles.of(paragraph)):
            for depth, level in levels.items():
                if level.style == name:
                    return depth
            if name == found_in:
                break
        return None

    def _count(self, number: str, depth: int) -> dict[int, int]:
        """Counts the paragraph; the counts of all levels up to its own."""
        own = self._lists[number]
        counts = self._counts.setdefault(own.shared, {})
        anew = depth in own.starts and (number, depth) not in self._begun
        self._begun.add((number, depth))
        for above in range(depth):  # a level that was passed over counts as one that was there
            if above not in counts and above in own.levels:
                counts[above] = own.starts.get(above, own.levels[above].start)
        if anew:
            counts[depth] = own.starts[depth]
        elif depth in counts:
            counts[depth] += 1
        else:
            counts[depth] = own.starts.get(depth, own.levels[depth].start)
        for below in [one for one in counts if one > depth]:
            restart = own.levels[below].restart if below in own.levels else None
            if restart is None or restart > below or depth < restart:
                del counts[below]
        return counts

    def _shown(self, own: _List, counts: dict[int, int], depth: int) -> str:
        level = own.levels[depth]
        if level.hidden or level.kind in ("bullet", "none") or not level.text:
            return ""

        def one(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            other = own.levels.get(at, _Level())
            kind = "decimal" if level.legal else other.kind
            count = counts.get(at, own.starts.get(at, other.start))
            made = written(count, kind, other.pattern)
            if made is None:
                self.unknown.add(kind)
            return str(count) if made is None else made

        shown = _PLACE.sub(one, level.text).strip()
        apart = level.apart and shown[-1:] not in "、.．。)）:："
        return f"{shown} " if apart and shown else shown


def _lists(root: Any, styles: Styles) -> dict[str, _List]:
    abstracts = {one.get(f"{W}abstractNumId", ""): one for one in root.iterchildren(f"{W}abstractNum")}
    numbers = {one.get(f"{W}numId", ""): one for one in root.iterchildren(f"{W}num")}
    found = {}
    for number, one in numbers.items():
        shared = _definition(value(one, "abstractNumId") or "", abstracts, numbers, styles)
        if number == "0" or shared is None:
            continue
        levels = {_depth(level): _level(level) for level in abstracts[shared].iterchildren(f"{W}lvl")}
        made = _List(shared, levels)
        for override in one.iterchildren(f"{W}lvlOverride"):
            depth, start = _depth(override), value(override, "startOverride")
            if (level := override.find(f"{W}lvl")) is not None:
                levels[depth] = _level(level)
            if start is not None and start.isdigit():
                made.starts[depth] = int(start)
        found[number] = made
    return found


def _definition(name: str, abstracts: dict[str, Any], numbers: dict[str, Any], styles: Styles) -> str | None:
    """The definition that holds the levels: of one that only names a list style, that of the style."""
    for _ in range(_LEVELS):
        if name not in abstracts:
            return None
        link = value(abstracts[name], "numStyleLink")
        if link is None:
            return name
        told = next((style.find(f"{W}pPr/{W}numPr") for _, style in styles.chain(link)), None)
        number = numbers.get(value(told, "numId") or "")
        by_number = value(number, "abstractNumId") or ""
        if by_number and by_number != name:
            name = by_number
        else:
            name = next((key for key, one in abstracts.items() if value(one, "styleLink") == link), "")
    return None


def _depth(element: Any) -> int:
    shown = element.get(f"{W}ilvl", "0")
    return int(shown) if shown.isdigit() else 0


def _level(element: Any) -> _Level:
    kind, pattern = _kind(element)
    start, restart = value(element, "start"), value(element, "lvlRestart")
    picture = element.find(f"{W}lvlPicBulletId") is not None
    return _Level(
        "bullet" if picture else kind,
        pattern,
        value(element, "lvlText") or "",
        int(start) if start is not None and start.isdigit() else 0 if start is None else 1,
        int(restart) if restart is not None and restart.isdigit() else None,
        is_on(element, "isLgl") or False,
        is_on(element.find(f"{W}rPr"), "vanish") or False,
        value(element, "pStyle"),
        value(element, "suff") != "nothing",
    )


def _kind(element: Any) -> tuple[str, str]:
    """The format, and of one that newer versions alone know, its example."""
    for path in (f"{MC}AlternateContent/{MC}Choice/{W}numFmt", f"{W}numFmt", f"{MC}AlternateContent//{W}numFmt"):
        if (found := element.find(path)) is not None:
            return found.get(f"{W}val", "decimal"), found.get(f"{W}format", "")
    return "decimal", ""
