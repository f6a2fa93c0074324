"""What is asked for: a place, a unit's measures, the units, an amount, the original words."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from bot.engine.understanding.money_words import MoneyWords
from bot.engine.understanding.number_words import NumberWords
from bot.engine.understanding.other_places import OtherPlaces
from bot.engine.understanding.patterns import pattern
from bot.engine.values.thresholds import LEAD_IN
from knowledge.base.lexicon import Lexicon, Unit
from knowledge.compiled import Ready
from knowledge.learned.dialogue_acts import QUESTION
from knowledge.reading.reader import Reading
from knowledge.text.fold import fold
from knowledge.text.numbers import Number, is_article, numbers
from knowledge.text.phrases import Phrases
from knowledge.text.words import inside_words

_TAG = re.compile(r"<[^<>]{1,200}>")
REMEMBERED = 1_000
"""Questions whose understanding is remembered: what they mean by themselves does not depend on who asks."""
REMEMBERED_CHARS = 200
"""Characters of a question that is worth remembering."""
_WORDS = re.compile(r"\w")
_LED_IN = re.compile(r"(?P<lead>.{2,14}?)[,.:;!?~ ]+(?P<rest>.+)$")
"""Words before a question, and the question."""
_LETTERS = re.compile(r"[^\W\d]")
LEAST_ASKED = 4
"""Letters of a question that something stands before."""
ALL_CASES = "all_cases"
"""What a question asks that wants the sums of all cases side by side; no list of cues: what was said makes it."""
NO_GENERIC = frozenset({"correction", "documents", "contents", "compares", "aspects"})
"""Lists of cues whose expressions may hold a subject's words."""


@dataclass(frozen=True)
class Question:
    """A question, read and understood as far as its own words go."""

    text: str
    """As asked, without wrapping (JSON, tags)."""
    reading: Reading
    units: tuple[str, ...]
    """Units named, in order, by their lexicon names."""
    foreign_units: tuple[str, ...]
    """Units named that no document makes responsible for anything."""
    asks: frozenset[str]
    """Which kinds of cues are present: the names of the lists in lexicon/cues."""
    numbers: tuple[Number, ...]
    elsewhere: str
    """Another city or province whose own policy is asked for; empty for a company that comes from there."""
    rest: str
    """The plain question without unit names, cues and polite words: what it is about."""
    rest_reading: Reading
    left: tuple[str, ...]
    """The words of ``rest`` that are neither cues nor polite."""

    @property
    def claimed(self) -> tuple[Number, ...]:
        """The numbers that may be held out as the document's, each once: 一种券 counts nothing."""
        held = {number.text: number for number in self.numbers if not is_article(number, self.reading.plain)}
        return tuple(held.values())

    @property
    def telling(self) -> tuple[str, ...]:
        """Those of more than one character: they may name a subject."""
        return tuple(word for word in self.left if len(word) > 1)

    @property
    def bare(self) -> bool:
        """Whether nothing but cues is left: 谁负责, 金额多少."""
        return not self.rest_reading.words

    @property
    def plain_rest(self) -> bool:
        """Whether at most single characters are left: what cues and polite words leave of 补贴多少, 废止了哪份文件.

        Many side by side are a name that no dictionary has: 托育券.
        """
        words = self.rest_reading.words
        side_by_side = ("".join(words[i : i + UNKNOWN_NAME]) for i in range(len(words) - UNKNOWN_NAME + 1))
        return all(len(word) < 2 for word in words) and not any(run in self.rest for run in side_by_side)


UNKNOWN_NAME = 3
"""Characters that stand side by side as words of their own where a name was cut that is in no dictionary."""
TELLING = 2
"""Words behind who asks that say what is asked: a unit named before them is the asker's."""
SHORTEST_UNIT = 3
"""Characters of a unit that only a document names: 济南 or 政府 in its text is no unit that a question names."""


def _whole(run: Sequence[str], plain: str) -> Iterator[str]:
    """The words of a run; characters that stand side by side are one: 养蜂 is a word that no list has."""
    for single, some in groupby(run, lambda word: len(word) == 1):
        words = list(some)
        joined = "".join(words)
        yield from [joined] if single and joined in plain else words


