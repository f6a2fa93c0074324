"""Numbers that name a person are made unreadable before anything is kept: identity cards, telephones, bank cards."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.service.port import Incoming
from bot.store.store import to_json

MASK = "＊"
WRITTEN = frozenset({"text", "caption", "query", "content", "recognition"})
"""Names, in lower case, under which messengers hand over what somebody wrote; numbers elsewhere are theirs."""
_DIGITS = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX")
_IDENTITY = r"[1-9]\d{5}(?:(?:18|19|20)\d{2}|\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?:[\dXx])?"
_CARD = r"[1-9]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?"
"""No check digit is asked for: whoever mistypes a card's number has written most of it."""
_MOBILE = r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"
_LANDLINE = r"(?:\(0\d{2,3}\)|（0\d{2,3}）|0\d{2,3}[- ])\d{7,8}"
_NUMBERS = re.compile(
    rf"(?<![\dA-Za-z.])(?:{_IDENTITY}|{_CARD}|{_MOBILE}|{_LANDLINE})(?![\dA-Za-z]|\.\d)(?!\s*(?:万|亿|元))"
)
"""What a unit of money follows is an amount."""


_MAYBE = re.compile(r"(?:\d[ -]?){7}")


def masked(text: str) -> str:
    """The text, such numbers replaced by as many signs; amounts of money, document numbers and dates stay."""
    if _MAYBE.search(text) is None:
        return text
    out, end = [], 0
    for found in _NUMBERS.finditer(text.translate(_DIGITS)):  # of the same length
        out += [text[end : found.start()], MASK * (found.end() - found.start())]
        end = found.end()
    return "".join([*out, text[end:]])


def unnumbered(incoming: Incoming) -> Incoming:
    """What came in, masked where a person wrote it."""
    if incoming.kind != "text":
        return incoming
    text, quoted = masked(incoming.text), incoming.quoted
    if quoted is not None and not quoted.ours:
        quoted = replace(quoted, text=masked(quoted.text))
    elif text == incoming.text:
        return incoming
    return replace(incoming, text=text, quoted=quoted)


def in_json(raw: str) -> str:
    """A delivery as a messenger sent it, masked where somebody wrote something; ids and what is no JSON stay."""
    read = _read(raw) if _MAYBE.search(raw) is not None else None
    return raw if read is None else to_json(_within(read, written=False))


def in_data(received: Mapping[str, Any]) -> Mapping[str, Any]:
    """As in_json, of what was read already."""
    found: Mapping[str, Any] = _within(received, written=False)
    return found


def _read(raw: str) -> Any:
    """A JSON object or list; None for what is neither."""
    try:
        found = json.loads(raw) if raw.lstrip().startswith(("{", "[")) else None
    except (ValueError, RecursionError):
        return None
    return found


def _within(value: Any, written: bool) -> Any:
    if isinstance(value, dict):
        return {name: _within(one, written=written or name.lower() in WRITTEN) for name, one in value.items()}
    if isinstance(value, list):
        return [_within(one, written=written) for one in value]
    return _written(value) if written and isinstance(value, str) else value


def _written(text: str) -> str:
    """What somebody wrote; some messengers put it into JSON of its own."""
    inner = _read(text) if _MAYBE.search(text) is not None else None
    return masked(text) if inner is None else to_json(_within(inner, written=True))
