"""A second look at the few best: how the question's words stand together in the text itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from knowledge.retrieval.terms import Question, tight

FEATURES = ("first", "breadth", "together", "runs", "covered", "siblings")
"""Names, in the order of the columns:

- ``first``: the score of the first look
- ``breadth``: log of how many entries the group has
- ``together``: share of neighbouring words of the question that stand near each other in the text, in their order
- ``runs``: how long the pieces of the question are that stand in the text unbroken (1: the whole question)
- ``covered``: share of the question's words that stand in the text, by the square of their rarity
- ``siblings``: how many of the other candidates are of the same group, the best ones counting most
"""
NEAR = 40
"""Characters between two words that stand near each other in a long text."""
NEAR_IN_SHORT = 12
"""The same in a short one."""
SIBLING = 5.0


class SecondLook:
    """Looks at texts with one question in mind."""

    def __init__(self, question: Question, rarity: Mapping[str, float], long: bool, runs: bool) -> None:
        """``rarity``: of the question's words; ``long``: of the texts; ``runs``: whether runs counts at all."""
        self._asked = tight(question.runs)
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

    def values(self, text: str) -> tuple[float, float, float]:
        """together, runs and covered of one tight text."""
        covered = 0.0
        for word, weight in self._words:
            if word in text:
                covered += weight
        for word, weight in self._numbers:
            if _whole(word, text):
                covered += weight
        together = 0.0
        for a, b, weight in self._neighbours:
            if _near(a, b, text, self._near):
                together += weight
        return (
            together / self._all_neighbours,
            _runs(self._asked, text) if self._with_runs else 0.0,
            covered / self._all_words,
        )


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
    at = text.find(a)
    while at >= 0:
        end = at + len(a)
        if text.find(b, end, end + near + len(b)) >= 0:
            return True
        at = text.find(a, end)
    return False


def _runs(asked: str, text: str) -> float:
    """Root of the sum of squared lengths of the pieces, in parts of the question's length."""
    total = at = 0
    end = len(asked)
    while at < end - 1:
        to = at + 2
        if asked[at:to] in text:
            while to < end and asked[at : to + 1] in text:
                to += 1
            total += (to - at) ** 2
            at = to
        else:
            at += 1
    return float(total**0.5 / max(1, end))
