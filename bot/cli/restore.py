"""policybot restore: a backup put back."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.backup import summary
from bot.cli.offline import OK, UnusableError, told
from bot.days import BEIJING
from knowledge.files.oserrors import which

if TYPE_CHECKING:
    from bot.store.backup import Contents


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("file", type=Path, metavar="文件", help="policybot backup 写的文件")
    parser.add_argument("--force", action="store_true", help="换掉数据库和文件里现有的")


@told
def run(options: argparse.Namespace) -> int:
    """Restore; nothing is changed where it can't be done whole."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.settings import SettingsError, read_settings
    from bot.store.backup import BackupError, UnfinishedError, restore
    from bot.store.causes import UnusableDatabaseError

    try:
        settings = read_settings()
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
        raise UnusableError(f"没有恢复，什么都没有改：{which(error)}") from error
    print(f"已恢复 {_time(contents)} 的备份：{summary(contents)}")
    return OK


def _time(contents: Contents) -> str:
    return f"{datetime.fromtimestamp(contents.made, BEIJING):%Y-%m-%d %H:%M:%S}"
