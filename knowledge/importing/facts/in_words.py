"""Numbers in words where the text says that they count: 二十四个月, 五年以内, 不超过六批, 三分之二以上, 每月一次."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from knowledge.base.verify import ordinal
from knowledge.importing.facts.payments import clause
from knowledge.importing.facts.spans import Spans
from knowledge.importing.facts.stated import LESS, MORE, Stated
from knowledge.text.printed import View

_WORDS = "[一二两三四五六七八九十百]+"
_WITHIN = "内|以内|之内|以上|以下|之?前"
_LASTS = (
    rf"{LESS}|{MORE}|最长(?:为|不超过)?|留存(?:备查)?|保[存留持](?:期)?|存档|试行(?:期)?|有效期(?:为|限)?|工作满|"
    "连续(?:补贴|补助|支持|资助|奖励)|期限(?:为|是)?|为期|免[征收缴除]|减[征免半]|缓[征缴]|延长|任期|聘期|周期(?:为|是)?|"
    "服务期(?:为|不少于)?|届?满|每隔?|提前|推迟|逾期|暂停|停止|禁止|取消"
)
"""What stands before a number of years that lasts, or must."""
_DURATION = re.compile(
    rf"(?P<before>{LESS}|{MORE})?(?<![第前近一二两三四五六七八九十百])(?P<number>{_WORDS})(?P<unit>个月|个?小时|个?工作日|个自然日)(?!度|工)"
    rf"(?P<after>{_WITHIN})?"
    rf"|(?P<before2>{_LASTS})(?P<number2>[一二两三四五六七八九十]+)(?P<unit2>年|日|天)(?!度|级|来|前)(?P<after2>内|以内|之内|以上|以下)?"
    r"|(?<![第近去来一二两三四五六七八九十百])(?P<number3>[一二两三四五六七八九十]+)(?P<unit3>年|天|日|周)(?P<after3>内|以内|之内|以上|以下)"
)
"""Durations in words: 二十四个月, 不超过三年, 五年以内; a bare 三年 is more often no measure's."""
_SHARE = re.compile(
    rf"(?P<before>{LESS}|{MORE})?(?<![一-鿿]分之)(?P<of>百|[二三四五六七八九十]{{1,2}})分之(?P<number>[一二三四五六七八九十]+)(?P<after>以上|以下|以内)?"
)
_LEVEL = re.compile(r"第?(?P<number>[一二三四五六七八九])(?P<unit>级|等)(?P<after>(?:\([^()]{1,4}\))?及?以[上下])")
"""三级以上: how high something must stand."""
_DIVIDED = re.compile(
    r"(?:分为|划分为|分成|分(?=[两三四五六七八九]))[^。;!?]{0,40}?(?P<number>[两二三四五六七八九十])个?"
    r"(?P<unit>级(?!别|以|及)|类(?!别|型)|种|档次?|等级|等(?!级|[一-鿿])|类别|类型|级别|层次|阶段|批次|批|步|部分|组)(?=[,。;:(]|$|进行|实施|开展|推进|管理|组织|评定)"
)
"""How many kinds or steps there are of something."""
_OFTEN = re.compile(
    r"(?P<per>每隔?(?:[一二两三四五六七八九十]|\d{1,2})?个?(?:半年|半个?月|年度?|月|季度|学期|学年|周|星期|旬|日|天))内?"
    rf"(?P<before>{LESS}|{MORE})?[^,。;:!?、\d]{{0,8}}?(?!一批)(?P<number>[一二两三四五六七八九十])(?P<unit>次|课时|学时|小时|节|期|届|轮|批|场|篇|份)"
)
"""How often: 每两年开展一次, 每半年召开一次, 每月至少两课时."""
_LEVELS = re.compile(
    r"(?:国家|中央|[国省市县区乡镇校院部州])级?(?:[、和]?(?:乡镇|街道|社区|[省市县区乡镇村校院部州班])级?){1,4}(?P<number>[两三四五])(?P<unit>级)(?![别以及甲乙医])"
)
"""省市两级, 省、市、县三级: how many levels."""
_BORN = re.compile(r"((?:19|20)\d{2})年\d{1,2}月\d{1,2}日(?:以后|以前|之后|之前|后|前)(?=(?:\(含\))?出生)")


