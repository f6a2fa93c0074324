"""What documents seldom say: 起草的是哪个处长, 咨询电话多少, 申报网址; no, or where this one does."""

from __future__ import annotations

from collections.abc import Sequence

from bot.engine.documents.mentions import saying
from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.absent import Particular
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import SURE_TOPIC
from bot.engine.values.why import Rule
from knowledge.base.document import Policy
from knowledge.base.target import kind_of

PERSON = "person"
"""Whom nobody asks for a measure's sake."""
OF_MEASURES = frozenset({"phone", "site"})
"""What who has a measure in mind asks for it: 批发市场几点关门 is on no measure, whatever it names."""
MOST_SAID = 6
"""Clauses that are shown of those which say it."""


def absent(asked: Asked, use: Resources) -> Outcome:
    """That it doesn't, with the units of the measure that is meant; the clauses that do, where nothing else is said.

    None where the question has another subject, which is answered or declined as any other.
    """
    found, rest = ([], "") if asked.names_unit or asked.left else use.particulars.asked(asked.question)
    policy = _document(asked, use) if found else None
    if policy is None:
        return None
    alone, talked = use.understanding.empty(rest), asked.conversation.clause
    said = [mention for one in found for mention in saying(policy, one.says)]
    if said:
        plain, kept = asked.question.reading.plain, asked.conversation
        word = _what(found, use)
        return use.mentioned.reply(said[:MOST_SAID], policy.id, plain, kept, word) if alone and not talked else None
    target = talked if alone else _about(rest, asked, use)
    return _missing(found, policy, target, asked, use) if alone or target else None


def _document(asked: Asked, use: Resources) -> Policy | None:
    """The one that is asked or talked about; among several, none is by itself."""
    named = asked.scope.only or asked.conversation.policy or not use.library.many
    return asked.scope.meant(asked.conversation) if named else None


def _what(found: Sequence[Particular], use: Resources) -> str:
    return "、".join(use.library.words(f"absent.{one.name}") for one in found)


def _about(rest: str, asked: Asked, use: Resources) -> str:
    """The clause that the rest of the question is probably about; empty: none."""
    matches = use.matcher.match(use.understanding.question(rest), asked.scope)
    best = matches[0] if matches else None
    probable = best is not None and kind_of(best.target) == "clause" and best.probability >= SURE_TOPIC
    return best.target if best is not None and probable else ""


def _missing(found: Sequence[Particular], policy: Policy, target: str, asked: Asked, use: Resources) -> Reply:
    """The reply: what is missing, and whom to ask; of a measure it is an answer, that this one doesn't say it."""
    answers = use.answers(policy.id)
    name = "none.absent" if use.library.responsible_of(policy.id).counts() else "none.absent_alone"
    note = answers.note("none", name, asked.conversation, Rule.ABSENT, what=_what(found, use))
    if not target:
        return note
    names = {one.name for one in found}
    of_measure = PERSON not in names and (target == asked.conversation.clause or bool(names & OF_MEASURES))
    return use.answers(target).of_measure(note, target) if of_measure else answers.with_units(note, target)
