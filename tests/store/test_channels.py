"""A database of the version before channels were told apart: all of it is kept, and what was open is answered.

made_by_0005.sql was written by that version, from a talk with the stand-in server: a question with a thumb down, one
that was handed on and answered once by the staff, and then three deliveries that were journalled and not answered.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from bot.channels.telegram.context import failure_of
from bot.days import BEIJING
from bot.service.turns import Turns
from bot.serving.reply_cache import RecentReplies
from bot.staff.roles import Role, Staff
from bot.store import tickets
from bot.store.backup import back_up, restore
from bot.store.keys import Delivery, Talk
from bot.store.migrate import current_revision, migrate
from bot.store.store import Received, Store, parsed_url
from bot.store.tables import feedback, metadata, questions
from tests.botapi import BotApi
from tests.store.test_store import url
from tests.telegram.direct import Played

__all__ = ["url"]

DUMP = Path(__file__).with_name("made_by_0005.sql")
ALICE, WANG, ROOM = 5000003, 5000002, -1000000004002
DAY = 86_400.0
NOW = datetime(2025, 10, 13, 11, 0, tzinfo=BEIJING)


def old_rows() -> dict[str, list[dict[str, Any]]]:
    """The rows of the old database by table."""
    with sqlite3.connect(":memory:") as database:
        database.executescript(DUMP.read_text(encoding="utf-8"))
        database.row_factory = sqlite3.Row
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {
            name: [dict(row) for row in database.execute(f"SELECT * FROM {name}")]
            for name in names
            if name not in ("alembic_version", "sqlite_sequence")
        }
    return as_of_now(rows)


def as_of_now(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows as if the last delivery had just come: what was answered is not kept for ever."""
    last = max(row["received"] for row in rows["updates"])
    later = time.time() - last
    return {
        name: [
            {
                column: value + later if isinstance(value, float) and abs(value - last) < DAY else value
                for column, value in row.items()
            }
            for row in of
        ]
        for name, of in rows.items()
    }


def make_old(url: str) -> None:
    """The old database, in SQLite or PostgreSQL."""
    engine = create_engine(parsed_url(url))
    with engine.begin() as connection:
        migrate(connection, "0005")
        for name, rows in old_rows().items():
            for row in rows:
                columns = ", ".join(f'"{column}"' for column in row)
                slots = ", ".join(f":{column}" for column in row)
                connection.execute(text(f"INSERT INTO {name} ({columns}) VALUES ({slots})"), row)
    engine.dispose()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    store.prepare()
    store.open()
    yield store
    await store.close()


def of(number: int) -> Delivery:
    return Delivery("telegram", str(number))


async def test_everything_is_kept_as_telegrams(url: str) -> None:
    make_old(url)
    before = old_rows()
    async with opened(url) as store:
        assert await store.counts() == {"done": 6, "open": 2, "aside": 1}
        talked = await store.conversation(Talk("telegram", str(ALICE), str(ALICE)))
        assert talked == before["conversations"][0]["data"]
        ticket = await store.transact(lambda c: tickets.by_number(c, 1))
        assert ticket is not None
        assert (ticket.channel, ticket.delivery, ticket.conversation) == ("telegram", "100000004", str(ALICE))
        assert (ticket.answers, ticket.open, ticket.message) == (1, True, "3")
        joined = questions.join(feedback, questions.c.delivery == feedback.c.delivery)
        query = select(questions.c.channel, questions.c.place, feedback.c.verdict).select_from(joined)
        assert await store.look(lambda c: c.execute(query).all()) == [("telegram", "private", "down")]
        for name in ("questions", "feedback", "ticket_openings", "ticket_answers", "daily", "notices"):
            count = text(f"SELECT count(*) FROM {name}")
            assert await store.transact(lambda c, q=count: c.execute(q).scalar()) == len(before[name]), name  # type: ignore[misc]
        assert await store.receive([Received(of(100000001), "{}", time.time())]) == set(), "it is known as answered"
        assert await store.receive([Received(Delivery("other", "100000001"), "{}", time.time())]), "another channel's"


