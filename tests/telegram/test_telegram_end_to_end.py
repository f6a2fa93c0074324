"""The bot as a real process against the strict stand-in server: what people do, over HTTP, polling and webhook."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.botapi import BotApi
from tests.botapi.world import Sent
from tests.patience import PATIENCE
from tests.ports import free_port
from tests.started import ROOT
from tests.telegram.process import Bot, Mode


class Stage:
    """A running bot and its server."""

    def __init__(self, server: BotApi, bot: Bot) -> None:
        self.server, self.bot = server, bot

    async def answer(self, since: int, what: str) -> Sent:
        """The last message of the answer that begins after the first ``since``: all of it has come."""
        await self.server.until(lambda: len(self.server.sent) > since and self.bot.settled(), what)
        return self.server.sent[-1]


@pytest.fixture(params=["polling", "webhook"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    mode: Mode = request.param
    async with BotApi() as server:
        bot = Bot(server, tmp_path, mode)
        bot.start()
        ready = "getUpdates" if mode == "polling" else "setWebhook"
        try:
            await server.until(lambda: server.counts[ready] > 0, bot.tail())
            yield Stage(server, bot)
        finally:
            code = await asyncio.to_thread(bot.stop)
        assert code == 0, bot.tail()
        assert server.refusals == []
        assert server.previews == []
        assert bot.lines_with(server.token) == []


async def test_a_tour(stage: Stage) -> None:
    server = stage.server
    person = server.person("甲")
    chat = server.private(person)

    async def say(text: str) -> Sent:
        since = len(server.sent)
        server.say(chat, person, text)
        return await stage.answer(since, text)

    start = await say("/start")
    assert len(start.buttons) >= 3
    since = len(server.sent)
    server.press(start, person, 0)
    pressed = await stage.answer(since, "an example")
    assert "20万元" in pressed.text
    for command in (
        "/help",
        "/about",
        "/list",
        "/units",
        "/subsidies",
        "/clause 4.2",
        "/clause",
        "/clause 99.9",
        "/ask",
    ):
        assert (await say(command)).text
    answer = await say("我们刚认定高企，能拿多少补贴？")
    assert "市级财政每户补贴20万元" in answer.text
    assert "已过有效期" in answer.text
    assert answer.reply_to is not None
    labels = [b["text"] for b in answer.buttons]
    assert {"原文", "责任单位", "👍", "👎"} <= set(labels)
    assert "市科技局" in (await say("谁负责")).text, "a follow-up leans on what was said"
    since = len(server.sent)
    server.press(answer, person, labels.index("👎"))
    reasons = await stage.answer(since, "a reason is asked for")
    assert [b["text"] for b in reasons.buttons][-4:] == ["不是我问的", "不完整", "过时了", "看不明白"]
    query = server.press(answer, person, forged="c:0000000000")
    await server.until(lambda: query.answer is not None, "a forged button is told")
    since = len(server.sent)
    message = server.say(chat, person, "谁负责招商引资")
    await stage.answer(since, "the first form")
    since = len(server.sent)
    server.edit(chat, message, "首次认定的高企补贴多少")
    assert "20万元" in (await stage.answer(since, "the edited form")).text
    since = len(server.sent)
    server.send_file(chat, person, "photo")
    assert "图片" in (await stage.answer(since, "a photo")).text


async def test_a_group_and_inline_mode(stage: Stage) -> None:
    server = stage.server
    person = server.person("乙")
    group = server.group("政策交流群")
    since = len(server.sent)
    server.say(group, person, "谁负责招商引资")
    server.say(group, person, "@policy_test_bot 首次认定的高企补贴多少")
    first = await stage.answer(since, "a mention")
    assert "20万元" in first.text
    assert len(server.sent) == since + 1, "what was not for the bot was not answered"
    since = len(server.sent)
    server.say(group, person, "/ask 谁负责招商引资")
    assert (await stage.answer(since, "/ask")).reply_to is not None
    query = server.ask_inline(person, "高新技术")
    await server.until(lambda: query.answer is not None, "inline")
    assert query.answer is not None
    assert len(query.answer["results"]) >= 2


async def test_health_and_metrics_and_a_second_instance(tmp_path: Path) -> None:
    port = free_port()
    async with BotApi() as server:
        bot = Bot(server, tmp_path, environment={"POLICYBOT_STATUS_LISTEN": f"127.0.0.1:{port}"})
        bot.start()
        await server.until(lambda: server.counts["getUpdates"] > 0, bot.tail())
        report = json.loads(await asyncio.to_thread(_get, f"http://127.0.0.1:{port}/healthz"))
        assert (report["status"], report["reasons"]) == ("ok", []), "connected, though no poll has come back"
        person = server.person("丙")
        server.say(server.private(person), person, "首次认定的高企补贴多少")
        await server.until(lambda: len(server.sent) == 1 and bot.settled(), "an answer, ticked off")
        report = json.loads(await asyncio.to_thread(_get, f"http://127.0.0.1:{port}/healthz"))
        assert report["status"] == "ok"
        assert report["base_loaded"] is True
        assert report["last_contact_age_seconds"] < 60
        page = (await asyncio.to_thread(_get, f"http://127.0.0.1:{port}/metrics")).decode()
        assert 'policybot_questions_total{outcome="answer"} 1.0' in page
        assert "policybot_journal_depth 0.0" in page
        assert server.token not in page
        (tmp_path / "second").mkdir()
        second = Bot(server, tmp_path / "second")
        second.start()
        await server.until(lambda: bool(bot.lines_with("409") or second.lines_with("409")), "409 is told")
        assert await asyncio.to_thread(second.stop) == 0
        assert await asyncio.to_thread(bot.stop) == 0
        assert bot.lines_with(server.token) + second.lines_with(server.token) == []


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:
        return bytes(response.read())


def run(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    kept: dict[str, Any] = {k: os.environ[k] for k in ("PATH", "HOME", "LANG") if k in os.environ}
    command = [sys.executable, "-m", "bot.cli", "telegram"]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**kept, "POLICYBOT_DATA_DIR": str(tmp_path), "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_without_a_token_it_says_where_to_get_one(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 2
    assert "@BotFather" in done.stderr
    assert "make chat" in done.stderr


async def test_a_token_that_the_server_does_not_know_is_told(tmp_path: Path) -> None:
    async with BotApi() as server:
        token = "999:AAnotThisOne"
        done = await asyncio.to_thread(run, tmp_path, TELEGRAM_BOT_TOKEN=token, TELEGRAM_API_URL=server.url)
    assert done.returncode == 2
    assert "BotFather" in done.stderr
    assert token not in done.stderr + done.stdout
