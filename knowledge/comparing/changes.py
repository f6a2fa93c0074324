"""What changed between two versions of a document: clause by clause, figures and units set apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from knowledge.base import verify
from knowledge.base.document import Basis, Clause, Definition, Figure, Policy, Section
from knowledge.comparing.pairing import Group, groups, paired
from knowledge.comparing.wording import Run, compared

Kind = Literal["added", "removed", "split", "merged", "reworked", "retitled", "renumbered", "moved", "reworded"]
KINDS: tuple[Kind, ...] = (
    *("added", "removed", "split", "merged", "reworked", "retitled", "renumbered", "moved", "reworded"),
)
"""reworked: several clauses became several others; moved: into another part; reworded: any other change of the text."""
SAME_FIGURE = 0.5
"""Likeness of the words around it from which a figure is the old one with another number."""
SAME_PART = 0.5
"""Likeness of two headings from which the parts are one, where no clause of theirs tells."""


@dataclass(frozen=True)
class FigureChange:
    """A number that changed; one side is None for a number that came or went."""

    old: Figure | None
    new: Figure | None


@dataclass(frozen=True)
class UnitChange:
    """A unit that became responsible, or ceased to be, or is named in another role."""

    unit: str
    old: tuple[str, ...] | None
    """Its roles in the old version (empty where the list has no labels); None where it wasn't named."""
    new: tuple[str, ...] | None


@dataclass(frozen=True)
class ClauseChange:
    """What became of a clause, or of several that were split or merged."""

    old: tuple[Clause, ...]
    new: tuple[Clause, ...]
    kinds: tuple[Kind, ...]
    """In the order of KINDS; empty where the same words were only recorded otherwise (as figures or units)."""
    wording: tuple[Run, ...]
    """Of the whole text; several clauses of a side are joined by a line break."""
    figures: tuple[FigureChange, ...] = ()
    units: tuple[UnitChange, ...] = ()


@dataclass(frozen=True)
class Passage:
    """Text outside the clauses that changed: the preamble, a heading, the signature."""

    name: str
    """Field of the model: preamble, masthead, heading, …; for an attachment with its id: a1.preamble."""
    wording: tuple[Run, ...]


@dataclass(frozen=True)
class Fact:
    """Something about the document as a whole that changed."""

    name: str
    """Field of the model: title, number, validity.until, basis, definitions, …"""
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Difference:
    """All that changed. Editorial fields (id, display name, short names, notes) are not compared."""

    facts: tuple[Fact, ...]
    passages: tuple[Passage, ...]
    clauses: tuple[ClauseChange, ...]
    unchanged: int
    """Clauses of the new version in which nothing changed."""

    def __bool__(self) -> bool:
        return bool(self.facts or self.passages or self.clauses)

    @property
    def counts(self) -> dict[str, int]:
        """How many clauses of each kind of change, of figures and of units; kinds that don't occur are left out."""
        found: Counter[str] = Counter(kind for change in self.clauses for kind in change.kinds)
        found["figures"] = sum(len(change.figures) for change in self.clauses)
        found["units"] = sum(len(change.units) for change in self.clauses)
        found["unchanged"] = self.unchanged
        return {name: found[name] for name in (*KINDS, "figures", "units", "unchanged") if found[name]}

    def to_json(self) -> dict[str, Any]:
        """Plain data."""

        def brief(clauses: Iterable[Clause]) -> list[dict[str, Any]]:
            return [{"id": c.id, "number": c.number, "title": c.title, "text": c.text} for c in clauses]

        def figure(of: Figure | None) -> dict[str, Any] | None:
            return of.model_dump(exclude={"note", "matching"}, exclude_none=True) if of else None

        return {
            "same": not self,
            "counts": self.counts,
            "facts": [asdict(fact) for fact in self.facts],
            "passages": [asdict(passage) for passage in self.passages],
            "clauses": [
                {
                    "kinds": list(change.kinds),
                    "old": brief(change.old),
                    "new": brief(change.new),
                    "wording": [asdict(run) for run in change.wording],
                    "figures": [{"old": figure(f.old), "new": figure(f.new)} for f in change.figures],
                    "units": [asdict(unit) for unit in change.units],
                }
                for change in self.clauses
            ],
        }


