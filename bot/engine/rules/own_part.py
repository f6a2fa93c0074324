"""本部分第三条, 这一部分还有哪几条: the part of the document that is talked about, as if its number had been said."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.rules.asked import Asked, Narrow, Outcome
from bot.engine.rules.resources import Resources
from knowledge.base.target import Target, clauses_of

PART, ATTACHED = "第{n}部分", "附件{attachment}"
"""How a part is named by its number, whatever the document calls its parts (understanding/places.py)."""


def own_part(asked: Asked, use: Resources) -> Outcome:
    """None where the clauses that are talked about stand in no one part that bears a number."""
    conversation = asked.conversation
    targets = [conversation.clause] if conversation.clause else clauses_of(conversation.choices)
    if not targets or asked.left or not use.acts.names_own_part(asked.question):
        return None
    part = _part_of(targets, use)
    text = use.acts.in_own_part(asked.question, part) if part else ""
    return Narrow(replace(asked, question=use.understanding.question(text))) if text else None


def _part_of(targets: list[str], use: Resources) -> str:
    """The name of the part that holds all of them, in the document or in one of its attachments; empty: none does."""
    places = [Target.parse(target) for target in targets]
    policy = use.library.by_id[places[0].policy]
    if any(at.policy != policy.id for at in places):
        return ""
    bodies = {"": policy.sections} | {
        ATTACHED.format(attachment=n): one.sections for n, one in enumerate(policy.attachments, 1)
    }
    for where, sections in bodies.items():
        for n, part in enumerate((section for section in sections if section.number), 1):
            if {at.clause for at in places} <= {clause.id for clause in part.all_clauses}:
                return where + PART.format(n=n)
    return ""
