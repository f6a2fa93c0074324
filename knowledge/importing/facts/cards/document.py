"""The cards of a whole document, put into its clauses."""

from __future__ import annotations

import re

from knowledge.base.card import Card
from knowledge.base.document import Attachment, Clause, Policy, Section
from knowledge.importing.facts.cards.common import govern
from knowledge.importing.facts.cards.recognise import Setting, card
from knowledge.importing.facts.cards.words import words
from knowledge.text.printed import half_width, without_blanks

_ASKS = re.compile(
    r"申报|申请|征集|遴选|推荐|指南|补贴|奖励|补助|资助|扶持|奖补|资金|若干(?:政策|措施)|认定|优惠|贴息|细则|办法|扣除|登记|评选"
)
"""In a title or a heading: the document gives something, or asks for applications."""


def with_cards(policy: Policy) -> Policy:
    """The policy with a card in each clause that says something of a measure."""
    made: dict[str, Card] = {}
    gives = _gives(policy)
    for clause in policy.clauses:
        section = policy.section_of(clause)
        above = words().heading(half_width(without_blanks(section.title))) if section.heading else None
        if found := card(clause, Setting(above, gives)):
            made[clause.id] = found
    for clause_id, measures in govern(policy, made).items():
        made[clause_id] = made[clause_id].model_copy(update={"governs": measures})
    own = {name: getattr(policy, name) for name in Policy.model_fields}  # a copy would keep what was read from the old
    own["sections"] = _sections(policy.sections, made)
    own["attachments"] = tuple(_attachment(one, made) for one in policy.attachments)
    return Policy(**own)


def _gives(policy: Policy) -> bool:
    titles = [policy.title or "", policy.display_name, *policy.attached_titles]
    if any(_ASKS.search(half_width(without_blanks(title))) for title in titles):
        return True
    paid = sum(figure.kind in ("amount", "ratio") for clause in policy.clauses for figure in clause.figures)
    return paid > 2


def _sections(sections: tuple[Section, ...], made: dict[str, Card]) -> tuple[Section, ...]:
    return tuple(
        section.model_copy(
            update={
                "clauses": tuple(_clause(clause, made) for clause in section.clauses),
                "sections": _sections(section.sections, made),
            }
        )
        for section in sections
    )


def _clause(clause: Clause, made: dict[str, Card]) -> Clause:
    return clause.model_copy(update={"card": made[clause.id]}) if clause.id in made else clause


def _attachment(one: Attachment, made: dict[str, Card]) -> Attachment:
    return one.model_copy(update={"sections": _sections(one.sections, made)})
