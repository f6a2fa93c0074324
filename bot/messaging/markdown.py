"""Plain text for messengers that read markdown: what would be markup is shown as the characters that it is."""

from __future__ import annotations

import re

_MARKS = frozenset("\\`*_~[]<|#>+=-")
_ANYWHERE = re.compile(r"[\\`*_~\[\]<|]")
_AT_START = re.compile(r"^(\s*)([#>+=-])(?=[\s#>+=-])", re.MULTILINE)


def escaped(text: str) -> str:
    """The text with a backslash before what markdown would take for markup."""
    return _AT_START.sub(r"\1\\\2", _ANYWHERE.sub(lambda match: "\\" + match[0], text))


def most_bytes(text: str) -> int:
    """Bytes that the escaped text takes at most, wherever it is cut."""
    return len(text.encode("utf-8", "surrogatepass")) + sum(ch in _MARKS for ch in text)


def unescaped(text: str) -> str:
    """What a reader sees of an escaped text."""
    return re.sub(r"\\([\\`*_~\[\]<|#>+=-])", r"\1", text)
