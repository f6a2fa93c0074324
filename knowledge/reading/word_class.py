"""Whether a Chinese word names a thing, by jieba's dictionary, which tells each word's class.

Source of the classes: the tag set of the People's Daily corpus (Peking University), as jieba's dict.txt uses it: n and
what begins with it are nouns. Read where it is asked: few questions need it, and the file has 349,000 lines.
"""

from __future__ import annotations

import mmap
import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

NAMES = ("nr", "ns")
"""Persons and places: they tell who asks and from where."""
REMEMBERED = 4_000
"""Words whose class is remembered: people type ever new ones."""
_HAN = re.compile(r"[㐀-鿿]")


@cache
def _dictionary() -> mmap.mmap:
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("jieba")
    with (Path(spec.origin).parent / "dict.txt").open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


@lru_cache(REMEMBERED)
def word_class(word: str) -> str:
    """Its class; empty for a word that the dictionary doesn't have."""
    lines, sought = _dictionary(), f"\n{word} ".encode()
    start = lines.find(sought)
    if start < 0:
        return ""
    line = lines[start : lines.find(b"\n", start + 1)]
    return line.rsplit(b" ", 1)[-1].decode().strip()


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
