"""Numbers that a clause states, each with the words that state it; whatever isn't surely a measure's number is left."""

from __future__ import annotations

import math
import re
from itertools import pairwise

from knowledge.base.number_kinds import FIRST_YEAR
from knowledge.base.verify import ordinal
from knowledge.importing.facts.cases import GIVES, PAYER
from knowledge.importing.facts.deadlines import deadlines
from knowledge.importing.facts.in_words import in_words
from knowledge.importing.facts.payments import clause, payer_of_split, payments, per
from knowledge.importing.facts.spans import Spans
from knowledge.importing.facts.stated import (
    AFTER_LESS,
    AFTER_MORE,
    LESS,
    MORE,
    NUMBER,
    Bound,
    Kind,
    Stated,
    bounds,
    number,
)
from knowledge.text.printed import View

COUNTED = (
    "公斤|千克|市斤|立方米|毫米|厘米|纳米|毫秒|学时|人天|株|册|枚|头(?![部顶])|"
    "项|个|家|名|人次|人|户|件|款|条|所|座|台|套|辆|支|场|次|处|批|种|类|亩|公顷|平方公里|平方米|公里|米|吨|千瓦|兆瓦|万千瓦|"
    "周岁|岁|张|部|门|篇|倍|位|只|间|床|周|小时|分钟|课时|学分|标准煤|机架|份|字|页|秒|届|[EPTZ](?:Flops|FLOPS|FLOPs)|[EPTZ]B(?![A-Za-z])"
)
"""What is counted, by its counting word or unit."""
_BEHIND_DIGITS = (
    rf"{COUNTED}|(?<![万亿千百])级(?![别甲乙丙医政市县省国院])|[kcm]?m[²³23]?(?![A-Za-z\d])|㎡|[MGT]bps|"
    r"[BM](?=[,。;、)以及的]|$)"
)
"""The same, and what stands behind digits only: 震级2.0级, 5 km, 7B."""
_COUNT = re.compile(
    rf"(?P<before>{LESS}|{MORE})?(?:约)?{NUMBER}(?:余|多)?(?P<scale>万|亿|千|百)?(?:余|多)?(?:标准)?(?P<unit>{_BEHIND_DIGITS})(?P<after>(?:\([^()]{{1,4}}\))?(?:{AFTER_MORE}|{AFTER_LESS}|左右))?"
)
_RATIO = re.compile(
    rf"(?P<before>{LESS}|{MORE})?(?<![\d:.])(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)(?![\d:])(?=.{{0,6}}(?:比例|配套|配比|匹配|给予|予以|分担|承担|负担|共担))"
)
_DURATION = re.compile(
    rf"(?P<before>{LESS}|{MORE})?{NUMBER}(?P<unit>个?工作日|个月|个小时|年|日|天|个自然日)(?!度|代|级|底|初|末|(?<=[年日])前|起|\d|月|以来|版|至|-|、\d|和\d|的?[《])(?P<after>内|以内|之内|以上|以下|之?前)?"
)
_RANGE = re.compile(
    rf"(?P<before>{LESS}|{MORE})?{NUMBER}(?P<scale>万|亿|千|百)?(?:[-—~～至到]+)(?P<upper>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)(?P<scale2>万|亿|千|百)?"
    rf"(?P<unit>个?工作日|个月|年(?![度级代底初末前]|\d)|日(?!前)|天|{_BEHIND_DIGITS})(?P<after>内|以内|之内|左右)?"
)
"""1-2年, 3~4倍."""
_ROUND = re.compile(
    rf"(?:超过?|逾|过|近|达到?|上)(?P<scale>[百千万亿]{{1,2}})(?P<unit>{COUNTED})(?!亿)(?P<after>以上|左右)?"
)
"""超万家, 近千名, 达到万家以上."""
_SCALED = re.compile(
    rf"(?P<before>{LESS}|{MORE})?(?:约)?{NUMBER}(?:余|多)?(?P<scale>万|亿)(?P<unit>)(?P<after>以上|左右)?(?=[,。;、)])"
)
"""用户数达6.97亿: a count without a word for what is counted, where the words before it speak of no money."""
_OF_MONEY = re.compile("投资|资金|收入|产值|贷|利润|税|营收|融资|授信|[额值价费元款]")
_DATES = re.compile(
    r"(?:19|20)\d{2}年(?:\d{1,2}月(?:\d{1,2}[日号])?)?|(?:19|20)\d{2}[-—~](?:19|20)\d{2}|(?:19|20)\d{2}([-./])\d{1,2}\1\d{1,2}日?"
    r"|(?<!\d)\d{1,2}月\d{1,2}[日号]|(?:(?:每|每个|当|次|本)月|(?:[应须定将]|(?<![一-鿿]))于)\d{1,2}[日号]|(?<!\d)0\d[日号月]"
)
"""Parts of a date are no figures."""
LASTING = frozenset({"年", "个月", "日", "天", "工作日", "个工作日"})
_BIG = re.compile(
    r"(?<![第十百一二三四五六七八九])([二两三四五六七八九十]|十[一二])大(?:[万千百亿]+级)?(?=[一-鿿“])(?!以来|会议|精神|报告|学|道|陆|家|批|代表)"
)
_LISTED = re.compile(r"[“]([二两三四五六七八九十])([一-鿿]{1,2})([一-鿿]{0,4})[”]")
_MASK = re.compile(
    r"[图表](?:\d{1,3}[-—.]?)+(?=所示|所列|[中为])|《[^《》]*》|[〔\[](?:19|20)\d{2}[〕\]]\d*号?|https?://[\w./?=&%-]+|[\w.-]+@[\w.-]+|\d{3,4}-\d{7,8}"
)
_POINT = re.compile(r"(?<=[。;:)])(\d{1,2}[.、](?!\d)|\([一二三四五六七八九十\d]{1,3}\)|[①-⑳])")
"""The marker of a point inside a clause."""