class Understanding:
    """Finds what is asked for; built once from the lexicon."""

    def __init__(self, ready: Ready) -> None:
        self._reader = ready.reader
        lexicon = ready.base.lexicon
        named = [(own, unit) for own, units in _units(lexicon) for unit in units]
        short = {unit.name for unit in lexicon.units.brought if len(unit.name) < SHORTEST_UNIT}
        named = [(own, unit) for own, unit in named if unit.name not in short]
        of_documents = {unit.name for own, unit in named if own}  # 民政局 is theirs where a document has 市民政局
        called = {fold(alias): (unit.name, unit.name in of_documents) for _, unit in named for alias in unit.names}
        called |= {fold(unit.name): (unit.name, own) for own, unit in named if own}  # a name before anyone's alias
        self._units = Phrases(called)
        self._shorts = {
            fold(short): unit.name for _, units in _units(lexicon) for unit in units for short in unit.short
        }
        self.talk = lexicon.talk
        self._rejecting = pattern(self.talk.follow_up.rejecting)
        self._introduces = pattern(lexicon.subjects.introduces)
        self._reported = pattern(lexicon.talk.reported)
        self._of_asker = pattern(self.talk.units.own)
        self._others = OtherPlaces(ready.base)
        cues: dict[str, set[str]] = {}
        for name, expressions in lexicon.cues.model_dump().items():
            for expression in expressions:
                cues.setdefault(fold(expression), set()).add(name)
        self._cues = Phrases({cue: frozenset(names) for cue, names in cues.items()})
        polite = {fold(w) for w in (*lexicon.variants.stop, *lexicon.variants.fillers)}
        self.generic = frozenset({cue for cue, names in cues.items() if names - NO_GENERIC} | polite)
        self._empty = Phrases({word: True for word in self.generic if len(word) > 1})
        self.money = MoneyWords(lexicon)
        self.numbers = NumberWords(lexicon)
        self._lists = {
            name: Phrases({fold(e): True for e in expressions})
            for name, expressions in lexicon.cues.model_dump().items()
            if name in NO_GENERIC
        }
        self._acts = ready.acts
        self._remembered = lru_cache(REMEMBERED)(self._question)

    def act(self, question: Question, least: float) -> str:
        """What a message does in the conversation, where that is at least so probable; else that it is a question."""
        act, probability = self._acts.read(question.reading)
        return act if probability >= least else QUESTION

    def unknown_to_acts(self, question: Question) -> bool:
        """Whether any word of a message, however short, stands in no act: 还有救吗."""
        return any(word not in self._acts.words for word in question.left)

    def beside_act(self, question: Question) -> list[str]:
        """The words of a message in which people put no act, which so name its subject."""
        pieces = ["" if word in self._acts.words else word for word in question.left]
        joined = (list(run) for said, run in groupby(pieces, bool) if said)
        words = [word for run in joined for word in _whole(run, question.reading.plain)]
        return [word for word in words if len(word) > 1]

    def led_in(self, question: Question, least: float) -> str | None:
        """The question behind words that announce another one: 最后一个,…; None where there are no such words."""
        match = _LED_IN.match(question.reading.folded)
        if match is None or len(_LETTERS.findall(match["rest"])) < LEAST_ASKED:
            return None
        act, probability = self._acts.read(self._reader.read_left(match["lead"]))
        return match["rest"] if act in ("leaves", "adds") and probability >= least else None

    def question(self, text: str) -> Question:
        """Understand any text; never raises."""
        return self._remembered(text) if len(text) <= REMEMBERED_CHARS else self._question(text)

    def _question(self, text: str) -> Question:
        text = self._direct(unwrap(text))
        reading = self._reader.read(text)
        plain = reading.plain
        units, foreign, without = self._named(plain)
        typed_units, _, typed_without = self._named(reading.folded) if plain != reading.folded else ((), (), "")
        if len(typed_units) > len(units):  # an English name, which the glossary would take apart
            units, without = typed_units, self._reader.read(typed_without).plain
        if not units and "的" in plain:  # 高新区的管委会
            units, foreign, shorter = self._named(plain.replace("的", ""))
            without = shorter if units else without
        scanned = [plain] if plain == reading.folded else [plain, reading.folded]  # English cues are gone from plain
        asks = frozenset(name for text_ in scanned for found in self._cues.scan(text_) for name in found.value)
        rest = self._empty.without(without).strip()
        rest_reading = self._reader.read_left(rest)
        return Question(
            text=text,
            reading=reading,
            units=units,
            foreign_units=foreign,
            asks=asks,
            numbers=tuple(numbers(plain)),
            elsewhere=self._others.find(plain, (found.start for found in self._units.scan(plain))),
            rest=rest,
            rest_reading=rest_reading,
            left=tuple(word for word in rest_reading.words if word not in self.generic),
        )

    def holds_cue(self, text: str) -> bool:
        """Whether a cue stands in the text as it is typed, and not as a part of a word: 小企业 asks for no 企业."""
        plain = fold(unwrap(text))
        cues = list(self._cues.scan(plain))
        if not cues:
            return False
        inside = inside_words(plain, self.cut(plain))
        return not all(c.start in inside or c.end in inside for c in cues)

    def short_unit(self, question: Question) -> str | None:
        """The unit that a question means which is nothing but its shortest name and ways of asking: 发改的任务."""
        plain = question.reading.plain.strip(" ,.;:?!")
        for short in sorted(self._shorts, key=len, reverse=True):
            if plain.startswith(short) and (plain == short or self.empty(plain[len(short) :])):
                return self._shorts[short]
        return None

    def empty(self, text: str) -> bool:
        """Whether nothing but cues and polite words is in the text."""
        rest = self._empty.without(text)
        return text.strip() in self.generic or not _WORDS.search(rest) or not self._reader.read(rest).words

    def without(self, name: str, text: str) -> str:
        """The text without the cues of a list whose expressions may hold a subject's words."""
        return self._lists[name].without(text)

    def cut(self, plain: str) -> list[str]:
        """The plain text in words, all of it."""
        return self._reader.cut(plain)

    def without_units(self, plain: str) -> Reading:
        """The plain text read without the names of units; unlike a question's ``rest`` with its cues."""
        return self._reader.read_left(self._units.without(plain))

    def _direct(self, text: str) -> str:
        """A text without who says or asks it, 他问,…; the text where nothing else is said."""
        direct = self._reported.sub("", text)
        return direct if _LETTERS.search(direct) else text

    def unintroduced(self, text: str) -> str:
        """The text without who asks: 我们茶叶厂, 财政局的."""
        return self._introduces.sub(" ", text)

    def unit_of_asker(self, question: Question) -> bool:
        """Whether the units that it names only say who asks: 财政局的,想问要出多少; 我在文旅局,进村的路太窄能修吗."""
        plain = question.reading.plain
        rest = self.unintroduced(plain)
        if rest == plain or "by_unit" in question.asks or any(self._named(rest)[:2]):
            return False
        if self.numbers.of(rest) is not None:
            return True
        of_itself = "units" in question.asks or self._of_asker.search(rest) is not None
        return not of_itself and len(self.question(rest).telling) >= TELLING

    def correction(self, folded: str) -> int | None:
        """Where the first rejection (不是, 我问的是) in the text ends, when it stands at the beginning."""
        for found in self._cues.scan(folded):
            if found.start > LEAD_IN:
                break
            if "correction" in found.value and self._rejects(folded[: found.start]):
                return found.end
        return None

    def _rejects(self, before: str) -> bool:
        """Whether what stands before such words says nothing by itself: 你答得不对, but not 名字写错了."""
        apart = not before or not before[-1].isalnum()
        return apart or self.empty(before) or self._rejecting.search(before) is not None

    def _named(self, plain: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
        """(units, units of no document, the text without them)."""
        names = [found.value for found in self._units.scan(plain)]
        own = dict.fromkeys(name for name, is_own in names if is_own)
        foreign = dict.fromkeys(name for name, is_own in names if not is_own)
        return tuple(own), tuple(foreign), self._units.without(plain) if names else plain


def _units(lexicon: Lexicon) -> Iterable[tuple[bool, Sequence[Unit]]]:
    """(whether documents make them responsible, units): of two that share an alias, the later one is meant."""
    return (False, lexicon.units.others), (True, lexicon.units.brought), (True, lexicon.units.units)


def unwrap(text: str) -> str:
    """The question inside a wrapping that programs and people paste along: JSON values, tags, entities."""
    stripped = text.strip()
    if stripped[:1] in "{[" and len(stripped) < 20_000:
        try:
            data = json.loads(stripped)
        except (ValueError, RecursionError):
            data = None
        if isinstance(data, (dict, list)):
            text = " ".join(s for s in _strings(data) if re.search(r"[一-鿿]|\w\s+\w", s)) or text
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub(" ", text))
    return text


def _strings(data: object, depth: int = 0) -> Iterable[str]:
    if isinstance(data, str):
        yield data
    elif depth < 8 and isinstance(data, (dict, list)):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _strings(value, depth + 1)
