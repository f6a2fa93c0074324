"""Nothing but 哪几样, 都有哪些: what the clause that is talked about names side by side."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.corrections import ASKS_OF_CLAUSE
from bot.engine.rules.resources import Resources

MORE = "more"
"""The cue of what asks for other clauses: 还有哪些."""


def enumerated(asked: Asked, use: Resources) -> Outcome:
    """The sentences of the clause in which things stand side by side; what was asked for before, where it was asked."""
    conversation = asked.conversation
    if not conversation.clause or asked.left or asked.rejected or MORE in asked.question.asks:
        return None
    if not use.acts.is_all("which", asked.question):
        return None
    before = use.understanding.question(conversation.said.strip().rpartition("\n")[2])
    again = before.asks & ASKS_OF_CLAUSE
    if again:  # 责任单位, then 有哪些
        return use.of_talked_about(replace(asked.question, asks=again), conversation)
    if use.acts.part(before) is not None:
        return None
    clause = use.library.clause(conversation.clause)
    return use.answers(conversation.clause).enumerated(clause, before, asked.question, conversation)
