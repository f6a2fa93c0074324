"""Pairs of characters of long texts, made ready: how like texts are to one another, and what can't stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BUCKET_BITS = 13
"""Of the number of a bucket for pairs of characters; two pairs in one bucket count as the same."""
LEADERS = 5
"""Candidates that alike() compares with."""
SHARPNESS = 5.0
"""How much more a leader with the higher score in the first look counts there."""


@dataclass(frozen=True)
class Pairs:
    """Of each text the buckets of its pairs, as arrays that can be looked at where they lie on disk."""

    start: NDArray[np.int64]
    """(texts + 1,): where the buckets of each text begin."""
    bucket: NDArray[np.uint16]
    """(buckets of all texts,): distinct ones, growing within a text."""
    share: NDArray[np.float32]
    """(buckets of all texts,): by log count and rarity (tf-idf); those of a text as a vector are 1 long."""
    bits: NDArray[np.uint8]
    """(texts, buckets / 8): a bit for each bucket that a text has."""

    def alike(self, numbers: Sequence[int], first: NDArray[np.float64]) -> list[float]:
        """Of candidates, best first, with their scores in the first look: what many of the best say is asked for.

        The cosine of their pairs with those of the leaders, and a leader is its own as well: 0 to 1.
        """
        weights = np.exp((first[:LEADERS] / first[0] - 1) * SHARPNESS).astype(np.float32)
        weights /= weights.sum()
        leading = np.zeros(1 << BUCKET_BITS, dtype=np.float32)
        for number, weight in zip(numbers[:LEADERS], weights, strict=False):
            leading[self._buckets(number)] += self._shares(number) * weight
        return [float(leading[self._buckets(number)] @ self._shares(number)) for number in numbers]

    def may_stand(self, numbers: Sequence[int], words: Sequence[str]) -> NDArray[np.bool_]:
        """(words, some texts): False where a pair of the word stands nowhere in the text, so that it can't either."""
        sizes = np.array([len(word) for word in words])
        ends = sizes.cumsum()
        may = np.ones((len(numbers), int(sizes.sum())), dtype=np.bool_)
        may[:, :-1] = self.holding(numbers, "".join(words))
        may[:, ends - 1] = True  # pairs of one word's end with the next one's beginning
        return np.logical_and.reduceat(may, ends - sizes, axis=1).T

    def holding(self, numbers: Sequence[int], text: str) -> NDArray[np.bool_]:
        """(some texts, pairs of ``text``): False where the pair stands nowhere in the one of these texts."""
        asked = buckets(text)
        octets = self.bits[np.array(numbers)[:, None], asked >> 3]
        held: NDArray[np.bool_] = (octets << (asked & 7).astype(np.uint8) & 128) > 0
        return held

    def _buckets(self, number: int) -> NDArray[np.uint16]:
        return self.bucket[self.start[number] : self.start[number + 1]]

    def _shares(self, number: int) -> NDArray[np.float32]:
        return self.share[self.start[number] : self.start[number + 1]]


def pairs(texts: Sequence[str]) -> Pairs:
    """Of all tight texts."""
    counted = [np.unique(buckets(text), return_counts=True) for text in texts]
    holding = np.zeros(1 << BUCKET_BITS)
    for held, _ in counted:
        holding[held] += 1
    rarity = np.log1p((len(texts) - holding + 0.5) / (holding + 0.5)).astype(np.float32)
    shares = [_unit(np.log1p(counts.astype(np.float32)) * rarity[held]) for held, counts in counted]
    return Pairs(
        start=np.cumsum([0, *(len(held) for held, _ in counted)], dtype=np.int64),
        bucket=np.concatenate([np.zeros(0, dtype=np.uint16), *(held for held, _ in counted)]),
        share=np.concatenate([np.zeros(0, dtype=np.float32), *shares]),
        bits=np.array([_bits(held) for held, _ in counted]).reshape(len(texts), -1),
    )


def buckets(text: str) -> NDArray[np.uint16]:
    """The bucket of each pair of characters, in order."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    mixed = codes[:-1] * np.uint32(2_654_435_761) + codes[1:] * np.uint32(40_503)
    return (mixed >> np.uint32(32 - BUCKET_BITS)).astype(np.uint16)


def _bits(held: NDArray[np.uint16]) -> NDArray[np.uint8]:
    flags = np.zeros(1 << BUCKET_BITS, dtype=np.bool_)
    flags[held] = True
    return np.packbits(flags)


def _unit(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return values / np.float32(max(float(np.linalg.norm(values)), 1e-9))
