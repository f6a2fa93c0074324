"""Markdown, where it shows every character of a text as it is; everywhere else plain text.

DingTalk's markdown knows no sure way to escape a character, folds single line breaks, and is shown unreliably from
about 3,500 characters on. So a text becomes markdown only when nothing in it could be taken for markup.
"""

from __future__ import annotations

import re

MOST = 3_500
"""Characters."""
TITLE = 20
"""Characters of the title, which lists of conversations show."""
STRONG, END = "\ufdd0", "\ufdd1"
"""Around what is strong, until it is known how the text goes out; characters that no text may hold."""
_RUN = re.compile(f"{STRONG}([^{STRONG}{END}]*){END}")
_MARKUP = re.compile(r"[\\`*_~\[\]<>|&$]|^[ \t]*(?:[#+=-]|\d+[.)])|^(?:\t| {4})", re.MULTILINE)


def strong(text: str) -> str:
    """The text, to be shown strongly where that can be."""
    return f"{STRONG}{text}{END}" if text.strip() and "\n" not in text else text


def plain(page: str) -> str:
    """The page without any sign of what is strong."""
    return _RUN.sub(r"\1", page)


def has_strong(page: str) -> bool:
    """Whether markdown would show more than plain text."""
    return _RUN.search(page) is not None


def markdown(page: str) -> str | None:
    """The page as markdown; None where that would not show it as it is."""
    text = plain(page)
    if _MARKUP.search(text):
        return None
    made = "\n\n".join(_line(line) for line in page.split("\n"))
    return made if len(made) <= MOST else None


def _line(line: str) -> str:
    """With spaces inside the marks, which would not be marks then, outside of them."""
    return _RUN.sub(lambda found: _starred(found[1]), line)


def _starred(text: str) -> str:
    inner = text.strip()
    start = text.index(inner)
    return f"{text[:start]}**{inner}**{text[start + len(inner) :]}"


def title(page: str) -> str:
    """The first line, as far as it goes."""
    return plain(page).strip().split("\n")[0].strip()[:TITLE]
