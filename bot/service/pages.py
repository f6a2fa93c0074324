"""Content as messages that each fit, in any markup: cut first, at paragraphs, then at sentences, marked up after that,
so that every message is well-formed by itself. A channel says how long a text is and how a run of it is marked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.engine.values.reply import Block, Quote
from bot.service.port import Content, Line, Unit

LONG = 240
"""Characters from which a quotation is too long to be put in bold."""
_SENTENCE = re.compile(r"[^。！？；;\n]*[。！？；;\n]?")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_SHOWN = re.compile(r"[^\s\x00-\x1f\u180e\u200b-\u200f\u2028-\u202e\u2060\u2800\ufeff\ufffc]")
"""Characters that messengers do not take for a gap: a message needs one."""

Style = Literal["", "b", "i", "blockquote"]
"""Plain, strong, faint, and the document's own words as a paragraph of their own."""
_STYLES: dict[str, Style] = {"strong": "b", "faint": "i", "": ""}


@dataclass(frozen=True, slots=True)
class Run:
    """Some text and how it is shown."""

    text: str
    style: Style = ""


Paragraph = tuple[Run, ...]
Length = Callable[[str], int]
MarkUp = Callable[[Run], str]

LENGTHS: dict[Unit, Length] = {
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "utf-16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "characters": len,
}
"""How long a text is, by the unit in which a channel counts."""


def plain(text: str) -> str:
    """Without characters that show nothing or turn the direction of writing."""
    return _UNSEEN.sub("", text)


def lines(text: str) -> list[Line]:
    """Sentences of the bot's own, a line each."""
    return [Line(line) for line in text.split("\n")]


def paragraphs(content: Content) -> list[Paragraph]:
    """The content as paragraphs."""
    return [paragraph for one in content for paragraph in (_line(one) if isinstance(one, Line) else _block(one))]


def _line(line: Line) -> list[Paragraph]:
    return [(Run(line.text, _STYLES[line.style]),)]


def _block(block: Block) -> list[Paragraph]:
    """One block: the document's words as a quotation, what was asked first in bold."""
    if block.role == "original":
        text = "".join(p.text for p in block.pieces)
        label = [(Run(block.label, "b"),)] if block.label else []
        return [*label, (Run(text, "blockquote"),)]
    runs = [Run(f"{block.label}　", "b")] if block.label else []
    for piece in block.pieces:
        shown = piece.shown if isinstance(piece, Quote) else piece.text
        strong = block.role == "lead" and isinstance(piece, Quote) and len(shown) <= LONG
        runs.append(Run(shown, "b" if strong else ""))
    if block.role == "notice":
        runs = [Run(run.text, run.style or "i") for run in runs]
    return [tuple(runs)]


def pages(content: Sequence[Paragraph], limit: int, length: Length, mark_up: MarkUp) -> list[str]:
    """Paragraphs as messages of at most ``limit`` each, counted before markup; what would show nothing is left out."""
    out: list[str] = []
    current: list[str] = []
    size, shows, gap = 0, False, length("\n")
    for paragraph in content:
        for piece in _fitting(paragraph, limit, length):
            units = sum(length(run.text) for run in piece)
            if not units:
                continue
            if current and size + gap + units > limit:
                if shows:
                    out.append("\n".join(current))
                current, size, shows = [], 0, False
            size += units + (gap if current else 0)
            shows = shows or any(_SHOWN.search(run.text) for run in piece)
            current.append("".join(mark_up(run) for run in piece))
    if shows:
        out.append("\n".join(current))
    return out


def _fitting(paragraph: Paragraph, limit: int, length: Length) -> Iterator[Paragraph]:
    """The paragraph, cut where it doesn't fit into one message."""
    cleaned = tuple(Run(plain(run.text), run.style) for run in paragraph)
    if sum(length(run.text) for run in cleaned) <= limit:
        yield cleaned
        return
    for run in cleaned:
        for text in _cut(run.text, limit, length):
            yield (Run(text, run.style),)


def _cut(text: str, limit: int, length: Length) -> Iterator[str]:
    """Pieces that fit: whole sentences as far as possible."""
    current, size = "", 0
    for sentence in _SENTENCE.findall(text):
        units = length(sentence)
        if size + units <= limit:
            current, size = current + sentence, size + units
            continue
        if current:
            yield current
            current, size = "", 0
        for ch in sentence:
            units = length(ch)
            if size + units > limit:
                yield current
                current, size = "", 0
            current, size = current + ch, size + units
    if current:
        yield current
