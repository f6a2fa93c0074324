"""What official texts call what a question says in everyday words: 次品 is 不良品 in a document."""

from __future__ import annotations

from functools import lru_cache

from knowledge.compiled import Ready

REMEMBERED = 32
"""Texts whose features are remembered: the parts of an answer look for the same."""
TERMS = 4_000
"""Official words whose features are remembered: everyday ones lead to the same again and again."""


class OtherWords:
    """Looks up the sayings of the field. Pure but for what it remembers."""

    def __init__(self, ready: Ready) -> None:
        self._clauses = ready.clauses
        self._of_term = lru_cache(TERMS)(ready.reader.document)
        self.features = lru_cache(REMEMBERED)(self._features)
        """The features of documents' words (Reader.document) of all official words for what a plain text says."""

    def _features(self, plain: str) -> frozenset[str]:
        called = self._clauses.called(plain)
        return frozenset(f for terms in called.values() for term in terms for f in self._of_term(term))
