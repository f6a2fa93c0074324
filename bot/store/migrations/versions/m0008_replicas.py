"""Several replicas on one database: who is alive, who holds which line, and what all of them have to know."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_NAME = sa.String(128)


def upgrade() -> None:
    """Apply; what is stored stays. What is open and was received before has no line: its first reader gives it one."""
    op.add_column("updates", sa.Column("line", _NAME, nullable=False, server_default=""))
    lined = sa.text("line != ''")
    columns = ["state", "channel", "line"]
    op.create_index("updates_by_line", "updates", columns, postgresql_where=lined, sqlite_where=lined)
    op.create_table(
        "replicas",
        sa.Column("id", sa.String(96), primary_key=True),
        sa.Column("until", sa.Float, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("line", _NAME, primary_key=True),
        sa.Column("holder", sa.String(96), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_index("leases_by_holder", "leases", ["holder"])
    op.create_table(
        "asked_lately",
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("person", _NAME, primary_key=True),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "shared_files",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("shared_files", "asked_lately", "leases", "replicas"):
        op.drop_table(table)
    op.drop_index("updates_by_line", "updates")
    with op.batch_alter_table("updates") as batch:
        batch.drop_column("line")
