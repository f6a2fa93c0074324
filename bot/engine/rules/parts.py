"""One thing asked of the measure that is talked about: 要什么材料, 有上限吗, 谁出钱, 电话多少."""

from __future__ import annotations

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.values.why import Rule
from knowledge.base.target import clauses_of


def parts(asked: Asked, use: Resources) -> Outcome:
    """What the clause says of it, or what holds for it says; a choice of what was offered; nothing there: asks back."""
    conversation = asked.conversation
    part = None if asked.left else use.acts.part(asked.question)
    if part is None:
        return None
    if conversation.clause:
        clause = use.library.clause(conversation.clause)
        return use.answers(conversation.clause).part(clause, part, asked.question, conversation)
    offered = clauses_of(conversation.choices)
    if offered:
        return use.across.choose(offered, (), asked.question, Rule.FOLLOW_UP_ON_LIST)
    if asked.scope.only or conversation.policy or not use.library.many:
        return None
    home = use.home(asked.scope, conversation)
    return home.note("clarify", "clarify.no_context", conversation, Rule.NO_CONTEXT)
