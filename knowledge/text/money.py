"""Amounts of money as documents print them: 20万元, 1,500元, 3亿美元, in full width and broken over lines, too."""

from __future__ import annotations

import re

from knowledge.text.printed import half_width, without_blanks

_SCALE = {"": 1, "百": 100, "千": 1000, "万": 10_000, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
CURRENCIES = "元|美元|欧元|日元|港元|英镑|人民币"
MONEY = re.compile(
    rf"(?<![\d.])(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(百万|千万|万亿|百|千|万|亿)?(?:余|多)?({CURRENCIES})"
)
"""In half width and without blanks."""
_RANGE = re.compile(r"\d+(?:\.\d+)?(?:百|千|万|亿)?(?:-|~|—+|–|至|到)(?=\d)")


def plain(text: str) -> str:
    """The form in which MONEY is looked for."""
    return half_width(without_blanks(text))


def stated(text: str) -> re.Match[str] | None:
    """The match of MONEY where ``text`` is an amount, or a range of amounts that ends with one; None where it isn't."""
    shown = plain(text)
    low = _RANGE.match(shown)
    return MONEY.fullmatch(shown, low.end() if low else 0)


def amount(text: str) -> float:
    """The number in an amount, in its currency; of a range the upper end.

    >>> amount("20万元"), amount("１,５００元"), amount("10-50万元")
    (200000.0, 1500.0, 500000.0)
    """
    found = stated(text)
    if found is None:
        raise ValueError(f"no amount: {text}")
    return round(float(found[1].replace(",", "")) * _SCALE[found[2] or ""], 6)


def currency(text: str) -> str:
    """元, 美元, …"""
    found = stated(text)
    return found[3] if found else "元"
