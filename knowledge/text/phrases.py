"""Finds known phrases in a text: left to right, the longest at each place.

A dictionary scan by the first two characters: the time doesn't grow with the number of phrases, which an alternation of
a thousand in a regular expression does. Latin phrases match whole words only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import add
from typing import Generic, TypeVar

V = TypeVar("V")
_ONE = (1,)


@dataclass(frozen=True)
class Found(Generic[V]):
    """A phrase found at text[start:end]."""

    start: int
    end: int
    value: V


class Phrases(Generic[V]):
    """A table of folded phrases, ready to scan with."""

    def __init__(self, table: Mapping[str, V]) -> None:
        self._table = {phrase: value for phrase, value in table.items() if phrase}
        sizes: dict[str, set[int]] = {}
        for phrase in self._table:
            sizes.setdefault(phrase[:2], set()).add(len(phrase))
        alone = {head for head in sizes if len(head) == 1}
        for head in sizes:
            if head[0] in alone:
                sizes[head].add(1)
        self._alone = frozenset(alone)
        self._sizes = {head: sorted(found, reverse=True) for head, found in sizes.items()}

    def __contains__(self, phrase: str) -> bool:
        return phrase in self._table

    def scan(self, text: str) -> Iterator[Found[V]]:
        """Phrases in the text, none overlapping another."""
        end = 0
        for start in self._starts(text):
            if start < end:
                continue
            for size in self._sizes.get(text[start : start + 2], _ONE):
                phrase = text[start : start + size]
                end = start + len(phrase)
                if phrase in self._table and (not phrase.isascii() or _whole(text, start, end)):
                    yield Found(start, end, self._table[phrase])
                    break
            else:
                end = start

    def _starts(self, text: str) -> list[int]:
        """Where a phrase may begin, by its first two characters."""
        sizes, alone = self._sizes, self._alone
        if alone:
            return [i for i, char in enumerate(text) if char in alone or text[i : i + 2] in sizes]
        return [i for i, pair in enumerate(map(add, text, text[1:])) if pair in sizes]

    def without(self, text: str, filler: str = " ") -> str:
        """The text with each phrase replaced by ``filler``."""
        out = []
        done = 0
        for found in self.scan(text):
            out += [text[done : found.start], filler]
            done = found.end
        return "".join([*out, text[done:]]) if out else text


def _whole(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
