"""Which of a clause's numbers a question asks for, and whether a number in the question contradicts them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.engine.understanding.money_words import MoneyWords
from bot.engine.understanding.understanding import Question
from knowledge.base.document import Clause, Figure
from knowledge.base.number_kinds import FIRST_YEAR
from knowledge.base.phrasings import FigureAsked
from knowledge.text.fold import fold
from knowledge.text.numbers import Number

_SEGMENT = re.compile(r"[,.;?!\n]+")
HELD_TRUE = frozenset({"assertion", "confirm"})
"""Cues that a number is held out as true."""
_MONTHS = frozenset({"个月"})
"""月 is one of the year."""
_PERIODS = frozenset({"年", "个月", "月", "季度", "天", "日", "次"})
"""What a number is asked for each of: of one of these nobody claims anything."""
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
    several: bool = False
    """Whether what is told fits several cases, so that each has its figure."""
    confirmed: bool = False
    """Whether the question states numbers and all of them are the document's."""


@dataclass(frozen=True)
class ClauseQuestion:
    """A question on a clause, with what was said before."""

    question: Question
    said: str = ""
    """Earlier plain questions on the same clause, which hold what a follow-up leaves out."""
    given: bool = False
    """Whether the clause was pointed at (a place, a pick, a follow-up), so that its subject need not be named."""
    meant: str = ""
    """What is asked without the cases that are said not to be meant; empty: all of it."""
    told: tuple[str, ...] = ()
    """Ids of the clause's figures that were put forward last, for what goes on from them."""

    @property
    def plain(self) -> str:
        """What is asked now."""
        return self.meant or self.question.reading.plain

    @property
    def whole(self) -> str:
        """What was said before, and what is asked now."""
        return f"{self.said}\n{self.plain}"


