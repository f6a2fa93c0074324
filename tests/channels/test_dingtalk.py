"""A DingTalk robot: tickets, acknowledgements, sessions; what users of other bots complain of, by name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from bot.channels.dingtalk import stream
from bot.channels.dingtalk.channel import MOST_BODY
from bot.channels.dingtalk.settings import OFFICIAL, DingtalkSettings, read
from bot.service.pages import lines
from bot.service.port import UnwelcomeError
from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from tests.channels.stage import texts
from tests.channels.stages import DingtalkStage
from tests.standins import dingtalk
from tests.standins.listening import until

SUBSIDY = "首次认定的高企补贴多少"
TWENTY = "20万元"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"BACKOFF": (0.05, 0.2), "HEARTBEAT": 0.4, "CONNECTED_WITHIN": 1.0, "DENIED": 0.3}.items():
        monkeypatch.setattr(stream, name, value)
    monkeypatch.setattr("bot.service.turns.STEP_BACKOFF", 0.02)
    monkeypatch.setattr("bot.service.journal.RETRY_FIRST", 0.1)
    monkeypatch.setattr("bot.channels.dingtalk.channel.PAUSE", 0.1)


@pytest.fixture
async def stage(store: Store, recent: RecentReplies) -> AsyncIterator[DingtalkStage]:
    stage = DingtalkStage(store, recent)
    await stage.start()
    yield stage
    await stage.stop()
    assert "aside" not in await store.counts()


# -- the connection ------------------------------------------------------------------------------------------------


async def test_a_ping_is_answered_with_its_own_data(stage: DingtalkStage) -> None:
    await stage.standin.system("ping")
    await until(lambda: stage.standin.pongs == 1, "the answer")


async def test_disconnect__a_new_connection_before_the_old_one_is_closed(stage: DingtalkStage) -> None:
    await asyncio.sleep(1.1)
    await stage.standin.system("disconnect")
    await until(lambda: stage.standin.connections == 2, "a new connection")
    assert not stage.bot.trouble
    assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert stage.standin.calls["open"] == 2, "with a ticket of its own"


@pytest.mark.parametrize("code", [1000, 1001, 1011])
async def test_every_kind_of_close_is_followed_by_a_new_connection(stage: DingtalkStage, code: int) -> None:
    await stage.standin.close(code)
    await until(lambda: stage.standin.connections == 2, "a new connection")
    assert TWENTY in texts(await stage.tell(SUBSIDY))


async def test_silent_death__a_half_open_connection_is_noticed(stage: DingtalkStage) -> None:
    """hermes-agent#79031, #51181, AstrBot#8504: dead after some idle minutes, and still "connected"."""
    stage.standin.deaf = True
    await until(lambda: stage.standin.connections == 2, "a new connection")
    stage.standin.deaf = False
    assert TWENTY in texts(await stage.tell(SUBSIDY))


async def test_cut_without_a_word(stage: DingtalkStage) -> None:
    stage.standin.drop()
    await until(lambda: stage.standin.connections == 2, "a new connection")
    assert TWENTY in texts(await stage.tell(SUBSIDY))


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_no_ticket_for_a_while(stage: DingtalkStage, status: int) -> None:
    stage.standin.codes.extend([("open", status)] * 2)
    stage.standin.drop()
    await until(lambda: stage.standin.connections == 2, "a new connection")
    assert TWENTY in texts(await stage.tell(SUBSIDY))


# -- once and whole (channels.md 1.9) --------------------------------------------------------------------------------


async def test_acknowledged_before_the_answer(stage: DingtalkStage) -> None:
    """dingtalk-openclaw-connector#302: without it the message comes again after a minute."""
    sent = stage.standin.held["session"] = asyncio.Event()
    await stage.standin.say("甲", SUBSIDY)
    await until(lambda: len(stage.standin.acknowledged) == 1, "the acknowledgement")
    sent.set()
    await stage.settle()


async def test_answered_several_times__the_same_message_is_answered_once(stage: DingtalkStage) -> None:
    """satori PR#395: by msgId in the data, whatever frame it comes in."""
    asked = await stage.standin.say("甲", SUBSIDY)
    await stage.settle()
    await stage.standin.say("甲", SUBSIDY, msgid=asked)
    await until(lambda: len(stage.standin.acknowledged) == 2, "both acknowledged")
    await asyncio.sleep(0.2)
    assert len(stage.standin.shown) == 1


