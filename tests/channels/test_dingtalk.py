"""A DingTalk robot: tickets, acknowledgements, sessions; what users of other bots complain of, by name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from bot.channels.dingtalk import stream
from bot.channels.dingtalk.channel import MOST_BODY
from bot.channels.dingtalk.markdown import MOST, markdown, strong
from bot.channels.dingtalk.settings import OFFICIAL, DingtalkSettings, read
from bot.service.pages import lines
from bot.service.port import UnwelcomeError
from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from tests.channels.stage import labels, texts
from tests.channels.stages import DingtalkCardsStage, DingtalkStage
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


@pytest.fixture
async def cards(store: Store, recent: RecentReplies) -> AsyncIterator[DingtalkCardsStage]:
    stage = DingtalkCardsStage(store, recent)
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


# -- markdown ---------------------------------------------------------------------------------------------------------


async def test_an_answer_with_something_strong_is_markdown_and_says_the_same(stage: DingtalkStage) -> None:
    said = await stage.tell(SUBSIDY)
    shown = stage.standin.shown[-1]
    assert TWENTY in texts(said)
    assert (shown.kind, stage.standin.refusals) == ("markdown", [])
    asked = await stage.tell("转人工")
    assert "工单 #1" in texts(asked)
    assert stage.standin.shown[-1].kind == "text", "what people reply to comes back as it is"


@pytest.mark.parametrize(
    "text",
    [
        "1*2*3",
        "a_b_c",
        "# 一",
        "1. 先",
        "- 甲",
        "甲\n===",
        "<b>",
        "[甲](乙)",
        "甲|乙",
        "    甲",
        "甲\\乙",
        "&lt;",
        "`甲`",
        "~甲~",
    ],
)
def test_what_would_be_taken_for_markup_is_no_markdown(text: str) -> None:
    assert markdown(f"{strong('标题')}\n{text}") is None


def test_markdown_keeps_lines_and_has_a_limit() -> None:
    assert markdown(f"{strong(' 标题　')}\n正文。") == " **标题**　\n\n正文。"
    assert markdown("字" * MOST) is not None
    assert markdown("字" * (MOST + 1)) is None


# -- cards ------------------------------------------------------------------------------------------------------------


async def test_buttons_are_pressed_over_the_stream_and_change_the_card(cards: DingtalkCardsStage) -> None:
    listed = await cards.tell("/list")
    before = len(cards.standin.shown)
    inside = await cards.choose(listed, labels(listed)[0])
    assert [one.name for one in inside] == [listed[-1].name], "in its place"
    assert len(cards.standin.shown) == before
    assert len(cards.standin.acknowledged) == 2


async def test_thumbs_on_a_card_ask_for_the_reason(cards: DingtalkCardsStage) -> None:
    said = await cards.tell(SUBSIDY)
    changed = await cards.choose(said, "👎")
    assert cards.words("judging.reason.wrong") in [label for one in changed for label in one.labels]
    thanks = await cards.choose(changed, cards.words("judging.reason.wrong"))
    assert cards.words("judging.thanks_bad") in texts(thanks)


async def test_a_press_in_a_group_is_answered_there(cards: DingtalkCardsStage) -> None:
    await cards.tell(SUBSIDY, group="企业群")
    card = cards.standin.shown[-1]
    for space in (True, False):
        before = len(cards.standin.shown)
        await cards.standin.press("乙", card, "👍", space)
        await cards.settle()
        assert {one.to for one in cards.standin.shown[before:]} == {"企业群"}


async def test_answered_several_times__a_press_that_comes_again_counts_once(cards: DingtalkCardsStage) -> None:
    await cards.tell(SUBSIDY)
    await cards.standin.press("甲", cards.standin.shown[-1], "👍")
    await cards.settle()
    before, frame = len(cards.standin.shown), cards.standin.frames[-1]
    await cards.standin._send(frame)
    await until(lambda: cards.standin.acknowledged.count(frame["headers"]["messageId"]) == 2, "acknowledged again")
    await cards.intake.idle()
    assert len(cards.standin.shown) == before


async def test_a_card_from_before_a_restart_is_answered(cards: DingtalkCardsStage) -> None:
    listed = await cards.tell("/list")
    await cards.again()
    assert await cards.choose(listed, labels(listed)[0])


async def test_a_text_that_a_card_can_not_show_goes_before_it(cards: DingtalkCardsStage) -> None:
    offered = await cards.tell("人才")
    text, card = cards.standin.shown[-2:]
    assert (text.kind, card.kind) == ("text", "card IM_ROBOT")
    assert card.text == cards.words("messenger.press")
    assert "补链强链" in texts(await cards.choose(offered, "2."))


@pytest.mark.parametrize("status", [400, 403])
async def test_where_cards_are_refused_it_is_told_and_people_choose_by_number(
    cards: DingtalkCardsStage, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    cards.standin.codes.append(("create", status))
    first = await cards.tell(SUBSIDY)
    assert TWENTY in texts(first), "nothing is lost"
    (told,) = [record for record in caplog.records if record.message == "dingtalk_cards_refused"]
    assert "DINGTALK_CARD_TEMPLATE_ID" in told.remedy  # type: ignore[attr-defined]
    await cards.tell("人才")
    assert "补链强链" in texts(await cards.tell("2"))


async def test_without_a_template_nothing_is_subscribed_to_but_messages(stage: DingtalkStage) -> None:
    assert stage.standin.topics == {dingtalk.TOPIC}


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


def test_the_cards_template_is_checked_for_its_shape() -> None:
    given = {"DINGTALK_CLIENT_ID": "dingabcdef", "DINGTALK_CLIENT_SECRET": "s" * 20}
    for template, fault in ((dingtalk.TEMPLATE, False), ("nonsense", True)):
        faults: list[str] = []
        found = read(given | {"DINGTALK_CARD_TEMPLATE_ID": template}, faults)
        assert bool(faults) == fault
        assert found is not None
        assert found.template == template
        assert all("DINGTALK_CARD_TEMPLATE_ID" in told for told in faults)
