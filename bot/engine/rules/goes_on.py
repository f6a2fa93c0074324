"""A turn that goes on from what is talked about in a document without phrasings: 硕士呢, 一年多少, 口头说说行吗."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

from bot.engine.documents.introduced import introduced
from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.corrections import narrowed
from bot.engine.rules.document_facts import asked_of_clause
from bot.engine.rules.resources import Resources
from bot.engine.understanding.follow_up import is_short
from bot.engine.understanding.number_words import NumberAsked
from bot.engine.understanding.understanding import Question
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import (
    CERTAIN,
    CONTEXT,
    COVERED,
    FOLLOWS,
    HALF,
    LIKELY,
    NEARLY,
    OUTSIDE,
    RELATED,
    SURE,
    SURE_TOPIC,
    TALKED,
    UNFOUND,
    WORDED,
)
from bot.engine.values.why import By, Rule
from knowledge.base.phrasings import InfoTopic
from knowledge.base.target import Target, is_outside, kind_of, policy_of
from knowledge.learned.index import Match
from knowledge.retrieval.evidence import Found
from knowledge.text.fold import fold


def goes_on(asked: Asked, use: Resources) -> Outcome:
    """Answered in the document that is talked about: by its clause, or by another one that more probably is meant."""
    if not _may(asked, use):
        return None
    plain = asked.question
    leaning = use.follow_ups.leans(plain) or use.follow_ups.asks_on(plain) or use.acts.asks_only_number(plain)
    if not leaning and not is_short(plain.reading):
        return None
    question = narrowed(plain, asked.conversation, use)
    found = use.matcher.found(question, asked.scope.within(asked.talked_about))
    own = next((f for f in found if f.target == asked.conversation.clause), None)
    best = next((f for f in found if f is not own), None)
    if _surely_else(own, best, leaning, asked, use):
        return None
    wanted = use.understanding.numbers.asked_for(question)
    meant = _meant(found, question, asked, use) if question.telling or _names_best(own, best) else None
    if meant is not None and not (wanted and _stating(wanted, meant, asked, use) == (True, False)):  # 每月总共几次
        reply = _answer(meant.target, meant.probability, question, asked, use)
        return _marked(reply, meant, use) if meant.probability < HALF and not leaning else reply
    stating = next((f for f in found if f is not own and wanted and _states(wanted, f, own, asked, use)), None)
    if stating is not None:
        reply = _answer(stating.target, stating.probability, question, asked, use)
        return _marked(reply, stating, use) if stating.probability < HALF else reply
    under = _introduced(found, asked, use) if question.telling else None
    if under is not None:
        return _answer(under.target, under.probability, question, asked, use)
    reply = _answer(asked.conversation.clause, 1.0 if leaning or own is None else own.probability, question, asked, use)
    return reply if leaning else _marked(reply, own, use)


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
    if _holds(asked, use):
        return False
    text = fold(use.library.clause(best.target).text)
    return best.probability >= CERTAIN or any(word in text for word in asked.question.telling)


def _holds(asked: Asked, use: Resources) -> bool:
    """Whether the clause that is talked about has what is named, or most of it: 采购本市产品的 is a case of it."""
    text, words = fold(use.library.clause(asked.conversation.clause).text), asked.question.telling
    held = sum(word in text for word in words)
    return 0 < held == len(words) or 2 <= held > len(words) / 2


# -- another clause, or the one that is talked about -----------------------------------------------------------------


def _meant(found: Sequence[Found], question: Question, asked: Asked, use: Resources) -> Found | None:
    """The clause that is meant if it is another than the one that is talked about; None where that one is.

    A turn says less than a question, and what it goes on from says the rest. So it is looked for by itself (``found``),
    behind the turn before it, and behind all that was said on the clause; what is found each time counts.
    """
    clause, within = asked.conversation.clause, asked.scope.within(asked.talked_about)
    turns = asked.conversation.said.strip().split("\n")
    behind = [
        use.matcher.found(use.understanding.question(f"{said}\n{question.text}".strip()), within)
        for said in (turns[-1], "\n".join(turns))
    ]
    worth = {clause: TALKED}
    every = {f.target: f for of_turn in (*reversed(behind), found) for f in of_turn}
    for weight, of_turn in zip(CONTEXT, (found, *behind), strict=True):
        probability = {f.target: f.probability for f in of_turn}
        for target in dict.fromkeys((clause, *every)):
            worth[target] = worth.get(target, 0.0) + weight * math.log(probability.get(target, 0.0) + UNFOUND)
    best = max(worth, key=lambda target: worth[target])
    return every[best] if best != clause else None


def _names_best(own: Found | None, best: Found | None) -> bool:
    """Whether another clause has all of a word that the cutter doesn't know, and this one hasn't: 那托育券呢."""
    if best is None or best.signals["cover"] < WORDED:
        return False
    return own is None or own.signals["cover"] < best.signals["cover"] - NEARLY


def _introduced(found: Sequence[Found], asked: Asked, use: Resources) -> Found | None:
    """The nearest of the clauses that the one that is talked about only introduces."""
    talked = asked.conversation.clause
    following = introduced(use.library.by_id[policy_of(talked)], use.library.clause(talked))
    targets = {str(Target.of_clause(policy_of(talked), clause.id)) for clause in following}
    return next((f for f in found if f.target in targets), None)


def _states(wanted: NumberAsked, best: Found, own: Found | None, asked: Asked, use: Resources) -> bool:
    """Whether another clause states such a number as is asked for, has no less of the words, and this one doesn't."""
    if best.probability < RELATED:
        return False
    less = own is not None and best.signals["cover"] < own.signals["cover"] - NEARLY
    here, there = _stating(wanted, best, asked, use)
    return not less and there and not here


