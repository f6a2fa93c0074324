"""下一条, 再下一条, 上一条: through what was offered, or through the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.why import By, Rule
from knowledge.base.target import Target, clauses_of, kind_of


def walks(asked: Asked, use: Resources) -> Outcome:
    """The clause so many steps from the one that is talked about; None where a list has further pages.

    A question back where no clause is talked about, and nothing was offered.
    """
    conversation, step = asked.conversation, use.acts.step(asked.question)
    if step is None or _pages(conversation.more):
        return None
    home = use.home(asked.scope, conversation)
    if not conversation.clause:
        bare = not step.rest and not conversation.choices and not asked.left
        return use.asks_back(asked.scope, conversation) if bare else None
    row = _row(asked, use)
    at = row.index(conversation.clause) + step.by
    if not 0 <= at < len(row):
        name = "clarify.no_next" if step.by > 0 else "clarify.no_previous"
        return home.note("clarify", name, conversation, Rule.NO_MORE)
    return _walked(row[at], step.rest, asked, use)


def _pages(more: Sequence[str]) -> bool:
    return bool(more) and kind_of(more[0]) == "document"


def _row(asked: Asked, use: Resources) -> Sequence[str]:
    """What was offered, where the clause was picked from several; else the whole document."""
    conversation = asked.conversation
    if _listed(conversation):
        return clauses_of(conversation.choices)
    policy = use.library.by_id[asked.talked_about]
    return [str(Target.of_clause(policy.id, clause.id)) for clause in policy.clauses]


def _listed(conversation: Conversation) -> bool:
    offered = clauses_of(conversation.choices)
    return len(offered) > 1 and conversation.listed == conversation.clause and conversation.clause in offered


def _walked(target: str, rest: str, asked: Asked, use: Resources) -> Reply:
    """The clause; ``rest``: what is asked of it."""
    kept = replace(asked.conversation, more=())
    answers, clause = use.answers(target), use.library.clause(target)
    question = use.understanding.question(rest or clause.id)
    reply = answers.answer(clause, question, kept, By(Rule.WALKED))
    if not _listed(asked.conversation):
        return reply
    return replace(reply, conversation=replace(reply.conversation, listed=target))
