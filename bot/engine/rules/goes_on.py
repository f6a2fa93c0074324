"""A turn that leans on what is talked about in a document without phrasings: 硕士呢, 一年多少, 有几个名额."""

from __future__ import annotations

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.corrections import with_ask
from bot.engine.rules.resources import Resources
from bot.engine.understanding.understanding import Question
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import FOLLOWS, LIKELY_FLOOR, NEARLY
from bot.engine.values.why import By, Rule
from knowledge.base.target import kind_of
from knowledge.retrieval.evidence import Found


def goes_on(asked: Asked, use: Resources) -> Outcome:
    """Answered in the document that is talked about: by its clause, or by another one that has clearly more of it."""
    if not _may(asked, use):
        return None
    leans = use.follow_ups.leans(asked.question)
    question = with_ask(asked.question, asked.conversation, use) if leans else asked.question
    found = use.matcher.found(question, asked.scope.within(asked.talked_about))
    talked = next((f for f in found if f.target == asked.conversation.clause), None)
    best = found[0] if found else None
    if best is not None and _elsewhere(best, talked, asked):
        return _answer(best.target, best.probability, question, asked, use)
    return _answer(asked.conversation.clause, 1.0, question, asked, use)


def _may(asked: Asked, use: Resources) -> bool:
    """Whether it leans on a clause of such a document, and names nothing else."""
    question, talked = asked.question, asked.talked_about
    if not talked or talked not in use.library.untaught or asked.rejected or asked.left:
        return False
    if asked.names_unit or question.elsewhere or asked.scope.only not in ("", talked):
        return False
    return (use.follow_ups.leans(question) or use.follow_ups.asks_on(question)) and not _surely_taught(asked, use)


def _surely_taught(asked: Asked, use: Resources) -> bool:
    """Whether it says all by itself, and of a clause with phrasings: 出口那个呢 after a document that wasn't meant."""
    if asked.scope.only:
        return False
    matches = use.matcher.match(asked.question, asked.scope)
    best = matches[0] if matches else None
    return best is not None and not best.found and kind_of(best.target) == "clause" and best.probability >= FOLLOWS


def _elsewhere(best: Found, talked: Found | None, asked: Asked) -> bool:
    """Whether another clause has clearly more of the question's words than the one that is talked about."""
    if best.target == asked.conversation.clause:
        return False
    own = talked.signals["cover"] if talked is not None else 0.0
    return best.probability >= LIKELY_FLOOR and best.signals["cover"] > own + NEARLY


def _answer(target: str, probability: float, question: Question, asked: Asked, use: Resources) -> Reply:
    conversation = asked.conversation
    said = conversation.said if target == conversation.clause else ""
    answers, clause = use.answers(target), use.library.clause(target)
    return answers.answer(clause, question, conversation, By(Rule.FOLLOW_UP, probability), said=said)
