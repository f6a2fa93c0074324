"""What people say in words that official texts don't use, found in a question as it stands or word by word.

老板跑路欠工资 is found in 老板跑路了,还欠着我们三个月工资 as well: all words of a saying that carry anything stand
there, in whatever order and with whatever between. Sayings are looked up by the two rarest of their words, so that
their number costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from itertools import combinations

from knowledge.text.phrases import Phrases

SHORTEST = 4
"""Characters of a saying whose words may stand apart: of a shorter one they mean little by themselves."""
LEAST = 3
"""Characters that its words have together, at least; and there are two of them."""
REMEMBERED = 32
"""Texts that are remembered: several look up what is said in the same question."""
MOST = 60
"""Words of a text, the rarest, whose sayings are looked up: a story of a thousand characters would take 40 ms else."""
BETWEEN = "\t"

Words = Callable[[str], Collection[str]]
"""The words of a folded text that carry anything."""


class Sayings:
    """Pure but for what it remembers."""

    def __init__(
        self, said: Mapping[str, Sequence[str]], apart: Mapping[str, str], words: Words, counts: Mapping[str, int]
    ) -> None:
        """``said``: folded, what is said -> what official texts call it; ``apart``: what apart_of() gave."""
        self.said, self.apart = said, apart
        self._words, self._counts = words, counts
        self._whole = Phrases({one: one for one in said})
        self.called = lru_cache(REMEMBERED)(self._called)
        """What official texts call what a folded text says, by what it says; not to be changed."""

    def _called(self, plain: str) -> Mapping[str, tuple[str, ...]]:
        found = dict.fromkeys(one.value for one in self._whole.scan(plain))
        for longer in tuple(found):  # 狗咬 in 被狗咬了 says as much
            found |= dict.fromkeys(one.value for part in (longer[1:], longer[:-1]) for one in self._whole.scan(part))
        words = _rarest_first(self._words(plain), self._counts)
        held = frozenset(words)
        for pair in combinations(words[:MOST], 2):
            sayings = self.apart.get(BETWEEN.join(pair))
            if sayings is not None:
                found |= dict.fromkeys(one for one in sayings.split(BETWEEN) if held.issuperset(self._words(one)))
        return {one: tuple(self.said[one]) for one in found}


def apart_of(said: Mapping[str, Sequence[str]], words: Words, counts: Mapping[str, int]) -> dict[str, str]:
    """The sayings whose words may stand apart, by the two rarest of these; ``counts``: how common words are."""
    out: dict[str, list[str]] = {}
    for saying in said:
        parts = _rarest_first(words(saying), counts) if len(saying) >= SHORTEST else []
        if len(parts) > 1 and sum(map(len, parts)) >= LEAST:
            out.setdefault(BETWEEN.join(parts[:2]), []).append(saying)
    return {pair: BETWEEN.join(sayings) for pair, sayings in out.items()}


def _rarest_first(words: Collection[str], counts: Mapping[str, int]) -> list[str]:
    """Each once; single characters last, for they stand everywhere."""
    return sorted(frozenset(words), key=lambda word: (len(word) == 1, counts.get(word, 0), word))
