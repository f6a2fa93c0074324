"""The cluster behind a base: put in the place of the local search engine, and asked how it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from knowledge.retrieval.clause_finder import ClauseFinder
from knowledge.retrieval.local.engine import LocalRetriever
from knowledge.retrieval.opensearch.circuit import Circuit, Standing
from knowledge.retrieval.opensearch.cluster import Cluster
from knowledge.retrieval.opensearch.engine import ClusterRetriever


class ClusterSearch:
    """One cluster for all bases that a process answers from, one after the other."""

    def __init__(self, urls: Sequence[str], changed: Callable[[str], None]) -> None:
        """``changed``: see ClusterRetriever. To be made before any fork, so that what is known is shared."""
        self._cluster = Cluster(urls)
        self._circuit = Circuit()
        self._changed = changed
        self._latest: ClusterRetriever | None = None

    def behind(self, clauses: ClauseFinder) -> ClauseFinder:
        """The same clauses, with candidates from the cluster."""
        local = clauses.retriever
        if not isinstance(local, LocalRetriever):
            self._latest = None
            return clauses
        self._latest = ClusterRetriever(local, self._cluster, self._circuit, self._changed)
        return replace(clauses, retriever=self._latest)

    def standing(self) -> Standing:
        """As it is now; a cluster that isn't asked is looked at first, where it is time for that. Blocks so long."""
        if self._latest is not None and self._circuit.is_open:
            self._latest.probed()
        return self._circuit.standing
