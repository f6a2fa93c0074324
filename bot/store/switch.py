"""Whether questions are answered at all: a switch with a reason, in the store, so that it holds for every process."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from bot.store.tables import switches

ANSWERING = "answering"


def off(connection: Connection) -> str:
    """Why nothing is answered; empty while all is well."""
    return str(connection.execute(select(switches.c.reason).where(switches.c.name == ANSWERING)).scalar() or "")


def turn_off(connection: Connection, reason: str, by: str, at: float) -> None:
    """Answer nothing from here on."""
    turn_on(connection)
    connection.execute(insert(switches), {"name": ANSWERING, "reason": reason, "by": by, "at": at})


def turn_on(connection: Connection) -> None:
    """Answer again."""
    connection.execute(delete(switches).where(switches.c.name == ANSWERING))
