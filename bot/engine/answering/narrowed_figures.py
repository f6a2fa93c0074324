"""Which of a clause's figures a follow-up means where nobody taught how they are asked for: 硕士呢, 一年有上限吗.

A turn names a case by a character or two (省里的最高奖呢), or only a kind of number (按几成); what was said before
tells which of several are meant. What all figures share tells nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.engine.answering.figure_choice import ClauseQuestion, Selection
from bot.engine.understanding.money_words import MoneyWords
from bot.engine.understanding.understanding import Question
from knowledge.base.document import Clause, Figure
from knowledge.text.fold import fold

MOST = 4
"""Figures put forward where only their kind is asked for: more of them answer nothing."""
CLEARLY = 3
"""Characters of a figure's own words that a turn must hold to mean it without asking for a number: x86的呢."""
_PERCENT = frozenset({"%", "‰"})
_TOKEN = re.compile(r"[a-z0-9.]+|[一-鿿]+")
_CLAUSE = re.compile(r"[。;；]")
Kind = Callable[[Figure], bool]


def selected(
    clause: Clause, asked: ClauseQuestion, usual: Selection, money: MoneyWords, before: Sequence[str] = ()
) -> Selection:
    """The usual selection, or what a follow-up means where that finds none or goes by what was said before alone.

    ``before``: ids of the figures put forward last.
    """
    if not money.says("number", asked.plain) and _names_none(clause, asked.question):
        stated = tuple({f.quote: f for f in clause.figures if f.is_money}.values())
        return Selection(unstated="money", stated=stated) if usual.led or usual.unstated == "money" else usual
    return usual if usual.led else replace(usual, led=narrowed(clause, asked, money, before))


def narrowed(
    clause: Clause, asked: ClauseQuestion, money: MoneyWords, before: Sequence[str] = ()
) -> tuple[Figure, ...]:
    """The figures meant; none where the turn asks for no number, or names what no figure is for."""
    kinds = kinds_asked(asked.plain, asked, money)
    figures = [f for f in clause.figures if any(kind(f) for kind in kinds)]
    named = told_apart(figures, asked.plain)
    if named:
        return named
    if not asked.question.asks & {"units", "original"}:
        given = [f for f in clause.figures if f.is_money] or [f for f in clause.figures if _is_any(f)]
        clearly = told_apart(given, asked.plain, CLEARLY)
        if clearly:
            return clearly
    last = tuple(f for f in figures if f.id in before and not asked.question.telling)
    return last or (_of_what_was_said(figures, asked) if kinds else ())


def _names_none(clause: Clause, question: Question) -> bool:
    """Whether it names something, and nothing of which the clause speaks."""
    pairs = {word[i : i + 2] for word in question.telling for i in range(len(word) - 1)}
    return bool(pairs) and not any(pair in fold(clause.text) for pair in pairs)


def kinds_asked(plain: str, asked: ClauseQuestion, money: MoneyWords) -> list[Kind]:
    """The kinds of number that the turn asks for."""
    wanted = [(name, kind) for name, kind in _KINDS if money.says(name, plain)]
    kinds = [kind for _, kind in wanted]
    if kinds or not asked.question.asks & {"amount", "count"}:
        return kinds
    if "amount" in asked.question.asks or money.says("words", asked.whole) or money.says("also", asked.whole):
        return [_is_money]
    return [_is_any]


def told_apart(figures: Sequence[Figure], said: str, least: int = 2) -> tuple[Figure, ...]:
    """The figures whose own words the text names most; none where it names what all have, or nothing.

    ``least``: characters in words of theirs, that not all have, that it must name.
    """
    grams = _grams(said)
    own = [_grams(_own_words(f)) for f in figures]
    held = Counter(gram for words in own for gram in words)
    scores = [sum(len(g) for g in grams & words if held[g] < len(figures) or len(figures) == 1) for words in own]
    most = max(scores, default=0)
    return tuple(f for f, score in zip(figures, scores, strict=True) if score == most and most >= least)


def _of_what_was_said(figures: Sequence[Figure], asked: ClauseQuestion) -> tuple[Figure, ...]:
    """Those of which was spoken before; all where they are few, none tells them apart, and nothing else is named."""
    before = told_apart(figures, asked.said)
    if before:
        return before
    return tuple(figures) if len(figures) <= MOST and not asked.question.telling else ()


def _own_words(figure: Figure) -> str:
    """Its case; of a quote that tells of others before it, what stands last."""
    last = _CLAUSE.split(figure.quote)[-1]
    return f"{figure.case or ''} {figure.subject or ''} {last}" if figure.case is None else figure.case


def _grams(text: str) -> frozenset[str]:
    """Words of letters and digits, pairs of characters, and single ones."""
    out: set[str] = set()
    for token in _TOKEN.findall(fold(text)):
        if token[0] < "一":
            out.add(token)
        else:
            out |= {*token, *(token[i : i + 2] for i in range(len(token) - 1))}
    return frozenset(out) - _SAY_NOTHING


_SAY_NOTHING = frozenset("那我你他她它呢吗的了是有多少几个一要能给得还又也就都在不这和按补奖助对为")
"""Characters of asking, not of a case."""


def _is_money(figure: Figure) -> bool:
    return figure.is_money


def _is_any(figure: Figure) -> bool:
    return figure.kind != "deadline"


def _is_share(figure: Figure) -> bool:
    return figure.unit in _PERCENT


def is_cap(figure: Figure) -> bool:
    """Whether it says how much at most."""
    return figure.cap is not None or (figure.bound == "at_most" and (figure.is_money or figure.unit in _PERCENT))


def caps(clause: Clause, plain: str, said: str, before: Sequence[str]) -> tuple[Figure, ...]:
    """The clause's caps that are meant: those put forward last, those that the turn names, or what was said before."""
    found = tuple(f for f in clause.figures if f.is_money and is_cap(f))
    last = tuple(f for f in found if f.id in before)
    return last or told_apart(found, plain, 1) or told_apart(found, said) or found


def _is_time(figure: Figure) -> bool:
    return figure.unit in {"年", "月", "日", "天", "个月", "工作日", "小时", "个工作日", "周岁"}


_KINDS: tuple[tuple[str, Kind], ...] = (("share", _is_share), ("cap", is_cap), ("time", _is_time))
