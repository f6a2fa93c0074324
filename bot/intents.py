"""What is asked for: a place, a unit's measures, the units, an amount, the original words."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.numbers import Number, numbers
from bot.places import Place, find_place
from knowledge.compiled import Ready
from knowledge.fold import fold
from knowledge.tokens import Reading, bounded

_TAG = re.compile(r"<[^<>]{1,200}>")
_WHOSE = r"(?=的?(?:首次|政策|补贴|奖励|高企|高新|开发区|标准|规定|文件|对|给|政府|财政|那边的?政策|有没有|怎么规定))"
_MOVES = re.compile(r"搬|迁|挪|来汉|来武|落户|转到|转来|过来|本地|这边|总部|投资")
_WORDS = re.compile(r"\w")


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
    """Which cues are present: units, amount, count, original, confirm, by_unit, follow_up, more, correction."""
    numbers: tuple[Number, ...]
    place: Place | None
    elsewhere: str
    """Another city or province whose own policy is asked for; empty for a company that comes from there."""
    rest: str
    """The plain question without unit names, cues and polite words: what it is about."""
    rest_reading: Reading

    @property
    def bare(self) -> bool:
        """Whether nothing but cues is left: 谁负责, 金额多少."""
        return not self.rest_reading.words


class Understanding:
    """Finds what is asked for; built once from the lexicon."""

    def __init__(self, ready: Ready) -> None:
        self._reader = ready.reader
        lexicon = ready.base.lexicon
        self._policy = ready.base.policies[0]
        self._units = {
            fold(alias): unit.name
            for unit in lexicon.units.units
            for alias in (unit.name, unit.official, *unit.aliases)
        }
        self._foreign = {
            fold(alias): unit.name
            for unit in lexicon.units.others
            for alias in (unit.name, unit.official, *unit.aliases)
        }
        places = "|".join(map(re.escape, sorted(map(fold, lexicon.variants.elsewhere), key=len, reverse=True)))
        self._other_places = re.compile(rf"(?P<place>{places or '(?!)'})(?:市|省)?{_WHOSE}")
        self._max_unit = max(map(len, [*self._units, *self._foreign]), default=0)
        self._cues: Mapping[str, tuple[str, ...]] = {
            name: tuple(sorted({fold(cue) for cue in cues}, key=len, reverse=True))
            for name, cues in lexicon.cues.model_dump().items()
        }
        self._cue_words = {
            name: re.compile("|".join(bounded(cue) for cue in cues) or "(?!)") for name, cues in self._cues.items()
        }
        polite = {fold(w) for w in (*lexicon.variants.stop, *lexicon.variants.fillers)}
        asking = {
            cue
            for name in ("units", "amount", "count", "original", "by_unit", "confirm", "generic", "more", "follow_up")
            for cue in self._cues[name]
        }
        self.generic = frozenset(asking | polite)
        self._empty = re.compile(
            "|".join(bounded(w) for w in sorted(asking | polite, key=len, reverse=True) if len(w) > 1) or "(?!)"
        )

    def question(self, text: str) -> Question:
        """Understand any text; never raises."""
        text = unwrap(text)
        reading = self._reader.read(text)
        plain = reading.plain
        units, foreign, without = self._named(plain)
        typed_units, _, typed_without = self._named(reading.folded)
        if len(typed_units) > len(units):  # an English name, which the glossary would take apart
            units, without = typed_units, self._reader.read(typed_without).plain
        if not units and "的" in plain:  # 沌口的管委会
            units, foreign, shorter = self._named(plain.replace("的", ""))
            without = shorter if units else without
        asks = frozenset(name for name, cue in self._cue_words.items() if cue.search(plain))
        rest = self._empty.sub(" ", without).strip()
        return Question(
            text=text,
            reading=reading,
            units=units,
            foreign_units=foreign,
            asks=asks,
            numbers=tuple(numbers(plain)),
            elsewhere=self._elsewhere(plain),
            place=find_place(reading.folded, self._policy) or find_place(plain, self._policy),
            rest=rest,
            rest_reading=self._reader.read(rest),
        )

    def _elsewhere(self, plain: str) -> str:
        match = self._other_places.search(plain)
        if match is None or self._policy.city in plain or _MOVES.search(plain):
            return ""
        return match["place"]

    def empty(self, text: str) -> bool:
        """Whether nothing but cues and polite words is in the text."""
        rest = self._empty.sub(" ", text)
        return text.strip() in self.generic or not _WORDS.search(rest) or not self._reader.read(rest).words

    def cue(self, name: str, text: str) -> re.Match[str] | None:
        """Where the cues of that name stand in the folded text."""
        return self._cue_words[name].search(text)

    def _named(self, plain: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
        """(units, units of no document, the text without them)."""
        own, foreign, rest = [], [], []
        i = 0
        while i < len(plain):
            for n in range(min(self._max_unit, len(plain) - i), 1, -1):
                name = plain[i : i + n]
                if name in self._units or name in self._foreign:
                    if name.isascii() and not _whole(plain, i, n):
                        continue
                    if name in self._units:
                        own.append(self._units[name])
                    else:
                        foreign.append(self._foreign[name])
                    rest.append(" ")
                    i += n
                    break
            else:
                rest.append(plain[i])
                i += 1
        return tuple(dict.fromkeys(own)), tuple(dict.fromkeys(foreign)), "".join(rest)


def _whole(text: str, start: int, size: int) -> bool:
    before = text[start - 1 : start]
    after = text[start + size : start + size + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


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