async def test_a_message_that_was_not_acknowledged_comes_again_and_is_answered(stage: DingtalkStage) -> None:
    stage.standin.drop()
    await stage.standin.say("甲", SUBSIDY)
    await stage.settle()
    assert TWENTY in texts(stage.seen())


async def test_cut_answers__no_body_is_longer_than_the_limit(stage: DingtalkStage) -> None:
    long = "".join(f'第{n}句话，说的是「同一件」"事"\\；' for n in range(3000))
    pages = stage.messenger.channel.render(lines(long))
    assert len(pages) > 1
    for page in pages:
        inner = json.dumps({"content": page}, ensure_ascii=False)
        assert len(json.dumps({"msgParam": inner}, ensure_ascii=False).encode()) < MOST_BODY - 500
    assert "".join(page.rpartition("\n")[0] for page in pages) == long


async def test_expired_sessions__the_robots_api_takes_over(stage: DingtalkStage) -> None:
    """QwenPaw#1932: a cached webhook that had expired broke chats."""
    stage.standin.session_seconds = -10.0
    assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert stage.standin.shown[-1].by == "robot"
    assert TWENTY in texts(await stage.tell(SUBSIDY, group="企业群"))
    assert (stage.standin.shown[-1].by, stage.standin.shown[-1].to) == ("robot", "企业群")
    assert stage.standin.calls["session"] == 0


async def test_a_200_with_an_errcode_is_a_failure(stage: DingtalkStage) -> None:
    stage.standin.codes.append(("session", 300001))
    assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert stage.standin.shown[-1].by == "robot"


async def test_too_fast_waits(stage: DingtalkStage) -> None:
    stage.standin.codes.append(("session", 130101))
    assert TWENTY in texts(await stage.tell(SUBSIDY))


async def test_a_token_that_is_over_is_fetched_once(stage: DingtalkStage) -> None:
    stage.standin.session_seconds = -10.0
    await stage.tell(SUBSIDY)
    stage.standin.tokens.clear()
    assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert stage.standin.calls["token"] == 2


async def test_what_is_sent_unasked_goes_by_the_robot(stage: DingtalkStage) -> None:
    channel = stage.messenger.channel
    await channel.send(channel.private("甲"), "知识库换上了")
    assert (stage.standin.shown[-1].to, stage.standin.shown[-1].by) == ("甲", "robot")
    with pytest.raises(UnwelcomeError):
        await channel.send(channel.private(dingtalk.NOBODY), "您好")


async def test_a_session_elsewhere_than_https_gets_nothing(stage: DingtalkStage) -> None:
    await stage.standin.say("甲", SUBSIDY, body={"sessionWebhook": "http://dingtalk.example.cn/x"})
    await stage.settle()
    assert stage.standin.shown[-1].by == "robot"


async def test_rich_text_and_voice_are_read(stage: DingtalkStage) -> None:
    rich = {
        "msgtype": "richText",
        "content": {"richText": [{"text": SUBSIDY}, {"type": "picture", "downloadCode": "d"}]},
    }
    await stage.standin.say("甲", body=rich)
    await stage.settle()
    await stage.standin.say("甲", body={"msgtype": "audio", "content": {"recognition": "那重新认定呢"}})
    await stage.settle()
    assert "5万元" in texts(stage.seen())


# -- settings ------------------------------------------------------------------------------------------------------


def test_the_settings() -> None:
    faults: list[str] = []
    assert read({}, faults) is None
    good = {"DINGTALK_CLIENT_ID": dingtalk.CLIENT_ID, "DINGTALK_CLIENT_SECRET": dingtalk.SECRET}
    found = read(good, faults)
    assert found == DingtalkSettings(dingtalk.CLIENT_ID, dingtalk.SECRET, OFFICIAL)
    assert dingtalk.SECRET not in repr(found)
    assert faults == []
    read(good | {"DINGTALK_API_URL": "http://api.example.cn", "DINGTALK_CLIENT_SECRET": ""}, faults)
    assert len(faults) == 1
    assert "DINGTALK_CLIENT_SECRET：没有设" in faults[0]
