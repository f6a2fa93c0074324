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
    op.create_table(
        "accounts",
        sa.Column("name", _NAME, primary_key=True),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("made", sa.Float, nullable=False),
        sa.Column("ended", sa.Float, nullable=False, server_default="0"),
        sa.Column("failed", sa.Integer, nullable=False, server_default="0"),
        sa.Column("locked", sa.Float, nullable=False, server_default="0"),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account", _NAME, nullable=False),
        sa.Column("began", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("who", _NAME, nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    _never_changed("audit")
    op.create_table(
        "switches",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", _NAME, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.add_column("feedback", sa.Column("comment", sa.Text, nullable=False, server_default=""))


def _never_changed(table: str) -> None:
    """What is written there stays as it is: the database itself refuses to change or delete it."""
    if op.get_bind().dialect.name == "postgresql":
        refuse = "BEGIN RAISE EXCEPTION 'the log is never changed'; END"
        op.execute(f"CREATE OR REPLACE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $${refuse}$$")
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {table}_stays()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END"
        )


def downgrade() -> None:
    """Undo."""
    op.drop_column("feedback", "comment")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_stays() CASCADE")
    for table in (
        "switches",
        "audit",
        "sessions",
        "accounts",
        "api_keys",
        "known_documents",
        "document_events",
        "web_messages",
    ):
        op.drop_table(table)
