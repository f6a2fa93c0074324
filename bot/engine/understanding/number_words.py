"""Which kind of number a question asks for, where nobody taught how people ask for the numbers of a document.

The words stand in talk.yaml (asked_numbers). What a question asks for, a figure fits more or less: an amount fits 多少
better than a number of years does, and a percentage with a cap fits both 几成 and 封顶多少.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.engine.understanding.patterns import pattern
from knowledge.base.document import Figure
from knowledge.base.lexicon import Lexicon
from knowledge.base.number_kinds import FIRST_YEAR, PERCENT, TIMES, NumberKind, kinds_of
from knowledge.text.fold import fold
from knowledge.text.numbers import Number, numbers

if TYPE_CHECKING:
    from bot.engine.understanding.understanding import Question

KINDS: tuple[NumberKind, ...] = ("share", "time", "count", "money", "any")
"""In the order in which they are looked for: 几个点 is no count, and 多少 of 多少家 no sum."""
_LONG = frozenset({"年", "月", "个月"})
SPANS = ("long", "short", "date")
"""Years and months, days and hours, and points in time; groups of the expressions that ask for a time."""
_CAP = re.compile("最高|不超过|上限|累计|最多|不得超过|封顶|限额")
_RATE = re.compile("(?:率|比例|占比|比重)$")
_AIM = re.compile(
    "建设|建成|打造|培育|创建|引进|引育|新增|形成|制修订|制定|突破|遴选|选择|确定|推广|实现|力争|提升|提高|增加|"
    "(?:占比|占.{0,8}(?:比重|比例)|率|规模|总量|人数|产值)(?:达到?|超过|突破|到|保持在|不低于|不少于|至少)*$"
)
"""In the stretch of a sentence before a number: that it shall be reached."""
_CUT = re.compile(r"[,.;?!\n]+")
_ITEMS = re.compile(r"以及|[、和及与跟]")
_DATE = re.compile(r"(?:19|20)\d{2}年?(?:[-~至到](?:19|20)\d{2}年)?|\d{1,2}月(?:\d{1,2}日)?")
FIT: Mapping[NumberKind, Mapping[NumberKind, float]] = {
    "money": {"money": 1.0, "share": 0.6},
    "share": {"share": 1.0, "money": 0.2},
    "time": {"time": 1.0},
    "count": {"count": 1.0},
    "any": {"money": 1.0, "share": 0.9, "count": 0.6, "time": 0.4},
}
"""What is asked for -> what a figure is -> how well it fits."""
GIVEN = 0.5
"""What a number that is a condition (60%以上) fits where what is given is asked for, and the other way round."""
EACH, NOT_EACH = 1.3, 0.7
"""What a number of the clause fits that is stated for each of what is asked for, and one that isn't."""
CAPPED, NOT_CAPPED = 1.2, 0.8
"""The same of a cap where a cap is asked for."""
CLAIMS = frozenset({"assertion", "confirm", "correction"})
"""Cues that a number is asked back."""
ASKS_OTHERWISE = frozenset({"units", "original", "contact", "by_unit"})
"""Cues that ask for no number."""
OTHER_UNIT = 0.4
"""What a count of something else fits: 几家 and 不少于50人."""


