"""What every search engine behind the assistant must do, on this machine or on another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
"""(some,): numbers of entries."""


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


@dataclass(frozen=True)
class Question:
    """A question as an engine sees it, cut."""

    words: tuple[str, ...]
    """Words to look for, sub-words of long ones among them, with repeats."""
    content: tuple[str, ...]
    """Its words one after another, without those that only ask."""
    runs: str
    """Its text where what only asks is blank."""
    everyday: Mapping[str, float]
    """What the law calls what the question says, with the share of each."""


@dataclass(frozen=True)
class Members:
    """All entries of some groups, such as the documents of a place, or those that hold on a day."""

    groups: Sequence[str]
    numbers: Sequence[int]
    """Of these entries, growing."""


Within = Sequence[int] | Members | None
"""The entries that alone may be found: their numbers, or all of some groups; None: all there are."""


class FirstLook(Protocol):
    """Finds candidates for the second look: in the postings on this machine, or in a cluster."""

    def best(self, asked: Question, most: int, within: Within = None) -> tuple[Numbers, NDArray[np.float32]]:
        """Numbers and scores of the best entries, best first, of equals the earlier one; none without a score."""
        ...


class Retriever(Protocol):
    """A search engine over a fixed list of entries. Pure: the same question always gets the same answer."""

    def search(self, question: str, k: int = 10, within: Within = None) -> list[Found]:
        """The best entries, best first, at most ``k``; none when no word of the question stands anywhere.

        ``question``: any text at all, best with its typos mended (Reading.plain). Never raises because of the question.
        """
        ...

    def entries(self, term: str) -> Sequence[int]:
        """Numbers of the entries in which a folded word, or a pair of characters, stands; growing."""
        ...

    def called(self, text: str) -> Mapping[str, Sequence[str]]:
        """What official texts call what a folded text says in everyday words, by what it says."""
        ...
