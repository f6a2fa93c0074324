"""Two things asked for at once, each surely about a clause of its own: 末位淘汰和产业地图谁负责."""

from __future__ import annotations

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.values.thresholds import BOTH, SHORT, SURE
from bot.engine.values.why import Rule
from knowledge.base.target import kind_of


def two_at_once(asked: Asked, use: Resources) -> Outcome:
    """Both clauses, unless the question as a whole is as surely about one that holds all its words."""
    question = asked.question
    halves = use.follow_ups.halves(question)
    if len(halves) != 2 or len(question.reading.folded) > 2 * SHORT:
        return None
    first = _of(halves[0], asked, use)
    second = _of(halves[1], asked, use) if first else ""
    if not second or first == second:
        return None
    whole = use.matcher.learned(question.reading, asked.scope)
    if whole and whole[0].probability >= SURE and use.holding(question, asked.scope):
        return None
    units = "units" in question.asks
    return use.several([first, second], asked.conversation, Rule.TWO_AT_ONCE, full=not units, units=units)


def _of(half: str, asked: Asked, use: Resources) -> str:
    """The clause that half of a question is surely about; empty: none."""
    matches = use.matcher.learned(use.understanding.question(half).rest_reading, asked.scope)
    sure = matches and kind_of(matches[0].target) == "clause" and matches[0].probability >= BOTH
    return matches[0].target if sure else ""
