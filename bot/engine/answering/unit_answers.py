"""What units are responsible for in one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.engine.answering.on_policy import OnPolicy
from bot.engine.documents.responsible import roles
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, Quote, Reply, Say
from bot.engine.values.why import Rule, Why
from knowledge.base.document import Clause

LEADS = "牵头"
"""What the label of those that lead a measure contains."""
MOST_UNITS = 60
"""Units that a refusal lists."""


class UnitAnswers(OnPolicy):
    """Lists measures by unit."""

    def of_units(self, units: Sequence[str], leading: bool = False) -> Reply:
        """The measures for which all of the units are responsible; ``leading``: first those that the unit leads."""
        found = [c for c in self.policy.clauses if set(units) <= set(self.responsible.units(c))]
        by_definition = [c for c in found if not set(units) <= set(c.unit_names)]
        marks = {c.id: " *" for c in by_definition}
        listed = {c.id: roles(c, units[0]) for c in found} if leading and len(units) == 1 else {}
        if any(listed.values()):
            led = [c for c in found if LEADS in listed[c.id]]
            found = [*led, *(c for c in found if c not in led)]
            blocks = [*self._led(units[0], led), *self._otherwise(found[len(led) :], listed, marks)]
        else:
            blocks = [self._head(units, len(found)), *self.compose.listed(found, marks, named=False)]
        blocks += self._by_definition(by_definition)
        return self._measures(found, units, (*blocks, *self.finish(place=self.compose.named)), Rule.OF_UNIT)

    def _measures(self, found: Sequence[Clause], units: Sequence[str], blocks: Sequence[Block], rule: Rule) -> Reply:
        """The reply that lists these clauses."""
        return Reply(
            "answer" if found else "none",
            tuple(blocks),
            Conversation(
                clause=self.target(found[0]) if len(found) == 1 else "",  # then 那条 can mean only that one
                choices=tuple(map(self.target, found)),
                units=tuple(units),
            ),
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in found),
            units=tuple(units),
            why=Why(rule),
        )

    def _head(self, units: Sequence[str], count: int) -> Block:
        """How many measures there are."""
        single = "by_unit" if count else "foreign_unit"
        name = single if len(units) == 1 else "by_unit_several" if count else "by_unit_none"
        return Block("lead", (Say(self.words(name, unit=units[0], units="、".join(units), count=count)),))

    def _by_definition(self, clauses: Sequence[Clause]) -> list[Block]:
        """Why the unit is responsible for clauses whose lists don't name it."""
        if not clauses:
            return []
        definition = self.responsible.definitions(clauses[0])[0]
        text = self.words("by_unit_definition", count=len(clauses), term=definition.term)
        return [Block("note", (Say(text), Quote(definition.quote)))]

    def _led(self, unit: str, led: Sequence[Clause]) -> list[Block]:
        """The measures that the unit leads."""
        head = self.compose.say("by_unit_led" if led else "by_unit_led_none", unit=unit, count=len(led))
        return [head, *self.compose.listed(led, named=False)]

    def _otherwise(self, clauses: Sequence[Clause], listed: Mapping[str, str], marks: Mapping[str, str]) -> list[Block]:
        """The other measures, each with the role that the unit is listed under."""
        if not clauses:
            return []
        shown = {i: self.words("role", role=role) + marks.get(i, "") for i, role in listed.items() if role}
        head = self.compose.say("by_unit_other_roles", count=len(clauses))
        return [head, *self.compose.listed(clauses, {**marks, **shown}, named=False)]

    def without_units(self, units: Sequence[str], only: bool) -> Reply:
        """The measures whose list names none of the units, or (``only``) names nothing but them."""
        asked = set(units)
        found = [
            c for c in self.policy.clauses if (set(c.unit_names) == asked if only else not asked & set(c.unit_names))
        ]
        text = self.words("only_units" if only else "without_units", units="、".join(units), count=len(found))
        blocks = [Block("lead", (Say(text),)), *self.compose.listed(found), *self.finish()]
        return self._measures(found, units, blocks, Rule.ONLY_UNITS if only else Rule.WITHOUT_UNITS)

    def foreign_unit(self, unit: str, conversation: Conversation) -> Reply:
        """A unit that the document makes responsible for nothing."""
        listed = "、".join(list(self.responsible.counts())[:MOST_UNITS])
        blocks = (
            self.compose.say("foreign_unit", unit=unit),
            Block("list", (Say(self.words("foreign_units_listed") + listed),)),
            *self.finish(),
        )
        return Reply("none", blocks, conversation, self.policy.id, why=Why(Rule.UNIT_NOWHERE))
