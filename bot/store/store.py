"""The store: one thread that writes, many small writes in one commit.

A commit costs the same for one row as for a hundred, so writes that wait are committed together. Each write is
harmless when repeated: while the database fails, a commit is tried again until it succeeds, and the bot goes on from
there. A write that fails by itself harms no other: the batch is halved until it is alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, bindparam, create_engine, event, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from bot.store import notices, questions, staged, tickets, web
from bot.store.causes import REMEDIES, Cause, UnusableDatabaseError, cause_of, own_fault, reason_of
from bot.store.inbox import Inbox
from bot.store.keys import FIRST, Delivery, Talk
from bot.store.leases import LeaseLostError
from bot.store.migrate import migrate, one_upgrade_at_a_time
from bot.store.private import make_private
from bot.store.questions import Asked, Forgotten
from bot.store.tables import conversations, feedback, updates
from knowledge.files.oserrors import which

log = logging.getLogger(__name__)
T = TypeVar("T")
_LONE = re.compile("[\ud800-\udfff]")
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

BACKOFF = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries while the database fails; the last one again and again."""
KEEP_DONE = 2 * 86_400.0
"""Seconds for which the id of a done update is kept: Telegram may deliver one again for 24 hours."""
KEEP_CONVERSATION = 30 * 86_400.0
"""Seconds after which a conversation is forgotten."""
TIDY_EVERY = 600.0
"""Seconds between removals of what is no longer kept."""
BUSY_WAIT = 2.0
"""Seconds that SQLite waits for another program's lock before it gives up a try."""


@dataclass(frozen=True)
class Received:
    """Something delivered, to be journalled."""

    delivery: Delivery
    raw: str
    """As received, such as JSON."""
    at: float
    aside: str = ""
    """Why it is set aside at once; empty for what is to be answered."""
    person: str = ""
    """Who sent it, by the channel's name; empty when that is not known."""
    line: str = ""
    """What it is kept in order with, where replicas share the journal."""


@dataclass(frozen=True)
class Open:
    """What still has to be answered."""

    seq: int
    delivery: Delivery
    raw: str
    received: float
    steps: int
    starts: int


@dataclass(frozen=True)
class Verdict:
    """What a person thinks of an answer."""

    key: str
    target: str
    verdict: str
    reason: str
    at: float
    asker: str = ""
    """A keyed hash of who judged."""
    delivery: Delivery | None = None
    """Of the question that was answered, if that is known."""
    channel: str = FIRST
    comment: str = ""

    def row(self) -> dict[str, Any]:
        """The columns."""
        return vars(self) | {"delivery": self.delivery.id if self.delivery is not None else None}


@dataclass(frozen=True)
class Kept:
    """What a conversation remembers from here on."""

    talk: Talk
    data: str
    """JSON."""
    at: float


@dataclass
class Change:
    """What one commit-worthy moment changes; all parts optional."""

    received: Sequence[Received] = ()
    stepped: tuple[Delivery, int] | None = None
    """How many steps of it are done."""
    done: Delivery | None = None
    aside: tuple[Delivery, str] | None = None
    """What is given up on, and why."""
    kept: Sequence[Kept] = ()
    verdicts: Sequence[Verdict] = ()
    also: Sequence[Callable[[Connection], object]] = ()
    """What else is written in the same commit; each harmless when it is done again."""
    asked: Sequence[Asked] = ()
    replaced: Sequence[Delivery] = ()
    """Questions that were only the beginning of another one."""
    counted: Sequence[tuple[str, str, str]] = ()
    """(day, kind, name): one more of them. The one thing that is not harmless when repeated: a count may be one off."""


@dataclass
class _Job:
    change: Change | None = None
    read: Callable[[Connection], Any] | None = None
    future: asyncio.Future[Any] | None = None
    then: Callable[[], object] | None = None
    result: Any = field(default=None)


