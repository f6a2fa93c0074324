"""Which of a clause's numbers a question asks for, and whether a number in the question contradicts them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.engine.understanding.understanding import Question
from knowledge.base.document import Clause, Figure
from knowledge.base.phrasings import FigureAsked
from knowledge.text.fold import fold
from knowledge.text.numbers import Number

_ASKS_NUMBER = re.compile(r"多少|几[个项年家条大天万成倍]|多大|多久|比例|how (?:much|many)|how long|多长时间|哪几")
_HOW_MANY = re.compile(r"多少|几[个项年万]|几比几|什么比例|how (?:much|many)")
_MONEY_WORDS = re.compile(r"钱|补贴|奖励|万|资金|费|元|subsid|money|grant|reward|fund|pay")
_GIVES = re.compile(r"补|给|奖|发|拿|领|贴|资助|拨|配套|get|pay|subsid|grant")
_ASKS_MONEY = re.compile(
    r"(?:有|给|拿|领|发|补).{0,6}(?:钱|补贴|奖励|资金|资助)|(?:钱|补贴|奖励|资助).{0,4}(?:吗|么|没有|不)"
)
_MOST = re.compile(r"最高|最多|最大|顶格|封顶|上限|至多|maximum|highest|at most")
_LEAST = re.compile(r"最低|最少|最小|下限|起步|至少|minimum|lowest|at least")
_TIMES = re.compile(r"几次|次数|几年|几回")
_SEVERAL = re.compile(r"分别|各是|各补|各给|各多少|respectively")
_JOINED = re.compile(r"^.{0,8}?(?:和|与|跟|及|以及|还是|,|and).{0,8}?$")
_SEGMENT = re.compile(r"[,.;?!\n]+")
_COUNTED = frozenset({"项", "个", "大", "种", "类", "条", "链", "家"})


@dataclass(frozen=True)
class Selection:
    """The numbers to put forward."""

    led: tuple[Figure, ...] = ()
    """Those that fit the case asked for; all of a subject's when the question names no case."""
    unstated: str = ""
    """money or number when one is asked for that the clause does not state; else empty."""
    stated: tuple[Figure, ...] = ()
    """With ``unstated``: figures of that kind that the clause does state, for others or for other cases."""
    contradicted: tuple[tuple[Number, Figure], ...] = ()
    """Numbers of the question that differ from the figure that they are about."""
    confirmed: bool = False
    """Whether the question states numbers and all of them are the document's."""


def select(
    clause: Clause, asked: Mapping[str, FigureAsked], question: Question, said: str = "", given: bool = False
) -> Selection:
    """Choose among ``clause``'s figures.

    ``asked``: how people ask for figures, by ``clause/figure``; ``said``: earlier plain questions on the same clause,
    which hold what a follow-up leaves out; ``given``: whether the clause was pointed at (a place, a pick, a
    follow-up), so that its subject need not be named.
    """
    plain = question.reading.plain
    wants = bool({"amount", "count"} & question.asks) or bool(_ASKS_NUMBER.search(plain))
    money = "amount" in question.asks or bool(_MONEY_WORDS.search(plain))
    claims = bool(question.numbers)
    cues = {f.id: asked[f"{clause.id}/{f.id}"] for f in clause.figures if f"{clause.id}/{f.id}" in asked}
    known = [f for f in clause.figures if f.id in cues and not _of_others(cues[f.id], plain, said)]
    hit = _cases(known, cues, plain)
    about = [f for f in known if given or _subject(cues[f.id], f"{said}\n{plain}")]
    if not about:  # the case alone, in a question that names no subject of any figure: 搬过来给多少
        about = hit
    hit = [f for f in about if f in hit or (not cues[f.id].case and (wants or claims) and _fits(cues[f.id], plain))]
    led = hit or (_cases(about, cues, f"{said}\n{plain}") if wants and said else [])
    if not led and (wants or (money and not claims)):
        led = [f for f in about if cues[f.id].case and (not money or f.kind in ("amount", "ratio"))]
        led = _extreme(led, plain)
    if led and any(_any(cues[f.id].against, plain) for f in led):
        led = [f for f in about if f.kind == led[0].kind and cues[f.id].case]  # which case it is, is for the reader
    contradicted, confirmed = _claims(question, about, led, cues)
    if contradicted and not led:
        led = [f for _, f in contradicted]
    if led or not (wants or _ASKS_MONEY.search(plain)):
        return Selection(tuple(led), contradicted=contradicted, confirmed=confirmed)
    stated = tuple(f for f in clause.figures if (f.kind in ("amount", "ratio")) == money)
    return Selection(unstated="money" if money else "number", stated=stated)


