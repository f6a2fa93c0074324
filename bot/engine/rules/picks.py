"""One of the clauses or documents that the last reply offered, or all of them."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.rules.asked import Asked, Outcome, within
from bot.engine.rules.documents import apart
from bot.engine.rules.resources import Resources
from bot.engine.understanding.follow_up import Beyond, Choice
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.why import By, Rule
from knowledge.base.target import clauses_of, kind_of

OF_EACH = frozenset({"units", "original"})
"""What is told of each of several clauses."""


def picks(asked: Asked, use: Resources) -> Outcome:
    """第二个, 都要, 教育部那份."""
    conversation = asked.conversation
    if conversation.clause and not conversation.choices:
        counted = _counted(asked, use)
        if counted is not None:
            return counted
        if use.follow_ups.counts_one(asked.question):
            conversation = replace(conversation, choices=conversation.beside)
            asked = replace(asked, conversation=conversation)
    listed = clauses_of(conversation.choices)
    if asked.question.asks & OF_EACH and use.follow_ups.asks_of_these(
        asked.question, len(listed), bool(conversation.clause)
    ):
        return use.several(listed, conversation, Rule.PICKED_ALL, units="units" in asked.question.asks)
    chosen = use.follow_ups.picked(asked.question, _choice(conversation, use))
    if chosen is None:
        return None
    if isinstance(chosen, Beyond):
        count = len(conversation.choices)
        home = use.home(asked.scope, conversation)
        return home.note("clarify", "pick_range", conversation, Rule.NO_SUCH_CHOICE, count=count)
    targets = chosen.targets
    documents = [target for target in targets if kind_of(target) == "document"]
    if documents:
        return _of_documents(documents, asked, use)
    if len(targets) == 1:
        return _of_clause(targets[0], asked, use)
    return use.several(targets, conversation, Rule.PICKED_ALL, full=len(targets) in (len(conversation.choices), 1))


def _counted(asked: Asked, use: Resources) -> Reply | None:
    """Where one clause was answered: one of its sums, its units, or of what it lists; else that there was only one."""
    of_sum = _of_sum(asked, use)
    if of_sum is not None:
        return of_sum
    nth, clause = use.follow_ups.nth_unit(asked.question), use.library.clause(asked.conversation.clause)
    if nth is not None and clause.responsible:
        return use.answers(asked.conversation.clause).nth_unit(clause, nth, asked.question, asked.conversation)
    if use.follow_ups.counts_items(asked.question):
        return use.of_talked_about(replace(asked.question, asks=frozenset({"original"})), asked.conversation)
    if use.follow_ups.counts_one(asked.question) and not asked.conversation.beside:
        return use.answers(asked.conversation.clause).only_one(asked.conversation)
    return None


def _of_sum(asked: Asked, use: Resources) -> Reply | None:
    """第三档多少: one of the sums of the clause that is talked about, in the order of the text."""
    number, target = use.follow_ups.nth_sum(asked.question), asked.conversation.clause
    if number is None:
        return None
    last = use.understanding.question(asked.conversation.said.strip().rpartition("\n")[2])
    if use.follow_ups.counts_one(asked.question) and use.follow_ups.nth_sum(last) is None:
        return None  # 第二个, of whatever
    sums = [figure for figure in use.library.clause(target).figures if figure.is_money]
    if not len(sums) > 1 or not 0 < number <= len(sums):
        return None
    return use.answers(target).of_figure(sums[number - 1], asked.question, asked.conversation)


def _choice(conversation: Conversation, use: Resources) -> Choice:
    """What was offered, as far as picking from it goes."""
    offered = {target: use.library.text(target) for target in conversation.choices}
    clauses = [target for target in offered if kind_of(target) == "clause"]
    return Choice(conversation.choices, conversation.clause, offered, any(map(use.library.articled, clauses)))


def _of_documents(documents: list[str], asked: Asked, use: Resources) -> Outcome:
    """The question that led to the choice, asked of the documents that were picked."""
    said = asked.conversation.said
    if len(documents) > 1:
        return apart(documents, said, asked, use)
    begun = replace(asked, conversation=Conversation(policy=documents[0]))
    return within(documents[0], begun, use.understanding.question(said), named=True)


def _of_clause(target: str, asked: Asked, use: Resources) -> Reply:
    """What was asked before the choice, and now, answered from the clause that was picked."""
    conversation = asked.conversation
    answers, clause = use.answers(target), use.library.clause(target)
    question = replace(asked.question, numbers=())  # 另一个 claims no number
    reply = answers.answer(clause, question, conversation, By(Rule.PICKED), said=conversation.said)
    return replace(reply, conversation=replace(reply.conversation, listed=target))
