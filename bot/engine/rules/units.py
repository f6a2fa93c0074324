"""Questions for a unit's measures: 市科技局负责哪些, 哪些没写财政局, 它归科技局管吗."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.engine.answering.unit_answers import LEADS
from bot.engine.documents.issuers import region
from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.acts import PHONE
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import SHORT, UNIT_CLAUSE, UNIT_OUTSIDE
from bot.engine.values.why import Rule
from knowledge.base.document import Definition, Policy
from knowledge.base.target import is_outside, kind_of
from knowledge.text.fold import fold

NOT_OF_DEFINITION = frozenset({"by_unit", "amount", "count"})
"""Cues of questions that a definition does not answer though they name what it includes: 含管委会的负责哪些."""
DOES = "负责"
"""Behind a unit's name, in the sentence that says what it does."""
_SENTENCE = re.compile(r"[.。!?！？;；\n]+")


def units(asked: Asked, use: Resources) -> Outcome:
    """All measures of a unit; None when the question is about something else that only names the unit."""
    named = _naming(asked, use)
    if named is None:
        return None
    whose = () if named.scope.only else use.whose(named.question)
    asked = _in_place(named, whose, use)
    question = asked.question
    specific = use.specific(question, asked.conversation, asked.scope)
    if "contact" in question.asks:
        return None if specific else _contact(asked, use)
    known = _of_what_is_known(asked, specific, use)
    if known is not None:
        return known
    if not question.bare and not use.understanding.empty(question.rest):
        if _about_something_else(asked, specific, use):
            return None
    elif question.asks & {"amount", "count"} and not question.asks & {"by_unit", "units"}:
        return None
    return _measures(asked, whose, use)


def _naming(asked: Asked, use: Resources) -> Asked | None:
    """The question with its unit, of a long story the sentence that asks for it; None when it names none."""
    question = asked.question
    if use.understanding.unit_of_asker(question):
        return None
    if not asked.names_unit:
        short = use.understanding.short_unit(question)
        if short is None or not (asked.conversation.units or "by_unit" in question.asks):
            return None
        question = replace(question, units=(short,), rest="", asks=question.asks | {"by_unit"})
    return replace(asked, question=_asking_sentence(replace(asked, question=question), use))


def _in_place(asked: Asked, whose: Sequence[str], use: Resources) -> Asked:
    """With the documents of the place that is named beside the unit, and units as these name them."""
    if len(whose) == 1:  # 江城市科技局: as if its only document had been named
        asked = replace(asked, scope=asked.scope.within(whose[0]))
    if whose and asked.conversation.policy not in whose:
        asked = replace(asked, conversation=Conversation())
    if asked.question.units:
        ids = (asked.scope.only,) if asked.scope.only else tuple(whose)
        own = use.library.as_named(asked.question.units, ids)
        asked = replace(asked, question=replace(asked.question, units=own))
    return asked


def _contact(asked: Asked, use: Resources) -> Reply:
    """A unit's telephone, which a document may state; its address and its head, which none does."""
    question, home = asked.question, use.home(asked.scope, asked.conversation)
    stated = _stated_contact(asked, use)
    if stated is not None:
        return stated
    unit = (*question.units, *question.foreign_units)[0]
    return home.note("none", "none.contact", asked.conversation, Rule.CONTACT, unit=unit)


def _stated_contact(asked: Asked, use: Resources) -> Reply | None:
    """The telephone that the document asked states for it; None where it states none, or another unit's."""
    policy_id, read = asked.scope.single, use.acts.part_of(asked.question)
    if read is None or read[0].name != PHONE or policy_id not in use.library.untaught:
        return None
    reply = use.answers(policy_id).part_of_all(read[0], asked.question, asked.conversation)
    lead = fold("".join(block.text for block in reply.blocks if block.role == "lead")) if reply is not None else ""
    return reply if any(word in lead for word in asked.question.reading.words if len(word) > 1) else None


def _of_what_is_known(asked: Asked, specific: bool, use: Resources) -> Reply | None:
    """Whether a unit belongs to a defined term, or has to do with the clause that is talked about."""
    question, conversation = asked.question, asked.conversation
    lists = bool(conversation.units) and use.follow_ups.continues(question)  # 科技局管哪几条, 那商务局呢
    asks = not specific and not lists and use.follow_ups.asks_about_unit(question)
    meant = asked.scope.meant(conversation)
    about = conversation.info == "definition" and asks
    if meant is not None and (about or _asks_who_is_included(question, meant, use)):
        return use.home(asked.scope, conversation).info("definition", conversation)
    if question.units and conversation.clause and asks:
        return use.of_talked_about(replace(question, asks=question.asks | {"units"}), conversation)
    return None


