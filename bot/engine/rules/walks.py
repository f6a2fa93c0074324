"""下一条, 再下一条, 上一条: through what was offered, or through the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.places import mentions_place
from bot.engine.rules.resources import Resources
from bot.engine.understanding.acts import Step
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import ACT, STEP_FROM
from bot.engine.values.why import By, Rule
from knowledge.base.target import Target, clauses_of, kind_of, policy_of

STEPS = {"following": 1, "preceding": -1}
"""Acts that step from the clause that is talked about, and how many clauses on."""


def walks(asked: Asked, use: Resources) -> Outcome:
    """The clause so many steps from the one that is talked about; None where a list has further pages.

    A question back where no clause is talked about, and nothing was offered.
    """
    asked = _from_named(asked, use)
    conversation, step = asked.conversation, _step(asked, use)
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


def _from_named(asked: Asked, use: Resources) -> Asked:
    """As if the clause from which a turn steps had just been answered: 招商那条的下一条."""
    said = use.acts.steps_from(asked.question)
    if said is None:
        return asked
    start, step = map(use.understanding.question, said)
    best = next(iter(use.matcher.match(start, asked.scope)), None)
    if best is None or kind_of(best.target) != "clause" or best.probability < STEP_FROM:
        return asked
    conversation = replace(asked.conversation, clause=best.target, policy=policy_of(best.target), choices=(), more=())
    return replace(asked, question=step, conversation=conversation)


def _step(asked: Asked, use: Resources) -> Step | None:
    """How a turn steps on or back; once something was shown, also in words that are known by what they are like."""
    question = asked.question
    step = use.acts.step(question)
    if step is not None or not asked.conversation.clause or asked.names_unit or mentions_place(question):
        return step
    if use.acts.begins_with_clause(question) or use.acts.goes_back(question):  # 那条具体讲什么; 回前面那条
        return None
    by = STEPS.get(use.understanding.act(question, ACT), 0)
    return Step(by) if by and not use.understanding.beside_act(question) else None


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
