"""The web: what is shown on its pages, what changed in the documents, keys of others' systems, words with a verdict."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_NAME = sa.String(128)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "web_messages",
        sa.Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("conversation", _NAME, nullable=False),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("author", sa.String(8), nullable=False),
        sa.Column("answers", _NAME, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("buttons", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.UniqueConstraint("conversation", "name"),
    )
    op.create_index("web_messages_by_conversation", "web_messages", ["conversation", "id"])
    op.create_table(
        "document_events",
        sa.Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("policy", sa.String(160), nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
    )
    op.create_table(
        "known_documents",
        sa.Column("policy", sa.String(160), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("scopes", sa.String(120), nullable=False),
        sa.Column("per_minute", sa.Integer, nullable=False),
        sa.Column("made", sa.Float, nullable=False),
        sa.Column("revoked", sa.Float, nullable=False, server_default="0"),
    )
    op.add_column("feedback", sa.Column("comment", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Undo."""
    op.drop_column("feedback", "comment")
    for table in ("api_keys", "known_documents", "document_events", "web_messages"):
        op.drop_table(table)