def difference(old: Policy, new: Policy) -> Difference:
    """What changed from ``old`` to ``new``."""
    found = groups(old.clauses, new.clauses)
    parts = _parts(old, new, found)
    changes = [change for group in found if (change := _clause(group, old, new, parts)) is not None]
    untouched = sum(len(group.new) for group in found) - sum(len(change.new) for change in changes)
    passages = (*_passages(old, new), *_headings(old, new, parts))
    return Difference(tuple(_facts(old, new)), passages, tuple(changes), untouched)


def _clause(group: Group, old: Policy, new: Policy, parts: dict[str, str]) -> ClauseChange | None:
    kinds: set[Kind] = set()
    if not group.old or not group.new:
        kinds.add("removed" if group.old else "added")
    elif (len(group.old), len(group.new)) != (1, 1):
        kinds.add("split" if len(group.old) == 1 else "merged" if len(group.new) == 1 else "reworked")
    else:
        kinds.update(_kinds(group.old[0], group.new[0], old, new, parts))
    figures, units = tuple(_figures(group)), tuple(_units(group))
    if not kinds and not figures and not units:
        return None
    texts = ["\n".join(clause.text for clause in side) for side in (group.old, group.new)]
    ordered = tuple(kind for kind in KINDS if kind in kinds)
    return ClauseChange(group.old, group.new, ordered, compared(*texts), figures, units)


def _kinds(one: Clause, other: Clause, old: Policy, new: Policy, parts: dict[str, str]) -> Iterator[Kind]:
    if (one.title, one.titled) != (other.title, other.titled):
        yield "retitled"
    if old.marker(one) != new.marker(other) or one.id.rsplit(".", 1)[1] != other.id.rsplit(".", 1)[1]:
        yield "renumbered"
    if parts.get(old.section_of(one).id) != new.section_of(other).id:
        yield "moved"
    if _rest(one, old.marker(one)) != _rest(other, new.marker(other)):
        yield "reworded"


def _rest(clause: Clause, marker: str) -> str:
    """The text without number and title, of which other kinds tell."""
    text = clause.text.removeprefix(marker)
    return text.replace(clause.title, "", 1) if clause.titled else text


def _parts(old: Policy, new: Policy, found: Sequence[Group]) -> dict[str, str]:
    """Id of each old part -> id of the new one that it became: where most of its clauses went, else by its heading."""
    shared: Counter[tuple[str, str]] = Counter()
    for group in found:
        for one in group.old:
            for other in group.new:
                shared[old.section_of(one).id, new.section_of(other).id] += 1
    out: dict[str, str] = {}
    ranked = sorted(shared.items(), key=lambda item: (-item[1], item[0][0] != item[0][1], sorted(item[0]), item[0]))
    for (one_id, other_id), _ in ranked:
        if one_id not in out and other_id not in out.values():
            out[one_id] = other_id
    left = [s for s in old.all_sections if s.id not in out], [s for s in new.all_sections if s.id not in out.values()]
    for a, b in paired(*left, SAME_PART, lambda s: s.title):
        if a is not None and b is not None:
            out[a.id] = b.id
    return out


def _headings(old: Policy, new: Policy, parts: dict[str, str]) -> Iterator[Passage]:
    by_id: dict[str, Section] = {section.id: section for section in old.all_sections}
    before = {new_id: by_id[old_id] for old_id, new_id in parts.items()}
    for section in new.all_sections:
        was = before.get(section.id)
        if was is None or was.heading != section.heading:
            yield from _passage("heading", was.heading if was else None, section.heading)
    for section in old.all_sections:
        if section.id not in parts:
            yield from _passage("heading", section.heading, None)


