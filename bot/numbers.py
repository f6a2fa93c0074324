"""Numbers in questions: 20万, 二十万块, 20w, 32项, 1:1; and ordinals of places."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = "零〇一二两三四五六七八九十百千"
_NUMBER = re.compile(
    rf"(?<![第\d.a-z])(?P<number>\d+(?:\.\d+)?|[{_DIGITS}]+)\s*(?P<scale>[万亿wWkK千])?\s*"
    r"(?P<unit>块钱|块|元|万|个亿|项|个|家|条|年|天|日|月|%|成|倍|大|链|类|种)?(?![\da-z])"
)
_MONEY_UNITS = {"块钱", "块", "元"}
_SCALES = {"万": 10_000.0, "w": 10_000.0, "亿": 1e8, "k": 1_000.0, "千": 1_000.0, "个亿": 1e8}


@dataclass(frozen=True)
class Number:
    """A number that a question states."""

    text: str
    value: float
    unit: str
    """元 for money; else the counting word as typed; empty when there is none."""


def numbers(folded: str) -> list[Number]:
    """All numbers with a scale or a unit in a folded text; bare ones are left out."""
    out = []
    for match in _NUMBER.finditer(folded):
        scale, unit = (match["scale"] or "").lower(), match["unit"] or ""
        if not (scale or unit):
            continue
        value = _value(match["number"])
        if value is None:
            continue
        if scale or unit in ("万", "个亿"):
            value *= _SCALES.get(scale, 1.0) * _SCALES.get(unit, 1.0)
            unit = "元" if unit in ("", "万", "个亿") or unit in _MONEY_UNITS else unit
        out.append(Number(match.group().strip(), value, "元" if unit in _MONEY_UNITS else unit))
    return out


def _value(text: str) -> float | None:
    if text[0].isdigit():
        return float(text)
    import cn2an  # only questions with Chinese numerals pay for it

    try:
        return float(cn2an.cn2an(text, "smart"))
    except ValueError:
        return None


_ORDINALS = {char: i for i, char in enumerate("零一二三四五六七八九十")} | {"两": 2, "首": 1, "头": 1}


def ordinal(text: str) -> int | None:
    """1 to 99 from 三, 十二, 二十, 3; None when it is none of these."""
    if text.isdigit():
        return int(text)
    if text in _ORDINALS:
        return _ORDINALS[text]
    tens, ten, ones = text.partition("十")
    if not ten or (tens and tens not in _ORDINALS) or (ones and ones not in _ORDINALS):
        return None
    return (_ORDINALS[tens] if tens else 1) * 10 + (_ORDINALS[ones] if ones else 0)