def figures(text: str, skip: list[str], marker: int = 0) -> list[Stated]:
    """The figures of a clause's text, in the order of the text.

    ``skip``: verbatim stretches that state none (lists of units); ``marker``: characters of its own number.
    """
    view = View(text)
    masked = _masked(view, skip, marker)
    around = Spans(_stopped(view, skip, marker), _row_ends(view))
    taken: list[tuple[int, int]] = []
    found: list[Stated] = []

    def free(start: int, end: int) -> bool:
        return not any(a < end and start < b for a, b in taken)

    def add(stated: Stated | None, start: int, end: int) -> None:
        if stated is not None:
            found.append(stated)
            taken.append((start, end))

    for stated, (start, end) in payments(view, around, masked):
        add(stated, start, end)
    for stated, span in deadlines(view, around, masked):
        if free(*span):
            add(stated, *span)
    for said, span in in_words(view, around, masked, COUNTED):
        if free(*span):
            add(said, *span)
    taken += [match.span() for match in _DATES.finditer(masked)]
    for pattern, make in (
        (_RATIO, _ratio),
        (_RANGE, _range),
        (_DURATION, _duration),
        (_COUNT, _count),
        (_SCALED, _scaled),
        (_ROUND, _round),
    ):
        for match in pattern.finditer(masked):
            if free(*match.span()):
                add(make(view, around, match, masked), *match.span())
    for match in _BIG.finditer(masked):
        add(_big(view, around, match), *match.span())
    for match in _LISTED.finditer(masked):
        if free(*match.span()):
            add(_listed(view, around, match), *match.span())
    found = [stated for stated in found if stated.text and stated.text in stated.quote and stated.quote in text]
    found.sort(key=lambda stated: stated.at)
    _spread(view, found)
    _match(found, view.text, around)
    return found


def _spread(view: View, found: list[Stated]) -> None:
    """分别不超过30个和10个: a bound before the first of a row holds for the others."""
    for one, other in pairwise(found):
        row = view.text[one.at : other.at]
        if (
            one.kind == "limit"
            and (other.kind, other.bound, other.unit) == ("count", "exact", one.unit)
            and re.search(rf"{re.escape(one.unit)}(?:、|和|及)$", row)
            and "分别" in one.quote
        ):
            other.kind, other.bound = "limit", one.bound


def _masked(view: View, skip: list[str], marker: int) -> str:
    chars = list(view.text)
    for match in _MASK.finditer(view.text):
        chars[match.start() : match.end()] = "\0" * len(match.group())
    for words in skip:
        plain = View(words).text
        at = view.text.find(plain)
        if at >= 0:
            chars[at : at + len(plain)] = "\0" * len(plain)
    chars[:marker] = "\0" * min(marker, len(chars))
    return "".join(chars)


