"""What a text holds of a question: its words, words of the same concept, and what official texts call them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

OTHERWISE = 0.8
"""What a word counts of which an official one stands in the clause: who made the list may not have meant this case."""
WINDOW = 600
"""Characters within which the question's words must stand to count together: in a long clause they stand by chance."""


class SoughtWord(NamedTuple):
    """A word that is looked for, and all as which it may stand in a text."""

    rarity: float
    """What it counts where it stands itself, or as another word of its concept."""
    forms: Sequence[str]
    """The word, and the others of its concept."""
    parts: Sequence[str]
    """Its pairs of characters, which may stand apart; none of a word that is a pair itself."""
    called: Sequence[tuple[str, float]]
    """What official texts call it, with what each counts, most first."""

    @classmethod
    def of(cls, word: str, rarity: float, others: Sequence[str], called: Iterable[tuple[str, float]]) -> SoughtWord:
        """``others``: words of its concept; ``called``: what official texts call it, with the rarity of each.

        None of those counts more than the word itself would: a text that has the word holds all of it.
        """
        parts = pairs_of(word) if len(word) > 2 else ()
        worth = sorted(((term, OTHERWISE * min(rarity, rare)) for term, rare in called), key=lambda pair: -pair[1])
        return cls(rarity, (word, *others), parts, worth)

    def held(self, text: str) -> float:
        """What it counts in a text."""
        return held_in((self,), text)

    def within(self, whole: str) -> SoughtWord:
        """What of it stands in a text: as nothing else is it found in a piece of that text."""
        return SoughtWord(
            self.rarity,
            [form for form in self.forms if form in whole],
            self.parts if all(part in whole for part in self.parts) else (),
            [pair for pair in self.called if pair[0] in whole],
        )


def standing_in(words: Sequence[SoughtWord], whole: str) -> tuple[Sequence[SoughtWord], float]:
    """What of the words stands in all of a text, and what it counts."""
    counted = [(word, worth) for word in words if (worth := word.held(whole))]
    return [word.within(whole) for word, _ in counted], sum(worth for _, worth in counted)


def most_held_in(standing: Sequence[SoughtWord], most: float, pieces: Sequence[str]) -> float:
    """held_in() of the piece of a text that has most. ``standing``, ``most``: standing_in() of the whole text."""
    best = 0.0
    for piece in pieces:
        best = max(best, held_in(standing, piece))
        if best == most:
            break
    return best


def held_in(words: Sequence[SoughtWord], text: str) -> float:
    """Summed rarity of the words that stand in a text, or for which another stands that official texts use.

    One loop with no calls: it runs some hundred times a question.
    """
    held = 0.0
    for word in words:
        for form in word.forms:
            if form in text:
                held += word.rarity
                break
        else:
            for part in word.parts:
                if part not in text:
                    apart = False
                    break
            else:
                apart = bool(word.parts)
            if apart:
                held += word.rarity
                continue
            for term, worth in word.called:
                if term in text:
                    held += worth
                    break
    return held


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
