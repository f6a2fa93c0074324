"""Postings of one kind of term: for each term the entries that hold it, with its BM25 share in their scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.local.terms import Keys, grams

Numbers = NDArray[np.int32]
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Postings:
    """Sorted arrays, so that they can be looked at where they lie on disk."""

    keys: Keys
    """(terms,): each term as a number, sorted."""
    start: NDArray[np.int64]
    """(terms + 1,): where the entries of each term begin."""
    entry: Numbers
    """(postings,): entry numbers, growing within a term."""
    share: Scores
    """(postings,): what a term that stands once in the question adds to the entry's score."""
    rarity: Scores
    """(terms,): inverse document frequency."""

    def of(self, keys: Keys, weights: Scores) -> Iterator[tuple[Numbers, Scores, np.float32]]:
        """Of each term that stands anywhere its entries, growing, their shares, and what the term counts."""
        at, there = self._places(keys)
        spans = zip(self.start[at].tolist(), self.start[at + 1].tolist(), weights[there], strict=True)
        return ((self.entry[a:b], self.share[a:b], weight) for a, b, weight in spans)

    def holds(self, keys: Keys) -> NDArray[np.bool_]:
        """(keys,): whether any entry holds a term."""
        return self._places(keys)[1]

    def _places(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Places of those terms that stand anywhere, and (keys,): which ones do."""
        if not len(self.keys):
            return np.zeros(0, dtype=np.int64), np.zeros(len(keys), dtype=np.bool_)
        at = self.keys.searchsorted(keys)
        there = self.keys.take(at, mode="clip") == keys
        return at[there], there

    def entries(self, key: np.uint64) -> Numbers:
        """The entries that hold a term."""
        at = int(np.searchsorted(self.keys, key))
        if at == len(self.keys) or self.keys[at] != key:
            return self.entry[:0]
        return self.entry[self.start[at] : self.start[at + 1]]

    def rarities(self, keys: Keys, unknown: float) -> Scores:
        """Of each term; ``unknown`` where no entry holds it."""
        at, there = self._places(keys)
        out = np.full(len(keys), unknown, dtype=np.float32)
        out[there] = self.rarity[at]
        return out


def totals(added: Iterable[tuple[Numbers, Scores, np.float32]], entries: int) -> Scores:
    """(entries,): what several terms add up to, each with its entries, shares and weight, in their order."""
    none = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32), np.float32(0)
    held, shares, weights = zip(none, *added, strict=True)
    counted = np.concatenate(shares)
    counted *= np.repeat(np.array(weights), [len(one) for one in held])
    return np.bincount(np.concatenate(held), counted, minlength=entries).astype(np.float32)


def totals_of(numbers: Numbers, added: Iterable[tuple[Numbers, Scores, np.float32]]) -> Scores:
    """totals() of some entries alone, to the bit: ``numbers`` (some,), growing."""
    out = np.zeros(len(numbers))
    for held, shares, weight in added:
        here = np.minimum(held.searchsorted(numbers), len(held) - 1)
        there = held[here] == numbers
        out[there] += shares[here[there]] * weight
    return out.astype(np.float32)


def of_words(words: Sequence[Sequence[str]], k1: float, b: float) -> Postings:
    """``words``: of each entry."""
    numbers: dict[str, int] = {}
    flat = np.array([numbers.setdefault(w, len(numbers)) for entry in words for w in entry], dtype=np.int64)
    keys = word_keys(list(numbers))
    owner = np.repeat(np.arange(len(words)), [len(entry) for entry in words])
    return _postings(keys[flat] if len(flat) else np.zeros(0, dtype=np.uint64), owner, len(words), k1, b)


def of_grams(texts: Sequence[str], n: int, k1: float, b: float) -> Postings:
    """``texts``: folded, of each entry."""
    keys = [grams(text, n) for text in texts]
    owner = np.repeat(np.arange(len(texts)), [len(entry) for entry in keys])
    return _postings(np.concatenate([np.zeros(0, dtype=np.uint64), *keys]), owner, len(texts), k1, b)


def word_keys(words: Sequence[str]) -> Keys:
    """Words as numbers: 64 bits of a hash, the same on every machine."""
    digests = [blake2b(w.encode("utf-8", "surrogatepass"), digest_size=8).digest() for w in words]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def counted(weights: Mapping[str, float]) -> tuple[Keys, Scores]:
    """Words with their weights as arrays."""
    return word_keys(list(weights)), np.array(list(weights.values()), dtype=np.float32)


def _postings(flat: Keys, owner: NDArray[np.int64], entries: int, k1: float, b: float) -> Postings:
    """BM25 (Robertson, with Lucene's rarity, which is never negative) of every term in every entry."""
    keys, term = np.unique(flat, return_inverse=True)
    both, count = np.unique(term.astype(np.int64) * max(entries, 1) + owner, return_counts=True)
    term, entry = both // max(entries, 1), both % max(entries, 1)
    sizes = np.bincount(term, minlength=len(keys))
    rarity = np.log1p((entries - sizes + 0.5) / (sizes + 0.5))
    length = np.bincount(owner, minlength=entries)
    relative = length / max(float(length.mean()) if entries else 0.0, 1e-9)
    share = rarity[term] * count * (k1 + 1) / (count + k1 * (1 - b + b * relative[entry]))
    return Postings(
        keys=keys,
        start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        entry=entry.astype(np.int32),
        share=share.astype(np.float32),
        rarity=rarity.astype(np.float32),
    )
