"""What buttons name, by their keys: clauses, parts, documents and units. Made once a base, so that no press
looks them up one by one."""

from __future__ import annotations

from functools import cached_property

from bot.engine.documents.library import Library
from bot.service.buttons import key_of
from knowledge.base.document import Clause, Policy, Section
from knowledge.text.fold import fold


class Catalogue:
    """Keys of one base."""

    def __init__(self, library: Library) -> None:
        self.library = library

    @cached_property
    def clauses(self) -> dict[str, Clause]:
        """All clauses by target."""
        return {f"{p.id}/{c.id}": c for p in self.library.policies for c in p.clauses}

    @cached_property
    def _targets(self) -> dict[str, str]:
        return {key_of(target): target for target in self.clauses}

    @cached_property
    def _policies(self) -> dict[str, Policy]:
        return {key_of(policy.id): policy for policy in self.library.policies}

    @cached_property
    def _sections(self) -> dict[str, tuple[Policy, Section]]:
        return {key_of(f"{p.id}/{s.id}/"): (p, s) for p in self.library.policies for s in p.all_sections}

    @cached_property
    def _units(self) -> dict[str, str]:
        return {key_of(unit): unit for unit in self.library.unit_counts}

    @cached_property
    def unit_keys(self) -> list[tuple[str, str]]:
        """(folded name, name) of the units."""
        return [(fold(unit), unit) for unit in self.library.unit_counts]

    def target(self, key: str) -> str | None:
        """The clause with that key."""
        return self._targets.get(key)

    def policy(self, key: str) -> Policy | None:
        """The document with that key."""
        return self._policies.get(key)

    def section(self, key: str) -> tuple[Policy, Section] | None:
        """The part with that key, and its document."""
        return self._sections.get(key)

    def unit(self, key: str) -> str | None:
        """The unit with that key."""
        return self._units.get(key)

    @cached_property
    def money(self) -> dict[str, list[str]]:
        """Policy -> targets of its clauses that state money; documents that hold come first."""
        found: dict[str, list[str]] = {}
        for target, clause in self.clauses.items():
            if any(f.kind in ("amount", "ratio") for f in clause.figures):
                found.setdefault(target.partition("/")[0], []).append(target)
        return found


class Catalogues:
    """The catalogue of the base at hand; made anew when that is another one."""

    def __init__(self) -> None:
        self._latest: Catalogue | None = None

    def of(self, library: Library) -> Catalogue:
        """The catalogue of that base."""
        if self._latest is None or self._latest.library is not library:
            self._latest = Catalogue(library)
        return self._latest
