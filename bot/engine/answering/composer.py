"""What composes the paragraphs of replies, for each document."""

from __future__ import annotations

from collections.abc import Iterable

from bot.engine.answering.document_info import DocumentInfo
from bot.engine.documents.library import Library
from bot.engine.values.reply import Block
from knowledge.base.target import policy_of


class Composer(DocumentInfo):
    """Builds the paragraphs of replies on one policy."""


class Composers:
    """The composer of each policy of a library, made when first needed."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._made: dict[str, Composer] = {}

    def of(self, policy_id: str) -> Composer:
        """The composer of a policy, or of the policy of a target."""
        policy_id = policy_of(policy_id)
        if policy_id not in self._made:
            self._made[policy_id] = Composer(self.library, self.library.by_id[policy_id])
        return self._made[policy_id]

    def notices(self, targets: Iterable[str]) -> list[Block]:
        """The validity notices of the documents of these targets, each named where there are several."""
        ids = list(dict.fromkeys(policy_of(t) for t in targets))
        return [b for p in ids for b in self.of(p).notice(self.library.today(), named=len(ids) > 1)]
