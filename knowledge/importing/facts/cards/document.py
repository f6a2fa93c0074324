"""The cards of a whole document, put into its clauses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.base.card import Card
from knowledge.base.document import Clause, Figure, Policy, Section
from knowledge.importing.facts.cards.common import govern
from knowledge.importing.facts.cards.recognise import Recognised, recognise
from knowledge.importing.facts.cards.telling import Setting
from knowledge.importing.facts.cards.words import words
from knowledge.text.printed import half_width, without_blanks

_ASKS = re.compile(
    r"申报|申请|征集|遴选|推荐|指南|补贴|奖励|补助|资助|扶持|奖补|资金|若干(?:政策|措施)|认定|优惠|贴息|细则|办法|扣除|登记|评选"
)
"""In a title: the document gives something, or asks for applications."""
_APPLIES = re.compile(r"申报|申请|补贴|奖励|资助|受理")
_CALLS = re.compile(r"征集|组织申报|开展[^。]{0,20}申报|资助")


def with_cards(policy: Policy) -> Policy:
    """The policy with a card in each clause that says something of a measure.

    A figure that doesn't say whom it is for gets the words before it, where these say so.
    """
    made: dict[str, Card] = {}
    named: dict[str, Recognised] = {}
    gives = _gives(policy)
    for clause in policy.clauses:
        section = policy.section_of(clause)
        above = words().heading(half_width(without_blanks(section.title))) if section.heading else None
        found = recognise(clause, Setting(above, gives))
        named[clause.id] = found
        if found.card:
            made[clause.id] = found.card
    for clause_id, measures in govern(policy, made).items():
        made[clause_id] = made[clause_id].model_copy(update={"governs": measures})
    own = {name: getattr(policy, name) for name in Policy.model_fields}  # a copy would keep what was read from the old
    told = _Told(made, named)
    own["sections"] = told.sections(policy.sections)
    own["attachments"] = tuple(
        one.model_copy(update={"sections": told.sections(one.sections)}) for one in policy.attachments
    )
    return Policy(**own)


@dataclass(frozen=True)
class _Told:
    """What was recognised, by clause."""

    cards: Mapping[str, Card]
    found: Mapping[str, Recognised]

    def sections(self, sections: tuple[Section, ...]) -> tuple[Section, ...]:
        """The parts with what was recognised in their clauses."""
        return tuple(
            section.model_copy(
                update={
                    "clauses": tuple(self._clause(clause) for clause in section.clauses),
                    "sections": self.sections(section.sections),
                }
            )
            for section in sections
        )

    def _clause(self, clause: Clause) -> Clause:
        found = self.found[clause.id]
        figures = tuple(_named(one, found) for one in clause.figures)
        return clause.model_copy(update={"card": self.cards.get(clause.id), "figures": figures})


def _gives(policy: Policy) -> bool:
    titles = [policy.title or "", policy.display_name, *policy.attached_titles]
    if any(_ASKS.search(half_width(without_blanks(title))) for title in titles):
        return True
    if any(section.heading and _APPLIES.search(without_blanks(section.title)) for section in policy.all_sections):
        return True
    if policy.preamble and _CALLS.search(without_blanks(policy.preamble)):
        return True
    paid = sum(figure.kind in ("amount", "ratio") for clause in policy.clauses for figure in clause.figures)
    return paid > 2


def _named(figure: Figure, found: Recognised) -> Figure:
    if figure.id in found.cases:
        return figure.model_copy(update={"case": found.cases[figure.id]})
    return figure.model_copy(update={"subject": found.subjects[figure.id]}) if figure.id in found.subjects else figure