def _cases(figures: Iterable[Figure], cues: Mapping[str, FigureAsked], plain: str) -> list[Figure]:
    """The figures whose case is named.

    A word for one case speaks against its siblings (unless), except where the question asks for several at once.
    """
    named = [f for f in figures if cues[f.id].case and _any(cues[f.id].case, plain)]
    if len(named) > 1 and (_SEVERAL.search(plain) or len(_HOW_MANY.findall(plain)) > 1):
        segments = [s for s in _SEGMENT.split(plain) if s]
        return [
            f
            for f in named
            if _SEVERAL.search(plain) or any(_any(cues[f.id].case, s) and _fits(cues[f.id], s) for s in segments)
        ]
    return [f for f in named if _fits(cues[f.id], plain)]


def _fits(cue: FigureAsked, text: str) -> bool:
    return not _any(cue.unless, text)


def _of_others(cue: FigureAsked, plain: str, said: str) -> bool:
    """Whether something else in the clause is asked about: named now, or before with no word of the figure since."""
    return _any(cue.others, plain) or (_any(cue.others, said) and not _subject(cue, f"{said}\n{plain}"))


def _subject(cue: FigureAsked, text: str) -> bool:
    for word in cue.mask:
        text = text.replace(_folded(word), " ")
    return _any(cue.subject, text)


_folded = lru_cache(maxsize=4096)(fold)  # the same few hundred cues each time


def _any(words: tuple[str, ...], text: str) -> bool:
    return any(_folded(word) in text for word in words)


def _extreme(figures: list[Figure], plain: str) -> list[Figure]:
    """The largest or smallest amount when that is asked for: 最高一档."""
    amounts = [(f.value if f.kind == "amount" else f.cap, f) for f in figures]
    known = [(value, f) for value, f in amounts if value is not None and f.kind in ("amount", "ratio")]
    if len(known) < 2 or _TIMES.search(plain):
        return figures
    for pattern, pick in ((_MOST, max), (_LEAST, min)):
        if pattern.search(plain):
            return [pick(known, key=lambda pair: pair[0])[1]]
    return figures


def _claims(
    question: Question, about: list[Figure], led: list[Figure], cues: Mapping[str, FigureAsked]
) -> tuple[tuple[tuple[Number, Figure], ...], bool]:
    """(numbers that contradict the figure they stand beside, whether numbers are stated and all are right)."""
    wrong: list[tuple[Number, Figure]] = []
    right = 0
    plain = question.reading.plain
    if "还是" in plain:  # which of the two is what is asked
        return (), False
    for number in question.numbers:
        segment = next((s for s in _SEGMENT.split(plain) if number.text in s), plain)
        rivals = [f for f in about if _class(f.unit) == _class(number.unit)]
        if number.unit == "元" and not (_GIVES.search(segment) or "assertion" in question.asks):
            continue
        named = [f for f in rivals if cues[f.id].case and _any(cues[f.id].case, segment)]
        rivals = [f for f in named if _fits(cues[f.id], segment)] or named or [f for f in rivals if f in led] or rivals
        if not rivals:
            continue
        if any(number.value == f.value for f in rivals):
            right += 1
        elif not any(_within(number.value, f) for f in rivals):
            wrong.append((number, min(rivals, key=lambda f: abs(f.value - number.value))))
    return tuple(wrong), right > 0 and not wrong


def _within(value: float, figure: Figure) -> bool:
    """Whether a bound allows the value: two where the document says at most three."""
    if figure.bound == "at_most":
        return value <= figure.value
    return figure.bound == "at_least" and value >= figure.value


def _class(unit: str) -> str:
    return "count" if unit in _COUNTED else unit
