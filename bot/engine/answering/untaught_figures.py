"""Which figures of a clause that nobody taught a question asks for: by their kind, and by the words they stand among.

A figure is worth what the question shares with the words that state it and with its case, where these tell it from the
clause's other figures; a word that all of them stand with tells nothing. The best is put forward, with those that the
question tells no less of: so a case that is named gets its figure, and one that isn't gets all of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from bot.engine.answering.contrasts import Contrasts, before
from bot.engine.answering.figure_choice import HELD_TRUE, ClauseQuestion, Selection, claims, comparable
from bot.engine.answering.other_words import OtherWords
from bot.engine.understanding.money_words import MoneyWords
from bot.engine.understanding.number_words import NumberAsked, NumberWords, is_condition
from bot.engine.understanding.understanding import ALL_CASES, Question
from bot.engine.values.thresholds import AS_GOOD
from knowledge.base.document import Clause, Figure
from knowledge.base.points import walk
from knowledge.compiled import Ready
from knowledge.retrieval.holding import OTHERWISE
from knowledge.text.fold import fold
from knowledge.text.numbers import Number, numbers

OPENING = 40
"""Characters of an item that say what it is on."""
REMEMBERED = 2_000
"""Texts around figures that are remembered, cut."""
MOST = 6
"""Figures that are put forward together at most; more are no answer but the clause once more."""
OWN, CASE, AROUND = 1.0, 1.5, 0.4
"""What a word counts in the words that state the figure, in its case, and in the point around it."""
OF_THE_KIND = 0.7
"""Fit from which figures are put forward though the question has no word of them: surely of the kind asked for."""
LEAST = 0.1
"""What a figure is worth of which the question has no word."""
MET, MISSED = 2.0, -1.0
"""What it counts that a number of the question meets the condition on the figure (50亩以上), and that it doesn't."""
LOOSELY = 0.1
"""Of MET where the number is far over the condition: 80岁 meets 60周岁以上, but 80周岁以上 is meant."""
SUM = 10_000
"""From which a bare number of a question may be a sum."""
EVERYWHERE = 0.05
"""What a word counts that stands with all of the figures."""
_AT_LEAST = re.compile(r"\(含\)以上|及?以上|至|到|-|~|的?以上")
_AT_MOST = re.compile(r"\(含\)以下|及?以[下内]|之间")
_LESS = re.compile(r"(?:不足|未满|不满|低于|少于|小于)(?:人民币)?$")
_RUN = re.compile(r"[a-z]+|[\d.]+|[一-鿿]+")
_DIGITS = re.compile(r"\d")
_GRADE = re.compile(r"[\w]级|首次|重新|复核")


