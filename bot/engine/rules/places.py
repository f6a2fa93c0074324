"""Questions that name a place: 4.2, 第十二条, 三(二), 第三部分有哪些."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.places import Place, find_place, mentions
from bot.engine.understanding.understanding import Question
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import SURE
from bot.engine.values.why import By, Rule
from knowledge.base.document import Policy
from knowledge.base.target import Target
from knowledge.learned.index import Match


def places(asked: Asked, use: Resources) -> Outcome:
    """A place in the document that is meant, when the question names one and hardly anything else."""
    meant = asked.scope.meant(asked.conversation)
    if meant is None:
        return _anywhere(asked, use)
    place = _place(asked.question, meant, use)
    if place is None:
        return None
    if not place.clauses and not asked.scope.only:
        elsewhere = _in_default(asked, meant, use)
        if elsewhere is not None:
            return elsewhere
        if place.attached and not asked.conversation.policy:
            return _anywhere(asked, use) or _at(place, meant, asked, use)
    return _at(place, meant, asked, use)


def mentions_place(question: Question) -> bool:
    """Whether the question holds anything that may be a place."""
    return mentions(question.reading.folded) or mentions(question.reading.plain)


def names_place(question: Question, policy_id: str, use: Resources) -> bool:
    """Whether the question names a place, and hardly anything else; looked for in one document."""
    return mentions_place(question) and _place(question, use.library.by_id[policy_id], use) is not None


def _in_default(asked: Asked, meant: Policy, use: Resources) -> Reply | None:
    """The place in the document that is meant where none is named, when the one that is talked about hasn't it."""
    default = use.library.default
    if default is None or default == meant:
        return None
    place = _place(asked.question, default, use)
    return _at(place, default, asked, use) if place is not None and place.clauses else None


def _place(question: Question, policy: Policy, use: Resources) -> Place | None:
    """The place, when the question hardly says anything else."""
    reading = question.reading
    place = find_place(reading.folded, policy)
    if place is None and reading.plain != reading.folded:
        place = find_place(reading.plain, policy)
    return place if place is not None and (place.sure or use.understanding.empty(place.rest)) else None


def _at(place: Place, policy: Policy, asked: Asked, use: Resources) -> Reply:
    """The clause, or clauses, at a place; or that there is no such place."""
    question, conversation, answers = asked.question, asked.conversation, use.answers(policy.id)
    if not place.clauses:
        return answers.no_such_place(place.typed, conversation)
    clauses = [policy.clause(c) for c in place.clauses]
    if len(clauses) == 1:
        kept = replace(conversation, choices=(), more=())
        return answers.answer(clauses[0], question, kept, By(Rule.PLACE))
    inside = _inside(place, policy, use)
    if inside is not None:
        clause = use.library.clause(inside.target)
        return answers.answer(clause, question, conversation, By(Rule.PLACE_AND_MATCH, inside.probability))
    asks = question.asks
    return answers.several(clauses, conversation, Rule.PLACE, full="original" in asks, units="units" in asks)


def _inside(place: Place, policy: Policy, use: Resources) -> Match | None:
    """The one clause within a part that the rest of the question is surely about."""
    if use.understanding.empty(place.rest):
        return None
    rest = use.understanding.question(place.rest)
    matches = use.matcher.match(rest, use.everywhere.within(policy.id))
    found = [m for m in matches if Target.parse(m.target).clause in place.clauses]
    return found[0] if found and found[0].probability >= SURE else None


def _anywhere(asked: Asked, use: Resources) -> Reply | None:
    """A place while no document is meant: the only document that has it, or a choice."""
    if not mentions_place(asked.question):
        return None
    looked = {p.id: _place(asked.question, p, use) for p in use.library.policies if use.library.open(p.id)}
    found = {p: place for p, place in looked.items() if place is not None and place.clauses}
    if len(found) == 1:
        policy_id, place = next(iter(found.items()))
        return _at(place, use.library.by_id[policy_id], asked, use)
    if not found:
        return None
    return use.across.choose_document(list(found), asked.question.reading.folded, asked.conversation)
