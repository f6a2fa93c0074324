"""Tiers: 1000万元至5000万元、5000万元以上至1亿元、1亿元以上的, and the numbers that are paid, one for each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.importing.facts.spans import Stretch

_UNIT = (
    "元|美元|欧元|人次|人|家|户|名|个|项|平方米|平方公里|公里|立方米|亩|公顷|吨|千瓦|兆瓦|标箱|%|‰|"
    "年|个月|天|床|张|间|辆|台|套|场|次|件|分|岁|周岁|级|层|米|倍"
)
_NUMBER = r"(?<![\d.])\d[\d,]*(?:\.\d+)?|[一二两三四五六七八九十百千]+"
_INCLUDED = r"(?:\((?:不?含)[^()]{0,8}\))?"
_BOUND = rf"{_INCLUDED}(?:及以上|及以下|以上|以下|以内|之间)?{_INCLUDED}"
_ONE = rf"(?:{_NUMBER})[百千万亿]*(?:{_UNIT})"
_OPEN = rf"(?:{_NUMBER})[百千万亿]*(?:{_UNIT})?"
_LESS = "(?:不足|低于|超过|达到|不满|未达)?"
_TIER = (
    rf"(?:{_LESS}{_ONE}{_INCLUDED}及?以上{_INCLUDED}、?{_LESS}{_ONE}{_INCLUDED}(?:及?以下)?{_INCLUDED}"
    rf"|{_LESS}{_OPEN}{_BOUND}(?:至|到|-|~|—|–)+{_LESS}{_ONE}{_BOUND}|{_LESS}{_ONE}{_INCLUDED}(?:及以上|及以下|以上|以下|以内)"
    rf"{_INCLUDED}|(?:不足|低于|超过|不满|未达){_ONE}{_INCLUDED})"
)
_TAIL = r"(?:的?部分|之间)?"
_LIST = re.compile(
    rf"(?:(?:{_TIER}){_TAIL}(?:的)?(?:、|,|和|及|以及|或)(?:在)?)+(?:{_TIER}){_TAIL}"
    r"(?=的?(?![^,。;]{0,2}(?:奖励|补助|补贴|资助|奖补)(?:资金)?(?:$|[,。;])))"
)
_EACH = re.compile(_TIER)
_PAYS = re.compile(r"(?:给予|予以|最高|奖励|补助|补贴|资助|不超过|按照?)$")


def tiers(text: str) -> list[list[Stretch]]:
    """The lists of tiers in a view's text, each as its members."""
    found = []
    for match in _LIST.finditer(text):
        if not _PAYS.search(text[: match.start()]):
            members = [(match.start() + m.start(), match.start() + m.end()) for m in _EACH.finditer(match.group())]
            if len(members) > 1:
                found.append(members)
    return found


_SINGLE = re.compile(
    rf"{_LESS}{_OPEN}{_INCLUDED}(?:至|到|-|~|—|–)+{_LESS}{_ONE}{_BOUND}(?:之间|部分)?的(?!(?:奖励|补助|补贴|资助|奖补|支持|扶持|资金|一次性))"
)


def measures(text: str) -> list[Stretch]:
    """Ranges that tell who or what is meant: 5000万元(含)至1亿元的."""
    return [match.span() for match in _SINGLE.finditer(text) if not _PAYS.search(text[: match.start()])]


def inside(lists: Sequence[Sequence[Stretch]], start: int, end: int) -> bool:
    """Whether the number at ``[start, end)`` bounds a tier."""
    return any(a < end and start < b for members in lists for a, b in members)


def tiers_before(lists: Sequence[Sequence[Stretch]], begin: int, at: int, count: int) -> list[Stretch] | None:
    """The last list with ``count`` members between ``begin`` and ``at``."""
    fitting = [members for members in lists if begin <= members[0][0] and members[-1][1] <= at]
    return list(fitting[-1]) if fitting and len(fitting[-1]) == count else None
