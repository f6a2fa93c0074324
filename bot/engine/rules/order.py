"""The order of the rules by which a question is answered: the first that knows what to do does.

A rule answers, or says what is to be asked instead (fewer documents, other words), which goes through the rules again;
so a document that is named and one that is alone are answered from in the same way.
"""

from __future__ import annotations

from dataclasses import replace

from bot.engine.rules.absent import absent
from bot.engine.rules.asides import asides
from bot.engine.rules.asked import Apart, Asked, Narrow, Outcome, RuleFunction
from bot.engine.rules.best_match import best_match
from bot.engine.rules.by_act import by_act
from bot.engine.rules.compares import compares
from bot.engine.rules.corrections import correction, nothing_said
from bot.engine.rules.definitions import definitions
from bot.engine.rules.document_facts import described, document_facts, whole_document
from bot.engine.rules.documents import another_place, documents
from bot.engine.rules.enumerated import enumerated
from bot.engine.rules.follow_ups import follow_ups, hangs
from bot.engine.rules.goes_on import goes_on
from bot.engine.rules.leaves import acknowledges, explains, leads_in, leaves, opens
from bot.engine.rules.lists import lists
from bot.engine.rules.mentions import mentions
from bot.engine.rules.missing import missing
from bot.engine.rules.money import money
from bot.engine.rules.not_ours import not_ours
from bot.engine.rules.own_part import own_part
from bot.engine.rules.part_of_measure import part_of_measure
from bot.engine.rules.parts import parts
from bot.engine.rules.picks import picks
from bot.engine.rules.places import places
from bot.engine.rules.resources import Resources
from bot.engine.rules.restricts import restricts
from bot.engine.rules.returns import away, returns
from bot.engine.rules.stays import stays
from bot.engine.rules.two_at_once import two_at_once
from bot.engine.rules.two_questions import two_questions
from bot.engine.rules.units import units
from bot.engine.rules.walks import walks
from bot.engine.values.reply import Reply

RULES: tuple[RuleFunction, ...] = (
    nothing_said,
    opens,
    hangs,
    leaves,
    leads_in,
    acknowledges,
    explains,
    own_part,
    walks,
    parts,
    restricts,
    asides,
    enumerated,
    absent,
    away,
    whole_document,
    another_place,
    correction,
    picks,
    returns,
    missing,
    two_questions,
    compares,
    documents,
    described,
    document_facts,
    definitions,
    by_act,
    lists,
    places,
    mentions,
    money,
    follow_ups,
    not_ours,
    units,
    goes_on,
    stays,
    two_at_once,
    part_of_measure,
    best_match,
)
"""The last always answers."""


def answer(asked: Asked, use: Resources) -> Reply:
    """The reply of the first rule that has one.

    Ends: a rule narrows a question once, and the questions of an answer apart hold fewer names than the one they are
    made of.
    """
    while True:
        rule, outcome = next((r, o) for r in RULES if r.__name__ not in asked.narrowed_by and (o := r(asked, use)))
        if isinstance(outcome, Reply):
            return _named(outcome, asked)
        if isinstance(outcome, Apart):
            return _named(_apart(outcome, use), asked)
        asked = _narrowed(outcome, asked, rule)


def _narrowed(outcome: Outcome, asked: Asked, rule: RuleFunction) -> Asked:
    assert isinstance(outcome, Narrow)
    return replace(outcome.asked, narrowed_by=asked.narrowed_by | {rule.__name__})


def _apart(apart: Apart, use: Resources) -> Reply:
    """The replies to the parts, under their headings."""
    replies = [(heading, answer(part, use)) for heading, part in apart.parts]
    return use.across.apart(replies, apart.asked.conversation, apart.text, apart.name)


def _named(reply: Reply, asked: Asked) -> Reply:
    """A document that was asked for by name stays the one that is talked about."""
    if not asked.named:
        return reply
    return replace(reply, conversation=replace(reply.conversation, policy=asked.named, named=asked.named))
