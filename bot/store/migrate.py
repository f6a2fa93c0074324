"""Brings a database to the schema that this version knows."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class NewerSchemaError(Exception):
    """The database was written by a later version of policybot."""


def migrate(connection: Connection) -> None:
    """Upgrade to the newest revision, in the connection's transaction.

    Raises NewerSchemaError when the database is at a revision that this version doesn't know.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise NewerSchemaError(current)
    if current != script.get_current_head():
        command.upgrade(config, "head")
