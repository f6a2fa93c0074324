"""The search cluster of a process, where one is set: what becomes of it is logged, and asked for by /healthz."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge.retrieval.opensearch.search import ClusterSearch

log = logging.getLogger(__name__)


@cache
def search_at(urls: tuple[str, ...]) -> ClusterSearch | None:
    """The cluster with nodes at these addresses, the same for all who ask; None, and nothing read, without any.

    To be asked for before any fork: what one process finds out, the others then know.
    """
    if not urls:
        return None
    from knowledge.retrieval.opensearch.search import ClusterSearch

    logging.getLogger("opensearch").setLevel(logging.ERROR)  # else each try at a node that is gone is told
    return ClusterSearch(urls, _changed)


def _changed(reason: str) -> None:
    if reason:
        log.warning("search_fell_back", extra={"reason": reason, "remedy": "the local index answers meanwhile"})
    else:
        log.info("search_back")
