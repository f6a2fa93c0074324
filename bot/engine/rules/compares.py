"""和重新认定有什么区别: two cases of the clause that is talked about, side by side."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.understanding import ALL_CASES
from bot.engine.values.why import By, Rule


def compares(asked: Asked, use: Resources) -> Outcome:
    """The figures of the case that is named and of the one before; None where the clause knows no two of them."""
    question, conversation = asked.question, asked.conversation
    if "compares" not in question.asks or not conversation.clause or asked.left or asked.names_unit:
        return None
    both = use.acts.both(f"{conversation.said} {use.understanding.without('compares', question.reading.plain)}")
    answers, clause = use.answers(conversation.clause), use.library.clause(conversation.clause)
    asks = replace(use.understanding.question(both), numbers=question.numbers)  # what was claimed before is no more
    reply = answers.answer(clause, asks, conversation, By(Rule.FOLLOW_UP))
    if len(reply.figures) < 2 and _untold(asked, use):
        reply = answers.answer(clause, replace(asks, asks=asks.asks | {ALL_CASES}), conversation, By(Rule.FOLLOW_UP))
    return reply if len(reply.figures) > 1 else None


def _untold(asked: Asked, use: Resources) -> bool:
    """Whether it names no case (这俩差在哪) in a document where nobody taught the cases."""
    return asked.talked_about in use.library.untaught and use.acts.of_both(asked.question)
