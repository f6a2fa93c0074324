"""Words of which one half is typed in characters and the other in pinyin: 外zi, 下一tiao, gao企."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from knowledge.reading.vocabulary import Repair, Vocabulary

BESIDE = 4
"""Most characters of the word's other half, on one side."""
_HAN = rf"[一-鿿]{{0,{BESIDE}}}"
_HALF = re.compile(rf"(?P<before>{_HAN})(?<![a-z\d])(?P<typed>[a-z]{{2,18}})(?![a-z\d'&-])(?P<behind>{_HAN})")


class HalfPinyin:
    """Reads such words with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, spell: Callable[[str], Sequence[str] | None]) -> None:
        """``spell``: the syllables as which a Latin word can be read; None: it is none of any."""
        self._by_sound = vocabulary.words_by_sound
        self._said = vocabulary.said
        self._syllable_of = vocabulary.syllable_of
        self._english = vocabulary.english
        self._spell = spell

    def read(self, text: str, repairs: list[Repair]) -> str:
        """The folded text with such words in characters; what was read is added to ``repairs``."""
        at = 0
        while (match := _HALF.search(text, at)) is not None:
            at = match.end("typed")
            found = self._word(match)
            if found is not None:
                word, before, behind = found
                start, end = match.start("typed") - before, match.end("typed") + behind
                repairs.append(Repair(text[start:end], word, "pinyin"))
                text, at = text[:start] + word + text[end:], start + len(word)
        return text

    def _word(self, match: re.Match[str]) -> tuple[str, int, int] | None:
        """(the longest word that is made of it, how many of its characters stand before and behind what is typed)."""
        typed = match["typed"]
        syllables = self._spell(typed)
        if not syllables or typed in self._english:
            return None
        if len(syllables) > 1 and " ".join(syllables) in self._by_sound:  # 谁fuze: it is no half of another
            return None
        words = self._words(match["before"], syllables, match["behind"])
        return max(words, key=lambda one: (len(one[0]), self._said[one[0]]), default=None)

    def _words(self, before: str, syllables: Sequence[str], behind: str) -> Iterator[tuple[str, int, int]]:
        for left in range(len(before) + 1):
            head = before[len(before) - left :]
            for right in range(0 if left else 1, len(behind) + 1):
                tail = behind[:right]
                sounds = [*self._sounds(head), *syllables, *self._sounds(tail)]
                word = self._by_sound.get(" ".join(sounds), "")
                if len(word) == len(sounds) and word.startswith(head) and word.endswith(tail):
                    yield word, left, right

    def _sounds(self, text: str) -> Iterator[str]:
        return (self._syllable_of.get(char, char) for char in text)
