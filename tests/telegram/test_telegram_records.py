"""The staff's commands and the records: over HTTP with the bot as a real process, and from the command line."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.botapi import BotApi, Person, Sent
from tests.patience import PATIENCE
from tests.started import ROOT
from tests.telegram.process import Bot, Mode

SUBSIDY = "首次认定的高企补贴多少"
METRO = "光谷坐几号地铁"


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_tour_of_the_staffs_commands(tmp_path: Path, mode: Mode) -> None:
    async with BotApi() as server:
        people = {name: server.person(name) for name in ("viewer", "editor", "user")}
        for person in people.values():
            server.private(person)
        staff = ",".join(f"{people[name].id}:{name}" for name in ("viewer", "editor"))
        bot = Bot(server, tmp_path, mode, environment={"POLICYBOT_STAFF": staff})
        ready = "getUpdates" if mode == "polling" else "setWebhook"

        async def say(name: str, text: str, messages: int = 1) -> list[Sent]:
            """The answers to saying something; what the bot says unasked (an ended document) is not among them."""
            person: Person = people[name]
            said = server.say(server.private(person), person, text)

            def answers() -> list[Sent]:
                return [s for s in server.sent if (s.chat_id, s.reply_to) == (person.id, said["message_id"])]

            await server.until(lambda: len(answers()) >= messages and bot.settled(), text)
            return answers()

        bot.start()
        try:
            await server.until(lambda: server.counts[ready] > 0, "the bot's start")
            for text in (SUBSIDY, SUBSIDY, METRO, "坐几号地铁到光谷"):
                await say("user", text)
            for command in ("/stats", "/unanswered", "/export"):
                (refused,) = await say("user", command)
                assert "工作人员" in refused.text
            (refused,) = await say("viewer", "/export")
            assert "编辑" in refused.text
            picture, table = await say("viewer", "/stats", 2)
            upload = server.world.uploads[picture.message["photo"][-1]["file_id"]]
            assert upload.content.startswith(b"\x89PNG")
            assert picture.message["photo"][-1]["width"] > 500
            assert "问题　4" in table.text
            assert "没有权限的人试命令　4" in table.text
            (listed,) = await say("viewer", "/unanswered")
            assert "1 种，2 次" in listed.text
            files = await say("editor", "/export", 4)
            first = server.world.uploads[files[0].message["document"]["file_id"]]
            assert first.filename.startswith("questions-")
            rows = list(csv.DictReader(io.StringIO(first.content.decode("utf-8-sig"), newline="")))
            assert Counter(row["outcome"] for row in rows) == {"answer": 2, "none": 2}
            (privacy,) = await say("user", "/privacy")
            assert "90 天" in privacy.text
            (forgotten,) = await say("user", "/forget")
            assert "4 个问题" in forgotten.text
            (only,) = await say("viewer", "/stats")
            assert "没有问题" in only.text
            await server.until(lambda: ("chat " + str(people["editor"].id), "") in server.world.commands, "a menu")
        finally:
            code = await asyncio.to_thread(bot.stop)
        assert code == 0, bot.tail()
        assert server.refusals == []
        assert server.previews == []
        assert bot.lines_with(server.token, (tmp_path / "asker.key").read_text().strip()) == []
        assert bot.lines_with(str(people["user"].id)) == [], "the log tells no one's number"


async def test_every_question_is_one_row_however_often_the_bot_is_killed(tmp_path: Path) -> None:
    many, chats = 120, 12
    async with BotApi() as server:
        bot = Bot(server, tmp_path)
        people = [server.person(f"人{n}") for n in range(chats)]
        asked = 0
        bot.start()
        try:
            for _ in range(4):
                await server.until(lambda: server.counts["getUpdates"] > 0, "the bot's start")
                for _ in range(many // 4):
                    person = people[asked % chats]
                    server.say(server.private(person), person, f"第{asked}个 {SUBSIDY}")
                    asked += 1
                since = len(server.sent)
                await server.until(lambda since=since: len(server.sent) > since + 5, "some answers")  # type: ignore[misc]
                bot.kill()
                server.counts["getUpdates"] = 0
                bot.start()
            await server.until(lambda: len({(s.chat_id, s.reply_to) for s in server.sent}) == many, "all answers")
        finally:
            code = await asyncio.to_thread(bot.stop)
        assert code == 0, bot.tail()
    with closing(sqlite3.connect(tmp_path / "policybot.db")) as database:
        rows = database.execute("SELECT delivery, text, outcome FROM questions").fetchall()
        states = dict(database.execute("SELECT state, count(*) FROM updates GROUP BY state").fetchall())
    assert sorted(row[1] for row in rows) == sorted(f"第{n}个 {SUBSIDY}" for n in range(many))
    assert len({row[0] for row in rows}) == many
    assert states == {"done": many}


# -- from the command line ---------------------------------------------------------------------------------------------


def run(folder: Path, *arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {k: os.environ[k] for k in ("PATH", "HOME", "LANG", "PYTHONPATH", "POLICYBOT_CACHE_DIR") if k in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=ROOT,
        env={**kept, "PYTHONUTF8": "1", "POLICYBOT_DATA_DIR": str(folder), **environment},
        input=given.encode(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


def ok(done: subprocess.CompletedProcess[bytes]) -> str:
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8-sig")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with some questions of the terminal."""
    folder = tmp_path_factory.mktemp("data")
    lines = [SUBSIDY, METRO, "地铁几号线到光谷", "=1+1怎么申请", "谢谢"]
    ok(run(folder, "chat", "--record", given="\n".join(lines)))
    ok(run(folder, "ask", "--jsonl", "--record", given=json.dumps({"id": 1, "text": "还有效吗"})))
    return folder


