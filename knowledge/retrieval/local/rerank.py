"""A second look at the few best: how the question's words stand together in the text itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import compress, count, repeat
from operator import and_

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.interface import Question
from knowledge.retrieval.local.likeness import Pairs
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


class SecondLook:
    """Looks at texts with one question in mind."""

    def __init__(self, question: Question, rarity: Mapping[str, float], long: bool, counts: Collection[str]) -> None:
        """``rarity``: of the question's words; ``long``: of the texts; ``counts``: the features that count at all."""
        self._asked = tight(question.runs) if "runs" in counts else ""
        self._subject = question.content[:SUBJECT] if "opening" in counts else ()
        self._words = list(rarity)
        self._rarity = rarity
        self._squared = np.array([r * r for r in rarity.values()])
        self._neighbours = list(zip(question.content, question.content[1:], strict=False))
        self._long = long

    def values(self, texts: Sequence[str], numbers: Sequence[int], pairs: Pairs | None) -> NDArray[np.float64]:
        """(texts, 5): together, runs, longest, covered and opening of some tight texts.

        ``numbers``: of the texts in ``pairs``, if there are any.
        """
        may = pairs.may_stand(numbers, self._words).tolist() if pairs and self._words else repeat(None)
        stands = {word: standing(word, texts, there) for word, there in zip(self._words, may, strict=False)}
        out = np.zeros((len(texts), 5))
        out[:, 0] = self._together(stands, texts)
        if pairs and self._asked:
            held = pairs.holding(numbers, self._asked).tolist()
            out[:, 1:3] = [_runs(self._asked, text, there) for text, there in zip(texts, held, strict=True)]
        rows = np.array([np.frombuffer(stands[word], dtype=np.uint8) for word in self._words])
        out[:, 3] = self._squared @ rows / (self._squared.sum() or 1.0)
        if self._subject:
            openings = [text[:OPENING] for text in texts]
            out[:, 4] = [sum(word in opening for word in self._subject) / len(self._subject) for opening in openings]
        return out

    def _together(self, stands: Mapping[str, bytes], texts: Sequence[str]) -> NDArray[np.float64]:
        near = NEAR if self._long else NEAR_IN_SHORT
        total, out = 0.0, [0.0] * len(texts)
        for a, b in self._neighbours:
            weight = min(self._rarity[a], self._rarity[b]) if self._long else 1.0
            total += weight
            for i in compress(count(), map(and_, stands[a], stands[b])):
                if _near(a, b, texts[i], near):
                    out[i] += weight
        return np.array(out) / (total or 1.0)


def standing(word: str, texts: Sequence[str], may: Sequence[bool] | None) -> bytes:
    """Of each text 1 where the word stands in it, else 0; a number or a Latin word only as a whole one.

    ``may``: of each text, whether it can stand there at all; None: anywhere.
    """
    if word.isascii():
        return bytes([_whole(word, text) for text in texts])
    if may is None:
        return bytes([word in text for text in texts])
    return bytes([there and word in text for there, text in zip(may, texts, strict=True)])


def siblings(groups: Sequence[int]) -> list[float]:
    """Of candidates, best first, with their groups (-1: none)."""
    votes: dict[int, float] = {}
    for rank, group in enumerate(groups):
        votes[group] = votes.get(group, 0.0) + 1 / (rank + SIBLING)
    return [votes[g] - 1 / (rank + SIBLING) if g >= 0 else 0.0 for rank, g in enumerate(groups)]


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
    """Whether ``b`` begins at most ``near`` characters after an ``a``."""
    at = text.find(a)
    while at >= 0:
        end = at + len(a)
        follows = text.find(b, end)
        if follows < 0 or follows <= end + near:
            return follows >= 0
        at = text.find(a, follows - near - len(a))  # those before are too far from any b
    return False


def _runs(asked: str, text: str, may: Sequence[bool]) -> tuple[float, float]:
    """Root of the sum of squared lengths of the pieces, in parts of the question's length; and the longest, in tens.

    ``may``: of each pair of the question, whether it may stand in the text.
    """
    total = at = longest = 0
    end = len(asked)
    while at < end - 1:
        to = at + 2
        if may[at] and asked[at:to] in text:
            while to < end and may[to - 1] and asked[at : to + 1] in text:
                to += 1
            total += (to - at) ** 2
            longest = max(longest, to - at)
            at = to
        else:
            at += 1
    return total**0.5 / max(1, end), longest / 10
