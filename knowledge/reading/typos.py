"""Typos in Chinese: homophones, one wrong character, swapped characters, mended to known terms.

In two stages: first where jieba found no word, or where the term is long enough to tell by its sound alone; then by
shape, for long terms only. What reads as words is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from knowledge.reading.vocabulary import Repair, Vocabulary

HAN = re.compile(r"[一-鿿]+")
SOUND_MIN_CHARS = 2
"""Shortest term that a homophone may be mended to; one character sounds like too many others."""
SHAPE_MIN_CHARS = 4
"""Shortest term in which one wrong character is mended: below, one character is too large a part of the meaning."""
SHAPE_MAX_CHARS = 8
MAX_TERM_CHARS = 10
NUMERALS = "零一二三四五六七八九十百千万亿两"
"""Nothing is mended to a number or from one: 三产融合 is no 城产融合."""
NATIONS = "美英法德日韩俄印澳泰越葡荷"
"""Nor from what stands for a country: 中韩产业园 is no 中日产业园."""
NOT, ASKING = "不", frozenset("呢吗嘛啊呀哦啦嘞咯吧噻")
"""What asks behind a verb, and what may stand behind it."""
SHORT = 60
"""Characters of a run that is worth remembering."""
REMEMBERED = 2_000
"""Runs whose mending is remembered: people ask with the same words."""


@dataclass(frozen=True)
class _Seen:
    """A run of Chinese characters, and what of it is looked at more than once."""

    run: str
    sounds: list[str]
    loose: list[bool]
    """For each character whether jieba left it alone."""
    begins: list[bool]
    """For each whether a term begins with its sound and the next one's."""
    sums: list[int]
    """Of the characters before each, as numbers: two runs of the same characters in any order have the same sum."""