@dataclass(frozen=True)
class FigureChoice:
    """Chooses among a clause's figures: the kind that is asked for, candidates, their case, what is claimed."""

    clause: Clause
    cues: Mapping[str, FigureAsked]
    """How people ask for figures, by ``clause/figure``."""
    asked: ClauseQuestion
    words: MoneyWords

    def select(self) -> Selection:
        """The numbers to put forward."""
        led = [] if self._against_told else self._led()
        contradicted, right, both = self._claims(led)
        confirmed = bool(right) and not contradicted
        led = led or [figure for _, figure in contradicted] or right or both
        whether = self._wants or self.words.says("whether", self.asked.plain)
        if led or not whether:
            several = self._several(led)
            return Selection(tuple(led), contradicted=contradicted, several=several, confirmed=confirmed)
        stated = tuple(f for f in self.clause.figures if f.is_money == self._money)
        return Selection(unstated="money" if self._money else "number", stated=stated)

    # -- the kind that is asked for ----------------------------------------------------------------------------------

    @cached_property
    def _wants(self) -> bool:
        return self.words.asks_number(self.asked.question)

    @cached_property
    def _money(self) -> bool:
        return self.words.asks_money(self.asked.question)

    @property
    def _states(self) -> bool:
        return bool(self.asked.question.numbers)

    def _cue(self, figure: Figure) -> FigureAsked:
        return self.cues[f"{self.clause.id}/{figure.id}"]

    # -- candidates --------------------------------------------------------------------------------------------------

    @cached_property
    def _known(self) -> list[Figure]:
        """Those of which it is known how people ask for them, and about nothing else in the clause."""
        known = [f for f in self.clause.figures if f"{self.clause.id}/{f.id}" in self.cues]
        return [f for f in known if not self._of_others(self._cue(f))]

    @cached_property
    def _about(self) -> list[Figure]:
        """Those whose subject is named; else, in a question that names none, of the case: 搬过来给多少."""
        about = [f for f in self._known if self.asked.given or _subject(self._cue(f), self.asked.whole)]
        return about or self._cases(self._known, self.asked.plain)

    def _of_others(self, cue: FigureAsked) -> bool:
        """Whether something else is asked about: named now, or before with no word of the figure since."""
        before = _any(cue.others, self.asked.said) and not _subject(cue, self.asked.whole)
        return _any(cue.others, self.asked.plain) or before

    # -- their case --------------------------------------------------------------------------------------------------

    def _led(self) -> list[Figure]:
        """Those of the case that is named, now or before; of a question that names none, all; the largest if asked."""
        led = self._of_case() or (self._cases(self._about, self.asked.whole) if self._wants and self.asked.said else [])
        if not led and (self._wants or (self._money and not self._states)):
            cased = [f for f in self._about if self._cue(f).case]
            led = self._extreme([f for f in cased if f.is_money or not self._money])
        if led and any(
            _any(self._cue(f).against, self.asked.plain) for f in led
        ):  # which case it is, is for the reader
            led = [f for f in self._about if f.kind == led[0].kind and self._cue(f).case]
        if led and not self._states and self.words.names(self.asked.plain):  # 补助标准: no number of clusters
            led = [f for f in led if f.is_money]
        return led

    def _of_case(self) -> list[Figure]:
        """Those whose case is named, and those that have none."""
        hit = self._cases(self._known, self.asked.plain)
        asks = self._wants or self._states
        return [f for f in self._about if f in hit or (asks and self._caseless(self._cue(f)))]

    def _caseless(self, cue: FigureAsked) -> bool:
        return not cue.case and _fits(cue, self.asked.plain)

    def _cases(self, figures: Sequence[Figure], plain: str) -> list[Figure]:
        """The figures whose case is named.

        A word for one case speaks against its siblings (unless), except where the question asks for several at once.
        """
        named = [f for f in figures if self._cue(f).case and _any(self._cue(f).case, plain)]
        several = self.words.says("several", plain)
        if len(named) > 1 and (several or self.words.numbers_asked(plain) > 1):
            segments = [s for s in _SEGMENT.split(plain) if s]
            return [f for f in named if several or any(_in_segment(self._cue(f), s) for s in segments)]
        fitting = [f for f in named if _fits(self._cue(f), plain)]
        told = [f for f in named if f in fitting or (fitting and _any(self._cue(f).also, plain))]
        return told if len(told) > 1 else fitting

    def _several(self, led: Sequence[Figure]) -> bool:
        """Whether one of them is there beside another case that is meant: 搬来的,又是首次认定."""
        plain = self.asked.plain
        beside = [f for f in led if _any(self._cue(f).also, plain) and not _fits(self._cue(f), plain)]
        return len(led) > 1 and bool(beside) and not self.words.says("several", plain)

    def _extreme(self, figures: list[Figure]) -> list[Figure]:
        """The largest or smallest amount when that is asked for: 最高一档."""
        amounts = [(f.value if f.kind == "amount" else f.cap, f) for f in figures if f.is_money]
        known = [(value, f) for value, f in amounts if value is not None]
        plain = self.asked.plain
        if len(known) < 2 or self.words.says("times", plain):
            return figures
        if self.words.says("most", plain):
            return [max(known, key=lambda pair: pair[0])[1]]
        return [min(known, key=lambda pair: pair[0])[1]] if self.words.says("least", plain) else figures

    # -- what is claimed ---------------------------------------------------------------------------------------------

    def _claims(self, led: Sequence[Figure]) -> tuple[tuple[tuple[Number, Figure], ...], list[Figure], list[Figure]]:
        """(numbers that contradict the figure they stand beside, figures that are stated as they are, both cases).

        The last: what was told, and what it was taken for; which case it is, is for the reader.
        """
        wrong: list[tuple[Number, Figure]] = []
        right: list[Figure] = []
        both: list[Figure] = []
        if self.words.says("which_of_two", self.asked.plain):
            return (), right, both
        for number in self.asked.question.claimed:
            rivals = self._rivals(number, led)
            same = [f for f in rivals if number.value == f.value]
            others = self._of_another_case(number, rivals)
            if same:
                right += same
            elif rivals and others:
                both += [*rivals, *others]
            elif rivals and not any(_within(number.value, f) for f in rivals):
                wrong.append((number, _nearest(number, rivals)))
        return tuple(wrong), right, [f for f in self.clause.figures if f in both]

    @property
    def _against_told(self) -> bool:
        """Whether a number is held against those that were told, and nothing else is said: 不是5个吗."""
        question = self.asked.question
        return bool(self.asked.told and HELD_TRUE & question.asks and question.claimed and not question.telling)

    def _of_another_case(self, number: Number, rivals: Sequence[Figure]) -> list[Figure]:
        """The figures that have a number which is held against those that were told: 不是20万吗, after 50万."""
        if not all(f.id in self.asked.told for f in rivals):
            return []
        return [f for f in self._about if _class(f.unit) == _class(number.unit) and f.value == number.value]

    def _rivals(self, number: Number, led: Sequence[Figure]) -> Sequence[Figure]:
        """The figures that a number in the question may be meant for; none where nobody says that it is given."""
        plain = self.asked.plain
        segment = next((s for s in _SEGMENT.split(plain) if number.text in s), plain)
        if number.value == 1 and number.unit in _PERIODS and self.words.says("number", segment):
            return ()  # 一年要发多少
        asks = self.asked.question.asks
        claimed = (
            self.words.says("given", segment) or "assertion" in asks or ("confirm" in asks and bool(self.asked.told))
        )
        if number.unit == "元" and not claimed:
            return ()
        rivals = [f for f in self._about if _class(f.unit) == _class(number.unit)]
        named = [f for f in rivals if self._cue(f).case and _any(self._cue(f).case, segment)]
        fitting = [f for f in named if _fits(self._cue(f), segment)]
        told = [f for f in rivals if f.id in self.asked.told]  # 不是20万吗, of the sum that was told
        return fitting or named or [f for f in rivals if f in led] or told or rivals