class UntaughtFigures:
    """Chooses among the figures of clauses without phrasings. Pure but for what it remembers."""

    def __init__(
        self, ready: Ready, words: NumberWords, generic: frozenset[str], contrasts: Contrasts, others: OtherWords
    ) -> None:
        """``generic``: words that name no subject, such as 补贴."""
        self.words = words
        self._contrasts = contrasts
        self._others = others

        @lru_cache(REMEMBERED)
        def features_of(text: str) -> frozenset[str]:
            """Words, concepts, and pairs of characters, without digits and generic words."""
            features = frozenset(ready.reader.document(text))
            return frozenset(f for f in features if len(f) > 3 and f[2:] not in generic and not _DIGITS.search(f))

        self._features = features_of

    def select(self, clause: Clause, asked: ClauseQuestion) -> Selection:
        """The figures to put forward; that there is none of the kind asked for, and what there is instead."""
        if ALL_CASES in asked.question.asks:
            return Selection(tuple(f for f in clause.figures if f.is_money)[:MOST])
        wanted = self.words.asked_for(asked.question, asked.said)
        if wanted is None:
            return Selection()
        if not any(wanted.fit(f) for f in clause.figures):
            return self._none(clause, wanted)
        led = self._of_parts(clause, wanted, asked)
        if not led and wanted.unstated:
            return self._none(clause, wanted)
        if not any(map(wanted.of_span, led)) and wanted.may_stand_in(clause.text):
            return Selection()
        if len(led) > MOST:
            return Selection()
        led += self._claimed(clause, asked, led)
        led.sort(key=clause.figures.index)
        wrong, right = claims(asked, led)
        of_conditions = not wanted.needed and all(map(is_condition, led))  # 500万 is what one earns, not what is given
        return Selection(tuple(led), contradicted=wrong, confirmed=right and not of_conditions)

    def _of_parts(self, clause: Clause, wanted: NumberAsked, asked: ClauseQuestion) -> list[Figure]:
        """The best for each part of the question; one for each where they are said in the same words.

        规划里原来有多少个项目,后来又加了多少个: the best for both parts is the one, so the next is meant as well.
        """
        led: list[Figure] = []
        parts = self.words.parts(asked.plain)
        for part in parts:
            for of_part in self.words.asked_in(part) or (wanted,):
                best = self._best(clause, of_part, part, asked)
                if len(parts) > 1 and len(best) == 1 and best[0] in led:
                    next_best = self._best(clause, of_part, part, asked, led)
                    best = [f for f in next_best if len(next_best) == 1 and of_part.fit(f) >= of_part.fit(best[0])]
                led += [f for f in best if f not in led]
        return led

    def beside(self, clause: Clause, sentence: str, question: Question) -> Selection:
        """Of a sentence that is quoted the figures that count what the question states a number of: 说要搞1000个."""
        held = [f for f in clause.figures if f.quote in sentence]
        led = [f for f in held if any(comparable(n, f) for n in question.claimed)]
        return Selection(tuple(led)) if 0 < len(led) <= MOST else Selection()

    def _claimed(self, clause: Clause, asked: ClauseQuestion, led: Sequence[Figure]) -> list[Figure]:
        """The figures that numbers are held out for beside those that are put forward: 是四年期, 到2028年底, 对吧."""
        further: list[Figure] = []
        if not HELD_TRUE & asked.question.asks:
            return further
        for number in asked.question.claimed:
            if not any(comparable(number, f) for f in (*led, *further)):
                best = self._best(clause, self.words.like(number), asked.plain, asked)
                further += [f for f in best if comparable(number, f) and f not in further]
        return further[: max(0, MOST - len(led))]

    def _none(self, clause: Clause, wanted: NumberAsked) -> Selection:
        """That none is stated; nothing is said of that where the text has such a number in words that no figure is."""
        if wanted.may_stand_in(clause.text):
            return Selection()
        return Selection(unstated=wanted.unstated, stated=self._stated(clause, wanted))

    @staticmethod
    def _stated(clause: Clause, wanted: NumberAsked) -> tuple[Figure, ...]:
        return tuple(f for f in clause.figures if f.is_money)[:MOST] if wanted.unstated == "number" else ()

    def _best(
        self, clause: Clause, wanted: NumberAsked, part: str, asked: ClauseQuestion, without: Sequence[Figure] = ()
    ) -> list[Figure]:
        """The best for a part of the question, and those that are no worse, in the order of the text."""
        fit = {f.id: wanted.fit(f) for f in clause.figures}
        said = asked.question.reading.plain  # 不是国家级的 is a contrast, too
        figures = self._contrasts.narrowed(clause, [f for f in clause.figures if fit[f.id] and f not in without], said)
        if self.words.of_others(asked.plain):
            figures = [f for f in figures if f.id not in asked.told] or figures
        if not figures:
            return []
        told = [f.quote for f in clause.figures if f.id in asked.told]
        alike = {f.id: 1.0 + _likeness(f.quote, told) for f in figures}
        for text in dict.fromkeys((part, asked.plain, asked.whole)):
            scores = self._scores(clause, figures, text, _own_numbers(text, asked.question))
            if any(scores.values()):
                worth = {f.id: (LEAST + scores[f.id]) * fit[f.id] * alike[f.id] for f in figures}
                return _of_case([f for f in figures if worth[f.id] >= AS_GOOD * max(worth.values())], text)
        return [f for f in figures if fit[f.id] >= OF_THE_KIND]

    def _scores(self, clause: Clause, figures: Sequence[Figure], text: str, own: Sequence[Number]) -> dict[str, float]:
        """What the text shares with each figure's own words, by its id; ``own``: numbers of the asker's."""
        asked = dict.fromkeys(self._others.features(fold(text)), OTHERWISE) | dict.fromkeys(self._features(text), 1.0)
        held = {f.id: self._held(clause, f) for f in figures}
        among: dict[str, float] = {}
        for of in held.values():
            for feature, weight in of.items():
                among[feature] = among.get(feature, 0.0) + min(weight, OWN)
        telling = {feature: max(EVERYWHERE, math.log((len(figures) + 0.5) / n)) for feature, n in among.items()}
        shared = {
            f.id: math.fsum(
                asked[feature] * held[f.id][feature] * telling[feature] * _size(feature)
                for feature in asked.keys() & held[f.id].keys()
            )
            for f in figures
        }
        met = _of_nearest_tier(figures, {f.id: _met(clause, f, own) for f in figures}) if own else {}
        if any(worth > 0 for worth in met.values()):
            shared = {of: 0.0 if met[of] == MISSED else worth for of, worth in shared.items()}
        return {of: max(0.0, worth + met.get(of, 0.0)) for of, worth in shared.items()}

    def _held(self, clause: Clause, figure: Figure) -> dict[str, float]:
        """Features that the figure stands with, and what each counts."""
        held: dict[str, float] = {}
        layers = (
            (AROUND, _around(clause, figure)),
            (OWN, figure.quote),
            (OWN, figure.subject or ""),
            (CASE, figure.case or ""),
        )
        for weight, text in layers:
            held.update((f, weight) for f in self._features(text) if weight > held.get(f, 0.0))
        return held


