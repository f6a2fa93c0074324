"""What a rule is asked, and what may come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.engine.documents.scope import Scope
from bot.engine.rules.resources import Resources
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from knowledge.base.target import policy_of

CORRECTION = "correction"
"""Name of the rule that takes a rejection from before a question."""


@dataclass(frozen=True)
class Asked:
    """A question, what is talked about, and which documents are asked."""

    question: Question
    conversation: Conversation
    scope: Scope
    rejected: str = ""
    """Target of the clause that the question rejects: 不是，我问的是…"""
    named: str = ""
    """Id of the document that was asked for by name: it stays the one that is talked about."""
    left: bool = False
    """Whether it begins something new: 换个问题."""
    narrowed_by: frozenset[str] = frozenset()
    """The rules that have made it from what was asked first; none does so twice."""

    @property
    def corrects(self) -> bool:
        """Whether it says what was meant instead of what was answered: 不是，我问的是…"""
        return CORRECTION in self.narrowed_by

    @property
    def names_unit(self) -> bool:
        """Whether it names a unit, of a document or of none."""
        return bool(self.question.units or self.question.foreign_units)

    @property
    def talked_about(self) -> str:
        """Id of the document of the clause that was answered last; empty: none was."""
        return policy_of(self.conversation.clause)


@dataclass(frozen=True)
class Narrow:
    """What is to be asked instead: of fewer documents, in other words, or in another conversation."""

    asked: Asked


@dataclass(frozen=True)
class Apart:
    """Several questions instead of one, each answered by itself, under its heading."""

    parts: tuple[tuple[str, Asked], ...]
    """(heading, question)."""
    asked: Asked
    """The question that they are made of."""
    text: str
    """What is asked, without the names; empty where each part has its own words."""
    name: str
    """Name of the sentence above them."""


Outcome = Reply | Narrow | Apart | None
"""None: the rule has nothing to say."""
RuleFunction = Callable[[Asked, Resources], Outcome]


def within(policy_id: str, asked: Asked, question: Question, named: bool = False) -> Narrow:
    """The question asked of one document; what was talked about in another one is forgotten.

    ``named``: the person named the document.
    """
    conversation = asked.conversation if _of(policy_id, asked) else Conversation()
    return Narrow(
        replace(
            asked,
            question=question,
            conversation=replace(conversation, policy=policy_id),
            scope=asked.scope.within(policy_id),
            rejected="",
            named=policy_id if named else asked.named,
        )
    )


def _of(policy_id: str, asked: Asked) -> bool:
    """Whether what is talked about is all of one document: its clause, or without one what was offered of it."""
    conversation = asked.conversation
    if asked.talked_about:
        return asked.talked_about == policy_id
    return conversation.policy == policy_id and all(policy_of(target) == policy_id for target in conversation.choices)
