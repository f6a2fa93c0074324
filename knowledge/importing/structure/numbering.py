"""Numbering: where a document prints 第一章, 第一条, 一、, （一） or 1., and which of these really number something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from knowledge.base.verify import ordinal
from knowledge.text.printed import half_width

Kind = Literal["chapter", "division", "article", "part", "item", "decimal", "head", "point"]
_BLANK = r"[^\S\n]*"
_NUMERAL = rf"[零〇一二三四五六七八九十百](?:{_BLANK}[零〇一二三四五六七八九十百])*"
_DIGITS = rf"\d(?:{_BLANK}\d){{0,2}}"
_MARKERS: dict[Kind, str] = {
    "chapter": rf"第{_BLANK}(?:{_NUMERAL}|{_DIGITS}){_BLANK}(?:章(?![节程法])|部分|编(?![号制])|篇)",
    "division": rf"第{_BLANK}(?:{_NUMERAL}|{_DIGITS}){_BLANK}节",
    "article": rf"第{_BLANK}(?:{_NUMERAL}[-—]?[零〇一二三四五六七八九十百]*|{_DIGITS}){_BLANK}条(?![款例])",
    "part": rf"{_NUMERAL}{_BLANK}(?:、|[.](?!\d))(?!{_BLANK}{_NUMERAL}{_BLANK}[、,和及至])",
    "item": rf"\({_BLANK}(?:{_NUMERAL}|[-—]){_BLANK}\)",
    "decimal": rf"\d{{1,2}}[.]\d{{1,2}}(?![\d.%万亿元倍个项家米级年亩吨]){_BLANK}(?=[一-鿿“《]|\s)",
    "head": r"\d{1,2}[ \t\u3000]+(?=[一-鿿]{2,20}\s*$)",
    "point": rf"\d{{1,2}}{_BLANK}(?:[.]|、)(?!\d)",
}
_ANY = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _MARKERS.items()), re.MULTILINE)
_ENDS = "。;:!?)”』」〕】…,."
"""After one of these a number may begin something though it stands inside a line."""
_REFERENCE = re.compile(r"^(?:规定|所列|项|款|至|、|和|的|之)")
MAX_GAP = 3
"""Numbers that may be missing in a series (documents do skip some), at the start of a line only."""


@dataclass(frozen=True)
class Mark:
    """A number that may begin something."""

    kind: Kind
    ordinal: int
    start: int
    end: int
    """After the marker itself."""
    line_start: bool


def marks(text: str, start: int, end: int) -> list[Mark]:
    """All that look like numbering in ``text[start:end]``, in order."""
    half = half_width(text)
    found = []
    for match in _ANY.finditer(half, start, end):
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        before = half[start : match.start()].rstrip(" \t\u3000\xa0\x0b\x0c")[-1:]
        line_start = before in ("", "\n", "\r", "\u2028", "\u2029", "\ufeff")
        rest = half[match.end() : min(end, match.end() + 12)].lstrip(" \t\u3000\xa0")
        if kind == "article" and _REFERENCE.match(rest):
            continue
        number = ordinal(match.group().replace("-", "一").replace("—", "一"))
        if kind in ("decimal", "head"):
            if not line_start:
                continue
            number = int(match.group().strip().rsplit(".", 1)[-1])
        if not number:
            continue
        if kind in ("item", "point", "part") and not line_start and rest[:1] in "、和及或":
            continue
        found.append(Mark(kind, number, match.start(), match.end(), line_start))
    return found


def series(text: str, found: list[Mark], kind: Kind, *, resets: list[int] | None = None, last: int = 0) -> list[Mark]:
    """The marks of ``kind`` that count on from one another.

    ``resets``: places (starts of parts) after which the count may begin anew or go on; ``last``: number counted to so
    far.
    """
    kept: list[Mark] = []
    of_kind = [mark for mark in found if mark.kind == kind]
    for i, mark in enumerate(of_kind):
        goes_on = mark.ordinal == last + 1
        begins = mark.ordinal == 1
        if mark.line_start:
            fits = (
                goes_on
                or begins
                or (last < mark.ordinal <= last + 1 + MAX_GAP and (kind == "item" or _breaks_off(text, mark.start)))
            )
            if kind == "point" and begins and not goes_on and not _followed(of_kind, i):
                fits = False
        else:
            close = resets is not None and any(0 <= mark.start - at <= 60 for at in resets)
            apart = text[: mark.start].rstrip(" \t\u3000\xa0")[-1:]
            ended = half_width(apart) in _ENDS[:-2] or (kind != "point" and text[mark.start - 1].isspace())
            ended = ended or (kind == "article" and goes_on and text[mark.end : mark.end + 3].strip().startswith("本"))
            fits = (goes_on or begins) and (ended or (close and begins and kind == "item"))
            if fits and begins:
                fits = _followed(of_kind, i) or (close and kind == "item")
            if kind == "point":
                fits = fits and goes_on and bool(kept)
        if fits:
            kept.append(mark)
            last = mark.ordinal
    return kept


def _followed(of_kind: list[Mark], i: int) -> bool:
    return any(mark.ordinal == 2 for mark in of_kind[i + 1 : i + 12])


def _breaks_off(text: str, at: int) -> bool:
    """Whether what stands before ``at`` has come to an end: a full stop, a blank line, a short line."""
    before = text[max(0, at - 200) : at].rstrip()
    line = before.rsplit("\n", 1)[-1]
    own = re.split(r"[\r\n]", text[at : at + 80], maxsplit=1)[0]
    return not before or half_width(before[-1]) in "。;:!?)”" or len(line) < 30 or len(own) < 20
