"""A question that names no document while one is talked about that has it all, or that has no subject itself."""

from __future__ import annotations

from collections.abc import Sequence

from bot.engine.rules.asked import Asked, Outcome, within
from bot.engine.rules.resources import Resources
from bot.engine.understanding.understanding import Question
from bot.engine.values.thresholds import HALF, NEARLY, SHORT, SURE, UNSURE, WORDED
from knowledge.base.target import kind_of
from knowledge.learned.index import Match
from knowledge.retrieval.evidence import Found

ASKS_ASPECT = frozenset({"aspects", "amount", "count", "units"})
"""Cues of questions that may have no subject of their own."""


def stays(asked: Asked, use: Resources) -> Outcome:
    """Asked of the document that is talked about, unless another, or a clause with phrasings, answers it better."""
    question, conversation = asked.question, asked.conversation
    policy_id = conversation.policy
    if not _may_stay(asked, use):
        return None
    named = conversation.named == policy_id
    if _subjectless(question, use):
        return within(policy_id, asked, question) if named or conversation.clause else None
    if policy_id in use.library.untaught and _has_it_all(asked, use):
        return within(policy_id, asked, question)
    return None


def _may_stay(asked: Asked, use: Resources) -> bool:
    """Whether the document that is talked about was named or has no phrasings, and the question points at no other."""
    policy_id = asked.conversation.policy
    if asked.scope.only or asked.rejected or not policy_id or asked.names_unit or asked.question.elsewhere:
        return False
    if asked.conversation.named != policy_id and policy_id not in use.library.untaught:
        return False
    whose = use.whose(asked.question)
    return not whose or policy_id in whose


def _has_it_all(asked: Asked, use: Resources) -> bool:
    """Whether the document has the question's words, and no other has so much more of them."""
    question = asked.question
    subject = use.understanding.question(use.understanding.without("aspects", question.reading.plain))
    near = use.matcher.found(subject, asked.scope.within(asked.conversation.policy))
    if not near:
        return False
    matches = use.matcher.match(question, asked.scope)
    if matches and kind_of(matches[0].target) in ("info", "chat"):
        return False
    named = asked.conversation.named == asked.conversation.policy
    if not named and matches and not matches[0].found and matches[0].probability >= UNSURE:
        return False  # one that was only talked about keeps nothing that a clause with phrasings answers
    return _covers(near[0], matches)


def _covers(near: Found, matches: Sequence[Match]) -> bool:
    """``near``: the document's best clause; ``matches``: of all documents."""
    best = matches[0] if matches else None
    taught = best is not None and not best.found and kind_of(best.target) == "clause"
    sure = taught and best is not None and best.probability >= SURE
    cover = near.signals["cover"]
    rival = max((m.signals["cover"] for m in matches if m.found), default=0.0)
    return cover >= WORDED or (cover >= HALF and cover > rival - NEARLY and not sure)


def _subjectless(question: Question, use: Resources) -> bool:
    """Whether it asks only for a side that any measure has: 怎么申请, 补贴多少, 申报条件是什么."""
    if not question.asks & ASKS_ASPECT or len(question.reading.folded) > 2 * SHORT:
        return False
    return use.understanding.question(use.understanding.without("aspects", question.rest)).plain_rest
