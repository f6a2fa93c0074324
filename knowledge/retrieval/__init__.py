"""Finds the few texts, among very many, that a question may be about."""

from knowledge.retrieval.interface import Entry, Found, Retriever
from knowledge.retrieval.local import LocalRetriever
from knowledge.retrieval.storedform import SpoiltError

__all__ = ["Entry", "Found", "LocalRetriever", "Retriever", "SpoiltError"]
