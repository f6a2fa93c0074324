"""The 智能机器人: the long connection, its limits and its faults; what users of other bots complain of, by name."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.channels.wecom_bot import connection
from bot.channels.wecom_bot.messenger import WecomBot
from bot.channels.wecom_bot.settings import OFFICIAL, WecomBotSettings, read
from bot.messaging.client import Client
from bot.service.pages import lines
from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from bot.store.tables import feedback
from tests.channels.stage import texts
from tests.channels.stages import WecomBotStage
from tests.patience import PATIENCE
from tests.standins.listening import until
from tests.standins.wecom.openws import BOT_ID, SECRET, OpenWs

SUBSIDY = "首次认定的高企补贴多少"
TWENTY = "20万元"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for that is not being tested."""
    for name, value in {"BACKOFF": (0.05, 0.2), "PING_EVERY": 0.1, "PONG_WITHIN": 0.3, "ANSWER_WITHIN": 0.5}.items():
        monkeypatch.setattr(connection, name, value)
    for name in ("KICKED", "DENIED"):
        monkeypatch.setattr(connection, name, 0.3)
    monkeypatch.setattr("bot.service.turns.STEP_BACKOFF", 0.02)
    monkeypatch.setattr("bot.service.journal.RETRY_FIRST", 0.1)


@pytest.fixture
async def stage(store: Store, recent: RecentReplies) -> AsyncIterator[WecomBotStage]:
    stage = WecomBotStage(store, recent)
    await stage.start()
    yield stage
    await stage.stop()
    assert "aside" not in await store.counts()


async def settled(stage: WecomBotStage, more: int = 1) -> str:
    await stage.settle(more)
    return texts(stage.seen())


# -- one question --------------------------------------------------------------------------------------------------


async def test_one_placeholder_and_one_final_frame(stage: WecomBotStage) -> None:
    asked = await stage.standin.say("甲", SUBSIDY)
    await stage.settle()
    (shown,) = stage.standin.shown
    assert (shown.frames, shown.finished, shown.answers) == (2, True, asked)
    assert shown.command == "aibot_respond_msg"
    assert TWENTY in shown.text
    assert stage.words("messenger.looking") not in shown.text, "the answer takes its place"


async def test_a_command_needs_no_placeholder(stage: WecomBotStage) -> None:
    await stage.tell("/about")
    assert stage.standin.shown[0].frames == 1


