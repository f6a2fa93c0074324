"""Latin letters in a question: English through a glossary, pinyin and initials through the sounds of known words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowledge.reading.vocabulary import Repair, Vocabulary

_PHRASE = re.compile(r"[a-z][a-z'&-]*(?: [a-z][a-z'&-]*)*")
MOST_ENGLISH_WORDS = 4
"""Longest glossary entry, in words."""
LEAST_INITIALS = 3
LEAST_SYLLABLES = 2
MOST_SYLLABLES = 10
LONGEST_ABBREVIATION = 3
"""Letters up to which a word that could be read as pinyin is an abbreviation, unless one word sounds like it."""
UNKNOWN = -25.0
"""Of a syllable that no word has, as a logarithm: less than any word's."""


class Latin:
    """Reads Latin words with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._english_words = vocabulary.english
        self._by_sound = vocabulary.words_by_sound
        self._said = vocabulary.said
        self._syllables = frozenset(vocabulary.syllable_of.values())
        sounds = vocabulary.terms_by_initials.items()
        self._initials = {"".join(s[0] for s in sound.split()): term for sound, term in sounds}

    def read(self, text: str, repairs: list[Repair]) -> str:
        """The folded text with its known Latin words in Chinese; what was read is added to ``repairs``."""
        return _PHRASE.sub(lambda m: self._phrase(m.group(), repairs), text)

    def _phrase(self, phrase: str, repairs: list[Repair]) -> str:
        """English through the glossary, pinyin through the terms' sounds; the rest stays."""
        words = [part for word in phrase.split(" ") for part in self._apart(word)]
        pinyin = [self.spell(word) for word in words]
        known = [word for word in words if self._english(word) is not None]
        spelled = sum(bool(p) for p in pinyin)
        syllables = sum(len(p or ()) for p in pinyin)
        alone = len(words) == 1 and not self._reads_as_pinyin(pinyin[0])
        if syllables >= LEAST_SYLLABLES and not alone and spelled > len(words) - spelled and spelled > len(known):
            sounds = [s for word, p in zip(words, pinyin, strict=True) for s in (p or (word,))]
            read = self._from_pinyin(sounds)
            repairs.append(Repair(phrase, read, "pinyin"))
            return read
        out: list[str] = []
        i = 0
        while i < len(words):
            for n in range(min(MOST_ENGLISH_WORDS, len(words) - i), 0, -1):
                chunk = " ".join(words[i : i + n])
                chinese = self._english(chunk)
                if chinese is None and n == 1:
                    chinese = self._initials.get(chunk) if len(chunk) >= LEAST_INITIALS else None
                    if chinese is None and self._reads_as_pinyin(pinyin[i]):
                        chinese = self._from_pinyin(list(pinyin[i] or ()))
                if chinese is not None:
                    repairs.append(Repair(chunk, chinese, "english"))
                    out.append(chinese)
                    i += n
                    break
            else:
                out.append(words[i])
                i += 1
        return " ".join(out)

    def _apart(self, word: str) -> list[str]:
        """kai'fa'qu in its parts, where all of them are pinyin; any other word whole."""
        parts = word.split("'")
        return parts if len(parts) > 1 and all(part and self.spell(part) for part in parts) else [word]

    def _english(self, chunk: str) -> str | None:
        table = self._english_words
        for form in _stems(chunk):
            if form in table:
                return table[form]
        return None

    def spell(self, word: str) -> tuple[str, ...] | None:
        """The word as pinyin syllables, if it can be read so; the fewest syllables win (xian: xian)."""
        best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for size in range(min(6, end), 0, -1):
                before = best[end - size]
                syllable = word[end - size : end]
                if before is None or syllable not in self._syllables or (size == 1 and syllable not in "aeo"):
                    continue
                here = best[end]
                if here is None or len(before) + 1 < len(here):
                    best[end] = (*before, syllable)
        return best[len(word)]

    def _reads_as_pinyin(self, sounds: tuple[str, ...] | None) -> bool:
        """Whether a word may be pinyin: ota, an abbreviation, is no 哦他."""
        if not sounds or len(sounds) < LEAST_SYLLABLES:
            return False
        return sum(map(len, sounds)) > LONGEST_ABBREVIATION or " ".join(sounds) in self._by_sound

    def _from_pinyin(self, sounds: list[str]) -> str:
        """Known words for the sounds, those that are likeliest together; sounds without a word stay as they are."""
        table, said = self._by_sound, self._said
        best: list[tuple[float, tuple[str, ...]]] = [(0.0, ())]
        for end in range(1, len(sounds) + 1):
            options = [(best[end - 1][0] + UNKNOWN, (*best[end - 1][1], f" {sounds[end - 1]} "))]
            for size in range(1, min(MOST_SYLLABLES, end) + 1):
                word = table.get(" ".join(sounds[end - size : end]))
                if word is not None:
                    likely, before = best[end - size]
                    options.append((likely + said[word], (*before, word)))
            best.append(max(options, key=lambda option: option[0]))
        return "".join(best[-1][1])


def _stems(chunk: str) -> Iterable[str]:
    """The word or phrase and its likely base forms."""
    yield chunk
    for ending, base in (("'s", ""), ("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"),
                         ("ing", ""), ("ing", "e"), ("ly", "")):  # fmt: skip
        if chunk.endswith(ending) and len(chunk) - len(ending) >= 3:
            yield chunk[: -len(ending)] + base
    if len(chunk) > 5 and chunk.endswith(("ted", "ped", "ned", "red")):
        yield chunk[:-3]
