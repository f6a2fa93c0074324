"""Two questions in one message: 末位淘汰是怎么规定的，产业地图谁来编."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.rules.asked import Apart, Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.thresholds import BOTH, LIKELY
from knowledge.base.target import kind_of


def two_questions(asked: Asked, use: Resources) -> Outcome:
    """Each answered by itself, where each asks something and is surely about a clause of its own."""
    halves = use.acts.questions(asked.question)
    if len(halves) != 2:
        return None
    questions = [use.understanding.question(half) for half in halves]
    about = [_about(question, asked, use) for question in questions]
    if not all(about) or about[0] == about[1]:
        return None
    part = replace(asked, conversation=Conversation(policy=asked.conversation.policy))
    parts = tuple((half, replace(part, question=q)) for half, q in zip(halves, questions, strict=True))
    return Apart(parts, asked, "", "documents.apart_questions")


def _about(question: Question, asked: Asked, use: Resources) -> str:
    """The clause that half of a message is surely about; empty: none."""
    matches = use.matcher.match(question, asked.scope)
    best = matches[0] if matches else None
    if best is None or kind_of(best.target) != "clause":
        return ""
    return best.target if best.probability >= (LIKELY if best.found else BOTH) else ""