def _stopped(view: View, skip: list[str], marker: int) -> str:
    """The text with a full stop for each character of a marker or a list of units: quotes go no further."""
    chars = list(view.text)
    for match in _POINT.finditer(view.text):
        chars[match.start(1) : match.end(1)] = "。" * len(match[1])
    for words in skip:
        plain = View(words).text
        at = view.text.find(plain)
        if at >= 0:
            chars[at : at + len(plain)] = "。" * len(plain)
    chars[:marker] = "。" * min(marker, len(chars))
    return "".join(chars)


def _row_ends(view: View) -> set[int]:
    """Places at which a row of a table begins or a line after it."""
    if "\t" not in view.source:
        return set()
    ends = set()
    for i in range(1, len(view.text)):
        gap = view.source[view.offset(i - 1) + 1 : view.offset(i)]
        if "\n" in gap:
            ends.add(i)
    return ends


def _shown(view: View, match: re.Match[str]) -> tuple[str, int]:
    """The figure as printed, with a bound that is a word of limit (不超过, 不低于), and where it begins."""
    start = match.start()
    before = match["before"]
    if before and before in ("达", "达到", "超过", "突破", "高于", "力争达", "力争达到", "控制在"):
        start += len(before)
    return view.quote(start, match.end()), start


def _ratio(view: View, around: Spans, match: re.Match[str], _: str) -> Stated | None:
    if float(match[3]) == 0:
        return None
    first, last = clause(around, match.start(), match.end())
    text, _start = _shown(view, match)
    stated = Stated("ratio", text, view.quote(first, last), round(float(match[2]) / float(match[3]), 6), "比例")
    stated.bound, stated.at = _bounds_ratio(match), match.start()
    if (payer := PAYER.match(view.text[first : match.start()])) and GIVES.search(view.text[first:last]):
        stated.payer = view.quote(first + payer.start(1), first + payer.end(1))
    elif re.search(r"分担|承担|负担|共担", view.text[match.end() : last]):
        stated.payer = payer_of_split(view, first, match.start())
    return stated


def _bounds_ratio(match: re.Match[str]) -> Bound:
    before = match["before"] or ""
    if re.fullmatch(LESS, before):
        return "at_most"
    return "at_least" if re.fullmatch(MORE, before) else "exact"


def _count(view: View, around: Spans, match: re.Match[str], masked: str) -> Stated | None:
    text, start = _shown(view, match)
    first, last = clause(around, match.start(), match.end())
    if masked[max(0, match.start() - 1) : match.start()] in "第-~—\0" and match.start():
        return None
    rest = view.text[match.end() : match.end() + 2]
    if match["unit"] in ("人", "部", "门", "类", "级", "次", "位", "条", "所", "类") and re.match(r"[民类级]", rest):
        return None
    bound = bounds(match)
    age = match["unit"] in ("岁", "周岁")  # who is meant, never how much
    kind: Kind = "limit" if age or bound == "at_most" or (text[0] in "不至" and bound != "exact") else "count"
    stated = Stated(kind, text, view.quote(first, last), number(match[2], match["scale"]), match["unit"])
    stated.bound, stated.at = bound, start
    timed = re.match(r"(每年|每季度|每月|\d+年)(?:内)?[一-鿿]{1,8}$", view.text[first : match.start()])
    if (timed and "0" <= timed[1][0] <= "9") or (timed and timed[1].startswith("每")):
        stated.case = view.quote(first, match.start())
        stated.per = view.quote(first, first + len(timed[1]))
    else:
        stated.per = per(view, first, match.start(), last)
    return stated


def _scaled(view: View, around: Spans, match: re.Match[str], _: str) -> Stated | None:
    first, last = clause(around, match.start(), match.end())
    if _OF_MONEY.search(view.text[first : match.start()]):
        return None
    text, start = _shown(view, match)
    stated = Stated("count", text, view.quote(first, last), number(match[2], match["scale"]), "个", at=start)
    stated.bound = bounds(match)
    return stated