class Store:
    """Journal, conversations, feedback and questions in one database. One event loop uses it."""

    def __init__(self, url: str, keep_days: int = 90, set_aside: Callable[[], object] = lambda: None) -> None:
        """``keep_days``: for how many days questions and verdicts are kept before only their counts are.

        ``set_aside``: called, by the writing thread, when something is set aside because its last write can't be made.
        """
        self.url = url
        self.keep_days = keep_days
        self.engine = _engine(url)
        self.shared = False
        """Whether other replicas write here, too: what is remembered in memory may be out of date."""
        self.failing_since: float | None = None
        """Monotonic time since which the database takes no writes; None when all is well."""
        self.failing_for: Cause = "other"
        """Why, while it takes none."""
        self._set_aside = set_aside
        self._connection: Connection | None = None
        """The writing thread's."""
        self._durable: bool | None = None
        """Whether SQLite is set to outlast a power cut; None when not yet known."""
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        self._keep = _upsert(insert(conversations), ["channel", "conversation", "person"])
        self._judge = _upsert(insert(feedback), ["key"])
        self._inbox: Inbox[_Job] = Inbox(lambda job: job.future is not None, lambda job: job.then is not None)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)
        self._closing = threading.Event()
        self._tidied = 0.0

    def prepare(self, beside: Iterable[Path] = ()) -> None:
        """Create or upgrade the tables. Raises UnusableDatabaseError.

        ``beside``: files that change with the database; what a restore that was killed left to do with them is done.
        """
        make_private(parsed_url(self.url))
        try:
            with self.engine.begin() as connection:
                if self.engine.dialect.name == "postgresql":
                    one_upgrade_at_a_time(connection)
                migrate(connection)
                placed, left = staged.settle(connection, beside)
        except SQLAlchemyError as error:
            cause = cause_of(error)
            told = "：".join(filter(None, ["数据库用不了", REMEDIES[cause], reason_of(error)]))
            raise UnusableDatabaseError(f"{told}（{shown_url(self.url)}）", cause) from error
        except OSError as error:
            told = f"上次的恢复没有做完，有文件写不了：{which(error)}；请检查权限和磁盘"
            raise UnusableDatabaseError(told) from error
        if placed:
            log.warning("restore_finished", extra={"files": [str(path) for path in placed]})
        if left:
            remedy = "from a restore that ended before its commit and changed nothing: restore again, or delete them"
            log.warning("restore_left", extra={"files": [str(path) for path in left], "remedy": remedy})

    def open(self) -> None:
        """Start the writing thread; to be called in the event loop that will use the store."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def close(self, timeout: float = 5.0) -> None:
        """Write what waits, within the time, and end."""
        self._closing.set()
        self._inbox.close()
        await asyncio.to_thread(self._thread.join, timeout)
        self.engine.dispose()

    # -- the journal -------------------------------------------------------------------------------------------------

    async def receive(self, received: Sequence[Received], kept: Sequence[Kept] = ()) -> set[Delivery]:
        """Journal what was delivered, and what is ``kept`` with it; gives what is new, when it is safely stored."""
        return cast(set[Delivery], await self._do(_Job(change=Change(received=received, kept=kept))) or set())

    async def change(self, change: Change) -> None:
        """Write; returns when it is committed."""
        await self._do(_Job(change=change))

    def change_soon(self, change: Change, then: Callable[[], object] | None = None) -> None:
        """Write with the next commit, without waiting; ``then`` is called, in the loop, when it is done or failed.

        When the change itself can't be written, nobody waits to hear of it: that is logged, and what it ticks off is
        set aside.
        """
        self._inbox.put(_Job(change=change, then=then))

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` gives, done in a commit by the thread that writes; ``work`` must be harmless when repeated."""
        return await self._read(work)

    async def started(self, channel: str) -> None:
        """Count a program start for everything of the channel that is open."""
        its = (updates.c.state == "open", updates.c.channel == channel)
        statement = update(updates).where(*its).values(starts=updates.c.starts + 1)
        await self._read(lambda connection: connection.execute(statement) and None)

    async def still_open(self, channel: str, after: int, most: int) -> list[Open]:
        """What is open, in order of arrival: what comes after sequence number ``after``."""
        columns = [updates.c[n] for n in ("seq", "delivery", "raw", "received", "steps", "starts")]
        its = (updates.c.state == "open", updates.c.channel == channel, updates.c.seq > after)
        query = select(*columns).where(*its).order_by(updates.c.seq).limit(most)

        def read(connection: Connection) -> list[Open]:
            return [Open(row[0], Delivery(channel, row[1]), *row[2:]) for row in connection.execute(query)]

        return await self._read(read)

    async def counts(self) -> dict[str, int]:
        """Number of deliveries by state."""
        query = select(updates.c.state, func.count()).group_by(updates.c.state)
        return await self._read(lambda connection: {row[0]: int(row[1]) for row in connection.execute(query)})

    async def conversation(self, talk: Talk) -> str | None:
        """What is remembered of a conversation, as JSON."""
        c = conversations.c
        its = (c.channel == talk.channel, c.conversation == talk.conversation, c.person == talk.person)
        query = select(c.data).where(*its)
        return await self._read(lambda connection: connection.execute(query).scalar())

    async def forget(self, asker: str, channel: str, person: str) -> Forgotten:
        """Delete what is kept about a person; ``asker``: the person's hash."""
        return await self._read(lambda connection: questions.forget(connection, asker, channel, person))

    async def change_with(self, write: Callable[[Connection], None]) -> None:
        """Write by hand; ``write`` may be run again when a commit failed. Committed when this returns."""
        await self._read(write)

    async def note(self, key: str, at: float) -> None:
        """The staff were told something; committed when this returns."""
        await self._read(lambda connection: notices.note(connection, key, at))

    async def look(self, read: Callable[[Connection], T]) -> T:
        """Read at length: in a thread and with a connection of its own, so that no write waits for it.

        It sees all that was written before, what waits for the next commit included; so it waits while the database
        takes no writes.
        """

        def run() -> T:
            with self.engine.connect() as connection:
                return read(connection)

        await self._do(_Job())
        return await asyncio.to_thread(run)

    # -- the thread --------------------------------------------------------------------------------------------------

    async def _read(self, read: Callable[[Connection], T]) -> T:
        return cast(T, await self._do(_Job(read=read)))

    async def _do(self, job: _Job) -> Any:
        assert self._loop is not None, "open() comes first"
        job.future = self._loop.create_future()
        self._inbox.put(job)
        return await job.future

    def _work(self) -> None:
        ending = False
        while not ending:
            jobs, ending = self._inbox.take()
            if jobs:
                self._commit(jobs)
        self._disconnect()

    def _commit(self, jobs: list[_Job]) -> None:
        """Commit the jobs together; those that can't be, by a fault of their own, fail alone."""
        for attempt in range(10**9):
            try:
                self._transact(jobs)
            except Exception as error:
                self._disconnect()
                if own_fault(error):
                    self._alone(jobs, error)
                    return
                self._failed(error)
                if self._closing.is_set():
                    break  # what is not written stays unconfirmed or open, and is answered after the next start
                time.sleep(BACKOFF[min(attempt, len(BACKOFF) - 1)])
                continue
            if self.failing_since is not None:
                log.warning("store_recovered", extra={"seconds": round(time.monotonic() - self.failing_since, 1)})
                self.failing_since = None
            self._tidy_in_time()
            break
        else:  # pragma: no cover
            return
        self._settle(jobs, None)

    def _failed(self, error: Exception) -> None:
        """Note, and tell once, that the database takes no writes and why; anew when it is for another reason."""
        cause = cause_of(error)
        if self.failing_since is None or cause != self.failing_for:
            log.error("store_failing", extra={"cause": cause, "reason": reason_of(error), "remedy": REMEDIES[cause]})
        self.failing_for = cause
        self.failing_since = self.failing_since or time.monotonic()

    def _alone(self, jobs: list[_Job], error: Exception) -> None:
        """Find the job that has the fault by halves, in order; the others are committed."""
        if len(jobs) > 1:
            half = len(jobs) // 2
            self._commit(jobs[:half])
            self._commit(jobs[half:])
            return
        (job,) = jobs
        done = None if job.change is None else job.change.done
        given_up = None if job.change is None or job.change.aside is None else job.change.aside[0]
        self._settle(jobs, error)
        if isinstance(error, LeaseLostError):  # whoever has the lease now answers it
            return
        log.error("store_fault", exc_info=error, extra=named(given_up if done is None else done))
        if job.future is None and done is not None:
            reason = f"answered, but not recorded: {type(error).__name__}"
            log.error("update_set_aside", extra=named(done) | {"reason": reason})
            self._set_aside()
            self._commit([_Job(change=Change(aside=(done, reason)))])

    def _settle(self, jobs: list[_Job], error: Exception | None) -> None:
        assert self._loop is not None

        def settle() -> None:
            for job in jobs:
                if job.then is not None:
                    job.then()
                if job.future is not None and not job.future.done():
                    if error is None:
                        job.future.set_result(job.result)
                    else:
                        job.future.set_exception(error)

        if any(job.future is not None or job.then is not None for job in jobs) and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(settle)

    def _transact(self, jobs: list[_Job]) -> None:
        """One commit.

        An arrival must outlast a power cut, since Telegram is told of it; a lost tick only repeats an answer. Among
        replicas ticks and leases must outlast a server that is killed, too: others would answer what was answered.
        """
        if self._connection is None:
            self._connection, self._durable = self.engine.connect(), None
        connection = self._connection
        arrives = any(job.change is not None and job.change.received for job in jobs)
        if self.engine.dialect.name == "sqlite" and self._durable is not arrives:  # to be set outside a transaction
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if arrives else 'NORMAL'}")
            connection.rollback()
            self._durable = arrives
        with connection.begin():
            if self.engine.dialect.name == "postgresql" and not arrives and not self.shared:
                connection.exec_driver_sql("SET LOCAL synchronous_commit=off")
            changes = [job.change for job in jobs if job.change is not None]
            if arrives:
                self._receive(connection, jobs)
            self._write(connection, changes)
            for job in jobs:
                if job.read is not None:
                    job.result = job.read(connection)

    def _disconnect(self) -> None:
        """Begin the next try with a new connection."""
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None

    def _receive(self, connection: Connection, jobs: Iterable[_Job]) -> None:
        wanted = [(job, job.change.received) for job in jobs if job.change is not None and job.change.received]
        ids = [item.delivery.id for _, received in wanted for item in received]
        ids += ids[-1:] * ((1 << (len(ids) - 1).bit_length()) - len(ids))  # few lengths, so few statements to keep
        channels = sorted({item.delivery.channel for _, received in wanted for item in received})
        known = {Delivery(*row) for row in connection.execute(_KNOWN, {"ids": ids, "channels": channels})}
        rows = []
        for job, received in wanted:
            new = set()
            for item in received:
                if item.delivery not in known:
                    known.add(item.delivery)
                    new.add(item.delivery)
                    rows.append(_row(item))
            job.result = new
        if rows and self.shared:
            self._receive_beside_others(connection, rows, [job for job, _ in wanted])
        elif rows:
            connection.execute(_NEW, rows)

    def _receive_beside_others(self, connection: Connection, rows: list[dict[str, Any]], jobs: list[_Job]) -> None:
        """Another replica may have received the same in this moment: it is new to one of the two."""
        insert = postgresql.insert(updates).on_conflict_do_nothing().returning(updates.c.channel, updates.c.delivery)
        made = {Delivery(*row) for row in connection.execute(insert, rows)}
        for job in jobs:
            job.result &= made

    def _write(self, connection: Connection, changes: Sequence[Change]) -> None:
        done = {c.done for c in changes if c.done is not None}
        stepped = {c.stepped[0]: c.stepped[1] for c in changes if c.stepped is not None and c.stepped[0] not in done}
        aside = [c.aside for c in changes if c.aside is not None]
        kept = {one.talk: one for c in changes for one in c.kept}
        verdicts = {v.key: v for c in changes for v in c.verdicts}
        if stepped:
            connection.execute(_STEPPED, [_which(d) | {"n": n} for d, n in stepped.items()])
        if done:
            connection.execute(_DONE, [_which(d) for d in done])
        if aside:
            connection.execute(_ASIDE, [_which(d) | {"why": questions.clean(why)[:2000]} for d, why in aside])
        if kept:
            rows = [_talk(one.talk) | {"data": one.data, "updated": one.at} for one in kept.values()]
            connection.execute(self._keep, rows)
        if verdicts:
            connection.execute(self._judge, [v.row() for v in verdicts.values()])
        for change in changes:
            for work in change.also:
                work(connection)
        replaced = {begun for c in changes for begun in c.replaced}
        asked = [a for c in changes for a in c.asked]
        if asked or replaced:
            questions.write_questions(connection, asked, replaced)
        questions.count(connection, Counter(key for c in changes for key in c.counted))

    def _tidy_in_time(self) -> None:
        """Remove what is no longer kept, in a commit of its own: no write fails because of it."""
        now = time.time()
        if now - self._tidied <= TIDY_EVERY or self._connection is None:
            return
        self._tidied = now
        try:
            with self._connection.begin():
                self._tidy(self._connection, now)
        except Exception as error:
            self._disconnect()
            log.error("store_not_tidied", exc_info=error, extra={"next_try_seconds": TIDY_EVERY})

    def _tidy(self, connection: Connection, now: float) -> None:
        connection.execute(updates.delete().where(updates.c.state == "done", updates.c.received < now - KEEP_DONE))
        connection.execute(conversations.delete().where(conversations.c.updated < now - KEEP_CONVERSATION))
        web.tidy(connection, now - KEEP_CONVERSATION)
        tickets.tidy(connection, self.keep_days, now)
        questions.fold(connection, self.keep_days, now)


