"""Amounts of money as documents print them: 20万元, 1,500元, 3亿美元, in full width and broken over lines, too."""

from __future__ import annotations

import re

from knowledge.text.printed import half_width, without_blanks

_SCALE = {"": 1, "百": 100, "千": 1000, "万": 10_000, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
CURRENCIES = "元|美元|欧元|日元|港元|英镑|人民币"
_HANZI = "一二两三四五六七八九十百千"
MONEY = re.compile(
    rf"(?<![\d.{_HANZI}第万])(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?"
    rf"|[{_HANZI}]+万零?[{_HANZI}]+(?=元)|[{_HANZI}]+(?=[万亿]+元)|[{_HANZI}]*[十百千][{_HANZI}]*(?=元(?![化论素件])))"
    rf"(百万|千万|万亿|百|千|万|亿)?(?:余|多)?({CURRENCIES})"
)
"""In half width and without blanks; in words (一万元, 五百元) from ten on, as 一元 and 二元 are often no money."""
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

    >>> amount("20万元"), amount("１,５００元"), amount("10-50万元"), amount("二十五万元")
    (200000.0, 1500.0, 500000.0, 250000.0)
    """
    found = stated(text)
    if found is None:
        raise ValueError(f"no amount: {text}")
    return round(_number(found[1]) * _SCALE[found[2] or ""], 6)


def _number(printed: str) -> float:
    if printed[0] in "0123456789":
        return float(printed.replace(",", ""))
    if "万" in printed:
        high, _, low = printed.partition("万")
        return _number(high) * 1e4 + _number(low.removeprefix("零"))
    value = digit = 0
    for char in printed:
        if char in "十百千":
            value, digit = value + (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char], 0
        else:
            digit = 2 if char == "两" else "零一二三四五六七八九".index(char)
    return float(value + digit)


def currency(text: str) -> str:
    """元, 美元, …"""
    found = stated(text)
    return found[3] if found else "元"
