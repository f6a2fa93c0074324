"""A question handed on to a person, and the person's answer: real handlers, turns and store, no network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.days import BEIJING
from bot.engine.assistant import Assistant
from bot.service.port import Address
from bot.serving.reply_cache import RecentReplies
from bot.staff.hours import Hours, parse_hours
from bot.staff.roles import Role, Staff
from bot.store import tickets
from bot.store.store import Change, Store
from bot.store.tables import conversations
from tests.botapi import ApiError, BotApi, Chat, Person, Sent
from tests.telegram.direct import Played

UNKNOWN = "武汉的人才住房怎么申请"
SUBSIDY = "首次认定的高企补贴多少"
MONDAY = datetime(2025, 10, 13, 10, 0, tzinfo=BEIJING)


class Desk:
    """A bot with a staff group, an asker and a member of the staff."""

    def __init__(self, bot: Played, room: Chat, wang: Person) -> None:
        self.bot, self.room, self.wang = bot, room, wang
        self.server = bot.server

    async def tell(self, text: str, **more: Any) -> list[Sent]:
        return await self.bot.tell(text, **more)

    async def reply(self, to: Sent, text: str, person: Person | None = None, **more: Any) -> list[Sent]:
        """What comes of a reply in the staff group."""
        return await self.bot.tell(text, self.room, person or self.wang, reply_to=to, **more)

    async def ticket(self, number: int) -> tickets.Ticket:
        found = await self.bot.store.transact(lambda c: tickets.by_number(c, number))
        assert found is not None
        return found

    def there(self, sent: list[Sent]) -> list[Sent]:
        """What went to the staff group."""
        return [s for s in sent if s.chat_id == self.room.id]

    def here(self, sent: list[Sent]) -> list[Sent]:
        """What went to the asker."""
        return [s for s in sent if s.chat_id == self.bot.chat.id]

    async def opened(self, question: str = UNKNOWN) -> Sent:
        """A ticket of Alice's, as posted in the staff group."""
        await self.tell(question)
        (posted,) = self.there(await self.tell("转人工"))
        return posted


@pytest.fixture
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.prepare()
    store.open()
    yield store
    await store.close()


Maker = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def make(store: Store, assistant: Assistant) -> AsyncIterator[Maker]:
    """Makes a bot; another one on the same store is the same bot after a restart."""
    server = BotApi()
    made: list[Played] = []
    room, wang = server.group("工作群"), server.person("王")

    async def maker(**more: Any) -> Desk:
        staff = Staff({wang.id: Role.VIEWER})
        options: dict[str, Any] = {"staff": staff, "staff_chat": room.id, "now": lambda: MONDAY} | more
        bot = Played(server, store, RecentReplies(assistant), **options)
        await bot.application.initialize()
        if made:
            bot.alice, bot.chat = made[0].alice, made[0].chat
        made.append(bot)
        return Desk(bot, room, wang)

    yield maker
    for bot in made:
        await bot.application.shutdown()
    assert server.refusals == []
    assert server.previews == []
    assert "aside" not in await store.counts()


@pytest.fixture
async def desk(make: Maker) -> Desk:
    return await make()


def texts(sent: list[Sent]) -> str:
    return "\n".join(s.text for s in sent)


# -- the asker asks for a person ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["转人工", "人工客服", "找人工", "真人", "我要找真人客服", "有没有人工服务", "/human"]
)
async def test_asking_for_a_person_hands_the_last_question_on(desk: Desk, words: str) -> None:
    await desk.tell(SUBSIDY)
    question = desk.server.say(desk.bot.chat, desk.bot.alice, UNKNOWN)
    await desk.bot.after()
    sent = await desk.tell(words)
    (posted,), (told,) = desk.there(sent), desk.here(sent)
    assert f"问题：{UNKNOWN}" in posted.text
    assert SUBSIDY in posted.text, "what was asked before is shown"
    assert "4.2" in posted.text, "and what was answered"
    assert "已转人工（工单 #1）" in told.text
    assert told.reply_to == question["message_id"], "it answers the question, not the wish for a person"
    ticket = await desk.ticket(1)
    assert (ticket.question, ticket.message, ticket.open) == (UNKNOWN, str(question["message_id"]), True)


