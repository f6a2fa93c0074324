"""A Feishu bot: the address check, signatures, retries, cards; what users of other bots complain of, by name."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.feishu.cards import card
from bot.channels.feishu.crypto import CryptoError, opened, signed
from bot.channels.feishu.settings import OFFICIAL, FeishuSettings, read
from bot.service.pages import lines
from bot.service.port import Button, UnwelcomeError
from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from tests.channels.stage import texts
from tests.channels.stages import FeishuStage
from tests.standins import feishu
from tests.standins.feishu import FeishuServer

SUBSIDY = "首次认定的高企补贴多少"
TWENTY = "20万元"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service.turns.STEP_BACKOFF", 0.02)
    monkeypatch.setattr("bot.service.journal.RETRY_FIRST", 0.1)
    monkeypatch.setattr("bot.channels.feishu.channel.PAUSE", 0.1)


@pytest.fixture
async def stage(store: Store, recent: RecentReplies) -> AsyncIterator[FeishuStage]:
    stage = FeishuStage(store, recent)
    await stage.start()
    yield stage
    await stage.stop()
    assert "aside" not in await store.counts()


# -- crypto --------------------------------------------------------------------------------------------------------


def test_the_official_vector() -> None:
    assert opened("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=", "test key") == b"hello world"


@given(st.dictionaries(st.text(max_size=5), st.text(st.characters(exclude_categories=["Cs"]), max_size=50), max_size=4))
def test_what_feishu_seals_can_be_opened(body: dict[str, str]) -> None:
    server = FeishuServer()
    raw = server.seal(body)
    assert json.loads(opened(json.loads(raw)["encrypt"], feishu.KEY)) == body
    headers = server.sign(raw)
    stamp, nonce = headers["X-Lark-Request-Timestamp"], headers["X-Lark-Request-Nonce"]
    assert signed(headers["X-Lark-Signature"], stamp, nonce, feishu.KEY, raw)
    assert not signed(headers["X-Lark-Signature"], stamp, nonce, feishu.KEY, raw + b" "), "over the bytes as they came"


@given(st.binary(max_size=120))
def test_nothing_else_is_opened(data: bytes) -> None:
    import base64

    try:
        opened(base64.b64encode(data).decode(), feishu.KEY)
    except CryptoError:
        return
    assert len(data) >= 32, "one in 256 has a padding that could be"


# -- the callback ----------------------------------------------------------------------------------------------------


async def test_the_challenge(stage: FeishuStage) -> None:
    assert await stage.standin.check()
    raw = stage.standin.seal({"type": "url_verification", "token": "another", "challenge": "c1"})
    assert (await stage.standin.post(raw, {}))[0] == 403


async def test_who_is_not_feishu_is_refused(stage: FeishuStage) -> None:
    standin = stage.standin
    header = {"event_id": "e", "event_type": "im.message.receive_v1", "token": feishu.TOKEN}
    good = {"schema": "2.0", "header": header, "event": standin.message("甲", SUBSIDY)}
    raw = standin.seal(good)
    none: dict[str, str] = {}
    for headers in (
        none,
        standin.sign(raw) | {"X-Lark-Signature": "0" * 64},
        standin.sign(raw, time.time() - 9 * 3600),
    ):
        assert (await standin.post(raw, headers))[0] == 403
    wrong = standin.seal(good | {"header": header | {"token": "another"}})
    assert (await standin.post(wrong, standin.sign(wrong)))[0] == 403
    for body in (b"", b"[]", b'{"encrypt": "eA=="}', b'{"schema": "2.0"}'):
        assert (await standin.post(body, standin.sign(body)))[0] == 403
    assert await stage.store.counts() == {}


async def test_answered_within_three_seconds_whatever_sending_takes(stage: FeishuStage) -> None:
    stage.standin.codes.extend([("reply", 99991400)] * 5)
    sent = stage.standin.held["reply"] = asyncio.Event()
    assert await stage.standin.say("甲", SUBSIDY)
    sent.set()
    await stage.settle()
    assert TWENTY in texts(stage.seen())


# -- once and whole (channels.md 1.9) --------------------------------------------------------------------------------


async def test_answered_several_times__the_message_counts_not_the_event(stage: FeishuStage) -> None:
    """clawdbot-feishu#27, #79, #151: the event's id differs when it comes again."""
    event = stage.standin.message("甲", SUBSIDY)
    for _ in range(4):
        assert await stage.standin.event("im.message.receive_v1", event)
    await stage.settle()
    await asyncio.sleep(0.2)
    assert len(stage.standin.shown) == 1


