"""What commands need that use the store without Telegram: the settings and the store, or a word on what is wrong."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.settings import Settings
    from bot.store.store import Store

OK, FAILED, USAGE = 0, 1, 2


class UnusableError(Exception):
    """Said on standard error; the command ends with USAGE."""


def ready_store(new: bool = False) -> tuple[Settings, Store]:
    """The settings and the store, ready; ``new``: it may be made. Raises UnusableError."""
    from sqlalchemy.engine import make_url

    from bot.settings import SettingsError, read_settings
    from bot.store.causes import UnusableDatabaseError
    from bot.store.migrate import NewerSchemaError
    from bot.store.store import Store

    try:
        settings = read_settings()
        store = Store(settings.database, settings.keep_days)
        file = make_url(settings.database).database or ""
        if not new and store.engine.dialect.name == "sqlite" and not Path(file).exists():
            raise UnusableError(
                f"还没有数据库 {file}。机器人运行过才有；在别处的，用 POLICYBOT_DATABASE 或 POLICYBOT_DATA_DIR 指明"
            )
        store.prepare(settings.beside.values())
    except (SettingsError, UnusableDatabaseError) as error:
        raise UnusableError(str(error)) from error
    except NewerSchemaError as error:
        raise UnusableError(f"数据库的版本（{error}）比这个程序新；请更新 policybot") from error
    return settings, store


@contextlib.contextmanager
def opened(new: bool = False) -> Iterator[tuple[Settings, Connection]]:
    """The settings, and a transaction on the store; ``new``: it may be made. Raises UnusableError."""
    settings, store = ready_store(new)
    try:
        with store.engine.begin() as connection:
            yield settings, connection
    finally:
        store.engine.dispose()


def told(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """What is wrong with the settings or the store is said, not raised."""

    def run_told(options: argparse.Namespace) -> int:
        try:
            return run(options)
        except UnusableError as error:
            print(error, file=sys.stderr)
            return USAGE

    return run_told