def _measures(asked: Asked, whose: Sequence[str], use: Resources) -> Reply | None:
    """What the units are responsible for; what clauses name only them, or not; that no document names them."""
    question, conversation = asked.question, asked.conversation
    home, meant = use.home(asked.scope, conversation), asked.scope.meant(conversation)
    spoken = _spoken_of(asked, use)
    if spoken is not None:
        return spoken
    if not question.units:
        return home.foreign_unit(question.foreign_units[0], conversation)
    if meant is not None and any(_defines(definition, question) for definition in meant.definitions):
        return home.info("definition", conversation)
    limited = use.follow_ups.limits_units(question)
    if limited is None:
        return measures_of(question.units, asked, use, LEADS in question.reading.plain, whose)
    if meant is not None:
        return home.without_units(question.units, limited == "only")
    found = use.library.responsible(question.units[:1])
    return use.across.choose_document(list(found), question.reading.plain, conversation) if found else None


def _spoken_of(asked: Asked, use: Resources) -> Reply | None:
    """The clauses that say what a unit does where no list of responsible units has it; in one without phrasings."""
    policy = asked.scope.meant(asked.conversation)
    if policy is None or policy.id not in use.library.untaught:
        return None
    units = (*asked.question.units, *asked.question.foreign_units)[:1]
    if policy.id in use.library.responsible(units) or use.follow_ups.limits_units(asked.question) is not None:
        return None
    found = [
        replace(m, names=(*m.names, *(f"{name}{DOES}" for name in m.names))) for m in use.mentions.of(policy, units)
    ]
    if not found:
        return None
    return use.mentioned.reply(found, policy.id, asked.question.reading.plain, asked.conversation, units[0])


def _defines(definition: Definition, question: Question) -> bool:
    """Whether the question names a defined term and a unit that it includes."""
    return definition.term in question.units and bool(set(definition.includes) & set(question.units))


def _asks_who_is_included(question: Question, policy: Policy, use: Resources) -> bool:
    """Whether it asks if a defined term includes what the names in its definition are made of: 管委会."""
    rest = use.follow_ups.uninclusive(question.reading.plain)
    if rest is None or question.asks & NOT_OF_DEFINITION or use.follow_ups.limits_units(question):
        return False
    words = [w for w in use.understanding.without_units(rest).words if len(w) > 1]
    for definition in policy.definitions:
        parts = {w for w in words if any(w in name for name in definition.includes)}
        known = parts | use.understanding.generic
        if definition.term in question.units and parts and all(w in known for w in words):
            return True
    return False


def _about_something_else(asked: Asked, specific: bool, use: Resources) -> bool:
    """Whether what is asked besides the unit is a clause's subject, or nothing that documents cover."""
    question, asks_measures = asked.question, "by_unit" in asked.question.asks
    if specific and (not asks_measures or _best_clause(asked, use) > UNIT_CLAUSE):
        return True
    if asks_measures:
        return False
    whole = use.matcher.learned(question.reading, asked.scope)
    return sum(m.probability for m in whole if is_outside(m.target)) > UNIT_OUTSIDE


def _best_clause(asked: Asked, use: Resources) -> float:
    """Probability of the clause that the question without the unit is most probably about."""
    learned = use.matcher.learned(asked.question.rest_reading, asked.scope)
    found = use.matcher.found(asked.question, asked.scope)
    clauses = [m.probability for m in learned if kind_of(m.target) == "clause"]
    return max([*clauses, *(f.probability for f in found)], default=0.0)


def _asking_sentence(asked: Asked, use: Resources) -> Question:
    """Of a long story the sentence that asks for a unit's measures; else the question itself."""
    text = asked.question.reading.folded
    if not asked.question.units or len(text) <= 3 * SHORT:
        return asked.question
    for sentence in reversed(_SENTENCE.split(text)):
        part = use.understanding.question(sentence)
        asking = part.units and part.asks & {"by_unit", "units"}
        if asking and not use.specific(part, asked.conversation, asked.scope):
            return part
    return asked.question


def measures_of(
    units: Sequence[str], asked: Asked, use: Resources, leading: bool = False, whose: Sequence[str] = ()
) -> Reply:
    """The measures for which all of the units are responsible, by document where there are several.

    ``leading``: first those that the unit leads; ``whose``: the documents of the place that was named; empty: all.
    """
    scope, conversation = asked.scope, asked.conversation
    found = {p: ids for p, ids in use.library.responsible(units).items() if p in whose or not whose}
    if whose and not found and not scope.only:
        return _nowhere(units, use.library.by_id[whose[0]], conversation, use)
    if scope.only or len(found) < 2:
        policy_id = scope.only or next(iter(found), "") or scope.home(conversation).id
        return use.answers(policy_id).of_units(units, leading)
    meant = scope.meant(conversation) if not whose else None
    shown = meant if meant is not None and meant.id in found else None
    whole = use.answers(shown.id).of_units(units, leading) if shown is not None else None
    return use.across.of_units(units, found, whole, conversation)


def _nowhere(units: Sequence[str], policy: Policy, conversation: Conversation, use: Resources) -> Reply:
    """The place's documents make the units responsible for nothing."""
    slots = {"place": region(policy) or policy.issuer or "", "unit": "、".join(units)}
    home = use.home(use.everywhere, conversation)
    return home.note("none", "documents.unit_nowhere", conversation, Rule.UNIT_NOWHERE, **slots)
