"""Draws a chat as SVG: bubbles with the text as Telegram shows it, quotations, and the buttons under it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

WIDTH = 620
"""Of the picture, in pixels; so are all sizes here."""
EDGE, GAP, PAD = 16, 8, 11
SIZE, LINE = 15, 22
SMALL = 12
MOST = 452
"""Of a line of text."""
QUOTE_INDENT = 11
FOLDED = 3
"""Lines of a folded quotation that are shown."""
FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Source Han Sans SC',sans-serif"
_NO_START = frozenset("，。、；：！？）」』】》〉”’%,.;:!?)]}…")
_NARROW = frozenset("iljt.,;:'|!()[]{} I/-")
_WIDE = frozenset("mwMW@%")
COLOURS = {
    **{"back": "#dfe7ec", "bar": "#4a7a9b", "bot": "#ffffff", "person": "#e2f7cb", "text": "#1c1c1e"},
    **{"dim": "#73808c", "link": "#2a6cab", "quote": "#eaf2f9", "quote_bar": "#4a90c2", "button": "#c6d6e1"},
}


@dataclass(frozen=True)
class Style:
    """How a character is shown."""

    bold: bool = False
    italic: bool = False
    link: bool = False
    quote: int = 0
    """Number of the quotation that it is in; 0: none."""
    folded: bool = False


@dataclass
class Line:
    """A laid out line: runs of one style."""

    runs: list[tuple[str, Style]] = field(default_factory=list)
    width: float = 0.0

    @property
    def quote(self) -> int:
        """The quotation that the line belongs to."""
        return self.runs[0][1].quote if self.runs else 0


def char_width(ch: str, size: float = SIZE) -> float:
    """About what a character takes in a sans-serif face; Chinese characters are square."""
    if unicodedata.combining(ch) or ch in "\u200d\ufe0f":
        return 0.0
    if unicodedata.east_asian_width(ch) in "WF" or ch in "“”‘’…—①⌄":
        return size
    if ch in _NARROW:
        return size * 0.32
    if ch in _WIDE:
        return size * 0.86
    return size * (0.66 if ch.isupper() else 0.56)


def text_width(text: str, size: float = SIZE) -> float:
    """The sum of it."""
    return sum(char_width(ch, size) for ch in text)


def styled(message: Mapping[str, Any]) -> list[tuple[str, Style]]:
    """(character, style) of a message's text; entities count UTF-16 units."""
    text = message.get("text") or message.get("caption") or ""
    entities = message.get("entities") or message.get("caption_entities") or []
    out, at = [], 0
    for ch in text:
        here = [e for e in entities if e["offset"] <= at < e["offset"] + e["length"]]
        kinds = {e["type"] for e in here}
        quotes = [n for n, e in enumerate(entities, 1) if e in here and "blockquote" in e["type"]]
        style = Style(
            "bold" in kinds,
            "italic" in kinds,
            bool(kinds & {"bot_command", "mention", "text_link", "url"}),
            quotes[0] if quotes else 0,
            "expandable_blockquote" in kinds,
        )
        out.append((ch, style))
        at += len(ch.encode("utf-16-le")) // 2
    return out


def lines(chars: Sequence[tuple[str, Style]], most: float = MOST) -> list[Line]:
    """The text in lines that fit; Latin words stay whole, and no line begins with a closing mark."""
    out = [Line()]
    for word in _words(chars):
        if word[0][0] == "\n":
            out.append(Line())
            continue
        room = most - (QUOTE_INDENT if word[0][1].quote else 0)
        width = sum(char_width(ch) for ch, _ in word)
        if out[-1].runs and out[-1].width + width > room and word[0][0] not in _NO_START:
            out.append(Line())
            if word[0][0] == " ":
                continue
        for ch, style in word:
            _append(out[-1], ch, style)
    return _fold(out)


def _append(line: Line, ch: str, style: Style) -> None:
    line.width += char_width(ch)
    if line.runs and line.runs[-1][1] == style:
        line.runs[-1] = (line.runs[-1][0] + ch, style)
    else:
        line.runs.append((ch, style))


def _words(chars: Sequence[tuple[str, Style]]) -> Iterator[list[tuple[str, Style]]]:
    """Pieces that are not cut: a Latin word, or a character."""
    word: list[tuple[str, Style]] = []
    for ch, style in chars:
        latin = ch.isascii() and not ch.isspace()
        if word and not latin:
            yield word
            word = []
        if latin and len(word) < 40:
            word.append((ch, style))
        else:
            if word:
                yield word
                word = []
            yield [(ch, style)]
    if word:
        yield word


def _fold(found: list[Line]) -> list[Line]:
    """Of a folded quotation the first lines, as Telegram shows it until it is tapped."""
    out: list[Line] = []
    shown: dict[int, int] = {}
    for line in found:
        number = line.quote
        if number and line.runs[0][1].folded:
            shown[number] = shown.get(number, 0) + 1
            if shown[number] > FOLDED:
                last = out[-1]
                if not last.runs[-1][0].endswith("⌄"):
                    text, style = last.runs[-1]
                    last.runs[-1] = (text[:-2] + "… ⌄", style)
                continue
        out.append(line)
    return out


