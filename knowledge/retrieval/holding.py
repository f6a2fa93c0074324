"""What a text holds of a question: its words, words of the same concept, and what official texts call them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OTHERWISE = 0.8
"""What a word counts of which an official one stands in the clause: who made the list may not have meant this case."""
WINDOW = 600
"""Characters within which the question's words must stand to count together: in a long clause they stand by chance."""


@dataclass(frozen=True)
class SoughtWord:
    """A word that is looked for, and all as which it may stand in a text."""

    word: str
    rarity: float
    others: Sequence[str]
    """Other words of its concept."""
    parts: Sequence[str]
    """Its pairs of characters."""
    called: Sequence[tuple[str, float]]
    """What official texts call it, with what each is worth."""

    def held(self, text: str) -> float:
        """What it counts in a text."""
        if stands(self.word, self.others, self.parts, text):
            return self.rarity
        best = 0.0
        for term, worth in self.called:
            if worth > best and term in text:
                best = worth
        return OTHERWISE * best


def standing_in(words: Sequence[SoughtWord], whole: str) -> tuple[Sequence[SoughtWord], float]:
    """The words that stand in all of a text, and what they count: what isn't there is looked for in no piece of it."""
    counted = [(word, worth) for word in words if (worth := word.held(whole))]
    return [word for word, _ in counted], sum(worth for _, worth in counted)


def most_held_in(standing: Sequence[SoughtWord], most: float, pieces: Sequence[str]) -> float:
    """held_in() of the piece of a text that has most. ``standing``, ``most``: standing_in() of the whole text."""
    best = 0.0
    for piece in pieces:
        best = max(best, held_in(standing, piece))
        if best == most:
            break
    return best


def held_in(words: Sequence[SoughtWord], text: str) -> float:
    """Summed rarity of the words that stand in a text, or for which another stands that official texts use."""
    return sum(word.held(text) for word in words)


def stands(word: str, others: Sequence[str], parts: Sequence[str], text: str) -> bool:
    """Loops, not any() and all(): it runs some hundred times a question."""
    if word in text:
        return True
    for other in others:
        if other in text:
            return True
    for part in parts:
        if part not in text:
            return False
    return bool(parts)


def windows(text: str) -> Sequence[str]:
    """Stretches of a long text, overlapping by half; the text itself where it is no longer than one."""
    if len(text) <= WINDOW:
        return [text]
    half = WINDOW // 2
    return [text[i : i + WINDOW] for i in range(0, len(text) - half, half)]


def pairs_of(word: str) -> Sequence[str]:
    """A word's pairs of characters, one after the other; none of a Latin word."""
    return [word[i : i + 2] for i in range(len(word) - 1)] if len(word) > 1 and not word.isascii() else []


def longest_run(asked: str, text: str) -> int:
    """Length of the longest run of ``asked`` that stands in ``text``.

    A run that ends here is at most one longer than the longest that ended before: one look for each character.
    """
    best = 0
    for end in range(1, len(asked) + 1):
        if best < end and asked[end - best - 1 : end] in text:
            best += 1
    return best


def share_of_pairs(plain: str, text: str) -> float:
    """Of the pairs of characters of a plain text, the share that stand in another."""
    pairs = [plain[i : i + 2] for i in range(len(plain) - 1)]
    return sum(pair in text for pair in pairs) / len(pairs) if pairs else 0.0
