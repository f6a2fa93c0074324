"""Channels: what is kept is kept apart by channel and by the channel's own names, as text.

All that was stored came by Telegram. Tables are made anew and filled from the old ones: SQLite can't change the type of
a column, and so both databases go the same way.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TELEGRAM = "'telegram'"
_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TOGETHER = 500


def upgrade() -> None:
    """Apply."""
    _conversations()
    _updates()
    _questions()
    _feedback()
    _tickets()
    _people()


def downgrade() -> None:
    """Undo: not possible, other channels' names are no numbers."""
    raise NotImplementedError("restore a backup that was made before")


def _name(name: str, length: int = 128, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _text(column: str) -> str:
    return f"CAST({column} AS VARCHAR(128))"


def _remade(
    table: str, columns: Sequence[sa.Column[Any] | sa.Constraint], filled: dict[str, str], where: str = ""
) -> None:
    """The table with these columns, filled from the old one: column -> expression; others are copied as they are."""
    new = f"{table}_0006"
    op.create_table(new, *columns)
    names = [column.name for column in columns if isinstance(column, sa.Column)]
    source = ", ".join(filled.get(str(name), str(name)) for name in names)
    op.execute(f"INSERT INTO {new} ({', '.join(map(str, names))}) SELECT {source} FROM {table} {where}")
    op.drop_table(table)
    op.rename_table(new, table)


def _indexes(table: str, **columns: list[str]) -> None:
    for name, of in columns.items():
        op.create_index(name, table, of)


def _count_on(table: str, column: str) -> None:
    """PostgreSQL's sequence goes on after the highest number that was copied."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), "
            f"GREATEST((SELECT COALESCE(MAX({column}), 0) FROM {table}), 1))"
        )


def _conversations() -> None:
    """The key was chat:person."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    before = "substr(key, 1, instr(key, ':') - 1)" if sqlite else "split_part(key, ':', 1)"
    behind = "substr(key, instr(key, ':') + 1)" if sqlite else "split_part(key, ':', 2)"
    _remade(
        "conversations",
        [
            sa.Column("channel", sa.String(16), primary_key=True),
            sa.Column("conversation", sa.String(128), primary_key=True),
            sa.Column("person", sa.String(128), primary_key=True),
            sa.Column("data", sa.Text, nullable=False),
            sa.Column("updated", sa.Float, nullable=False),
        ],
        {"channel": _TELEGRAM, "conversation": before, "person": behind},
        "WHERE key LIKE '%:%'",
    )
    _indexes("conversations", conversations_by_person=["channel", "person"])


def _updates() -> None:
    _remade(
        "updates",
        [
            sa.Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
            _name("channel", 16),
            _name("delivery"),
            sa.Column("person", sa.String(128), nullable=False, server_default=""),
            sa.Column("received", sa.Float, nullable=False),
            sa.Column("state", sa.String(8), nullable=False),
            sa.Column("steps", sa.Integer, nullable=False),
            sa.Column("starts", sa.Integer, nullable=False),
            sa.Column("raw", sa.Text, nullable=False),
            sa.Column("error", sa.Text, nullable=False),
            sa.UniqueConstraint("channel", "delivery"),
        ],
        {"channel": _TELEGRAM, "delivery": _text("update_id"), "person": "''"},
    )
    _indexes("updates", updates_by_state=["state", "seq"])
    _count_on("updates", "seq")


def _questions() -> None:
    """What was the channel is the place: private, group, inline; the terminal is a channel of its own."""
    copied = ("outcome", 12), ("target", 160), ("rule", 40)
    _remade(
        "questions",
        [
            sa.Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
            _name("channel", 16),
            _name("delivery", nullable=True),
            sa.Column("at", sa.Float, nullable=False),
            _name("day", 10),
            _name("place", 12),
            _name("asker", 32),
            sa.Column("text", sa.Text, nullable=False),
            sa.Column("words", sa.Text, nullable=False),
            *(_name(name, length) for name, length in copied),
            sa.Column("score", sa.Float, nullable=True),
            sa.Column("margin", sa.Float, nullable=True),
            sa.Column("near", sa.Text, nullable=False),
            sa.Column("units", sa.Text, nullable=False),
            sa.Column("seconds", sa.Float, nullable=False),
            sa.Column("settled", sa.String(32), nullable=False, server_default=""),
            sa.UniqueConstraint("channel", "delivery"),
        ],
        {
            "channel": f"CASE WHEN channel = 'terminal' THEN 'terminal' ELSE {_TELEGRAM} END",
            "delivery": _text("update_id"),
            "place": "channel",
        },
    )
    _indexes("questions", questions_by_asker=["asker"], questions_by_day=["day"])
    _count_on("questions", "id")


def _feedback() -> None:
    _remade(
        "feedback",
        [
            sa.Column("key", sa.String(96), primary_key=True),
            _name("channel", 16),
            _name("target", 160),
            _name("verdict", 8),
            _name("reason", 16),
            sa.Column("at", sa.Float, nullable=False),
            sa.Column("asker", sa.String(32), nullable=False, server_default=""),
            _name("delivery", nullable=True),
        ],
        {"channel": _TELEGRAM, "delivery": _text("update_id")},
    )
    _indexes("feedback", feedback_by_question=["channel", "delivery"])


def _tickets() -> None:
    numbers = ("opened", "posted", "answered", "closed")
    _remade(
        "tickets",
        [
            sa.Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
            _name("channel", 16),
            *(_name(name) for name in ("delivery", "conversation", "person", "message")),
            sa.Column("question", sa.Text, nullable=False),
            sa.Column("context", sa.Text, nullable=False),
            _name("state", 8),
            _name("closed_by", 8),
            *(sa.Column(name, sa.Float, nullable=False) for name in numbers),
            sa.Column("answers", sa.Integer, nullable=False),
            sa.Column("additions", sa.Integer, nullable=False),
            sa.UniqueConstraint("channel", "delivery"),
        ],
        {
            "channel": _TELEGRAM,
            "delivery": _text("update_id"),
            "conversation": _text("chat"),
            "person": _text("person"),
            "message": _text("message"),
        },
    )
    _indexes("tickets", tickets_by_state=["state", "id"], tickets_by_person=["channel", "person", "opened"])
    _count_on("tickets", "id")
    _remade(
        "ticket_answers",
        [
            sa.Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
            _name("channel", 16),
            _name("conversation"),
            _name("message"),
            sa.Column("ticket", sa.BigInteger, nullable=False),
            _name("passed"),
            sa.Column("at", sa.Float, nullable=False),
            sa.UniqueConstraint("channel", "conversation", "message"),
        ],
        {
            "channel": _TELEGRAM,
            "conversation": _text("chat"),
            "message": _text("message"),
            "passed": _text("passed"),
        },
    )
    _indexes("ticket_answers", ticket_answers_by_ticket=["ticket"])
    _count_on("ticket_answers", "id")
    _remade(
        "moved_chats",
        [
            sa.Column("channel", sa.String(16), primary_key=True),
            sa.Column("old", sa.String(128), primary_key=True),
            _name("new"),
        ],
        {"channel": _TELEGRAM, "old": _text("old"), "new": _text("new")},
    )


def _people() -> None:
    """Who sent what is still kept as it came: /forget finds it by the person."""
    updates = sa.table("updates", sa.column("seq"), sa.column("raw"), sa.column("state"), sa.column("person"))
    bind = op.get_bind()
    kept = bind.execute(sa.select(updates.c.seq, updates.c.raw).where(updates.c.state != "done")).all()
    found = [{"one": seq, "who": who} for seq, raw in kept if (who := _sender(raw))]
    change = sa.update(updates).where(updates.c.seq == sa.bindparam("one")).values(person=sa.bindparam("who"))
    for start in range(0, len(found), _TOGETHER):
        bind.execute(change, found[start : start + _TOGETHER])


def _sender(raw: str) -> str:
    """The number of whoever sent an update of Telegram's; empty when it can't be read."""
    try:
        update = json.loads(raw)
    except ValueError:
        return ""
    for part in update.values() if isinstance(update, dict) else ():
        for name in ("sender_chat", "from", "user"):
            sender = part.get(name) if isinstance(part, dict) else None
            if isinstance(sender, dict) and isinstance(sender.get("id"), int):
                return str(sender["id"])
    return ""
