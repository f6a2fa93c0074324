"""Which of a clause's numbers a question asks for, and whether a number in the question contradicts them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.intents import Question
from bot.numbers import Number
from knowledge.fold import fold
from knowledge.model import Clause, Figure, FigureAsked

_ASKS_NUMBER = re.compile(r"多少|几[个项年家条大天万成倍]|多大|多久|比例|how (?:much|many)|how long|多长时间|哪几")
_MONEY_WORDS = re.compile(r"钱|补贴|奖励|万|资金|费|元|subsid|money|grant|reward|fund|pay")
_ASKS_MONEY = re.compile(
    r"(?:有|给|拿|领|发|补).{0,6}(?:钱|补贴|奖励|资金|资助)|(?:钱|补贴|奖励|资助).{0,4}(?:吗|么|没有|不)"
)
_MOST = re.compile(r"最高|最多|最大|顶格|封顶|上限|至多|maximum|highest|at most")
_LEAST = re.compile(r"最低|最少|最小|下限|起步|至少|minimum|lowest|at least")
_COUNTED = frozenset({"项", "个", "大", "种", "类", "条", "链", "家"})


@dataclass(frozen=True)
class Selection:
    """The numbers to put forward."""

    led: tuple[Figure, ...] = ()
    """Those that fit the case asked for; all of a subject's when the question names no case."""
    unstated: str = ""
    """money or number when one is asked for that the clause does not state; else empty."""
    contradicted: tuple[tuple[Number, Figure], ...] = ()
    """Numbers of the question that differ from the figure that they are about."""


def select(clause: Clause, asked: Mapping[str, FigureAsked], question: Question, said: str) -> Selection:
    """Choose among ``clause``'s figures.

    ``asked``: how people ask for figures, by ``clause/figure``; ``said``: earlier plain questions on the same clause,
    which hold the subject that a follow-up leaves out.
    """
    plain = question.reading.plain
    both = f"{said}\n{plain}"
    wants = bool({"amount", "count"} & question.asks) or bool(_ASKS_NUMBER.search(plain))
    money = "amount" in question.asks or bool(_MONEY_WORDS.search(plain))
    claims = bool(question.numbers)
    about: list[Figure] = []
    hit: list[Figure] = []
    before: list[Figure] = []  # those whose case was named earlier
    for figure in clause.figures:
        cues = asked.get(f"{clause.id}/{figure.id}")
        if cues is None or not _any(cues.subject, both) or _any(cues.others, plain):
            continue
        about.append(figure)
        fits = not _any(cues.unless, plain)
        if fits and (_any(cues.case, plain) if cues.case else (wants or claims)):
            hit.append(figure)
        elif cues.case and _any(cues.case, said) and not _any(cues.unless, both):
            before.append(figure)
    led = hit or (before if wants else [])
    if not led and (wants or (money and not claims)):
        led = [f for f in about if asked[f"{clause.id}/{f.id}"].case]
        if money and not any(f.kind == "amount" for f in led) and "amount" in question.asks:
            led = []
        led = _extreme(led, plain)
    contradicted = _contradicted(question, hit or about)
    if contradicted and not hit:
        led = [f for _, f in contradicted]
    unstated = ""
    if not led and (wants or _ASKS_MONEY.search(plain)):
        unstated = "money" if money else "number"
    return Selection(tuple(led), unstated, contradicted)


def _extreme(figures: list[Figure], plain: str) -> list[Figure]:
    """The largest or smallest amount when that is asked for: 最高一档."""
    amounts = [f for f in figures if f.kind == "amount"]
    for pattern, pick in ((_MOST, max), (_LEAST, min)):
        if len(amounts) > 1 and pattern.search(plain):
            return [pick(amounts, key=lambda f: f.value)]
    return figures


_folded = lru_cache(maxsize=4096)(fold)  # the same few hundred cues each time


def _any(words: tuple[str, ...], text: str) -> bool:
    return any(_folded(word) in text for word in words)


def _contradicted(question: Question, figures: list[Figure]) -> tuple[tuple[Number, Figure], ...]:
    values = {(f.value, _class(f.unit)) for f in figures}
    out = []
    for number in question.numbers:
        kind = _class(number.unit)
        rivals = [f for f in figures if _class(f.unit) == kind]
        if (
            not rivals
            or (number.value, kind) in values
            or any(n.value in {f.value for f in rivals} for n in question.numbers)
        ):
            continue
        out.append((number, min(rivals, key=lambda f: abs(f.value - number.value))))
    return tuple(out)


def _class(unit: str) -> str:
    return "count" if unit in _COUNTED else unit
