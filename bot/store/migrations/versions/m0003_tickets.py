"""Tickets: questions that a person answers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
    sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "tickets",
        sa.Column("id", sequence, primary_key=True, autoincrement=True),
        sa.Column("update_id", sa.BigInteger, nullable=False, unique=True),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("person", sa.BigInteger, nullable=False),
        sa.Column("message", sa.BigInteger, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("closed_by", sa.String(8), nullable=False),
        sa.Column("opened", sa.Float, nullable=False),
        sa.Column("posted", sa.Float, nullable=False),
        sa.Column("answered", sa.Float, nullable=False),
        sa.Column("closed", sa.Float, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("additions", sa.Integer, nullable=False),
    )
    op.create_index("tickets_by_state", "tickets", ["state", "id"])
    op.create_index("tickets_by_person", "tickets", ["person", "opened"])
    op.create_table(
        "ticket_answers",
        sa.Column("id", sequence, primary_key=True, autoincrement=True),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("message", sa.BigInteger, nullable=False),
        sa.Column("ticket", sa.BigInteger, nullable=False),
        sa.Column("passed", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.UniqueConstraint("chat", "message"),
    )
    op.create_index("ticket_answers_by_ticket", "ticket_answers", ["ticket"])
    op.create_table(
        "moved_chats",
        sa.Column("old", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("new", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("moved_chats", "ticket_answers", "tickets"):
        op.drop_table(table)
