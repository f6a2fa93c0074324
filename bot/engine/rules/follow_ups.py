"""Nothing but 谁负责, 金额多少, 原文, 还有呢: about what was answered last, or a question back."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from bot.engine.answering.figure_choice import HELD_TRUE, comparable
from bot.engine.rules.asked import Asked, Outcome, within
from bot.engine.rules.corrections import ASKS_OF_CLAUSE
from bot.engine.rules.resources import Resources
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import OTHERWISE
from bot.engine.values.why import Rule
from knowledge.base.phrasings import InfoTopic
from knowledge.base.target import clauses_of, kind_of, policy_of

OF_TALKED_ABOUT = ASKS_OF_CLAUSE | {"by_unit"}
"""Cues that ask something of the clause that is talked about, 它归谁管 among them."""


def hangs(asked: Asked, use: Resources) -> Outcome:
    """我这种能算上吗, 这个咋申请: asked back where nothing is on the table; the former goes on from a clause."""
    conversation, says_nothing = asked.conversation, use.follow_ups.hangs(asked.question)
    if asked.names_unit or not (says_nothing or use.follow_ups.points(asked.question)):
        return None
    if says_nothing and asked.talked_about in use.library.untaught:
        return use.of_talked_about(asked.question, conversation)
    return None if conversation.on_table else use.asks_back(asked.scope, conversation)


def follow_ups(asked: Asked, use: Resources) -> Outcome:
    """What goes on from the last answer, from its choices, or from a document that was named."""
    question, conversation = asked.question, asked.conversation
    if _hangs(asked, use):
        return use.asks_back(asked.scope, conversation)
    if _disputes(asked, use):
        return use.of_talked_about(_held(question, use), conversation)
    if not _may_follow(asked, use):
        return None
    if "more" in question.asks and (conversation.more or conversation.clause):
        return None if _more_of_a_kind(asked, use) else more(asked, use)
    if conversation.info and "original" in question.asks:
        return use.info(cast(InfoTopic, conversation.info), question, conversation, asked.scope)
    if conversation.clause and question.asks & OF_TALKED_ABOUT:
        return use.of_talked_about(question, conversation)
    return _without_clause(asked, use) or _with_nothing(asked, use)


def _hangs(asked: Asked, use: Resources) -> bool:
    """Whether it goes on from nothing, and has no word that a clause has: 那省级的呢."""
    conversation, question = asked.conversation, asked.question
    if conversation.on_table:
        return False
    if not use.follow_ups.continues(question) or not use.acts.names_only(question) or asked.names_unit or asked.left:
        return False
    return not use.specific(question, conversation, asked.scope)


def _may_follow(asked: Asked, use: Resources) -> bool:
    """Whether it is nothing but cues, or a short question that names nothing which any clause speaks of."""
    question = asked.question
    cues = question.asks & (OF_TALKED_ABOUT | {"more", "follow_up"})
    if asked.names_unit or not cues:
        return False
    if cues == {"by_unit"} and use.small_talk(question, asked.scope) > OTHERWISE:  # 没得事了,谢谢
        return False
    taught = asked.talked_about not in use.library.untaught  # in others goes_on weighs the clause against the rest
    return question.bare or (bool(asked.conversation.clause) and taught and _goes_on(asked, use))


def _more_of_a_kind(asked: Asked, use: Resources) -> bool:
    """Whether it asks for more of what it names, which the clause that is talked about may list: 还有哪些外国的园区."""
    general = use.subjects.is_general
    return bool(asked.conversation.clause) and any(not general(word) for word in asked.question.telling)


def _disputes(asked: Asked, use: Resources) -> bool:
    """Whether a number is held against those that the clause that is talked about states: 我老板说是60万，说得对吗."""
    question, target = asked.question, asked.conversation.clause
    held = bool(question.asks & HELD_TRUE) or use.follow_ups.disputes(question)
    if not (target and held and question.claimed) or asked.names_unit or asked.rejected:
        return False
    figures = use.library.clause(target).figures
    if not all(any(comparable(number, figure) for figure in figures) for number in question.claimed):
        return False
    rest = use.follow_ups.without_hearsay(question.reading.plain)
    for number in question.claimed:
        rest = rest.replace(number.text, " ")
    beside = use.understanding.question(rest)
    elsewhere = use.specific(beside, asked.conversation, use.everywhere) or use.outside(question)
    return not elsewhere and not use.of_foreign_thing(question, policy_of(target))


def _held(question: Question, use: Resources) -> Question:
    """A question that holds a number against the clause; of one that does nothing else, the number alone."""
    if not use.follow_ups.disputes(question):
        return question
    numbers = " ".join(number.text for number in question.claimed)
    return replace(use.understanding.question(numbers), asks=frozenset({"confirm"}))


def _goes_on(asked: Asked, use: Resources) -> bool:
    """投多少钱, 它归谁管呀; but not 房价多少."""
    question = asked.question
    short = use.follow_ups.leans(question) or use.follow_ups.asks_on(question)
    if not short or use.specific(question, asked.conversation, use.everywhere) or use.outside(question):
        return False
    return not use.of_uncovered_matter(question, asked.conversation.clause)  # 那专精特新给多少


def _without_clause(asked: Asked, use: Resources) -> Outcome:
    """Asked of the clauses that were offered, or of the document that was named."""
    question, conversation = asked.question, asked.conversation
    if conversation.clause:
        return None
    offered = clauses_of(conversation.choices)
    if not offered:
        may = conversation.named and not asked.scope.only
        return within(conversation.named, asked, question) if may else None
    if not question.asks & ASKS_OF_CLAUSE:
        return None
    if len(offered) == 1:
        return use.of_talked_about(question, replace(conversation, clause=offered[0], choices=()))
    if "units" in question.asks:
        return use.several(offered, conversation, Rule.FOLLOW_UP_ON_LIST, units=True)
    return use.across.choose(offered, (), question, Rule.FOLLOW_UP_ON_LIST)


def _with_nothing(asked: Asked, use: Resources) -> Outcome:
    """A pronoun alone: the clause that is talked about; else a question back, unless a topic is meant."""
    question, conversation = asked.question, asked.conversation
    matches = use.matcher.learned(question.reading, asked.scope)
    if matches and kind_of(matches[0].target) in ("info", "chat") and matches[0].probability > OTHERWISE:
        return None
    if conversation.clause and use.follow_ups.leans(question):
        return use.of_talked_about(question, conversation)
    return use.asks_back(asked.scope, conversation)


def more(asked: Asked, use: Resources) -> Reply:
    """Further clauses that fitted, or the next page of the list of documents."""
    conversation = asked.conversation
    if conversation.more and kind_of(conversation.more[0]) == "document":
        return _next_page(conversation, use)
    home = use.home(asked.scope, conversation)
    return use.across.more(conversation) or home.note("clarify", "no_more", conversation, Rule.NO_MORE)


def _next_page(conversation: Conversation, use: Resources) -> Reply:
    place = conversation.place
    whose = use.library.regions.one(place) if place else None
    listed = whose.policies if whose is not None else tuple(use.library.by_id)
    return use.across.catalogue(listed, conversation, conversation.info, conversation.more[0], place)