def _stating(wanted: NumberAsked, best: Found, asked: Asked, use: Resources) -> tuple[bool, bool]:
    """Whether the clause that is talked about states such a number, and whether another one does."""
    here, there = (use.library.clause(target).figures for target in (asked.conversation.clause, best.target))
    return any(map(wanted.fit, here)), any(map(wanted.fit, there))


# -- what is no such turn, and what may not be meant ----------------------------------------------------------------


def _surely_else(own: Found | None, best: Found | None, leaning: bool, asked: Asked, use: Resources) -> bool:
    """Whether it is small talk, on a document as a whole, of another document, or of none."""
    question = asked.question
    if leaning and (is_short(question.reading) or best is not None) and use.small_talk(question, asked.scope) < SURE:
        return False
    matches = use.matcher.match(question, asked.scope)
    top = matches[0] if matches else None
    if top is None or _holds(asked, use):
        return False
    if kind_of(top.target) == "info" and asked_of_clause(cast(InfoTopic, Target.parse(top.target).topic), asked, use):
        return False
    if kind_of(top.target) in ("info", "chat"):
        surely = max(top.probability, use.small_talk(question, asked.scope))
        return surely >= (SURE if leaning else SURE_TOPIC)
    if kind_of(top.target) == "clause" and policy_of(top.target) != asked.talked_about:
        return not leaning and _of_another(top, own)
    outside = sum(m.probability for m in matches if is_outside(m.target))
    return not leaning and outside >= OUTSIDE and (own is None or own.signals["cover"] < COVERED)


def _of_another(top: Match, own: Found | None) -> bool:
    """Whether a clause of another document answers it, and clearly better."""
    if not top.found:
        return top.probability >= FOLLOWS
    return top.probability >= LIKELY and top.signals["cover"] > (own.signals["cover"] if own is not None else 0.0)


def _marked(reply: Reply, found: Found | None, use: Resources) -> Reply:
    """The answer marked as the likeliest where the clause has little of the turn's words, and something is led."""
    led = any(block.role == "lead" for block in reply.blocks)
    sure = found is not None and found.signals["cover"] >= HALF
    return use.answers(reply.clauses[0].policy).as_likeliest(reply, ()) if led and not sure else reply


def _answer(target: str, probability: float, question: Question, asked: Asked, use: Resources) -> Reply:
    conversation = asked.conversation
    said = conversation.said if target == conversation.clause else ""
    answers, clause = use.answers(target), use.library.clause(target)
    reply = answers.answer(clause, question, conversation, By(Rule.FOLLOW_UP, probability), said=said)
    policy = use.library.by_id[policy_of(target)]
    if reply.figures and use.subjects.goes_off(policy, clause, asked.question):
        return answers.of_another_subject(target, conversation)
    return reply
