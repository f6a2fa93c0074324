"""Who is responsible for the clauses of a document: its lists of units, and what definitions add to them."""

from __future__ import annotations

from knowledge.base.document import Clause, Definition, NamedUnit, Policy


class Responsible:
    """The units of one policy's clauses."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._units: dict[str, tuple[str, ...]] = {}
        self._order = {clause.id: n for n, clause in enumerate(policy.clauses)} if policy.definitions else {}

    def units(self, clause: Clause) -> tuple[str, ...]:
        """All responsible units by name, those that a definition includes at the end."""
        if clause.id not in self._units:
            self._units[clause.id] = self._found(clause)
        return self._units[clause.id]

    def _found(self, clause: Clause) -> tuple[str, ...]:
        names = list(clause.unit_names)
        for definition in self.definitions(clause):
            names += [n for n in definition.includes if n not in names]
        return tuple(names)

    def definitions(self, clause: Clause) -> list[Definition]:
        """Definitions that widen the clause's list of units."""
        names = clause.unit_names
        named = [d for d in self._policy.definitions if d.term in names]
        return [d for d in named if self._order[d.clause] <= self._order[clause.id]]

    def counts(self) -> dict[str, int]:
        """Units named in any list, with the number of clauses that name them (definitions included)."""
        counts: dict[str, int] = {}
        for clause in self._policy.clauses:
            for name in self.units(clause):
                counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: -item[1]))


def roles(clause: Clause, unit: str) -> str:
    """The labels under which the unit is listed, verbatim (牵头单位); empty where the lists have none."""
    listed = [u for r in clause.responsible for u in r.units if isinstance(u, NamedUnit) and u.unit == unit]
    return "、".join(dict.fromkeys(u.role for u in listed if u.role))
