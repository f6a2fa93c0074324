"""The store on a real SQLite file, and on a real PostgreSQL server where there is one."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, select, text

from bot.store import notices as notices_of
from bot.store.causes import UnusableDatabaseError
from bot.store.keys import Delivery, Talk
from bot.store.migrate import NewerSchemaError, migrate
from bot.store.store import Change, Kept, Received, Store, Verdict, shown_url
from bot.store.tables import metadata, notices, updates
from tests.patience import PATIENCE


@asynccontextmanager
async def opened(url: str, set_aside: Callable[[], object] = lambda: None) -> AsyncIterator[Store]:
    store = Store(url, set_aside=set_aside)
    store.prepare()
    store.open()
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    url = str(request.getfixturevalue("postgres_url"))
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for table in (*metadata.tables, "alembic_version"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
    engine.dispose()
    return url


def of(number: int) -> Delivery:
    return Delivery("telegram", str(number))


def received(*ids: int) -> list[Received]:
    return [Received(of(i), f'{{"update_id":{i}}}', time.time()) for i in ids]


def talk(name: str) -> Talk:
    conversation, _, person = name.partition(":")
    return Talk("telegram", conversation, person)


def kept(name: str, data: str, at: float = 1.0) -> Kept:
    return Kept(talk(name), data, at)


async def test_the_journal_keeps_what_is_open_in_order_of_arrival(url: str) -> None:
    async with opened(url) as store:
        assert await store.receive(received(30, 7, 12)) == {of(30), of(7), of(12)}
        assert await store.receive(received(7, 5)) == {of(5)}, "an id that is known is not new"
        await store.change(Change(stepped=(of(12), 2)))
        await store.change(Change(done=of(30)))
        await store.change(Change(aside=(of(7), "broken")))
    async with opened(url) as store:  # as after a restart
        await store.started("telegram")
        found = await store.still_open("telegram", 0, 10)
        assert [(o.delivery, o.steps, o.starts) for o in found] == [(of(12), 2, 1), (of(5), 0, 1)]
        assert await store.counts() == {"open": 2, "done": 1, "aside": 1}
        assert [o.delivery for o in await store.still_open("telegram", found[0].seq, 10)] == [of(5)]
        assert await store.receive(received(30)) == set(), "ids of answered ones are remembered"


async def test_what_an_answered_update_said_is_not_kept(url: str) -> None:
    async with opened(url) as store:
        await store.receive([Received(of(1), '{"text":"机密"}', time.time())])
        await store.change(Change(done=of(1)))
        with store.engine.connect() as connection:
            assert connection.execute(text("SELECT raw FROM updates")).scalar() == ""


async def test_conversations_and_verdicts_are_written_over(url: str) -> None:
    async with opened(url) as store:
        assert await store.conversation(talk("1:2")) is None
        await store.change(Change(kept=[kept("1:2", '{"clause":"a"}', 1.0)]))
        await store.change(Change(kept=[kept("1:2", '{"clause":"b"}', 2.0)]))
        assert await store.conversation(talk("1:2")) == '{"clause":"b"}'
        for verdict in ("up", "down"):
            await store.change(Change(verdicts=[Verdict("1:9:2", "p/1.1", verdict, "", 3.0)]))
        with store.engine.connect() as connection:
            assert connection.execute(text("SELECT key, verdict FROM feedback")).all() == [("1:9:2", "down")]


async def test_a_thousand_writes_at_once_are_few_commits(url: str) -> None:
    async with opened(url) as store:
        commits: list[object] = []
        event.listen(store.engine, "commit", commits.append)
        await asyncio.gather(*(store.receive(received(i)) for i in range(1000)))
        assert len(commits) < 100
        assert await store.counts() == {"open": 1000}


async def test_no_write_looks_through_all_that_was_received(tmp_path: Path) -> None:
    """Else each message costs more than the one before it: what is answered is kept for two days."""
    path = tmp_path / "store.db"
    said: list[tuple[str, Any]] = []
    async with opened(f"sqlite:///{path}") as store:
        await store.change(Change())  # the first commit tidies, and looks through all that it may remove
        event.listen(store.engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: said.append((sql, values)))
        await store.receive(received(1, 2), [Kept(talk("7:1"), "{}", 1.0)])
        await store.change(Change(stepped=(of(1), 1)))
        await store.change(Change(done=of(1), kept=[Kept(talk("7:1"), "{}", 2.0)], aside=(of(2), "unreadable")))
        await store.conversation(talk("7:1"))
    plans = []
    with closing(sqlite3.connect(path)) as database:
        for sql, values in said:
            if sql.split()[0] in ("SELECT", "UPDATE", "INSERT", "DELETE"):
                one = values[0] if isinstance(values, list) else values
                plans += [(sql, row[3]) for row in database.execute(f"EXPLAIN QUERY PLAN {sql}", one)]
    assert any("updates" in plan for _, plan in plans)
    assert [plan for plan in plans if plan[1].startswith("SCAN")] == []


async def test_text_with_nul_and_lone_surrogates_is_stored(url: str) -> None:
    async with opened(url) as store:
        await store.receive([Received(of(1), '{"a":"\x00b"}', time.time())])
        assert [o.raw for o in await store.still_open("telegram", 0, 1)] == ['{"a":"b"}']


class UnwritableError(Exception):
    """A fault of the one who writes."""


def faulty(connection: Connection) -> None:
    """Writes, and then fails."""
    connection.execute(notices.insert().values(key="half", at=0.0))
    raise UnwritableError


def twice(connection: Connection) -> None:
    """What the database itself refuses."""
    for _ in range(2):
        connection.execute(notices.insert().values(key="twice", at=0.0))


def wrong(connection: Connection) -> None:
    """Wrong SQL."""
    connection.exec_driver_sql("SELECT nothing FROM nowhere")


@pytest.mark.parametrize("fault", [faulty, twice, wrong])
async def test_a_write_that_fails_by_itself_harms_no_other(
    url: str, fault: Callable[[Connection], None], caplog: pytest.LogCaptureFixture
) -> None:
    set_aside: list[int] = []
    async with opened(url, lambda: set_aside.append(1)) as store:
        await store.receive(received(*range(1, 41)))
        caplog.clear()
        for n in range(1, 41):  # at once, so most of them in one commit
            store.change_soon(Change(done=of(n), kept=[kept(f"{n}:1", "{}")], also=[fault] if n == 17 else ()))
        heard = await asyncio.gather(
            store.change(Change(kept=[kept("a:1", "{}")])),
            store.change(Change(kept=[kept("b:1", "{}")], also=[fault])),
            store.transact(fault),
            store.transact(lambda connection: connection.execute(text("SELECT 7")).scalar()),
            return_exceptions=True,
        )
        assert heard[0] is None
        assert isinstance(heard[1], Exception)
        assert isinstance(heard[2], Exception)
        assert heard[3] == 7
        assert await store.counts() == {"done": 39, "aside": 1}
        assert [await store.conversation(talk(key)) for key in ("16:1", "17:1", "18:1", "a:1", "b:1")] == [
            "{}",
            None,
            "{}",
            "{}",
            None,
        ]
        query = select(updates.c.delivery, updates.c.error).where(updates.c.state == "aside")
        aside = await store.look(lambda connection: connection.execute(query).all())
        assert [(row[0], row[1].partition(":")[0]) for row in aside] == [("17", "answered, but not recorded")]
        assert set_aside == [1]
        assert await store.look(notices_of.told) == set(), "nothing of what failed was written"
        assert store.failing_since is None
    faults = [r for r in caplog.records if r.message == "store_fault"]
    assert sorted(str(vars(r)["delivery"]) for r in faults) == ["17", "None", "None"]


async def test_what_can_not_be_tidied_holds_up_no_write(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.store.store.KEEP_DONE", "no number")
    async with opened(url) as store:
        assert await store.receive(received(1)) == {of(1)}
        await store.change(Change(done=of(1)))
        assert await store.counts() == {"done": 1}
    assert [r.message for r in caplog.records if r.levelname == "ERROR"] == ["store_not_tidied"]


async def test_a_locked_database_is_waited_for_and_told(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    async with opened(f"sqlite:///{path}") as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        writing = asyncio.create_task(store.receive(received(1)))
        async with asyncio.timeout(PATIENCE):
            while store.failing_since is None:
                await asyncio.sleep(0.05)
        assert store.failing_since is not None
        assert not writing.done()
        other.execute("COMMIT")
        other.close()
        assert await asyncio.wait_for(writing, PATIENCE) == {of(1)}
        assert store.failing_since is None


async def test_why_no_writes_are_taken_is_named_and_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.store.BACKOFF", (0.01,))
    async with opened(f"sqlite:///{tmp_path / 'store.db'}") as store:
        await store.counts()

        def limited(connection: Connection) -> None:
            connection.exec_driver_sql("PRAGMA max_page_count=1")  # as a disk that is full

        await store.transact(limited)
        caplog.clear()
        big = Received(of(1), "x" * 1_000_000, time.time())
        writing = asyncio.create_task(store.receive([big]))
        async with asyncio.timeout(PATIENCE):
            while store.failing_since is None:
                await asyncio.sleep(0.01)
        assert store.failing_for == "full"
        assert await asyncio.wait_for(writing, PATIENCE) == {of(1)}, (
            "a new connection has no limit: there is room again"
        )
    (failing,) = [r for r in caplog.records if r.message == "store_failing"]
    assert vars(failing)["cause"] == "full"
    assert "腾出空间" in vars(failing)["remedy"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes where nobody may")
def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o500)
    with pytest.raises(UnusableDatabaseError, match="只能读") as caught:
        Store(f"sqlite:///{folder / 'store.db'}").prepare()
    assert not caught.value.passing, "waiting mends nothing"


def test_a_database_that_can_only_be_read_is_named_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    make = Store(f"sqlite:///{path}")
    with make.engine.begin() as connection:
        migrate(connection, "0005")
    make.engine.dispose()
    with pytest.raises(UnusableDatabaseError, match="只能读") as caught:
        Store(f"sqlite:///file:{path}?mode=ro&uri=true").prepare()
    assert caught.value.cause == "read-only"


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    Store(f"sqlite:///{path}").prepare()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchemaError, match="9999"):
        Store(f"sqlite:///{path}").prepare()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "不是数据库地址"),
        ("mysql://x/y", "只支持"),
        ("sqlite:////nonexistent-folder/x.db", "数据库用不了"),
        ("postgresql://u:pa55word@127.0.0.1:9/db", "数据库用不了"),
    ],
)
def test_an_unusable_database_is_named_without_its_password(url: str, says: str) -> None:
    with pytest.raises(UnusableDatabaseError, match=says) as caught:
        Store(url).prepare()
    assert "pa55word" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"this is no database at all, " * 100)
    before = path.read_bytes()
    with pytest.raises(UnusableDatabaseError, match="数据库用不了"):
        Store(f"sqlite:///{path}").prepare()
    assert path.read_bytes() == before


def test_the_shown_url_hides_the_password() -> None:
    assert "pw" not in shown_url("postgresql://u:pw@h/d")
