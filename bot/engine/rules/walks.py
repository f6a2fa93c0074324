"""下一条, 再下一条, 上一条: through what was offered, or through the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.values.reply import Reply
from bot.engine.values.why import By, Rule
from knowledge.base.target import Target, clauses_of, kind_of


def walks(asked: Asked, use: Resources) -> Outcome:
    """The clause so many steps from the one that is talked about; None where none is, or a list has further pages."""
    conversation, step = asked.conversation, use.acts.step(asked.question)
    if not step or not conversation.clause or _pages(conversation.more):
        return None
    row = _row(asked, use)
    at = row.index(conversation.clause) + step
    if not 0 <= at < len(row):
        home = use.home(asked.scope, conversation)
        name = "clarify.no_next" if step > 0 else "clarify.no_previous"
        return home.note("clarify", name, conversation, Rule.NO_MORE)
    return _walked(row[at], asked, use)


def _pages(more: Sequence[str]) -> bool:
    return bool(more) and kind_of(more[0]) == "document"


def _row(asked: Asked, use: Resources) -> Sequence[str]:
    """What was offered, where the clause is one of several; else the whole document."""
    conversation = asked.conversation
    offered = clauses_of(conversation.choices)
    if conversation.clause in offered and len(offered) > 1:
        return offered
    policy = use.library.by_id[asked.talked_about]
    return [str(Target.of_clause(policy.id, clause.id)) for clause in policy.clauses]


def _walked(target: str, asked: Asked, use: Resources) -> Reply:
    kept = replace(asked.conversation, more=())
    answers, clause = use.answers(target), use.library.clause(target)
    return answers.answer(clause, use.understanding.question(clause.id), kept, By(Rule.WALKED))