def _likeness(quote: str, told: Sequence[str]) -> float:
    """How like a sentence is to those of the sums told last: what goes on from a sum rather asks for its like."""
    return max((fuzz.ratio(quote, one) / 100.0 for one in told if one != quote), default=0.0)


def but_unknown_case(clause: Clause, asked: ClauseQuestion, usual: Selection, money: MoneyWords) -> Selection:
    """The usual selection; of a case in other words than the clause's (推倒新起的) all sums, each with its own case.

    None of a grade that it doesn't have: 省级的呢 where it speaks of 甲级 and 乙级.
    """
    own = [n for n in numbers(fold(asked.plain), own=True) if n.value != 1]
    if asked.told and usual.led and not {f.id for f in usual.led} & set(asked.told):  # 其他级别的呢
        return usual
    if own or money.says("number", asked.plain) or not _names_none(clause, asked.question):
        return usual
    if not any(f.is_money for f in usual.led) and usual.unstated != "money":
        return usual
    stated = tuple({f.quote: f for f in clause.figures if f.is_money}.values())
    if _GRADE.search(asked.plain) or "amount" not in asked.question.asks:  # 有没有装修补贴: of something else
        return Selection(unstated="money", stated=stated)
    return Selection(stated[:MOST]) if stated else usual


def _names_none(clause: Clause, question: Question) -> bool:
    """Whether it names something, and nothing of which the clause speaks."""
    pairs = {word[i : i + 2] for word in question.telling for i in range(len(word) - 1)}
    return bool(pairs) and not any(pair in fold(clause.text) for pair in pairs)


def _of_case(figures: list[Figure], text: str) -> list[Figure]:
    """Those whose case the text names by what the others' cases don't have; all where it names none: 硕士多少."""
    parts = {f.id: _parts(f.case) for f in figures if f.case}
    plain = fold(text)
    named = []
    for figure in figures:
        others = set[str]().union(*(of for other, of in parts.items() if other != figure.id))
        if any(part in plain for part in parts.get(figure.id, set()) - others):
            named.append(figure)
    return named if len(parts) > 1 and named else figures


def _parts(case: str) -> set[str]:
    """Numbers, Latin words, and pairs of characters."""
    runs = _RUN.findall(fold(case))
    return {
        part for run in runs for part in ([run] if run.isascii() else [run[i : i + 2] for i in range(len(run) - 1)])
    }


def _around(clause: Clause, figure: Figure) -> str:
    """The sentence that states it, and the openings of the items that hold that."""
    at = clause.text.find(figure.quote)
    if at < 0:
        return figure.quote
    holding = [p for p in walk(clause.points) if p.start <= at < p.end]
    return "\n".join(p.of(clause.text)[: None if p is holding[-1] else OPENING] for p in holding)


def _size(feature: str) -> float:
    """What a feature is worth for its length: pairs are half of what they stand for."""
    return 0.5 if feature[0] == "c" else min(len(feature) - 2, 4) / 2


def _met(clause: Clause, figure: Figure, own: Sequence[Number]) -> float:
    """Whether numbers of a question meet each condition in the words before a figure; how closely, if so."""
    words = fold(figure.case or before(clause, figure))
    worth = 0.0
    for condition in numbers(words, own=True):
        at = words.rfind(condition.text) + len(condition.text)
        least = _AT_LEAST.match(words, at)
        most = _AT_MOST.match(words, at) or _LESS.search(words[: at - len(condition.text)])
        alike = [number.value for number in own if _alike(number, condition)]
        if not alike or not (least or most):
            continue
        closely = [condition.value / value if least else value / condition.value for value in alike]
        meeting = [share for share in closely if share <= 1.0]  # of 营收两个亿,借了80万 one is what is limited
        if not meeting:
            return MISSED
        worth = max(worth, MET * (LOOSELY + (1.0 - LOOSELY) * max(meeting) ** 4))
    return worth


def _of_nearest_tier(figures: Sequence[Figure], met: Mapping[str, float]) -> dict[str, float]:
    """Of tiers that a number meets (100万以下, 500万以下) the one that it meets most closely; the others are missed."""
    nearest = {unit: max(met[f.id] for f in figures if f.unit == unit) for unit in {f.unit for f in figures}}
    return {f.id: MISSED if 0.0 < met[f.id] < nearest[f.unit] else met[f.id] for f in figures}


def _own_numbers(text: str, question: Question) -> list[Number]:
    """The asker's own numbers; in a claim (用500万的服务券,对吧) those that are surely theirs, where there are any."""
    folded = fold(text)
    every = [n for n in numbers(folded, own=True) if n.value != 1]  # 一张床位补多少: each, not how many
    if not HELD_TRUE & question.asks:
        return every
    claimed = numbers(folded)
    return [n for n in every if n not in claimed] or every


def _alike(number: Number, condition: Number) -> bool:
    """Whether both count the same; people leave out 元 behind 八千万."""
    return number.unit == condition.unit or (not number.unit and condition.unit == "元" and number.value >= SUM)
