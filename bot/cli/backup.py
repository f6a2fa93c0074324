"""policybot backup and restore: the store and what stands beside it, in one file."""

from __future__ import annotations

import argparse
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.offline import OK, UnusableError, told
from bot.days import BEIJING

if TYPE_CHECKING:
    from bot.store.backup import Contents


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-parsers."""
    backup = commands.add_parser("backup", help="备份数据库、散列的密钥和教过的问法；机器人可以开着")
    backup.add_argument("file", type=Path, metavar="文件", help="写到这里，如 policybot-2026-11-24.zip")
    backup.set_defaults(run=_backup)

    restore = commands.add_parser("restore", help="恢复备份；先停下机器人。SQLite 和 PostgreSQL 可以互换")
    restore.add_argument("file", type=Path, metavar="文件", help="policybot backup 写的文件")
    restore.add_argument("--force", action="store_true", help="换掉数据库和文件里现有的")
    restore.set_defaults(run=_restore)


@told
def _backup(options: argparse.Namespace) -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from bot.settings import SettingsError, read_settings
    from bot.store.backup import BackupError, back_up
    from bot.store.store import UnusableDatabaseError

    try:
        settings = read_settings(offline=True)
        contents = back_up(settings.database, options.file, settings.beside)
    except SettingsError as error:
        raise UnusableError(str(error)) from error
    except (BackupError, UnusableDatabaseError, SQLAlchemyError, sqlite3.Error) as error:
        raise UnusableError(f"没有备份成：{' '.join(str(error).split())[:300]}") from error
    except OSError as error:
        raise UnusableError(f"没有备份成：{error.filename} {error.strerror}；请检查路径、权限和磁盘") from error
    print(f"已备份到 {options.file}：{_told(contents)}")
    return OK


@told
def _restore(options: argparse.Namespace) -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from bot.settings import SettingsError, read_settings
    from bot.store.backup import BackupError, UnfinishedError, restore
    from bot.store.store import UnusableDatabaseError

    try:
        settings = read_settings(offline=True)
        contents = restore(options.file, settings.database, settings.beside, options.force)
    except SettingsError as error:
        raise UnusableError(str(error)) from error
    except UnfinishedError as error:
        raise UnusableError(f"恢复没有做完：{error}") from error
    except (BackupError, UnusableDatabaseError) as error:
        raise UnusableError(f"没有恢复，什么都没有改：{error}") from error
    except SQLAlchemyError as error:
        busy = "locked" in str(error).lower()
        reason = "数据库正被别的程序打开；请先停下机器人" if busy else " ".join(str(error).split())[:300]
        raise UnusableError(f"没有恢复，什么都没有改：{reason}") from error
    except OSError as error:
        raise UnusableError(f"没有恢复，什么都没有改：{error.filename} {error.strerror}") from error
    print(f"已恢复 {_time(contents)} 的备份：{_told(contents)}")
    return OK


def _time(contents: Contents) -> str:
    return f"{datetime.fromtimestamp(contents.made, BEIJING):%Y-%m-%d %H:%M:%S}"


def _told(contents: Contents) -> str:
    rows = "、".join(f"{name} {count} 行" for name, count in contents.rows.items() if count) or "没有行"
    return rows + (f"；文件 {'、'.join(contents.files)}" if contents.files else "")
