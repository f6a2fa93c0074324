"""Texts and questions as terms: jieba's words, and pairs and triples of Chinese characters as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.reading.cutting import Cutter
from knowledge.reading.vocabulary import frequencies
from knowledge.retrieval.interface import Question
from knowledge.retrieval.local.sayings import Sayings, apart_of
from knowledge.text.fold import fold

Keys = NDArray[np.uint64]

ASKING = Path(__file__).with_name("asking.yaml")
PIECE = 1_000
"""Characters that are folded at a time: fold() shortens longer texts."""
BITS = 21
"""Of a code point: three of them fit into 64."""
LONGEST = 4
"""Characters of a word; longer ones of the dictionary are cut into these as well."""
REMEMBERED = 4_000
"""Official terms whose words are remembered: everyday words lead to the same ones again and again."""
COMMON = 100
"""jieba words counted less often are left out unless the texts use them."""
_RUN = re.compile(r"[㐀-鿿]+|[a-z]+|\d+(?:\.\d+)?")
_NOT_TIGHT = re.compile(r"[\W_]+")
_HAN = (0x3400, 0x9FFF)


class Terms:
    """Cuts texts and questions with one dictionary."""

    def __init__(
        self,
        counts: dict[str, int],
        said: Mapping[str, Sequence[str]],
        asking: Sequence[str],
        apart: Mapping[str, str] | None = None,
    ) -> None:
        """``counts``: jieba's prefix dictionary, words with how common they are; ``asking``: words that only ask.

        ``said``: what people say -> what official texts call it; ``apart``: what apart_of() gave, made anew where None.
        """
        self.counts, self.asking = counts, asking
        self._cutter = Cutter(counts)
        self._only_asks = frozenset(asking)
        self._asks = _any_of([word for word in asking if len(word) > 1])
        apart = apart_of(said, self._content, counts) if apart is None else apart
        self.sayings = Sayings(said, apart, self._content, counts)
        self._words_of_term = lru_cache(REMEMBERED)(self.words)

    def words(self, plain: str) -> list[str]:
        """Words of a folded text, and the shorter ones that long ones are made of."""
        return [w for w in self._cutter.finer(plain) if _RUN.match(w)]

    def question(self, text: str) -> Question:
        """Any text as a question; one that only asks (怎么办) keeps its words."""
        plain = fold(text)
        runs = self._asks.sub(" ", plain)
        kept = self._content(plain)
        words = self.words(plain)
        if not kept:
            content = (w for w in self._cutter.cut(plain) if _RUN.match(w))
            return Question(tuple(words), tuple(content), plain, {})
        more: dict[str, float] = {}
        for called in self.called(plain).values():
            for term in called:
                more[term] = max(more.get(term, 0.0), len(called) ** -0.5)
        return Question(tuple(w for w in words if w not in self._only_asks), tuple(kept), runs, more)

    def parts(self, plain: Sequence[str], n: int) -> Iterator[tuple[Any, int]]:
        """The words of some folded texts, or where ``n`` isn't 0 their grams(), each with the number of its text."""
        if not n:
            yield from ((word, i) for i, text in enumerate(plain) for word in self._words_of_term(text))
            return
        keys, at = gram_places("\n".join(plain), n)
        ends = np.cumsum([len(text) + 1 for text in plain])
        yield from zip(keys.tolist(), np.searchsorted(ends, at, side="right").tolist(), strict=True)

    def called(self, plain: str) -> Mapping[str, tuple[str, ...]]:
        """What official texts call what a folded text says, by what it says."""
        return self.sayings.called(plain)

    def _content(self, plain: str) -> list[str]:
        """The words of a folded text but for those that only ask."""
        return [word for word in self._cutter.cut(plain) if _RUN.match(word) and word not in self._only_asks]


def plain_text(text: str) -> str:
    """fold() of a text of any length, line by line."""
    pieces = (line[i : i + PIECE] for line in text.splitlines() for i in range(0, len(line), PIECE))
    return "\n".join(fold(piece) for piece in pieces)


def tight(plain: str) -> str:
    """Letters, digits and characters of a folded text alone."""
    return _NOT_TIGHT.sub("", plain)


def grams(plain: str, n: int) -> Keys:
    """Every ``n`` Chinese characters that follow one another, as numbers, in order; n is 2 or 3.

    >>> grams("补贴a补贴", 2).tolist() == [(ord("补") << 21) + ord("贴")] * 2
    True
    """
    return gram_places(plain, n)[0]


def gram_places(plain: str, n: int) -> tuple[Keys, NDArray[np.int64]]:
    """grams(), and where in the text each begins."""
    codes = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if len(codes) < n:
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    han = (codes >= _HAN[0]) & (codes <= _HAN[1])
    last = len(codes) - n + 1
    whole = np.logical_and.reduce([han[i : last + i] for i in range(n)])
    at = np.flatnonzero(whole)
    keys = np.zeros(len(at), dtype=np.uint64)
    for i in range(n):
        keys = (keys << np.uint64(BITS)) | codes[at + i].astype(np.uint64)
    return keys, at


def spelt(keys: Keys, n: int) -> list[str]:
    """The characters of each key of grams().

    >>> spelt(grams("补贴资金", 2), 2)
    ['补贴', '贴资', '资金']
    """
    low = np.uint64((1 << BITS) - 1)
    codes = np.stack([keys >> np.uint64(BITS * i) & low for i in reversed(range(n))], axis=1).astype("<u4")
    text = codes.tobytes().decode("utf-32-le")
    return [text[i : i + n] for i in range(0, len(text), n)]


def dictionary(texts: Iterable[str]) -> dict[str, int]:
    """jieba's prefix dictionary of its common words, and of the others of its words that the texts hold."""
    from knowledge.reading.cutter import counted

    counts = {word: count for word, count in counted().items() if len(word) <= 2 * LONGEST}
    by_size: dict[int, set[str]] = {n: set() for n in range(2, 2 * LONGEST + 1)}
    for word, count in counts.items():
        if count < COMMON and len(word) > 1:
            by_size[len(word)].add(word)
    used: set[str] = set()
    for text in texts:
        for n, words in by_size.items():
            used.update(words.intersection(text[i : i + n] for i in range(len(text) - n + 1)))
    return frequencies({word: count for word, count in counts.items() if count >= COMMON or word in used})


@lru_cache(maxsize=1)
def asking() -> tuple[str, ...]:
    """Words that only ask."""
    from knowledge.files.yamlfile import read_yaml

    data: Any = read_yaml(ASKING).data
    return tuple(dict.fromkeys(map(fold, data["asking"])))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first: Sequence[str] = sorted(words, key=lambda w: (-len(w), w))
    return re.compile("|".join(map(re.escape, longest_first)))
