"""One thing asked of a measure that the question names, in a document without phrasings: 申请首店奖励要什么材料."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.answering.part_answers import OF_NO_CLAUSE
from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.acts import PHONE, Part
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import PART_OF, PART_OF_NAMED, SURE_TOPIC
from knowledge.base.target import kind_of, policy_of

PARTS = OF_NO_CLAUSE | {"conditions"}
"""What clauses of their own say, for many measures: materials, deadline, whether it adds up."""


def part_of_measure(asked: Asked, use: Resources) -> Outcome:
    """What the measure's own clause says of it, or one that governs it; None where neither does.

    None as well where the clause that fits the whole question says it: that is answered as any other.
    """
    if asked.left or asked.names_unit or not _asks_untaught(asked, use):
        return None
    read = use.acts.part_of(asked.question)
    if read is None or read[0].name not in PARTS:
        return None
    part, rest = read
    whole = next(iter(use.matcher.match(asked.question, asked.scope)), None)
    if whole is not None and kind_of(whole.target) == "clause":
        taught = policy_of(whole.target) not in use.library.untaught
        if (taught and whole.probability >= SURE_TOPIC) or _says(whole.target, part, use):
            return None
    measure = use.understanding.question(rest)
    found = use.matcher.found(measure, asked.scope) if measure.telling else []
    least = PART_OF_NAMED if asked.scope.only else PART_OF
    of = found[0].target if found else asked.scope.single
    if of and use.of_foreign_thing(asked.question, of):
        return None
    if not found or found[0].probability < least:
        return _for_all(part, asked, use)
    return _told(found[0].target, part, asked, use)


def _for_all(part: Part, asked: Asked, use: Resources) -> Reply | None:
    """Whom to ask, which a document that is named says once for all of it: 省厅电话给我."""
    if part.name != PHONE or not asked.scope.single:
        return None
    return use.answers(asked.scope.single).part_of_all(part, asked.question, asked.conversation)


def _asks_untaught(asked: Asked, use: Resources) -> bool:
    """Whether documents without phrasings are asked: a base without any pays nothing here."""
    return asked.scope.untaught if asked.scope.only else bool(use.library.untaught)


def _says(target: str, part: Part, use: Resources) -> bool:
    return use.answers(target).says_part(use.library.clause(target), part)


def _told(target: str, part: Part, asked: Asked, use: Resources) -> Reply | None:
    answers, clause = use.answers(target), use.library.clause(target)
    if not answers.says_part(clause, part) and not answers.governed(clause, part):
        return None
    return answers.part(clause, part, asked.question, replace(asked.conversation, clause="", said=""))
