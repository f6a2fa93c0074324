"""Asks the cluster, within limits: whole answers or none."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError, OpenSearchException, TransportError

from knowledge.retrieval.opensearch import UnavailableError

ONE = 0.4
"""Seconds for one try."""
ALL = 0.7
"""Seconds for all tries of one search: nobody should wait for a cluster what the local engine answers at once."""
PROBE = 0.3
"""Seconds for a look at whether the cluster is back."""
PAUSE = 0.02
"""Seconds between two tries."""
LEFT_OUT = 1.0
"""Seconds for which a node that failed isn't asked, at first; the client's usual minute is far too long."""
PASSING = (429, 500, 502, 503, 504)
"""What another node may answer, or the same one a moment later."""
WHOLE = {
    "allow_partial_search_results": "false",
    "search_type": "dfs_query_then_fetch",  # rarity by all shards: each alone would score in another way
    "filter_path": "timed_out,_shards,hits.hits.sort",
}


class Cluster:
    """A cluster by the addresses of its nodes; safe to be shared by threads, and taken through a fork."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = list(urls)
        self._clients: dict[int, OpenSearch] = {}

    @property
    def client(self) -> OpenSearch:
        """This process' own: connections can't be shared with one that was forked."""
        found = self._clients.get(os.getpid())
        if found is None:
            found = OpenSearch(
                self._urls,
                timeout=ONE,
                max_retries=0,  # search() tries again itself, within its limit
                retry_on_timeout=True,  # else a node that hangs would be asked again and again
                retry_on_status=(),
                dead_timeout=LEFT_OUT,
                pool_maxsize=8,
            )
            self._clients = {os.getpid(): found}
        return found

    def search(self, index: str, body: Mapping[str, Any]) -> list[tuple[float, int]]:
        """(score, number) of the hits, in their order. Raises UnavailableError: an answer is whole or none."""
        end = time.monotonic() + ALL
        while True:
            try:
                return self._try(index, body, min(ONE, max(PAUSE, end - time.monotonic())))
            except NotFoundError as error:
                raise UnavailableError(f"there is no index {index}: policybot index makes it") from error
            except (OpenSearchException, _PartialError, KeyError, TypeError, ValueError) as error:
                if not _passing(error) or time.monotonic() + PAUSE >= end:
                    raise UnavailableError(_told(error)) from error
            time.sleep(PAUSE)

    def probe(self, index: str) -> None:
        """Whether all of an index can be asked. Raises UnavailableError."""
        try:
            self._try(index, {"size": 0, "query": {"match_all": {}}, "sort": ["_doc"]}, PROBE)
        except NotFoundError as error:
            raise UnavailableError(f"there is no index {index}: policybot index makes it") from error
        except (OpenSearchException, _PartialError, KeyError, TypeError, ValueError) as error:
            raise UnavailableError(_told(error)) from error

    def _try(self, index: str, body: Mapping[str, Any], seconds: float) -> list[tuple[float, int]]:
        answer = self.client.search(index=index, body=dict(body), params=WHOLE | {"request_timeout": seconds})
        shards = answer["_shards"]
        if answer["timed_out"] or shards["failed"] or not 0 < shards["total"] == shards["successful"]:
            raise _PartialError(f"only {shards['successful']} of {shards['total']} shards answered")
        return [(hit["sort"][0], hit["sort"][-1]) for hit in answer.get("hits", {}).get("hits", ())]


class _PartialError(Exception):
    """What was refused although it was given as an answer."""


def _passing(error: Exception) -> bool:
    status = error.status_code if isinstance(error, TransportError) else None
    return not isinstance(status, int) or status in PASSING


def _told(error: Exception) -> str:
    """In one line, without the question that was asked."""
    if isinstance(error, TransportError):
        cause = error.info if isinstance(error.info, Exception) else error.error
        return f"{error.status_code}: {str(cause).splitlines()[0] if str(cause) else type(error).__name__}"[:160]
    return f"{type(error).__name__}: {error}"[:160]
