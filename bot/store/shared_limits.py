"""What an address or a key may still ask of all replicas together: a bucket that fills evenly, in the database."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func
from sqlalchemy.dialects.postgresql import insert

from bot.store.tables import shared_limits

NOW = func.extract("epoch", func.statement_timestamp())
"""The same wherever it stands in a statement."""


def take(connection: Connection, who: str, per_minute: float, most: int) -> tuple[int, float]:
    """Take up to ``most`` (at most ``per_minute``): (how many were given, seconds until there is one when none was).

    ``per_minute`` is both what the bucket holds and what comes into it in a minute. PostgreSQL's.
    """
    c = shared_limits.c
    now_left = func.least(per_minute, c.left + func.greatest(NOW - c.at, 0.0) * per_minute / 60.0)
    given = func.least(most, func.floor(now_left))
    row = insert(shared_limits).values(who=who, left=per_minute - most, given=most, at=NOW)
    changed = {"left": now_left - given, "given": given, "at": func.greatest(NOW, c.at)}
    statement = row.on_conflict_do_update(index_elements=["who"], set_=changed).returning(c.given, c.left)
    taken, left = connection.execute(statement).one()
    return int(taken), 0.0 if taken else (1.0 - left) * 60.0 / per_minute


def tidy(connection: Connection, older: float) -> None:
    """Forget whoever has not come for so many seconds."""
    connection.execute(delete(shared_limits).where(shared_limits.c.at < NOW - older))