@dataclass(frozen=True)
class NumberAsked:
    """The kinds of number that are asked for."""

    kinds: tuple[NumberKind, ...]
    units: tuple[frozenset[str], ...] = ()
    """For counts, the counting words that fit; none where what is counted isn't said."""
    spans: frozenset[str] = frozenset()
    """For times, those of SPANS that are asked for; none where a time is asked for and no more is said."""

    each: tuple[frozenset[str], ...] = ()
    """Of what one each is asked for."""
    most: bool = False
    """Whether a cap is asked for."""
    needed: bool = False
    """Whether a condition is asked for."""
    often: bool = False
    """Whether it is asked how often: 每年举办一届 is no time that something takes."""
    given: bool = False
    """Whether it is asked how much is given, so that no condition answers it."""

    @property
    def unstated(self) -> str:
        """Which is missing where no figure fits, as replies name it: money or number."""
        return "money" if "money" in self.kinds else "" if self.kinds == ("any",) else "number"

    def fit(self, figure: Figure) -> float:
        """How well a figure is what is asked for; 0 where it is of another kind."""
        kinds = kinds_of(figure)
        if not self.often and "count" in kinds:
            kinds = tuple(kind for kind in kinds if kind != "time")
        worth = [FIT[asked].get(kind, 0.0) * self._worth(figure, kind) for asked in self.kinds for kind in kinds]
        return max(worth, default=0.0) * self._side(figure)

    def of_span(self, figure: Figure) -> bool:
        """Whether a figure is of the span that is asked for, where it is a time."""
        return not self.spans or "time" not in kinds_of(figure) or _span(figure) in self.spans

    def may_stand_in(self, text: str) -> bool:
        """Whether a text has a number, not surely of a measure, that may be what is asked for."""
        plain = _DATE.sub(" ", fold(text))
        return any(self._may_be(number) for number in numbers(plain, own=True) if number.value != 1)

    def _may_be(self, number: Number) -> bool:
        kind = _kind_of_unit(number.unit)
        if kind not in self.kinds:
            return False
        if kind == "time":
            return not self.spans or ("long" if number.unit in _LONG else "short") in self.spans
        return kind != "count" or any(number.unit in units for units in self.units)

    def _worth(self, figure: Figure, kind: NumberKind) -> float:
        if kind == "time" and self.spans:
            return 1.0 if _span(figure) in self.spans else OTHER_UNIT
        if kind == "count" and self.units:
            return 1.0 if any(figure.unit in units for units in self.units) else OTHER_UNIT
        return 1.0

    def _side(self, figure: Figure) -> float:
        """Whether it is a condition, a cap, or for each, as it is asked for."""
        before = figure.quote.partition(figure.text)[0]
        if self.given and not self.needed and not is_aim(figure) and is_condition(figure):
            return 0.0
        out = 1.0 if is_aim(figure) or is_condition(figure) == self.needed else GIVEN
        if self.most:
            out *= CAPPED if _CAP.search(before[-8:] + figure.text) or figure.cap is not None else NOT_CAPPED
        if self.each:
            stated = any(
                f"每{unit}" in before[-12:] or f"/{unit}" in figure.text for units in self.each for unit in units
            )
            out *= EACH if stated else NOT_EACH
        return out


def _span(figure: Figure) -> str:
    return "date" if figure.kind == "deadline" else _span_of(figure.unit, figure.value)


def _span_of(unit: str, value: float) -> str:
    """Of SPANS."""
    dated = unit == "年" and value >= FIRST_YEAR
    return "date" if dated else "long" if unit in _LONG else "short"


def is_aim(figure: Figure) -> bool:
    """Whether it is what shall be reached, neither given nor asked of anybody: 建设10个以上园区, 占比超过50%.

    引进首店10家以上的 is a condition.
    """
    before, _, after = figure.quote.partition(figure.text)
    return not figure.is_money and not after.startswith("的") and _AIM.search(_CUT.split(fold(before))[-1]) is not None


def is_condition(figure: Figure) -> bool:
    """Whether the number must be met, rather than is given: 50亩以上的, 不少于25家, 裁员率不高于5.5%的."""
    before, _, after = figure.quote.partition(figure.text)
    if figure.unit in PERCENT and after.startswith("的") and _RATE.search(before):
        return True
    return figure.kind != "ratio" and not figure.is_money and (figure.bound == "at_least" or figure.unit.endswith("元"))


