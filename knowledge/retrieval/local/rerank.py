"""A second look at the few best: how the question's words stand together in the text itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.interface import Question
from knowledge.retrieval.local.terms import tight

FEATURES = ("first", "breadth", "together", "runs", "longest", "covered", "opening", "siblings", "alike")
"""Names, in the order of the columns:

- ``first``: the score of the first look
- ``breadth``: log of how many entries the group has
- ``together``: share of neighbouring words of the question that stand near each other in the text, in their order
- ``runs``: how long the pieces of the question are that stand in the text unbroken (1: the whole question)
- ``longest``: characters of the longest of these pieces, in tens: a name or a phrase says more than its parts
- ``covered``: share of the question's words that stand in the text, by the square of their rarity
- ``opening``: share of the question's first words, which say what it is about, that stand where the text begins
- ``siblings``: how many of the other candidates are of the same group, the best ones counting most
- ``alike``: how many pairs of characters the text shares with the candidates that the first look liked best, rare ones
  and repeated ones counting more (tf-idf)
"""
NEAR = 40
"""Characters between two words that stand near each other in a long text."""
NEAR_IN_SHORT = 12
"""The same in a short one."""
SIBLING = 5.0
OPENING = 150
"""Characters with which a text begins: title and first sentence."""
SUBJECT = 3
"""Words with which a question says what it is about."""
LEADERS = 5
"""Candidates that ``alike`` compares with."""
SHARPNESS = 5.0
"""How much more a leader with the higher score in the first look counts there."""
BUCKET_BITS = 13
"""Of the number of a bucket for pairs of characters; two pairs in one bucket count as the same."""


class SecondLook:
    """Looks at texts with one question in mind."""

    def __init__(self, question: Question, rarity: Mapping[str, float], long: bool, runs: bool) -> None:
        """``rarity``: of the question's words; ``long``: of the texts; ``runs``: whether runs counts at all."""
        self._asked = tight(question.runs)
        self._subject = question.content[:SUBJECT]
        squared = {word: r * r for word, r in rarity.items()}
        self._all_words = sum(squared.values()) or 1.0
        self._words = [(word, r) for word, r in squared.items() if not word.isascii()]
        self._numbers = [(word, r) for word, r in squared.items() if word.isascii()]
        self._neighbours = [
            (a, b, min(rarity.get(a, 1.0), rarity.get(b, 1.0)) if long else 1.0)
            for a, b in zip(question.content, question.content[1:], strict=False)
        ]
        self._all_neighbours = sum(weight for _, _, weight in self._neighbours) or 1.0
        self._near = NEAR if long else NEAR_IN_SHORT
        self._with_runs = runs

    def values(self, text: str) -> tuple[float, float, float, float, float]:
        """together, runs, longest, covered and opening of one tight text."""
        covered, missing = 0.0, set()
        for word, weight in self._words:
            if word in text:
                covered += weight
            else:
                missing.add(word)
        for word, weight in self._numbers:
            if _whole(word, text):
                covered += weight
        together = 0.0
        for a, b, weight in self._neighbours:
            if a not in missing and b not in missing and _near(a, b, text, self._near):
                together += weight
        return (
            together / self._all_neighbours,
            *(_runs(self._asked, text) if self._with_runs else (0.0, 0.0)),
            covered / self._all_words,
            sum(word in text[:OPENING] for word in self._subject) / max(1, len(self._subject)),
        )


def siblings(groups: Sequence[int]) -> list[float]:
    """Of candidates, best first, with their groups (-1: none)."""
    votes: dict[int, float] = {}
    for rank, group in enumerate(groups):
        votes[group] = votes.get(group, 0.0) + 1 / (rank + SIBLING)
    return [votes[g] - 1 / (rank + SIBLING) if g >= 0 else 0.0 for rank, g in enumerate(groups)]


def alike(texts: Sequence[str], first: NDArray[np.float64], rarity: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of candidates, best first, with their scores in the first look: what many of the best say is what is asked for.

    The cosine of their pairs with those of the leaders, and a leader is its own as well: 0 to 1. ``rarity``: (buckets,)
    of pair_rarity().
    """
    holds = np.zeros((len(texts), len(rarity)), dtype=np.float32)
    for row, text in zip(holds, texts, strict=True):
        row += np.bincount(_buckets(text), minlength=len(rarity))
    np.log1p(holds, out=holds)
    holds *= rarity
    holds /= np.maximum(np.linalg.norm(holds, axis=1, keepdims=True), 1e-9)
    weights = np.exp((first[:LEADERS] / first[0] - 1) * SHARPNESS).astype(np.float32)
    values: NDArray[np.float64] = (holds @ (weights @ holds[:LEADERS]) / weights.sum()).astype(np.float64)
    return values


def pair_rarity(texts: Sequence[str]) -> NDArray[np.float32]:
    """(buckets,): inverse document frequency of the pairs of characters of all tight texts, by bucket."""
    holding = np.zeros(1 << BUCKET_BITS)
    for text in texts:
        holding[np.unique(_buckets(text))] += 1
    return np.asarray(np.log1p((len(texts) - holding + 0.5) / (holding + 0.5)), dtype=np.float32)


def _buckets(text: str) -> NDArray[np.uint32]:
    """The bucket of each pair of characters."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return (codes[:-1] * np.uint32(2_654_435_761) + codes[1:] * np.uint32(40_503)) >> np.uint32(32 - BUCKET_BITS)


def _whole(word: str, text: str) -> bool:
    """Whether the number or Latin word stands in the text as a whole one."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (text[at - 1 : at].isascii() and at) and not (text[end : end + 1].isascii() and end < len(text)):
            return True
        at = text.find(word, at + 1)
    return False


def _near(a: str, b: str, text: str, near: int) -> bool:
    at = text.find(a)
    while at >= 0:
        end = at + len(a)
        if text.find(b, end, end + near + len(b)) >= 0:
            return True
        at = text.find(a, end)
    return False


def _runs(asked: str, text: str) -> tuple[float, float]:
    """Root of the sum of squared lengths of the pieces, in parts of the question's length; and the longest, in tens."""
    total = at = longest = 0
    end = len(asked)
    while at < end - 1:
        to = at + 2
        if asked[at:to] in text:
            while to < end and asked[at : to + 1] in text:
                to += 1
            total += (to - at) ** 2
            longest = max(longest, to - at)
            at = to
        else:
            at += 1
    return total**0.5 / max(1, end), longest / 10