async def test_the_staff_sees_the_question_but_not_who_asks(desk: Desk) -> None:
    posted = await desk.opened()
    shown = str(posted.message)
    alice = desk.bot.alice
    assert alice.first_name not in posted.text
    assert alice.username not in shown
    assert str(alice.id) not in shown


async def test_a_question_may_stand_behind_the_command(desk: Desk) -> None:
    sent = await desk.tell("/human 能不能电话咨询")
    assert "问题：能不能电话咨询" in desk.there(sent)[0].text


async def test_who_asked_nothing_yet_is_asked_for_the_question(desk: Desk) -> None:
    prompt = (await desk.tell("转人工"))[0]
    assert desk.there([prompt]) == []
    sent = await desk.tell("园区能租给外地企业吗", reply_to=prompt)
    assert "园区能租给外地企业吗" in desk.there(sent)[0].text


async def test_the_button_comes_after_two_misses_in_a_row(desk: Desk) -> None:
    button = desk.bot.words("handoff.button")
    first = await desk.tell("企业所得税率是多少")
    assert button not in desk.bot.labels(first[-1]), "one miss is not enough"
    second = await desk.tell("北京人才落户怎么办")
    assert button in desk.bot.labels(second[-1])
    await desk.tell(SUBSIDY)
    assert button not in desk.bot.labels((await desk.tell("企业所得税率是多少"))[-1]), "an answer in between"
    sent, query = await desk.bot.press(second[-1], button)
    assert query.answer is not None
    assert "企业所得税率是多少" in desk.there(sent)[0].text, "what was asked last"


async def test_thumbs_down_twice_are_two_misses_too(desk: Desk) -> None:
    button = desk.bot.words("handoff.button")
    for question, wanted in ((SUBSIDY, False), ("谁负责招商引资", True)):
        answer = (await desk.tell(question))[-1]
        edited, _ = await desk.bot.press(answer, "👎")
        assert (button in desk.bot.labels(edited[-1])) is wanted, question
    again, _ = await desk.bot.press(edited[-1], "不完整")
    assert button in desk.bot.labels(again[-1]), "a reason given leaves it there"
    posted, _ = await desk.bot.press(again[-1], button)
    assert "提问人说不好" in desk.there(posted)[0].text


async def test_no_staff_group_no_button_and_a_word_on_whom_to_ask(make: Maker) -> None:
    desk = await make(staff_chat=None)
    await desk.tell("企业所得税率是多少")
    missed = await desk.tell("北京人才落户怎么办")
    assert desk.bot.words("handoff.button") not in desk.bot.labels(missed[-1])
    for words in ("转人工", "/human"):
        assert "没有人工坐席" in texts(await desk.tell(words))
    answer = await desk.tell(SUBSIDY)
    assert answer
    told = texts(await desk.tell("转人工"))
    assert "市科技局" in told, "the units of what is talked about"
    assert (await desk.tell("/cancel"))[0].text == desk.bot.words("handoff.nothing_open")
    rows = await desk.bot.store.transact(lambda c: c.execute(select(conversations.c.data)).scalars().all())
    assert rows
    assert all("exchanges" not in row for row in rows), "questions are not kept for nobody"


async def test_a_person_may_have_one_open_ticket_and_so_many_a_day(desk: Desk, make: Maker) -> None:
    await desk.opened()
    again = await desk.tell("/human 还有一件事")
    assert desk.there(again) == []
    assert "工单 #1" in texts(again)
    for number in range(1, tickets.MOST_A_DAY):
        assert f"#{number}" in texts(desk.here(await desk.tell("/cancel")))
        await desk.tell(f"/human 第{number}件")
    await desk.tell("/cancel")
    refused = await desk.tell("/human 再来一件")
    assert desk.there(refused) == []
    assert str(tickets.MOST_A_DAY) in texts(refused)
    tomorrow = await make(now=lambda: MONDAY + timedelta(days=1, minutes=1))
    assert desk.there(await tomorrow.tell("/human 明天的事"))


