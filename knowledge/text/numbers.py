"""Numbers in questions: 20万, 二十万块, 20w, 200,000元, 32项, 1:1; and ordinals of places."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = "零〇一二两三四五六七八九十百千"
_NUMBER = re.compile(
    rf"(?<![第几数\d.:a-z])(?P<number>\d+(?:\.\d+)?|[{_DIGITS}]{{1,12}})\s*(?P<about>[多余几来])?\s*(?P<scale>[万亿wWkK千])?"
    r"(?P<about2>[多余几来])?\s*(?P<unit>块钱|块|元|个亿|个月|个工作日|工作日|个小时|小时|项|个|家|条|年|天|日|月|%|成|倍|大|链|类|种|亩|平方米|人|张|台|吨|岁|周岁|场|"
    r"名(?![单称额录字])|位(?![于置])|套|部(?![分门委署])|辆|件|份(?!额)|次(?![月日年性])|批|所(?![有以在])|座|户|级(?!别)|届|公里|米|课时|节)?(?![\d:a-z])"
    r"(?!美元|美金|欧元|港币|港元|日元)"
)
_RATIO = re.compile(rf"(?<![\d.])(\d+(?:\.\d+)?|[{_DIGITS}])\s*[:比]\s*(\d+(?:\.\d+)?|[{_DIGITS}])(?![\d:年月较例])")
_THOUSANDS = re.compile(r"(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)")
_ANY = re.compile(rf"[\d{_DIGITS}俩仨]")
_TOGETHER = re.compile("(?<![咱他她我你们妻娘爷口姐兄])[俩仨]")
"""能报俩吗: two of something, not two people."""
_OWN = re.compile(
    r"(?:营收|营业额|注册资本|注册资金|投资|投了|员工|职工|收入|产值|销售|利润|面积|成立|花了|融资|估值|纳税|税收|"
    r"流水|亏|欠|贷|融了|规模)[^,.;?!]{0,6}$"
)
"""Before a number: it is one of the asker's own, not a claim about the document."""
_ARTICLE = re.compile(r"一[个项家条种类张台件份部套位名场座批户届]")
_CLAUSES, _POINTS = frozenset({"条", "项", "种"}), re.compile(r"[这那]$|(?:以上|上面|上述|刚才)(?:的|这|那)?$")
"""这两条: what was talked about, and no number of the document."""
_ONE = re.compile(r"[只就仅才共每](?:有|是|给|能|限|要)?$|最多$|至多$")
"""Before it: one, and no more."""
_BETWEEN = re.compile(
    r"(?<![第\d一二三四五六七八九十])([一二两三四五六七八])(?!\1)([二三四五六七八九])([十百千]?)(?=[万亿个家人名项年天月])"
)
"""二三十万, 七八个: from the first of two digits on."""
_SOME = re.compile(r"(?:上|近|过|超)([十百千]?)(?=[万亿]|(?<=[十百千])[人家名个])")
"""上千万, 近百人: about one of these."""
_MONEY_UNITS = {"块钱", "块", "元"}
_SCALES = {"万": 10_000.0, "w": 10_000.0, "亿": 1e8, "k": 1_000.0, "千": 1_000.0, "个亿": 1e8}


@dataclass(frozen=True)
class Number:
    """A number that a question states."""

    text: str
    value: float
    unit: str
    """元 for money; 比例 for a ratio; else the counting word as typed."""


def numbers(folded: str, own: bool = False) -> list[Number]:
    """Numbers with a scale or a unit in a folded text; bare ones are left out.

    ``own``: those of the asker and inexact ones (我们营收四百来万) as well, which claim nothing about a document.
    """
    if not (_ANY.search(folded) or (own and _SOME.search(folded))):
        return []
    text = _THOUSANDS.sub(lambda m: m.group().replace(",", ""), folded)
    text = _TOGETHER.sub(lambda m: "两个" if m.group() == "俩" else "三个", text)
    text = _SOME.sub(r"一\1多", _BETWEEN.sub(r"\1\3多", text)) if own else _BETWEEN.sub(" ", text)
    out = []
    for match in _NUMBER.finditer(text):
        scale, unit = (match["scale"] or "").lower(), match["unit"] or ""
        if not (scale or unit):
            continue
        if not own and (match["about"] or match["about2"] or _OWN.search(text[: match.start()])):
            continue
        value = _value(match["number"])
        if value is None:
            continue
        if scale or unit == "个亿":
            value *= _SCALES.get(scale, 1.0) * _SCALES.get(unit, 1.0)
            unit = "元" if unit in ("", "个亿") else unit
        unit = "元" if unit in _MONEY_UNITS else unit.removeprefix("周")
        out.append(Number(match.group().strip(), value, unit))
    for match in _RATIO.finditer(text):
        ours, theirs = _value(match[1]), _value(match[2])
        if ours and theirs:
            out.append(Number(match.group(), theirs / ours, "比例"))
    return out


def is_article(number: Number, folded: str) -> bool:
    """Whether it counts nothing in the text that it stands in: 市里发一种券, 这两条, but not 只发一种券."""
    before = folded.partition(number.text)[0]
    if number.unit in _CLAUSES and _POINTS.search(before):
        return True
    return bool(_ARTICLE.fullmatch(number.text)) and not _ONE.search(before)


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
    """1 to 999 from 三, 十二, 二十, 一百零三, 3; None when it is none of these."""
    if text.isdigit():
        return int(text) if len(text) <= 3 else None
    hundreds, hundred, below = text.partition("百")
    if hundred:
        many = _ORDINALS.get(hundreds, None if hundreds else 1)
        rest = ordinal(below.lstrip("零〇")) if below.lstrip("零〇") else 0
        return None if many is None or rest is None else many * 100 + rest
    if text in _ORDINALS:
        return _ORDINALS[text]
    tens, ten, ones = text.partition("十")
    if not ten or (tens and tens not in _ORDINALS) or (ones and ones not in _ORDINALS):
        return None
    return (_ORDINALS[tens] if tens else 1) * 10 + (_ORDINALS[ones] if ones else 0)
