"""Hand-off over HTTP with the bot as a process that is killed between the two sides: nothing lost, order kept."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.botapi import BotApi, Chat, Person
from tests.botapi.world import Sent
from tests.patience import PATIENCE
from tests.started import ROOT
from tests.telegram.postgres import fresh_database
from tests.telegram.process import Bot

QUESTION = "武汉的人才住房怎么申请"


@dataclass
class Stage:
    """A running bot with a staff group and an asker."""

    server: BotApi
    bot: Bot
    room: Chat
    wang: Person
    asker: Person
    chat: Chat

    def to(self, chat: Chat, words: str = "") -> list[Sent]:
        return [s for s in self.server.sent if s.chat_id == chat.id and words in s.text and not s.edited]

    async def until(self, condition: Callable[[], object], what: str) -> None:
        await self.server.until(lambda: bool(condition()), f"{what}\n{self.bot.tail()}")

    async def restart(self) -> None:
        await asyncio.to_thread(self.bot.kill)
        self.bot.start()


@pytest.fixture(params=["sqlite", "postgresql"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    database = fresh_database(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else ""
    async with BotApi() as server:
        room, wang, asker = server.group("工作群"), server.person("王"), server.person("甲", "alice")
        bot = Bot(server, tmp_path, database=database)
        bot.environment |= {"POLICYBOT_STAFF": f"{wang.id}:viewer", "POLICYBOT_STAFF_CHAT": str(room.id)}
        server.private(wang)  # as somebody who wrote to the bot once: it may set a menu there
        bot.start()
        stage = Stage(server, bot, room, wang, asker, server.private(asker))
        try:
            await stage.until(lambda: server.counts["getUpdates"], "the first poll")
            yield stage
        finally:
            code = await asyncio.to_thread(bot.stop)
        assert code == 0, bot.tail()
        assert [r for r in server.refusals if "upgraded to a supergroup" not in r.description] == []
        assert bot.lines_with(server.token) == []
        assert bot.lines_with(QUESTION, "alice") == [], "no question and no name in the log"


async def test_a_question_reaches_the_staff_and_the_answers_the_asker_whenever_it_is_killed(stage: Stage) -> None:
    server = stage.server
    server.say(stage.chat, stage.asker, QUESTION)
    await stage.until(lambda: stage.to(stage.chat), "an answer")
    server.say(stage.chat, stage.asker, "转人工")
    await stage.until(lambda: stage.to(stage.room, "【工单 #1】"), "the ticket in the staff group")
    await stage.restart()  # between the staff's side and the asker's
    await stage.until(lambda: stage.to(stage.chat, "已转人工"), "the word to the asker")
    posted = stage.to(stage.room, "【工单 #1】")[0]
    assert QUESTION in posted.text

    answers = [f"第{n}点：请到窗口办理" for n in range(1, 7)]
    for n, text in enumerate(answers):
        server.say(stage.room, stage.wang, text, reply_to=posted)
        if n == 2:
            await stage.until(lambda: stage.to(stage.chat, "人工答复"), "the first answer")
            await asyncio.to_thread(stage.bot.kill)  # while the others are under way
    stage.bot.start()
    await stage.until(lambda: stage.to(stage.chat, answers[-1]), "the last answer")
    got = [s.text.split("\n")[1] for s in stage.to(stage.chat, "👤 人工答复")]
    assert list(dict.fromkeys(got)) == answers, "all of them, in order"
    assert len(got) <= len(answers) + 1, "one was under way when it was killed"
    await stage.until(lambda: len(set(map(str, stage.to(stage.room, "已送到")))) >= len(answers), "the staff is told")

    listed = await asyncio.to_thread(command, stage, "tickets", "--open", "--json")
    (ticket,) = json.loads(listed)["tickets"]
    assert (ticket["number"], ticket["question"], ticket["answers"]) == (1, QUESTION, len(answers))
    assert "person" not in ticket
    server.say(stage.chat, stage.asker, "/cancel")
    await stage.until(lambda: stage.to(stage.room, "不用答复"), "the staff hears of the end")
    await stage.until(lambda: stage.to(stage.chat, "已结束"), "the asker, too")
    await stage.until(lambda: stage.to(stage.chat), "ticked off")
    assert "#1" in await asyncio.to_thread(command, stage, "tickets")


async def test_a_staff_group_that_moves_while_the_bot_is_away(stage: Stage) -> None:
    await asyncio.to_thread(stage.bot.kill)
    fresh = stage.server.migrate(stage.room)
    stage.bot.start()
    for number in (1, 2):
        if number == 2:
            await stage.restart()
        stage.server.say(stage.chat, stage.asker, "/human 谁管园区")
        await stage.until(lambda n=number: stage.to(fresh, f"【工单 #{n}】\n"), "in the new group")  # type: ignore[misc]
        stage.server.say(stage.chat, stage.asker, "/cancel")
        await stage.until(lambda n=number: stage.to(stage.chat, f"#{n} 已结束"), "taken back")  # type: ignore[misc]
    moved = [r for r in stage.server.refusals if "工单" in str(r.values.get("text"))]
    assert len(moved) == 1, "the old id was tried once, and never after a restart"


def command(stage: Stage, *words: str) -> str:
    """What `policybot …` prints on the bot's data."""
    environment = {k: v for k, v in stage.bot.environment.items() if k.startswith("POLICYBOT_STAFF")}
    database = stage.bot.database or f"sqlite:///{stage.bot.folder / 'policybot.db'}"
    environment |= {"POLICYBOT_DATA_DIR": str(stage.bot.folder), "POLICYBOT_DATABASE": database, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
