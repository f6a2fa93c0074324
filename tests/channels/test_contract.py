"""What people and staff can do, in every messenger over its own protocol: as tests/service says it of the port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import select

from bot.service import commands
from bot.service.limits import UserLimit
from bot.serving.reply_cache import RecentReplies
from bot.store import tickets
from bot.store.store import Store
from bot.store.tables import questions
from tests.channels.stage import Stage, labels, texts
from tests.channels.stages import STAGES
from tests.service.channel import Shown
from tests.service.town import texts as told
from tests.service.town import there
from tests.service.written import written

SUBSIDY = "首次认定的高企补贴多少"
TWENTY = "20万元"
UNKNOWN = "武汉的人才住房怎么申请"
PHONE, OFFICE = "13812345678", "027-82826666"
Make = Callable[..., Awaitable[Stage]]


@pytest.fixture(params=sorted(STAGES))
async def make(request: pytest.FixtureRequest, store: Store, recent: RecentReplies) -> AsyncIterator[Make]:
    """Starts the messenger; may be called again after the first was stopped."""
    made: list[Stage] = []

    async def start(limit: UserLimit | None = None) -> Stage:
        stage = STAGES[request.param](store, recent, limit)
        await stage.start()
        made.append(stage)
        return stage

    yield start
    for stage in made:
        await stage.stop()
    assert "aside" not in await store.counts(), "no function failed"


@pytest.fixture
async def stage(make: Make) -> Stage:
    return await make()


# -- asking ----------------------------------------------------------------------------------------------------------


async def test_a_question_and_a_follow_up(stage: Stage) -> None:
    assert TWENTY in texts(await stage.tell(SUBSIDY))
    assert "5万元" in texts(await stage.tell("那重新认定呢"))
    assert "市科技局" in texts(await stage.tell("谁负责"))
    assert await stage.store.counts() == {"done": 3}


async def test_an_answer_longer_than_a_message_is_whole(stage: Stage, recent: RecentReplies) -> None:
    said = texts(await stage.tell("3.2 全文"))
    clause = next(c for c in recent.assistant.library.policies[0].clauses if c.id == "3.2")
    assert clause.body in said.replace("\n", "")


async def test_two_people_are_two(stage: Stage) -> None:
    await stage.tell(SUBSIDY)
    assert "请把事情说全" in texts(await stage.tell("谁负责", by="乙")), "nothing is known of them"
    assert "市科技局" in texts(await stage.tell("谁负责"))
    rows = await stage.store.look(
        lambda c: [tuple(r) for r in c.execute(select(questions.c.channel, questions.c.asker))]
    )
    assert {channel for channel, _ in rows} == {stage.channel}
    assert len({asker for _, asker in rows}) == 2
    assert not any("甲" in asker for _, asker in rows)


async def test_in_a_group_it_answers_there_when_it_is_named(stage: Stage) -> None:
    if not stage.groups:
        pytest.skip("there are no groups")
    shown = await stage.tell(SUBSIDY, group="企业群")
    assert TWENTY in texts(shown)
    assert {one.conversation for one in shown} == {"企业群"}
    assert f"@{stage.messenger.channel.called}" in texts(await stage.tell("", group="企业群"))


@pytest.mark.parametrize("kind", ["photo", "voice", "document"])
async def test_what_can_not_be_read_gets_a_word(stage: Stage, kind: str) -> None:
    if kind == "voice" and stage.channel in ("wecom_bot", "dingtalk"):
        pytest.skip("a voice message comes as text there")
    before = len(stage.seen())
    await stage.attach("甲", kind)
    await stage.settle()
    assert texts(stage.seen()[before:]) == stage.words(f"asking.no_text.{kind}")


# -- browsing and choosing -------------------------------------------------------------------------------------------


async def test_browsing(stage: Stage, recent: RecentReplies) -> None:
    policy = recent.assistant.library.policies[0]
    listed = await stage.tell("/list")
    assert [name for name in labels(listed) if name in {s.name for s in policy.sections}] == [
        s.name for s in policy.sections
    ]
    inside = await stage.choose(listed, policy.sections[3].name)
    title = next(label for label in labels(inside) if label.startswith("4.2"))
    assert TWENTY in texts(await stage.choose(inside, title))


async def test_a_choice_among_clauses_by_number(stage: Stage) -> None:
    offered = await stage.tell("人才")
    assert texts(offered).count("1. ") == 1, "it is numbered once"
    assert "补链强链" in texts(await stage.tell("2"))


async def test_every_command_for_people_answers(stage: Stage) -> None:
    for name in commands.for_people(stage.parts):
        assert await stage.tell(f"/{name}"), name
        assert await stage.tell(f"/{name} 4.2", by="乙"), name  # some platforms take 20 a minute in a conversation


async def test_an_unknown_command_says_which_there_are(stage: Stage) -> None:
    said = texts(await stage.tell("/settings"))
    assert "没有 /settings" in said
    assert "/clause" in said


# -- a person answers ------------------------------------------------------------------------------------------------


def posted(stage: Stage) -> list[Shown]:
    """What went to the staff's group."""
    return there(stage.memory.shown)


