"""Backup and restore as commands: both ways, between both databases, and while updates arrive."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import sqlite3
import stat
import time
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from bot.settings import OVERLAY
from bot.staff.asker_hash import KEY_FILE
from bot.store import tickets
from bot.store.backup import MANIFEST, BackupError, back_up, restore
from bot.store.migrate import migrate
from bot.store.store import Change, Received, Store, parsed_url
from tests.botapi import BotApi
from tests.store.places import POSTGRES, SQLITE, Place
from tests.store.test_store import kept, of
from tests.telegram.process import Bot

WAYS = [(SQLITE, SQLITE), (SQLITE, POSTGRES), (POSTGRES, SQLITE), (POSTGRES, POSTGRES)]


@pytest.mark.parametrize(("before", "after"), WAYS)
async def test_all_of_it_comes_back_in_either_database(place: Any, tmp_path: Path, before: str, after: str) -> None:
    old, new, file = place(before, "old"), place(after, "new"), tmp_path / "backup.zip"
    await old.fill()
    done = await asyncio.to_thread(old.command, "backup", file)
    assert done.returncode == 0, done.stderr
    assert "questions 1 行" in done.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = await asyncio.to_thread(new.command, "restore", file)
    assert done.returncode == 0, done.stderr
    expected = old.rows()
    for row in expected["updates"]:
        if row["delivery"] == "7":  # too old to be answered now
            row |= {"state": "aside", "error": "restored from a backup, too late to answer"}
    assert new.rows() == expected
    for name in (KEY_FILE, OVERLAY):
        assert (new.folder / name).read_bytes() == (old.folder / name).read_bytes()
        assert stat.S_IMODE((new.folder / name).stat().st_mode) == 0o600
    store = Store(new.url)  # it goes on counting where it was
    store.prepare()
    store.open()
    assert await store.receive([Received(of(99), "{}", time.time())]) == {of(99)}
    assert await store.receive([Received(of(2), "{}", time.time())]) == set(), "what was answered is not answered again"
    await store.transact(lambda c: tickets.close(c, 1, "staff", 1.0))
    opened = await store.transact(
        lambda c: tickets.open_one(c, of(98), ("5", "5", "9"), "又", "", time.time(), asker="hash")
    )
    assert isinstance(opened, tickets.Ticket)
    assert opened.id == 2
    await store.close()


async def opened_next(url: str, number: int, person: int, asker: str, at: float) -> int:
    """The number that the next ticket gets; it is forgotten again, and what is too old is tidied away."""
    store = Store(url)
    store.prepare()
    store.open()
    place = (str(person), str(person), "9")
    made = await store.transact(lambda c: tickets.open_one(c, of(number), place, "问", "", at, asker=asker))
    assert isinstance(made, tickets.Ticket)
    assert (await store.forget(asker, "telegram", str(person))).tickets == 1
    await store.transact(lambda c: tickets.tidy(c, 90, at + 2 * tickets.DAY))
    await store.close()
    return made.id


@pytest.mark.parametrize(("before", "after"), WAYS)
async def test_no_number_of_a_ticket_is_given_twice(place: Any, tmp_path: Path, before: str, after: str) -> None:
    """Neither after /forget nor after tidying, nor in a store that a backup was put into."""
    old, new = place(before, "old"), place(after, "new")
    now = time.time()
    assert [await opened_next(old.url, n, n, f"hash{n}", now) for n in (1, 2, 3)] == [1, 2, 3]
    back_up(old.url, tmp_path / "b.zip", {})
    held = old.rows()
    assert held["tickets"] == []
    assert [(row["number"], row["asker"]) for row in held["ticket_openings"]] == [(3, "")], "one number, and nobody's"
    restore(tmp_path / "b.zip", new.url, {})
    assert await opened_next(new.url, 4, 4, "hash4", now) == 4


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_numbers_go_on_after_those_of_an_earlier_schema(place: Any, kind: str) -> None:
    here = place(kind, "here")
    engine = create_engine(parsed_url(here.url))
    with engine.begin() as connection:
        migrate(connection, "0004")
        connection.exec_driver_sql(
            "INSERT INTO tickets (id, update_id, chat, person, message, question, context, state, closed_by, opened,"
            " posted, answered, closed, answers, additions)"
            " VALUES (7, 1, 5, 5, 9, 'q', '', 'open', '', 1.0, 1.0, 0.0, 0.0, 0, 0)"
        )
    engine.dispose()
    assert await opened_next(here.url, 2, 6, "hash", time.time()) == 8


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[BotApi, Bot]]:
    """A bot that answers."""
    async with BotApi() as server:
        bot = Bot(server, tmp_path)
        bot.start()
        await server.until(lambda: server.counts["getUpdates"] > 0, bot.tail())
        try:
            yield server, bot
        finally:
            assert await asyncio.to_thread(bot.stop) == 0, bot.tail()


async def test_a_running_bot_can_be_backed_up_but_not_restored_over(
    running: tuple[BotApi, Bot], place: Any, tmp_path: Path
) -> None:
    server, _ = running
    here = Place(tmp_path, f"sqlite:///{tmp_path / 'policybot.db'}")
    person = server.person("甲")
    for _ in range(20):
        server.say(server.private(person), person, "谁负责招商引资")
    done = await asyncio.to_thread(here.command, "backup", tmp_path / "a.zip")
    assert done.returncode == 0, done.stderr
    await server.until(lambda: len(server.sent) >= 20, "all are answered")
    refused = await asyncio.to_thread(here.command, "restore", tmp_path / "a.zip", "--force")
    assert refused.returncode == 2
    assert "先停下机器人" in refused.stderr
    server.say(server.private(person), person, "谁负责招商引资")
    await server.until(lambda: len(server.sent) >= 21, "it goes on")
    fresh = place(SQLITE, "fresh")
    assert (await asyncio.to_thread(fresh.command, "restore", tmp_path / "a.zip")).returncode == 0
    assert (fresh.folder / KEY_FILE).read_text() == (tmp_path / KEY_FILE).read_text()


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_a_backup_is_of_one_moment_while_updates_arrive(place: Any, tmp_path: Path, kind: str) -> None:
    """Every update comes with a conversation in the same commit: no backup has one without the other."""
    here = place(kind, "here")
    await here.fill()
    store = Store(here.url)
    store.open()
    going = True

    async def write() -> int:
        n = 1_000
        while going:
            received = [Received(of(n), "{}", time.time())]
            await store.change(Change(received=received, kept=[kept(f"{n}:1", "{}", time.time())]))
            n += 1
        return n - 1_000

    writing = asyncio.create_task(write())
    counts = []
    for n in range(3):
        file = tmp_path / f"{n}.zip"
        done = await asyncio.to_thread(here.command, "backup", file)
        assert done.returncode == 0, done.stderr
        with zipfile.ZipFile(file) as archive:
            members = json.loads(archive.read(MANIFEST))["members"]
        counts.append(members["tables/updates.jsonl"]["rows"])
        assert members["tables/updates.jsonl"]["rows"] - 5 == members["tables/conversations.jsonl"]["rows"] - 1
    going = False
    assert await writing > 0
    await store.close()
    assert counts == sorted(counts)
    assert counts[-1] > 5, "something did arrive"


async def test_a_store_that_holds_something_is_left_alone_without_force(place: Any, tmp_path: Path) -> None:
    old, file = place(SQLITE, "old"), tmp_path / "backup.zip"
    await old.fill()
    assert old.command("backup", file).returncode == 0
    with contextlib.closing(sqlite3.connect(old.folder / "policybot.db")) as database:
        database.execute("DELETE FROM questions")
        database.commit()
    before = old.rows()
    refused = old.command("restore", file)
    assert refused.returncode == 2
    assert "不是空的" in refused.stderr
    assert "--force" in refused.stderr
    assert old.rows() == before
    (old.folder / KEY_FILE).write_text("another key")
    differing = old.command("restore", file)
    assert KEY_FILE in differing.stderr
    assert old.command("restore", file, "--force").returncode == 0
    assert len(old.rows()["questions"]) == 1
    assert (old.folder / KEY_FILE).read_text() == "k" * 64


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_after_going_back_to_an_older_program_its_backup_replaces_the_newer_store(
    place: Any, tmp_path: Path, kind: str
) -> None:
    here = place(kind, "here")
    await here.fill()
    assert here.command("backup", tmp_path / "before.zip").returncode == 0
    before = here.rows()
    engine = create_engine(parsed_url(here.url))
    with engine.begin() as connection:  # as a later version leaves it
        connection.exec_driver_sql("CREATE TABLE later (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    refused = here.command("restore", tmp_path / "before.zip")
    assert refused.returncode == 2
    assert "比这个程序新" in refused.stderr
    assert here.command("restore", tmp_path / "before.zip", "--force").returncode == 0
    after = here.rows()
    assert "later" not in after
    assert after["questions"] == before["questions"]


def rewritten(file: Path, target: Path, change: Any) -> Path:
    """The backup with its members changed: ``change`` gets and gives {name: bytes}."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in change(members).items():
            archive.writestr(name, data)
    return target


