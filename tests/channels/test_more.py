"""What features.yaml and complaints.yaml want of several messengers alike, and of some beside their own tests."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.hosting.messengers import KNOWN, configured
from bot.service.port import UnwelcomeError
from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from tests.channels.stage import Stage, texts
from tests.channels.stages import STAGES
from tests.standins import dingtalk
from tests.standins.listening import until

SUBSIDY, TWENTY = "首次认定的高企补贴多少", "20万元"
SENDS = {
    "wecom_app": "/cgi-bin/message/send",
    "wecom_kf": "/cgi-bin/kf/send_msg",
    "wechat_mp": "/cgi-bin/message/custom/send",
    "dingtalk": "session",
}
"""What the messenger's answers are sent by."""
Open = Callable[[str], Awaitable[Stage]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service.turns.STEP_BACKOFF", 0.02)
    monkeypatch.setattr("bot.service.journal.RETRY_FIRST", 0.1)
    monkeypatch.setattr("bot.channels.wecom_kf.reading.RETRY", (0.05, 0.2))
    monkeypatch.setattr("bot.channels.feishu.channel.PAUSE", 0.05)


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
        await stage.stop()
    assert "aside" not in await store.counts()


async def quiet(stage: Stage) -> None:
    """Whatever is still to come has come."""
    await asyncio.sleep(0.2)
    await stage.intake.idle()


# -- each a complaint ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["wecom_kf", "wechat_mp"])
async def test_cut_answers__the_longest_clause_is_whole(stage_of: Open, recent: RecentReplies, channel: str) -> None:
    stage = await stage_of(channel)
    longest = max(recent.assistant.library.policies[0].clauses, key=lambda clause: len(clause.body))
    said = await stage.tell(longest.id)
    while stage.words("messenger.more", n=0) in said[-1].text:
        said += await stage.tell("0")
    assert all(len(one.text.encode()) <= 2_048 for one in said)
    shown = texts(said).replace(stage.words("messenger.more", n=0), "").replace("\n", "")
    for sentence in longest.body.replace("\n", "").split("。"):
        assert sentence in shown


async def test_answered_several_times__callbacks_that_come_again_read_nothing_twice(stage_of: Open) -> None:
    stage = await stage_of("wecom_kf")
    await stage.standin.kf_say("甲", SUBSIDY)
    for _ in range(3):
        await stage.standin.kf_tell()
    await stage.settle()
    await quiet(stage)
    assert len(stage.seen()) == 1


async def test_answered_several_times__three_tries_of_an_account(stage_of: Open) -> None:
    stage = await stage_of("wechat_mp")
    await asyncio.gather(*(stage.standin.say("甲", SUBSIDY, msgid=77) for _ in range(3)))
    await stage.settle()
    await quiet(stage)
    assert len(stage.seen()) == 1


@pytest.mark.parametrize("channel", ["wecom_kf", "wechat_mp", "dingtalk"])
async def test_timeout_taken_as_failure__a_slow_answer_is_waited_for(stage_of: Open, channel: str) -> None:
    stage = await stage_of(channel)
    let_go = stage.standin.held[SENDS[channel]] = asyncio.Event()
    asking = asyncio.create_task(stage.say("甲", SUBSIDY))
    await until(lambda: len(stage.seen()) == 1, "it was sent")
    await asyncio.sleep(0.3)
    let_go.set()
    await asking
    await stage.settle()
    await quiet(stage)
    assert len(stage.seen()) == 1, "and not once more"


@pytest.mark.parametrize("channel", ["wecom_app", "wechat_mp", "dingtalk"])
async def test_old_messages_answered_after_restart__what_was_done_stays_done(
    stage_of: Open, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = await stage_of(channel)
    name = {"dingtalk": "msg77"}.get(channel, 77)
    await stage.standin.say("甲", SUBSIDY, msgid=name)
    await stage.settle()
    await stage.again()
    monkeypatch.setattr("bot.channels.wechat_mp.messenger.PASSIVE_WITHIN", 0.2)  # it may ask for the question again
    await stage.standin.say("甲", SUBSIDY, msgid=name)
    await quiet(stage)
    assert [TWENTY in one.text for one in stage.seen()].count(True) == 1


def test_what_is_not_configured_is_not_there() -> None:
    """WeKnora#1810: a channel that is switched off keeps its connection."""
    found = configured({"DINGTALK_CLIENT_ID": "dingabcdef", "DINGTALK_CLIENT_SECRET": "s" * 20})
    assert list(found.settings) == ["dingtalk"]
    assert len(KNOWN) == 6
    assert configured({}).settings == {}


# -- each a feature --------------------------------------------------------------------------------------------------


async def test_an_old_button_of_a_card_gets_a_word(stage_of: Open) -> None:
    stage = await stage_of("dingtalk with cards")
    await stage.tell(SUBSIDY)
    card = stage.standin.shown[-1]
    card.buttons[0]["params"]["id"] = "c:0000000000"
    await stage.standin.press("甲", card, card.buttons[0]["text"])
    await stage.settle()
    assert stage.seen()[-1].text == stage.words("buttons.old")


async def test_the_accounts_menu_is_set_and_a_click_is_the_command(stage_of: Open) -> None:
    stage = await stage_of("wechat_mp")
    await until(lambda: len(stage.standin.menus) == 1, "the menu")
    keys = [sub["key"] for button in stage.standin.menus[0]["button"] for sub in button["sub_button"]]
    assert "/list" in keys
    for key in keys:
        before = len(stage.seen())
        await stage.standin.say(key, MsgType="event", Event="CLICK", EventKey=key, MsgId="")
        await stage.settle()
        assert len(stage.seen()) > before, key


@pytest.mark.parametrize("channel", ["wecom_app", "wechat_mp"])
async def test_who_subscribes_is_welcomed(stage_of: Open, channel: str) -> None:
    stage = await stage_of(channel)
    await stage.standin.say("甲", MsgType="event", Event="subscribe", EventKey="", MsgId="")
    await stage.settle()
    assert "照原文回答" in texts(stage.seen())


async def test_what_a_customer_withdraws_is_no_question(stage_of: Open) -> None:
    stage = await stage_of("wecom_kf")
    await stage.standin.kf_say("甲", SUBSIDY)
    await stage.settle()
    event = {"event_type": "user_recall_msg", "external_userid": "甲", "recall_msgid": "kf00000001"}
    await stage.standin.kf_say("甲", msgtype="event", origin=4, event=event)
    assert TWENTY in texts(await stage.tell(SUBSIDY, by="乙"))
    assert [one.conversation for one in stage.seen()] == ["甲", "乙"]


async def test_what_feishu_tells_beside_questions_is_taken_and_left(stage_of: Open) -> None:
    stage = await stage_of("feishu")
    for kind in ("im.message.recalled_v1", "im.message.updated_v1", "im.message.reaction.created_v1"):
        assert await stage.standin.event(kind, {"message_id": "om_1", "chat_id": "oc_1"}), "taken, and not sent again"
    assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert len(stage.seen()) == 1


@pytest.mark.parametrize(("channel", "code"), [("wecom_kf", 95013), ("wecom_kf", 95018), ("wechat_mp", 45015)])
async def test_who_can_not_be_reached_any_more_is_noticed(stage_of: Open, channel: str, code: int) -> None:
    stage = await stage_of(channel)
    await stage.tell("1.1", by="乙")
    stage.standin.codes.append((SENDS[channel], code))
    assert await stage.tell(SUBSIDY) == []
    assert await stage.store.counts() == {"done": 2}, "dealt with, and not tried for ever"
    ding = await stage_of("dingtalk")
    with pytest.raises(UnwelcomeError):
        await ding.messenger.channel.send(ding.messenger.channel.private(dingtalk.NOBODY), "您好")


async def test_when_an_accounts_five_are_used_up_answers_wait(stage_of: Open) -> None:
    stage = await stage_of("wechat_mp")
    await stage.tell("1.1", by="乙")
    stage.standin.codes.extend([("/cgi-bin/message/custom/send", 45047)] * 2)
    assert TWENTY in texts(await stage.tell(SUBSIDY)), "later, and not never"


async def test_what_feishu_finds_too_fast_waits(stage_of: Open) -> None:
    stage = await stage_of("feishu")
    stage.standin.codes.extend([("reply", 99991400), ("reply", 230020)])
    assert TWENTY in texts(await stage.tell(SUBSIDY))


@pytest.mark.parametrize("channel", ["wecom_kf", "wechat_mp"])
async def test_a_token_that_is_over_is_fetched_once(stage_of: Open, channel: str) -> None:
    stage = await stage_of(channel)
    await stage.tell("1.1", by="乙")
    tokens = len(stage.standin.tokens)
    stage.standin.end_tokens()
    assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert len(stage.standin.tokens) == tokens + 1


@pytest.mark.parametrize("channel", ["wecom_kf", "wechat_mp"])
@pytest.mark.parametrize("way", ["signature", "key"])
async def test_who_is_not_the_platform_is_refused(stage_of: Open, channel: str, way: str) -> None:
    stage = await stage_of(channel)
    calls = stage.standin.kf_calls if channel == "wecom_kf" else stage.standin.caller
    seal, calls.pause = calls.seal, 0.0
    wrong = {"token": "AnotherToken"} if way == "signature" else {"key": "Z" * 42 + "A"}
    calls.seal = dataclasses.replace(seal, **wrong)
    taken = await (stage.standin.say("甲", SUBSIDY) if channel == "wechat_mp" else stage.standin.kf_say("甲", SUBSIDY))
    assert not taken
    assert set(calls.statuses) == {403}
    await quiet(stage)
    assert stage.seen() == []