def in_words(view: View, around: Spans, masked: str, counted: str) -> Iterator[tuple[Stated | None, tuple[int, int]]]:
    """Each with the stretch that it takes; ``counted``: an expression for what is counted."""
    for match in _OFTEN.finditer(masked):
        yield _often(view, around, match), match.span()
    for match in _LEVELS.finditer(masked):
        yield _divided(view, around, match), (match.start("number"), match.end())
    for match in _DURATION.finditer(masked):
        yield _duration(view, around, match), match.span()
    for match in _SHARE.finditer(masked):
        yield _share(view, around, match), match.span()
    for match in re.finditer(
        rf"(?P<before>{LESS}|{MORE}|一式)(?!一批)(?P<number>[一二两三四五六七八九十百]+)(?P<unit>{counted})", masked
    ):
        yield _count(view, around, match), match.span()
    for match in _LEVEL.finditer(masked):
        yield _level(view, around, match), match.span()
    for match in _DIVIDED.finditer(masked):
        yield _divided(view, around, match), (match.start("number"), match.end())
    for match in _BORN.finditer(masked):
        yield _born(view, around, match), match.span()


def _often(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """每两年开展一次."""
    value = ordinal(match["number"].replace("两", "二"))
    if not value:
        return None
    first, last = clause(around, match.start(), match.end())
    stated = Stated("count", view.quote(*match.span()), view.quote(first, last), float(value), match["unit"])
    stated.per, stated.at = view.quote(*match.span("per")), match.start()
    stated.bound = _bound(match["before"]) if match["before"] else "exact"
    return stated


def _duration(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """二十四个月, 最长不超过三年."""
    part = next(n for n in ("", "2", "3") if match[f"number{n}"])
    printed, unit, after = match[f"number{part}"], match[f"unit{part}"], match[f"after{part}"] or ""
    before = match["before"] or match["before2"] or ""
    value = ordinal(printed.replace("两", "二"))
    if not value:
        return None
    start = match.start(f"number{part}")
    first, last = clause(around, start, match.end())
    text = view.quote(start, match.end())
    stated = Stated("duration", text, view.quote(first, last), float(value), unit, at=start)
    if (
        re.search(LESS, before)
        or "最长" in view.text[max(first, start - 3) : start]
        or after in ("内", "以内", "之内", "以下")
    ):
        stated.bound = "at_most"
    elif re.fullmatch(MORE, before) or after in ("以上", "前", "之前"):
        stated.bound = "at_least"
    return stated


def _share(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """不超过五分之一, 百分之二十: as a percentage."""
    of, number = 100 if match["of"] == "百" else ordinal(match["of"]), ordinal(match["number"])
    if not of or not number:
        return None
    first, last = clause(around, match.start(), match.end())
    percent = round(100.0 * number / of, 4)
    stated = Stated("share", view.quote(*match.span()), view.quote(first, last), percent, "%", at=match.start())
    if match["before"]:
        stated.bound = _bound(match["before"])
    elif match["after"]:
        stated.bound = "at_least" if match["after"] == "以上" else "at_most"
    return stated


def _level(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """三级以上, 第三级(含)以上."""
    value = ordinal(match["number"])
    if not value:
        return None
    first, last = clause(around, match.start(), match.end())
    stated = Stated("count", view.quote(*match.span()), view.quote(first, last), float(value), match["unit"])
    stated.bound, stated.at = "at_least" if match["after"].endswith("上") else "at_most", match.start()
    return stated


def _divided(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """分为国家级和省级两级."""
    value = ordinal(match["number"].replace("两", "二"))
    if not value:
        return None
    first, last = clause(around, match.start(), match.end())
    text = view.quote(match.start("number"), match.end())
    return Stated("count", text, view.quote(first, last), float(value), match["unit"], at=match.start("number"))


def _count(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """不超过六批, 一式三份."""
    value = ordinal(match["number"].replace("两", "二"))
    if not value:
        return None
    first, last = clause(around, match.start(), match.end())
    bound = "exact" if match["before"] == "一式" else _bound(match["before"])
    kind: Literal["limit", "count"] = "limit" if bound == "at_most" else "count"
    stated = Stated(kind, view.quote(*match.span()), view.quote(first, last), float(value), match["unit"])
    stated.bound, stated.at = bound, match.start()
    return stated


def _born(view: View, around: Spans, match: re.Match[str]) -> Stated:
    """1958年1月1日以后出生: who may apply."""
    first, last = clause(around, match.start(), match.end())
    return Stated("limit", view.quote(*match.span()), view.quote(first, last), float(match[1]), "年", at=match.start())


def _bound(before: str) -> Literal["at_least", "at_most"]:
    return "at_most" if re.fullmatch(LESS, before) else "at_least"
