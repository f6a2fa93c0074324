"""What official texts call what a question says in everyday words: 次品 is 不良品 in a document."""

from __future__ import annotations

from knowledge.compiled import Ready

WORTH = 0.8
"""Of the question's own words: who wrote the list of sayings may not have meant this case."""


class OtherWords:
    """Looks up the sayings of the field. Pure."""

    def __init__(self, ready: Ready) -> None:
        self._clauses = ready.clauses
        self._reader = ready.reader

    def features(self, plain: str) -> frozenset[str]:
        """The features of documents' words (Reader.document) of all official words for what a plain text says."""
        called = self._clauses.called(plain)
        return frozenset(f for terms in called.values() for term in terms for f in self._reader.document(term))
