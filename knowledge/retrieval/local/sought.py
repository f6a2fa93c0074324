"""What a question looks for in the first look: terms of each kind, with what each counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.interface import Question
from knowledge.retrieval.local import postings
from knowledge.retrieval.local.postings import Scores
from knowledge.retrieval.local.terms import Keys, Terms, grams, spelt

KINDS = {"words": 0, "pairs": 2, "triples": 3}
"""Kinds of terms, and how many characters each has; 0 for words."""


@dataclass(frozen=True)
class Sought:
    """Terms of one kind; those of the question come before those that stand for its everyday words."""

    kind: str
    keys: Keys
    """(terms,)"""
    weights: Scores
    """(terms,): what each counts."""
    words: Sequence[str] = ()
    """(terms,) of words alone: a hash can't be read back."""

    @property
    def spelt(self) -> Sequence[str]:
        """The terms as texts."""
        return spelt(self.keys, KINDS[self.kind]) if KINDS[self.kind] else self.words


def sought(asked: Question, terms: Terms, weights: Mapping[str, float], everyday: float) -> list[Sought]:
    """``weights``: of each kind that is indexed; ``everyday``: what the law's words for everyday ones count."""
    out = []
    for kind, weight in weights.items():
        size = KINDS[kind]
        if size:
            keys, times = np.unique(grams(asked.runs, size), return_counts=True)
            out.append(Sought(kind, keys, times.astype(np.float32) * np.float32(weight)))
        else:
            out.append(_words(kind, _weighted(asked.words, weights), weight))
        if size != 3 and asked.everyday:
            out.append(_lawful(kind, asked, terms, everyday))
    return out


def _words(kind: str, weights: Mapping[str, float], factor: float) -> Sought:
    keys, counts = postings.counted(weights)
    return Sought(kind, keys, counts * np.float32(factor), list(weights))


def _weighted(words: Sequence[str], weights: Mapping[str, float]) -> dict[str, float]:
    """Words with what each counts: one without Chinese characters has no pairs that would count beside it."""
    alone = sum(weights.values())
    return {word: count * (alone if word.isascii() else 1.0) for word, count in Counter(words).items()}


def _lawful(kind: str, asked: Question, terms: Terms, everyday: float) -> Sought:
    size = KINDS[kind]
    weights: dict[Any, float] = {}
    shares = list(asked.everyday.values())
    for part, term in terms.parts(list(asked.everyday), size):
        weights[part] = max(weights.get(part, 0.0), shares[term])
    if not size:
        return _words(kind, weights, everyday)
    keys: NDArray[np.uint64] = np.array(list(weights), dtype=np.uint64)
    return Sought(kind, keys, np.array(list(weights.values()), dtype=np.float32) * np.float32(everyday))
