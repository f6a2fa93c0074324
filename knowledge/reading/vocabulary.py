"""Word tables, and what is noted when typed words are read as others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Repair:
    """Typed words that were read as others."""

    typed: str
    read: str
    how: str
    """sound, shape, swapped, pinyin, english (initials among them) or dialect."""


@dataclass
class Vocabulary:
    """Word tables, ready to use; plain data, so that the compiled base can hold it."""

    freq: dict[str, int]
    """jieba's prefix dictionary: words with counts, prefixes with 0."""
    term_of: dict[str, str]
    """Surface form -> concept."""
    english: dict[str, str]
    dialect: dict[str, str]
    fillers: list[str]
    stop: list[str]
    syllable_of: dict[str, str]
    """Character -> its most common reading, without tone."""
    terms_by_sound: dict[str, str]
    """Syllables joined by blanks -> term."""
    words_by_sound: dict[str, str]
    """The same with common words, and single characters, for whole sentences in pinyin: the likeliest of each sound."""
    said: dict[str, float]
    """How often a word of ``words_by_sound`` is said, as a logarithm."""
    terms_by_initials: dict[str, str]
    """Syllables of long terms -> term; their first letters are what people type."""
    spared: list[str] = field(default_factory=list)
    """Words that sound or look like a term and are none: 地摊 is no misspelt 低碳."""


def surfaces(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """Concept -> the words by which it is called."""
    out: dict[str, list[str]] = {}
    for surface, term in vocabulary.term_of.items():
        out.setdefault(term, []).append(surface)
    return out


def frequencies(words: Mapping[str, int]) -> dict[str, int]:
    """jieba's prefix dictionary for the words."""
    out = dict(words)
    for word in words:
        for end in range(len(word) - 1, 0, -1):
            if word[:end] in out:
                break  # its own prefixes are there, or come when it does
            out[word[:end]] = 0
    return out
