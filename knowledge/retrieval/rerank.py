"""A second look at the few best: how the question's words stand together in the text itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from knowledge.retrieval.terms import Question

FEATURES = ("first", "breadth", "everyday", "together", "runs", "covered", "characters", "passage", "siblings")
"""Names, in the order of values():

- ``first``: the score of the first look
- ``breadth``: log of how many entries the group has
- ``everyday``: what the law's words for the question's everyday ones added
- ``together``: share of neighbouring words of the question that stand near each other in the text, in their order
- ``runs``: how long the pieces of the question are that stand in the text unbroken (1: the whole question)
- ``covered``: share of the question's words that stand in the text, by the square of their rarity
- ``characters``: share of the question's characters that stand in the text
- ``passage``: share of the question's pairs of characters, by rarity, that stand in the text's best passage
- ``siblings``: how many of the other candidates are of the same group, the best ones counting most
"""
NEAR = 40
"""Characters between two words that stand near each other in a long text."""
NEAR_IN_SHORT = 12
"""The same in a short one."""
PASSAGE = 200
"""Characters of a passage."""
SIBLING = 5.0


def values(
    question: Question, rarity: Mapping[str, float], pairs: Mapping[str, float], text: str, long: bool
) -> tuple[float, float, float, float, float]:
    """together, runs, covered, characters and passage of one text.

    ``rarity``: of the question's words; ``pairs``: of its pairs of characters; ``text``: tight.
    """
    asked = question.tight
    weights = {word: r * r for word, r in rarity.items()}
    covered = _share(weights, text)
    near = NEAR if long else NEAR_IN_SHORT
    neighbours = list(zip(question.content, question.content[1:], strict=False))
    total = hit = 0.0
    for a, b in neighbours:
        weight = min(rarity.get(a, 1.0), rarity.get(b, 1.0)) if long else 1.0
        total += weight
        if _near(a, b, text, near):
            hit += weight
    characters = set(asked)
    return (
        hit / total if total else 0.0,
        _runs(asked, text),
        covered,
        sum(c in text for c in characters) / max(1, len(characters)),
        _passage(pairs, text) if long else 0.0,
    )


def siblings(groups: Sequence[int]) -> list[float]:
    """Of candidates, best first, with their groups (-1: none)."""
    votes: dict[int, float] = {}
    for rank, group in enumerate(groups):
        votes[group] = votes.get(group, 0.0) + 1 / (rank + SIBLING)
    return [votes[g] - 1 / (rank + SIBLING) if g >= 0 else 0.0 for rank, g in enumerate(groups)]


def _share(weights: Mapping[str, float], text: str) -> float:
    return sum(w for word, w in weights.items() if word in text) / (sum(weights.values()) or 1.0)


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
    while at < len(asked):
        size = 0
        while at + size < len(asked) and asked[at : at + size + 1] in text:
            size += 1
        if size > 1:
            total += size * size
        at += max(size, 1)
    return float(total**0.5 / max(1, len(asked)))


def _passage(pairs: Mapping[str, float], text: str) -> float:
    """Best share over all passages that begin at one of the pairs."""
    hits: list[tuple[int, str]] = []
    for pair in pairs:
        at = text.find(pair)
        while at >= 0:
            hits.append((at, pair))
            at = text.find(pair, at + 1)
    hits.sort()
    best = held = 0.0
    counts: dict[str, int] = {}
    first = 0
    for at, pair in hits:
        if not counts.get(pair):
            held += pairs[pair]
        counts[pair] = counts.get(pair, 0) + 1
        while hits[first][0] <= at - PASSAGE:
            gone = hits[first][1]
            counts[gone] -= 1
            if not counts[gone]:
                held -= pairs[gone]
            first += 1
        best = max(best, held)
    return best / (sum(pairs.values()) or 1.0)