async def test_what_was_open_is_answered_and_a_persons_own_is_found(url: str, recent: RecentReplies) -> None:
    make_old(url)
    server = BotApi()
    async with opened(url) as store:
        room, wang = server.group("工作群"), server.person("王")
        staff = Staff({wang.id: Role.VIEWER})
        bot = Played(server, store, recent, staff=staff, staff_chat=room.id, now=lambda: NOW)
        assert (bot.alice.id, wang.id, room.id) == (ALICE, WANG, ROOM), "the numbers that the old database has"
        await bot.application.initialize()
        turns = Turns(store, failure_of=failure_of)
        assert await bot.queue.recover(bot.application.bot, turns) == 2
        while not bot.queue.empty():
            item = await bot.queue.get()
            await bot.processor.process_update(item, bot.application.process_update(item))
        assert "5万元" in server.sent[0].text, "the follow-up knows what was talked about"
        passed = next(s for s in server.sent if "人工答复" in s.text)
        assert "第二次答复" in passed.text
        assert passed.chat_id == ALICE
        assert await store.counts() == {"done": 8, "aside": 1}
        ticket = await store.transact(lambda c: tickets.by_number(c, 1))
        assert ticket is not None
        assert ticket.answers == 2
        gone = await store.forget(bot.office.askers.of(ALICE), "telegram", str(ALICE))
        assert (gone.questions, gone.verdicts, gone.conversations, gone.aside, gone.tickets) == (4, 1, 1, 1, 1)
        await bot.application.shutdown()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_backup_of_the_old_version_is_put_back(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Made while the database was of the old form; put back, it is of the new one."""
    from tests.telegram.postgres import fresh_database

    if kind == "sqlite":
        old, new = f"sqlite:///{tmp_path / 'old.db'}", f"sqlite:///{tmp_path / 'new.db'}"
    else:
        server = str(request.getfixturevalue("postgres_url"))
        old, new = fresh_database(server), fresh_database(server)
    make_old(old)
    assert back_up(old, tmp_path / "old.zip", {}).revision == "0005"
    restore(tmp_path / "old.zip", new, {})
    async with opened(new) as store:
        assert (await store.counts())["done"] == 6
        opened_next = await store.transact(
            lambda c: tickets.open_one(c, of(5), ("1", "1", "1"), "?", "", time.time(), asker="x")
        )
        assert isinstance(opened_next, tickets.Ticket)
        assert opened_next.id == 2, "numbers go on"
        assert await store.receive([Received(of(77), "{}", time.time())]) == {of(77)}, "and so do sequences"


def test_a_kill_in_the_middle_of_the_upgrade_leaves_the_old_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = f"sqlite:///{tmp_path / 'store.db'}"
    make_old(here)
    from alembic import op

    class KilledError(Exception):
        """In place of kill -9: the connection is gone, and nothing was committed."""

    def killed(*_: object, **__: object) -> None:
        raise KilledError

    engine = create_engine(here)
    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", killed)
        with pytest.raises(KilledError), engine.connect() as connection, connection.begin():
            migrate(connection)
    with engine.connect() as connection:
        assert current_revision(connection) == "0005"
        assert connection.execute(text("SELECT count(update_id) FROM updates")).scalar() == 9
    engine.dispose()
    Store(here).prepare()
    with sqlite3.connect(tmp_path / "store.db") as database:
        assert database.execute("SELECT count(delivery) FROM updates").fetchone() == (9,)


def test_the_migrations_make_the_tables_that_the_program_knows(url: str) -> None:
    store = Store(url)
    store.prepare()
    with store.engine.connect() as connection:
        from sqlalchemy import inspect

        made = inspect(connection)
        for table in metadata.tables.values():
            columns = {c["name"]: c["nullable"] for c in made.get_columns(table.name)}
            assert columns == {c.name: c.nullable for c in table.columns}, table.name
            known = {i["name"] for i in made.get_indexes(table.name) if not i.get("unique")}
            assert known == {i.name for i in table.indexes}, table.name
            primary = made.get_pk_constraint(table.name)["constrained_columns"]
            assert sorted(primary) == sorted(c.name for c in table.primary_key.columns), table.name
    store.engine.dispose()


def test_the_old_database_holds_what_the_tests_speak_of() -> None:
    rows = old_rows()
    assert re.search("那重新认定呢", rows["updates"][6]["raw"])
    assert [row["state"] for row in rows["updates"]].count("open") == 2
