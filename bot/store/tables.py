"""The tables, as SQLAlchemy knows them; migrations/ brings a database to this form."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()
_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite

updates = Table(
    "updates",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
    # Order of arrival: Telegram's update ids can start anew at a lower number, so they order nothing.
    Column("update_id", BigInteger, nullable=False, unique=True),
    Column("received", Float, nullable=False),
    # POSIX seconds.
    Column("state", String(8), nullable=False),
    # open, done or aside (set aside: it could not be handled).
    Column("steps", Integer, nullable=False, default=0),
    # Calls that were made and acknowledged; a restart goes on after them.
    Column("starts", Integer, nullable=False, default=0),
    # Program starts that found it open.
    Column("raw", Text, nullable=False),
    # The update as received; emptied when it is done.
    Column("error", Text, nullable=False, default=""),
)
Index("updates_by_state", updates.c.state, updates.c.seq)

conversations = Table(
    "conversations",
    metadata,
    Column("key", String(64), primary_key=True),
    # chat:user.
    Column("data", Text, nullable=False),
    Column("updated", Float, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("key", String(96), primary_key=True),
    # chat:message:user: one verdict a person and answer, the last one holds.
    Column("target", String(160), nullable=False),
    # policy/clause.
    Column("verdict", String(8), nullable=False),
    # up or down.
    Column("reason", String(16), nullable=False, default=""),
    Column("at", Float, nullable=False),
)
