"""Why a database takes no writes, as far as it says, and what to do."""

from __future__ import annotations

import errno
import sqlite3
from typing import Literal

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError

Cause = Literal["locked", "unreachable", "read-only", "full", "other"]
"""Why the database takes no writes, as far as it says."""
REMEDIES: dict[Cause, str] = {
    "locked": "别的程序锁着它；请停掉那个程序，或等它做完",
    "unreachable": "连不上；请检查地址、网络，数据库开了没有",
    "read-only": "只能读，不能写；请让运行机器人的用户对数据库和它的文件夹有写的权限，磁盘也不要只读挂载",
    "full": "磁盘满了；请腾出空间",
    "other": "",
}
_SQLITE: dict[int, Cause] = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_PERM: "read-only",
    sqlite3.SQLITE_FULL: "full",
}


class UnusableDatabaseError(Exception):
    """The database's URL or the database itself can't be used; the message says what to mend."""

    def __init__(self, text: str, cause: Cause = "other") -> None:
        super().__init__(text)
        self.cause = cause

    @property
    def passing(self) -> bool:
        """Whether it may be over soon, with nothing mended."""
        return self.cause in ("locked", "unreachable")


def own_fault(error: Exception) -> bool:
    """Whether it is the write's own, so that trying again won't help; else it is the database's."""
    if isinstance(error, OperationalError) and isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR  # its word for wrong SQL
    own = (IntegrityError, DataError, ProgrammingError)
    return isinstance(error, own) or not isinstance(error, (DBAPIError, OSError))


def reason_of(error: Exception) -> str:
    """One line, without SQL and its values."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return " ".join(str(cause).split())[:300]


def cause_of(error: BaseException) -> Cause:
    """Why the database refused."""
    inner = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(inner, sqlite3.Error):
        return _SQLITE.get((getattr(inner, "sqlite_errorcode", 0) or 0) & 0xFF, _of_folder(inner))
    if getattr(inner, "sqlstate", None) == "53100" or getattr(inner, "errno", None) == errno.ENOSPC:
        return "full"
    if getattr(inner, "sqlstate", None) == "25006":
        return "read-only"
    return "unreachable" if isinstance(error, OperationalError) else "other"


def _of_folder(error: sqlite3.Error) -> Cause:
    """SQLite says only that it can't open a file when it may not make one in the folder, or on a full disk."""
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    return "read-only" if code == sqlite3.SQLITE_CANTOPEN else "other"