async def test_a_question_from_a_group_is_answered_in_the_group(desk: Desk) -> None:
    group, bob = desk.server.group("企业交流群"), desk.server.person("乙")
    asked = desk.server.say(group, bob, f"/ask {UNKNOWN}")
    await desk.bot.after()
    posted = desk.there(await desk.bot.tell("/human", group, bob))[0]
    answer = (await desk.reply(posted, "请到政务中心窗口问。"))[0]
    assert (answer.chat_id, answer.reply_to) == (group.id, asked["message_id"])


async def test_in_the_staff_group_itself_nothing_is_handed_on(desk: Desk) -> None:
    sent = await desk.bot.tell("/human 谁来管", desk.room, desk.wang)
    assert texts(sent) == desk.bot.words("handoff.here")


# -- the staff answers -------------------------------------------------------------------------------------------------


async def test_a_reply_reaches_the_asker_as_a_marked_human_answer(desk: Desk) -> None:
    posted = await desk.opened()
    sent = await desk.reply(posted, "可以<b>线上</b>申请 & 窗口申请\n第二行")
    answer, told = desk.here(sent)[0], desk.there(sent)[0]
    assert answer.text.startswith("👤 人工答复（工单 #1）\n可以<b>线上</b>申请 & 窗口申请\n第二行")
    assert "不是文件原文" in answer.text
    assert {e["type"] for e in answer.message["entities"]} <= {"bold", "italic", "bot_command"}, "no quotation"
    assert str(answer.reply_to) == (await desk.ticket(1)).message
    assert "已送到" in told.text
    ticket = await desk.ticket(1)
    assert (ticket.answers, ticket.open, ticket.answered > 0) == (1, True, True)


async def test_several_replies_to_any_message_of_the_ticket_keep_their_order(desk: Desk) -> None:
    posted = await desk.opened()
    told = (await desk.reply(posted, "第一"))[1]
    sent = [*(await desk.reply(told, "第二")), *(await desk.reply(posted, "第三"))]
    assert [s.text.split("\n")[1] for s in desk.here(sent)] == ["第二", "第三"]
    assert (await desk.ticket(1)).answers == 3


async def test_a_changed_reply_changes_the_answer(desk: Desk) -> None:
    posted = await desk.opened()
    written = desk.server.say(desk.room, desk.wang, "写错了", reply_to=posted)
    first = desk.here(await desk.bot.after())[0]
    desk.server.edit(desk.room, written, "写对了")
    sent = await desk.bot.after()
    changed = desk.here(sent)[0]
    assert changed.edited
    assert changed.message_id == first.message_id
    assert changed.text.split("\n")[1] == "写对了"
    assert "改过" in changed.text
    assert (await desk.ticket(1)).answers == 1


@pytest.mark.parametrize("kind", ["photo", "voice", "document", "sticker"])
async def test_only_text_is_passed_on(desk: Desk, kind: str) -> None:
    posted = await desk.opened()
    desk.server.post(desk.room, desk.wang, {kind: file(kind), "caption": "看图"}, posted)
    sent = await desk.bot.after()
    assert desk.here(sent) == []
    assert texts(sent) == desk.bot.words("handoff.staff_text_only")


def file(kind: str) -> Any:
    entry: dict[str, Any] = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "duration": 1}
    if kind == "sticker":
        entry |= {"type": "regular", "is_animated": False, "is_video": False}
    return [entry] if kind == "photo" else entry


async def test_a_forwarded_reply_and_one_that_is_too_long_are_not_passed_on(desk: Desk) -> None:
    posted = await desk.opened()
    origin = {"type": "user", "date": 1, "sender_user": desk.wang.user}
    assert desk.here(await desk.reply(posted, "别人的话", forward_origin=origin)) == []
    assert desk.here(await desk.reply(posted, "长" * 3_501)) == []
    assert (await desk.ticket(1)).answers == 0


