"""What is said of the answer or of the offices, and asks nothing of the documents: 过期了还给我看, 办事效率太低."""

from __future__ import annotations

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.values.reply import Reply
from bot.engine.values.why import Rule, Why


def asides(asked: Asked, use: Resources) -> Outcome:
    """Once something was talked about: whether the document holds; who is responsible; the answer in short."""
    conversation = asked.conversation
    if conversation.empty:
        return None
    meant = asked.scope.meant(conversation)
    if meant is not None and use.acts.is_all("outdated", asked.question):
        return use.answers(meant.id).info("validity", conversation)
    if use.acts.is_all("complains", asked.question):
        return _of_service(asked, use)
    if conversation.clause and use.acts.is_all("person", asked.question):
        return _of_person(asked, use)
    if conversation.clause and use.acts.is_all("shorter", asked.question):
        clause = use.library.clause(conversation.clause)
        return use.answers(conversation.clause).shorter(clause, conversation)
    return None


def _of_service(asked: Asked, use: Resources) -> Reply:
    """Nobody takes complaints here: with the units of what is talked about."""
    conversation = asked.conversation
    home = use.home(asked.scope, conversation)
    note = home.note("chat", "chat.of_service", conversation, Why(Rule.SMALL_TALK, "complaint"))
    if not conversation.clause:
        return note
    return use.answers(conversation.clause).with_units(note, conversation.clause)


def _of_person(asked: Asked, use: Resources) -> Reply:
    """No document says who somebody is: the units that it does name."""
    conversation = asked.conversation
    answers = use.answers(conversation.clause)
    note = answers.note("none", "none.person", conversation, Rule.CONTACT)
    return answers.with_units(note, conversation.clause)
