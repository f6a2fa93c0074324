"""WeCom's 自建应用 and 微信客服, and Official Accounts: limits, retries, tokens, cursors; complaints by name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.service.pages import lines
from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from tests.channels.stage import texts
from tests.channels.stages import CallbackStage, WechatMpStage, WecomAppStage, WecomKfStage
from tests.patience import PATIENCE
from tests.standins.listening import until
from tests.standins.wechat import mp
from tests.standins.wecom import qyapi

SUBSIDY = "首次认定的高企补贴多少"
TWENTY = "20万元"
SEND = {"wecom_app": "/cgi-bin/message/send", "wecom_kf": "/cgi-bin/kf/send_msg"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service.turns.STEP_BACKOFF", 0.02)
    monkeypatch.setattr("bot.service.journal.RETRY_FIRST", 0.1)
    monkeypatch.setattr("bot.channels.wecom_kf.reading.RETRY", (0.05, 0.2))
    monkeypatch.setattr("bot.channels.wecom_app.channel.PAUSE", 0.1)


async def at_work(stage: CallbackStage) -> AsyncIterator[CallbackStage]:
    await stage.start()
    yield stage
    await stage.stop()
    assert "aside" not in await stage.store.counts()


@pytest.fixture
async def app(store: Store, recent: RecentReplies) -> AsyncIterator[CallbackStage]:
    async for stage in at_work(WecomAppStage(store, recent)):
        yield stage


@pytest.fixture
async def kf(store: Store, recent: RecentReplies) -> AsyncIterator[CallbackStage]:
    async for stage in at_work(WecomKfStage(store, recent)):
        yield stage


@pytest.fixture
async def account(store: Store, recent: RecentReplies) -> AsyncIterator[CallbackStage]:
    async for stage in at_work(WechatMpStage(store, recent)):
        yield stage


class UnverifiedStage(WechatMpStage):
    verified = False


@pytest.fixture
async def unverified(store: Store, recent: RecentReplies) -> AsyncIterator[CallbackStage]:
    async for stage in at_work(UnverifiedStage(store, recent)):
        yield stage
        stage.standin.refusals.clear()


# -- the address -----------------------------------------------------------------------------------------------------


async def test_the_address_check(app: CallbackStage, kf: CallbackStage, account: CallbackStage) -> None:
    for caller in (app.standin.app_calls, kf.standin.kf_calls, account.standin.caller):
        for _ in range(20):  # a plus comes in one of them
            assert await caller.check()


async def test_a_plus_that_came_unescaped_is_a_plus(app: CallbackStage) -> None:
    """The usual failure of address checks."""
    caller = app.standin.app_calls
    echo = next(sealed for sealed in (caller.seal.close("7") for _ in range(200)) if "+" in sealed)
    query = "&".join(f"{k}={v}" for k, v in caller._query(echo).items())
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            f"{caller.base}{caller.path}?{query}&echostr={echo.replace('=', '%3D').replace('/', '%2F')}"
        ) as response,
    ):
        assert (response.status, await response.read()) == (200, b"7")


@pytest.mark.parametrize("way", ["get", "post"])
async def test_who_is_not_the_platform_is_refused(app: CallbackStage, way: str) -> None:
    caller = app.standin.app_calls
    query = caller._query("x") | {"echostr": "x", "msg_signature": "0" * 40}
    async with aiohttp.ClientSession() as session:
        url = f"{caller.base}{caller.path}"
        body = {} if way == "get" else {"data": b"<xml><Encrypt>eA==</Encrypt></xml>"}
        async with session.request(way, url, params=query, **body) as response:  # type: ignore[arg-type]
            assert response.status == 403
        async with session.post(url, params=query, data=b"no xml") as response:
            assert response.status == 400
    assert await app.store.counts() == {}


# -- complaints (channels.md 1.9) --------------------------------------------------------------------------------------


async def test_cut_answers__parts_are_numbered_and_together_whole(app: CallbackStage, recent: RecentReplies) -> None:
    """LangBot#1065, AstrBot#564, CowAgent#939: WeCom cuts at 2,048 bytes without a word."""
    long = "".join(f"第{n}句话说的是同一件事；" for n in range(300))
    pages = app.messenger.channel.render(lines(long))
    assert len(pages) > 3
    assert all(len(page.encode()) <= 2_048 for page in pages)
    assert [page.rpartition("\n")[2] for page in pages] == [f"（{n}/{len(pages)}）" for n in range(1, len(pages) + 1)]
    assert "".join(page.rpartition("\n")[0] for page in pages) == long
    assert all(page.rpartition("\n")[0].endswith("；") for page in pages), "cut between sentences only"