async def test_others_in_the_staff_group_answer_nobody(desk: Desk) -> None:
    posted = await desk.opened()
    stranger = desk.server.person("路人")
    sent = await desk.reply(posted, "我来答", stranger)
    assert texts(sent) == desk.bot.words("handoff.not_staff")
    group = {"id": desk.room.id, "type": "supergroup", "title": "工作群"}
    anonymous = desk.server.person("Group")
    anonymous.is_bot = True
    sent = await desk.reply(posted, "匿名", anonymous, sender_chat=group)
    assert texts(sent) == desk.bot.words("handoff.anonymous")
    for command in ("/close", "/tickets"):
        assert texts(await desk.reply(posted, command, stranger)) == desk.bot.words("staff.refused")
    assert (await desk.ticket(1)).open


async def test_a_ticket_that_the_bot_did_not_write_is_none(desk: Desk) -> None:
    """Whoever forwards or types a ticket, in the staff group or elsewhere, makes nobody answer through it."""
    posted = await desk.opened()
    forged = desk.server.say(desk.room, desk.server.person("路人"), posted.text)
    assert await desk.bot.after() == []
    assert await desk.bot.tell("答复", desk.room, desk.wang, reply_to=forged) == []
    elsewhere = desk.server.group("别的群")
    copy = {**posted.message, "chat": elsewhere.info}
    sent = await desk.bot.tell("答复", elsewhere, desk.wang, reply_to=copy)
    assert desk.here(sent) == []
    assert (await desk.ticket(1)).answers == 0


async def test_an_unknown_number_is_told(desk: Desk) -> None:
    posted = await desk.opened()
    odd = {**posted.message, "text": posted.text.replace("#1", "#77")}
    desk.room.messages[posted.message_id] = odd
    assert "没有工单 #77" in texts(await desk.bot.tell("答复", desk.room, desk.wang, reply_to=odd))


async def test_an_asker_who_blocked_the_bot_is_reported_to_the_staff(desk: Desk) -> None:
    posted = await desk.opened()
    desk.bot.chat.barred = "bot was blocked by the user"
    sent = await desk.reply(posted, "答复")
    assert "没有送到" in desk.there(sent)[0].text
    assert (await desk.ticket(1)).answers == 0
    desk.bot.chat.barred = ""
    assert desk.here(await desk.reply(posted, "再答一次"))


async def test_the_staff_closes_a_ticket_by_reply_or_number_and_lists_the_open_ones(desk: Desk) -> None:
    posted = await desk.opened()
    listed = texts(await desk.bot.tell("/tickets", desk.room, desk.wang))
    assert "#1" in listed
    assert UNKNOWN in listed
    sent = await desk.reply(posted, "/close")
    assert "已处理完" in desk.here(sent)[0].text
    assert "已结束" in desk.there(sent)[0].text
    assert (await desk.ticket(1)).closed_by == "staff"
    assert "早已结束" in texts(await desk.bot.tell("/close 1", desk.room, desk.wang))
    assert texts(await desk.bot.tell("/tickets", desk.room, desk.wang)) == desk.bot.words("handoff.none_open")
    assert texts(await desk.bot.tell("/close", desk.room, desk.wang)) == desk.bot.words("handoff.close_how")
    assert texts(await desk.bot.tell("/close x\x00#<b>", desk.room, desk.wang)) == desk.bot.words("handoff.close_how")
    late = await desk.reply(posted, "补一句")
    assert "补一句" in desk.here(late)[0].text, "the staff may add something after closing it itself"
    assert desk.bot.labels(desk.here(late)[0]) == []


async def test_staff_commands_are_refused_to_others_and_elsewhere(desk: Desk) -> None:
    for command in ("/tickets", "/close 1"):
        assert texts(await desk.tell(command)).startswith(desk.bot.words("staff.refused"))
        group = desk.server.group("别的群")
        assert texts(await desk.bot.tell(command, group, desk.wang)) == desk.bot.words("staff.not_here")


