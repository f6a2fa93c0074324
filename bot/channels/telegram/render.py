"""A reply as Telegram shows it: HTML, in messages that each fit.

A message holds 4096 UTF-16 units, counted after the markup is parsed (core.telegram.org/bots/api#sendmessage); so the
text is cut first, at paragraphs, then at sentences, and only then marked up: every message is well-formed by itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.engine.values.reply import Block, Quote

LIMIT = 4096
"""UTF-16 units of text in a message."""
LONG = 240
"""Characters from which a quoted paragraph is folded up until tapped."""
_SENTENCE = re.compile(r"[^。！？；;\n]*[。！？；;\n]?")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_SHOWN = re.compile(r"[^\s\x00-\x1f\u180e\u200b-\u200f\u2028-\u202e\u2060\u2800\ufeff\ufffc]")
"""Characters that Telegram does not take for a gap: a message needs one."""


@dataclass(frozen=True)
class Run:
    """Some text and how it is shown: "", b, i or blockquote."""

    text: str
    style: str = ""


Paragraph = tuple[Run, ...]


def length(text: str) -> int:
    """UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(text: str) -> str:
    """Without characters that show nothing or turn the direction of writing."""
    return _UNSEEN.sub("", text)


def messages(blocks: Iterable[Block]) -> list[str]:
    """The blocks as HTML messages, in order."""
    return pages([paragraph for block in blocks for paragraph in paragraphs(block)])


def paragraphs(block: Block) -> list[Paragraph]:
    """One block as paragraphs: the document's words as a quotation, what was asked first in bold."""
    if block.role == "original":
        text = "".join(p.text for p in block.pieces)
        label = [(Run(block.label, "b"),)] if block.label else []
        return [*label, (Run(text, "blockquote"),)]
    runs = [Run(f"{block.label}　", "b")] if block.label else []
    for piece in block.pieces:
        shown = piece.shown if isinstance(piece, Quote) else piece.text
        style = "b" if block.role == "lead" and isinstance(piece, Quote) and len(shown) <= LONG else ""
        runs.append(Run(shown, style))
    if block.role == "notice":
        runs = [Run(run.text, run.style or "i") for run in runs]
    return [tuple(runs)]


def pages(content: Sequence[Paragraph], limit: int = LIMIT) -> list[str]:
    """Paragraphs as HTML messages of at most ``limit`` units of text each; what would show nothing is left out."""
    out: list[str] = []
    current: list[str] = []
    size, shows = 0, False
    for paragraph in content:
        for piece in _fitting(paragraph, limit):
            units = sum(length(run.text) for run in piece)
            if not units:
                continue
            if current and size + 1 + units > limit:
                if shows:
                    out.append("\n".join(current))
                current, size, shows = [], 0, False
            size += units + (1 if current else 0)
            shows = shows or any(_SHOWN.search(run.text) for run in piece)
            current.append("".join(_marked_up(run) for run in piece))
    if shows:
        out.append("\n".join(current))
    return out


def _fitting(paragraph: Paragraph, limit: int) -> Iterator[Paragraph]:
    """The paragraph, cut where it doesn't fit into one message."""
    cleaned = tuple(Run(plain(run.text), run.style) for run in paragraph)
    if sum(length(run.text) for run in cleaned) <= limit:
        yield cleaned
        return
    for run in cleaned:
        for text in _cut(run.text, limit):
            yield (Run(text, run.style),)


def _cut(text: str, limit: int) -> Iterator[str]:
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


def _marked_up(run: Run) -> str:
    text = html.escape(run.text, quote=False)
    if not run.style or not run.text.strip():
        return text
    if run.style == "blockquote" and len(run.text) > LONG:
        return f"<blockquote expandable>{text}</blockquote>"
    return f"<{run.style}>{text}</{run.style}>"


def without_markup(message: str) -> str:
    """The text of one of our messages, for when Telegram doesn't take the markup."""
    return html.unescape(re.sub(r"</?(?:b|i|blockquote)(?: expandable)?>", "", message))
