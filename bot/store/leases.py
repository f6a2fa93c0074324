"""Leases of several replicas on one PostgreSQL: who is alive, who holds which line. Plain functions over a connection.

A lease holds while its holder is alive, and a holder is alive until the moment that its last beat names, by the clock
of the database. All of a dead replica's leases are free at that moment; nobody has to end them one by one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import insert

from bot.store.tables import leases, replicas, updates

TTL = 10.0
"""Seconds from a beat after which its replica is dead, and what it holds is free."""
ACCOUNT = "@account"
"""In place of a channel: the line is a channel, and the lease is its poller's or its connection's."""
NOTICES = "policybot"
"""PostgreSQL's channel on which replicas tell one another things."""
NOW = func.extract("epoch", func.clock_timestamp())
NUMBER: ColumnElement[int] = literal_column("txid_current()")


class LeaseLostError(Exception):
    """What was to be written or sent belongs to another replica by now. It stays open, for that one to answer."""


@dataclass(frozen=True, slots=True)
class Lease:
    """One line of one channel, held."""

    channel: str
    line: str
    holder: str
    number: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of taking a line."""

    lease: Lease
    ours: bool
    """False: a living replica holds it, which is ``lease.holder``; or it is not known who, when that is empty."""
    orphaned: bool = False
    """It was taken from a dead one: what is open there may be what killed it."""


# -- who is alive ------------------------------------------------------------------------------------------------------


def beat(connection: Connection, me: str, before: str = "") -> int:
    """Alive for TTL from now on; ``before``: what this one was called until its leases ran out, which is ended.

    Gives how many are alive, this one among them.
    """
    if before:
        leave(connection, before)
    row = insert(replicas).values(id=me, until=NOW + TTL)
    connection.execute(row.on_conflict_do_update(index_elements=["id"], set_={"until": row.excluded.until}))
    return int(connection.execute(select(func.count()).where(replicas.c.until > NOW)).scalar() or 0)


def alive(connection: Connection) -> list[str]:
    """Replicas that are alive."""
    return list(
        connection.execute(select(replicas.c.id).where(replicas.c.until > NOW).order_by(replicas.c.id)).scalars()
    )


def leave(connection: Connection, me: str) -> None:
    """Dead from now on: all that it holds is free."""
    connection.execute(delete(leases).where(leases.c.holder == me))
    connection.execute(delete(replicas).where(replicas.c.id == me))


def bury(connection: Connection) -> None:
    """Forget those that have been dead for long and hold nothing."""
    holds = exists().where(leases.c.holder == replicas.c.id)
    connection.execute(delete(replicas).where(replicas.c.until < NOW - 3600.0, ~holds))


# -- holding -----------------------------------------------------------------------------------------------------------


def take(connection: Connection, me: str, channel: str, line: str) -> Taken:
    """Hold a line that nobody alive holds. Waits for nobody: what another transaction is at now is another's."""
    unknown = Taken(Lease(channel, line, "", 0), ours=False)
    key = {"line": f"{channel}\n{line}"}
    if not connection.execute(text("SELECT pg_try_advisory_xact_lock(hashtextextended(:line, 7220615))"), key).scalar():
        return unknown
    its = and_(leases.c.channel == channel, leases.c.line == line)
    living = func.coalesce(replicas.c.until > NOW, False)
    query = (
        select(leases.c.holder, leases.c.number, living)
        .select_from(leases.outerjoin(replicas, replicas.c.id == leases.c.holder))
        .where(its)
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        row = {"channel": channel, "line": line, "holder": me, "number": NUMBER}
        made = insert(leases).values(row).returning(leases.c.number)
        return Taken(Lease(channel, line, me, int(connection.execute(made).scalar_one())), ours=True)
    holder, number, lives = found
    if holder == me or lives:
        return Taken(Lease(channel, line, holder, int(number)), ours=holder == me)
    if connection.execute(query.with_for_update(of=leases, skip_locked=True)).one_or_none() != found:
        return unknown
    changed = update(leases).where(its).values(holder=me, number=NUMBER).returning(leases.c.number)
    return Taken(Lease(channel, line, me, int(connection.execute(changed).scalar_one())), ours=True, orphaned=True)


def still(connection: Connection, lease: Lease) -> None:
    """To the end of the transaction nobody takes it. Raises LeaseLostError when somebody has."""
    query = select(leases.c.number).where(*_it(lease)).with_for_update(read=True)
    if connection.execute(query).scalar() is None:
        raise LeaseLostError(f"{lease.channel} {lease.line}")


def release(connection: Connection, lease: Lease, whatever_waits: bool = False) -> bool:
    """Give it up; not, unless ``whatever_waits``, while something is open there. Whether it is given up."""
    conditions = [*_it(lease)]
    if not whatever_waits:
        conditions.append(~exists().where(*open_in(lease.channel, lease.line)))
    return connection.execute(delete(leases).where(*conditions)).rowcount > 0


def _it(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    c = leases.c
    return (c.channel == lease.channel, c.line == lease.line, c.holder == lease.holder, c.number == lease.number)


def open_in(channel: str, line: str) -> tuple[ColumnElement[bool], ...]:
    """What is open in a line; as the index knows it."""
    c = updates.c
    return (c.state == "open", c.channel == channel, c.line == line, c.line != "")


# -- what is open ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line in which something is open."""

    channel: str
    line: str
    count: int
    ours: bool
    """Held by the one who asks; else by nobody alive."""


def waiting(connection: Connection, me: str, channel: str, most: int) -> list[Waiting]:
    """Lines with something open that ``me`` or nobody alive holds; what has waited longest first."""
    joined = updates.outerjoin(
        leases, and_(leases.c.channel == updates.c.channel, leases.c.line == updates.c.line)
    ).outerjoin(replicas, and_(replicas.c.id == leases.c.holder, replicas.c.until > NOW))
    ours = func.coalesce(leases.c.holder == me, False)
    query = (
        select(updates.c.line, func.count(), ours)
        .select_from(joined)
        .where(updates.c.state == "open", updates.c.channel == channel, updates.c.line != "")
        .where(ours | replicas.c.id.is_(None))
        .group_by(updates.c.line, ours)
        .order_by(func.min(updates.c.seq))
        .limit(most)
    )
    return [Waiting(channel, str(line), int(count), bool(mine)) for line, count, mine in connection.execute(query)]


def place(connection: Connection, channel: str, delivery: str, line: str) -> None:
    """Say in which line something is that was received when nobody asked for lines."""
    its = (updates.c.channel == channel, updates.c.delivery == delivery)
    connection.execute(update(updates).where(*its).values(line=line))


def start_again(connection: Connection, channel: str, line: str) -> None:
    """What is open there was found so after a replica's death."""
    connection.execute(update(updates).where(*open_in(channel, line)).values(starts=updates.c.starts + 1))


# -- telling one another -----------------------------------------------------------------------------------------------


def tell(connection: Connection, told: Sequence[str]) -> None:
    """Tell every replica, when the transaction is committed."""
    connection.execute(text("SELECT pg_notify(:name, :told)"), {"name": NOTICES, "told": json.dumps(list(told))})
