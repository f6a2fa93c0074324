"""Who opened a ticket when: the numbers that were given, and what the limit counts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply; numbers go on after the highest one that is known."""
    op.create_table(
        "ticket_openings",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("asker", sa.String(32), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("ticket_openings_by_asker", "ticket_openings", ["asker", "at"])
    op.execute(
        "INSERT INTO ticket_openings (number, asker, at) SELECT id, '', 0.0 FROM tickets ORDER BY id DESC LIMIT 1"
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("ticket_openings")
