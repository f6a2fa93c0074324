"""From a typed question to comparable features: words, terms, character and sound n-grams.

What people type is first brought to plain Chinese (dialect and Cantonese words, fillers, English through a glossary,
pinyin, homophone and shape typos), each repair noted so that an answer can be explained; then cut into words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from knowledge.reading.cutting import Cutter
from knowledge.reading.half_pinyin import HalfPinyin
from knowledge.reading.latin import Latin
from knowledge.reading.typos import HAN, Mender
from knowledge.reading.vocabulary import Repair, Vocabulary
from knowledge.text.fold import fold
from knowledge.text.phrases import Phrases

_RUN = re.compile(r"[一-鿿]+|[a-z][a-z'&-]*|\d+(?:\.\d+)?")
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")
REMEMBERED = 1_000
"""Readings that are remembered: one question is read in several places, and its rest is often the same."""
SHORT = 200
"""Characters of a text that is worth remembering."""
PIECE = 1_000
"""Characters of a document that are folded and cut at once."""
_PUNCTUATION = re.compile(r"[^\w\s]|_")


@dataclass(frozen=True)
class Reading:
    """A question as the engine sees it."""

    folded: str
    """fold() of what was typed."""
    plain: str
    """Plain Chinese after all repairs; what is cut and compared."""
    words: tuple[str, ...]
    """Words that carry a topic, in order, stop words left out."""
    terms: tuple[str, ...]
    """Concepts by synonym group, each once."""
    features: tuple[str, ...]
    """w: words, t: terms, c: character n-grams, p: sound pairs; with repeats."""
    repairs: tuple[Repair, ...] = ()


class Reader:
    """Reads questions with one vocabulary. Pure; safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary, mend: bool = True) -> None:
        """``mend``: whether typos are mended; off only to measure what mending is worth."""
        self.vocabulary = v = vocabulary
        self._cut = Cutter(v.freq).cut
        self._stop = frozenset(v.stop)
        self._term_of = v.term_of
        self._term_heads = {surface[:2] for surface in v.term_of}
        self._max_term = max(map(len, v.term_of), default=0)
        self._dialect = Phrases(v.dialect)
        self._fillers = Phrases(dict.fromkeys(v.fillers, True))
        self._latin = Latin(v)
        self._half_pinyin = HalfPinyin(v, self._latin.spell)
        self._mends = mend
        self._mender = Mender(v, self._cut)

        self._remembered = lru_cache(REMEMBERED)(self._read)
        self._remembered_left = lru_cache(REMEMBERED)(self._read_left)

    def read(self, text: str) -> Reading:
        """Read any text; never raises. Empty features mean that there is nothing to go by."""
        return self._remembered(text) if len(text) <= SHORT else self._read(text)

    def read_left(self, left: str) -> Reading:
        """Read what is left of a reading's ``plain`` text: it was folded and mended, and is not once more."""
        return self._remembered_left(left) if len(left) <= SHORT else self._read_left(left)

    def _read(self, text: str) -> Reading:
        repairs: list[Repair] = []
        folded = fold(text)
        plain = self._replace(_STRETCHED.sub(r"\1\1", folded), repairs)
        plain = self._latin.read(self._half_pinyin.read(plain, repairs), repairs)
        plain = self._mender.mend(plain, repairs) if self._mends else plain
        return self._cut_up(folded, plain, repairs)

    def _read_left(self, left: str) -> Reading:
        plain = " ".join(left.split())
        return self._cut_up(plain, plain, ())

    def _cut_up(self, folded: str, plain: str, repairs: Iterable[Repair]) -> Reading:
        pieces = self._cut(plain)
        all_words = [w for w in pieces if _RUN.match(w)]
        words = [w for w in all_words if w not in self._stop]
        terms = self._terms(plain, pieces)
        return Reading(
            folded=folded,
            plain=plain,
            words=tuple(words),
            terms=tuple(dict.fromkeys(terms)),
            features=tuple(self._features(plain, words or all_words, terms)),
            repairs=tuple(repairs),
        )

    def cut(self, plain: str) -> list[str]:
        """A plain text in pieces, blanks and punctuation among them."""
        return self._cut(plain)

    def words(self, text: str) -> list[str]:
        """The words of what somebody may ask, written without slips: as read() has them, but nothing is mended."""
        plain = self._latin.read(self._replace(fold(text), []), [])
        return [word for word in self._cut(plain) if _RUN.match(word) and word not in self._stop]

    def document(self, text: str) -> list[str]:
        """The features of a document's words, of any length: w: words, t: concepts, c: pairs of characters.

        Nothing is mended, for a document is not mistyped.
        """
        out: list[str] = []
        for at in range(0, len(text), PIECE):
            plain = fold(text[at : at + PIECE])
            pieces = self._cut(plain)
            out += ["w:" + word for word in pieces if _RUN.match(word) and word not in self._stop]
            out += ["t:" + term for term in self._terms(plain, pieces)]
            for match in HAN.finditer(_PUNCTUATION.sub(" ", plain)):
                run = match.group()
                out += ["c:" + run[i : i + 2] for i in range(len(run) - 1)]
        return out

    def _terms(self, plain: str, pieces: list[str]) -> list[str]:
        """Concepts whose words stand in the text, longest first at each place, in order.

        They begin and end where words do: 高企 is not in 提高企业.
        """
        ends = list(accumulate(map(len, pieces)))
        found = []
        done = 0
        for n, start in enumerate([0, *ends]):
            if start < done or plain[start : start + 2] not in self._term_heads:
                continue
            for end in reversed(ends[n : n + self._max_term]):
                if 1 < end - start <= self._max_term and (term := self._term_of.get(plain[start:end])) is not None:
                    found.append(term)
                    done = end
                    break
        return found

    def _features(self, plain: str, words: Iterable[str], terms: Iterable[str]) -> list[str]:
        out = ["w:" + word for word in words]
        out += ["t:" + term for term in terms]
        for match in HAN.finditer(_PUNCTUATION.sub(" ", plain)):
            run = match.group()
            out += ["c:" + run[i : i + 2] for i in range(len(run) - 1)]
            out += ["c:" + run[i : i + 3] for i in range(len(run) - 2)]
            out += [f"p:{a}{b}" for a, b in pairwise(self._mender.syllables(run))]
        return out

    def _replace(self, text: str, repairs: list[Repair]) -> str:
        """Dialect and Cantonese words to plain ones, fillers away."""
        out = []
        done = 0
        for found in self._dialect.scan(text):
            typed = text[found.start : found.end]
            if typed != found.value:
                repairs.append(Repair(typed, found.value, "dialect"))
            out += [text[done : found.start], found.value]
            done = found.end
        plain = "".join([*out, text[done:]])
        without = self._fillers.without(plain, "")
        return without if _RUN.search(without) else plain  # 哈哈哈 alone is an answer, not a filler
