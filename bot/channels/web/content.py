"""What a reply consists of, as it is kept for a page: paragraphs in JSON, never markup.

A paragraph is {"role", "label"?, "pieces": [[text, quoted 0 or 1, bare 0 or 1], …]}; a template turns it into elements.
"""

from __future__ import annotations

import json
from typing import Any

from bot.engine.values.reply import Block, Quote
from bot.service.pages import plain
from bot.service.port import Button, Content, Line, Rows
from bot.store.store import to_json

Paragraph = dict[str, Any]
EMPTY = "[]"
"""Content that shows nothing."""


def paragraphs(content: Content) -> list[Paragraph]:
    """The content as plain data; what would show nothing is left out."""
    made = [_line(one) if isinstance(one, Line) else block(one) for one in content]
    return [one for one in made if any(text.strip() for text, *_ in one["pieces"])]


def _line(line: Line) -> Paragraph:
    return {"role": line.style or "say", "pieces": [[plain(line.text), 0, 0]]}


def block(one: Block) -> Paragraph:
    """A block of a reply."""
    pieces = [[plain(p.text), int(isinstance(p, Quote)), int(isinstance(p, Quote) and p.bare)] for p in one.pieces]
    return {"role": one.role, "pieces": pieces} | ({"label": one.label} if one.label else {})


def stored(content: Content) -> str:
    """As JSON."""
    return to_json(paragraphs(content))


def text_of(content: str) -> str:
    """The plain text of stored content."""
    return "\n".join(_text(one) for one in json.loads(content))


def _text(one: Paragraph) -> str:
    body = "".join(f"「{text}」" if quoted and not bare else text for text, quoted, bare in one["pieces"])
    return f"{one['label']}　{body}" if one.get("label") else str(body)


def stored_rows(rows: Rows) -> str:
    """Buttons as JSON."""
    return to_json([[[b.label, b.data] for b in row] for row in rows])


def rows_of(stored_buttons: str) -> Rows:
    """Buttons from JSON."""
    return tuple(tuple(Button(label, data) for label, data in row) for row in json.loads(stored_buttons))


def said(text: str) -> list[Line]:
    """What a person wrote."""
    return [Line(line) for line in text.splitlines() or [text]]