async def test_answered_several_times__three_tries_with_one_id_are_answered_once(app: CallbackStage) -> None:
    """chatgpt-on-wecom#13, wecom-app-svr#1."""
    for _ in range(3):
        assert await app.standin.say("甲", SUBSIDY, msgid=77)
    await app.settle()
    await asyncio.sleep(0.1)
    assert len(app.standin.shown) == 1


async def test_answered_several_times__also_when_the_tries_come_at_once(app: CallbackStage) -> None:
    await asyncio.gather(*(app.standin.say("甲", SUBSIDY, msgid=77) for _ in range(3)))
    await app.settle()
    await asyncio.sleep(0.1)
    assert len(app.standin.shown) == 1


async def test_slow_answer_dropped__the_callback_is_acknowledged_before_the_answer(app: CallbackStage) -> None:
    """corpwechatbot#25: five seconds, whatever sending takes."""
    sent = app.standin.held["/cgi-bin/message/send"] = asyncio.Event()
    assert await app.standin.say("甲", SUBSIDY)
    sent.set()
    await app.settle()
    assert len(app.standin.shown) == 1


async def test_timeout_taken_as_failure__a_slow_answer_is_waited_for(app: CallbackStage) -> None:
    """hermes-agent#14061, LangBot's 5 s: sent twice."""
    app.standin.slow["/cgi-bin/message/send"] = 6.0
    await app.tell(SUBSIDY)
    assert len(app.standin.shown) == 1


@pytest.mark.parametrize("code", [42001, 40014, 40001])
async def test_tokens_that_are_over_are_fetched_once(app: CallbackStage, code: int) -> None:
    await app.tell(SUBSIDY)
    before = app.standin.calls["/cgi-bin/gettoken"]
    app.standin.codes.append(("/cgi-bin/message/send", code))
    assert TWENTY in texts(await app.tell(SUBSIDY))
    assert app.standin.calls["/cgi-bin/gettoken"] == before + 1


async def test_many_who_need_a_new_token_fetch_one(app: CallbackStage) -> None:
    await app.tell(SUBSIDY)
    before = app.standin.calls["/cgi-bin/gettoken"]
    app.standin.end_tokens()
    for n in range(12):
        await app.standin.say(f"人{n}", SUBSIDY)
    await app.settle(12)
    assert len(app.standin.shown) == 13
    assert app.standin.calls["/cgi-bin/gettoken"] == before + 1


@pytest.mark.parametrize("code", [45009, -1, 60020])
async def test_what_passes_is_tried_again(app: CallbackStage, code: int) -> None:
    app.standin.codes.append(("/cgi-bin/message/send", code))
    assert TWENTY in texts(await app.tell(SUBSIDY))


async def test_somebody_who_is_gone_is_noticed_though_errcode_is_0(app: CallbackStage, store: Store) -> None:
    app.standin.gone.add("甲")
    assert await app.tell(SUBSIDY) == []
    assert await store.counts() == {"done": 1}


