"""Brings a database to the schema that this version knows."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class NewerSchemaError(Exception):
    """The database was written by a later version of policybot."""


def migrate(connection: Connection, revision: str = "head") -> None:
    """Upgrade to the newest revision, or to the one that is named, in the connection's transaction.

    Raises NewerSchemaError when the database is at a revision that this version doesn't know.
    """
    config = _config()
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    current = current_revision(connection)
    if current is not None and current not in known_revisions():
        raise NewerSchemaError(current)
    if current != (script.get_current_head() if revision == "head" else revision):
        _begin(connection)
        command.upgrade(config, revision)


def _begin(connection: Connection) -> None:
    """Begin as SQLite wants it, which its driver leaves out before a table is made: all of an upgrade, or nothing."""
    driver = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite" and driver is not None and not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def one_upgrade_at_a_time(connection: Connection) -> None:
    """Wait, to the end of the transaction, for others that make or fill the tables; PostgreSQL only."""
    connection.execute(text("SELECT pg_advisory_xact_lock(7220613)"))


def current_revision(connection: Connection) -> str | None:
    """The revision of the database; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> set[str]:
    """Every revision that this version knows."""
    return {revision.revision for revision in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
