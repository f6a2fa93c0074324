"""How an index is laid out: the terms of each kind as the local engine cuts them, so that both score alike."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from knowledge.retrieval.interface import Entry
from knowledge.retrieval.local.engine import LocalRetriever

NUMBER, GROUP, PRIOR = "number", "group", "prior"
"""Fields beside those of the terms, which are called as their kind."""
NOTHING = "∅"
"""The term of an entry without any: so that it counts among all entries, as it does here."""
LEFT = "5s"
"""How long the cluster waits for a node that left before it makes new copies."""


def body(local: LocalRetriever, shards: int, meta: dict[str, Any]) -> dict[str, Any]:
    """Settings and fields of a new index: one copy, nothing refreshed, until all is in it."""
    kinds = {k: {"type": "text", "analyzer": "whitespace", "index_options": "freqs"} for k in local.kinds}
    fields: dict[str, Any] = {
        NUMBER: {"type": "integer"},
        GROUP: {"type": "keyword"},
        PRIOR: {"type": "float", "index": False},
        **kinds,
    }
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": 0,
            "refresh_interval": "-1",
            "index.unassigned.node_left.delayed_timeout": LEFT,
            "similarity": {"default": {"type": "BM25", "k1": local.settings.k1, "b": local.settings.b}},
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"excludes": list(kinds)},
            "_meta": meta,
            "properties": fields,
        },
    }


def documents(local: LocalRetriever, entries: Sequence[Entry]) -> Iterator[dict[str, Any]]:
    """The entries, which the engine was made from, by number."""
    for number, entry in enumerate(entries):
        terms = {kind: " ".join(found) or NOTHING for kind, found in local.tokens(entry.text).items()}
        prior = float(local.prior(number))
        if not math.isfinite(prior) or prior < 0:
            raise ValueError(f"entry {number}: a prior of {prior} can't be added to a score")
        yield {"_id": str(number), NUMBER: number, GROUP: entry.group, PRIOR: prior, **terms}
