"""A question without words, and one that begins by rejecting the last answer."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.engine.rules.asked import Asked, Narrow, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import ASKED_ON, Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.why import Rule

_WORD = re.compile(r"\w")
ASKS_OF_CLAUSE = frozenset({"units", "amount", "count", "original"})
"""Cues that ask something of the clause that is talked about."""
ASKS = ASKS_OF_CLAUSE | {"by_unit", "contact", "more"}
"""What a turn may ask by itself."""


def nothing_said(asked: Asked, use: Resources) -> Outcome:
    """No letter or digit: an overview of the document that was named, or a question back."""
    if _WORD.search(asked.question.reading.folded):
        return None
    home = use.home(asked.scope, asked.conversation)
    if asked.scope.only:
        return home.overview(asked.conversation)
    return home.note("clarify", "none.empty", asked.conversation, Rule.EMPTY)


def correction(asked: Asked, use: Resources) -> Outcome:
    """不是，我问的是…: what is asked instead, not answered by the clause that was wrong; 不对 alone: what came next."""
    conversation = asked.conversation
    if conversation == Conversation() or (conversation.clause and use.follow_ups.disputes(asked.question)):
        return None
    rest = use.follow_ups.correction(asked.question)
    if rest is None:
        return None
    question, clause = use.understanding.question(rest), conversation.clause
    if use.understanding.empty(rest):
        only_asks = bool(clause and question.asks & ASKS_OF_CLAUSE)  # 不是钱,是谁负责
        return Narrow(replace(asked, question=question)) if only_asks else offers_next(asked, use)
    if clause and use.answers(clause).names_case(clause, question):
        return use.of_talked_about(question, conversation)
    rejected = "" if question.asks & ASKS_OF_CLAUSE else clause  # else only what was asked of it was wrong
    if clause and asked.talked_about in use.library.untaught:
        question = with_ask(question, conversation, use)  # 我问的是夜间集市: how much, still
        rejected = "" if use.follow_ups.clarifies(asked.question) else rejected
    return Narrow(replace(asked, question=question, rejected=rejected))


def with_ask(question: Question, conversation: Conversation, use: Resources) -> Question:
    """The question with what the one before it asked for, where it asks for nothing itself: 硕士呢."""
    if question.asks & ASKS or not conversation.said:
        return question
    lines = [use.understanding.question(line).asks & ASKS for line in conversation.said.split("\n")]
    last = next((asks for asks in reversed(lines) if asks), frozenset(conversation.point))
    return replace(question, asks=question.asks | (last & ASKED_ON))


def narrowed(question: Question, conversation: Conversation, use: Resources) -> Question:
    """A turn that only names a case (复核过的, 硕士呢), with what is asked of it: the same as before, else how much."""
    if question.asks & ASKS or not use.acts.names_only(question):
        return question
    asked = with_ask(question, conversation, use)
    if asked.asks & ASKED_ON or _asked_before(conversation, use):
        return asked
    return replace(question, asks=question.asks | {"amount"})


def _asked_before(conversation: Conversation, use: Resources) -> bool:
    """Whether the turn before asked for something that is no number."""
    last = conversation.said.strip().rpartition("\n")[2]
    return bool(use.understanding.question(last).asks & ASKS)


def offers_next(asked: Asked, use: Resources) -> Reply:
    """The last answer was wrong, and nothing else is said: offer what came next."""
    reply = use.across.more(asked.conversation)
    if reply is None:
        home = use.home(asked.scope, asked.conversation)
        return home.note("clarify", "clarify.wrong", asked.conversation, Rule.REJECTED)
    return replace(reply, blocks=(use.across.say("clarify.wrong_offer"), *reply.blocks[1:]))
