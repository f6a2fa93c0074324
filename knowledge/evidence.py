"""How probable it is that a clause without phrasings answers a question: evidence from words alone.

Search gives candidates; for each, these signals, all between 0 and 1:

- ``cover``: share of the question's words, by rarity, that stand in the clause or the titles above it
- ``pairs``: the same with pairs of characters, for words that are cut in another way
- ``title``: share of the question's words, by rarity, that stand in the titles
- ``run``: the longest run of the question's characters that stands in the clause or its titles, as a share of them
- ``ahead``: how far the candidate's score is from the best one's (1: it is the best)
- ``much``: how much there is to go by at all: summed rarity of the words found

evidence.yaml, fitted on questions for clauses of taught policies as if they had no phrasings (fit.py), turns them into a
probability; so many more clauses than there were in the fit make a chance hit likelier, which `CROWD` takes off.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from knowledge.fold import fold
from knowledge.model import Base
from knowledge.passages import Passages, headings
from knowledge.tokens import Reader, Reading

SIGNALS = ("cover", "pairs", "title", "run", "ahead", "much")
CANDIDATES = 8
"""Clauses that are looked at closely."""
REMEMBERED = 4_000
"""Clauses whose features are remembered."""
USUAL_WORDS = 120
"""Words of a usual clause: how likely a common word stands in it by chance."""
BACKGROUND = 500
"""Weight of common language beside the base's own clauses in a word's rarity, in clauses."""
ENOUGH = 20.0
"""Summed rarity of words from which there is enough to go by."""
_NOT_WORD = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"^[\d.]+$")


@dataclass(frozen=True)
class Weights:
    """evidence.yaml."""

    signal: Mapping[str, float]
    bias: float


START = Weights({"cover": 3.0, "pairs": 1.5, "title": 0.5, "run": 0.5, "ahead": 2.0, "much": 4.5}, -6.0)
"""What is used while there is no file yet."""
FILE = "evidence.yaml"


def load_weights(root: Path) -> Weights:
    """evidence.yaml under ``root``; START where there is none."""
    path = root / FILE
    if not path.exists():
        return START
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Weights(signal=data["signal"], bias=data["bias"])


@dataclass(frozen=True)
class Found:
    """A candidate and what speaks for it."""

    target: str
    probability: float
    signals: dict[str, float]


@dataclass(frozen=True)
class Known:
    """A clause's features, read once."""

    words: frozenset[str]
    pairs: frozenset[str]
    title: frozenset[str]
    text: str
    """Letters and digits of clause and titles."""


class Evidence:
    """Weighs candidates; pure but for what it remembers."""

    def __init__(self, base: Base, reader: Reader, passages: Passages, weights: Weights) -> None:
        self._policies = {p.id: p for p in base.policies}
        self._reader = reader
        self.passages = passages
        self._weights = weights
        self._freq = reader.vocabulary.freq
        self._total = float(sum(self._freq.values()))
        self._known = lru_cache(REMEMBERED)(self._read)

    def find(self, reading: Reading, generic: frozenset[str], only: str = "") -> list[Found]:
        """Candidates, most probable first; the probabilities leave the rest for "none of them".

        ``generic``: words that name no subject; ``only``: a policy's id, when the question is about that policy.
        """
        rows = self.signals(reading, generic, only)
        w = self._weights
        utility = [w.bias + sum(w.signal[name] * row[name] for name in SIGNALS) for _, row in rows]
        top = max([0.0, *utility])
        weights = [math.exp(u - top) for u in utility]
        whole = math.exp(-top) + sum(weights)
        found = [Found(t, p / whole, row) for (t, row), p in zip(rows, weights, strict=True)]
        return sorted(found, key=lambda f: -f.probability)

    def signals(self, reading: Reading, generic: frozenset[str], only: str = "") -> list[tuple[str, dict[str, float]]]:
        """The candidates with their signals, in the order of the search."""
        words = [w for w in dict.fromkeys(reading.words) if w not in generic and not _DIGITS.match(w)]
        if not words:
            return []
        found = self.passages.search(reading, CANDIDATES, only)
        rarity = {w: self._rarity("w:" + w, w) for w in words}
        plain = _NOT_WORD.sub("", reading.plain)
        pairs = {p: self._rarity("c:" + p, p) for w in words for p in _pairs(w)}
        whole, whole_pairs = sum(rarity.values()), sum(pairs.values()) or 1.0
        terms = {w: self._term(w) for w in words}
        out = []
        for target, score in found:
            known = self._known(target)

            def stands(word: str, where: frozenset[str]) -> bool:
                return "w:" + word in where or bool(terms[word] and "t:" + terms[word] in where)

            held = sum(r for w, r in rarity.items() if stands(w, known.words) or (len(w) > 1 and w in known.text))
            titled = sum(r for w, r in rarity.items() if stands(w, known.title))
            row = {
                "cover": held / whole,
                "pairs": sum(r for p, r in pairs.items() if "c:" + p in known.pairs) / whole_pairs,
                "title": titled / whole,
                "run": _run(plain, known.text) / max(len(plain), 1),
                "ahead": score / found[0][1],
                "much": min(1.0, held / ENOUGH),
            }
            out.append((target, {name: round(value, 3) for name, value in row.items()}))
        return out

    def _term(self, word: str) -> str:
        return self._reader.vocabulary.term_of.get(word, "")

    def _rarity(self, feature: str, word: str) -> float:
        """The rarity of a word among the clauses, with common language as so many clauses more."""
        chance = min(1.0, USUAL_WORDS * self._freq.get(word, 0) / self._total)
        held = self.passages.holding(feature) + BACKGROUND * chance
        return math.log((len(self.passages) + BACKGROUND + 1.0) / (held + 0.5))

    def _read(self, target: str) -> Known:
        policy_id, _, clause_id = target.partition("/")
        policy = self._policies[policy_id]
        clause = policy.clause(clause_id)
        above = headings(policy, clause)
        title = self._reader.document(above)
        features = [*title, *self._reader.document(clause.text)]
        return Known(
            words=frozenset(f for f in features if f[0] in "wt"),
            pairs=frozenset(f for f in features if f[0] == "c"),
            title=frozenset(f for f in title if f[0] in "wt"),
            text=_NOT_WORD.sub("", fold_whole(f"{above}\n{clause.text}")),
        )


def fold_whole(text: str, piece: int = 1_000) -> str:
    """fold() of a text of any length."""
    return "".join(fold(text[at : at + piece]) for at in range(0, len(text), piece))


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
