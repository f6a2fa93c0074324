"""How people may ask for the figures of a clause that nobody taught: by the words of the figures themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.engine.answering.figure_choice import ClauseQuestion
from bot.engine.understanding.money_words import MoneyWords
from knowledge.base.document import Clause, Figure
from knowledge.base.phrasings import FigureAsked
from knowledge.reading.reader import Reader
from knowledge.text.fold import fold

_PERCENT = frozenset({"%", "‰"})
LONGEST_CASE = 16
"""Letters of a case that people may type as it stands."""
_HAN = re.compile(r"[一-鿿]+")
_BOUNDS = frozenset({"不超", "超过", "不少", "少于", "不低", "低于", "最高", "不得", "每年", "以上", "以下", "给予"})
"""Pairs that say how a number is meant, not of what."""
_DIGITS = re.compile(r"\d")
_TIMES = frozenset({"年", "月", "日", "天", "个月", "工作日", "小时"})


def own_cues(
    clause: Clause, question: ClauseQuestion, money: MoneyWords, reader: Reader, generic: frozenset[str]
) -> Mapping[str, FigureAsked]:
    """Cues for the figures of the kind that is asked for, by ``clause/figure``.

    A figure's subject is any word of the words that state it. Its case are those words of its condition, or where that
    tells it from no sibling, of its quote, that not all its siblings have. So a question that names no case gets them
    all, and one that shares no word with any of them gets none.

    ``generic``: words that name no subject, such as 补贴.
    """
    asked = [f for f in clause.figures if _kind_asked(f, question, money)]
    words = {f.id: _words(reader, f.quote, f.case or "", f.subject or "") - generic for f in asked}
    cases = {f.id: _case(f, reader) - generic for f in asked}
    conditions = {f.id: (_words(reader, f.subject or "") | cases[f.id]) - generic for f in asked}
    out = {}
    for figure in asked:
        siblings = [f.id for f in asked if _class(f) == _class(figure)]
        own = words[figure.id]
        telling = (_apart(told, figure.id, siblings) for told in (cases, conditions, words))
        case = next((own for own in telling if own), frozenset())
        subject = (own | _pairs(figure.quote) | conditions[figure.id]) - generic
        if subject:
            out[f"{clause.id}/{figure.id}"] = FigureAsked(
                subject=tuple(sorted(subject)), case=tuple(sorted(case)), unless=_others(figure, asked)
            )
    return out


def _kind_asked(figure: Figure, asked: ClauseQuestion, money: MoneyWords) -> bool:
    """Whether it is of the kind that the question, or what was said before it, asks for."""
    if money.asks_untaught(asked.question, asked.whole):
        return figure.is_money or _limit_asked(figure, asked, money)
    if money.says("time", asked.whole):
        return figure.unit in _TIMES
    return not figure.is_money or any(n.unit == figure.unit for n in asked.question.numbers)


def _limit_asked(figure: Figure, asked: ClauseQuestion, money: MoneyWords) -> bool:
    """Whether it is money that is a condition, and conditions are asked for."""
    is_limit = figure.kind == "limit" and figure.unit.endswith("元")
    return is_limit and money.says("limit", asked.whole) and not money.says("paid", asked.whole)


def _class(figure: Figure) -> str:
    """What its siblings are: what is paid, whether it is an amount or a percentage, is told apart together."""
    return "amount" if figure.kind == "ratio" and figure.unit in _PERCENT else figure.kind


def _apart(words: Mapping[str, frozenset[str]], own: str, siblings: Sequence[str]) -> frozenset[str]:
    """The words that not all siblings have."""
    return words[own] - frozenset.intersection(*(words[other] for other in siblings))


def _case(figure: Figure, reader: Reader) -> frozenset[str]:
    """The words of its case, the whole among them: 5000万元 is no word."""
    whole = fold(figure.case or "")
    said = {whole, whole.removesuffix("元")} if 2 <= len(whole) <= LONGEST_CASE else set()
    if len(whole) == 1:
        said = {f"{whole}级"}
    return _words(reader, figure.case or "") | frozenset(said)


def _others(figure: Figure, asked: Sequence[Figure]) -> tuple[str, ...]:
    """The cases that the same words tell apart from its own."""
    cases = (other.case for other in asked if other.quote == figure.quote and other.case and figure.case)
    return tuple(sorted({case for case in cases if 2 <= len(case) <= LONGEST_CASE and case not in (figure.case or "")}))


def _words(reader: Reader, *parts: str) -> frozenset[str]:
    features = (feature for part in parts for feature in reader.document(part))
    return frozenset(f[2:] for f in features if f[0] == "w" and len(f) > 3 and not _DIGITS.search(f))


def _pairs(quote: str) -> frozenset[str]:
    """Pairs of characters: 配租 is no word of any dictionary."""
    runs = _HAN.findall(fold(quote))
    return frozenset(run[i : i + 2] for run in runs for i in range(len(run) - 1)) - _BOUNDS
