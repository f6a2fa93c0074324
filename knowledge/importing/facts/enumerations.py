"""The members of an enumeration: 国家级、省级、市级 of 国家级、省级、市级中心, 四层/五层/六层, A类、B类、C类."""

from __future__ import annotations

import re

from knowledge.importing.facts.spans import Spans, Stretch

_JOINS = re.compile(r"和|以及|及(?!以上|以下|其|时)|与|或(?!者以上)")
_LEVEL = (
    "(?:世界|国家|省部|省|市|区|县|部)级?|[特一二三]等奖?|[金银铜](?:奖|牌)?(?=[、,的和及]|$)|[一二三四五两]档|[一二三四五]星级?|"
    "[345]A级?|[ABCDE]类|[甲乙丙丁]级|[甲乙丙丁]等|(?<![中高初])(?:初级|中级|高级)|正高级?|副高级?|博士|硕士|本科|大专"
)
_LEVELS = re.compile(rf"(?:{_LEVEL})(?:(?:、|和|及|或|/)(?:{_LEVEL}))+")
_SHORT = r"[A-E甲乙丙丁](?:类|档|级|等)?(?![A-Za-z])"
_SHORT_KINDS = re.compile(rf"(?<![A-Za-z]){_SHORT}(?:(?:、|和|及){_SHORT})+")


def members(spans: Spans, span: Stretch, count: int) -> list[Stretch] | None:
    """The members of the enumeration in ``span``, where there are ``count`` of them."""
    text = spans.text
    start, end = span
    split = text.rfind("的", start, end)
    for run in _LEVELS.finditer(text, start, end):
        pieces = [(run.start() + m.start(), run.start() + m.end()) for m in re.finditer(_LEVEL, run.group())]
        if len(pieces) == count:
            return pieces
    for stop in dict.fromkeys((end, split if split > start else end)):
        for joins in (False, True):
            cuts = [
                (i, i + 1)
                for i in range(start, stop)
                if text[i] in "、/" and spans.depth[i] <= spans.depth[start] and not _unit_slash(text, i)
            ]
            if joins:
                cuts += [
                    m.span()
                    for m in _JOINS.finditer(text, start + 1, stop - 1)
                    if spans.depth[m.start()] <= spans.depth[start]
                ]
                cuts.sort()
            edges = [start, *(at for cut in cuts for at in cut), stop]
            pieces = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
            if len(pieces) == count and all(b - a >= 2 or text[a:b] in "省市区县金银铜" for a, b in pieces):
                last = pieces[-1]
                tail = text.find("的", last[0] + 1, last[1])
                pieces[-1] = (last[0], tail if tail > 0 else last[1])
                return _alike(text, pieces)
    return None


def short_kinds(spans: Spans, begin: int, start: int, count: int) -> list[Stretch] | None:
    """A类、B类、C类 right before the numbers, where there are as many."""
    for run in reversed(list(_SHORT_KINDS.finditer(spans.text, begin, start))):
        found = [(run.start() + m.start(), run.start() + m.end()) for m in re.finditer(_SHORT, run.group())]
        if len(found) == count:
            return found
    return None


def _alike(text: str, pieces: list[Stretch]) -> list[Stretch]:
    """建设四层/五层/六层及以上厂房: numbers of one form, without the words that all of them share."""
    first, second = pieces[:2]
    size = second[1] - second[0]
    if form(text[first[1] - size : first[1]]) == form(text[slice(*second)]) and first[1] - size > first[0]:
        digits = re.search(r"[\d.]+$", text[first[0] : first[1] - size])
        pieces[0] = (first[1] - size - (len(digits.group()) if digits else 0), first[1])
    before, last = pieces[-2:]
    like = form(text[slice(*before)])
    for stop in range(last[0] + 2, last[1]):
        if form(text[last[0] : stop]) == like and text[stop] not in "0123456789.":
            more = re.match(r"及?以[上下]", text[stop : last[1]])
            pieces[-1] = (last[0], stop + (more.end() if more else 0))
            break
    return pieces


def form(words: str) -> str:
    """What is left of words whose numbers are all alike; no form where there is no number."""
    form = re.sub(r"[\d.]+|[一二三四五六七八九十两]+", "#", words)
    return form if "#" in form else words + "?"


def _unit_slash(text: str, at: int) -> bool:
    """Whether a slash parts a number's units (家/人), not things."""
    return text[at] == "/" and re.search(r"[\d万元](?:[一-鿿]{1,2})?$", text[max(0, at - 4) : at]) is not None