def _nearest(number: Number, figures: Sequence[Figure]) -> Figure:
    return min(figures, key=lambda f: abs(f.value - number.value))


def _in_segment(cue: FigureAsked, segment: str) -> bool:
    return _any(cue.case, segment) and _fits(cue, segment)


def _fits(cue: FigureAsked, text: str) -> bool:
    return not _any(cue.unless, text)


def _subject(cue: FigureAsked, text: str) -> bool:
    for word in _folded(cue.mask):
        text = text.replace(word, " ")
    return _any(cue.subject, text)


@lru_cache(maxsize=4096)  # the same few hundred cues each time
def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(fold, words))


def _any(words: tuple[str, ...], text: str) -> bool:
    return any(word in text for word in _folded(words))


def _within(value: float, figure: Figure) -> bool:
    """Whether a bound allows the value: two where the document says at most three."""
    if figure.bound == "at_most":
        return value <= figure.value
    return figure.bound == "at_least" and value >= figure.value


def _class(unit: str) -> str:
    """个工作日 and 工作日 count the same, and so do all words for things."""
    if unit in _COUNTED:
        return "count"
    return unit if unit in _MONTHS else unit.removeprefix("个")


def comparable(number: Number, figure: Figure) -> bool:
    """Whether both count the same: 一年 is no year of a date."""
    dated = figure.kind == "deadline" or figure.value >= FIRST_YEAR
    return _class(figure.unit) == _class(number.unit) and (number.unit != "年" or dated == (number.value >= FIRST_YEAR))


def claims(asked: ClauseQuestion, led: Sequence[Figure]) -> tuple[tuple[tuple[Number, Figure], ...], bool]:
    """(numbers of the question that contradict the figures it is about, whether it states some and all are right).

    Only what is held out as true is a claim: a number beside a question is the asker's own. What one of several bounds
    allows, and another doesn't, is neither right nor wrong.
    """
    if not HELD_TRUE & asked.question.asks:
        return (), False
    claimed = asked.question.claimed
    rivals = [(n, [f for f in led if comparable(n, f)]) for n in claimed]
    rivals = [(n, figures) for n, figures in rivals if figures]
    wrong = [(n, _nearest(n, fs)) for n, fs in rivals if not any(n.value == f.value or _within(n.value, f) for f in fs)]
    wrong += [(n, f) for f in led for n in claimed if _of_another_day(n, f)]
    right = all(any(n.value == f.value for f in fs) or all(_within(n.value, f) for f in fs) for n, fs in rivals)
    return tuple(wrong), bool(rivals) and right and not wrong


def _of_another_day(number: Number, figure: Figure) -> bool:
    """Whether it is a month or a day, and a date has another one: 12月底 where it says 2019年2月底前."""
    if figure.kind != "deadline" or number.unit not in ("月", "日") or comparable(number, figure):
        return False
    dated = re.findall(rf"(\d+)\s*{number.unit}", fold(figure.text))
    return bool(dated) and not any(float(one) == number.value for one in dated)
