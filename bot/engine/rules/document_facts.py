"""What is asked of a document as such: its own data, by name or described, and its name with only cues beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from bot.engine.answering.document_facts import PARTICULARS
from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.documents import apart
from bot.engine.rules.places import mentions_place
from bot.engine.rules.resources import Resources
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import COVERED, FOUND, MAYBE_TOPIC, OTHERWISE, SURE_TOPIC
from knowledge.base.document import Policy
from knowledge.base.phrasings import InfoTopic
from knowledge.base.target import clauses_of

OF_DOCUMENT = frozenset({"validity", "effective", "issuer", "number", "published", "basis", "addressees"})
"""Topics on a document as a whole that are asked of one that is described."""
OF_CLAUSE_AS_WELL = frozenset({"structure", "units", "addressees"})
"""Topics whose words (几个, 哪些单位, 算谁的) are those of questions on a clause as well."""
TERMS = frozenset({"validity", "effective"})
"""Topics on how long the document holds."""
CITED = frozenset({"basis", "number"})
"""Topics that may be on a document which a clause cites: 依据的是哪份文件,文号是多少."""
REPEALED = "repealed"
"""Cues that ask what took the document's place, which its validity says."""


def whole_document(asked: Asked, use: Resources) -> Outcome:
    """One document and no subject: its own data, its units, its money, a topic on it as a whole, or an overview."""
    question, conversation, policy_id = asked.question, asked.conversation, asked.scope.only
    if not policy_id:
        return None
    facts = document_facts(asked, use)
    if facts is not None or not question.plain_rest or conversation.clause:
        return facts
    if asked.names_unit or mentions_place(question):
        return None
    if use.follow_ups.counts_one(question) and conversation.choices:
        return None
    if use.follow_ups.asks_of_these(question, len(clauses_of(conversation.choices)), one=False):
        return None
    answers = use.answers(policy_id)
    if "units" in question.asks:
        return answers.info("units", conversation)
    if question.asks & {"amount", "count"}:
        return answers.all_figures(conversation)
    topic = use.topic(question, asked.scope)
    if topic is None and use.small_talk(question, asked.scope) > OTHERWISE:  # 好嘞谢谢
        return None
    return answers.info(topic, conversation) if topic else answers.overview(conversation)


def described(asked: Asked, use: Resources) -> Outcome:
    """A question on the own data of a document that it describes: 济南那个人工智能的政策还管用不."""
    question, scope = asked.question, asked.scope
    if question.plain_rest or not use.library.many or asked.talked_about or not _of_a_document(asked, use):
        return None
    found = use.described.of(question.reading.plain, question.telling, scope.asks)
    if not found or (scope.only and _said_by_clause(asked, use)):
        return None
    rest = use.understanding.question(found[0].rest)
    particulars = [t for t in PARTICULARS if t in question.asks | rest.asks]
    sentence = use.acts.of_document(question)
    topic = None if particulars else sentence or use.topic(rest, use.everywhere, SURE_TOPIC)
    if not particulars and (topic not in OF_DOCUMENT or (asked.names_unit and not sentence)):
        return None
    if len(found) > 1:
        return apart([one.policy for one in found], found[0].rest, asked, use)
    answers, conversation = use.answers(found[0].policy), replace(asked.conversation, policy=found[0].policy)
    if particulars:
        return answers.particulars(particulars, conversation)
    return answers.info(cast(InfoTopic, topic), conversation)


def _said_by_clause(asked: Asked, use: Resources) -> bool:
    """Whether a clause of the document that is named surely speaks of it: 纳入目录的机构有效期限几年."""
    found = use.matcher.found(asked.question, asked.scope)
    return bool(found) and found[0].probability >= FOUND and found[0].signals["cover"] >= COVERED


def _of_a_document(asked: Asked, use: Resources) -> bool:
    """Whether a question may be on a document's own data: it speaks of a kind of document, or asks for such data."""
    question = asked.question
    if use.described.pointed(question.reading.plain) or question.asks.intersection(PARTICULARS):
        return True
    if use.acts.of_document(question) is not None:
        return True
    return use.topic(question, asked.scope, MAYBE_TOPIC) in OF_DOCUMENT


def document_facts(asked: Asked, use: Resources) -> Reply | None:
    """A question on a document's own data (文号多少, 有没有附件) and nothing else."""
    question = asked.question
    if (said := _in_a_sentence(asked, use)) is not None:
        return said
    topics = [t for t in PARTICULARS if t in question.asks and not (t == "title" and "units" in question.asks)]
    replaced = REPEALED in question.asks
    if not (topics or replaced) or asked.names_unit or not question.plain_rest:
        return None
    meant = asked.scope.asked_of(asked.conversation)
    if meant is None:
        return use.which_document(question, asked.conversation)
    if _of_clause(topics, meant, asked, use):
        return None
    if topics == ["number"] and _cites(asked, use) and not meant.number:
        return use.of_talked_about(question, asked.conversation)
    answers = use.answers(meant.id)
    if not topics or replaced:
        return answers.info("validity", asked.conversation)
    if topics == ["number"] and use.topic(question, asked.scope, SURE_TOPIC) == "basis":  # of what it rests on
        return answers.info("basis", asked.conversation)
    return answers.particulars(topics, asked.conversation)


def asked_of_clause(topic: InfoTopic, asked: Asked, use: Resources) -> bool:
    """Whether a topic on a document as a whole is asked of the clause that is talked about: 都有哪些单位, 文号给我.

    That something runs out and is done again is no question on the document: 过期了再评. Else, in a document without
    phrasings; the question must not say that the whole document is meant, or it must not state what is asked.
    """
    talked = asked.talked_about
    if asked.conversation.clause and topic in TERMS and use.acts.lapses(asked.question):
        return True
    if topic in CITED and _cites(asked, use):
        return True
    if talked not in use.library.untaught or asked.rejected or asked.left or asked.scope.only not in ("", talked):
        return False
    if topic in OF_CLAUSE_AS_WELL:
        return not use.follow_ups.says_whole(asked.question)
    return topic in PARTICULARS and _of_clause([topic], use.library.by_id[talked], asked, use)


def _in_a_sentence(asked: Asked, use: Resources) -> Reply | None:
    """What is asked of the document in a sentence of its own: 由哪家单位起草.

    Where the document doesn't state it only if nothing but the document can be meant: 这个方案什么时候到期.
    """
    whole = bool(asked.conversation.info) and not asked.conversation.clause
    topic = use.acts.of_document(asked.question, whole)
    meant = asked.scope.asked_of(asked.conversation) if topic is not None else None
    if topic is None or meant is None:
        return None
    if not use.answers(meant.id).says_of_itself(topic) and use.acts.plainly_of_document(asked.question, whole) is None:
        return None
    return use.answers(meant.id).info(topic, asked.conversation)


def _cites(asked: Asked, use: Resources) -> bool:
    """Whether the clause that is talked about cites a document by number, and no document is pointed at."""
    clause = asked.conversation.clause
    if not clause or use.follow_ups.points_back(asked.question) is not None:
        return False
    return use.citations.stand_in(use.library.clause(clause).text)


def _of_clause(topics: Sequence[str], meant: Policy, asked: Asked, use: Resources) -> bool:
    """Whether the clause that is talked about is asked for what no document without phrasings states: 代号是啥."""
    if not asked.conversation.clause or meant.id not in use.library.untaught or not topics:
        return False
    return not any(getattr(meant, topic, True) for topic in topics) and not use.described.pointed(
        asked.question.reading.plain
    )
