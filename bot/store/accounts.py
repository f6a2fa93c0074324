"""Accounts of the staff, their sessions, and the log of what they changed. Plain functions over a connection."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from bot.store.tables import accounts, audit, sessions

ROLES = ("viewer", "editor", "reviewer", "admin", "auditor")
MOST_FAILED = 5
"""Wrong passwords in a row after which an account is locked."""
LOCKED_FOR = 900.0
IDLE, WHOLE = 1800.0, 8 * 3600.0
"""Seconds after which a session ends: when nothing is done, and at all events."""


@dataclass(frozen=True)
class Account:
    """Somebody of the staff."""

    name: str
    role: str
    password: str
    made: float
    ended: float = 0.0
    failed: int = 0
    locked: float = 0.0


_ACCOUNT = [accounts.c[name] for name in Account.__dataclass_fields__]


def account(connection: Connection, name: str) -> Account | None:
    """The account of that name that was not ended."""
    row = connection.execute(select(*_ACCOUNT).where(accounts.c.name == name, accounts.c.ended == 0.0)).first()
    return Account(*row) if row is not None else None


def everyone(connection: Connection) -> Sequence[Account]:
    """All accounts."""
    return [Account(*row) for row in connection.execute(select(*_ACCOUNT).order_by(accounts.c.made))]


def put(connection: Connection, one: Account) -> None:
    """Write an account, over one of the same name; its sessions end."""
    connection.execute(accounts.delete().where(accounts.c.name == one.name))
    connection.execute(insert(accounts), vars(one))
    end_sessions(connection, one.name)


def end(connection: Connection, name: str, now: float) -> bool:
    """End an account and its sessions; False when there is none."""
    its = (accounts.c.name == name, accounts.c.ended == 0.0)
    done = connection.execute(update(accounts).where(*its).values(ended=now)).rowcount
    end_sessions(connection, name)
    return bool(done)


def tried(connection: Connection, name: str, good: bool, now: float) -> None:
    """Somebody tried to sign in."""
    its = update(accounts).where(accounts.c.name == name)
    if good:
        connection.execute(its.values(failed=0, locked=0.0))
        return
    connection.execute(its.values(failed=accounts.c.failed + 1))
    over = its.where(accounts.c.failed >= MOST_FAILED)
    connection.execute(over.values(failed=0, locked=now + LOCKED_FOR))


# -- sessions ----------------------------------------------------------------------------------------------------------


def begin_session(connection: Connection, digest: str, name: str, now: float) -> None:
    """Somebody signed in."""
    connection.execute(sessions.delete().where((sessions.c.seen < now - IDLE) | (sessions.c.began < now - WHOLE)))
    connection.execute(insert(sessions), {"digest": digest, "account": name, "began": now, "seen": now})


def seen(connection: Connection, digest: str, now: float) -> Account | None:
    """Whose session it is, as long as it has not ended; it was used now."""
    lasting = (sessions.c.digest == digest, sessions.c.seen >= now - IDLE, sessions.c.began >= now - WHOLE)
    name = connection.execute(select(sessions.c.account).where(*lasting)).scalar()
    found = account(connection, name) if name is not None else None
    if found is not None:
        connection.execute(update(sessions).where(sessions.c.digest == digest).values(seen=now))
    return found


def end_session(connection: Connection, digest: str) -> None:
    """Somebody signed out."""
    connection.execute(sessions.delete().where(sessions.c.digest == digest))


def end_sessions(connection: Connection, name: str) -> None:
    """All of an account's."""
    connection.execute(sessions.delete().where(sessions.c.account == name))


# -- the log -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """Who changed what, when."""

    id: int
    at: float
    who: str
    what: str
    detail: str
    digest: str


_ENTRY = [audit.c[name] for name in Entry.__dataclass_fields__]


def log(connection: Connection, who: str, what: str, detail: str, at: float) -> None:
    """One more entry, chained to the one before it."""
    last = connection.execute(select(audit.c.digest).order_by(audit.c.id.desc()).limit(1)).scalar() or ""
    digest = _digest(last, at, who, what, detail)
    connection.execute(insert(audit), {"at": at, "who": who, "what": what, "detail": detail, "digest": digest})


def entries(connection: Connection, most: int = 200, before: int | None = None) -> Sequence[Entry]:
    """The latest entries, the newest first."""
    query = select(*_ENTRY).order_by(audit.c.id.desc()).limit(most)
    if before is not None:
        query = query.where(audit.c.id < before)
    return [Entry(*row) for row in connection.execute(query)]


def broken(connection: Connection) -> int | None:
    """The first entry that does not follow from the one before it; None when the chain holds."""
    last = ""
    for entry in _all(connection):
        if entry.digest != _digest(last, entry.at, entry.who, entry.what, entry.detail):
            return entry.id
        last = entry.digest
    return None


def _all(connection: Connection) -> Iterator[Entry]:
    return (Entry(*row) for row in connection.execute(select(*_ENTRY).order_by(audit.c.id)))


def _digest(last: str, at: float, who: str, what: str, detail: str) -> str:
    return hashlib.sha256(json.dumps([last, at, who, what, detail], ensure_ascii=False).encode()).hexdigest()
