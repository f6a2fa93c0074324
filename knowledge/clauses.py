"""Finds clauses that nobody has written phrasings for, by their own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.model import Base
from knowledge.retrieval import Entry, Found, Retriever


@dataclass(frozen=True)
class ClauseFinder:
    """The clauses behind a search engine's numbers."""

    targets: Sequence[str]
    """``<policy>/<clause>`` by number."""
    retriever: Retriever

    def search(self, question: str, k: int = 10, policy: str | None = None) -> list[tuple[str, Found]]:
        """Targets with how they were found, best first; ``policy``: id of the one whose clauses alone are looked at."""
        within = None
        if policy is not None:
            within = [i for i, target in enumerate(self.targets) if target.startswith(f"{policy}/")]
        found = self.retriever.search(question, k, within)
        return [(self.targets[one.number], one) for one in found]


def unasked(base: Base) -> tuple[list[str], list[Entry]]:
    """Targets and entries of the clauses that have no phrasings."""
    targets, entries = [], []
    for policy in base.policies:
        asked = base.phrasings[policy.id].clauses
        for clause in policy.clauses:
            if clause.id not in asked:
                targets.append(f"{policy.id}/{clause.id}")
                entries.append(Entry(clause.text, policy.id))
    return targets, entries
