"""Finds known phrases in a text: left to right, the longest at each place.

A dictionary scan: the time doesn't grow with the number of phrases, which an alternation of a thousand in a regular
expression does. Latin phrases match whole words only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")


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
        lengths: dict[str, set[int]] = {}
        for phrase in self._table:
            lengths.setdefault(phrase[0], set()).add(len(phrase))
        self._lengths = {char: sorted(sizes, reverse=True) for char, sizes in lengths.items()}

    def __contains__(self, phrase: str) -> bool:
        return phrase in self._table

    def scan(self, text: str) -> Iterator[Found[V]]:
        """Phrases in the text, none overlapping another."""
        i = 0
        while i < len(text):
            found = self.at(text, i)
            if found is None:
                i += 1
            else:
                yield found
                i = found.end

    def at(self, text: str, start: int) -> Found[V] | None:
        """The longest phrase that begins at ``start``."""
        for size in self._lengths.get(text[start], ()):
            phrase = text[start : start + size]
            if phrase in self._table and (not phrase.isascii() or _whole(text, start, start + size)):
                return Found(start, start + size, self._table[phrase])
        return None

    def without(self, text: str, filler: str = " ") -> str:
        """The text with each phrase replaced by ``filler``."""
        out = []
        done = 0
        for found in self.scan(text):
            out += [text[done : found.start], filler]
            done = found.end
        return "".join([*out, text[done:]])


def _whole(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
