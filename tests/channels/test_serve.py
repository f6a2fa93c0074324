"""`policybot serve` and `policybot channels check` as processes, against stand-ins of all messengers at once."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.botapi import BotApi
from tests.channels.process import Serve
from tests.channels.scenes import SCENES, Scene
from tests.channels.stage import texts
from tests.standins.listening import until

SUBSIDY = "首次认定的高企补贴多少"
TWENTY = "20万元"


@pytest.fixture
async def scenes(tmp_path: Path) -> AsyncIterator[tuple[Serve, list[Scene]]]:
    """Everything at once: all messengers and Telegram."""
    async with BotApi() as telegram:
        serve = Serve(tmp_path, {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url})
        made = [scene() for _, scene in sorted(SCENES.items())]
        by_name = {scene.channel: scene for scene in made}
        for scene in made:
            serve.environment |= await scene.open(f"http://127.0.0.1:{serve.port}")
            by_name["wecom_kf"].standin = by_name["wecom_app"].standin  # one WECOM_API_URL for both
        try:
            yield serve, made
        finally:
            await asyncio.to_thread(serve.stop, 5.0)
            for scene in made:
                await scene.standin.stop()


def health(serve: Serve) -> dict[str, object]:
    """What /healthz says."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{serve.status}/healthz", timeout=10) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))
    except OSError:
        return {}


def well(serve: Serve) -> bool:
    """Whether everything is connected."""
    return health(serve).get("status") == "ok"


async def test_every_channel_in_one_process(scenes: tuple[Serve, list[Scene]]) -> None:
    serve, made = scenes
    serve.start()
    await until(lambda: well(serve), "health", 60)
    assert health(serve)["channels"] == dict.fromkeys(sorted(SCENES), "ok")
    for scene in made:
        assert await scene.ask("甲", SUBSIDY)
    for scene in made:
        await until(lambda scene=scene: TWENTY in texts(scene.seen()), scene.channel, 60)  # type: ignore[misc]
    checked = await asyncio.to_thread(serve.run, "channels", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    for scene in made:
        assert f"{scene.channel}\n  ✓" in checked.stdout
    assert "telegram\n  ✓" in checked.stdout
    assert well(serve), "the check harmed nobody"
    code = await asyncio.to_thread(serve.stop)
    assert code == 0, serve.tail()
    log = serve.log()
    for scene in made:
        assert scene.refusals == [], scene.channel
        assert [secret for secret in scene.secrets if secret in log] == []
    assert SUBSIDY not in log


async def test_wrong_credentials_are_told_by_the_check(scenes: tuple[Serve, list[Scene]]) -> None:
    serve, _ = scenes
    for name in list(serve.environment):
        if name.endswith("_SECRET"):
            serve.environment[name] = "wrong-secret-of-the-right-length-0123456789"
    checked = await asyncio.to_thread(serve.run, "channels", "check")
    assert checked.returncode == 1
    for channel in SCENES:
        part = checked.stdout.split(f"{channel}\n")[1].split("\n")
        assert part[0].startswith("  ✗"), part[:2]
        assert part[1].startswith("    → "), "what to do"


async def test_one_channel_that_can_not_be_reached_stops_no_other(scenes: tuple[Serve, list[Scene]]) -> None:
    serve, made = scenes
    serve.environment["TELEGRAM_API_URL"] = "http://127.0.0.1:9"
    serve.start()
    bot = next(scene for scene in made if scene.channel == "wecom_bot")
    await bot.ask("甲", SUBSIDY)
    await until(lambda: TWENTY in texts(bot.seen()), "an answer")
    assert not well(serve), "and it is told"


def test_without_any_channel_it_says_how_to_begin(tmp_path: Path) -> None:
    serve = Serve(tmp_path, {"POLICYBOT_WEB_LISTEN": ""})
    said = serve.run("serve")
    assert said.returncode == 2
    assert "WECOM_BOT_ID" in said.stderr
    assert "channels check" in said.stderr


def test_a_staff_group_in_a_channel_that_is_not_there_is_told(tmp_path: Path) -> None:
    said = Serve(tmp_path, {"POLICYBOT_STAFF_CHAT": "wecom_bot/wrkSFfCgAA"}).run("serve")
    assert said.returncode == 2
    assert "POLICYBOT_STAFF_CHAT：工作群在 wecom_bot" in said.stderr


def test_faults_of_all_channels_are_named_at_once(tmp_path: Path) -> None:
    serve = Serve(tmp_path, {"WECOM_BOT_ID": "aib0123", "TELEGRAM_BOT_TOKEN": "nonsense"})
    said = serve.run("serve")
    assert said.returncode == 2
    assert "WECOM_BOT_SECRET：没有设" in said.stderr
    assert "TELEGRAM_BOT_TOKEN" in said.stderr