def _duration(view: View, around: Spans, match: re.Match[str], masked: str) -> Stated | None:
    if match.start() and masked[match.start() - 1] in "第-~—\0/":
        return None
    if match["unit"] in ("年", "日") and float(match[2].replace(",", "")) >= FIRST_YEAR:
        return None
    first, last = clause(around, match.start(), match.end())
    text, start = _shown(view, match)
    if match["after"] == "内":
        text = view.quote(start, match.end())
    stated = Stated("duration", text, view.quote(first, last), number(match[2]), match["unit"])
    stated.bound, stated.at = bounds(match), start
    if match["after"] in ("内", "以内", "之内"):
        stated.bound = "at_most"
    elif match["after"] in ("前", "之前"):
        stated.bound = "at_least"
    timed = re.match(
        rf"\d+年(?:内)?[一-鿿]{{1,8}}(?=(?:{LESS}|{MORE})?\d+(?:万)?(?:{COUNTED}))", view.text[match.start() : last]
    )
    if timed and match.start() == first:
        stated.case = view.quote(first, first + timed.end())
    return stated


def _range(view: View, around: Spans, match: re.Match[str], masked: str) -> Stated | None:
    """1-2年: at most the second, at least the first."""
    least, most = number(match[2], match["scale"] or match["scale2"]), number(match["upper"], match["scale2"])
    if least >= most or most >= FIRST_YEAR or masked[max(0, match.start() - 1) : match.start()] in "第-~—\0/.":
        return None
    unit = match["unit"]
    first, last = clause(around, match.start(), match.end())
    kind: Kind = "duration" if unit in LASTING else "count"
    stated = Stated(kind, view.quote(match.start(), match.end()), view.quote(first, last), most, unit, "at_most", least)
    stated.at = match.start()
    return stated


def _round(view: View, around: Spans, match: re.Match[str], _: str) -> Stated:
    first, last = clause(around, match.start(), match.end())
    value = math.prod(number("1", scale) for scale in match["scale"])
    near = match.group()[0] in "近达" and match["after"] != "以上"
    start = match.start("scale") if match.group()[0] == "达" else match.start()
    text, quote = view.quote(start, match.end()), view.quote(first, last)
    return Stated("count", text, quote, value, match["unit"], "exact" if near else "at_least", at=start)


def _big(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """三大…: so many of something that is named."""
    first, last = around.back(match.start(), "。;,!?:、"), around.on(match.end(), "。;,!?、")
    words = view.text[first:last]
    end = first + (m.start() if (m := re.search(r"等(?=为|方面|领域|[一-鿿]{0,3}$)", words)) else len(words))
    end = max(end, match.end() + 1)
    while first < match.start() and view.text[first] in "以在":
        first += 1
    value = 2 if match[1] == "两" else ordinal(match[1])
    if not value or value > 12:
        return None
    return Stated(
        "count", view.quote(match.start(), match.end()), view.quote(first, end), float(value), "个", at=match.start()
    )


def _listed(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """“三权”(使用权、处置权、收益权), or 甲、乙、丙“三链”: a count in words is one where its members are listed."""
    value = 2 if match[1] == "两" else ordinal(match[1])
    after = re.match(r"\(([^()]+)\)", view.text[match.end() :])
    members = len(after[1].split("、")) if after else 0
    last = around.on(match.end(), "。;,!?、")
    if value == members:
        first = around.back(match.start(), "。;,!?:、")
        while first < match.start() and view.text[first] in "以在":
            first += 1
    else:
        first = around.back(match.start(), "。;,!?:")
        if len(view.text[first : match.start()].split("、")) != value or "、" not in view.text[first : match.start()]:
            return None
    text = view.quote(match.start(1), match.end(2) if len(match[2]) == 1 else match.start(2) + 1)
    return Stated("count", text, view.quote(first, last), float(value or 0), "项", at=match.start())


def _match(found: list[Stated], text: str, around: Spans) -> None:
    """Amounts of a sentence are matched by its ratio of 配套."""
    for n, ratio in enumerate(found):
        if ratio.kind == "ratio" and ratio.unit == "比例" and "配套" in ratio.quote:
            begins = around.back(ratio.at, "。!?")
            for other in found:
                if other.kind == "amount" and begins <= other.at < ratio.at and "。" not in text[other.at : ratio.at]:
                    other.matching = n
