"""Clauses that nobody has written phrasings for, found by their own words: a search engine's numbers as targets."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from knowledge.base.contents import Base
from knowledge.base.document import Clause, Policy
from knowledge.base.target import policy_of
from knowledge.retrieval import Entry, Members, Retriever
from knowledge.retrieval.topics import Topics

REMEMBERED = 8_192
"""Words of which it is remembered how many clauses hold them."""


@dataclass(frozen=True)
class ClauseFinder:
    """The clauses behind a search engine. Pure."""

    targets: Sequence[str]
    """``<policy>/<clause>`` by number, those of a policy side by side."""
    retriever: Retriever | None
    """None when there are no such clauses."""
    topics: Topics | None = None
    """What of the field the clauses are about, by their numbers."""

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def policies(self) -> int:
        """Of how many policies there are such clauses."""
        return len(self._span)

    @cached_property
    def _span(self) -> dict[str, range]:
        """The numbers of each policy's clauses."""
        out: dict[str, range] = {}
        for n, target in enumerate(self.targets):
            policy_id = policy_of(target)
            out[policy_id] = range(out.get(policy_id, range(n, n)).start, n + 1)
        return out

    def topics_of(self, target: str) -> dict[int, float]:
        """The topics that a clause is about, by number, and how surely."""
        return self.topics.of_entry(self._number(target)) if self.topics is not None else {}

    def _number(self, target: str) -> int:
        span = self._span[policy_of(target)]
        return self.targets.index(target, span.start, span.stop)

    def search(self, question: str, most: int, only: str = "") -> list[tuple[str, float]]:
        """The clauses nearest to a question, best first, with their scores; ``only``: a policy's id."""
        if self.retriever is None or (only and only not in self._span):
            return []
        found = self.retriever.search(question, most, self.members([only]) if only else None)
        return [(self.targets[one.number], one.score) for one in found]

    def called(self, text: str) -> Mapping[str, Sequence[str]]:
        """What official texts call what a folded text says in everyday words, by what it says."""
        return self.retriever.called(text) if self.retriever is not None else {}

    def members(self, policy_ids: Iterable[str]) -> Members:
        """All clauses of some policies."""
        spans = [self._span[policy] for policy in policy_ids if policy in self._span]
        numbers = spans[0] if len(spans) == 1 else sorted(n for span in spans for n in span)
        return Members([policy_of(self.targets[span.start]) for span in spans], numbers)

    def holding(self, term: str, policy_id: str = "") -> int:
        """In how many clauses of a policy, or of all, a word stands, or a pair of characters."""
        return self._counted(term, policy_id)

    @cached_property
    def _counted(self) -> Callable[[str, str], int]:
        """Counts, and remembers: every question asks for some forty, mostly of the same words."""
        return lru_cache(REMEMBERED)(self._count)

    def _count(self, term: str, policy_id: str) -> int:
        entries = self._entries(term)
        if not policy_id:
            return len(entries)
        span = self._span.get(policy_id, range(0))
        return bisect_left(entries, span.stop) - bisect_left(entries, span.start)

    def policies_holding(self, term: str, least: int = 1) -> list[str]:
        """The policies in so many clauses of which, at least, a word stands."""
        counted = Counter(policy_of(self.targets[n]) for n in self._entries(term))
        return [policy for policy, clauses in counted.items() if clauses >= least]

    def holding_all(self, terms: Iterable[str]) -> list[str]:
        """The clauses in which all of these words, or pairs of characters, stand, in the order of the documents."""
        found = [set(self._entries(term)) for term in terms]
        return [self.targets[n] for n in sorted(set.intersection(*found))] if found else []

    def stands(self, term: str, policy_id: str) -> bool:
        """Whether it stands in any clause of a policy."""
        return self.holding(term, policy_id) > 0

    def _entries(self, term: str) -> Sequence[int]:
        return self.retriever.entries(term) if self.retriever is not None else ()


def untaught(base: Base) -> list[Policy]:
    """The policies for which nobody has written down how people ask."""
    return [p for p in base.policies if not base.phrasings[p.id].written]


def headings(policy: Policy, clause: Clause) -> str:
    """The titles under which a clause stands, its own last."""
    section = policy.section_of(clause)
    own = clause.title if clause.titled else ""
    return "\n".join((policy.title or policy.display_name, section.title, own))


def unasked(base: Base) -> tuple[list[str], list[Entry]]:
    """Targets and entries of the clauses that have no phrasings, or only such as were taught or imported one by one."""
    targets, entries = [], []
    for policy, clause in _unasked(base):
        targets.append(f"{policy.id}/{clause.id}")
        entries.append(Entry(f"{headings(policy, clause)}\n{clause.text}", policy.id))
    return targets, entries


def titled_texts(base: Base) -> Iterator[tuple[str, str]]:
    """(titles of clause and part, text) of the same clauses, in the same order."""
    for policy, clause in _unasked(base):
        yield f"{clause.title if clause.titled else ''}\n{policy.section_of(clause).title}", clause.text


def _unasked(base: Base) -> Iterator[tuple[Policy, Clause]]:
    for policy in base.policies:
        asked = base.phrasings[policy.id]
        for clause in policy.clauses:
            if not asked.written or clause.id not in asked.clauses:
                yield policy, clause
