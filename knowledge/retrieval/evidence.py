"""How probable it is that a clause without phrasings answers a question: evidence from words alone.

Search gives candidates; for each, these signals, all between 0 and 1:

- ``cover``: share of the question's words, by rarity, that stand near each other in the clause or the titles above it
- ``pairs``: the same with pairs of characters, for words that are cut in another way
- ``run``: the longest run of the question's characters that stands in the clause or its titles, as a share of them
- ``ahead``: how the candidate's score compares with the best one's (1: it is the best)
- ``much``: how much there is to go by at all: summed rarity of the words found
- ``weight``: ``cover`` times ``much``: a whole match of common words says little, and so does a part of a long story

evidence.yaml, fitted by calibrate.py, turns them into a probability.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge import ROOT
from knowledge.base.contents import Base
from knowledge.base.target import Target, policy_of
from knowledge.reading.reader import Reader, Reading
from knowledge.retrieval.clause_finder import ClauseFinder, headings
from knowledge.text.fold import fold_whole

SIGNALS = ("cover", "pairs", "run", "ahead", "much", "weight")
CANDIDATES = 8
"""Clauses that are looked at closely."""
ALSO = 3
"""Clauses of a document that are looked at because the question names its place."""
REMEMBERED = 4_000
"""Clauses whose features are remembered."""
READ = 3_000
"""Characters of a clause in which runs are looked for."""
WINDOW = 600
"""Characters within which the question's words must stand to count together: in a long clause they stand by chance."""
USUAL_WORDS = 120
"""Words of a usual clause: how likely a common word stands in it by chance."""
BACKGROUND = 500
"""Weight of common language beside the base's own clauses in a word's rarity, in clauses."""
NAMED = 4.0
"""Log odds that a document which is asked by name answers."""
CITY = 3.0
"""Log odds that a document for the city which the question names answers."""
ENOUGH = 20.0
"""Summed rarity of words from which there is enough to go by."""
_NOT_WORD = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"^[\d.]+$")


@dataclass(frozen=True)
class Weights:
    """evidence.yaml."""

    signal: Mapping[str, float]
    bias: float


START = Weights({"cover": 0.0, "pairs": 1.3, "run": 2.0, "ahead": 1.5, "much": 1.5, "weight": 6.0}, bias=-8.0)
"""What is used while there is no file yet."""
FILE = "evidence.yaml"


def load_weights(root: Path) -> Weights:
    """evidence.yaml under ``root``, else the project's own; START where there is neither."""
    path = next((path for path in (root / FILE, ROOT / FILE) if path.exists()), None)
    if path is None:
        return START
    import yaml

    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Weights(signal=data["signal"], bias=data["bias"])


@dataclass(frozen=True)
class Found:
    """A candidate and what speaks for it."""

    target: str
    probability: float
    signals: dict[str, float]


