"""What people and staff can do, over a channel that is no messenger: the same for every channel to come."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.service import commands
from bot.service.limits import UserLimit
from bot.service.port import Capabilities
from bot.serving.reply_cache import RecentReplies
from bot.store import tickets
from bot.store.keys import Delivery, Talk
from bot.store.store import Change, Store
from bot.store.tables import feedback, questions
from tests.patience import PATIENCE
from tests.service.channel import WITH_BUTTONS, WITHOUT_BUTTONS, MemoryChannel
from tests.service.town import Town, here, numbered, texts, there

SUBSIDY = "首次认定的高企补贴多少"
TWENTY = "20万元"
UNKNOWN = "武汉的人才住房怎么申请"
CAN = [WITH_BUTTONS, WITHOUT_BUTTONS]


@pytest.fixture
async def town(store: Store, recent: RecentReplies) -> AsyncIterator[Town]:
    town = Town(store, recent)
    yield town
    assert "aside" not in await store.counts(), "no function failed"


@pytest.fixture
async def plain(store: Store, recent: RecentReplies) -> AsyncIterator[Town]:
    """Where there are no buttons, and nothing can be changed."""
    town = Town(store, recent, WITHOUT_BUTTONS)
    yield town
    assert "aside" not in await store.counts(), "no function failed"


# -- asking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("can", CAN)
async def test_a_question_and_a_follow_up(store: Store, recent: RecentReplies, can: Capabilities) -> None:
    town = Town(store, recent, can)
    assert TWENTY in texts(await town.tell(SUBSIDY))
    assert "5万元" in texts(await town.tell("那重新认定呢"))
    assert "市科技局" in texts(await town.tell("谁负责"))
    assert await store.counts() == {"done": 3}
    assert town.channel.typed == 3


async def test_an_answer_longer_than_a_message_is_whole(plain: Town, recent: RecentReplies) -> None:
    shown = await plain.tell("3.2 全文")
    assert len(shown) > 1, "400 bytes hold 130 characters"
    clause = next(c for c in recent.assistant.library.policies[0].clauses if c.id == "3.2")
    assert clause.body in texts(shown).replace("\n", "")


async def test_people_of_two_channels_with_one_name_are_two(town: Town, store: Store, recent: RecentReplies) -> None:
    other = Town(store, recent, channel=MemoryChannel(WITH_BUTTONS, name="other"))
    await town.tell(SUBSIDY)
    assert "请把事情说全" in texts(await other.tell("谁负责")), "nothing is known there"
    assert "市科技局" in texts(await town.tell("谁负责"))
    rows = await store.look(lambda c: {tuple(r) for r in c.execute(select(questions.c.channel, questions.c.asker))})
    assert len({asker for _, asker in rows}) == 2
    assert {channel for channel, _ in rows} == {"memory", "other"}


async def test_the_same_delivery_is_answered_once_and_another_channels_is_another(
    town: Town, store: Store, recent: RecentReplies
) -> None:
    other = Town(store, recent, channel=MemoryChannel(WITH_BUTTONS, name="other"))
    raw = town.raw(**{"in": "with-甲", "by": "甲", "text": SUBSIDY})
    for _ in range(3):
        await town.intake.take([raw])
        await town.intake.idle()
    await other.intake.take([raw])
    await other.intake.idle()
    assert [len(t.channel.shown) > 0 for t in (town, other)] == [True, True]
    assert await store.counts() == {"done": 2}


async def test_in_a_group_it_answers_when_it_is_named(town: Town) -> None:
    group = {"in": "企业群", "place": "group"}
    assert await town.tell(SUBSIDY, **group) == []
    assert TWENTY in texts(await town.tell(f"@政策助手 {SUBSIDY}", **group))
    assert "@政策助手" in texts(await town.tell("@政策助手", **group))


async def test_what_can_not_be_read_gets_a_word(town: Town) -> None:
    shown = await town.deliver(**{"in": "with-甲", "by": "甲", "file": "voice"})
    assert texts(shown) == town.words("asking.no_text.voice")


async def test_an_unreadable_delivery_is_set_aside_and_its_sender_finds_it(town: Town, store: Store) -> None:
    from bot.service.journal import Raw

    await town.intake.take([Raw("broken", "no JSON", "甲"), town.raw(**{"in": "x", "by": "乙", "text": SUBSIDY})])
    await town.intake.idle()
    assert await store.counts() == {"aside": 1, "done": 1}
    assert "1 条没能处理的消息" in texts(await town.tell("/forget"))
    assert await store.counts() == {"done": 2}


# -- browsing and choosing -------------------------------------------------------------------------------------------


async def test_browsing_by_buttons_changes_the_message(town: Town) -> None:
    (listed,) = await town.tell("/list")
    part = listed.labels[0]
    assert await town.press(listed, part) == []
    assert listed.edited
    assert listed.text == part
    assert TWENTY not in texts(await town.press(listed, listed.labels[0]))


async def test_browsing_by_numbers_where_there_are_no_buttons(plain: Town, recent: RecentReplies) -> None:
    policy = recent.assistant.library.policies[0]
    choices = numbered(await plain.tell("/list"))
    assert list(choices) == [s.name for s in policy.sections]
    inside = await plain.tell(choices[policy.sections[3].name])
    title = next(label for label in numbered(inside) if label.startswith("4.2"))
    assert TWENTY in texts(await plain.tell(numbered(inside)[title]))


async def test_a_number_that_was_not_offered_is_a_question(plain: Town) -> None:
    await plain.tell("/list")
    assert "回复序号" not in texts(await plain.tell("99"))
    again = Town(plain.store, plain.parts.replies, channel=plain.channel)
    await plain.tell("/list")
    assert numbered(await again.tell("1")), "what was offered outlives a restart"


@pytest.mark.parametrize("can", CAN)
async def test_a_choice_among_clauses_by_number(store: Store, recent: RecentReplies, can: Capabilities) -> None:
    town = Town(store, recent, can)
    offered = await town.tell("人才")
    assert "1. " in texts(offered)
    assert texts(offered).count("1. ") == 1, "it is numbered once"
    assert "补链强链" in texts(await town.tell("2"))


async def test_examples_are_pressed_and_asked(town: Town, store: Store) -> None:
    greeting = (await town.tell("/start"))[-1]
    assert TWENTY in texts(await town.press(greeting, SUBSIDY))


async def test_every_command_for_people_answers_in_a_channel_without_buttons(plain: Town) -> None:
    for name in commands.for_people(plain.parts):
        assert await plain.tell(f"/{name}"), name
        assert await plain.tell(f"/{name} 4.2"), name


async def test_a_bare_number_is_no_clause_by_its_position(town: Town) -> None:
    """A place is named as in a question; /clause 4 and /clause 24 name none."""
    assert "第4部分" in texts(await town.tell("/clause 4"))
    assert "没有第24条" in texts(await town.tell("/clause 24"))
    assert texts(await town.tell("/clause 补贴")) == town.words("browsing.clause_unknown", typed="补贴")
    assert "没有「第24条」" in texts(await town.tell("/clause 第24条"))
    for typed in ("四(二)", "第四部分第二条", "4.2"):
        assert TWENTY in texts(await town.tell(f"/clause {typed}")), typed


async def test_an_unknown_command_says_which_there_are(town: Town) -> None:
    await town.tell(SUBSIDY)
    said = texts(await town.tell("/settings"))
    assert "没有 /settings" in said
    assert "/clause" in said
    assert TWENTY not in said, "nothing is answered by chance"


async def test_menus_and_help_say_what_is_of_use(store: Store, recent: RecentReplies) -> None:
    alone, town = Town(store, recent, room=False), Town(store, recent)
    for name in ("human", "cancel"):
        assert name not in commands.for_people(alone.parts)
        assert f"/{name}" not in texts(await alone.tell("/help"))
        assert name in commands.for_people(town.parts)
        assert f"/{name} " in texts(await town.tell("/help", by="乙"))
    assert "/tickets" not in texts(await alone.tell("/help", by="小王"))
    assert "/teach" not in texts(await town.tell("/help", by="老李")), "no files of the base that could be changed"


def test_every_command_does_something_and_has_its_words(recent: RecentReplies) -> None:
    words = recent.assistant.words
    for command in commands.COMMANDS:
        assert callable(commands.what_does(command.name))
        menu = "staff.menu" if command.least is not None else "commands.menu"
        assert command.name in words.get(menu), command.name


# -- judging ---------------------------------------------------------------------------------------------------------


async def test_feedback_with_a_reason(town: Town, store: Store) -> None:
    answer = (await town.tell(SUBSIDY))[-1]
    await town.press(answer, "👎")
    assert town.channel.acknowledged[-1] == (town.words("judging.ask_reason"), False)
    await town.press(answer, town.words("judging.reason.incomplete"))
    assert "👎" in answer.labels
    joined = questions.join(
        feedback, (questions.c.channel == feedback.c.channel) & (questions.c.delivery == feedback.c.delivery)
    )
    query = select(questions.c.text, feedback.c.verdict, feedback.c.reason, feedback.c.channel).select_from(joined)
    assert await store.look(lambda c: c.execute(query).all()) == [(SUBSIDY, "down", "incomplete", "memory")]


async def test_forged_and_old_buttons_get_a_word(town: Town) -> None:
    answer = (await town.tell(SUBSIDY))[-1]
    for data in ("x", "c:0000000000", "r:-:x", "t:1", "c:" + "9" * 100):
        at = {"in": answer.conversation, "by": "甲", "press": data, "message": answer.id}
        assert await town.deliver(**at) == []
        assert town.channel.acknowledged[-1] == (town.words("buttons.old"), True)


# -- a person answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("can", CAN)
async def test_handing_on_and_the_staffs_answer(store: Store, recent: RecentReplies, can: Capabilities) -> None:
    town = Town(store, recent, can)
    await town.tell(UNKNOWN)
    sent = await town.tell("转人工")
    posted, told = there(sent)[-1], here(sent)[0]
    assert all(one.text.startswith("【工单 #1】") for one in there(sent)), "each of its messages can be replied to"
    assert UNKNOWN in texts(there(sent))
    assert "甲" not in texts(there(sent)), "the staff does not see who asks"
    assert "工单 #1" in told.text
    answered = await town.in_room("请到政务中心窗口办理", posted, message="w1")
    (answer,) = here(answered)
    assert "请到政务中心窗口办理" in answer.text
    assert answer.conversation == "with-甲"
    assert "已送到" in texts(there(answered))
    added = await town.tell("补充一句", quoted={"text": answer.text, "ours": True})
    assert "补充一句" in texts(there(added))
    assert "已送到" in texts(await town.in_room("改过的答复", posted, message="w1", edited=True)) or can.edits
    assert "已结束" in texts(there(await town.in_room("/close 1")))
    ticket = await store.transact(lambda c: tickets.by_number(c, 1))
    assert ticket is not None
    assert (ticket.channel, ticket.person, ticket.open) == ("memory", "甲", False)


async def test_what_says_that_it_adds_goes_to_the_open_ticket(town: Town) -> None:
    await town.tell(f"/human {UNKNOWN}")
    added = await town.tell("补充：是去年的那一笔")
    assert "是去年的那一笔" in texts(there(added))
    assert texts(here(added)) == town.words("handoff.added")
    await town.tell("/cancel")
    asked = await town.tell("补充：首次认定的高企补贴多少")
    assert there(asked) == [], "nothing is open: it is a question"
    assert "20万元" in texts(here(asked))


async def test_a_reply_to_a_notice_is_no_question(town: Town) -> None:
    notice = {"text": town.words("reload.swapped", seconds="3"), "ours": True}
    sent = await town.in_room("好的，首次认定的高企补贴多少", quoted=notice)
    assert texts(sent) == town.words("handoff.of_a_notice")


async def test_a_ticket_of_another_channel_is_answered_there(town: Town, store: Store, recent: RecentReplies) -> None:
    """The staff sits in one place; people ask from several."""
    other = MemoryChannel(WITHOUT_BUTTONS, name="other")
    both = Town(store, recent)
    parts = replace(both.parts, channels={"memory": both.channel, "other": other})
    from bot.service.intake import Intake
    from bot.service.service import Service

    service = Service(parts)
    asks = Intake("other", other.read, service, store, both.metrics)
    both.intake = Intake("memory", both.channel.read, service, store, both.metrics)
    await asks.take([both.raw(**{"in": "with-乙", "by": "乙", "text": f"/human {UNKNOWN}"})])
    await asks.idle()
    (posted,) = there(both.channel.shown)
    assert "工单 #1" in texts(other.shown)
    await both.in_room("到窗口办理", posted)
    assert "到窗口办理" in texts(other.shown)
    assert here(both.channel.shown) == []


async def test_others_answer_nobody(town: Town) -> None:
    (posted,) = there(await town.tell(f"/human {UNKNOWN}"))
    sent = await town.in_room("我来答", posted, by="路人")
    assert texts(sent) == town.words("handoff.not_staff")
    assert here(sent) == []


async def test_an_asker_who_is_gone_is_told_to_the_staff(town: Town) -> None:
    (posted,) = there(await town.tell(f"/human {UNKNOWN}"))
    town.channel.barred.add("with-甲")
    assert "没有送到" in texts(await town.in_room("答复", posted))


# -- the staff's commands --------------------------------------------------------------------------------------------


async def test_staff_commands_and_who_may_use_them(town: Town) -> None:
    await town.tell("光谷坐几号地铁")
    assert texts(await town.tell("/stats")).startswith(town.words("staff.refused"))
    chart, table = await town.tell("/stats", by="小王")
    assert chart.file is not None
    assert "问题　1" in table.text
    assert "光谷坐几号地铁" in texts(await town.tell("/unanswered", by="小王"))
    assert "编辑" in texts(await town.tell("/export", by="小王"))
    files = await town.tell("/export", by="老李")
    assert [f.file.name.partition("-")[0] for f in files if f.file is not None] == ["questions"] * 2 + ["feedback"] * 2
    assert "没有等着答复的工单" in texts(await town.in_room("/tickets"))


async def test_where_no_files_can_be_sent(plain: Town) -> None:
    await plain.tell(SUBSIDY)
    assert "问题　1" in texts(await plain.tell("/stats", by="小王"))
    assert texts(await plain.tell("/export", by="老李")) == plain.words("export.no_files")


# -- limits ----------------------------------------------------------------------------------------------------------


async def test_of_a_burst_everything_is_answered_or_accounted_for(store: Store, recent: RecentReplies) -> None:
    now = [0.0]
    town = Town(store, recent, limit=UserLimit(30, lambda: now[0]))
    sent = [await town.tell(SUBSIDY) for _ in range(40)]
    answered = sum(TWENTY in texts(one) for one in sent)
    notices = [one for one in sent if "问得太快" in texts(one)]
    assert (answered, len(notices), sum(not one for one in sent)) == (30, 1, 9)
    assert "接着发来的先不回答" in texts(notices[0])
    now[0] = 61.0
    said = texts(await town.tell(SUBSIDY))
    assert "有 10 条没有回答" in said
    assert TWENTY in said
    assert "没有回答" not in texts(await town.tell(SUBSIDY)), "told once"


async def test_a_burst_is_told_how_many_were_left_out_without_asking_again(
    store: Store, recent: RecentReplies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of 40 is answered, or counted in what the person is told when there is room again."""
    monkeypatch.setattr("bot.service.left_out.ROUNDED", -0.9)
    calls = itertools.count()
    town = Town(store, recent, limit=UserLimit(30, lambda: 0.0 if next(calls) < 30 else 59.0))
    burst = [town.raw(**{"in": "with-甲", "by": "甲", "text": SUBSIDY}) for _ in range(40)]
    await town.intake.take(burst)
    await town.intake.idle()
    await town.until(lambda: "没有回答" in town.channel.shown[-1].text)
    *before, last = town.channel.shown
    assert len({one.answers for one in before}) == 31, "each of the others got something"
    assert sum("接着发来的先不回答" in one.text for one in before) == 1
    assert "有 10 条没有回答" in last.text
    assert last.answers == json.loads(burst[-1].text)["message"], "behind the last of them"


