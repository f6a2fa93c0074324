"""Cuts Chinese text into words as jieba does without its model for unknown words: the likeliest words of a dictionary.

jieba's own code makes a table of all words at each place, then goes over it again; here both is one walk, and what was
cut before is remembered, for the repair of typos and the reading itself cut the same runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import log

SHORT = 60
"""Characters of a run that is worth remembering."""
REMEMBERED = 4_000
"""Runs that are remembered."""
_RUNS = re.compile(r"([一-鿕a-zA-Z0-9+#&._%\-]+)")
_BLANK = re.compile(r"(\r\n|\s)")
_LATIN = re.compile(r"[a-zA-Z0-9]")


class Cutter:
    """Cuts with one prefix dictionary (vocabulary.frequencies). Pure; safe to share between threads."""

    def __init__(self, freq: Mapping[str, int]) -> None:
        self._freq = freq
        self._total = log(sum(freq.values()) or 1)
        self._remembered = lru_cache(REMEMBERED)(self._run)

    def cut(self, text: str) -> list[str]:
        """All of the text in pieces, blanks and punctuation among them."""
        out: list[str] = []
        for n, piece in enumerate(_RUNS.split(text)):
            if n % 2:
                out += self._remembered(piece) if len(piece) <= SHORT else self._run(piece)
            elif piece:
                out += _between(piece)
        return out

    def finer(self, text: str) -> Iterator[str]:
        """The pieces of cut(); before each long one the shorter words that stand in it."""
        for word in self.cut(text):
            for size in (2, 3):
                if len(word) > size:
                    parts = (word[i : i + size] for i in range(len(word) - size + 1))
                    yield from (part for part in parts if self._freq.get(part))
            yield word

    def _run(self, run: str) -> tuple[str, ...]:
        ends = self._ends(run)
        out: list[str] = []
        at, latin = 0, ""
        while at < len(run):
            word = run[at : ends[at]]
            at = ends[at]
            if len(word) == 1 and _LATIN.match(word):
                latin += word
                continue
            if latin:
                out.append(latin)
                latin = ""
            out.append(word)
        return (*out, latin) if latin else tuple(out)

    def _ends(self, run: str) -> list[int]:
        """For each place where a word would end that began there, in the likeliest cut of all that follows."""
        get, total, size = self._freq.get, self._total, len(run)
        best = [0.0] * (size + 1)
        ends = [0] * size
        for start in range(size - 1, -1, -1):
            end = start + 1
            most, most_end = float("-inf"), 0
            count = get(run[start])
            while count is not None:
                if count and (score := log(count) - total + best[end]) >= most:
                    most, most_end = score, end
                end += 1
                if end > size:
                    break
                count = get(run[start:end])
            if not most_end:  # no word begins here
                most, most_end = best[start + 1] - total, start + 1
            best[start], ends[start] = most, most_end
        return ends


def _between(text: str) -> Iterator[str]:
    """Blanks, and every other character by itself."""
    for n, piece in enumerate(_BLANK.split(text)):
        if n % 2:
            yield piece
        else:
            yield from piece
