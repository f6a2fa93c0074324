"""Money for nothing in particular: 有哪些补贴, 能拿多少钱."""

from __future__ import annotations

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.values.why import Rule
from knowledge.base.target import clauses_of


def money(asked: Asked, use: Resources) -> Outcome:
    """Of the clause or choice that is talked about, else all that is stated in the document that is meant."""
    question, conversation = asked.question, asked.conversation
    if not use.understanding.money.alone(question):
        return None
    of_units = "units" in question.asks  # 补贴由哪些部门管
    if of_units or not use.follow_ups.asks_for_all(question):
        if conversation.clause:
            return use.of_talked_about(question, conversation)
        offered = clauses_of(conversation.choices)
        if offered:
            return use.across.choose(offered, (), question, Rule.FOLLOW_UP_ON_LIST)
    if of_units:
        return None
    meant = asked.scope.meant(conversation)
    return use.answers(meant.id).all_figures(conversation) if meant is not None else None
