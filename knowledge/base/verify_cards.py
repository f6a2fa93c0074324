"""Proof that a card says what its clause says: every quote in its point, every clause that it governs in its place."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.base.card import Card, Said
from knowledge.base.document import Clause, Policy
from knowledge.base.points import walk
from knowledge.files.faults import Fault
from knowledge.files.yamlfile import Loc, YamlFile


def card(clause: Clause, policy: Policy, file: YamlFile, at: Loc) -> Iterator[Fault]:
    """All faults of the clause's card; ``at`` is where the clause stands in the file."""
    if clause.card is None:
        return
    here: Loc = (*at, "card")
    points = {point.address: point.of(clause.text) for point in walk(clause.points)}
    for part, n, said in clause.card.said():
        yield from _said(clause, said, points, file, (*here, part, n))
        if said in clause.card.part(part)[:n]:
            yield file.fault((*here, part, n), f"「{said.quote[:30]}」重复；请只留一处")
    yield from _governs(clause, clause.card, policy, file, here)


def _said(clause: Clause, said: Said, points: dict[str, str], file: YamlFile, at: Loc) -> Iterator[Fault]:
    if said.quote not in clause.text:
        yield file.fault((*at, "quote"), f"「{said.quote[:30]}」不在条款 {clause.id} 的原文里；只能逐字引用")
    elif said.point is not None and said.point not in points:
        yield file.fault((*at, "point"), f"条款 {clause.id} 里没有 {said.point} 这一处；有 {_some(points)}")
    elif said.point is not None and said.quote not in points[said.point]:
        yield file.fault(
            (*at, "point"), f"「{said.quote[:30]}」不在 {clause.id}.{said.point} 里；写它所在的那一处，或删去 point"
        )


def _governs(clause: Clause, card: Card, policy: Policy, file: YamlFile, at: Loc) -> Iterator[Fault]:
    for n, name in enumerate(card.governs):
        if name not in policy.by_id:
            yield file.fault((*at, "governs", n), f"没有条款 {name}")
        elif name == clause.id:
            yield file.fault((*at, "governs", n), "是这一条自己；请删去")


def _some(points: dict[str, str]) -> str:
    names = list(points)
    return "、".join(names[:12]) + ("……" if len(names) > 12 else "")
