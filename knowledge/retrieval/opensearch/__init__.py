"""Candidates from an OpenSearch cluster; the second look, and every decision, stay on this machine.

Only what is asked for a cluster imports opensearch-py (`pip install policybot[opensearch]`).
"""

PREFIX = "policybot"
"""Of the names of indices and aliases."""


def alias_of(version: str) -> str:
    """By which the index of one version of the clauses is asked; what is half made hasn't got it."""
    return f"{PREFIX}-{version}"


class UnavailableError(Exception):
    """The cluster gave no whole answer in time; says why."""