class Mender:
    """Mends typos with one vocabulary. ``cut``: jieba's cut of a run of Chinese characters."""

    def __init__(self, vocabulary: Vocabulary, cut: Callable[[str], Iterable[str]]) -> None:
        self._freq = vocabulary.freq
        self._by_sound = vocabulary.terms_by_sound
        self._syllable_of = vocabulary.syllable_of
        self._stop = frozenset(vocabulary.stop)
        self._spared = frozenset(vocabulary.spared)
        self._cut = cut
        self._known = frozenset(self._by_sound.values())
        self._blanks = _blanks(self._known)
        long = (t for t in sorted(self._known) if SHAPE_MIN_CHARS <= len(t) <= SHAPE_MAX_CHARS)
        self._heads = {form[:2] for form in self._blanks}
        self._tails = {form[-2:] for form in self._blanks}
        self._swapped = {"".join(sorted(t)): t for t in long}
        self._swapped_sums = {sum(map(_mixed, term)) for term in self._swapped}
        self._remembered = lru_cache(REMEMBERED)(self._run)
        self._starts = {" ".join(s.split()[:n]) for s in self._by_sound for n in range(1, s.count(" ") + 2)}

    def syllables(self, han: str) -> list[str]:
        """One reading a character; unknown characters keep themselves."""
        return list(map(self._syllable_of.get, han, han))

    def mend(self, text: str, repairs: list[Repair]) -> str:
        """The folded text with its typos mended; each repair is added to ``repairs``."""

        def mended(run: re.Match[str]) -> str:
            mend_run = self._remembered if len(run.group()) <= SHORT else self._run
            text, found = mend_run(run.group())
            repairs.extend(found)
            return text

        return HAN.sub(mended, text)

    def _run(self, run: str) -> tuple[str, tuple[Repair, ...]]:
        """Homophones and single wrong characters, only where jieba found no word or the term is long enough to tell."""
        if len(run) < SOUND_MIN_CHARS:
            return run, ()
        sounds = self.syllables(run)
        begins = [*(f"{a} {b}" in self._starts for a, b in pairwise(sounds)), False]
        if True not in begins and not self._shaped(run):
            return run, ()
        seen = _Seen(run, sounds, self._loose(run), begins, [0, *accumulate(map(_mixed, run))])
        if True not in seen.begins and True not in seen.loose:
            return run, ()
        repairs: list[Repair] = []
        out = []
        i = 0
        while i < len(run):
            term, how, size = self._mended(seen, i)
            if term is not None:
                typed = run[i : i + size]
                if typed != term:
                    repairs.append(Repair(typed, term, how))
                out.append(term)
                i += size
            else:
                out.append(run[i])
                i += 1
        return "".join(out), tuple(repairs)

    def _shaped(self, run: str) -> bool:
        """Whether anything there may be a long term with other characters or in another order."""
        if len(run) < SHAPE_MIN_CHARS:
            return False
        if any(pair in self._heads or pair in self._tails for pair in (run[i : i + 2] for i in range(len(run) - 1))):
            return True
        sums = [0, *accumulate(map(_mixed, run))]
        sizes = range(SHAPE_MIN_CHARS, min(SHAPE_MAX_CHARS, len(run)) + 1)
        return any(sums[i + n] - sums[i] in self._swapped_sums for n in sizes for i in range(len(run) - n + 1))

    def _mended(self, seen: _Seen, i: int) -> tuple[str | None, str, int]:
        if seen.begins[i]:
            heard = self._heard(seen.sounds, i)
            for n in range(len(heard), SOUND_MIN_CHARS - 1, -1):
                typed = seen.run[i : i + n]
                if typed in self._known:
                    return typed, "", n
                term = self._by_sound.get(heard[n - 1])
                stray = sum(seen.loose[i : i + n])
                if term is not None and self._mendable(typed, stray) and not self._says_not(seen.run, i + n):
                    return term, "sound", n
        return self._by_shape(seen, i) if True in seen.loose[i : i + SHAPE_MIN_CHARS] else _NOTHING

    def _by_shape(self, seen: _Seen, i: int) -> tuple[str | None, str, int]:
        """A long term with its characters in another order, or with another one where jieba left one alone."""
        run, sums = seen.run, seen.sums
        head = run[i : i + 2] in self._heads
        for end in range(min(i + SHAPE_MAX_CHARS, len(run)), i + SHAPE_MIN_CHARS - 1, -1):
            term, how = None, "swapped"
            if sums[end] - sums[i] in self._swapped_sums:
                term = self._swapped.get("".join(sorted(run[i:end])))
            if term is None and (head or run[end - 2 : end] in self._tails):
                term, how = self._one_wrong(run[i:end], seen.loose[i:end]), "shape"
            if term is not None and not (self._word_and_more(run[i:end]) or self._is_none(run, i, end, term)):
                return term, how, end - i
        return _NOTHING

    def _one_wrong(self, span: str, loose: list[bool]) -> str | None:
        places = (j for j, char in enumerate(span) if loose[j] and char not in self._stop)
        forms = (f"{span[:j]}*{span[j + 1 :]}" for j in places)
        return next((term for form in forms if (term := self._blanks.get(form)) is not None), None)

    def _heard(self, sounds: list[str], i: int) -> list[str]:
        """The sounds from here on, one syllable, two and so on, as far as any term begins so."""
        heard: list[str] = []
        so_far = sounds[i]
        while so_far in self._starts:
            heard.append(so_far)
            if i + len(heard) == len(sounds):
                break
            so_far = f"{so_far} {sounds[i + len(heard)]}"
        return heard

    def _is_none(self, run: str, start: int, end: int, term: str) -> bool:
        """Whether a span that looks like a term is none: a word, number or country of its own, or 不 behind a verb."""
        typed = run[start:end]
        if typed in self._spared or any(char in NUMERALS + NATIONS and char not in term for char in typed):
            return True
        words = (typed[i:j] for i in range(len(typed)) for j in range(i + 2, len(typed) + 1))
        return any(word in self._spared and word not in term for word in words) or self._says_not(run, end)

    @staticmethod
    def _says_not(run: str, end: int) -> bool:
        """Whether what ends there ends in the 不 that asks: 奖不, 奖不奖."""
        return run[end - 1] == NOT and (end == len(run) or run[end] in ASKING or run[end] == run[end - 2])

    def _mendable(self, typed: str, stray: int) -> bool:
        """Whether a span that sounds like a term is misspelt; ``stray``: its characters that jieba left alone."""
        if typed in self._spared:
            return False
        if len(typed) < 3:
            return stray == len(typed) and not self._freq.get(typed) and not self._stop & set(typed)
        if self._word_and_more(typed):
            return False
        return len(typed) >= 4 or (stray >= 1 and not self._freq.get(typed))

    def _word_and_more(self, typed: str) -> bool:
        """Whether the span is a known word with a stray character before or after: that is no typo."""
        return any(rest in self._known or (len(rest) >= 3 and self._freq.get(rest)) for rest in (typed[1:], typed[:-1]))

    def _loose(self, run: str) -> list[bool]:
        """For each character whether jieba left it alone: the places where typos are."""
        out: list[bool] = []
        for word in self._cut(run):
            out += [len(word) == 1] * len(word)
        return out


_NOTHING = (None, "", 0)


def _mixed(char: str) -> int:
    return ord(char) * 2_654_435_761 & 0xFFFFFFFF


def _blanks(terms: Iterable[str]) -> dict[str, str]:
    """Each long term with each of its characters blanked, unless two terms would share the form."""
    out: dict[str, str] = {}
    clash = set()
    for term in sorted(terms):
        if SHAPE_MIN_CHARS <= len(term) <= SHAPE_MAX_CHARS:
            for j in range(len(term)):
                form = term[:j] + "*" + term[j + 1 :]
                if out.setdefault(form, term) != term:
                    clash.add(form)
    for form in clash:
        del out[form]
    return out
