"""和重新认定有什么区别: two cases of the clause that is talked about, side by side."""

from __future__ import annotations

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.values.why import By, Rule


def compares(asked: Asked, use: Resources) -> Outcome:
    """The figures of the case that is named and of the one before; None where the clause knows no two of them."""
    question, conversation = asked.question, asked.conversation
    if "compares" not in question.asks or not conversation.clause or asked.left or asked.names_unit:
        return None
    both = use.acts.both(f"{conversation.said} {use.understanding.without('compares', question.reading.plain)}")
    answers, clause = use.answers(conversation.clause), use.library.clause(conversation.clause)
    reply = answers.answer(clause, use.understanding.question(both), conversation, By(Rule.FOLLOW_UP))
    return reply if len(reply.figures) > 1 else None
