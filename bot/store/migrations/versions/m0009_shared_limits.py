"""Several replicas on one database: what an address or a key may still ask there, together."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply; what is stored stays."""
    op.create_table(
        "shared_limits",
        sa.Column("who", sa.String(32), primary_key=True),
        sa.Column("left", sa.Float, nullable=False),
        sa.Column("given", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("shared_limits")