def test_stats_from_the_command_line(folder: Path) -> None:
    plain = ok(run(folder, "stats", "--days", "2"))
    assert "问题\t6\n" in plain
    assert "4.2 完善新兴产业培育机制\t1\n" in plain
    assert "\x1b" not in plain
    data = json.loads(ok(run(folder, "stats", "--json")))
    assert data["outcomes"] == {"answer": 1, "none": 3, "info": 1, "chat": 1}
    assert data["channels"] == {"terminal": 6}
    assert len(data["days"]) == 30


def test_unanswered_from_the_command_line(folder: Path) -> None:
    first, second = json.loads(ok(run(folder, "unanswered", "--json")))
    assert (first["count"], set(first["texts"])) == (2, {METRO, "地铁几号线到光谷"})
    assert second["example"] == "=1+1怎么申请"
    assert f"{first['id']}\t2\t" in ok(run(folder, "unanswered"))


def test_export_from_the_command_line(folder: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(ok(run(folder, "export")), newline="")))
    assert [row["text"] for row in rows][3:5] == ["'=1+1怎么申请", "谢谢"]
    out = tmp_path / "out.jsonl"
    done = run(folder, "export", "--format", "jsonl", "-o", str(out), "--days", "1")
    assert "6 条" in done.stderr.decode()
    assert [json.loads(line)["channel"] for line in out.read_text().splitlines()] == ["terminal"] * 6
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert ok(run(folder, "export", "--what", "feedback", "--format", "jsonl")) == ""
    before = out.read_text()
    failed = run(folder, "export", "-o", str(tmp_path / "no" / "such" / "folder.csv"))
    assert failed.returncode == 1
    assert (out.read_text(), [p.name for p in tmp_path.iterdir()]) == (before, ["out.jsonl"])


def test_asking_in_the_terminal_records_nothing_unless_it_is_told_to(tmp_path: Path) -> None:
    ok(run(tmp_path, "ask", SUBSIDY))
    ok(run(tmp_path, "ask", SUBSIDY, POLICYBOT_DATABASE=f"sqlite:///{tmp_path / 'x.db'}"))
    assert list(tmp_path.iterdir()) == []


def test_without_a_database_the_commands_say_so_and_make_none(tmp_path: Path) -> None:
    for command in (["stats"], ["unanswered"], ["export"], ["forget", "42"]):
        done = run(tmp_path, *command)
        assert done.returncode == 2
        assert "还没有数据库" in done.stderr.decode()
    assert list(tmp_path.iterdir()) == []
    bad = run(tmp_path, "stats", POLICYBOT_DATABASE="mysql://x/y")
    assert (bad.returncode, "只支持" in bad.stderr.decode()) == (2, True)
    assert run(tmp_path, "stats", "--days", "0").returncode == 2
    assert run(tmp_path, "stats", POLICYBOT_KEEP_DAYS="x").returncode == 2


def test_a_person_is_forgotten_from_the_command_line(tmp_path: Path) -> None:
    from bot.staff.asker_hash import open_askers
    from bot.store.keys import Delivery
    from bot.store.questions import Asked, write_questions
    from bot.store.store import Store

    store = Store(f"sqlite:///{tmp_path / 'policybot.db'}")
    store.prepare()
    missing = run(tmp_path, "forget", "0")
    assert (missing.returncode, "没有密钥" in missing.stderr.decode()) == (2, True)
    assert not (tmp_path / "asker.key").exists(), "it is the bot that makes it, as its own user"
    askers = open_askers("", tmp_path)
    with store.engine.begin() as connection:
        rows = [
            Asked(Delivery("telegram", str(n)), 1.0, "2026-01-01", "private", askers.of(n % 2), "问", "问", "none")
            for n in range(5)
        ]
        write_questions(connection, rows, ())
    store.engine.dispose()
    assert "3 个问题" in ok(run(tmp_path, "forget", "0"))
    assert "0 个问题" in ok(run(tmp_path, "forget", "0"))
    assert "2 个问题" in ok(run(tmp_path, "forget", "1"))
