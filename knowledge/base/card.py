"""The card of a measure: what people ask of any subsidy, in the words of the clause and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from knowledge.base.record import ClauseId, Record, Text

Part = Literal[
    "audience",
    "conditions",
    "standard",
    "materials",
    "procedure",
    "deadline",
    "units",
    "phone",
    "limits",
    "validity",
    "subject",
]
PARTS: tuple[Part, ...] = get_args(Part)


class PartName(Record):
    """What people call a part of a card."""

    label: Text
    ask: Text
    """A question for it; {title} is the clause's."""


@cache
def part_names() -> Mapping[Part, PartName]:
    """What people call each part (parts.yaml)."""
    from knowledge.files.yamlfile import read_yaml

    data = read_yaml(Path(__file__).parent / "parts.yaml").data
    return {part: PartName.model_validate(data[part]) for part in PARTS}


class Said(Record):
    """Words of the clause."""

    quote: Text
    """Verbatim."""
    point: Text | None = None
    """Address under the clause (三.2) of the smallest point that holds them; None for the clause as a whole."""


class Card(Record):
    """What a clause says of each part; empty where it is silent."""

    audience: tuple[Said, ...] = ()
    """Whom it is for."""
    conditions: tuple[Said, ...] = ()
    """What they, or what they do, must be like."""
    standard: tuple[Said, ...] = ()
    """How much, in which proportion, up to what, for how long, per what."""
    materials: tuple[Said, ...] = ()
    """What is to be handed in."""
    procedure: tuple[Said, ...] = ()
    """The way from the application to the payment."""
    deadline: tuple[Said, ...] = ()
    """When to apply."""
    units: tuple[Said, ...] = ()
    """Where to apply, and who is responsible."""
    phone: tuple[Said, ...] = ()
    """Where to ask: telephone, address, site."""
    limits: tuple[Said, ...] = ()
    """What isn't allowed, isn't added up, is taken back."""
    validity: tuple[Said, ...] = ()
    """From when and until when it holds."""
    subject: tuple[Said, ...] = ()
    """The names of those whom, or the thing that, its sums are for: 高新技术企业; less than the whole audience."""
    governs: tuple[ClauseId, ...] = ()
    """The measures for which a common clause says this (申报主体应当…); empty for a measure's own card."""

    def said(self) -> Iterator[tuple[Part, int, Said]]:
        """All that it says: the part, the place in it, and the words."""
        for part in PARTS:
            for n, said in enumerate(self.part(part)):
                yield part, n, said

    def part(self, part: Part) -> tuple[Said, ...]:
        """What it says of that part."""
        found: tuple[Said, ...] = getattr(self, part)
        return found

    def within(self, address: str) -> Card:
        """What stands in the point with that address, or in one of its own."""

        def inside(said: Said) -> bool:
            return said.point is not None and f"{said.point}.".startswith(f"{address}.")

        return Card(**{part: tuple(filter(inside, self.part(part))) for part in PARTS}, governs=self.governs)
