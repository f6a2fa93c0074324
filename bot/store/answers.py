"""An answer that was given, found again by what asked for it: for those who judge it later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from bot.store.keys import Delivery
from bot.store.questions import clause_of
from bot.store.tables import questions


@dataclass(frozen=True)
class Answered:
    """A question that was answered."""

    delivery: Delivery
    asker: str
    """The hash of who asked."""
    clause: str
    """policy/clause that was answered; empty for none."""


def answer(connection: Connection, channels: Sequence[str], delivery: str) -> Answered | None:
    """The question of that delivery, in one of the channels."""
    c = questions.c
    query = select(c.channel, c.asker, c.target).where(c.delivery == delivery[:128], c.channel.in_(channels))
    row = connection.execute(query).first()
    if row is None:
        return None
    return Answered(Delivery(row.channel, delivery), row.asker, next(iter(clause_of(row.target)), ""))
