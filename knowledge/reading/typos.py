"""Typos in Chinese: homophones, one wrong character, swapped characters, mended to known terms.

In two stages: first where jieba found no word, or where the term is long enough to tell by its sound alone; then by
shape, for long terms only. What reads as words is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from knowledge.reading.vocabulary import Repair, Vocabulary

HAN = re.compile(r"[一-鿿]+")
SOUND_MIN_CHARS = 2
"""Shortest term that a homophone may be mended to; one character sounds like too many others."""
SHAPE_MIN_CHARS = 4
"""Shortest term in which one wrong character is mended: below, one character is too large a part of the meaning."""
SHAPE_MAX_CHARS = 8
MAX_TERM_CHARS = 10
SHORT = 60
"""Characters of a run that is worth remembering."""
REMEMBERED = 2_000
"""Runs whose mending is remembered: people ask with the same words."""


class Mender:
    """Mends typos with one vocabulary. ``cut``: jieba's cut of a run of Chinese characters."""

    def __init__(self, vocabulary: Vocabulary, cut: Callable[[str], Iterable[str]]) -> None:
        self._freq = vocabulary.freq
        self._by_sound = vocabulary.terms_by_sound
        self._syllable_of = vocabulary.syllable_of
        self._stop = frozenset(vocabulary.stop)
        self._cut = cut
        self._known = frozenset(self._by_sound.values())
        self._blanks = _blanks(self._known)
        long = (t for t in sorted(self._known) if SHAPE_MIN_CHARS <= len(t) <= SHAPE_MAX_CHARS)
        self._heads = {form[:2] for form in self._blanks}
        self._tails = {form[-2:] for form in self._blanks}
        self._swapped = {"".join(sorted(t)): t for t in long}
        self._remembered = lru_cache(REMEMBERED)(self._run)
        self._starts = {" ".join(s.split()[:n]) for s in self._by_sound for n in range(1, s.count(" ") + 2)}

    def syllables(self, han: str) -> list[str]:
        """One reading a character; unknown characters keep themselves."""
        return [self._syllable_of.get(char, char) for char in han]

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
        repairs: list[Repair] = []
        loose = self._loose(run)
        sounds = self.syllables(run)
        out = []
        i = 0
        while i < len(run):
            term, how, size = self._mended(run, sounds, loose, i)
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

    def _mended(self, run: str, sounds: list[str], loose: list[bool], i: int) -> tuple[str | None, str, int]:
        heard = self._heard(sounds, i)
        for n in range(len(heard), SOUND_MIN_CHARS - 1, -1):
            typed = run[i : i + n]
            if typed in self._known:
                return typed, "", n
            term = self._by_sound.get(heard[n - 1])
            if term is not None and self._mendable(typed, sum(loose[i : i + n])):
                return term, "sound", n
        if True in loose[i : i + SHAPE_MIN_CHARS]:
            for n in range(min(SHAPE_MAX_CHARS, len(run) - i), SHAPE_MIN_CHARS - 1, -1):
                term, how = self._looks_like(run[i : i + n], loose[i : i + n])
                if term is not None:
                    return term, how, n
        return None, "", 0

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

    def _looks_like(self, span: str, loose: list[bool]) -> tuple[str | None, str]:
        """The long term that the span is but for the order of its characters, or one that jieba left alone; and how."""
        term = self._swapped.get("".join(sorted(span)))
        how = "swapped"
        if term is None and (span[:2] in self._heads or span[-2:] in self._tails):
            how = "shape"
            forms = (
                span[:j] + "*" + span[j + 1 :] for j, char in enumerate(span) if loose[j] and char not in self._stop
            )
            term = next((found for form in forms if (found := self._blanks.get(form)) is not None), None)
        return (None, "") if term is None or self._word_and_more(span) else (term, how)

    def _mendable(self, typed: str, stray: int) -> bool:
        """Whether a span that sounds like a term is misspelt; ``stray``: its characters that jieba left alone."""
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
