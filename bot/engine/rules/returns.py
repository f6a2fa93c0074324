"""Going back to what was talked about before the last answer: 回到工资那个, 刚才那个."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.engine.rules.asked import Asked, Narrow, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.follow_up import Return
from bot.engine.understanding.understanding import Question
from bot.engine.values.why import By, Rule
from knowledge.text.fold import fold

_WORD = re.compile(r"\w")
_THAT = re.compile("那一?[条个项件]")
"""What is named as it was called when it was talked about, in whatever words: 土地那条."""


def away(asked: Asked, use: Resources) -> Outcome:
    """Words that go back while nothing was talked about before: the question without them, or a question back."""
    back, conversation = use.follow_ups.returns(asked.question), asked.conversation
    if back is None or conversation.earlier:
        return None
    if not _WORD.search(back.rest) and not (conversation.clause or conversation.choices or conversation.info):
        return use.asks_back(asked.scope, conversation)
    if not back.away:
        return None
    question = use.understanding.question(back.rest)
    if conversation.clause and (_names_nothing(question, use) or _holding(question, [conversation.clause], use)):
        return use.of_talked_about(question, conversation)  # what came between was answered from no clause
    if use.understanding.empty(back.rest):
        return None
    return Narrow(replace(asked, question=question))


def returns(asked: Asked, use: Resources) -> Outcome:
    """A clause that was talked about before: by words that it knows, or the last but one."""
    conversation = asked.conversation
    back = use.follow_ups.returns(asked.question)
    if back is None or not conversation.earlier:
        return None
    question = use.understanding.question(back.rest)
    nothing = question.bare or _names_nothing(question, use)
    specific = not nothing and use.specific(question, conversation, use.everywhere)
    found = _named(back, question, asked, use) if specific or (not nothing and _THAT.search(back.rest)) else None
    if found is None and back.away and not specific:
        found = (conversation.earlier[-1 if back.first else 0], 1.0)
    if found is None or found[0] == conversation.clause:
        return None
    target, probability = found
    answers, clause = use.answers(target), use.library.clause(target)
    return answers.answer(clause, question, conversation, By(Rule.RETURNED, probability))


def _named(back: Return, question: Question, asked: Asked, use: Resources) -> tuple[str, float] | None:
    """Which of those that were talked about is named, and how probably."""
    earlier = asked.conversation.earlier
    now = () if back.away else (asked.conversation.clause,)  # 回到 leaves it
    return use.matcher.among((*earlier, *now), question) or _holding(question, earlier, use)


def _names_nothing(question: Question, use: Resources) -> bool:
    """Whether it names nothing by which one of several is known: 那个奖励."""
    return all(map(use.subjects.is_general, question.telling))


def _holding(question: Question, targets: Sequence[str], use: Resources) -> tuple[str, float] | None:
    """The first of these clauses that has all that the question names: 刚才民宿那个."""
    for target in targets:
        text = fold(use.library.clause(target).text)
        if question.telling and all(word in text for word in question.telling):
            return target, 1.0
    return None