def _row(item: Received) -> dict[str, Any]:
    """A new row of the journal."""
    return {
        "channel": item.delivery.channel,
        "delivery": item.delivery.id,
        "person": item.person,
        "line": item.line,
        "received": item.at,
        "state": "aside" if item.aside else "open",
        "steps": 0,
        "starts": 0,
        "raw": item.raw.replace("\x00", ""),  # PostgreSQL takes no NUL in text
        "error": item.aside,
    }


def named(delivery: Delivery | None) -> dict[str, str | None]:
    """How the log names what was delivered."""
    if delivery is None:
        return {"delivery": None}
    return {"channel": delivery.channel, "delivery": delivery.id}


def _which(delivery: Delivery) -> dict[str, Any]:
    return {"by": delivery.channel, "one": delivery.id}


def _talk(talk: Talk) -> dict[str, Any]:
    return {"channel": talk.channel, "conversation": talk.conversation, "person": talk.person}


def _upsert(insert: Any, keys: list[str]) -> Any:
    """The insert, written over what has the same keys."""
    columns = {column.name: insert.excluded[column.name] for column in insert.table.columns if column.name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=columns)


_KNOWN = select(updates.c.channel, updates.c.delivery).where(
    updates.c.channel.in_(bindparam("channels", expanding=True)),  # the key begins with it
    updates.c.delivery.in_(bindparam("ids", expanding=True)),
)
_NEW = updates.insert()
_ITS = update(updates).where(updates.c.channel == bindparam("by"), updates.c.delivery == bindparam("one"))
_STEPPED = _ITS.values(steps=bindparam("n"))
_DONE = _ITS.values(state="done", raw="", person="")
_ASIDE = _ITS.values(state="aside", error=bindparam("why"))


