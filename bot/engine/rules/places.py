"""Questions that name a place: 4.2, 第十二条, 三(二), 第三部分有哪些; and a bare number, which names none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.places import Place, bare_number, find_place, mentions
from bot.engine.understanding.understanding import Question
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import SURE
from bot.engine.values.why import By, Rule
from knowledge.base.document import Policy
from knowledge.base.target import Target
from knowledge.learned.index import Match
from knowledge.text.fold import fold


def places(asked: Asked, use: Resources) -> Outcome:
    """A place in the document that is meant, when the question names one and hardly anything else."""
    number = bare_number(asked.question.reading.folded)
    if number is not None:
        return _which_number(number, asked, use)
    meant = asked.scope.meant(asked.conversation)
    if meant is None:
        return _anywhere(asked, use)
    place = _place(asked.question, meant, use)
    if place is None:
        return None
    elsewhere = None if place.borne or asked.scope.only else _elsewhere(place, meant, asked, use)
    return elsewhere or _at(place, meant, asked, use)


def mentions_place(question: Question) -> bool:
    """Whether the question holds anything that may be a place."""
    return mentions(question.reading.folded) or mentions(question.reading.plain)


def names_place(question: Question, policy_id: str, use: Resources) -> bool:
    """Whether the question names a place, and hardly anything else; looked for in one document."""
    return mentions_place(question) and _place(question, use.library.by_id[policy_id], use) is not None


def _elsewhere(place: Place, meant: Policy, asked: Asked, use: Resources) -> Reply | None:
    """What bears the number, or nothing does, where the question names no document and the one that is meant doesn't.

    The document that is meant by default goes first; in one that is talked about, its position is enough.
    """
    default, talked_about = use.library.default, asked.conversation.policy
    bearing = _bearing(asked.question, use)
    if default is not None and default.id in bearing:
        return _at(bearing[default.id], default, asked, use)
    if place.clauses and (talked_about or not bearing):
        return None
    if talked_about and bearing:
        return _which(bearing, asked, use, "locate_elsewhere", document=use.library.document(meant.id))
    return _in_one(bearing, asked, use) if bearing else _nowhere(place, asked, use)


def _place(question: Question, policy: Policy, use: Resources) -> Place | None:
    """The place, when the question hardly says anything else."""
    for text in dict.fromkeys((question.reading.folded, question.reading.plain)):  # 第十四项讲么子 is plain 讲什么
        place = find_place(text, policy)
        if place is not None and (place.sure or use.understanding.empty(place.rest)):
            return place
    return None


def _at(place: Place, policy: Policy, asked: Asked, use: Resources) -> Reply:
    """The clause, or clauses, at a place, with a word where they only stand so far down; or that it isn't there."""
    answers = use.answers(policy.id)
    if not place.clauses:
        return answers.no_such_place(place.typed, asked.conversation)
    reply = _there(place, policy, asked, use)
    if not place.counted:
        return reply
    head = answers.compose.say("locate_counted", typed=place.typed, document=answers.compose.document)
    return replace(reply, blocks=(head, *reply.blocks))


def _there(place: Place, policy: Policy, asked: Asked, use: Resources) -> Reply:
    question, conversation, answers = asked.question, asked.conversation, use.answers(policy.id)
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
    """The one clause within a part that the rest of the question is about: surely, or some words of it are its own."""
    if use.understanding.empty(place.rest):
        return None
    rest = use.understanding.question(place.rest)
    matches = use.matcher.match(rest, use.everywhere.within(policy.id))
    found = [m for m in matches if Target.parse(m.target).clause in place.clauses]
    if found and found[0].probability >= SURE:
        return found[0]
    meant = use.matcher.among([str(Target.of_clause(policy.id, clause)) for clause in place.clauses], rest)
    match = next((m for m in found if meant is not None and m.target == meant[0]), None)
    text = fold(use.library.clause(match.target).text) if match is not None else ""
    return match if any(word in text for word in rest.telling) else None


def _anywhere(asked: Asked, use: Resources) -> Reply | None:
    """A place while no document is meant: the only document that bears it, or has so many clauses, or a choice."""
    if not mentions_place(asked.question):
        return None
    looked = _looked(asked.question, use)
    found = {p: place for p, place in looked.items() if place.borne}
    found = found or {p: place for p, place in looked.items() if place.clauses}
    if found:
        return _in_one(found, asked, use)
    place = next(iter(looked.values()), None)
    return _nowhere(place, asked, use) if place is not None and use.understanding.empty(place.rest) else None


def _looked(question: Question, use: Resources) -> dict[str, Place]:
    """The place that the question names in each of the documents that are open."""
    looked = {p.id: _place(question, p, use) for p in use.library.policies if use.library.open(p.id)}
    return {policy_id: place for policy_id, place in looked.items() if place is not None}


def _bearing(question: Question, use: Resources) -> dict[str, Place]:
    """The documents in which something bears the number."""
    return {policy_id: place for policy_id, place in _looked(question, use).items() if place.borne}


def _in_one(found: Mapping[str, Place], asked: Asked, use: Resources) -> Reply:
    """The place in the only document that has it; else a choice."""
    if len(found) > 1:
        return _which(found, asked, use, "locate_which")
    ((policy_id, place),) = found.items()
    return _at(place, use.library.by_id[policy_id], asked, use)


def _which(found: Mapping[str, Place], asked: Asked, use: Resources, name: str, **slots: str) -> Reply:
    """A choice of the documents that have the place; ``name``: of the sentence above it."""
    typed = next(iter(found.values())).typed
    reply = use.across.choose_document(list(found), asked.question.reading.folded, asked.conversation)
    return replace(reply, blocks=(use.across.say(name, typed=typed, **slots), *reply.blocks[1:]))


def _nowhere(place: Place, asked: Asked, use: Resources) -> Reply | None:
    """That no document has it; None where one alone is spoken of, which says so itself."""
    if asked.conversation.policy or not use.library.many:
        return None
    home = use.home(asked.scope, asked.conversation)
    return home.note("none", "locate_nowhere", asked.conversation, Rule.NO_SUCH_PLACE, typed=place.typed)


def _which_number(number: int, asked: Asked, use: Resources) -> Reply:
    """A number that doesn't say what it counts: a question back, with what bears it."""
    forms = [
        use.library.words("locate_forms.article", number=number),
        use.library.words("locate_forms.part", number=number),
    ]
    only = [use.library.by_id[asked.scope.only]] if asked.scope.only else None
    open_ = only or [p for p in use.library.policies if use.library.open(p.id)]
    borne = [form for form in forms if any((at := find_place(form, p)) and at.borne for p in open_)]
    home = use.home(asked.scope, asked.conversation)
    name = "bare_number.known" if borne else "bare_number.unknown"
    slots = {"typed": asked.question.reading.folded.strip(), "forms": "、".join(borne or forms)}
    return home.note("clarify", name, asked.conversation, Rule.BARE_NUMBER, **slots)
