"""Which documents may answer a question: all that are open, or the one that is asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.engine.documents.library import Library
from bot.engine.values.conversation import Conversation
from bot.engine.values.thresholds import CROWDED
from knowledge.base.document import Policy


@dataclass(frozen=True)
class Scope:
    """The documents of a library that are asked."""

    library: Library = field(repr=False, compare=False)
    only: str = ""
    """Id of the one document that is asked; empty: all that are open."""

    def within(self, policy_id: str) -> Scope:
        """One document alone. The only one that there is needs no naming: it is asked anyhow."""
        return replace(self, only=policy_id) if self.library.many else self

    @property
    def single(self) -> str:
        """Id of the one document that can be meant: the one that is asked, or the only one; empty: there are others."""
        return self.only or ("" if self.library.many else next((one.id for one in self.library.policies), ""))

    @property
    def untaught(self) -> bool:
        """Whether the document that is asked has no phrasings."""
        return self.only in self.library.untaught

    @property
    def taught(self) -> list[str]:
        """Ids of the documents with phrasings that are asked."""
        return [policy_id for policy_id in self.library.taught if self.asks(policy_id)]

    def asks(self, policy_id: str, plain: str = "") -> bool:
        """Whether a document is asked: not a repealed one, nor one for another city than the plain question names."""
        if self.only:
            return policy_id == self.only
        if not self.library.open(policy_id):
            return False
        city = self.library.by_id[policy_id].city
        if city is None or not self.library.many:  # a single document is asked whatever place is named beside it
            return True
        named = self.library.place_names.asked_for(plain)
        return not named or city in named

    def rank(self, target: str) -> int:
        """Where a target's document stands among others; one that is asked by name stands alone."""
        return 0 if self.only else self.library.rank(target)

    def meant(self, conversation: Conversation) -> Policy | None:
        """The document that a question which names none is about: the one asked, talked about, or the default."""
        return self.library.by_id.get(self.only or conversation.policy) or self.library.default

    def asked_of(self, conversation: Conversation) -> Policy | None:
        """The document that what is asked of a document as a whole is about; None: any may be meant.

        Beside many others, the only one that somebody taught is no likelier than each of them.
        """
        said = self.library.by_id.get(self.only or conversation.policy)
        crowded = len(self.library.untaught) > CROWDED
        return said if said is not None or crowded else self.library.default

    def home(self, conversation: Conversation) -> Policy:
        """The document that speaks where none is meant in particular."""
        return self.meant(conversation) or self.library.home
