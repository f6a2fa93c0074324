"""What there is to answer from: the documents, their clauses by target, their units; and which document is meant.

Everything that a question needs is looked up by a key; nothing goes through all clauses for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import cached_property

from bot.engine.documents.examples import Ask, Examples
from bot.engine.documents.issuers import Regions
from bot.engine.documents.place_names import PlaceNames
from bot.engine.documents.responsible import Responsible
from bot.replies.texts import Texts
from knowledge.base.document import Clause, Policy
from knowledge.base.target import Target, policy_of
from knowledge.compiled import Ready
from knowledge.retrieval.clause_finder import untaught
from knowledge.text.fold import fold

RANK = {"in_force": 0, "unknown": 0, "not_yet": 1, "expired": 2, "repealed": 3}
"""Which documents come first where several fit."""
MOST_NAMED = 3
"""Documents that are named where all are spoken of."""


class Library:
    """The documents of a base."""

    def __init__(self, ready: Ready, texts: Texts, today: Callable[[], date], ask: Ask) -> None:
        """``ask``: answers a question, to find out which are worth being shown."""
        self.examples = Examples(self, ask)
        self.ready = ready
        self.words = texts.spoken_of(len(ready.base.policies))
        self.today = today
        self.policies = ready.base.policies
        self.by_id = {policy.id: policy for policy in self.policies}
        self.many = len(self.policies) > 1
        self.untaught = frozenset(p.id for p in untaught(ready.base))
        taught = [p for p in self.policies if p.id not in self.untaught]
        self.taught = tuple(policy.id for policy in taught)
        """Ids of the documents with phrasings."""
        alone = taught if self.many else self.policies
        self.default = alone[0] if len(alone) == 1 else None
        """The document that is meant where a question names none: the only one, or the only one with phrasings."""
        self.home = self.default or next(iter(taught or self.policies), nothing(self.words))
        """The document whose cases and topics stand for all where nothing else is meant."""
        self._responsible: dict[str, Responsible] = {}

    # -- documents ---------------------------------------------------------------------------------------------------

    def responsible_of(self, policy_id: str) -> Responsible:
        """Who is responsible for the clauses of a policy."""
        if policy_id not in self._responsible:
            self._responsible[policy_id] = Responsible(self.by_id[policy_id])
        return self._responsible[policy_id]

    def document(self, policy_id: str) -> str:
        """《title》（number）."""
        return document(self.by_id[policy_id], self.words)

    def rank(self, policy_id: str) -> int:
        """Where it stands among documents that fit as well: those that hold first."""
        return RANK[self.by_id[policy_of(policy_id)].state(self.today())]

    def open(self, policy_id: str) -> bool:
        """Whether it answers without being asked for by name: a repealed one among others doesn't."""
        return not self.many or self.by_id[policy_of(policy_id)].state(self.today()) != "repealed"

    def ordered(self, policy_ids: Iterable[str]) -> list[str]:
        """Documents, those that hold first, then in the order of the base."""
        place = {policy.id: n for n, policy in enumerate(self.policies)}
        return sorted(policy_ids, key=lambda p: (self.rank(p), p in self.untaught, place[p]))

    @property
    def own_examples(self) -> Mapping[str, tuple[str, ...]]:
        """By policy, the questions for people to see that it brings along."""
        return self.ready.base.examples

    def leading(self) -> list[Policy]:
        """The documents, the one that is meant where none is named first, then as ordered()."""
        first = [self.default.id] if self.default is not None else []
        return [self.by_id[p] for p in dict.fromkeys((*first, *self.ordered(self.by_id)))]

    @cached_property
    def place_names(self) -> PlaceNames:
        """For which places questions ask."""
        return PlaceNames(self.ready.base)

    @cached_property
    def regions(self) -> Regions:
        """Whose documents there are; of a single one, nobody's."""
        return Regions(self.policies if self.many else ())

    @cached_property
    def name(self) -> str:
        """What the documents are called together: the only one's name, or the first few and how many there are."""
        if not self.many:
            return self.home.display_name
        first = [self.by_id[p] for p in self.ordered(self.by_id)[:MOST_NAMED]]
        names = "、".join(self.words("quoted_name", name=p.display_name) for p in first)
        return self.words("document_list", names=names, count=len(self.policies))

    # -- clauses -----------------------------------------------------------------------------------------------------

    def has(self, target: str) -> bool:
        """Whether the base has the clause (policy/clause) or document (policy) that a target names."""
        at = Target.parse(target)
        policy = self.by_id.get(at.policy)
        return policy is not None and (at.kind == "document" or at.clause in policy.by_id)

    def clause(self, target: str) -> Clause:
        """The clause that a target (policy/clause) names; KeyError if there is none."""
        at = Target.parse(target)
        return self.by_id[at.policy].clause(at.clause)

    def articled(self, target: str) -> bool:
        """Whether the document of a target counts its articles through."""
        return self.by_id[policy_of(target)].articled

    def text(self, target: str) -> str:
        """What a clause, or a document, is known by: to tell the ones offered apart."""
        at = Target.parse(target)
        policy = self.by_id[at.policy]
        if at.kind == "document":
            return "\n".join((policy.title or "", policy.display_name, policy.number or "", *policy.short_names))
        clause = policy.clause(at.clause)
        title = f"\n{policy.title or ''}{policy.display_name}" if self.many else ""
        return clause.title + clause.body + title

    @cached_property
    def count(self) -> int:
        """Clauses of all documents."""
        return sum(len(policy.clauses) for policy in self.policies)

    # -- units -------------------------------------------------------------------------------------------------------

    @cached_property
    def by_unit(self) -> dict[str, dict[str, list[str]]]:
        """Unit -> policy -> ids of the clauses for which it is responsible, definitions included."""
        out: dict[str, dict[str, list[str]]] = {}
        for policy in self.policies:
            units = self.responsible_of(policy.id).units
            for clause in policy.clauses:
                if clause.responsible:
                    for name in units(clause):
                        out.setdefault(name, {}).setdefault(policy.id, []).append(clause.id)
        return out

    @cached_property
    def unit_counts(self) -> dict[str, int]:
        """Units, those of most clauses first, with the number of clauses."""
        counts = {name: sum(map(len, by_policy.values())) for name, by_policy in self.by_unit.items()}
        return dict(sorted(counts.items(), key=lambda item: -item[1]))

    def responsible(self, units: Iterable[str]) -> dict[str, list[str]]:
        """Policy -> ids of the clauses for which all of the units are responsible; repealed documents left out."""
        found: dict[str, list[str]] | None = None
        for unit in units:
            here = self.by_unit.get(unit, {})
            if found is None:
                found = {p: list(ids) for p, ids in here.items() if self.open(p)}
            else:
                both = {p: [i for i in ids if i in here.get(p, ())] for p, ids in found.items()}
                found = {p: ids for p, ids in both.items() if ids}
        return found or {}

    def as_named(self, units: Iterable[str], policy_ids: Collection[str] = ()) -> tuple[str, ...]:
        """The units as the documents (or, without any, those that are open) name them.

        One that it makes responsible for nothing gives way to the only one it does that shares a name with it:
        人社局 is 市人力资源社会保障局 in one document, 市人力资源和社会保障局 in another.
        """
        out = []
        for unit in units:
            others = [o for o in self._namesakes.get(unit, ()) if self._names(o, policy_ids)]
            out.append(others[0] if len(others) == 1 and not self._names(unit, policy_ids) else unit)
        return tuple(dict.fromkeys(out))

    def _names(self, unit: str, policy_ids: Collection[str]) -> bool:
        found = self.by_unit.get(unit, {})
        return any(p in found for p in policy_ids) if policy_ids else any(map(self.open, found))

    @cached_property
    def _namesakes(self) -> dict[str, frozenset[str]]:
        """Unit -> the other units that share a name with it."""
        units = self.ready.base.lexicon.units.own
        called: dict[str, set[str]] = {}
        for unit in units:
            for name in unit.names:
                called.setdefault(fold(name), set()).add(unit.name)
        return {u.name: frozenset[str]().union(*(called[fold(n)] for n in u.names)) - {u.name} for u in units}


def nothing(words: Texts) -> Policy:
    """What stands for the documents of a base that has none yet."""
    return Policy(id="none", display_name=words("no_documents"), title=None, number=None, issuer=None, published=None)


def document(policy: Policy, words: Texts) -> str:
    """《title》（number）; what the document is called where it has no title."""
    if policy.title is None:
        return words("untitled_document", name=policy.display_name)
    number = words("document_number", number=policy.number) if policy.number else ""
    return words("document", title=policy.title) + number
