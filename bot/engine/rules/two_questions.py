"""Two questions in one message: 末位淘汰是怎么规定的，产业地图谁来编."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.rules.asked import Apart, Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.acts import LEAST
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import BOTH, FOUND, LIKELY
from bot.engine.values.why import By, Rule
from knowledge.base.target import kind_of, policy_of


def two_questions(asked: Asked, use: Resources) -> Outcome:
    """Each answered by itself, where each asks something and is surely about a clause of its own.

    Of one clause both numbers, where the message as a whole would be answered with one of them.
    """
    halves = use.acts.questions(asked.question)
    if len(halves) != 2:
        return None
    questions = [use.understanding.question(half) for half in halves]
    about = [_about(question, asked, use) for question in questions]
    if about[0] and (about[1] == about[0] or not any(map(use.follow_ups.says_subject, questions[1].telling))):
        return _of_one(about[0], questions, asked, use)
    if not all(about) or any(len(half) < LEAST for half in halves):
        return None
    part = replace(asked, conversation=Conversation(policy=asked.conversation.policy))
    parts = tuple((half, replace(part, question=q)) for half, q in zip(halves, questions, strict=True))
    return Apart(parts, asked, "", "documents.apart_questions")


def _of_one(target: str, questions: list[Question], asked: Asked, use: Resources) -> Outcome:
    """Both of one clause, if together they put more forward."""
    answers, clause, by = use.answers(target), use.library.clause(target), By(Rule.TWO_AT_ONCE)
    whole = answers.answer(clause, asked.question, asked.conversation, by)
    replies = [answers.answer(clause, question, asked.conversation, by) for question in questions]
    if _of_another_subject(target, questions[0], replies[0], use):
        return None
    told = {figure for reply in replies for figure in reply.why.figures}
    if not all(reply.figures for reply in replies) or told <= set(whole.why.figures):
        return None
    return answers.together(replies, whole)


def _of_another_subject(target: str, question: Question, reply: Reply, use: Resources) -> bool:
    """Whether the first question, which the second goes on from, is on something that the clause isn't for."""
    policy, clause = use.library.by_id[policy_of(target)], use.library.clause(target)
    return use.of_foreign_thing(question, target) or use.subjects.another(policy, clause, question, reply.figures)


def _about(question: Question, asked: Asked, use: Resources) -> str:
    """The clause that half of a message is surely about; empty: none."""
    matches = use.matcher.match(question, asked.scope)
    best = matches[0] if matches else None
    if best is None or kind_of(best.target) != "clause":
        return ""
    named = FOUND if asked.scope.only else LIKELY
    return best.target if best.probability >= (named if best.found else BOTH) else ""
