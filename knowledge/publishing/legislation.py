"""A policy as schema.org Legislation in JSON-LD: what the base holds of it and nothing else.

Terms as schema.org defines them, with these choices where they leave one:
- ``name`` is a printed title; what the editors call the document is ``alternateName``.
- ``datePublished`` is the day of publication; ``legislationDate`` (adoption or signature) isn't recorded, so not given.
- Units that a clause makes responsible are its ``legislationResponsible``, through a Role where the list has labels.
- A document named in the preamble as what is implemented is ``isBasedOn``, one that a measure cites is ``citation``.
- What the card of a clause says is what it ``mentions``, as a PropertyValue whose ``propertyID`` is the field in
  policy.yaml, ``name`` what people call it, ``value`` the words, ``identifier`` the point; the measures that a common
  clause governs are what it is ``about``.
- Parts and clauses are Legislation too ("a component of a legal act"); ``hasPart`` holds them in printed order.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from knowledge.base.card import part_names
from knowledge.base.document import Attachment, Basis, Clause, Figure, Policy, Responsible, Section, State

CONTEXT = "https://schema.org"
FORCE: dict[State, str] = {
    "in_force": "https://schema.org/InForce",
    "not_yet": "https://schema.org/NotInForce",
    "expired": "https://schema.org/NotInForce",
    "repealed": "https://schema.org/NotInForce",
}
"""LegalForceStatus; an unknown state is not stated."""
Node = dict[str, Any]


def to_jsonld(policy: Policy, on: date, url: str | None = None) -> Node:
    """The document as a JSON-LD node with its context; legal force as of ``on``.

    ``url``: where the document is on the web; clauses get identifiers under it (``url#4.2``). There are none
    without it, for the base does not know.
    """
    return {"@context": CONTEXT, **_without_empty(_policy(policy, on, url))}


def _policy(policy: Policy, on: date, url: str | None) -> Node:
    validity = policy.validity
    others = [name for name in (policy.display_name, *policy.short_names) if name != policy.title]
    force = FORCE.get(policy.state(on))
    cited: dict[str, list[Basis]] = {}
    for basis in policy.basis:
        cited.setdefault(basis.clause or "", []).append(basis)
    parts = [
        *_passages(*policy.masthead, policy.salutation, policy.preamble),
        *(_section(section, cited, url) for section in policy.sections),
        *_passages(policy.closing, *policy.signature),
        *(_attachment(attachment, cited, url) for attachment in policy.attachments),
    ]
    return {
        "@type": "Legislation",
        "@id": url,
        "url": url,
        "name": policy.title,
        "alternateName": others,
        "identifier": policy.id,
        "legislationIdentifier": policy.number,
        "inLanguage": "zh-CN",
        "datePublished": _day(policy.published),
        "legislationPassedBy": _organization(policy.issuer),
        "legislationJurisdiction": {"@type": "AdministrativeArea", "name": policy.city} if policy.city else None,
        "legislationLegalForce": {"@id": force} if force else None,
        "legislationDateOfApplicability": _day(validity.effective_from),
        "temporalCoverage": _interval(validity.effective_from, validity.until),
        "isBasedOn": [_cited(basis) for basis in policy.basis if basis.role == "basis"],
        "citation": [_cited(basis) for basis in cited.get("", ()) if basis.role == "cited"],
        "hasPart": _in_order(parts),
    }


def _attachment(attachment: Attachment, cited: dict[str, list[Basis]], url: str | None) -> Node:
    parts = [
        *_passages(attachment.heading, attachment.salutation, attachment.preamble),
        *(_section(section, cited, url) for section in attachment.sections),
    ]
    identity = _identity(attachment.id, url)
    return {"@type": "Legislation", **identity, "name": attachment.title, "hasPart": _in_order(parts)}


def _section(section: Section, cited: dict[str, list[Basis]], url: str | None) -> Node:
    parts = [
        *(_clause(clause, cited.get(clause.id, []), url) for clause in section.clauses),
        *(_section(part, cited, url) for part in section.sections),
    ]
    identity = _identity(section.id, url)
    return {"@type": "Legislation", **identity, "name": section.heading, "hasPart": _in_order(parts)}


def _clause(clause: Clause, cited: list[Basis], url: str | None) -> Node:
    return {
        "@type": "Legislation",
        **_identity(clause.id, url),
        "name": clause.title if clause.titled else None,
        "alternateName": clause.number,
        "text": clause.text,
        "legislationResponsible": [unit for listed in clause.responsible for unit in _units(listed)],
        "citation": [_cited(basis) for basis in cited],
        "mentions": [*(_figure(figure) for figure in clause.figures), *_card(clause)],
        "about": [{"@type": "Legislation", **_identity(name, url)} for name in clause.card.governs]
        if clause.card
        else [],
    }


def _card(clause: Clause) -> Iterator[Node]:
    for part, _, said in clause.card.said() if clause.card else ():
        yield {
            "@type": "PropertyValue",
            "propertyID": part,
            "name": part_names()[part].label,
            "value": said.quote,
            "identifier": f"{clause.id}.{said.point}" if said.point else clause.id,
        }


def _units(listed: Responsible) -> Iterator[Node]:
    for unit in listed.units:
        name, role = (unit, None) if isinstance(unit, str) else (unit.unit, unit.role)
        organization = _organization(name)
        if role is None:
            yield organization or {}
        else:
            yield {"@type": "Role", "roleName": role, "legislationResponsible": organization}


def _figure(figure: Figure) -> Node:
    bound = {"exact": "value", "at_least": "minValue", "at_most": "maxValue"}[figure.bound]
    money = figure.unit == "元"
    return {
        "@type": "MonetaryAmount" if money else "QuantitativeValue",
        bound: int(figure.value) if figure.value == int(figure.value) else figure.value,
        "currency": "CNY" if money else None,
        "unitText": None if money else figure.unit,
        "name": figure.text,
        "description": figure.quote,
    }


def _cited(basis: Basis) -> Node:
    return {"@type": "Legislation", "name": basis.title, "legislationIdentifier": basis.number}


def _organization(name: str | None) -> Node | None:
    return {"@type": "GovernmentOrganization", "name": name} if name else None


def _passages(*texts: str | None) -> Iterator[Node]:
    """Text outside the clauses."""
    yield from ({"@type": "Legislation", "text": text} for text in texts if text)


def _identity(own_id: str, url: str | None) -> Node:
    return {"@id": f"{url}#{own_id}" if url else None, "identifier": own_id}


def _in_order(parts: list[Node]) -> list[Node]:
    """JSON-LD's lists have no order of their own: each part says where it stands."""
    return [part | {"position": n} for n, part in enumerate(parts, 1)]


def _interval(first: date | None, last: date | None) -> str | None:
    """ISO 8601-2: both days included, an unknown end is two dots."""
    return f"{first or '..'}/{last or '..'}" if first or last else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _without_empty(node: Any) -> Any:
    if isinstance(node, dict):
        kept = {key: _without_empty(value) for key, value in node.items()}
        return {key: value for key, value in kept.items() if value not in (None, [], "")}
    return [_without_empty(value) for value in node] if isinstance(node, list) else node
