"""One process, one listener, one store: the page, a WeCom callback and Telegram; the staff sits in the console."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientError

from tests.botapi import BotApi
from tests.channels.process import ROOT, Serve
from tests.channels.scenes import FeishuScene, Scene, WecomAppScene, WecomBotScene
from tests.channels.stage import texts
from tests.patience import PATIENCE
from tests.standins.listening import until
from tests.web.web import Browser

SUBSIDY = "首次认定的高企补贴多少"
TWENTY = "20万元"
UNKNOWN = "外地公司能申请吗"
PASSWORD = "a password for tests 1"


@dataclass
class Town:
    """All that talks to the process."""

    serve: Serve
    telegram: BotApi
    wecom: Scene

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.serve.port}"

    async def browser(self) -> Browser:
        """Somebody's; it waits for the page."""
        browser = Browser(self.address)
        async with asyncio.timeout(PATIENCE):
            while browser.status != 200:
                try:
                    await browser.open("/")
                except ClientError:
                    await asyncio.sleep(0.1)
        return browser

    def heard(self) -> str:
        """What Telegram was sent."""
        return "\n".join(one.text for one in self.telegram.sent)


def add_account(serve: Serve, name: str, role: str) -> None:
    """Somebody who may sign in."""
    command = [sys.executable, "-m", "bot.cli", "staff", "add", name, "--role", role, "--password-stdin"]
    said = f"{PASSWORD}\n"
    subprocess.run(command, cwd=ROOT, env=serve.all(), input=said, text=True, check=True, capture_output=True)


async def sign_in(browser: Browser, name: str) -> None:
    """Into the console."""
    await browser.open("/console/sign-in")
    form = browser.page.css_first("form")
    assert form is not None
    await browser.send(form, {"name": name, "password": PASSWORD})
    assert browser.url.endswith("/console"), browser.text


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with BotApi() as telegram:
        serve = Serve(tmp_path, {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url})
        wecom = WecomAppScene()
        serve.environment |= await wecom.open(f"http://127.0.0.1:{serve.port}")
        add_account(serve, "老李", "admin")
        serve.start()
        try:
            yield Town(serve, telegram, wecom)
            assert await asyncio.to_thread(serve.stop) == 0, serve.tail()
            assert wecom.refusals == []
        finally:
            await asyncio.to_thread(serve.stop, 5.0)
            await wecom.standin.stop()


async def test_the_page_a_callback_and_telegram_answer_in_one_process(town: Town) -> None:
    async with await town.browser() as asker:
        await asker.ask(SUBSIDY)
        assert TWENTY in asker.last
    assert await town.wecom.ask("甲", SUBSIDY)
    await until(lambda: TWENTY in texts(town.wecom.seen()), "an answer by the callback")
    person = town.telegram.person("乙")
    town.telegram.say(town.telegram.private(person), person, SUBSIDY)
    await until(lambda: TWENTY in town.heard(), "an answer in Telegram")


async def test_a_ticket_of_each_messenger_is_answered_in_the_console(town: Town) -> None:
    """Without any group of the staff: whoever asks reads the answer where he asked."""
    async with await town.browser() as staff:
        await sign_in(staff, "老李")
        assert await town.wecom.ask("甲", f"/human {UNKNOWN}")
        await until(lambda: "工单 #1" in texts(town.wecom.seen()), "a ticket")
        person = town.telegram.person("乙")
        town.telegram.say(town.telegram.private(person), person, f"/human {UNKNOWN}")
        await until(lambda: "工单 #2" in town.heard(), "a ticket of Telegram")
        for number in (1, 2):
            await staff.open(f"/console/tickets/{number}")
            assert UNKNOWN in staff.text
            answer = {"text": f"请到政务中心窗口办理，第 {number} 号。", "do": "answer"}
            await staff.send(staff.page.css("form")[-1], answer)
        await until(lambda: "窗口办理，第 1 号" in texts(town.wecom.seen()), "the answer in WeCom")
        await until(lambda: "窗口办理，第 2 号" in town.heard(), "the answer in Telegram")
        assert "第 2 号" not in texts(town.wecom.seen())


async def test_the_off_switch_is_told_on_every_channel(town: Town) -> None:
    async with await town.browser() as staff, await town.browser() as asker:
        await sign_in(staff, "老李")
        form = next(f for f in staff.page.css("form") if (f.attributes.get("action") or "").endswith("/off"))
        await staff.send(form, {"do": "off", "reason": "正在核对政策"})
        await asker.ask(SUBSIDY)
        assert "正在核对政策" in asker.last
        assert await town.wecom.ask("甲", SUBSIDY)
        await until(lambda: "正在核对政策" in texts(town.wecom.seen()), "the reason in WeCom")
        person = town.telegram.person("乙")
        town.telegram.say(town.telegram.private(person), person, SUBSIDY)
        await until(lambda: "正在核对政策" in town.heard(), "the reason in Telegram")
        assert TWENTY not in texts(town.wecom.seen()) + town.heard()


async def test_a_callback_that_comes_slowly_is_cut_off(town: Town) -> None:
    """The same ten seconds as for the page."""
    async with await town.browser():
        pass
    began = asyncio.get_running_loop().time()
    reader, writer = await asyncio.open_connection("127.0.0.1", town.serve.port)
    writer.write(b"POST /callback/wecom HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<xml>")
    got = await asyncio.wait_for(reader.read(), PATIENCE)
    assert got.startswith(b"HTTP/1.1 408")
    assert asyncio.get_running_loop().time() - began >= 9.0
    writer.close()


async def test_web_alone_serves_the_callbacks_and_leaves_connections_to_serve(tmp_path: Path) -> None:
    """`policybot web`: what needs somebody to listen; another process may hold the connections."""
    calling, called = WecomBotScene(), FeishuScene()
    serve = Serve(tmp_path, {"POLICYBOT_STAFF_CHAT": "-100123"})
    for scene in (calling, called):
        serve.environment |= await scene.open(f"http://127.0.0.1:{serve.port}")
    serve.start("web")
    try:
        town = Town(serve, BotApi(), called)
        async with await town.browser() as asker:
            await asker.ask(SUBSIDY)
            assert TWENTY in asker.last
        assert await called.ask("甲", SUBSIDY)
        await until(lambda: TWENTY in texts(called.seen()), "an answer by the callback")
        await calling.ask("甲", SUBSIDY)
        await asyncio.sleep(1.0)
        assert calling.seen() == []
        assert await asyncio.to_thread(serve.stop) == 0, serve.tail()
    finally:
        await asyncio.to_thread(serve.stop, 5.0)
        for scene in (calling, called):
            await scene.standin.stop()
