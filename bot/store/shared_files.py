"""What replicas that share no disk have in common besides the journal: named texts, each with the number of its change.

Plain functions over a connection.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from bot.store.tables import shared_files

GONE = ""
"""The text of what is no more."""
_LOCK = 7220614


@dataclass(frozen=True, slots=True)
class SharedFile:
    """One of them."""

    name: str
    version: int
    """Of all changes, this was the one with that number."""
    data: str


def after(connection: Connection, version: int) -> list[SharedFile]:
    """What was changed after that change, the latest last."""
    c = shared_files.c
    query = select(c.name, c.version, c.data).where(c.version > version).order_by(c.version)
    return [SharedFile(*row) for row in connection.execute(query)]


def put(connection: Connection, name: str, data: str, seen: int) -> int | None:
    """Change one; its number. None, and nothing is changed, when another replica changed the same after ``seen``."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    c = shared_files.c
    theirs = connection.execute(select(c.version).where(c.name == name)).scalar() or 0
    if theirs > seen:
        return None
    version = int(connection.execute(select(func.max(c.version))).scalar() or 0) + 1
    row = insert(shared_files).values(name=name, version=version, data=data)
    changed = {"version": row.excluded.version, "data": row.excluded.data}
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=changed))
    return version
