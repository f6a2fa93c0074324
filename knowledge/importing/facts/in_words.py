"""Numbers in words where the text says that they count: 二十四个月, 不超过三年, 不超过六批, 不超过五分之一."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from knowledge.base.verify import ordinal
from knowledge.importing.facts.payments import clause
from knowledge.importing.facts.spans import Spans
from knowledge.importing.facts.stated import LESS, MORE, Stated
from knowledge.text.printed import View

_DURATION = re.compile(
    rf"(?P<before>{LESS}|{MORE})?(?<![第前近一二两三四五六七八九十百])(?P<number>[一二两三四五六七八九十百]+)(?P<unit>个月|个?工作日|个自然日)(?!度)"
    rf"(?P<after>内|以内|之内|以上|以下)?"
    rf"|(?P<before2>{LESS}|{MORE}|最长(?:为|不超过)?|留存(?:备查)?|保[存留](?:期)?|存档|试行(?:期)?|有效期(?:为|限)?|工作满|连续(?:补贴|补助|支持|资助|奖励)|期限(?:为|是)?|为期)(?P<number2>[一二两三四五六七八九十]+)(?P<unit2>年|日|天)(?!度|级)(?P<after2>内|以内|之内|以上|以下)?"
)
"""Durations in words: 二十四个月, 不超过三年; a bare 三年 is more often no measure's."""
_SHARE = re.compile(
    rf"(?P<before>{LESS}|{MORE})(?P<of>[二三四五六七八九十]{{1,2}})分之(?P<number>[一二三四五六七八九])"
)
_BOUNDED = rf"(?P<before>{LESS}|不低于|不少于|不得低于|不得少于|至少)(?P<number>[一二两三四五六七八九十百]+)"
_BORN = re.compile(r"((?:19|20)\d{2})年\d{1,2}月\d{1,2}日(?:以后|以前|之后|之前|后|前)(?=(?:\(含\))?出生)")


def in_words(view: View, around: Spans, masked: str, counted: str) -> Iterator[tuple[Stated | None, tuple[int, int]]]:
    """Each with the stretch that it takes; ``counted``: an expression for what is counted."""
    for match in _DURATION.finditer(masked):
        yield _duration(view, around, match), match.span()
    for match in _SHARE.finditer(masked):
        yield _share(view, around, match), match.span()
    for match in re.finditer(
        rf"(?P<before>{LESS}|{MORE})(?P<number>[一二两三四五六七八九十百]+)(?P<unit>{counted})", masked
    ):
        yield _count(view, around, match), match.span()
    for match in _BORN.finditer(masked):
        yield _born(view, around, match), match.span()


def _duration(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """二十四个月, 最长不超过三年."""
    printed, unit = match["number"] or match["number2"], match["unit"] or match["unit2"]
    before, after = match["before"] or match["before2"] or "", match["after"] or match["after2"] or ""
    value = ordinal(printed.replace("两", "二"))
    if not value:
        return None
    start = match.start("number") if match["number"] else match.start("number2")
    first, last = clause(around, start, match.end())
    text = view.quote(start, match.end())
    stated = Stated("duration", text, view.quote(first, last), float(value), unit, at=start)
    if (
        re.search(LESS, before)
        or "最长" in view.text[max(first, start - 3) : start]
        or after in ("内", "以内", "之内", "以下")
    ):
        stated.bound = "at_most"
    elif re.fullmatch(MORE, before) or after == "以上":
        stated.bound = "at_least"
    return stated


def _share(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """不超过五分之一: as a percentage."""
    of, number = ordinal(match["of"]), ordinal(match["number"])
    if not of or not number:
        return None
    first, last = clause(around, match.start(), match.end())
    percent = round(100.0 * number / of, 4)
    stated = Stated("share", view.quote(*match.span()), view.quote(first, last), percent, "%", at=match.start())
    stated.bound = _bound(match["before"])
    return stated


def _count(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """不超过六批."""
    value = ordinal(match["number"].replace("两", "二"))
    if not value:
        return None
    first, last = clause(around, match.start(), match.end())
    bound = _bound(match["before"])
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
