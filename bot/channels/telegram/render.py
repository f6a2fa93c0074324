"""Content as Telegram shows it: HTML, in messages that each fit.

A message holds 4096 UTF-16 units, counted after the markup is parsed (core.telegram.org/bots/api#sendmessage).
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from bot.service import pages as paging
from bot.service.pages import LENGTHS, LONG, Paragraph, Run, paragraphs, plain
from bot.service.port import Content

__all__ = ["LIMIT", "Paragraph", "Run", "length", "messages", "pages", "plain", "without_markup"]

LIMIT = 4096
"""UTF-16 units of text in a message."""
length = LENGTHS["utf-16"]
"""UTF-16 units, as Telegram counts."""


def messages(content: Content) -> list[str]:
    """The content as HTML messages, in order."""
    return pages(paragraphs(content))


def pages(content: Sequence[Paragraph], limit: int = LIMIT) -> list[str]:
    """Paragraphs as HTML messages of at most ``limit`` units of text each."""
    return paging.pages(content, limit, length, _marked_up)


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
