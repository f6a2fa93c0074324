"""Whether a Chinese word names a thing, by jieba's dictionary, which tells each word's class.

Source of the classes: the tag set of the People's Daily corpus (Peking University), as jieba's dict.txt uses it: n and
what begins with it are nouns. Looked up by halves where it lies: few questions need it, and the file has 349,000 lines.
"""

from __future__ import annotations

import mmap
import re
from bisect import bisect_left
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

NAMES = ("nr", "ns")
"""Persons and places: they tell who asks and from where."""
REMEMBERED = 4_000
"""Words whose class is remembered: people type ever new ones."""
NEAR = 1_000
"""Bytes around its place in which a word is looked for: a few lines are out of order."""
_HAN = re.compile(r"[㐀-鿿]")


@cache
def _dictionary() -> mmap.mmap:
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("jieba")
    with (Path(spec.origin).parent / "dict.txt").open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


@cache
def _in_order() -> int:
    """Where the lines begin that stand in the order of their bytes: before them are words with Latin letters."""
    return max(0, _dictionary().find("\n一 ".encode()))


@lru_cache(REMEMBERED)
def word_class(word: str) -> str:
    """Its class; empty for a word that the dictionary doesn't have."""
    lines, sought = _dictionary(), f"\n{word} ".encode()
    at = _in_order() + bisect_left(range(_in_order(), len(lines)), word.encode(), key=_word_after)
    found = lines.find(sought, max(0, at - NEAR), at + NEAR)
    if found < 0:
        found = lines.find(sought, 0, _in_order())
    return "" if found < 0 else lines[found : lines.find(b"\n", found + 1)].rsplit(b" ", 1)[-1].decode().strip()


def _word_after(at: int) -> bytes:
    """The word of the first line that begins behind a place of the dictionary; behind its last, one behind all."""
    lines = _dictionary()
    begin = lines.find(b"\n", at) + 1
    return lines[begin : lines.find(b" ", begin)] if 0 < begin < len(lines) else b"\xff"


def names_thing(word: str) -> bool:
    """Whether a word of two characters or more is a noun other than a name, or one that nobody has classed.

    One that is put together of two words is what these are: 要达到 names nothing.
    """
    if len(word) < 2 or not _HAN.search(word):
        return False
    known = word_class(word)
    if known:
        return known.startswith("n") and not known.startswith(NAMES)
    halves = [(word_class(word[:at]), word_class(word[at:])) for at in range(1, len(word))]
    return not any(one and other and "n" not in (one[0], other[0]) for one, other in halves)