def _passages(old: Policy, new: Policy) -> Iterator[Passage]:
    def named(policy: Policy) -> dict[str, str]:
        texts: dict[str, list[str]] = {}
        for loc, piece in verify.pieces(policy):
            if loc[0] == "attachments" and "sections" not in loc:
                texts.setdefault(f"{policy.attachments[int(loc[1])].id}.{loc[2]}", []).append(piece)
            elif "sections" not in loc:
                texts.setdefault(str(loc[0]), []).append(piece)
        return {name: "\n".join(lines) for name, lines in texts.items()}

    one, other = named(old), named(new)
    for name in dict.fromkeys((*other, *one)):
        yield from _passage(name, one.get(name), other.get(name))


def _passage(name: str, old: str | None, new: str | None) -> Iterator[Passage]:
    if (old or "") != (new or ""):
        yield Passage(name, compared(old or "", new or ""))


def _facts(old: Policy, new: Policy) -> Iterator[Fact]:
    def stated(policy: Policy) -> dict[str, object]:
        plain = {name: getattr(policy, name) for name in ("title", "number", "issuer", "published", "city", "purpose")}
        dated = {f"validity.{name}": getattr(policy.validity, name) for name in ("quote", "effective_from", "until")}
        repealed = {"repealed": policy.repealed.by if policy.repealed else None}
        repealed["repealed.on"] = policy.repealed.on if policy.repealed else None  # type: ignore[assignment]
        return {**plain, "addressees": policy.addressees, **dated, **repealed}

    one, other = stated(old), stated(new)
    for name, was in one.items():
        if was != other[name]:
            yield Fact(name, *(None if value is None else str(value) for value in (was, other[name])))
    yield from _came_and_went("basis", map(_basis, old.basis), map(_basis, new.basis))
    yield from _came_and_went("definitions", map(_definition, old.definitions), map(_definition, new.definitions))


def _basis(basis: Basis) -> str:
    return f"《{basis.title}》" + (f"（{basis.number}）" if basis.number else "")


def _definition(definition: Definition) -> str:
    return definition.quote


def _came_and_went(name: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Fact]:
    one, other = list(dict.fromkeys(old)), list(dict.fromkeys(new))
    yield from (Fact(name, text, None) for text in one if text not in other)
    yield from (Fact(name, None, text) for text in other if text not in one)


def _figures(group: Group) -> Iterator[FigureChange]:
    """Figures by what they are for: the same words around them first, then like ones of the same kind."""
    old = [figure for clause in group.old for figure in clause.figures]
    new = [figure for clause in group.new for figure in clause.figures]
    rest = list(new)
    left = []
    for figure in old:
        same = next((other for other in rest if _facts_of(other) == _facts_of(figure)), None)
        if same is None:
            left.append(figure)
        else:
            rest.remove(same)
    kinds = dict.fromkeys(figure.kind for figure in (*left, *rest))
    for kind in kinds:
        ours, theirs = [f for f in left if f.kind == kind], [f for f in rest if f.kind == kind]
        yield from (FigureChange(a, b) for a, b in paired(ours, theirs, SAME_FIGURE, _around))


def _facts_of(figure: Figure) -> tuple[object, ...]:
    return figure.kind, figure.text, figure.bound, figure.subject, figure.case, figure.per, figure.payer


def _around(figure: Figure) -> str:
    """The words that say what the number is for, without the number itself."""
    case = " ".join(filter(None, (figure.subject, figure.case, figure.per)))
    return f"{case} {figure.quote.replace(figure.text, '')}"


def _units(group: Group) -> Iterator[UnitChange]:
    def roles(clauses: Sequence[Clause]) -> dict[str, tuple[str, ...]]:
        out: dict[str, list[str]] = {}
        for listed in (listed for clause in clauses for listed in clause.responsible):
            for unit in listed.units:
                named = out.setdefault(unit if isinstance(unit, str) else unit.unit, [])
                if not isinstance(unit, str) and unit.role and unit.role not in named:
                    named.append(unit.role)
        return {name: tuple(sorted(held)) for name, held in out.items()}

    one, other = roles(group.old), roles(group.new)
    for name in dict.fromkeys((*other, *one)):
        if one.get(name) != other.get(name):
            yield UnitChange(name, one.get(name), other.get(name))