def manifest(held: dict[str, bytes], **changes: Any) -> dict[str, bytes]:
    return held | {MANIFEST: json.dumps(json.loads(held[MANIFEST]) | changes).encode()}


def with_member(members: dict[str, bytes], name: str, data: bytes) -> dict[str, bytes]:
    listed = json.loads(members[MANIFEST])["members"]
    listed[name] = {"sha256": hashlib.sha256(data).hexdigest(), "rows": data.count(b"\n")}
    return manifest(members | {name: data}, members=listed)


FAULTS: dict[str, tuple[Any, str]] = {
    "newer schema": (lambda m: manifest(m, revision="9999"), "更新的版本"),
    "newer format": (lambda m: manifest(m, format=2), "格式"),
    "changed row": (lambda m: m | {"tables/questions.jsonl": m["tables/questions.jsonl"] + b"{}\n"}, "损坏"),
    "missing table": (lambda m: {k: v for k, v in m.items() if k != "tables/updates.jsonl"}, "不一样"),
    "further member": (lambda m: m | {"x": b""}, "不一样"),
    "no manifest": (lambda m: {k: v for k, v in m.items() if k != MANIFEST}, "不是 policybot 的备份"),
    "manifest is no JSON": (lambda m: m | {MANIFEST: b"["}, "读不懂"),
    "a path": (lambda m: with_member(m, "files/../../etc/passwd", b"x"), "认不出的文件"),
    "another folder": (lambda m: with_member(m, "etc/passwd", b"x"), "认不出"),
    "unknown table": (
        lambda m: with_member(m, "tables/alembic_version.jsonl", b'{"version_num":"0001"}\n'),
        "认不出的表",
    ),
    "unknown column": (lambda m: with_member(m, "tables/daily.jsonl", b'{"drop":1}\n'), "填不进去"),
    "a row that is none": (lambda m: with_member(m, "tables/daily.jsonl", b"[\n"), "读不懂的一行"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_a_backup_with_a_fault_changes_nothing(place: Any, tmp_path: Path, fault: str, kind: str) -> None:
    change, says = FAULTS[fault]
    old = place(SQLITE, "old")
    await old.fill()
    files = {KEY_FILE: old.folder / KEY_FILE, OVERLAY: old.folder / OVERLAY}
    back_up(old.url, tmp_path / "good.zip", files)
    bad = rewritten(tmp_path / "good.zip", tmp_path / "bad.zip", change)
    full, empty = place(kind, "full"), place(kind, "empty")
    await full.fill()
    before = full.rows()
    for one in (full, empty):
        with pytest.raises(BackupError, match=says):
            restore(bad, one.url, {name: one.folder / name for name in files}, force=True)
    assert full.rows() == before, "not even a table is gone"
    assert sorted(p.name for p in empty.folder.iterdir()) == []
    if kind == POSTGRES:
        assert empty.rows() == {}


def test_what_is_no_backup_is_named(place: Any, tmp_path: Path) -> None:
    here = place(SQLITE, "here")
    (tmp_path / "x.zip").write_bytes(b"PK nonsense")
    done = here.command("restore", tmp_path / "x.zip")
    assert done.returncode == 2
    assert "不是完好的备份文件" in done.stderr
    assert "没有恢复，什么都没有改" in here.command("restore", tmp_path / "none.zip").stderr
    nothing = here.command("backup", tmp_path / "y.zip")
    assert nothing.returncode == 2
    assert "没有数据库" in nothing.stderr
    assert not (tmp_path / "y.zip").exists()


async def test_a_backup_that_fails_leaves_nothing_behind(place: Any, tmp_path: Path) -> None:
    here = place(SQLITE, "here")
    await here.fill()
    (tmp_path / "there").mkdir()
    done = here.command("backup", tmp_path / "nowhere" / "x.zip")
    assert done.returncode == 2
    assert "没有备份成" in done.stderr
    (tmp_path / "here" / KEY_FILE).unlink()
    (tmp_path / "here" / KEY_FILE).mkdir()  # can't be read as a file
    done = here.command("backup", tmp_path / "there" / "x.zip")
    assert done.returncode == 2
    assert list((tmp_path / "there").iterdir()) == []


async def test_a_backup_of_an_earlier_schema_is_brought_to_the_present_one(place: Any, tmp_path: Path) -> None:
    old, new = place(SQLITE, "old"), place(SQLITE, "new")
    engine = create_engine(parsed_url(old.url))
    with engine.begin() as connection:
        migrate(connection, "0001")
        connection.exec_driver_sql("INSERT INTO conversations (key, data, updated) VALUES ('5:5', '{}', 1.0)")
    engine.dispose()
    back_up(old.url, tmp_path / "old.zip", {})
    assert new.command("restore", tmp_path / "old.zip").returncode == 0
    held = new.rows()
    assert len(held["conversations"]) == 1
    assert held["tickets"] == []
    assert held["alembic_version"] != old.rows()["alembic_version"]


def test_nothing_of_the_environment_is_in_a_backup(place: Any, tmp_path: Path) -> None:
    here = place(SQLITE, "here")
    asyncio.run(here.fill())
    os.environ["TELEGRAM_BOT_TOKEN"] = "1:secret-of-the-test"
    try:
        assert here.command("backup", tmp_path / "b.zip").returncode == 0
    finally:
        del os.environ["TELEGRAM_BOT_TOKEN"]
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert not any(b"secret-of-the-test" in archive.read(name) for name in archive.namelist())