class Drawing:
    """A chat from top to bottom."""

    def __init__(self, title: str, subtitle: str = "") -> None:
        self._parts: list[str] = []
        self._y = 56.0
        self._title = title
        self._subtitle = subtitle

    def note(self, text: str) -> None:
        """A remark in the middle, as of a button that was pressed."""
        width = text_width(text, SMALL) + 20
        self._rect((WIDTH - width) / 2, self._y, width, 22, "#a9bac6", 11)
        self._text(WIDTH / 2, self._y + 15.5, text, SMALL, "#ffffff", anchor="middle")
        self._y += 22 + GAP

    def message(self, message: Mapping[str, Any], ours: bool, name: str = "", replied: str = "") -> None:
        """A bubble: the bot's on the left, a person's on the right. ``replied``: the message that it answers."""
        found = lines(styled(message))
        buttons = message.get("reply_markup", {}).get("inline_keyboard", []) if ours else []
        widths = [line.width + (QUOTE_INDENT if line.quote else 0) for line in found]
        widths += [text_width(name, SMALL)] if name else []
        widths += [min(text_width(replied, SMALL), MOST) + 10] if replied else []
        least = max((self._row_width(row) for row in buttons), default=0.0)
        width = min(max([*widths, least]), MOST + QUOTE_INDENT) + 2 * PAD
        height = len(found) * LINE + 2 * PAD - 4 + (17 if name else 0) + (20 if replied else 0)
        x = EDGE if ours else WIDTH - EDGE - width
        self._rect(x, self._y, width, height, COLOURS["bot" if ours else "person"], 12)
        top = self._y + PAD
        if name:
            self._text(x + PAD, top + 9, name, SMALL, COLOURS["link"], bold=True)
            top += 17
        if replied:
            self._rect(x + PAD, top, 3, 15, COLOURS["quote_bar"], 1)
            self._text(x + PAD + 9, top + 12, clipped(replied, width - 2 * PAD - 10, SMALL), SMALL, COLOURS["dim"])
            top += 20
        self._quotes(found, x, top, width)
        for n, line in enumerate(found):
            at = x + PAD + (QUOTE_INDENT if line.quote else 0)
            for text, style in line.runs:
                colour = COLOURS["link"] if style.link else COLOURS["text"]
                self._text(at, top + n * LINE + 15, text, SIZE, colour, style.bold, style.italic)
                at += text_width(text)
        self._y += height + 4
        self._buttons(buttons, x, width)
        self._y += GAP

    def _quotes(self, found: list[Line], x: float, top: float, width: float) -> None:
        start = 0
        while start < len(found):
            end = start
            while end < len(found) and found[end].quote == found[start].quote:
                end += 1
            if found[start].quote:
                y, height = top + start * LINE - 1, (end - start) * LINE - 1
                self._rect(x + PAD - 2, y, width - 2 * PAD + 4, height, COLOURS["quote"], 4)
                self._rect(x + PAD - 2, y, 3, height, COLOURS["quote_bar"], 1)
            start = end

    @staticmethod
    def _row_width(row: Sequence[Mapping[str, Any]]) -> float:
        return min(MOST, max(text_width(b["text"], 14) + 24 for b in row) * len(row)) - 2 * PAD

    def _buttons(self, rows: Sequence[Sequence[Mapping[str, Any]]], x: float, width: float) -> None:
        for row in rows:
            each = (width - 4 * (len(row) - 1)) / len(row)
            for n, button in enumerate(row):
                left = x + n * (each + 4)
                self._rect(left, self._y, each, 30, COLOURS["button"], 8)
                label = clipped(button["text"], each - 12, 14)
                self._text(left + each / 2, self._y + 20, label, 14, "#24506f", anchor="middle")
            self._y += 34

    def _rect(self, x: float, y: float, width: float, height: float, colour: str, radius: float) -> None:
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}" fill="{colour}"/>'
        )

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        size: int,
        colour: str,
        bold: bool = False,
        italic: bool = False,
        anchor: str = "start",
    ) -> None:
        """``textLength`` holds the text to the width that was reckoned with, whatever face the reader has."""
        if not text.strip():
            return
        if anchor == "start":  # spaces at the ends are dropped by some
            x += text_width(text[: len(text) - len(text.lstrip())], size)
        text = text.strip()
        more = (' font-weight="600"' if bold else "") + (' font-style="italic"' if italic else "")
        more += f' text-anchor="{anchor}"' if anchor != "start" else ""
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{more} xml:space="preserve" '
            f'textLength="{text_width(text, size):.1f}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
        )

    def svg(self) -> str:
        """The picture."""
        height = self._y + 8
        body, self._parts = self._parts, []
        self._rect(0, 0, WIDTH, height, COLOURS["back"], 10)
        self._parts.append(
            f'<path d="M0 44V10Q0 0 10 0H{WIDTH - 10}Q{WIDTH} 0 {WIDTH} 10V44Z" fill="{COLOURS["bar"]}"/>'
        )
        self._text(EDGE, 28, self._title, 16, "#ffffff", bold=True)
        if self._subtitle:
            wide = text_width(self._subtitle, SMALL)
            self._text(WIDTH - EDGE - wide, 27, self._subtitle, SMALL, "#d5e4ee")
        head, self._parts = self._parts, []
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
            f'viewBox="0 0 {WIDTH} {height:.0f}" font-family={quoteattr(FONT)} role="img">\n'
            f"<title>{escape(self._title)}</title>\n" + "\n".join([*head, *body]) + "\n</svg>\n"
        )


def clipped(text: str, room: float, size: float) -> str:
    """One line that fits."""
    text = " ".join(text.split())
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"
