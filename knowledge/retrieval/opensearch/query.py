"""A first look as a query: the terms with what each counts, BM25 by the cluster, the breadth of the group added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.retrieval.interface import Members, Within
from knowledge.retrieval.opensearch.layout import GROUP, NUMBER, PRIOR

MOST_TERMS = 900
"""OpenSearch takes 1,024 clauses in a query."""
MOST_VALUES = 50_000
"""OpenSearch takes 65,536 values in a filter."""

Term = tuple[str, str, float]
"""Kind, text, and what it counts."""


def askable(terms: Sequence[Term], within: Within) -> bool:
    """Whether it can be a query at all."""
    values = within.groups if isinstance(within, Members) else within
    few = values is None or _consecutive(values) or len(values) <= MOST_VALUES
    return 0 < len(terms) <= MOST_TERMS and few


def query(terms: Sequence[Term], size: int, within: Within, prior: bool) -> dict[str, Any]:
    """The body of a search for the best ``size``; ``prior``: whether the group's breadth counts."""
    looked: dict[str, Any] = {
        "bool": {
            "should": [{"term": {kind: {"value": text, "boost": weight}}} for kind, text, weight in terms],
            "minimum_should_match": 1,
        }
    }
    if within is not None:
        looked["bool"]["filter"] = [_filter(within)]
    if prior:
        added = {"field": PRIOR, "factor": 1.0}
        looked = {"function_score": {"query": looked, "field_value_factor": added, "boost_mode": "sum"}}
    return {
        "query": looked,
        "size": size,
        "sort": [{"_score": "desc"}, {NUMBER: "asc"}],  # copies of a shard would order equals in their own ways
        "track_total_hits": False,
        "_source": False,
        "stored_fields": "_none_",
    }


def _filter(within: Sequence[int] | Members) -> Mapping[str, Any]:
    if isinstance(within, Members):
        return {"terms": {GROUP: list(within.groups)}}
    if _consecutive(within):
        return {"range": {NUMBER: {"gte": within[0], "lte": within[-1]}}}
    return {"terms": {NUMBER: [int(n) for n in within]}}


def _consecutive(values: Sequence[Any]) -> bool:
    return isinstance(values, range) and len(values) > 0 and values.step == 1
