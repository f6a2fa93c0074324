"""Documents, clauses and units as the API gives them."""

from __future__ import annotations

from typing import Any

from bot.engine.documents.library import Library
from knowledge.base.document import Clause, Policy


class Shapes:
    """Of one base. ``link``: the whole address of a document, or of a clause of it."""

    def __init__(self, library: Library, link: Any) -> None:
        self._library = library
        self._link = link

    def policy(self, policy: Policy) -> dict[str, Any]:
        """A document in a list."""
        validity = policy.validity
        return {
            "id": policy.id,
            "name": policy.display_name,
            "title": policy.title,
            "number": policy.number,
            "issuer": policy.issuer,
            "city": policy.city,
            "published": policy.published.isoformat() if policy.published else None,
            "state": policy.state(self._library.today()),
            "valid_from": validity.effective_from.isoformat() if validity.effective_from else None,
            "valid_until": validity.until.isoformat() if validity.until else None,
            "validity": validity.quote,
            "clauses": len(policy.clauses),
            "url": self._link(policy.id),
        }

    def whole_policy(self, policy: Policy) -> dict[str, Any]:
        """A document with its contents."""
        contents = [
            {"clause": c.id, "number": c.number, "title": c.title, "part": policy.section_of(c).name}
            for c in policy.clauses
        ]
        return self.policy(policy) | {"contents": contents, "superseded_by": policy.superseded_by}

    def entry(self, policy: Policy, clause: Clause) -> dict[str, Any]:
        """A clause in a list."""
        return {
            "policy": policy.id,
            "clause": clause.id,
            "number": clause.number,
            "title": clause.title,
            "url": self._link(policy.id, clause.id),
        }

    def clause(self, policy: Policy, clause: Clause) -> dict[str, Any]:
        """A clause, whole: verbatim, with its place and whether it holds."""
        figures = [
            {
                **{"text": f.text, "quote": f.quote, "kind": f.kind, "value": f.value, "unit": f.unit},
                **{"bound": f.bound, "payer": f.payer, "per": f.per, "case": f.case},
            }
            for f in clause.figures
        ]
        return self.entry(policy, clause) | {
            "text": clause.text,
            "part": policy.section_of(clause).name,
            "document": self._library.document(policy.id),
            "units": list(self._library.responsible_of(policy.id).units(clause)),
            "figures": figures,
            "state": policy.state(self._library.today()),
            "valid_until": policy.validity.until.isoformat() if policy.validity.until else None,
        }