async def test_thirty_a_minute_wait_and_are_not_dropped(app: CallbackStage, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.messaging.quota import Quota

    now = [0.0]
    quota = Quota(((3, 60.0),), lambda: now[0])

    async def later(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr("bot.messaging.quota.asyncio.sleep", later)
    for _ in range(7):
        await quota.take("甲")
    assert now[0] == 120.0
    await quota.take("乙")
    assert now[0] == 120.0, "of each conversation"


async def test_the_menu_is_set_and_a_click_is_the_command(app: CallbackStage) -> None:
    async with asyncio.timeout(PATIENCE):
        while not app.standin.menus:
            await asyncio.sleep(0.01)
    keys = [sub["key"] for button in app.standin.menus[0]["button"] for sub in button["sub_button"]]
    assert "/list" in keys
    await app.standin.say("甲", MsgType="event", Event="click", EventKey="/about", MsgId="")
    await app.settle()
    assert "收录" in texts(app.seen()) or "条款" in texts(app.seen())


async def test_two_clicks_in_one_second_are_two(app: CallbackStage) -> None:
    for key in ("/about", "/help"):
        await app.standin.say("甲", MsgType="event", Event="click", EventKey=key, MsgId="", CreateTime=1_700_000_000)
    await app.settle(2)
    assert len(app.seen()) == 2


# -- 微信客服 ------------------------------------------------------------------------------------------


async def test_old_messages_answered_after_restart__the_first_reading_leaves_them(kf: CallbackStage) -> None:
    """pi-wechat-assistant#4, CodePilot#649: three days come when there is no cursor."""
    old = int(time.time()) - 86_400
    for n in range(3):
        await kf.standin.kf_say("甲", f"旧问题{n}", tell=False, send_time=old)
    await kf.standin.kf_say("甲", SUBSIDY)
    await kf.settle()
    assert len(kf.seen()) == 1
    await kf.again()
    await asyncio.sleep(0.3)
    assert len(kf.seen()) == 1, "and the next start begins where the last one ended"


async def test_a_burst_is_read_whole_and_page_by_page(kf: CallbackStage) -> None:
    """LangBot reads the last one only."""
    kf.standin.page = 2
    for text in ("1.1", "1.2", "2.1", "4.2", "3.1"):
        await kf.standin.kf_say("甲", text, tell=False)
    await kf.standin.kf_tell()
    await kf.settle(5)
    assert len({one.text[:20] for one in kf.seen()}) >= 5


async def test_what_came_while_nobody_listened_is_answered_at_the_next_start(kf: CallbackStage) -> None:
    await kf.tell("1.1")
    await kf.standin.kf_say("甲", SUBSIDY, tell=False)  # the callback was lost
    before = len(kf.seen())
    await kf.again()
    await kf.settle()
    assert TWENTY in texts(kf.seen()[before:])


async def test_a_kill_between_the_callback_and_the_reading_loses_nothing(kf: CallbackStage) -> None:
    kf.standin.codes.extend([("/cgi-bin/kf/sync_msg", -1)] * 3)  # acknowledged, and not yet read
    await kf.standin.kf_say("甲", SUBSIDY)
    await kf.again()
    await kf.settle()
    assert TWENTY in texts(kf.seen())


async def test_where_a_person_answers_the_bot_is_silent(kf: CallbackStage) -> None:
    kf.standin.states["甲"] = 3
    await kf.standin.kf_say("甲", SUBSIDY)
    await kf.standin.kf_say("乙", SUBSIDY)
    await kf.settle()
    assert {one.conversation for one in kf.seen()} == {"乙"}
    kf.standin.states["甲"] = 1
    assert TWENTY in texts(await kf.tell(SUBSIDY))


async def test_our_own_and_the_staffs_messages_are_no_questions(kf: CallbackStage) -> None:
    for origin in (4, 5):
        await kf.standin.kf_say("甲", SUBSIDY, tell=False, origin=origin)
    await kf.tell("1.1")
    assert TWENTY not in texts(kf.seen())


async def test_when_five_are_used_up_the_answers_wait_for_the_customers_next_message(kf: CallbackStage) -> None:
    for text in ("1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "4.2"):
        await kf.standin.kf_say("甲", text, tell=False)
    await kf.standin.kf_tell()
    await until(lambda: any(code == 95001 for _, code, _ in kf.standin.refusals), "the limit")
    kf.standin.refusals.clear()
    assert TWENTY not in texts(kf.seen())
    await kf.standin.kf_say("甲", "3.1")
    await kf.settle(8)
    assert TWENTY in texts(kf.seen()), "nothing was lost"
    kf.standin.refusals.clear()


async def test_who_comes_in_is_welcomed(kf: CallbackStage) -> None:
    await kf.standin.kf_enter("甲")
    await kf.settle()
    assert (kf.standin.shown[0].msgid, "照原文回答" in kf.standin.shown[0].text) == ("welcome", True)


async def test_five_messages_and_then_the_rest_when_it_is_asked_for(
    kf: CallbackStage, monkeypatch: pytest.MonkeyPatch, recent: RecentReplies
) -> None:
    from dataclasses import replace

    channel = kf.messenger.channel
    monkeypatch.setattr(channel, "capabilities", replace(channel.capabilities, longest=400, most=2))
    clause = next(c for c in recent.assistant.library.policies[0].clauses if c.id == "3.2")
    shown = await kf.tell("3.2 全文")
    assert len(shown) == 2
    assert kf.words("messenger.more", n=0) in shown[-1].text
    said = [*shown]
    while kf.words("messenger.more", n=0) in said[-1].text:
        more = await kf.tell("0")
        assert 0 < len(more) <= 2
        said += more
        assert len(said) < 20
    whole = texts(said).replace(kf.words("messenger.more", n=0), "").replace("\n", "")
    for n in range(1, 20):
        for of in range(1, 20):
            whole = whole.replace(f"（{n}/{of}）", "")
    assert clause.body in whole
    assert kf.words("messenger.more", n=0) not in texts(await kf.tell("0")), "there is no more"


# -- Official Accounts ------------------------------------------------------------------------------------------


async def test_a_verified_account_acknowledges_and_sends(account: CallbackStage) -> None:
    assert TWENTY in texts(await account.tell(SUBSIDY))
    assert not any(one.passive for one in account.standin.shown)
    sent = account.standin.held["/cgi-bin/message/custom/send"] = asyncio.Event()
    assert await account.standin.say("甲", "1.1")
    sent.set()
    await account.settle()


async def test_an_unverified_account_answers_in_the_callback(unverified: CallbackStage) -> None:
    shown = await unverified.tell(SUBSIDY)
    assert [one.passive for one in unverified.standin.shown] == [True]
    assert TWENTY in texts(shown)
    assert "5万元" in texts(await unverified.tell("那重新认定呢"))
    assert unverified.standin.calls["/cgi-bin/message/custom/send"] == 1, "asked once whether it may"


async def test_an_unverified_account_gives_a_long_answer_one_message_at_a_time(
    unverified: CallbackStage, recent: RecentReplies
) -> None:
    await unverified.tell("你好")
    longest = max(recent.assistant.library.policies[0].clauses, key=lambda c: len(c.body))
    shown = await unverified.tell(longest.id)
    assert len(shown) == 1
    while unverified.words("messenger.more", n=0) in shown[-1].text:
        shown += await unverified.tell("0")
        assert len(shown) < 20
    assert all(len(one.text.encode()) <= 2_048 for one in shown)


async def test_a_passive_answer_that_was_lost_is_given_again(unverified: CallbackStage) -> None:
    """The platform asks three times with one id."""
    await unverified.standin.say("甲", SUBSIDY, msgid=88)
    await unverified.standin.say("甲", SUBSIDY, msgid=88)
    first, second = unverified.standin.shown
    assert first.text == second.text
    await unverified.settle()


async def test_what_gets_no_answer_is_not_waited_for(unverified: CallbackStage) -> None:
    await unverified.tell("你好")
    began = time.monotonic()
    await unverified.standin.say("甲", MsgType="event", Event="unsubscribe", MsgId="")
    await unverified.settle()
    assert time.monotonic() - began < PATIENCE / 2, "all the time that there is would be PATIENCE"


async def test_when_it_takes_too_long_something_is_said_in_time(
    unverified: CallbackStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await unverified.tell("你好")
    monkeypatch.setattr("bot.channels.wechat_mp.messenger.PASSIVE_WITHIN", 0.0)
    monkeypatch.setattr(unverified.messenger, "_page", "https://zc.example.cn/")
    shown = await unverified.tell(SUBSIDY)
    assert texts(shown[:1]) == unverified.words("messenger.slow") + "\nhttps://zc.example.cn/", "where the page is"


async def test_kf_and_app_know_each_other_not(app: CallbackStage) -> None:
    assert app.standin.kf_calls.path != app.standin.app_calls.path
    assert qyapi.APP_SECRET != qyapi.KF_SECRET
    app.standin.kf_calls.base = app.standin.app_calls.base
    assert not await app.standin.kf_calls.check(), "not configured, so not served"


def test_the_settings_of_all_three_and_each_fault_by_name() -> None:
    from bot.hosting.messengers import configured
    from bot.settings import SettingsError

    good = {
        "WECOM_APP_CORP_ID": qyapi.CORP,
        "WECOM_APP_SECRET": qyapi.APP_SECRET,
        "WECOM_APP_AGENT_ID": str(qyapi.AGENT),
        "WECOM_APP_TOKEN": qyapi.APP_TOKEN,
        "WECOM_APP_AES_KEY": qyapi.APP_KEY,
        "WECOM_KF_SECRET": qyapi.KF_SECRET,
        "WECOM_KF_TOKEN": qyapi.KF_TOKEN,
        "WECOM_KF_AES_KEY": qyapi.KF_KEY,
        "WECHAT_MP_APP_ID": mp.APP_ID,
        "WECHAT_MP_SECRET": mp.SECRET,
        "WECHAT_MP_TOKEN": mp.TOKEN,
        "WECHAT_MP_AES_KEY": mp.KEY,
        "POLICYBOT_WEB_URL": "https://zc.example.cn/",
    }
    found = configured(good)
    assert sorted(found.settings) == ["wechat_mp", "wecom_app", "wecom_kf"]
    assert found.settings["wechat_mp"].page == "https://zc.example.cn/"
    assert not any(secret in repr(found) for secret in found.secrets)
    kf_alone = {k: v for k, v in good.items() if "_KF_" in k or k == "WECOM_APP_CORP_ID"}
    assert list(configured(kf_alone).settings) == ["wecom_kf"]
    wrong = {"WECOM_APP_AES_KEY": "short", "WECOM_APP_AGENT_ID": "x", "WECHAT_MP_TOKEN": "", "WECOM_API_URL": "ftp"}
    with pytest.raises(SettingsError) as caught:
        configured(good | wrong)
    named = [fault.split("：")[0] for fault in caught.value.faults]
    assert sorted(named) == ["WECHAT_MP_TOKEN", "WECOM_API_URL", "WECOM_APP_AES_KEY", "WECOM_APP_AGENT_ID"]
    assert "short" not in str(caught.value)
