"""What is asked of a document as such: its own data, and its name with nothing but cues beside it."""

from __future__ import annotations

from bot.engine.answering.document_facts import PARTICULARS
from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.places import mentions_place
from bot.engine.rules.resources import Resources
from bot.engine.values.reply import Reply

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
    answers = use.answers(policy_id)
    if "units" in question.asks:
        return answers.info("units", conversation)
    if question.asks & {"amount", "count"}:
        return answers.all_figures(conversation)
    topic = use.topic(question, asked.scope)
    return answers.info(topic, conversation) if topic else answers.overview(conversation)


def document_facts(asked: Asked, use: Resources) -> Reply | None:
    """A question on a document's own data (文号多少, 有没有附件) and nothing else."""
    question = asked.question
    topic = next((t for t in PARTICULARS if t in question.asks), None)
    replaced = REPEALED in question.asks
    if not (topic or replaced) or asked.names_unit or not question.plain_rest:
        return None
    meant = asked.scope.meant(asked.conversation)
    if meant is None:
        return use.which_document(question, asked.conversation)
    answers = use.answers(meant.id)
    if topic is None or replaced:
        return answers.info("validity", asked.conversation)
    return answers.particular(topic, asked.conversation)