async def test_answered_several_times__also_hours_later_and_after_a_restart(stage: FeishuStage) -> None:
    """Memory sets die with restarts; Feishu comes again after six hours."""
    event = stage.standin.message("甲", SUBSIDY)
    await stage.standin.event("im.message.receive_v1", event)
    await stage.settle()
    await stage.again()
    assert await stage.standin.event("im.message.receive_v1", event)
    await asyncio.sleep(0.2)
    assert len(stage.standin.shown) == 1


def test_ids_are_kept_for_longer_than_the_last_retry() -> None:
    from bot.store.store import KEEP_DONE

    assert KEEP_DONE >= 8 * 3600 > feishu.LADDER[-1]


async def test_timeout_taken_as_failure__the_same_uuid_sends_once(stage: FeishuStage) -> None:
    """hermes-agent#14061."""
    stage.standin.drop_after.append("reply")
    assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert len(stage.standin.shown) == 1
    assert stage.standin.calls["reply"] == 2


async def test_replies_and_does_not_just_send(stage: FeishuStage) -> None:
    """WeKnora#1810."""
    asked = await stage.say("甲", SUBSIDY)
    await stage.settle()
    assert stage.standin.shown[0].answers == asked


async def test_cut_answers__no_card_is_longer_than_the_limit(stage: FeishuStage) -> None:
    long = "".join(f'第{n}句话，说的是「同一件」"事"\\；' for n in range(3000))
    pages = stage.messenger.channel.render(lines(long))
    rows = tuple((Button("字" * 40, "c:0123456789"),) for _ in range(40))
    assert len(pages) > 1
    assert all(len(card(page, rows, True).encode()) <= feishu.MOST_CARD for page in pages)
    assert "".join(page.rpartition("\n")[0] for page in pages) == long


async def test_a_withdrawn_question_is_dropped(stage: FeishuStage, store: Store) -> None:
    event = stage.standin.message("甲", SUBSIDY)
    stage.standin.withdrawn.add(event["message"]["message_id"])
    await stage.standin.event("im.message.receive_v1", event)
    await stage.settle()
    assert stage.seen() == []
    assert await store.counts() == {"done": 1}


async def test_a_token_that_is_over_is_fetched_once(stage: FeishuStage) -> None:
    await stage.tell(SUBSIDY)
    before = stage.standin.calls["token"]
    stage.standin.tokens.clear()
    assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert stage.standin.calls["token"] == before + 1


# -- cards ---------------------------------------------------------------------------------------------------------


async def test_buttons_change_the_card_and_outlive_a_restart(stage: FeishuStage) -> None:
    (listed,) = await stage.tell("/list")
    await stage.again()
    inside = await stage.choose([listed], listed.labels[3])
    assert stage.standin.shown[0].edited
    title = next(label for label in inside[0].labels if label.startswith("4.2"))
    assert TWENTY in texts(await stage.choose(inside, title))


async def test_thumbs_with_a_reason_and_a_toast(stage: FeishuStage) -> None:
    (answer,) = await stage.tell(SUBSIDY)
    (changed,) = await stage.choose([answer], "👎")
    assert stage.standin.toasts == [stage.words("judging.ask_reason")]
    await stage.choose([changed], stage.words("judging.reason.incomplete"))
    assert stage.standin.toasts[-1] == stage.words("judging.thanks_bad")
    assert "👎" in stage.seen()[0].labels


