"""What every search engine behind the assistant must do, on this machine or on another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Entry:
    """A text that can be found: a clause of a policy, an article of a law, or a whole document."""

    text: str
    group: str = ""
    """What it is a part of, such as the policy; entries of one group speak for one another. Empty: of nothing."""


@dataclass(frozen=True)
class Found:
    """One entry that a question may be about."""

    number: int
    """Its place among the entries that the engine was made from, from 0."""
    score: float
    """Higher is better; to be compared within one search only."""
    why: Mapping[str, float] = field(default_factory=dict)
    """What the score is made of, by name."""


class Retriever(Protocol):
    """A search engine over a fixed list of entries. Pure: the same question always gets the same answer."""

    def search(self, question: str, k: int = 10, within: Sequence[int] | None = None) -> list[Found]:
        """The best entries, best first, at most ``k``; none when no word of the question stands anywhere.

        ``question``: any text at all, best with its typos mended (Reading.plain); ``within``: numbers of the entries
        that alone may be found, such as those of one policy; None for all. Never raises because of the question.
        """
        ...

    def entries(self, term: str) -> Sequence[int]:
        """Numbers of the entries in which a folded word, or a pair of characters, stands; growing."""
        ...

    def called(self, text: str) -> Mapping[str, Sequence[str]]:
        """What official texts call what a folded text says in everyday words, by what it says."""
        ...