class NumberWords:
    """Ready to look up."""

    def __init__(self, lexicon: Lexicon) -> None:
        talk = lexicon.talk
        self._kinds = {kind: pattern(getattr(talk.asked_numbers, kind)) for kind in KINDS}
        self._alike = [frozenset((name, *others)) for name, others in talk.units_of_numbers.items()]
        words = talk.asked_numbers
        self._each, self._most, self._needed = pattern(words.each), pattern(words.most), pattern(words.needed)
        self._claimed, self._otherwise = pattern(words.claimed), pattern(words.otherwise)
        self._others, self._often, self._given = map(pattern, (words.others, words.often, words.given))
        self._starting, self._listed = pattern(words.starting), pattern(words.listed)

    def asked_for(self, question: Question, said: str = "") -> NumberAsked | None:
        """What the question asks for, or what was said before it where it asks for nothing; None: no number."""
        plain = question.reading.plain
        asked = self.of(plain)
        if asked is None and self._weighs(question):
            claimed = question.numbers or numbers(plain, own=True)  # 我房贷能一直扣360个月是吧
            asked = _of_all([self.like(number) for number in claimed]) if claimed else None
        if asked is None and ({"amount", "count"} & question.asks or self._most.search(plain)):
            asked = NumberAsked(("any",))
        if asked is None and said and not self._asks_otherwise(question):
            return self._sides(before, said) if (before := self.of(said)) is not None else None
        return self._sides(asked, plain) if asked is not None else None

    def _weighs(self, question: Question) -> bool:
        """Whether numbers that the question states are asked about: that they are right, or that they will do."""
        if CLAIMS & question.asks:
            return True
        plain = question.reading.plain
        return self._claimed.search(plain) is not None or self._needed.search(plain) is not None

    def _asks_otherwise(self, question: Question) -> bool:
        """谁牵头, 原文发我: no narrower case of the number that was asked for before."""
        return bool(ASKS_OTHERWISE & question.asks) or self._otherwise.search(question.reading.plain) is not None

    def of(self, plain: str) -> NumberAsked | None:
        """The kinds that a text asks for; ``any`` only where it says no more."""
        kinds: list[NumberKind] = []
        units: list[frozenset[str]] = []
        spans: frozenset[str] = frozenset()
        for kind in KINDS:
            found = list(self._kinds[kind].finditer(plain))
            if not found or (kind == "any" and kinds):
                continue
            kinds.append(kind)
            if kind == "time":
                spans = frozenset(name for m in found for name in SPANS if m[name])
            if kind == "count":
                units = [self._like(m["unit"]) for m in found if m["unit"]]
            for match in found:  # 几个点 is not looked for again in 几个
                plain = plain[: match.start()] + "\n" * len(match.group()) + plain[match.end() :]
        return NumberAsked(tuple(kinds), tuple(units), spans) if kinds else None

    def of_others(self, plain: str) -> bool:
        """Whether it asks for those of which nothing was said yet: 其他部门呢."""
        return self._others.search(plain) is not None

    def without(self, plain: str) -> str:
        """A text without what asks for a number."""
        for kind in KINDS:
            plain = self._kinds[kind].sub(" ", plain)
        return plain

    def asked_in(self, part: str) -> tuple[NumberAsked, ...]:
        """What a part of a question asks for by its own words; from how much on, and at most how much, are two."""
        asked = self.of(part)
        if asked is None:
            return ()
        sides = self._sides(asked, part)
        if self._starting.search(part) and sides.most:
            return replace(sides, needed=True, most=False), replace(sides, needed=False)
        return (sides,)

    @staticmethod
    def like(number: Number) -> NumberAsked:
        """What a number of a question would answer: who holds out a count has its unit."""
        kind = _kind_of_unit(number.unit)
        spans = frozenset({_span_of(number.unit, number.value)}) if kind == "time" else frozenset()
        return NumberAsked((kind,), (frozenset({number.unit}),) if kind == "count" and number.unit else (), spans)

    def _sides(self, asked: NumberAsked, plain: str) -> NumberAsked:
        each = [self._like(m["unit"]) if m["unit"] else frozenset({"人"}) for m in self._each.finditer(plain)]
        return replace(
            asked,
            each=tuple(each),
            most=bool(self._most.search(plain)),
            needed=bool(self._needed.search(plain)),
            often=bool(self._often.search(plain)),
            given=bool(self._given.search(plain)),
        )

    def parts(self, plain: str) -> list[str]:
        """The parts of a question that ask for a number each: 评上国家级给多少？省级的呢; all of it where one does."""
        cut = [part for part in _CUT.split(plain) if part.strip()]
        cut = cut if len(cut) > 1 else plain.split()
        asking = [part for part in cut if self.of(part) is not None]
        if not any((asked := self.of(part)) is not None and asked.kinds != ("any",) for part in asking):
            asking = []
        if (listed := self._listed.search(plain)) and len(asking) < 2:
            items = [item for item in _ITEMS.split(_CUT.split(plain[: listed.start()])[-1]) if item.strip()]
            asking = items if len(items) > 1 else asking
        return asking if len(asking) > 1 else [plain]

    def _like(self, unit: str) -> frozenset[str]:
        return frozenset({unit}).union(*(alike for alike in self._alike if unit in alike))


def _of_all(asked: Sequence[NumberAsked]) -> NumberAsked:
    """What any of several ask for; the spans of times are left open."""
    kinds = dict.fromkeys(kind for one in asked for kind in one.kinds)
    return NumberAsked(tuple(kinds), tuple(units for one in asked for units in one.units))


def _kind_of_unit(unit: str) -> NumberKind:
    if unit == "元":
        return "money"
    return "share" if unit in PERCENT or unit == "比例" else "time" if unit in TIMES else "count"
