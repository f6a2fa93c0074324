"""The indices of a cluster, one for each version of the clauses: made whole or not at all, kept for going back.

An index is asked by the alias of its version, which it is given when it is whole, counted and tried; so a base that is
being published is never half visible, and replicas with the base before it go on asking the index before it. A second
alias, PREFIX, is on the one that is current. What an index is lies in its own metadata.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from opensearchpy import OpenSearch, helpers
from opensearchpy.exceptions import OpenSearchException

from knowledge.retrieval.interface import Entry
from knowledge.retrieval.local.engine import LocalRetriever
from knowledge.retrieval.opensearch import PREFIX, UnavailableError, alias_of, layout
from knowledge.retrieval.opensearch.ahead import ahead
from knowledge.retrieval.opensearch.cluster import Cluster
from knowledge.retrieval.opensearch.engine import ClusterLook

SHARDS = 3
COPIES = 1
"""Of each shard, besides the first."""
CHUNK = 1_000
"""Documents that are sent together."""
PATIENT = 120
"""Seconds for one step: a step that is given up and tried again would meet what it has done itself."""
BEAT = 10.0
"""Seconds between two signs of life of whoever makes an index."""
DEAD = 120.0
"""Seconds without one after which a half-made index is removed."""
TRIED = 20
"""Questions, taken from the entries, whose candidates must be those of the local engine."""
ASKED = 40
"""Characters of such a question."""
KEPT = 2
"""Whole indices that are kept: the current one and the one before it."""


class IndexingError(Exception):
    """No index was made, or none is there to go back to; says why."""


@dataclass(frozen=True)
class Index:
    """What is known of an index."""

    name: str
    version: str
    made: float
    """POSIX seconds of its beginning."""
    entries: int
    beat: float = 0.0
    """POSIX seconds of the last sign of life of whoever makes it."""
    whole: bool = False
    withdrawn: bool = False
    """Somebody went back from it to the one before."""
    current: bool = False

    @property
    def meta(self) -> dict[str, Any]:
        """What is kept in the index itself."""
        return {name: value for name, value in asdict(self).items() if name not in ("name", "current")}


class Versions:
    """All indices of policybot in a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._indices = cluster.client.indices

    def all(self) -> list[Index]:
        """Oldest first. Raises IndexingError."""
        with _told():
            found = self._indices.get(index=f"{PREFIX}-*", params=_patient(expand_wildcards="open"))
        out = []
        for name, one in found.items():
            meta = one["mappings"].get("_meta", {})
            if "version" in meta:
                out.append(Index(name, **meta, current=PREFIX in one["aliases"]))
        return sorted(out, key=lambda index: (index.made, index.name))

    def make(self, local: LocalRetriever, entries: Sequence[Entry]) -> tuple[Index, bool]:
        """An index of the entries that the engine was made from, in force; whether it had to be made.

        Raises IndexingError, and then all is as it was.
        """
        there = self.all()
        for index in there:
            if not index.whole and time.time() - index.beat > DEAD:
                self._remove(index)
        same = [i for i in there if i.version == local.version and i.whole and not i.withdrawn]
        made = same[-1] if same else self._make(local, entries)
        self._put_in_force(made)
        self._prune(made)
        return replace(made, current=True), not same

    def back(self) -> tuple[Index, Index]:
        """Put the index before the current one in force again: (what was current, what is). Raises IndexingError."""
        there = [index for index in self.all() if index.whole]
        current = next((index for index in there if index.current), None)
        before = [i for i in there if not i.withdrawn and current is not None and i.made < current.made]
        if current is None or not before:
            raise IndexingError("没有可以退回的索引：集群里只有一版，或者一版也没有")
        self._mark(replace(current, withdrawn=True))
        self._put_in_force(before[-1], instead_of=current)
        return current, before[-1]

    def _make(self, local: LocalRetriever, entries: Sequence[Entry]) -> Index:
        now = time.time()
        index = Index(f"{alias_of(local.version)}-{int(now * 1000)}", local.version, now, len(entries), beat=now)
        with _told():
            self._indices.create(index=index.name, body=layout.body(local, SHARDS, index.meta), params=_patient())
        try:
            with _told():
                self._fill(index, layout.documents(local, entries))
                self._finish(index)
            self._try(index, local, entries)
            index = replace(index, whole=True)
            self._mark(index)
        except BaseException:
            with contextlib.suppress(IndexingError):
                self._remove(index)
            raise
        return index

    def _fill(self, index: Index, documents: Iterator[dict[str, Any]]) -> None:
        """All documents, and a sign of life now and then."""
        actions = ({"_index": index.name, **document} for document in ahead(documents, CHUNK))
        client: OpenSearch = self._cluster.client
        beat = time.time()
        for _ in helpers.streaming_bulk(
            client, actions, chunk_size=CHUNK, max_retries=5, initial_backoff=1, request_timeout=PATIENT
        ):
            if time.time() - beat > BEAT:
                beat = time.time()
                self._mark(replace(index, beat=beat))

    def _finish(self, index: Index) -> None:
        """Made searchable, counted, and copied to other nodes where there are any."""
        self._indices.refresh(index=index.name, params=_patient())
        self._indices.forcemerge(index=index.name, params=_patient(max_num_segments=1, request_timeout=1800))
        counted = self._cluster.client.count(index=index.name, params=_patient())["count"]
        if counted != index.entries:
            raise IndexingError(f"集群里只有 {counted} 条，应有 {index.entries} 条；没有启用，请再试一次")
        self._indices.put_settings(index=index.name, body={"number_of_replicas": COPIES}, params=_patient())
        health = self._cluster.client.cluster.health(index=index.name, params=_patient())
        if health["number_of_nodes"] > COPIES:
            wait = {"wait_for_status": "green", "timeout": f"{PATIENT}s", "request_timeout": PATIENT + 5}
            if self._cluster.client.cluster.health(index=index.name, params=wait)["status"] != "green":
                raise IndexingError("副本在两分钟里没有放好；没有启用，请查看集群的健康状况（_cluster/health）")

    def _try(self, index: Index, local: LocalRetriever, entries: Sequence[Entry]) -> None:
        """A few questions, whose candidates must be those that are found here, in their order."""
        look = ClusterLook(local, self._cluster.patient(), index.name)
        for entry in entries[:: max(1, len(entries) // TRIED)][:TRIED]:
            asked = local.question(" ".join(entry.text.split())[-ASKED:])
            try:
                there = look.best(asked, local.settings.candidates)
            except UnavailableError as error:
                raise IndexingError(f"试查没有成功（{error}）；没有启用") from error
            here = local.best(asked, local.settings.candidates)
            if not (np.array_equal(there[0], here[0]) and np.array_equal(there[1], here[1])):
                raise IndexingError("试查的结果与本机的不同；没有启用。请确认集群是 OpenSearch 2.x")

    def _put_in_force(self, index: Index, instead_of: Index | None = None) -> None:
        """In one step: the alias of its version, which another may have had, and that of the current one."""
        alias = alias_of(index.version)
        actions: list[dict[str, Any]] = [
            {"remove": {"index": f"{PREFIX}-*", "alias": PREFIX, "must_exist": False}},
            {"remove": {"index": f"{PREFIX}-*", "alias": alias, "must_exist": False}},
            {"add": {"index": index.name, "alias": alias}},
            {"add": {"index": index.name, "alias": PREFIX}},
        ]
        if instead_of is not None and instead_of.version != index.version:
            gone = {"index": instead_of.name, "alias": alias_of(instead_of.version), "must_exist": False}
            actions.insert(0, {"remove": gone})
        with _told():
            self._indices.update_aliases(body={"actions": actions}, params=_patient())

    def _prune(self, current: Index) -> None:
        """Only the newest of the whole ones are kept, the current one among them."""
        others = [index for index in self.all() if index.whole and index.name != current.name]
        good = [index for index in others if not index.withdrawn]
        for index in others:
            if index not in good[-(KEPT - 1) :]:
                self._remove(index)

    def _mark(self, index: Index) -> None:
        with _told():
            self._indices.put_mapping(index=index.name, body={"_meta": index.meta}, params=_patient())

    def _remove(self, index: Index) -> None:
        with _told():
            self._indices.delete(index=index.name, params=_patient(ignore_unavailable="true"))


def _patient(**params: Any) -> dict[str, Any]:
    return {"request_timeout": PATIENT, **params}


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What the cluster refused, or that it can't be reached, as an IndexingError."""
    try:
        yield
    except OpenSearchException as error:
        raise IndexingError(f"集群没有照办：{str(error)[:300]}") from error
