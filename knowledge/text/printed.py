"""A document's text as one line without blanks, in half width, with the way back to the words as printed.

Documents are broken at fixed widths, indented with ideographic blanks and typed in full or half width. Patterns are
looked for in the view; what is quoted is cut from the source.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property

_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("﹝"): "〔", ord("﹞"): "〕", ord("∶"): ":"}


def half_width(text: str) -> str:
    """The text in half width, character for character.

    >>> half_width("（２０万元）")
    '(20万元)'
    """
    return text.translate(_HALF)


_UNEVEN = re.compile(r"“([^“”\"\n]{1,60})\"")


def evened(text: str) -> str:
    """With ” for the straight quote that closes a “, character for character.

    >>> evened('“磁吸效应"')
    '“磁吸效应”'
    """
    return _UNEVEN.sub(r"“\1”", text) if "“" in text and '"' in text else text


def without_blanks(text: str) -> str:
    """Without blanks and line breaks."""
    return "".join(text.split())


class View:
    """The view of ``source``: ``text`` is what patterns are looked for in."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.text = evened(half_width(without_blanks(source)))

    @cached_property
    def _at(self) -> list[int]:
        """Where in the source each character of the text stands."""
        return [i for i, char in enumerate(self.source) if not char.isspace()]

    def quote(self, start: int, end: int) -> str:
        """The words of the source, as printed, that ``text[start:end]`` shows."""
        if end <= start:
            return ""
        return self.source[self._at[start] : self._at[end - 1] + 1]

    def offset(self, at: int) -> int:
        """Where in the source the character ``text[at]`` stands."""
        return self._at[at]

    def place(self, offset: int) -> int:
        """Where in the view the character at ``offset`` of the source stands; of a blank, the one after it."""
        return bisect_left(self._at, offset)
