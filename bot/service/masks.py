"""Numbers that name a person are made unreadable before anything is kept: identity cards, telephones, bank cards."""

from __future__ import annotations

import re

MASK = "＊"
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


def masked(text: str) -> str:
    """The text, such numbers replaced by as many signs; amounts of money, document numbers and dates stay."""
    out, end = [], 0
    for found in _NUMBERS.finditer(text.translate(_DIGITS)):  # of the same length
        out += [text[end : found.start()], MASK * (found.end() - found.start())]
        end = found.end()
    return "".join([*out, text[end:]])
