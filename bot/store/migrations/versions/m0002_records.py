"""Questions, what outlives them, and which question a verdict is about."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply."""
    sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "questions",
        sa.Column("id", sequence, primary_key=True, autoincrement=True),
        sa.Column("update_id", sa.BigInteger, nullable=True, unique=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("asker", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("target", sa.String(160), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("score", sa.Float, nullable=True),
        sa.Column("margin", sa.Float, nullable=True),
        sa.Column("near", sa.Text, nullable=False),
        sa.Column("units", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("settled", sa.String(32), nullable=False, server_default=""),
    )
    op.create_index("questions_by_asker", "questions", ["asker"])
    op.create_index("questions_by_day", "questions", ["day"])
    op.create_table(
        "daily",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("kind", sa.String(12), primary_key=True),
        sa.Column("name", sa.String(160), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.add_column("feedback", sa.Column("asker", sa.String(32), nullable=False, server_default=""))
    op.add_column("feedback", sa.Column("update_id", sa.BigInteger, nullable=True))
    op.create_index("feedback_by_question", "feedback", ["update_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("feedback_by_question", "feedback")
    with op.batch_alter_table("feedback") as table:
        table.drop_column("update_id")
        table.drop_column("asker")
    op.drop_table("daily")
    op.drop_table("questions")