async def test_the_next_question_hears_of_it_where_nothing_is_written_unasked(
    store: Store, recent: RecentReplies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.service.left_out.ROUNDED", -60.0)
    now = [0.0]
    town = Town(store, recent, replace(WITH_BUTTONS, push=False), limit=UserLimit(1, lambda: now[0]))
    sent = [await town.tell(SUBSIDY) for _ in range(4)]
    await asyncio.sleep(0.05)
    assert [bool(one) for one in sent] == [True, True, False, False]
    assert len(town.channel.shown) == len(sent[0]) + 1
    now[0] = 61.0
    assert "有 3 条没有回答" in texts(await town.tell(SUBSIDY))


async def test_the_limit_is_each_persons_and_channels(store: Store, recent: RecentReplies) -> None:
    limit = UserLimit(1)
    town = Town(store, recent, limit=limit)
    other = Town(store, recent, limit=limit, channel=MemoryChannel(WITH_BUTTONS, name="other"))
    await town.tell(SUBSIDY)
    assert TWENTY in texts(await town.tell(SUBSIDY, by="乙"))
    assert TWENTY in texts(await other.tell(SUBSIDY))
    assert "问得太快" in texts(await town.tell(SUBSIDY))


# -- restarts and disturbances ---------------------------------------------------------------------------------------


async def test_what_was_open_is_answered_after_a_restart(town: Town, store: Store, recent: RecentReplies) -> None:
    await town.tell(SUBSIDY)
    town.intake.journal.closing = True  # as a process that ends before it answers
    raws = [town.raw(**{"in": "with-甲", "by": "甲", "text": text}) for text in ("那重新认定呢", "谁负责")]
    await town.intake.journal.write(raws)
    again = Town(store, recent, channel=town.channel)
    before = len(again.channel.shown)
    assert await again.intake.recover() == 2
    await again.intake.idle()
    said = texts(again.channel.shown[before:])
    assert said.index("5万元") < said.index("市科技局"), "in order"
    assert await store.counts() == {"done": 3}


async def test_recorded_steps_are_not_made_again(town: Town, store: Store, recent: RecentReplies) -> None:
    plain = Town(store, recent, replace(WITHOUT_BUTTONS, longest=150), channel=None)
    raw = plain.raw(**{"in": "with-甲", "by": "甲", "text": SUBSIDY})
    await plain.intake.journal.write([raw])
    await store.change(Change(stepped=(Delivery("memory", raw.id), 1)))
    assert await plain.intake.recover() == 1
    await plain.intake.idle()
    whole = await plain.tell(SUBSIDY, by="乙")
    assert texts(plain.channel.shown[: len(whole) - 1]) == texts(whole[1:])


async def test_a_disturbed_channel_is_tried_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service.turns.STEP_BACKOFF", 0.001)
    monkeypatch.setattr("bot.service.journal.RETRY_FIRST", 0.1)
    town.channel.disturbed = 12
    assert TWENTY in texts(await town.tell(SUBSIDY))


async def test_order_within_a_conversation_and_none_waits_for_another(town: Town) -> None:
    asked = [("甲", f"{n}.{m}") for n, m in ((1, 1), (1, 2), (2, 1), (4, 2))] + [("乙", "4.2")]
    await town.intake.take([town.raw(**{"in": f"with-{by}", "by": by, "text": text}) for by, text in asked])
    await asyncio.wait_for(town.intake.idle(), PATIENCE)
    mine = [one.answers for one in town.channel.shown if one.conversation == "with-甲"]
    assert mine == sorted(mine, key=lambda name: int(name[1:]))


# -- one's own data --------------------------------------------------------------------------------------------------


async def test_forgetting_is_of_one_channel(town: Town, store: Store, recent: RecentReplies) -> None:
    other = Town(store, recent, channel=MemoryChannel(WITH_BUTTONS, name="other"))
    await town.tell(SUBSIDY)
    await other.tell(SUBSIDY)
    assert "1 个问题" in texts(await town.tell("/forget"))
    stored = await store.conversation(Talk("other", "with-甲", "甲"))
    assert stored is not None
    assert json.loads(stored)["clause"].endswith("/4.2")
    assert await store.conversation(Talk("memory", "with-甲", "甲")) is None


def test_the_service_knows_no_messenger() -> None:
    """The import contract says so too; here the words are looked at."""
    root = Path(__file__).resolve().parents[2] / "bot" / "service"
    files = sorted(root.glob("*.py"))
    assert len(files) > 15
    for path in files:
        code = path.read_text(encoding="utf-8")
        assert "import telegram" not in code
        assert "from telegram" not in code
        assert "bot.channels" not in code
