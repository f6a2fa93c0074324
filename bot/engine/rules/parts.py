"""One thing asked of the measure that is talked about: 要什么材料, 有上限吗, 谁出钱, 电话多少."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.answering.on_policy import SAID_CHARS
from bot.engine.answering.part_answers import OF_NO_CLAUSE
from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.acts import PHONE, Part
from bot.engine.values.conversation import ASKED_ON
from bot.engine.values.why import Rule
from knowledge.base.target import clauses_of
from knowledge.text.fold import fold

UNITS = "units"
"""The part that is no words of the clause: who is responsible."""


def parts(asked: Asked, use: Resources) -> Outcome:
    """What the clause says of it, or what holds for it says; a choice of what was offered; nothing there: asks back.

    Of a document as a whole, once something was asked of it: what it says of it for all that it grants.
    """
    conversation = asked.conversation
    part = None if asked.left or _of_nothing(asked, use) else use.acts.part(asked.question) or _of_words(asked, use)
    if part is None:
        return _told(asked, use) or _told_of_all(asked, use)
    offered = clauses_of(conversation.choices)
    if len(offered) == 1 and not conversation.clause:
        conversation, offered = replace(conversation, clause=offered[0], choices=()), []
        asked = replace(asked, conversation=conversation)
    if part.name == UNITS:
        return responsible(asked, use)
    if conversation.clause:
        clause = use.library.clause(conversation.clause)
        return use.answers(conversation.clause).part(clause, part, asked.question, conversation)
    if offered:
        return use.across.choose(offered, (), asked.question, Rule.FOLLOW_UP_ON_LIST)
    if conversation.info and asked.scope.only in use.library.untaught:
        return use.answers(asked.scope.only).part_of_all(part, asked.question, conversation)
    if asked.scope.only or conversation.policy or not use.library.many:
        return None
    return use.asks_back(asked.scope, conversation)


def _of_nothing(asked: Asked, use: Resources) -> bool:
    """Whether there is nothing that a part could be of, and nobody needs to be told so."""
    conversation = asked.conversation
    if conversation.clause or conversation.choices or not use.library.many:
        return not (conversation.clause or conversation.choices)
    if conversation.info and asked.scope.only in use.library.untaught:
        return False
    return bool(asked.scope.only or conversation.policy)


def _of_words(asked: Asked, use: Resources) -> Part | None:
    """What is asked of something that the clause which is talked about has in its words: 想进这个委员会,怎么报名."""
    if asked.talked_about not in use.library.untaught or asked.rejected or asked.names_unit:
        return None
    read = use.acts.part_of(asked.question)
    if read is None or read[0].name not in OF_NO_CLAUSE:
        return None
    text, words = fold(use.library.clause(asked.conversation.clause).text), use.understanding.question(read[1]).telling
    return read[0] if words and all(word in text for word in words) else None


def _told_of_all(asked: Asked, use: Resources) -> Outcome:
    """What the document says of it once for all that it grants, where nothing else is asked: 钱从哪出, 寄哪儿.

    The telephone in a story, too, once something was talked about.
    """
    policy_id, conversation = asked.scope.single, asked.conversation
    if policy_id not in use.library.untaught:
        return None
    talked = asked.left or conversation.clause or conversation.earlier or conversation.choices
    part = use.acts.part(asked.question) if not conversation.clause or asked.left else None
    if part is None and talked:
        part = next((part for part in use.acts.told(asked.question) if part.name == PHONE), None)
    return use.answers(policy_id).part_of_all(part, asked.question, conversation) if part is not None else None


def _told(asked: Asked, use: Resources) -> Outcome:
    """What a story asks without asking for it, where the document says it of the measure that is talked about."""
    conversation = asked.conversation
    if asked.left or not conversation.clause or asked.talked_about not in use.library.untaught or asked.rejected:
        return None
    answers, clause = use.answers(conversation.clause), use.library.clause(conversation.clause)
    for part in use.acts.told(asked.question):
        if answers.states(clause, part):
            return answers.part(clause, part, asked.question, conversation)
    return None


def responsible(asked: Asked, use: Resources) -> Outcome:
    """Who is responsible for a clause without phrasings, and nothing of what was asked before; None: others know."""
    conversation = asked.conversation
    if asked.talked_about not in use.library.untaught:
        return None
    cues = (asked.question.asks - ASKED_ON) | {"units"}
    reply = use.of_talked_about(replace(asked.question, asks=cues), replace(conversation, said=""))
    said = "\n".join(filter(None, (conversation.said, asked.question.reading.plain)))
    return replace(reply, conversation=replace(reply.conversation, said=said[-SAID_CHARS:]))
