"""Finds known phrases in a text: left to right, the longest at each place.

A dictionary scan by the first two characters: the time doesn't grow with the number of phrases, which an alternation of
a thousand in a regular expression does. Latin phrases match whole words only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
        table, sizes, alone = self._table, self._sizes.get, self._alone
        i, end = 0, len(text)
        while i < end:
            for size in sizes(text[i : i + 2]) or (_ONE if text[i] in alone else ()):
                phrase = text[i : i + size]
                if phrase in table and (not phrase.isascii() or _whole(text, i, i + len(phrase))):
                    yield Found(i, i + len(phrase), table[phrase])
                    i += len(phrase)
                    break
            else:
                i += 1

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
