"""policybot backup: the store and what stands beside it, in one file."""

from __future__ import annotations

import argparse
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.offline import OK, UnusableError, told
from knowledge.files.oserrors import which

if TYPE_CHECKING:
    from bot.store.backup import Contents


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("file", type=Path, metavar="文件", help="写到这里，如 policybot-2026-11-24.zip")


@told
def run(options: argparse.Namespace) -> int:
    """Write the backup whole, or not at all."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.settings import SettingsError, read_settings
    from bot.store.backup import BackupError, back_up
    from bot.store.causes import UnusableDatabaseError

    try:
        settings = read_settings()
        contents = back_up(settings.database, options.file, settings.beside)
    except SettingsError as error:
        raise UnusableError(str(error)) from error
    except (BackupError, UnusableDatabaseError, SQLAlchemyError, sqlite3.Error) as error:
        raise UnusableError(f"没有备份成：{' '.join(str(error).split())[:300]}") from error
    except OSError as error:
        raise UnusableError(f"没有备份成：{which(error)}；请检查路径、权限和磁盘") from error
    print(f"已备份到 {options.file}：{summary(contents)}")
    return OK


def summary(contents: Contents) -> str:
    """What is in a backup, for people."""
    rows = "、".join(f"{name} {count} 行" for name, count in contents.rows.items() if count) or "没有行"
    return rows + (f"；文件 {'、'.join(contents.files)}" if contents.files else "")