def parsed_url(url: str) -> URL:
    """The database's address, with the driver that is used. Raises UnusableDatabaseError."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UnusableDatabaseError(
            "POLICYBOT_DATABASE 不是数据库地址；写作 sqlite:////路径/文件.db 或 postgresql://用户:密码@主机/库"
        ) from None
    name = parsed.get_backend_name()
    if name not in ("sqlite", "postgresql"):
        raise UnusableDatabaseError(f"POLICYBOT_DATABASE 只支持 sqlite 和 postgresql，不支持「{name}」")
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


_NETWORK = {
    **{"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3},
    "tcp_user_timeout": 15_000,
}
"""A network that swallows everything is noticed within a quarter of a minute."""


def pulse_engine(url: str) -> Engine:
    """One connection, beside the store's, for what must be done at once or not at all; PostgreSQL's."""
    quick = _NETWORK | {"connect_timeout": 3, "tcp_user_timeout": 4_000, "options": "-c statement_timeout=4000"}
    return create_engine(parsed_url(url), pool_size=1, max_overflow=0, connect_args=quick)


def _engine(url: str) -> Engine:
    parsed = parsed_url(url)
    try:
        if parsed.get_backend_name() == "postgresql":
            return create_engine(parsed, pool_size=2, max_overflow=0, pool_pre_ping=True, connect_args=_NETWORK)
        engine = create_engine(
            parsed, connect_args={"timeout": BUSY_WAIT, "check_same_thread": False}, pool_size=2, max_overflow=0
        )
    except (NoSuchModuleError, ModuleNotFoundError, TypeError) as error:
        raise UnusableDatabaseError(f"POLICYBOT_DATABASE 用不了：{error}") from error

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.close()

    return engine


def shown_url(url: str) -> str:
    """The URL with its password hidden."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "?"


def to_json(data: object) -> str:
    """Compact JSON that can be stored: half of a surrogate pair, which no encoding has, stays an escape."""
    text = _COMPACT.encode(data)
    return json.dumps(data, separators=(",", ":")) if _LONE.search(text) else text
