"""When documents end: who has to be told of which, and since when. Pure; the day is handed in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from knowledge.base.document import Policy

STAGES = (90, 30, 7, 0)
"""Days before a document's last day on which the editors are told; 0 stands for the last day and all days after."""


@dataclass(frozen=True)
class Ending:
    """A document with a last day."""

    policy: str
    name: str
    until: date
    """Its last day, that day included."""
    days: int
    """Days from the day asked about to the last one; below zero when it is over."""

    @property
    def stage(self) -> int | None:
        """The last stage that has come; None while it is far off."""
        come = [stage for stage in STAGES if self.days <= stage]
        return come[-1] if come else None

    @property
    def key(self) -> str:
        """Names what is told: a document whose last day is moved is told of anew."""
        return f"expiry:{self.policy}:{self.until.isoformat()}:{self.stage}"


def endings(policies: Iterable[Policy], today: date) -> list[Ending]:
    """Every document that has a last day and no successor, the nearest first; what was repealed ended before."""
    found = [
        Ending(p.id, p.display_name, p.validity.until, (p.validity.until - today).days)
        for p in policies
        if p.validity.until is not None and p.repealed is None and p.superseded_by is None
    ]
    return sorted(found, key=lambda e: (e.until, e.policy))


def due(policies: Iterable[Policy], today: date, told: Collection[str]) -> list[Ending]:
    """The documents of which the editors must be told now: the latest stage that has come, if they were not told of it.

    So a bot that was down for a while tells the latest stage that it missed, once, and not the earlier ones.
    """
    return [e for e in endings(policies, today) if e.stage is not None and e.key not in told]


def state(days: int) -> str:
    """How far off the last day is, as the replies name it."""
    return "over" if days < 0 else "today" if days == 0 else "soon"