# -- meanwhile ---------------------------------------------------------------------------------------------------------


async def test_the_bot_goes_on_answering_while_a_ticket_is_open(desk: Desk) -> None:
    posted = await desk.opened()
    sent = await desk.tell(SUBSIDY)
    assert "20万元" in texts(sent)
    assert desk.there(sent) == []
    await desk.reply(posted, "答复")
    assert desk.there(await desk.tell("那重新认定呢")) == []


async def test_replies_to_the_human_answer_are_added_to_the_ticket(desk: Desk) -> None:
    posted = await desk.opened()
    answer = desk.here(await desk.reply(posted, "请说明企业所在区"))[0]
    sent = await desk.tell("在东湖高新", reply_to=answer)
    assert "提问人补充：\n在东湖高新" in desk.there(sent)[0].text
    assert texts(desk.here(sent)) == desk.bot.words("handoff.added")
    further = await desk.reply(desk.there(sent)[0], "知道了")
    assert "知道了" in desk.here(further)[0].text, "a reply to the addition is an answer, too"
    desk.server.send_file(desk.bot.chat, desk.bot.alice, "photo", reply_to_message=answer.message)
    sent = await desk.bot.after()
    assert texts(sent) == desk.bot.words("handoff.text_only")


async def test_additions_have_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service.handoff.MOST_ADDITIONS", 2)
    posted = await desk.opened()
    answer = desk.here(await desk.reply(posted, "答复"))[0]
    there = [len(desk.there(await desk.tell(f"补充{n}", reply_to=answer))) for n in range(4)]
    assert there == [1, 1, 0, 0]


async def test_another_persons_ticket_is_not_added_to_nor_closed(desk: Desk) -> None:
    group, bob, eve = desk.server.group("群"), desk.server.person("乙"), desk.server.person("丙")
    opened = await desk.bot.tell("/human 谁管园区", group, bob)
    answer = (await desk.reply(desk.there(opened)[0], "答复"))[0]
    sent = await desk.bot.tell("我也想问", group, eve, reply_to=answer)
    assert desk.there(sent) == []
    _, query = await desk.bot.press(answer, 0, eve)
    assert query.answer is not None
    assert query.answer["text"] == desk.bot.words("handoff.not_yours")
    assert (await desk.ticket(1)).open
    _, query = await desk.bot.press(answer, 0, eve, forged="x:9999")
    assert query.answer is not None
    assert (await desk.ticket(1)).open


@pytest.mark.parametrize("how", ["/cancel", "button", "button under the answer"])
async def test_the_asker_takes_it_back(desk: Desk, how: str) -> None:
    await desk.tell(UNKNOWN)
    sent = await desk.tell("转人工")
    posted, told = desk.there(sent)[0], desk.here(sent)[0]
    if how == "/cancel":
        sent = await desk.tell("/cancel")
    elif how == "button":
        sent, _ = await desk.bot.press(told, "不用了")
    else:
        sent, _ = await desk.bot.press(desk.here(await desk.reply(posted, "答复"))[0], "已解决")
    assert "不用答复" in desk.there(sent)[0].text
    assert "已结束" in desk.here(sent)[0].text
    assert (await desk.ticket(1)).closed_by == "asker"
    late = await desk.reply(posted, "晚了")
    assert desk.here(late) == []
    assert "已经结束" in texts(late)
    assert "已经结束" in texts(await desk.tell("还在吗", reply_to=told))


# -- hours -------------------------------------------------------------------------------------------------------------


async def test_outside_the_hours_it_is_delivered_and_the_asker_told_when_it_is_seen(make: Maker) -> None:
    friday_night = datetime(2025, 10, 10, 20, 0, tzinfo=BEIJING)
    desk = await make(hours=Hours(parse_hours("Mon-Fri 09:00-17:30")), now=lambda: friday_night)
    await desk.tell(UNKNOWN)
    sent = await desk.tell("转人工")
    assert "10月13日（星期一）09:00" in desk.here(sent)[0].text
    assert "工作时间外" in desk.there(sent)[0].text
    await desk.tell("/cancel")
    desk = await make(hours=Hours(parse_hours("Mon-Fri 09:00-17:30")))
    await desk.tell(UNKNOWN)
    sent = await desk.tell("转人工")
    assert "工作时间" not in texts(sent)


