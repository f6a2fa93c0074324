"""Where the words of a text begin and end."""

from __future__ import annotations

from collections.abc import Iterable


def inside_words(text: str, words: Iterable[str]) -> set[int]:
    """Where in a text a word goes on from one character to the next; ``words``: of the text, in their order.

    >>> sorted(inside_words("小企业贷款", ["小企业", "贷款"]))
    [1, 2, 4]
    """
    inside, at = set[int](), 0
    for word in words:
        start = text.find(word, at)
        if start >= 0:
            at = start + len(word)
            inside.update(range(start + 1, at))
    return inside
