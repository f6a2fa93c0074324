"""What is recorded of people's questions, what they may delete, what the staff see and what others are refused."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.telegram.channel import CAPABILITIES, TelegramChannel
from bot.service import commands
from bot.service.port import Address
from bot.serving.reply_cache import RecentReplies
from bot.staff import chart
from bot.staff.roles import Role, Staff
from bot.store.store import Change, Store
from bot.store.tables import conversations, daily, feedback, questions
from tests.botapi import BotApi, Person, Sent
from tests.botapi.arguments import Upload
from tests.service.written import written
from tests.telegram.direct import Played

SUBSIDY = "首次认定的高企补贴多少"
METRO = "光谷坐几号地铁"
STAFF_CHAT = -1_000_000_077_777


@pytest.fixture
async def bot(server: BotApi, store: Store, recent: RecentReplies) -> AsyncIterator[Played]:
    """A bot with one member of staff of each role, known as bot.staff["viewer"] and so on."""
    people = {role.word: server.person(role.word) for role in Role}
    staff = Staff({people[role.word].id: role for role in Role})
    played = Played(server, store, recent, staff=staff, staff_chat=STAFF_CHAT)
    played.members = people
    await played.application.initialize()
    yield played
    await played.application.shutdown()
    assert server.refusals == []
    assert server.previews == []
    assert "aside" not in await store.counts(), "no handler failed"


async def by(bot: Played, role: str, text: str) -> list[Sent]:
    """What a member of staff with that role gets, in private."""
    person: Person = bot.members[role]
    return await bot.tell(text, bot.server.private(person), person)


async def recorded(bot: Played, *names: str) -> list[tuple[Any, ...]]:
    await bot.store.change(Change())  # after what is still to be written
    columns = [questions.c[name] for name in names]
    return [
        tuple(row) for row in await bot.store.look(lambda c: c.execute(select(*columns).order_by(questions.c.id)).all())
    ]


async def counted(bot: Played, kind: str) -> dict[str, int]:
    await bot.store.change(Change())
    query = select(daily.c.name, daily.c["count"]).where(daily.c.kind == kind)
    return {row[0]: row[1] for row in await bot.store.look(lambda c: c.execute(query).all())}


def uploads(bot: Played, sent: list[Sent], kind: str) -> list[Upload]:
    found = [s.message[kind] for s in sent if kind in s.message]
    return [bot.server.world.uploads[(f[-1] if isinstance(f, list) else f)["file_id"]] for f in found]


# -- recording ---------------------------------------------------------------------------------------------------------


async def test_every_question_is_recorded_with_what_came_of_it(bot: Played) -> None:
    group = bot.server.group("群")
    await bot.tell(SUBSIDY)
    await bot.tell("谁负责", bot.chat)
    await bot.tell(f"/ask {METRO}", group)
    await bot.tell("/clause 4.2")
    await bot.tell("/clause 九十九")
    greeting = (await bot.tell("/start"))[-1]
    await bot.press(greeting, 1)
    await bot.tell("长" * 3000)
    rows = await recorded(bot, "place", "outcome", "target")
    assert rows[:4] == [
        ("private", "answer", "wuhan-development-zones/4.2"),
        ("private", "answer", "wuhan-development-zones/4.2"),
        ("group", "none", rows[2][2]),
        ("private", "answer", "wuhan-development-zones/4.2"),
    ]
    assert [row[1] for row in rows[5:]] == ["answer", "clarify"]
    (first, *_) = await recorded(bot, "text", "words", "score", "margin", "near", "units", "asker", "seconds")
    assert first[0] == SUBSIDY
    assert first[1].split() == ["首次认定", "高企补贴"], "what tells what it is about"
    assert first[2] > first[3] > 0.5
    assert first[4].startswith("wuhan-development-zones/4.2")
    assert "市科技局" in first[5].split("\n")
    assert first[6] == bot.office.askers.of(bot.alice.id)
    assert 0 < first[7] < 5


async def test_who_asked_stands_nowhere_in_the_records(bot: Played) -> None:
    answer = (await bot.tell(SUBSIDY))[-1]
    await bot.press(answer, "👎")
    for table in (questions, feedback, daily):
        rows = await bot.store.look(lambda c, t=table: c.execute(select(t)).mappings().all())  # type: ignore[misc]
        shown = [str(value) for row in rows for name, value in row.items() if name not in ("at", "delivery")]
        assert not [value for value in shown if str(bot.alice.id) in value or "甲" in value or "alice" in value]


async def test_what_is_no_question_is_not_recorded(bot: Played) -> None:
    group = bot.server.group("群")
    await bot.tell("大家好", group)
    await bot.tell("/help")
    await bot.tell("/ask")
    listed = (await bot.tell("/list"))[-1]
    await bot.press(listed, 0)
    await bot.after(bot.server.send_file(bot.chat, bot.alice, "photo"))
    assert await recorded(bot, "text") == []


async def test_an_update_that_is_handled_again_is_one_question(bot: Played) -> None:
    bot.server.say(bot.chat, bot.alice, SUBSIDY)
    (raw,) = bot.server.updates.pending
    bot.server.faults.inject("sendMessage", "500", 6)  # the turn steps back and waits
    await bot.after()
    await bot.raw(raw)
    assert len(await recorded(bot, "text")) == 1


async def test_an_edited_question_is_a_question_of_its_own(bot: Played) -> None:
    message = bot.server.say(bot.chat, bot.alice, METRO)
    await bot.after()
    bot.server.edit(bot.chat, message, SUBSIDY)
    await bot.after()
    assert await recorded(bot, "text") == [(METRO,), (SUBSIDY,)]


async def test_of_a_burst_of_typing_the_last_form_is_recorded(bot: Played) -> None:
    for text in ("高", "高新", "高新技", "高新技术企业", "高新技术", "高新技术企业补贴"):
        await bot.inline(text)
    assert await recorded(bot, "place", "text") == [("inline", "高新技术企业补贴")]
    await bot.inline("高新技术企业补贴", offset="10")
    await bot.inline("招商引资")
    other = bot.server.person("乙")
    bot.server.ask_inline(other, "招商引资")
    await bot.after()
    assert [text for (text,) in await recorded(bot, "text")] == ["高新技术企业补贴", "招商引资", "招商引资"]


async def test_with_no_days_to_keep_no_text_is_written(server: BotApi, store: Store, recent: RecentReplies) -> None:
    bot = Played(server, store, recent, keep_days=0)
    await bot.application.initialize()
    await bot.tell(SUBSIDY)
    await bot.inline("招商引资")
    assert await recorded(bot, "text", "words", "outcome") == [("", "", "answer"), ("", "", "answer")]
    assert "不保存文字" in (await bot.tell("/privacy"))[-1].text
    await bot.application.shutdown()


async def test_a_verdict_finds_its_question_even_if_there_are_several_for_one_message(bot: Played) -> None:
    message = bot.server.say(bot.chat, bot.alice, METRO)
    first = (await bot.after())[-1]
    bot.server.edit(bot.chat, message, SUBSIDY)
    second = (await bot.after())[-1]
    await bot.press(first, "👎")
    await bot.press(first, bot.words("judging.reason.incomplete"))
    await bot.press(second, "👍")
    await bot.store.change(Change())
    joined = questions.join(feedback, feedback.c.delivery == questions.c.delivery)
    query = select(questions.c.text, feedback.c.verdict, feedback.c.reason).select_from(joined)
    rows = await bot.store.look(lambda c: {tuple(row) for row in c.execute(query).all()})
    assert rows == {(METRO, "down", "incomplete"), (SUBSIDY, "up", "")}


async def test_buttons_of_before_judge_without_a_question(bot: Played) -> None:
    answer = (await bot.tell(SUBSIDY))[-1]
    data = next(b["callback_data"] for b in answer.buttons if b["text"] == "👍")
    await bot.press(answer, forged=data.rpartition(":")[0])
    await bot.store.change(Change())
    query = select(feedback.c.verdict, feedback.c.delivery)
    assert await bot.store.look(lambda c: c.execute(query).all()) == [("up", None)]


# -- one's own data ----------------------------------------------------------------------------------------------------


async def test_privacy_says_what_is_kept_and_for_how_long(bot: Played) -> None:
    text = (await bot.tell("/privacy"))[-1].text
    assert "90 天" in text
    assert "/forget" in text


async def test_forget_deletes_ones_own_at_once_and_says_so(bot: Played) -> None:
    other = bot.server.person("乙")
    theirs = bot.server.private(other)
    answer = (await bot.tell(SUBSIDY))[-1]
    await bot.press(answer, "👎")
    await bot.tell(METRO)
    await bot.inline("招商引资")
    await bot.tell(METRO, theirs, other)
    text = (await bot.tell("/forget"))[-1].text
    assert "3 个问题" in text
    assert "1 个评价" in text
    assert "1 段对话" in text
    assert await recorded(bot, "asker") == [(bot.office.askers.of(other.id),)]
    keys = await bot.store.look(lambda c: c.execute(select(conversations.c.person)).scalars().all())
    assert keys == [str(other.id)]
    assert "请把事情说全" in (await bot.tell("谁负责"))[-1].text, "the talk is forgotten in memory, too"
    await bot.tell("/forget")
    assert (await bot.tell("/forget"))[-1].text == bot.words("privacy.nothing")


# -- who may do what ---------------------------------------------------------------------------------------------------


async def test_others_are_refused_with_a_word_and_counted(bot: Played) -> None:
    for name in ("stats", "unanswered", "export"):
        sent = await bot.tell(f"/{name}")
        assert [s.text for s in sent] == [f"{bot.words('staff.refused')}（您的编号是 {bot.alice.id}）"]
        assert "photo" not in sent[0].message
    refused = await by(bot, "viewer", "/export")
    assert "编辑" in refused[-1].text
    assert "查看" in refused[-1].text
    assert await counted(bot, "refusal") == {"stats": 1, "unanswered": 1, "export": 2}
    page = bot.metrics.page().decode()
    assert 'policybot_staff_refusals_total{what="export"} 2.0' in page
    assert 'policybot_questions_total{outcome="denied"} 4.0' in page
    assert "没有权限的人试命令　4" in (await by(bot, "viewer", "/stats"))[-1].text
    assert await recorded(bot, "text") == []


async def test_staff_commands_are_for_private_chats_and_the_staff_group(bot: Played) -> None:
    admin = bot.members["admin"]
    group, own = bot.server.group("别的群"), bot.server.group("工作群")
    bot.room._at = Address("telegram", str(own.id), place="group")
    assert (await bot.tell("/unanswered", group, admin))[-1].text == bot.words("staff.not_here")
    assert (await bot.tell("/export", own, admin))[-1].text == bot.words("staff.private_only")
    assert "没有没答好的问题" in (await bot.tell("/unanswered", own, admin))[-1].text


async def test_an_anonymous_administrator_is_nobody(bot: Played) -> None:
    group = bot.server.group("群")
    sent = await bot.tell("/stats", group, bot.members["admin"], sender_chat=group.info)
    assert sent[-1].text == bot.words("staff.refused")


async def test_help_names_to_each_what_they_may_do(bot: Played) -> None:
    shown = {role: (await by(bot, role, "/help"))[-1].text for role in ("viewer", "editor")}
    plain = (await bot.tell("/help"))[-1].text
    assert all(f"/{name}" not in plain for name in commands.for_staff(bot.office, Role.ADMIN))
    assert "/stats" in shown["viewer"]
    assert "/export" not in shown["viewer"]
    assert "/export" in shown["editor"]


async def test_each_member_gets_a_menu_of_his_own_if_he_ever_wrote(bot: Played) -> None:
    for role in ("viewer", "admin"):
        bot.server.private(bot.members[role])
    await bot.menus(0.0)
    staffs = commands.for_staff(bot.office, Role.ADMIN)
    scopes = {scope: [c["command"] for c in commands] for (scope, _), commands in bot.server.world.commands.items()}
    assert scopes[f"chat {bot.members['viewer'].id}"][:2] == ["stats", "unanswered"]
    assert "export" not in scopes[f"chat {bot.members['viewer'].id}"]
    assert scopes[f"chat {bot.members['admin'].id}"][: len(staffs)] == staffs
    assert not set(staffs) & set(scopes["default"])
    (refused,) = bot.server.refusals
    assert refused.description == "Bad Request: chat not found", "the editor never wrote to the bot"
    bot.server.refusals.clear()


# -- stats, unanswered, export -----------------------------------------------------------------------------------------


async def test_stats_come_as_a_picture_and_a_table(bot: Played) -> None:
    for _ in range(2):
        answer = (await bot.tell(SUBSIDY))[-1]
    await bot.press(answer, "👍")
    await bot.tell(METRO)
    sent = await by(bot, "viewer", "/stats 7")
    (picture,) = uploads(bot, sent, "photo")
    assert picture.content.startswith(b"\x89PNG")
    assert "7 天" in sent[0].text
    assert len(picture.content) > 10_000
    table = sent[-1].text
    assert "问题　3" in table
    assert "回答　2　66.7%" in table
    assert "👍 有用　1" in table
    assert "4.2 完善新兴产业培育机制　2" in table
    assert "市科技局　2" in table


async def test_stats_of_nothing_and_with_a_bad_number(bot: Played) -> None:
    (only,) = await by(bot, "viewer", "/stats")
    assert "没有问题" in only.text
    for bad in ("/stats 0", "/stats x", "/stats 99999", "/unanswered -1", "/stats ３０"):
        assert (await by(bot, "viewer", bad))[-1].text == bot.words("stats.badly"), bad


async def test_without_a_font_the_table_comes_alone_and_says_so(bot: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart, "FONT", chart.FONT.with_name("no-such-font.otf"))
    await bot.tell(SUBSIDY)
    (only,) = await by(bot, "viewer", "/stats")
    assert "问题　1" in only.text
    assert bot.words("stats.no_chart") in only.text


async def test_unanswered_is_turned_page_by_page_by_staff_only(bot: Played) -> None:
    topics = ["地铁", "天气", "彩票", "股票", "电影", "火锅", "足球", "篮球", "考研", "签证", "宠物", "租车"]
    for n, topic in enumerate(topics):
        for _ in range(1 + (n == 4)):
            await bot.tell(f"{topic}{topic}<b>{n}")
    listed = (await by(bot, "viewer", "/unanswered"))[-1]
    first_line, first, *_ = listed.text.split("\n")
    assert "1/2" in first_line
    assert first.startswith("1. [")
    assert "2 次" in first
    assert "电影电影<b>4" in first
    edited, _ = await bot.press(listed, "下一页", bot.members["viewer"])
    assert edited[-1].edited
    assert "9. [" in edited[-1].text
    sent, query = await bot.press(edited[-1], "上一页", bot.alice)
    assert sent == []
    assert query.answer is not None
    assert query.answer["text"] == bot.words("staff.refused")
    assert await counted(bot, "refusal") == {"unanswered": 1}
    for forged in ("w:0:1", "w:x:1", "w:99999:1", "w"):
        sent, _ = await bot.press(edited[-1], person=bot.members["viewer"], forged=forged)
        assert sent == [], forged


async def test_export_sends_four_files_that_no_spreadsheet_runs(bot: Played) -> None:
    evil = '=HYPERLINK("http://x")怎么申请'
    answer = (await bot.tell(evil))[-1]
    await bot.press(answer, "👎")
    await bot.tell(SUBSIDY)
    sent = await by(bot, "editor", "/export")
    files = uploads(bot, sent, "document")
    assert [f.filename.split("-")[0] for f in files] == ["questions", "questions", "feedback", "feedback"]
    assert [f.filename.rpartition(".")[2] for f in files] == ["csv", "jsonl", "csv", "jsonl"]
    assert [s.text for s in sent] == ["问题 2 条", "问题 2 条", "评价 1 条", "评价 1 条"]
    rows = list(csv.DictReader(io.StringIO(files[0].content.decode("utf-8-sig"), newline="")))
    assert [row["text"] for row in rows] == [f"'{evil}", SUBSIDY]
    assert [json.loads(line)["text"] for line in files[1].content.splitlines()] == [evil, SUBSIDY]
    verdict = json.loads(files[3].content)
    assert (verdict["verdict"], verdict["text"], str(verdict["question"])) == ("down", evil, rows[0]["id"])
    assert str(bot.alice.id) not in b"".join(f.content for f in files).decode()


async def test_a_file_that_telegram_does_not_take_is_not_sent(bot: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    await bot.tell(SUBSIDY)
    monkeypatch.setattr(TelegramChannel, "capabilities", replace(CAPABILITIES, most_bytes=150))
    sent = await by(bot, "admin", "/export")
    assert ["document" in s.message for s in sent] == [False, False, True, True]
    assert "questions.csv" in sent[0].text


async def test_export_of_nothing(bot: Played) -> None:
    files = uploads(bot, await by(bot, "admin", "/export 7"), "document")
    assert len(files) == 4


async def test_a_number_that_names_a_person_is_never_written_down(bot: Played, store: Store) -> None:
    """Neither of a question, nor of an inline query, nor of what is handed on; the staff's own are passed on."""
    phone, office, question = "13812345678", "027-82826666", "首次认定的高企补贴多少"
    room = bot.server.group("工作群")
    bot.room._at = Address("telegram", str(room.id), place="group")
    with written(store) as rows:
        await bot.tell(f"我的电话是{phone}，{question}")
        await bot.inline(f"我的电话是{phone}，{question}")
        handed = await bot.tell(f"/human 请打{phone}，外地公司能申请吗")
        posted = next(s for s in handed if s.chat_id == room.id)
        sent = await bot.tell(f"请打{office}", room, bot.members["viewer"], reply_to=posted)
    assert phone not in posted.text
    assert office in "".join(s.text for s in sent), "the staff may tell people where to call"
    assert office in "".join(rows)
    assert question in "".join(rows)
    assert [row for row in rows if phone in row] == []