async def test_handing_on_and_the_staffs_answer(stage: Stage, store: Store) -> None:
    await stage.tell(UNKNOWN)
    sent = await stage.tell("转人工")
    assert "工单 #1" in texts(sent)
    assert UNKNOWN in told(posted(stage))
    assert "甲" not in told(posted(stage)), "the staff does not see who asks"
    answered = await stage.in_room("请到政务中心窗口办理", posted(stage)[-1].text)
    answer = answered[0]  # with buttons a card may follow
    assert "请到政务中心窗口办理" in answer.text
    assert answer.conversation == sent[0].conversation
    assert "已送到" in told(posted(stage))
    if stage.quotes:
        await stage.tell("补充一句", quoted=answer.text)
        assert "补充一句" in posted(stage)[-1].text
    await stage.in_room("/close 1", posted(stage)[-1].text)
    ticket = await store.transact(lambda c: tickets.by_number(c, 1))
    assert ticket is not None
    assert (ticket.channel, ticket.person, ticket.open) == (stage.channel, "甲", False)


async def test_a_number_that_names_a_person_is_never_written_down(stage: Stage) -> None:
    with written(stage.store) as rows:
        assert TWENTY in texts(await stage.tell(f"我的电话是{PHONE}，{SUBSIDY}"))
        await stage.tell(f"/human 请打{PHONE}，{UNKNOWN}")
        answered = await stage.in_room(f"请打{OFFICE}", posted(stage)[-1].text)
    assert OFFICE in texts(answered), "the staff may tell people where to call"
    assert PHONE not in told(posted(stage))
    assert SUBSIDY in "".join(rows)
    assert [row for row in rows if PHONE in row] == []


# -- the staff's commands --------------------------------------------------------------------------------------------


async def test_staff_commands_are_for_those_who_are_named(stage: Stage) -> None:
    await stage.tell("光谷坐几号地铁")
    refused = texts(await stage.tell("/stats"))
    assert refused.startswith(stage.words("staff.refused"))
    assert "甲" in refused, "so that the name can be put into the settings"
    assert "问题　1" in texts(await stage.tell("/stats", by="小王"))
    assert "光谷坐几号地铁" in texts(await stage.tell("/unanswered", by="小王"))
    assert "编辑" in texts(await stage.tell("/export", by="小王"))
    assert stage.words("export.no_files") in texts(await stage.tell("/export", by="老李"))


# -- limits, restarts, order -----------------------------------------------------------------------------------------


async def test_of_a_burst_everything_is_answered_or_accounted_for(make: Make) -> None:
    now = [0.0]
    stage = await make(UserLimit(5, lambda: now[0]))
    sent = [await stage.tell(SUBSIDY) for _ in range(8)]
    assert [TWENTY in texts(one) for one in sent] == [True] * 5 + [False] * 3
    assert sum("问得太快" in texts(one) for one in sent) == 1
    now[0] = 61.0
    said = texts(await stage.tell(SUBSIDY))
    assert "有 3 条没有回答" in said
    assert TWENTY in said


async def test_order_within_a_conversation_and_none_waits_for_another(stage: Stage, recent: RecentReplies) -> None:
    asked = ("1.1", "1.2", "2.1", "4.2")
    for text in asked:
        await stage.say("甲", text)
    await stage.say("乙", "4.2")
    await stage.settle(5)
    mine = texts([one for one in stage.seen() if one.conversation == "甲"]).replace("\n", "")
    bodies = {c.id: c.body.replace("\n", "")[:30] for c in recent.assistant.library.policies[0].clauses}
    at = [mine.index(bodies[name]) for name in asked]
    assert at == sorted(at)


async def test_what_was_open_is_answered_after_a_restart(
    make: Make, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = await make()
    await stage.tell(SUBSIDY)
    stage.intake.journal.closing = True  # as a process that ends before it answers
    hand_on = stage.intake.journal._hand_on
    monkeypatch.setattr(stage.intake.journal, "_hand_on", lambda queued: None)
    for text in ("那重新认定呢", "谁负责"):
        await stage.say("甲", text)
    async with asyncio.timeout(60):
        while (await store.counts()).get("open", 0) < 2:
            await asyncio.sleep(0.01)
    assert hand_on is not None
    before = len(stage.seen())
    await stage.again()
    await stage.settle(2)
    said = texts(stage.seen()[before:])
    assert said.index("5万元") < said.index("市科技局"), "in order"
    assert await store.counts() == {"done": 3}


# -- one's own data --------------------------------------------------------------------------------------------------


async def test_forgetting(stage: Stage, store: Store) -> None:
    await stage.tell(SUBSIDY)
    assert "1 个问题" in texts(await stage.tell("/forget"))
    assert await store.conversation(stage.talk("甲")) is None