async def test_an_old_button_gets_a_word(stage: FeishuStage) -> None:
    await stage.tell(SUBSIDY)
    shown = stage.standin.shown[0]
    shown.rows[0][0]["value"]["data"] = "c:0000000000"
    await stage.standin.press("甲", shown, shown.rows[0][0]["text"]["content"])
    await stage.settle()
    assert stage.standin.toasts == [stage.words("buttons.old")]


# -- groups and what is sent unasked -----------------------------------------------------------------------------------


async def test_in_a_group_only_what_names_it_is_answered(stage: FeishuStage) -> None:
    assert await stage.tell(SUBSIDY, group="企业群", named=False) == []
    assert TWENTY in texts(await stage.tell(SUBSIDY, group="企业群"))


async def test_a_reply_to_the_bots_message_is_known_after_a_restart(stage: FeishuStage) -> None:
    (answer,) = await stage.tell(SUBSIDY, group="企业群")
    await stage.again()
    event = stage.standin.message("甲", "那重新认定呢", "企业群", named=False, parent_id=answer.name)
    await stage.standin.event("im.message.receive_v1", event)
    await stage.settle()
    assert "5万元" in texts(stage.seen())


async def test_coming_into_a_group_says_how_to_ask(stage: FeishuStage) -> None:
    inner = {"chat_id": "企业群", "operator_id": {"open_id": "甲"}}
    await stage.standin.event("im.chat.member.bot.added_v1", inner)
    await stage.settle()
    assert f"@{feishu.NAME}" in texts(stage.seen())


async def test_the_menu_is_the_command_and_other_bots_are_not_answered(stage: FeishuStage) -> None:
    menu = {"operator": {"operator_id": {"open_id": "甲"}}, "event_key": "/about"}
    await stage.standin.event("application.bot.menu_v6", menu)
    await stage.settle()
    assert len(stage.seen()) == 1
    event = stage.standin.message("乙", SUBSIDY)
    event["sender"]["sender_type"] = "app"
    await stage.standin.event("im.message.receive_v1", event)
    await stage.settle()
    assert len(stage.seen()) == 1


async def test_somebody_who_can_not_be_reached(stage: FeishuStage) -> None:
    channel = stage.messenger.channel
    with pytest.raises(UnwelcomeError):
        await channel.send(channel.private(feishu.NOBODY), "您好")


async def test_rich_text_is_read(stage: FeishuStage) -> None:
    content = {"title": "", "content": [[{"tag": "text", "text": SUBSIDY}], [{"tag": "img", "image_key": "k"}]]}
    await stage.standin.say("甲", kind="post", content=json.dumps(content, ensure_ascii=False))
    await stage.settle()
    assert TWENTY in texts(stage.seen())


# -- settings ------------------------------------------------------------------------------------------------------

GOOD = {
    "FEISHU_APP_ID": feishu.APP_ID,
    "FEISHU_APP_SECRET": feishu.SECRET,
    "FEISHU_ENCRYPT_KEY": feishu.KEY,
    "FEISHU_VERIFICATION_TOKEN": feishu.TOKEN,
}


def test_the_settings() -> None:
    faults: list[str] = []
    assert read({}, faults) is None
    found = read(GOOD, faults)
    assert found == FeishuSettings(feishu.APP_ID, feishu.SECRET, feishu.KEY, feishu.TOKEN, OFFICIAL)
    assert feishu.SECRET not in repr(found)
    assert faults == []
    read(GOOD | {"FEISHU_ENCRYPT_KEY": "", "FEISHU_VERIFICATION_TOKEN": ""}, faults)
    assert [fault.split("：")[0] for fault in faults] == ["FEISHU_ENCRYPT_KEY", "FEISHU_VERIFICATION_TOKEN"]
