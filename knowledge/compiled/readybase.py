"""The base made ready to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.learned.dialogue_acts import DialogueActs
from knowledge.learned.index import Index
from knowledge.reading.reader import Reader
from knowledge.retrieval import evidence
from knowledge.retrieval.clause_finder import ClauseFinder

if TYPE_CHECKING:
    from knowledge.base.contents import Base


@dataclass(frozen=True)
class Ready:
    """Everything the assistant needs."""

    base: Base
    reader: Reader
    index: Index
    acts: DialogueActs
    """Reads what a message does in a conversation."""
    clauses: ClauseFinder
    """Finds the clauses that have no phrasings."""
    evidence: evidence.Weights
    """What speaks for such a clause."""
    fingerprint: str = ""
    """Of the files that it was made from."""