async def test_who_comes_in_is_welcomed_in_time_and_never_late(
    stage: WecomBotStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.standin.event("甲", "enter_chat")
    await stage.settle()
    assert stage.standin.shown[0].command == "aibot_respond_welcome_msg"
    assert "照原文回答" in texts(stage.seen())
    assert len(stage.seen()) == 1, "what can be chosen stands in the same message"
    monkeypatch.setattr("bot.channels.wecom_bot.incoming.WELCOME_WITHIN", -1.0)  # as after a restart
    await stage.standin.event("乙", "enter_chat")
    await stage.settle()
    assert "乙" not in {one.conversation for one in stage.seen()}


async def test_a_mixed_message_is_read_for_its_text(stage: WecomBotStage) -> None:
    items = [{"msgtype": "image", "image": {"url": "u"}}, {"msgtype": "text", "text": {"content": SUBSIDY}}]
    await stage.standin.say("甲", "", msgtype="mixed", mixed={"msg_item": items})
    assert TWENTY in await settled(stage)
    await stage.standin.say("甲", "", msgtype="voice", voice={"content": "那重新认定呢"})
    assert "5万元" in await settled(stage)


async def test_thumbs_of_the_messenger_go_into_the_records(stage: WecomBotStage, store: Store) -> None:
    await stage.tell(SUBSIDY)
    name = stage.standin.shown[0].feedback
    assert name, "set on the first frame"
    query = select(feedback.c.verdict, feedback.c.target, feedback.c.delivery)
    for kind, verdict in ((1, "up"), (2, "down"), (3, "none")):
        before = len(stage.standin.shown)
        await stage.standin.event("甲", "feedback_event", id=name, type=kind)
        await stage.settle()
        assert len(stage.standin.shown) == before, "nothing is said to it"
        ((found, target, delivery),) = await store.look(lambda c: c.execute(query).all())
        assert (found, delivery) == (verdict, stage.standin.shown[0].answers)
        assert target.endswith("/4.2")


async def test_what_is_sent_unasked_goes_by_send_msg(stage: WecomBotStage) -> None:
    await stage.tell(SUBSIDY)
    channel = stage.messenger.channel
    for page in channel.render(lines("知识库换上了")):
        await channel.send(channel.private("甲"), page)
    assert (stage.standin.shown[-1].command, stage.standin.shown[-1].text) == ("aibot_send_msg", "知识库换上了")


async def test_somebody_who_never_wrote_can_not_be_reached_and_that_is_said(stage: WecomBotStage) -> None:
    from bot.service.port import UnwelcomeError

    with pytest.raises(UnwelcomeError):
        await stage.messenger.channel.send(stage.messenger.channel.private("没来过的人"), "你好")
    stage.standin.refusals.clear()


# -- what others' users complain of (channels.md 1.9) ------------------------------------------------------------------


async def test_cut_answers__nothing_is_longer_than_the_limit_and_nothing_is_missing(stage: WecomBotStage) -> None:
    """LangBot#1065, AstrBot#564, CowAgent#939."""
    long = "。".join(f"第{n}句话说的是同一件事" for n in range(3000)) + "。"
    pages = stage.messenger.channel.render(lines(long))
    assert len(pages) > 1
    assert all(len(page.encode()) <= 20_480 for page in pages)
    assert "".join(page.rpartition("\n")[0] for page in pages) == long


async def test_answered_several_times__a_message_that_comes_again_is_answered_once(stage: WecomBotStage) -> None:
    """chatgpt-on-wecom#13, wecom-app-svr#1, clawdbot-feishu#27."""
    asked = await stage.standin.say("甲", SUBSIDY)
    await stage.settle()
    await stage.standin.push_again(asked)
    await asyncio.sleep(0.3)
    assert len(stage.standin.shown) == 1


async def test_stream_closed_too_late__the_answer_goes_out_as_a_message(stage: WecomBotStage) -> None:
    """AstrBot#3724, openclaw-plugin-wecom#107: 846608."""
    stage.standin.scale = 0.0  # every stream is over at once
    await stage.standin.say("甲", SUBSIDY)
    await stage.settle()
    stage.standin.refusals.clear()
    assert (stage.standin.shown[-1].command, TWENTY in stage.standin.shown[-1].text) == ("aibot_send_msg", True)


@pytest.mark.parametrize("code", [846605, 846608])
async def test_a_reply_slot_that_is_gone__sent_as_a_message(stage: WecomBotStage, code: int) -> None:
    stage.standin.faults.codes.extend([("aibot_respond_msg", code)] * 2)
    assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert stage.standin.shown[-1].command == "aibot_send_msg"


@pytest.mark.parametrize("code", [1000, 1001, 1011])
async def test_dead_but_connected__every_kind_of_close_is_followed_by_a_new_connection(
    stage: WecomBotStage, code: int
) -> None:
    """The official SDK does not reconnect after 1000 and 1001."""
    await stage.standin.close(code)
    await until(lambda: stage.standin.subscriptions == 2, "a new subscription")
    assert TWENTY in texts(await stage.tell(SUBSIDY))


async def test_dead_but_connected__cut_without_a_word(stage: WecomBotStage) -> None:
    stage.standin.drop()
    await until(lambda: stage.standin.subscriptions == 2, "a new subscription")
    assert TWENTY in texts(await stage.tell(SUBSIDY))


async def test_dead_but_connected__pings_that_nobody_answers_end_it(stage: WecomBotStage) -> None:
    """wecom-openclaw-plugin#54, hermes-agent#11554: half open."""
    await until(lambda: stage.standin.pings > 1, "pings")
    stage.standin.faults.mute.add("ping")
    await until(lambda: stage.standin.subscriptions == 2, "a new subscription")
    stage.standin.faults.mute.clear()
    assert TWENTY in texts(await stage.tell(SUBSIDY))


async def test_not_subscribed__846609_is_mended_by_a_new_connection(stage: WecomBotStage) -> None:
    """hermes-agent#29667: 846609 173 times a day."""
    stage.standin.faults.codes.extend([("aibot_respond_msg", 846609)] * 2)
    assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert stage.standin.subscriptions >= 2


async def test_timeout_taken_as_failure__the_same_stream_is_finished_again_not_another(stage: WecomBotStage) -> None:
    """hermes-agent#14061: carried out, and the answer lost."""
    stage.standin.faults.drop_after.append("aibot_respond_msg")
    await stage.standin.say("甲", SUBSIDY)
    await stage.settle()
    answers = [one for one in stage.standin.shown if TWENTY in one.text]
    assert len(answers) == 1


async def test_order_lost__pages_and_questions_stay_in_order(stage: WecomBotStage) -> None:
    """bot-on-anything#335, YanHaidao/wecom#29."""
    asked = [await stage.standin.say("甲", text) for text in ("1.1", "1.2", "1.3", "2.1")]
    await stage.settle(4)
    assert [one.answers for one in stage.standin.shown] == asked


async def test_old_messages_answered_after_restart__what_was_done_stays_done(stage: WecomBotStage) -> None:
    """CodePilot#649, pi-wechat-assistant#4."""
    asked = await stage.standin.say("甲", SUBSIDY)
    await stage.settle()
    await stage.again()
    await stage.standin.push_again(asked)
    await asyncio.sleep(0.3)
    assert len(stage.standin.shown) == 1


# -- the connection ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gone", "command"), [(False, "aibot_respond_msg"), (True, "aibot_send_msg")])
async def test_after_a_restart_the_answer_goes_out_under_its_old_req_id_or_as_a_message(
    stage: WecomBotStage, store: Store, monkeypatch: pytest.MonkeyPatch, gone: bool, command: str
) -> None:
    await stage.tell("1.1")
    stage.standin.again = False  # so that only the journal knows of the question
    stage.intake.journal.closing = True  # as a process that ends before it answers
    monkeypatch.setattr(stage.intake.journal, "_hand_on", lambda _: None)
    asked = await stage.say("甲", SUBSIDY)
    async with asyncio.timeout(PATIENCE):
        while (await store.counts()).get("open", 0) < 1:
            await asyncio.sleep(0.01)
    if gone:
        stage.standin.gone |= set(stage.standin._callbacks)
    await stage.again()
    await stage.settle()
    answer = stage.standin.shown[-1]
    assert (answer.command, TWENTY in answer.text) == (command, True)
    assert answer.answers == ("" if gone else asked)
    stage.standin.refusals.clear()


async def test_kicked_by_another_instance__told_loudly_and_no_fight(
    stage: WecomBotStage, recent: RecentReplies, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client()
    settings = WecomBotSettings(BOT_ID, SECRET, stage.standin.ws_url)
    other = WecomBot(settings, client, recent.assistant.words)
    with caplog.at_level(logging.ERROR):
        task = asyncio.create_task(other.connection.run())
        await until(lambda: stage.messenger.trouble == "kicked by another instance", "the kick")
    (told,) = [record for record in caplog.records if record.getMessage() == "wecom_bot_kicked"]
    assert "停掉另一个" in told.__dict__["remedy"]
    assert not other.trouble
    assert stage.standin.kicks == 1
    await asyncio.sleep(0.1)
    assert stage.standin.kicks == 1, "it stays away"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await client.close()
    await until(lambda: not stage.messenger.trouble, "its place again")


async def test_wrong_credentials_are_told_and_tried_seldom(
    recent: RecentReplies, caplog: pytest.LogCaptureFixture
) -> None:
    async with OpenWs() as standin:
        client = Client()
        bot = WecomBot(WecomBotSettings(BOT_ID, "wrong-secret-0123", standin.ws_url), client, recent.assistant.words)
        with caplog.at_level(logging.ERROR):
            (finding,) = await bot.check()
        assert not finding.good
        assert "WECOM_BOT_SECRET" in finding.remedy
        assert "853000" in next(r for r in caplog.records if r.getMessage() == "wecom_bot_denied").__dict__["reason"]
        assert len(standin.refusals) == 1
        good = WecomBot(WecomBotSettings(BOT_ID, SECRET, standin.ws_url), client, recent.assistant.words)
        assert [one.good for one in await good.check()] == [True]
        await client.close()


async def test_where_nobody_listens_the_check_says_what_to_look_at(recent: RecentReplies) -> None:
    client = Client()
    bot = WecomBot(WecomBotSettings(BOT_ID, SECRET, "ws://127.0.0.1:9"), client, recent.assistant.words)
    (finding,) = await bot.check()
    assert not finding.good
    assert "WECOM_BOT_WS_URL" in finding.remedy
    await client.close()


async def test_rate__a_conversation_that_is_full_waits_and_answers_all(
    stage: WecomBotStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.wecom_bot.channel.PAUSE", 0.2)
    stage.standin.faults.codes.extend([("aibot_respond_msg", 45009)] * 2)
    assert TWENTY in texts(await stage.tell(SUBSIDY))


async def test_thirty_a_minute__placeholders_make_way_for_answers(stage: WecomBotStage) -> None:
    stage.standin.quota = True
    for _ in range(15):
        assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert sum(one.frames for one in stage.standin.shown) <= 20 + 5
    assert stage.standin.refusals == []


async def test_no_secret_and_no_question_in_the_log(stage: WecomBotStage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await stage.standin.close(1011)
        await until(lambda: stage.standin.subscriptions == 2, "a new subscription")
        await stage.tell(SUBSIDY)
    told = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert SECRET not in told
    assert SUBSIDY not in told


# -- settings ------------------------------------------------------------------------------------------------------

GOOD = {"WECOM_BOT_ID": BOT_ID, "WECOM_BOT_SECRET": SECRET}


def test_the_settings() -> None:
    faults: list[str] = []
    assert read({}, faults) is None
    found = read(GOOD, faults)
    assert found == WecomBotSettings(BOT_ID, SECRET, OFFICIAL)
    assert SECRET not in repr(found)
    assert read(GOOD | {"WECOM_BOT_WS_URL": "ws://127.0.0.1:8000/"}, faults) == WecomBotSettings(
        BOT_ID, SECRET, "ws://127.0.0.1:8000"
    )
    assert faults == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"WECOM_BOT_SECRET": ""}, "WECOM_BOT_SECRET：没有设"),
        ({"WECOM_BOT_ID": ""}, "WECOM_BOT_ID：没有设"),
        ({"WECOM_BOT_SECRET": "有 空格 的 口令"}, "WECOM_BOT_SECRET：9 个字符，样子不对"),
        ({"WECOM_BOT_WS_URL": "ws://openws.example.cn"}, "没有加密"),
        ({"WECOM_BOT_WS_URL": "https://x.cn"}, "不是 wss 地址"),
    ],
)
def test_each_fault_of_the_settings_is_named(change: dict[str, str], fault: str) -> None:
    faults: list[str] = []
    read(GOOD | change, faults)
    assert len(faults) == 1
    assert fault in faults[0]
    assert "有 空格" not in faults[0]
