"""What a question, a phrasing or a button can be about, as a value; the one place that knows how it is written.

``policy/clause`` is a clause, ``policy`` a document, ``policy/info:topic`` a topic of one document as a whole and
``info:topic`` of whichever is meant, ``chat:topic`` small talk, ``near:topic`` (or ``near``) a topic that no document
covers, ``far`` what has nothing to do with any. Stored conversations, the index and JSON keep these strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["clause", "document", "info", "chat", "near", "far"]
REMEMBERED = 16_384
"""Strings whose targets are remembered."""


@dataclass(frozen=True)
class Target:
    """A clause (policy, clause), a document (policy), or a kind with a topic."""

    kind: Kind
    policy: str = ""
    """Id of the document; empty where none is named."""
    clause: str = ""
    topic: str = ""
    """With the kinds info, chat and near."""

    @classmethod
    def of_clause(cls, policy: str, clause: str) -> Target:
        """A clause of a document."""
        return cls("clause", policy, clause)

    @classmethod
    def of_near(cls, topic: str) -> Target:
        """A topic that no document covers."""
        return cls("near", topic=topic)

    @classmethod
    def parse(cls, text: str) -> Target:
        """What a string names; whether the base has it is not asked. Any text is a target of some kind."""
        return _parsed(text)

    def within(self, policy: str) -> Target:
        """The same topic of one document."""
        return Target(self.kind, policy, self.clause, self.topic)

    def __str__(self) -> str:
        """As it is stored."""
        if self.kind == "document":
            return self.policy
        part = self.clause if self.kind == "clause" else f"{self.kind}:{self.topic}" if self.topic else self.kind
        return f"{self.policy}/{part}" if self.policy else part


@lru_cache(REMEMBERED)
def _parsed(text: str) -> Target:
    policy, slash, part = text.rpartition("/")
    kind, colon, topic = part.partition(":")
    if kind in ("near", "far") or (colon and kind in ("info", "chat")):
        known: Kind = kind  # type: ignore[assignment]
        return Target(known, policy, topic=topic)
    return Target("clause", policy, part) if slash else Target("document", text)


def kind_of(target: str) -> Kind:
    """The kind of what a string names."""
    return _parsed(target).kind


def is_outside(target: str) -> bool:
    """Whether it stands for what no document covers: near them, or far from all."""
    return kind_of(target) in ("near", "far")


def policy_of(target: str) -> str:
    """The document of a clause, or the document that a string names."""
    return _parsed(target).policy


def clauses_of(targets: tuple[str, ...]) -> list[str]:
    """Those of the targets that are clauses."""
    return [target for target in targets if _parsed(target).kind == "clause"]
