"""微信客服 with people at WeCom's own desks: handed over, silent while they answer, and back again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.wecom_kf.settings import read
from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from tests.channels.stage import texts
from tests.channels.stages import WecomKfStage
from tests.standins.listening import until
from tests.standins.wecom import qyapi

SUBSIDY, TWENTY = "首次认定的高企补贴多少", "20万元"


class QueueStage(WecomKfStage):
    servicer = "queue"


class PersonStage(WecomKfStage):
    servicer = qyapi.SERVICER


@pytest.fixture(params=[QueueStage, PersonStage])
async def kf(request: pytest.FixtureRequest, store: Store, recent: RecentReplies) -> AsyncIterator[WecomKfStage]:
    stage: WecomKfStage = request.param(store, recent)
    await stage.start()
    yield stage
    await stage.stop()
    assert "aside" not in await store.counts()


async def handed_over(kf: WecomKfStage, text: str = "转人工") -> None:
    assert await kf.standin.kf_say("甲", text)
    await until(lambda: kf.standin.states.get("甲") in (2, 3), "the hand-over")
    await until(lambda: kf.words("messenger.with_person") in texts(kf.seen()), "the customer is told")


@pytest.mark.parametrize("text", ["转人工", "/human", "我要找人工客服"])
async def test_who_asks_for_a_person_is_handed_over_and_told(kf: WecomKfStage, store: Store, text: str) -> None:
    assert TWENTY in texts(await kf.tell(SUBSIDY))
    await handed_over(kf, text)
    assert kf.standin.states["甲"] == (2 if isinstance(kf, QueueStage) else 3)
    assert await store.counts() == {"done": 1}, "and there is no ticket beside"
    assert kf.memory.shown == []


async def test_messages_while_a_person_has_it_are_left_to_the_person_and_it_comes_back(kf: WecomKfStage) -> None:
    await handed_over(kf)
    await kf.standin.kf_change("甲", qyapi.WITH_PERSON, 1, code=False)
    before = len(kf.seen())
    await kf.standin.kf_say("甲", SUBSIDY)
    await kf.standin.kf_say("乙", "1.1")
    await kf.settle()
    assert {one.conversation for one in kf.seen()[before:]} == {"乙"}, "nobody else waits"
    await kf.standin.kf_change("甲", qyapi.ENDED, 3)
    await until(lambda: kf.seen()[-1].text == kf.words("messenger.person_left"), "who answers from here on")
    before = len(kf.seen())
    assert TWENTY in texts(await kf.tell(SUBSIDY))
    assert len(kf.seen()) == before + 1, "what the person had is not answered once more"


async def test_what_came_before_the_wish_is_answered_and_what_follows_is_the_persons(kf: WecomKfStage) -> None:
    for text in (SUBSIDY, "转人工", "1.1"):
        await kf.standin.kf_say("甲", text, tell=False)
    await kf.standin.kf_tell()
    await until(lambda: kf.standin.states.get("甲") in (2, 3), "the hand-over")
    await kf.standin.kf_say("乙", "2.1")
    await kf.settle(2)
    mine = [one.text for one in kf.seen() if one.conversation == "甲"]
    assert len(mine) == 2
    assert TWENTY in mine[0]
    assert mine[1] == kf.words("messenger.with_person")


async def test_where_nobody_is_at_work_a_ticket_is_opened(kf: WecomKfStage, caplog: pytest.LogCaptureFixture) -> None:
    kf.standin.servicers.clear()
    await kf.tell("武汉的人才住房怎么申请")
    assert "工单 #1" in texts(await kf.tell("转人工"))
    (told,) = [record for record in caplog.records if record.message == "kf_not_handed_over"]
    assert "WECOM_KF_SERVICER_ID" in told.remedy  # type: ignore[attr-defined]
    kf.standin.refusals.clear()


async def test_a_restart_in_the_middle_leaves_it_with_the_person(kf: WecomKfStage) -> None:
    await handed_over(kf)
    before = len(kf.seen())
    await kf.again()
    await kf.standin.kf_say("甲", SUBSIDY)
    await kf.standin.kf_say("乙", "1.1")
    await kf.settle()
    assert {one.conversation for one in kf.seen()[before:]} == {"乙"}


@pytest.mark.parametrize(("given", "fault"), [("queue", False), ("zhang.san", False), ("张三", True)])
def test_the_setting(given: str, fault: bool) -> None:
    values = {"WECOM_APP_CORP_ID": qyapi.CORP, "WECOM_KF_SECRET": "s", "WECOM_KF_TOKEN": "t"}
    faults: list[str] = []
    found = read(values | {"WECOM_KF_AES_KEY": qyapi.KF_KEY, "WECOM_KF_SERVICER_ID": given}, faults)
    assert found is not None
    assert [told.split("：")[0] for told in faults] == ["WECOM_KF_SERVICER_ID"] * fault
