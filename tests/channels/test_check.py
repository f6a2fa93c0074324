"""What `policybot channels check` says of each channel: credentials, permissions, and whether it is reached."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from bot.hosting.checking import check
from bot.hosting.messengers import configured
from bot.messaging import reaching
from bot.messaging.messenger import Finding, Probe
from bot.messaging.reaching import Bases
from bot.serving.reply_cache import RecentReplies
from bot.settings import SettingsError, read_settings
from bot.store.store import Store
from tests.channels.stage import Stage
from tests.channels.stages import STAGES
from tests.ports import free_port
from tests.standins.listening import Listening

CALLED = ["wecom_app", "wecom_kf", "wechat_mp", "feishu"]
Open = Callable[[str], Awaitable[Stage]]


@pytest.fixture
async def stage_of(store: Store, recent: RecentReplies) -> AsyncIterator[Open]:
    made: list[Stage] = []

    async def start(channel: str) -> Stage:
        stage = STAGES[channel](store, recent)
        await stage.start()
        made.append(stage)
        return stage

    yield start
    for stage in made:
        stage.standin.refusals.clear()
        await stage.stop()


def here(stage: Stage) -> str:
    return f"http://127.0.0.1:{stage._listening.port}"


async def reached(stage: Stage, bases: Bases) -> list[Finding]:
    probe = stage.messenger.probe()
    assert probe is not None
    return list(await reaching.findings(stage.client, probe, bases))


@pytest.mark.parametrize("channel", ["dingtalk", "feishu", "wechat_mp", "wecom_app", "wecom_kf"])
async def test_where_all_is_well_it_says_so_and_sends_nothing(stage_of: Open, channel: str) -> None:
    stage = await stage_of(channel)
    found = await stage.messenger.check()
    assert [one.what for one in found if not one.good] == []
    assert len(found) >= (1 if channel == "wechat_mp" else 2)
    assert stage.seen() == []


@pytest.mark.parametrize(
    ("channel", "path", "code", "mend"),
    [
        ("wecom_app", "/cgi-bin/agent/get", 60020, "企业可信IP"),
        ("wecom_app", "/cgi-bin/agent/get", 301002, "AgentId"),
        ("wecom_kf", "/cgi-bin/kf/account/list", 48002, "可调用接口的应用"),
        ("feishu", "info", 230006, "机器人"),
    ],
)
async def test_each_fault_is_named_with_what_to_do(
    stage_of: Open, channel: str, path: str, code: int, mend: str
) -> None:
    stage = await stage_of(channel)
    stage.standin.codes.append((path, code))
    good, bad = await stage.messenger.check()
    assert (good.good, bad.good) == (True, False)
    assert str(code) in bad.what
    assert mend in bad.remedy


async def test_a_robot_that_is_not_switched_on_is_a_fault(stage_of: Open) -> None:
    stage = await stage_of("feishu")
    stage.standin.status = 3
    good, bad = await stage.messenger.check()
    assert (good.good, bad.good) == (True, False)
    assert "activate_status 3" in bad.what


async def test_dingtalks_token_is_looked_at_beside_the_ticket(stage_of: Open) -> None:
    stage = await stage_of("dingtalk")
    await stage.messenger.check()
    assert stage.standin.calls["token"] == 1
    assert stage.standin.connections == 1, "and nothing that is connected is disturbed"


@pytest.mark.parametrize("channel", CALLED)
async def test_a_callback_is_tried_as_the_platform_tries_it(stage_of: Open, channel: str) -> None:
    stage = await stage_of(channel)
    inside, outside = await reached(stage, Bases(here(stage), here(stage)))
    assert (inside.good, outside.good) == (True, True)
    alone = await reached(stage, Bases(here(stage)))
    assert [one.good for one in alone] == [True, True]
    assert "POLICYBOT_WEB_URL" in alone[1].what
    assert await stage.store.counts() == {}, "nothing was journalled"


@pytest.mark.parametrize("channel", CALLED)
async def test_where_nobody_listens_yet_it_says_what_comes_first(stage_of: Open, channel: str) -> None:
    stage = await stage_of(channel)
    (told,) = await reached(stage, Bases(f"http://127.0.0.1:{free_port()}", here(stage)))
    assert told.good
    assert "没有在" in told.what


async def test_an_address_that_nobody_outside_reaches_is_a_fault(stage_of: Open) -> None:
    stage = await stage_of("wecom_app")
    inside, outside = await reached(stage, Bases(here(stage), f"http://127.0.0.1:{free_port()}"))
    assert (inside.good, outside.good) == (True, False)
    assert "域名解析" in outside.remedy


@pytest.mark.parametrize("channel", CALLED)
async def test_what_another_policybot_answers_is_a_fault(stage_of: Open, channel: str) -> None:
    stage = await stage_of(channel)
    other = await stage_of("wecom_kf" if channel != "wecom_kf" else "wecom_app")
    (told,) = await reached(stage, Bases(here(other)))
    assert not told.good
    assert "404" in told.what
    assert "location /callback/" in told.remedy


@pytest.mark.parametrize(
    ("status", "mend"), [(200, "不是 policybot"), (302, "不是 policybot"), (403, "另一套"), (502, "nginx")]
)
async def test_what_something_else_answers_is_a_fault(stage_of: Open, status: int, mend: str) -> None:
    stage = await stage_of("wecom_app")
    server = Listening()

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text="登录")

    server.app.router.add_get("/callback/wecom", answer)
    async with server:
        (told,) = await reached(stage, Bases(server.url))
    assert not told.good
    assert mend in told.remedy


def test_a_corporation_alone_is_a_fault_and_says_what_is_missing() -> None:
    with pytest.raises(SettingsError) as caught:
        configured({"WECOM_APP_CORP_ID": "ww0123456789"})
    (told,) = caught.value.faults
    assert "WECOM_APP_SECRET" in told
    assert "WECOM_KF_" in told


def test_how_many_are_needed_is_said() -> None:
    for name, needed in (("FEISHU_APP_ID", 4), ("DINGTALK_CLIENT_ID", 2)):
        with pytest.raises(SettingsError) as caught:
            configured({name: "cli_0123456789"})
        assert len(caught.value.faults) == needed - 1
        assert all(f"的 {needed} 样要都有" in told for told in caught.value.faults)


def test_where_there_is_nothing_to_look_at_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(read_settings({}), configured({})) == 0
    assert "OPERATING.md" in capsys.readouterr().out


def test_a_probe_without_a_body_is_a_get() -> None:
    assert [Probe("/x", b"", body=body).method for body in (None, b"")] == ["GET", "POST"]