# -- when things break -------------------------------------------------------------------------------------------------


async def test_a_group_that_becomes_a_supergroup_stays_the_staffs(desk: Desk, make: Maker) -> None:
    old = desk.room
    posted = await desk.opened()
    fresh = desk.server.migrate(old)
    desk.server.post(fresh, desk.wang, {"migrate_from_chat_id": old.id})
    await desk.bot.after()
    sent = await desk.bot.tell("答复", fresh, desk.wang, reply_to={**posted.message, "chat": fresh.info})
    assert "答复" in desk.here(sent)[0].text
    await desk.tell("/cancel")
    assert desk.server.sent[-2].chat_id == fresh.id, "it is not sent to the old one any more"
    again = await make()
    await again.bot.room.open()
    assert again.bot.room.is_at(Address("telegram", str(fresh.id))), "after a restart, too"


async def test_a_staff_group_that_cannot_be_reached_gets_the_ticket_later(desk: Desk) -> None:
    desk.room.barred = "bot was kicked from the supergroup chat"
    await desk.tell(UNKNOWN)
    sent = await desk.tell("转人工")
    assert "已转人工" in texts(desk.here(sent))
    room = desk.bot.room
    assert (await desk.bot.store.transact(tickets.counts)).unposted == 1
    desk.room.barred = ""
    before = len(desk.server.sent)
    await room.post_waiting()
    await room.post_waiting()
    (posted,) = desk.server.sent[before:]
    assert UNKNOWN in posted.text
    assert desk.here(await desk.reply(posted, "答复"))


async def test_a_turn_that_is_done_again_opens_no_second_ticket(desk: Desk) -> None:
    await desk.tell(UNKNOWN)
    desk.server.faults.inject("sendMessage", "drop_after", times=5)
    desk.server.say(desk.bot.chat, desk.bot.alice, "转人工")
    await desk.bot.after()
    assert len(await desk.bot.store.transact(tickets.listed)) == 1


async def test_a_refusal_that_the_api_gives_for_good_is_told_to_the_staff(desk: Desk) -> None:
    posted = await desk.opened()
    desk.server.faults.inject("sendMessage", ApiError(403, "Forbidden: user is deactivated"))
    assert "没有送到" in texts(desk.there(await desk.reply(posted, "答复")))


# -- counted, kept, forgotten ------------------------------------------------------------------------------------------


async def test_what_is_counted(desk: Desk) -> None:
    posted = await desk.opened()
    await desk.reply(posted, "答复")
    await desk.reply(posted, "又一条")
    await desk.tell("/cancel")
    page = desk.bot.metrics.page().decode()
    for line in (
        'policybot_tickets_total{event="opened"} 1.0',
        'policybot_tickets_total{event="answered"} 2.0',
        'policybot_tickets_total{event="closed"} 1.0',
        "policybot_ticket_first_answer_seconds_count 1.0",
    ):
        assert line in page


async def test_closed_tickets_go_with_the_questions_and_open_ones_stay(desk: Desk) -> None:
    posted = await desk.opened()
    await desk.reply(posted, "答复")
    later = MONDAY.timestamp() + 100 * tickets.DAY
    await desk.bot.store.transact(lambda c: tickets.tidy(c, 90, later))
    assert (await desk.ticket(1)).open
    await desk.tell("/cancel")
    await desk.bot.store.transact(lambda c: tickets.tidy(c, 200, later))
    assert not (await desk.ticket(1)).open
    await desk.bot.store.transact(lambda c: tickets.tidy(c, 90, later))
    assert await desk.bot.store.transact(tickets.listed) == []


