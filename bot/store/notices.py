"""What the staff were told, so that each thing is told once, over restarts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import notices


def told(connection: Connection) -> set[str]:
    """Keys of everything that was told."""
    return set(connection.execute(select(notices.c.key)).scalars())


def note(connection: Connection, key: str, at: float) -> None:
    """It was told; again does no harm."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(notices).values(key=key, at=at).on_conflict_do_nothing())


def forget(connection: Connection, keys: Collection[str]) -> None:
    """As if they had never been told."""
    if keys:
        connection.execute(notices.delete().where(notices.c.key.in_(list(keys))))
