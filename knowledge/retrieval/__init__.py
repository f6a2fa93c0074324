"""Finds the few texts, among very many, that a question may be about."""

from knowledge.files.storedform import SpoiltError
from knowledge.retrieval.interface import Entry, FirstLook, Found, Members, Retriever, Within
from knowledge.retrieval.local.engine import LocalRetriever

__all__ = ["Entry", "FirstLook", "Found", "LocalRetriever", "Members", "Retriever", "SpoiltError", "Within"]