async def test_a_change_that_is_written_twice_is_written_once(desk: Desk) -> None:
    posted = await desk.opened()
    sent = await desk.reply(posted, "答复")
    answer = tickets.Answer(
        "telegram", str(desk.room.id), str(desk.server.sent[-1].message_id), 1, str(desk.here(sent)[0].message_id)
    )
    before = (await desk.ticket(1)).answers
    for _ in range(2):
        await desk.bot.store.change(Change(also=[lambda c: tickets.answered(c, answer, 1.0)]))
    assert (await desk.ticket(1)).answers == before + 1


async def test_privacy_says_what_the_staff_sees_and_forget_deletes_tickets(desk: Desk, make: Maker) -> None:
    posted = await desk.opened()
    assert "工作人员看到" in texts(await desk.tell("/privacy"))
    assert "1 个转给人工的问题" in texts(await desk.tell("/forget"))
    assert await desk.bot.store.transact(tickets.listed) == []
    assert "没有工单 #1" in texts(await desk.reply(posted, "答复"))
    alone = await make(staff_chat=None)
    assert "工作人员看到您的问题" not in texts(await alone.tell("/privacy"))


async def test_a_forgotten_tickets_number_never_becomes_another_persons(desk: Desk) -> None:
    posted = await desk.opened()
    told = desk.there(await desk.tell("/forget"))
    assert texts(told) == "【工单 #1】" + desk.bot.words("handoff.forgotten_for_staff")
    bob = desk.server.person("乙")
    chat = desk.server.private(bob)
    opened = await desk.bot.tell("/human 乙的问题", chat, bob)
    assert "【工单 #2】" in texts(desk.there(opened))
    for old in (posted, told[0]):
        for words, says in (("只给甲看的答复", "没有工单 #1"), ("/close", desk.bot.words("handoff.close_how"))):
            sent = await desk.reply(old, words)
            assert says in texts(sent)
            assert [s for s in sent if s.chat_id == chat.id] == []
    assert (await desk.ticket(2)).open


async def test_forgetting_is_silent_for_the_staff_when_nothing_waits(desk: Desk) -> None:
    await desk.opened()
    await desk.tell("/cancel")
    sent = await desk.tell("/forget")
    assert "1 个转给人工的问题" in texts(sent)
    assert desk.there(sent) == []


async def test_forgetting_is_no_way_round_the_limit(desk: Desk, make: Maker) -> None:
    for number in range(tickets.MOST_A_DAY):
        assert desk.there(await desk.tell(f"/human 第{number}件"))
        await desk.tell("/forget")
    refused = await desk.tell("/human 再来一件")
    assert desk.there(refused) == []
    assert str(tickets.MOST_A_DAY) in texts(refused)
    bob = desk.server.person("乙")
    assert desk.there(await desk.bot.tell("/human 别人的事", desk.server.private(bob), bob)), "only that person's"
    tomorrow = await make(now=lambda: MONDAY + timedelta(days=1, minutes=1))
    assert desk.there(await tomorrow.tell("/human 明天的事"))


async def test_a_message_older_than_the_ticket_is_not_the_tickets(desk: Desk) -> None:
    """As after a backup was put back that doesn't know the numbers which were given later."""
    posted = await desk.opened()
    opened = int((await desk.ticket(1)).opened)
    for date, passed in ((opened - 7_200, False), (opened - 60, True)):
        dated = {**posted.message, "date": date}
        desk.room.messages[posted.message_id] = dated
        sent = await desk.bot.tell("答复", desk.room, desk.wang, reply_to=dated)
        assert bool(desk.here(sent)) is passed
        assert (desk.bot.words("handoff.older", number=1) in texts(sent)) is not passed
    desk.room.messages[posted.message_id] = dated = {**posted.message, "date": opened - 7_200}
    sent = await desk.bot.tell("/close", desk.room, desk.wang, reply_to=dated)
    assert texts(sent) == desk.bot.words("handoff.older", number=1)
    assert (await desk.ticket(1)).open
    await desk.bot.tell("/close 1", desk.room, desk.wang, reply_to=dated)
    assert not (await desk.ticket(1)).open, "the number is typed: no message is needed"
