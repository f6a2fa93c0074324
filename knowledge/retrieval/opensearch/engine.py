"""A Retriever whose first look is the cluster's, to the same answers: what the cluster gives is weighed again here.

The cluster knows lengths of texts only roughly, and never takes one for longer than it is: its scores are a little too
high, never too low. So more candidates than are needed are asked for, and scored anew from the postings; when the last
that is needed scores more than the cluster's last one could, nothing can be missing. Else more are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.interface import Found, Numbers, Question, Within
from knowledge.retrieval.local.engine import LocalRetriever
from knowledge.retrieval.opensearch import UnavailableError, alias_of
from knowledge.retrieval.opensearch.circuit import Circuit
from knowledge.retrieval.opensearch.cluster import Cluster
from knowledge.retrieval.opensearch.query import Term, askable, query

Scores = NDArray[np.float32]
SIZES = (4, 20, 100)
"""Times as many candidates as are needed that are asked for, in turn."""
MOST = 10_000
"""OpenSearch's limit."""
ROUGH, SAME = 0.8, 1.001
"""What a true score is of the cluster's, at least and at most: its lengths are rounded down to four bits."""


class ClusterLook:
    """A FirstLook in one index of a cluster; raises UnavailableError."""

    def __init__(self, local: LocalRetriever, cluster: Cluster, index: str) -> None:
        self.local, self.index = local, index
        self._cluster = cluster

    def best(self, asked: Question, most: int, within: Within = None) -> tuple[Numbers, Scores]:
        """See FirstLook; what can't be asked of a cluster, or can't be proved to be whole, is looked for here."""
        terms = self._terms(asked)
        if not askable(terms, within):
            return self.local.best(asked, most, within)
        for size in dict.fromkeys(min(MOST, most * times) for times in SIZES):
            hits = self._cluster.search(self.index, query(terms, size, within, bool(self.local.settings.breadth)))
            numbers, scores = self._exactly(asked, hits)
            last = hits[-1][0] if hits else 0.0
            if len(hits) < size or scores[most - 1] > last * SAME:
                return numbers[:most], scores[:most]
        return self.local.best(asked, most, within)

    def probe(self) -> None:
        """Raises UnavailableError while the index can't be asked."""
        self._cluster.probe(self.index)

    def _terms(self, asked: Question) -> list[Term]:
        """What is looked for, without what stands nowhere."""
        out = []
        for one in self.local.sought(asked):
            known = self.local.known(one)
            weights = one.weights.tolist()
            out += [(one.kind, text, weights[i]) for i, text in enumerate(one.spelt) if known[i]]
        return out

    def _exactly(self, asked: Question, hits: Sequence[tuple[float, int]]) -> tuple[Numbers, Scores]:
        """The hits with their true scores, best first, of equals the earlier one."""
        numbers = np.array([number for _, number in hits], dtype=np.int64)
        near = np.array([score for score, _ in hits])
        order = np.argsort(numbers)
        numbers, near = numbers[order], near[order]
        if len(numbers) and (numbers[-1] >= len(self.local) or len(np.unique(numbers)) < len(numbers)):
            raise UnavailableError(f"the index {self.index} holds other entries than are here")
        scores = self.local.scores_of(asked, numbers)
        if np.any(scores < near * ROUGH) or np.any(scores > near * SAME):
            raise UnavailableError(f"the cluster's scores in {self.index} are not those of the entries here")
        best = np.lexsort((numbers, -scores))
        return numbers[best], scores[best]


class ClusterRetriever:
    """See Retriever. Never fails because of the cluster: then the first look is the local engine's."""

    def __init__(
        self, local: LocalRetriever, cluster: Cluster, circuit: Circuit, changed: Callable[[str], None]
    ) -> None:
        """``changed``: told why the cluster isn't asked any more, or "" when it is again."""
        self.local = local
        self.look = ClusterLook(local, cluster, alias_of(local.version))
        self._circuit = circuit
        self._changed = changed

    def search(self, question: str, k: int = 10, within: Within = None) -> list[Found]:
        """See Retriever."""
        asked = self.local.question(question)
        numbers, scores = self.best(asked, self.local.settings.candidates, within)
        return self.local.look_again(asked, numbers, scores, k)

    def entries(self, term: str) -> Sequence[int]:
        """See Retriever."""
        return self.local.entries(term)

    def called(self, text: str) -> Mapping[str, Sequence[str]]:
        """See Retriever."""
        return self.local.called(text)

    def best(self, asked: Question, most: int, within: Within = None) -> tuple[Numbers, Scores]:
        """See FirstLook."""
        if not self._circuit.is_open or self.probed():
            try:
                found = self.look.best(asked, most, within)
                self._circuit.count(local=False)
                return found
            except UnavailableError as error:
                self._failed(str(error))
        self._circuit.count(local=True)
        return self.local.best(asked, most, within)

    def probed(self) -> bool:
        """Look whether the cluster is back, where it is time for that; whether it is."""
        if not self._circuit.due():
            return not self._circuit.is_open
        try:
            self.look.probe()
        except UnavailableError as error:
            self._failed(str(error))
            return False
        if self._circuit.close():
            self._changed("")
        return True

    def _failed(self, reason: str) -> None:
        if self._circuit.open(reason):
            self._changed(reason)
