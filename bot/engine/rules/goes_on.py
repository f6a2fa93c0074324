"""A turn that goes on from what is talked about in a document without phrasings: 硕士呢, 一年多少, 口头说说行吗."""

from __future__ import annotations

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.corrections import with_ask
from bot.engine.rules.resources import Resources
from bot.engine.understanding.follow_up import is_short
from bot.engine.understanding.understanding import Question
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import (
    CARRIED,
    COVERED,
    FOLLOWS,
    HALF,
    LIKELY,
    LIKELY_FLOOR,
    NEARLY,
    OUTSIDE,
    SURE,
    SURE_TOPIC,
)
from bot.engine.values.why import By, Rule
from knowledge.base.target import kind_of, policy_of
from knowledge.learned.index import Match
from knowledge.retrieval.evidence import Found
from knowledge.text.fold import fold


def goes_on(asked: Asked, use: Resources) -> Outcome:
    """Answered in the document that is talked about: by its clause, or by another one that has clearly more of it."""
    if not _may(asked, use):
        return None
    leans = use.follow_ups.leans(asked.question)
    question = with_ask(asked.question, asked.conversation, use) if leans else asked.question
    found = use.matcher.found(question, asked.scope.within(asked.talked_about))
    if leans and not is_short(question.reading) and _on_document(asked, use):
        return None
    own = next((f for f in found if f.target == asked.conversation.clause), None)
    best = next((f for f in found if f is not own), None)
    if not leans and not use.follow_ups.asks_on(question):
        return _carried_on(best, own, question, asked, use) if is_short(question.reading) else None
    if best is not None and (_clearly(best, own, HALF) or _states(best, own, question, asked, use)):
        return _answer(_nearest(best, found, asked, use), best.probability, question, asked, use)
    return _answer(asked.conversation.clause, 1.0, question, asked, use)


def _may(asked: Asked, use: Resources) -> bool:
    """Whether a clause of such a document is talked about, and the turn says nothing of anything else."""
    question, talked = asked.question, asked.talked_about
    if not talked or talked not in use.library.untaught or asked.rejected or asked.left:
        return False
    if asked.names_unit or question.elsewhere or asked.scope.only not in ("", talked):
        return False
    return not _surely_taught(asked, use)


def _surely_taught(asked: Asked, use: Resources) -> bool:
    """Whether it says all by itself, and of a clause with phrasings: 出口那个呢 after a document that wasn't meant."""
    if asked.scope.only:
        return False
    matches = use.matcher.match(asked.question, asked.scope)
    best = matches[0] if matches else None
    if best is None or best.found or kind_of(best.target) != "clause" or best.probability < FOLLOWS:
        return False
    text = fold(use.library.clause(best.target).text)
    return any(word in text for word in asked.question.telling)


def _on_document(asked: Asked, use: Resources) -> bool:
    """Whether it surely asks about a document as a whole: 这个政策现在还管用不管用了,什么时候到期."""
    matches = use.matcher.learned(asked.question.reading, asked.scope)
    return bool(matches) and kind_of(matches[0].target) == "info" and matches[0].probability >= SURE


# -- another clause, or the one that is talked about -----------------------------------------------------------------


def _clearly(best: Found, own: Found | None, least: float) -> bool:
    """Whether another clause has clearly more of the question's words, and at least that share of them."""
    cover = best.signals["cover"]
    more = cover > (own.signals["cover"] if own is not None else 0.0) + NEARLY
    return more and cover >= least and best.probability >= LIKELY_FLOOR


def _states(best: Found, own: Found | None, question: Question, asked: Asked, use: Resources) -> bool:
    """Whether another clause states such a number as is asked for, has no less of the words, and this one doesn't."""
    wanted = use.understanding.numbers.asked_for(question)
    if wanted is None or best.probability < LIKELY_FLOOR:
        return False
    less = own is not None and best.signals["cover"] < own.signals["cover"] - NEARLY
    here, there = (use.library.clause(target).figures for target in (asked.conversation.clause, best.target))
    return not less and not any(map(wanted.fit, here)) and any(map(wanted.fit, there))


def _nearest(best: Found, found: list[Found], asked: Asked, use: Resources) -> str:
    """Of the clauses that have as much of the turn the one that has most of what was asked before: 西安呢."""
    near = {f.target for f in found if f.signals["cover"] >= best.signals["cover"] - NEARLY}
    if len(near) < 2:
        return best.target
    whole = use.understanding.question(f"{asked.conversation.said}\n{asked.question.text}".strip())
    again = use.matcher.found(whole, asked.scope.within(asked.talked_about))
    return next((f.target for f in again if f.target in near), best.target)


# -- a turn without any sign that it goes on -------------------------------------------------------------------------


def _carried_on(best: Found | None, own: Found | None, question: Question, asked: Asked, use: Resources) -> Outcome:
    """Who doesn't say that something else is meant goes on; None: it says so, or is surely about something else."""
    if best is not None and best.probability >= CARRIED and _clearly(best, own, 0.0):
        return None
    if _surely_else(own, question, asked, use):
        return None
    reply = _answer(asked.conversation.clause, own.probability if own is not None else 0.0, question, asked, use)
    led = any(block.role == "lead" for block in reply.blocks)
    sure = own is not None and own.signals["cover"] >= HALF
    return use.answers(asked.conversation.clause).as_likeliest(reply, ()) if led and not sure else reply


def _surely_else(own: Found | None, question: Question, asked: Asked, use: Resources) -> bool:
    """Whether it is small talk, on a document as a whole, of another document, or of none."""
    matches = use.matcher.match(question, asked.scope)
    best = matches[0] if matches else None
    if best is None:
        return False
    if kind_of(best.target) in ("info", "chat"):
        return best.probability >= SURE_TOPIC
    if kind_of(best.target) == "clause" and policy_of(best.target) != asked.talked_about:
        return _of_another(best, own)
    outside = sum(m.probability for m in matches if kind_of(m.target) in ("near", "far"))
    return outside >= OUTSIDE and (own is None or own.signals["cover"] < COVERED)


def _of_another(best: Match, own: Found | None) -> bool:
    """Whether a clause of another document answers it, and clearly better."""
    if not best.found:
        return best.probability >= FOLLOWS
    return best.probability >= LIKELY and best.signals["cover"] > (own.signals["cover"] if own is not None else 0.0)


def _answer(target: str, probability: float, question: Question, asked: Asked, use: Resources) -> Reply:
    conversation = asked.conversation
    said = conversation.said if target == conversation.clause else ""
    answers, clause = use.answers(target), use.library.clause(target)
    return answers.answer(clause, question, conversation, By(Rule.FOLLOW_UP, probability), said=said)