class Evidence:
    """Weighs candidates; pure but for what it remembers."""

    def __init__(self, base: Base, reader: Reader, clauses: ClauseFinder, weights: Weights) -> None:
        self._policies = {p.id: p for p in base.policies}
        self._reader = reader
        self.clauses = clauses
        self._weights = weights
        self._freq = reader.vocabulary.freq
        self._total = float(sum(self._freq.values()))
        self._said: dict[str, list[str]] = {}
        for word, term in reader.vocabulary.term_of.items():
            self._said.setdefault(term, []).append(word)
        self._text = lru_cache(REMEMBERED)(self._read)

    def find(
        self,
        reading: Reading,
        generic: frozenset[str],
        only: str = "",
        cities: frozenset[str] = frozenset(),
        also: Sequence[str] = (),
    ) -> list[Found]:
        """Candidates, most probable first; the probabilities leave the rest for "none of them".

        ``generic``: words that name no subject; ``only``: a policy's id, when the question is about that policy;
        ``cities``: those that the question names; ``also``: policies of which some clauses are looked at in any case.
        """
        rows = self.signals(reading, generic, only, also)
        w = self._weights
        bias = w.bias + (NAMED if only else 0.0)
        here = {t: CITY if self._policies[policy_of(t)].city in cities else 0.0 for t, _ in rows}
        utility = [bias + here[t] + sum(w.signal[name] * row[name] for name in SIGNALS) for t, row in rows]
        top = max([0.0, *utility])
        weights = [math.exp(u - top) for u in utility]
        whole = math.exp(-top) + sum(weights)
        found = [Found(t, p / whole, row) for (t, row), p in zip(rows, weights, strict=True)]
        return sorted(found, key=lambda f: -f.probability)

    def signals(
        self, reading: Reading, generic: frozenset[str], only: str = "", also: Sequence[str] = ()
    ) -> list[tuple[str, dict[str, float]]]:
        """The candidates with their signals, in the order of the search."""
        words = [w for w in dict.fromkeys(reading.words) if w not in generic and not _DIGITS.match(w)]
        if not words:
            return []
        found = self.clauses.search(reading.plain, CANDIDATES, only)
        if also:
            further = dict(pair for policy in also for pair in self.clauses.search(reading.plain, ALSO, policy))
            found = sorted({**further, **dict(found)}.items(), key=lambda pair: -pair[1])
        texts = [self._text(target) for target, _ in found]
        rarity = {w: self._rarity(w) for w in words}
        pairs = {p: self._rarity(p) for w in words for p in _pairs(w)}
        held = [max(self._held(rarity, window) for window in _windows(text)) for text in texts]
        held_pairs = [sum(r for p, r in pairs.items() if p in text) for text in texts]
        whole, whole_pairs = sum(rarity.values()), sum(pairs.values()) or 1.0
        plain = _NOT_WORD.sub("", reading.plain)
        out = []
        for n, (target, score) in enumerate(found):
            much = min(1.0, held[n] / ENOUGH)
            row = {
                "cover": held[n] / whole,
                "pairs": held_pairs[n] / whole_pairs,
                "run": _run(plain, texts[n]) / max(len(plain), 1),
                "ahead": max(0.0, score / found[0][1]) if found[0][1] > 0 else 0.0,
                "much": much,
                "weight": much * held[n] / whole,
            }
            out.append((target, {name: round(value, 3) for name, value in row.items()}))
        return out

    def _held(self, rarity: Mapping[str, float], text: str) -> float:
        """Summed rarity of the words that stand in a text."""
        return sum(r for word, r in rarity.items() if self._standing(word, text))

    def _standing(self, word: str, text: str) -> bool:
        """Whether a word, another of its concept, or all of its pairs of characters stand in a text."""
        if word in text:
            return True
        term = self._reader.vocabulary.term_of.get(word, "")
        if term and any(other in text for other in self._said[term]):
            return True
        parts = _pairs(word)
        return bool(parts) and all(part in text for part in parts)

    def _rarity(self, word: str) -> float:
        """The rarity of a word among the clauses, with common language as so many clauses more."""
        chance = min(1.0, USUAL_WORDS * self._freq.get(word, 0) / self._total)
        held = self.clauses.holding(word) + BACKGROUND * chance
        return math.log((len(self.clauses) + BACKGROUND + 1.0) / (held + 0.5))

    def _read(self, target: str) -> str:
        """Letters and digits of a clause and the titles above it."""
        at = Target.parse(target)
        policy = self._policies[at.policy]
        clause = policy.clause(at.clause)
        return _NOT_WORD.sub("", fold_whole(f"{headings(policy, clause)}\n{clause.text[:READ]}"))


def _windows(text: str) -> Sequence[str]:
    """Stretches of a long text, overlapping by half; the text itself where it is no longer than one."""
    if len(text) <= WINDOW:
        return [text]
    half = WINDOW // 2
    return [text[i : i + WINDOW] for i in range(0, len(text) - half, half)]


def _pairs(word: str) -> Sequence[str]:
    return [word[i : i + 2] for i in range(len(word) - 1)] if len(word) > 1 and not word.isascii() else []


def _run(asked: str, text: str) -> int:
    """Length of the longest run of ``asked`` that stands in ``text``."""
    best = start = 0
    for end in range(1, len(asked) + 1):
        while start < end and asked[start:end] not in text:
            start += 1
        best = max(best, end - start)
    return best
