"""What people do in Telegram, and what the bot does then: real handlers, turns and store, no network.

The Bot API is the stand-in of tests/botapi, called directly; after every test nothing that the bot did was refused.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.telegram import menus
from bot.channels.telegram.render import length
from bot.days import BEIJING
from bot.engine.assistant import Assistant
from bot.engine.documents.examples import Examples
from bot.engine.values.reply import Reply
from bot.replies.texts import Texts
from bot.service import buttons as keyboards
from bot.service import commands
from bot.service.buttons import key_of
from bot.service.limits import UserLimit
from bot.serving.reply_cache import RecentReplies
from bot.store.keys import Talk
from bot.store.store import Store
from bot.store.tables import feedback
from knowledge.compiled import Ready
from tests.botapi import ApiError, BotApi, Chat, Person, Sent
from tests.telegram.direct import Played
from tests.telegram.questions import mixed

POLICY = "wuhan-development-zones"
SUBSIDY = "首次认定的高企补贴多少"
TWENTY = "20万元"


@pytest.fixture
async def bot(server: BotApi, store: Store, recent: RecentReplies) -> AsyncIterator[Played]:
    played = Played(server, store, recent)
    await played.application.initialize()
    yield played
    await played.application.shutdown()
    assert server.refusals == []
    assert server.previews == []
    assert "aside" not in await store.counts(), "no handler failed"


async def judged(store: Store) -> dict[str, tuple[str, str, str]]:
    """Verdicts as stored: key -> (target, verdict, reason)."""
    columns = [feedback.c[name] for name in ("key", "target", "verdict", "reason")]
    rows = await store._read(lambda connection: connection.execute(select(*columns)).all())
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def only(sent: list[Sent]) -> Sent:
    """The one message that was sent."""
    assert len(sent) == 1, [s.text[:60] for s in sent]
    return sent[0]


def text_of(sent: list[Sent]) -> str:
    return "\n".join(s.text for s in sent)


def alert(query: Any) -> str:
    """The text that a press was answered with, as an alert."""
    assert query.answer is not None
    assert query.answer["show_alert"]
    return str(query.answer["text"])


# -- commands --------------------------------------------------------------------------------------------------------


async def test_start_offers_examples_and_pressing_one_asks_it(bot: Played) -> None:
    greeting = only(await bot.tell("/start"))
    examples = bot.examples()
    assert bot.labels(greeting) == examples
    assert "16" in greeting.text
    for example in examples:
        sent, query = await bot.press(greeting, example)
        assert sent[0].text.startswith(f"❓ {example}")
        assert query.answer is not None
        assert query.answer["text"] == ""
    sent, _ = await bot.press(greeting, SUBSIDY)
    assert TWENTY in text_of(sent)


async def test_start_with_a_link_shows_the_clause(bot: Played) -> None:
    key = key_of(f"{POLICY}/4.2")
    assert TWENTY in text_of(await bot.tell(f"/start c_{key}"))
    assert bot.labels(only(await bot.tell("/start c_0000000000"))) == bot.examples()
    assert bot.labels(only(await bot.tell("/start x\x00<b>"))) == bot.examples()


async def test_help_names_every_command_and_the_bot(bot: Played) -> None:
    text = only(await bot.tell("/help")).text
    assert all(f"/{name}" in text for name in commands.for_people(bot.office))
    assert "/human" not in text, "there is nobody to hand on to"
    assert "@policy_test_bot" in text


async def test_about_says_document_validity_and_source(bot: Played, ready: Ready) -> None:
    text = text_of(await bot.tell("/about"))
    policy = ready.base.policies[0]
    assert policy.display_name in text
    assert "有效期" in text or "失效" in text or "过期" in text
    assert "不用语言模型" in text


async def test_list_is_browsed_in_place_and_back(bot: Played, ready: Ready) -> None:
    policy = ready.base.policies[0]
    listed = only(await bot.tell("/list"))
    assert bot.labels(listed) == [s.name for s in policy.sections]
    for section in policy.sections:
        edited, query = await bot.press(listed, section.name)
        part = only(edited)
        assert part.edited
        assert part.message_id == listed.message_id
        assert part.text == section.name
        assert [label.split()[0] for label in bot.labels(part)[:-1]] == [c.id for c in section.clauses]
        assert query.answer is not None
        shown, _ = await bot.press(part, 0)
        assert section.clauses[0].body in text_of(shown).replace("\n", "")
        back, _ = await bot.press(part, len(section.clauses))
        assert only(back).text == listed.text
        assert bot.labels(back[0]) == bot.labels(listed)


async def test_long_lists_have_pages(bot: Played, monkeypatch: pytest.MonkeyPatch, ready: Ready) -> None:
    monkeypatch.setattr(keyboards, "PAGE", 3)
    policy = ready.base.policies[0]
    listed = only(await bot.tell("/list"))
    assert bot.labels(listed)[:3] == [s.name for s in policy.sections[:3]]
    (second,), _ = await bot.press(listed, 3)
    assert bot.labels(second)[:1] == [policy.sections[3].heading]
    (first,), _ = await bot.press(second, 1)
    assert bot.labels(first) == bot.labels(listed)
    (part,), _ = await bot.press(first, 0)
    (more,), _ = await bot.press(part, 3)
    assert [label.split()[0] for label in bot.labels(more)[:3]] == [c.id for c in policy.sections[0].clauses[3:6]]
    (back,), _ = await bot.press(more, bot.words("buttons.back"))
    assert bot.labels(back) == bot.labels(listed)


async def test_units_are_paged_and_lead_to_their_measures(bot: Played, assistant: Assistant) -> None:
    counts = assistant.library.unit_counts
    page = only(await bot.tell("/units"))
    assert str(len(counts)) in page.text
    seen: list[str] = []
    pages = -(-len(counts) // keyboards.PAGE)
    for n in range(pages):
        seen += [label for label in bot.labels(page) if label.endswith("）")]
        if n + 1 < pages:
            edited, _ = await bot.press(page, "›" if n == 0 else f"{n + 2}/{pages}")
            page = only(edited)
            assert page.edited
    assert seen == [f"{name}（{count}）" for name, count in counts.items()]
    sent, _ = await bot.press(page, 0)
    assert seen[-len([s for s in bot.labels(page) if s.endswith("）")])].split("（")[0] in text_of(sent)


async def test_every_measure_of_a_unit_has_its_button(bot: Played, assistant: Assistant) -> None:
    unit, count = max(assistant.library.unit_counts.items(), key=lambda item: item[1])
    assert count > keyboards.PAGE
    page = only(await bot.tell(f"{unit}负责哪些"))
    targets: list[str] = []
    for n in range(-(-count // keyboards.PAGE)):
        if n:
            edited, _ = await bot.press(page, "›" if n == 1 else f"{n + 1}/")
            page = only(edited)
            assert "👍" in bot.labels(page), "what is no measure stays"
        buttons = [b["callback_data"] for b in page.buttons if b["callback_data"].startswith("c:")]
        assert len(buttons) <= keyboards.PAGE
        targets += buttons
    assert len(targets) == len(set(targets)) == count


async def test_an_example_that_went_asks_nothing_else(bot: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """A button means its question, not a place in the list."""
    greeting = only(await bot.tell("/start"))
    old, *kept = bot.examples()
    monkeypatch.setattr(Examples, "questions", [*kept, "谁负责招商引资"])
    sent, query = await bot.press(greeting, old)
    assert sent == []
    assert query.answer is not None
    assert query.answer["text"] == bot.words("buttons.old")
    sent, _ = await bot.press(greeting, kept[0])
    assert sent[0].text.startswith(f"❓ {kept[0]}")


async def test_subsidies_quote_all_money(bot: Played, ready: Ready) -> None:
    sent = await bot.tell("/subsidies")
    text = text_of(sent)
    clauses = ready.base.policies[0].clauses
    money = [f for c in clauses for f in c.figures if f.kind in ("amount", "ratio")]
    assert money
    assert all(f.text in text and f"「{f.quote}」" in text for f in money)
    shown, _ = await bot.press(sent[-1], 0)
    assert TWENTY in text_of(shown)


@pytest.mark.parametrize(
    "argument", ["4.2", " 4.2 ", f"{POLICY}/4.2", "四(二)", "四（二）", "第四部分第二条", "４.２", "4.2 补贴"]
)
async def test_clause_by_any_way_of_writing_its_number(bot: Played, argument: str) -> None:
    assert TWENTY in text_of(await bot.tell(f"/clause {argument}"))


@pytest.mark.parametrize("space", ["\n", "　", "\t", "  ", "\u00a0"])
async def test_an_argument_may_stand_behind_any_space(bot: Played, space: str) -> None:
    text = text_of(await bot.tell(f"/clause{space}四(二) 全文"))
    assert TWENTY in text


async def test_clause_without_a_number_or_with_nonsense(bot: Played) -> None:
    assert only(await bot.tell("/clause")).text == bot.words("browsing.clause_how")
    for odd in ("<b>&", "高企", "\u202e甲", "x" * 3_000):
        said = only(await bot.tell(f"/clause {odd}"))
        assert said.text.startswith(bot.words("browsing.clause_unknown", typed="")[:6])
        assert length(said.text) < 200
    assert "9.9" in text_of(await bot.tell("/clause 9.9")) or "没有" in text_of(await bot.tell("/clause 9.9"))


async def test_ask_with_a_question_without_one_and_as_a_reply(bot: Played) -> None:
    assert TWENTY in text_of(await bot.tell(f"/ask {SUBSIDY}"))
    assert TWENTY in text_of(await bot.tell(f"/ask\n{SUBSIDY} 谢谢"))
    assert only(await bot.tell("/ask")).text == bot.words("asking.how")
    other = bot.server.person("乙")
    group = bot.server.group("群")
    question = bot.server.say(group, other, SUBSIDY)
    assert await bot.after() == []
    assert TWENTY in text_of(await bot.tell("/ask", group, reply_to=question))
    photo = bot.server.send_file(group, other, "photo", SUBSIDY)
    assert TWENTY in text_of(await bot.tell("/ask@policy_test_bot", group, reply_to=photo))
    sticker = bot.server.send_file(group, other, "sticker")
    assert only(await bot.tell("/ask", group, reply_to=sticker)).text == bot.words("asking.how")


async def test_an_unknown_command_is_a_question_in_private_and_nothing_in_a_group(bot: Played) -> None:
    assert TWENTY in text_of(await bot.tell("/4.2"))
    assert await bot.tell("/settings", bot.server.group("群")) == []


# -- private ---------------------------------------------------------------------------------------------------------


async def test_free_text_is_answered_as_a_reply_with_buttons(
    server: BotApi, store: Store, recent: RecentReplies
) -> None:
    bot = Played(server, store, recent, busy=False)
    await bot.application.initialize()
    question = server.say(bot.chat, bot.alice, SUBSIDY)
    sent = await bot.after()
    assert TWENTY in text_of(sent)
    assert {s.reply_to for s in sent} == {question["message_id"]}
    assert bot.labels(sent[-1])[:2] == ["原文", "责任单位"]
    assert bot.labels(sent[-1])[-2:] == ["👍", "👎"]
    assert server.world.actions == [], "where the answer is there at once"
    assert await store.counts() == {"done": 1}
    assert server.refusals == []
    assert server.previews == []
    await bot.application.shutdown()


async def test_a_talk_goes_on_and_outlives_a_restart(bot: Played, recent: RecentReplies) -> None:
    await bot.tell(SUBSIDY)
    assert "5万元" in text_of(await bot.tell("那重新认定呢"))
    again = Played(bot.server, bot.store, recent)
    await again.application.initialize()
    units = text_of(await again.tell("谁负责", bot.chat, bot.alice))
    assert "市科技局" in units
    await again.application.shutdown()


async def test_a_choice_by_button_by_number_and_by_words(bot: Played) -> None:
    offered = await bot.tell("人才")
    labels = bot.labels(offered[-1])
    assert labels[0].startswith("1. 1.5")
    assert labels[1].startswith("2. 3.2")
    pressed, _ = await bot.press(offered[-1], 1)
    assert "补链强链" in text_of(pressed)
    await bot.tell("人才")
    assert "补链强链" in text_of(await bot.tell("2"))
    await bot.tell("人才")
    assert "补链强链" in text_of(await bot.tell("第二个"))


async def test_an_edited_message_is_answered_anew(bot: Played) -> None:
    question = bot.server.say(bot.chat, bot.alice, "天气怎么样")
    await bot.after()
    bot.server.edit(bot.chat, question, SUBSIDY)
    sent = await bot.after()
    assert TWENTY in text_of(sent)
    assert {s.reply_to for s in sent} == {question["message_id"]}
    command = bot.server.say(bot.chat, bot.alice, "/clause 1.1")
    await bot.after()
    bot.server.edit(bot.chat, command, "/clause 4.2")
    assert TWENTY in text_of(await bot.after())


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "video", "document"])
async def test_what_is_no_text_gets_a_word_on_what_to_do(bot: Played, kind: str) -> None:
    sent = await bot.after(bot.server.send_file(bot.chat, bot.alice, kind))
    assert only(sent).text == bot.words(f"asking.no_text.{kind}")


@pytest.mark.parametrize("kind", ["audio", "video_note"])
async def test_any_other_file_gets_a_word_too(bot: Played, kind: str) -> None:
    assert only(await bot.after(bot.server.send_file(bot.chat, bot.alice, kind))).text == bot.words(
        "asking.no_text.other"
    )


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("location", {"location": {"latitude": 30.5, "longitude": 114.3}}),
        ("contact", {"contact": {"phone_number": "1", "first_name": "乙"}}),
        ("other", {"dice": {"emoji": "🎲", "value": 3}}),
        (
            "poll",
            {
                "poll": {
                    "id": "1",
                    "question": "?",
                    "options": [],
                    "total_voter_count": 0,
                    "is_closed": False,
                    "is_anonymous": True,
                    "type": "regular",
                    "allows_multiple_answers": False,
                    "allows_revoting": False,
                    "members_only": False,
                }
            },
        ),
    ],
)
async def test_places_contacts_polls_and_dice(bot: Played, kind: str, content: dict[str, Any]) -> None:
    sent = await bot.after(bot.server.post(bot.chat, bot.alice, content))
    assert only(sent).text == bot.words(f"asking.no_text.{kind}")


async def test_a_caption_is_a_question(bot: Played) -> None:
    assert TWENTY in text_of(await bot.after(bot.server.send_file(bot.chat, bot.alice, "photo", SUBSIDY)))


async def test_an_album_gets_one_word(bot: Played) -> None:
    for _ in range(4):
        bot.server.send_file(bot.chat, bot.alice, "photo", media_group_id="7")
    assert only(await bot.after()).text == bot.words("asking.no_text.photo")
    bot.server.send_file(bot.chat, bot.alice, "photo", SUBSIDY, media_group_id="8")
    bot.server.send_file(bot.chat, bot.alice, "photo", media_group_id="8")
    sent = await bot.after()
    assert TWENTY in text_of(sent)
    assert bot.words("asking.no_text.photo") not in text_of(sent)


async def test_a_live_location_that_moves_says_nothing_new(bot: Played) -> None:
    message = bot.server.post(bot.chat, bot.alice, {"location": {"latitude": 1.0, "longitude": 2.0}})
    await bot.after()
    bot.server.updates.add("edited_message", message | {"edit_date": int(time.time())}, bot.chat.id)
    assert await bot.after() == []


async def test_service_messages_get_no_answer(bot: Played) -> None:
    group = bot.server.group("群")
    bot.server.join(group, bot.server.person("乙"))
    pinned = {"message_id": 1, "date": 1, "chat": bot.chat.info}
    bot.server.post(bot.chat, bot.alice, {"pinned_message": pinned | {"text": "x"}})
    assert await bot.after() == []


async def test_very_long_text(bot: Played) -> None:
    said = only(await bot.tell("补贴" * 2_000))
    assert said.text == bot.words("asking.too_long", most=2_000)


@pytest.mark.parametrize(
    "text",
    [
        "<b>首次认定</b>高企补贴多少 & <script>",
        "\u202e\u2066首次认定的高企补贴多少",
        "首次认定\x00的高企\x07补贴多少\x1b[31m",
        "首次认定的高企补贴多少\ud83d",
        "\ud83d",
        "\x00",
        "　 \n",
        "😀" * 500,
        "😀首次认定的高企补贴多少",
        "'; DROP TABLE updates; --",
        "%s %d {0} {x}",
        "/",
        "//",
        "@",
        "null",
        "1" * 1_999,
        "((((" * 400,
        "é" * 900,
        "e\u0301" * 900,
        "ﷺ" * 100,
    ],
)
async def test_hostile_text_gets_an_answer(bot: Played, text: str) -> None:
    sent = await bot.tell(text)
    assert sent, "some answer"
    if "首次认定" in text and "高企" in text:
        assert TWENTY in text_of(sent)
    assert await bot.tell(SUBSIDY), "and the bot goes on"


async def test_many_questions_have_small_button_data_and_full_messages(bot: Played) -> None:
    for n, question in enumerate(mixed(150, seed=5)):
        sent = await bot.tell(question if n % 3 else f"/ask {question}")
        assert sent, question
        for message in sent:
            assert 0 < length(message.text) <= 4096
            for button in message.buttons:
                assert 1 <= len(button["callback_data"].encode()) <= 64
                assert button["callback_data"].isascii()


async def test_answers_that_take_several_messages(bot: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    question = bot.server.say(bot.chat, bot.alice, "/subsidies")
    sent = await bot.after()
    monkeypatch.setattr("bot.channels.telegram.render.pages.__defaults__", (200,))
    again = await bot.tell("/subsidies")
    assert len(again) > 1
    assert text_of(again) == text_of(sent)
    assert [bool(s.buttons) for s in again] == [False] * (len(again) - 1) + [True], "buttons under the last only"
    assert question["message_id"] < again[0].message_id
    assert len({s.reply_to for s in again}) == 1


# -- limits ----------------------------------------------------------------------------------------------------------


async def test_over_the_limit_one_notice_then_silence_then_again(
    server: BotApi, store: Store, recent: RecentReplies
) -> None:
    now = [0.0]
    bot = Played(server, store, recent, limit=UserLimit(3, lambda: now[0]))
    await bot.application.initialize()
    greeting = only(await bot.tell("/start"))
    assert await bot.tell("4.2")
    assert await bot.after(server.send_file(bot.chat, bot.alice, "voice"))
    notice = bot.words("asking.limited", most=3, seconds=60)
    assert only(await bot.tell("4.2")).text == notice
    for _ in range(5):
        assert await bot.tell("4.2") == []
    assert await bot.tell("/help") == []
    sent, query = await bot.press(greeting, 0)
    assert sent == []
    assert query.answer is not None
    assert query.answer["text"] == notice, "a press is told, or its clock would go on turning"
    other = server.person("乙")
    assert await bot.tell("4.2", server.private(other), other), "others are not limited"
    now[0] = 61.0
    assert TWENTY in text_of(await bot.tell(SUBSIDY))
    for _ in range(2):
        await bot.tell("4.2")
    assert only(await bot.tell("4.2")).text == notice, "one notice a minute"
    await bot.application.shutdown()
    assert server.refusals == []
    assert server.previews == []


# -- groups ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def group(bot: Played) -> Chat:
    return bot.server.group("企业群")


async def test_in_a_group_the_bot_is_silent_unless_addressed(bot: Played, group: Chat) -> None:
    other = bot.server.person("乙", "policy_test")
    hello = bot.server.say(group, other, "大家好")
    bot.server.say(group, bot.alice, SUBSIDY)
    bot.server.say(group, bot.alice, "谁负责", reply_to=hello)
    bot.server.say(group, bot.alice, "@policy_test 补贴多少")
    bot.server.say(group, bot.alice, "@policy_test_bot_2 补贴多少")
    bot.server.say(group, bot.alice, "x@policy_test_bot 补贴多少", entities=[])
    bot.server.say(group, bot.alice, "/help@other_bot")
    bot.server.say(group, bot.alice, "/start@other_bot c_1")
    bot.server.say(group, bot.alice, "/unknown")
    bot.server.send_file(group, bot.alice, "photo")
    bot.server.send_file(group, bot.alice, "voice")
    bot.server.send_file(group, bot.alice, "photo", "看这里 @somebody_else")
    assert await bot.after() == []
    assert await bot.store.counts() == {"done": 12}


@pytest.mark.parametrize(
    "text",
    [
        f"@policy_test_bot {SUBSIDY}",
        f"@Policy_Test_BOT {SUBSIDY}",
        f"{SUBSIDY} @policy_test_bot",
        "首次认定的高企 @policy_test_bot 补贴多少",
        f"😀👨‍👩‍👧𠮷 @policy_test_bot：{SUBSIDY}",
        f"@someone_else @policy_test_bot, {SUBSIDY}",
        f"/ask {SUBSIDY}",
        f"/ask@policy_test_bot {SUBSIDY}",
        f"/ASK@Policy_test_bot {SUBSIDY}",
    ],
)
async def test_a_mention_or_ask_is_answered_as_a_reply(bot: Played, group: Chat, text: str) -> None:
    question = bot.server.say(group, bot.alice, text)
    sent = await bot.after()
    assert TWENTY in text_of(sent)
    assert {(s.chat_id, s.reply_to) for s in sent} == {(group.id, question["message_id"])}


async def test_a_mention_by_name_without_at(bot: Played, group: Chat) -> None:
    entity = {"type": "text_mention", "offset": 0, "length": 4, "user": bot.server.world.bot.user}
    assert TWENTY in text_of(await bot.tell(f"政策助手 {SUBSIDY}", group, entities=[entity]))
    entity["user"] = bot.alice.user
    assert await bot.tell(f"政策助手 {SUBSIDY}", group, entities=[entity]) == []


async def test_a_mention_in_a_caption(bot: Played, group: Chat) -> None:
    entities = [{"type": "mention", "offset": 0, "length": 16}]
    caption = f"@policy_test_bot {SUBSIDY}"
    bot.server.send_file(group, bot.alice, "photo", caption, caption_entities=entities)
    assert TWENTY in text_of(await bot.after())


async def test_forged_entities_do_no_harm(bot: Played, group: Chat) -> None:
    for offset, size in ((0, 9_999), (9_999, 5), (1, 1), (0, 0)):
        entities = [{"type": "mention", "offset": offset, "length": size}]
        assert await bot.tell("😀@policy_test_bot 补贴", group, entities=entities) == []


async def test_a_reply_to_the_bot_goes_on_with_the_talk(bot: Played, group: Chat) -> None:
    sent = await bot.tell(f"@policy_test_bot {SUBSIDY}", group)
    assert "5万元" in text_of(await bot.tell("那重新认定呢", group, reply_to=sent[-1]))
    assert await bot.tell("那重新认定呢", group) == []


async def test_a_command_for_another_bot_is_left_to_it_even_as_a_reply(bot: Played, group: Chat) -> None:
    sent = await bot.tell(f"@policy_test_bot {SUBSIDY}", group)
    assert await bot.tell("/help@other_bot", group, reply_to=sent[-1]) == []


async def test_a_bare_mention(bot: Played, group: Chat) -> None:
    other = bot.server.person("乙")
    question = bot.server.say(group, other, SUBSIDY)
    assert TWENTY in text_of(await bot.tell("@policy_test_bot", group, reply_to=question))
    how = only(await bot.tell("@policy_test_bot", group)).text
    assert "@policy_test_bot" in how
    assert only(await bot.tell("@policy_test_bot ,", group)).text == how
    sticker = bot.server.send_file(group, other, "sticker")
    assert only(await bot.tell("@policy_test_bot", group, reply_to=sticker)).text == how


async def test_an_edit_that_adds_the_mention_is_answered(bot: Played, group: Chat) -> None:
    message = bot.server.say(group, bot.alice, SUBSIDY)
    assert await bot.after() == []
    bot.server.edit(group, message, f"@policy_test_bot {SUBSIDY}")
    assert TWENTY in text_of(await bot.after())


async def test_one_conversation_a_person_and_group(bot: Played, group: Chat) -> None:
    other = bot.server.person("乙")
    await bot.tell(f"/ask {SUBSIDY}", group)
    await bot.tell("/ask 谁负责招商引资", group, other)
    assert "5万元" in text_of(await bot.tell("/ask 那重新认定呢", group))
    assert "市科技局" in text_of(await bot.tell("/ask 谁负责", group))
    assert "市商务局" in text_of(await bot.tell("/ask 谁负责", group, other))
    assert (
        only(await bot.tell("/ask 谁负责", bot.server.group("另一个群"))).text
        == only(await bot.tell("谁负责", bot.server.private(bot.server.person("丙")), bot.server.person("丙"))).text
    ), "nothing is known there"


async def test_bots_are_never_answered(bot: Played, group: Chat) -> None:
    robot = bot.server.person("机", "robot_bot")
    robot.is_bot = True
    for text in (f"@policy_test_bot {SUBSIDY}", f"/ask {SUBSIDY}", "/help", f"/help@{bot.me().username}"):
        assert await bot.tell(text, group, robot) == []


async def test_an_anonymous_administrator_is_answered_and_has_a_conversation(bot: Played, group: Chat) -> None:
    anonymous = Person(1087968824, "Group", "GroupAnonymousBot", "", True)
    here: dict[str, Any] = {"sender_chat": group.info}
    assert TWENTY in text_of(await bot.tell(f"@policy_test_bot {SUBSIDY}", group, anonymous, **here))
    assert "5万元" in text_of(await bot.tell("/ask 那重新认定呢", group, anonymous, **here))


@pytest.mark.parametrize("text", [f"@policy_test_bot {SUBSIDY}", f"/ask {SUBSIDY}", "/help"])
async def test_a_channel_post_that_is_forwarded_by_itself_is_not_answered(bot: Played, group: Chat, text: str) -> None:
    service = Person(777000, "Telegram", "", "", False)
    channel = {"id": -1009999, "type": "channel", "title": "频道"}
    assert await bot.tell(text, group, service, sender_chat=channel, is_automatic_forward=True) == []


async def test_a_card_of_ours_is_not_answered(bot: Played, group: Chat) -> None:
    card: dict[str, Any] = {"via_bot": bot.server.world.bot.user}
    assert await bot.tell("4.2 补贴 20万元", **card) == []
    assert await bot.tell("4.2 @policy_test_bot", group, **card) == []
    assert await bot.tell("/ask 4.2", **card) == []


async def test_coming_into_a_group_it_says_once_how_to_ask(bot: Played, group: Chat) -> None:
    bot.server.bot_member(group, bot.alice)
    assert "@policy_test_bot" in only(await bot.after()).text
    bot.server.bot_member(group, bot.alice, "member", "administrator")
    assert await bot.after() == []
    bot.server.bot_member(group, bot.alice, "administrator", "kicked")
    assert await bot.after() == []


async def test_blocked_and_unblocked_in_private(bot: Played) -> None:
    bot.server.bot_member(bot.chat, bot.alice, "member", "kicked")
    assert await bot.after() == []
    assert await bot.tell(SUBSIDY) == [], "a question that was on its way: nobody is there, and nothing fails"
    bot.server.bot_member(bot.chat, bot.alice, "kicked", "member")
    assert await bot.tell(SUBSIDY)


async def test_a_group_in_which_it_may_not_speak(bot: Played, group: Chat) -> None:
    bot.server.bot_member(group, bot.alice)
    group.barred = "bot was kicked from the supergroup chat"
    assert await bot.after() == []


# -- buttons ---------------------------------------------------------------------------------------------------------


async def test_original_and_units_of_a_clause(bot: Played, ready: Ready) -> None:
    clause = next(c for c in ready.base.policies[0].clauses if c.id == "4.2")
    answer = (await bot.tell(SUBSIDY))[-1]
    original, _ = await bot.press(answer, "原文")
    assert clause.body in text_of(original).replace("\n", "")
    units, _ = await bot.press(answer, "责任单位")
    assert clause.responsible[0].quote.strip("()").split(":")[1] in text_of(units)
    assert {s.reply_to for s in (*original, *units)} == {answer.message_id}


async def test_related_clauses_are_shown_by_their_buttons(bot: Played) -> None:
    answer = (await bot.tell("谁负责招商引资"))[-1]
    related = next(label for label in bot.labels(answer) if label.startswith("1.2"))
    sent, _ = await bot.press(answer, related)
    assert "开发运营机制" in text_of(sent)


async def test_thumbs_and_reasons_are_stored(bot: Played) -> None:
    answer = (await bot.tell(SUBSIDY))[-1]
    key = bot.office.askers.of(f"{bot.chat.id}:{answer.message_id}:{bot.alice.id}")
    target = f"{POLICY}/4.2"
    _, query = await bot.press(answer, "👍")
    assert query.answer is not None
    assert query.answer["text"] == bot.words("judging.thanks_good")
    assert await judged(bot.store) == {key: (target, "up", "")}
    edited, query = await bot.press(answer, "👎")
    assert query.answer is not None
    assert query.answer["text"] == bot.words("judging.ask_reason")
    assert await judged(bot.store) == {key: (target, "down", "")}
    for letter, reason in keyboards.REASONS.items():
        label = bot.words(f"judging.reason.{reason}")
        assert label in bot.labels(only(edited)), letter
        thanked, query = await bot.press(answer, label)
        assert query.answer is not None
        assert query.answer["text"] == bot.words("judging.thanks_bad")
        assert await judged(bot.store) == {key: (target, "down", reason)}
        assert bot.labels(only(thanked)) == bot.labels(answer), "all buttons are there again"
        edited, _ = await bot.press(answer, "👎")


async def test_the_buttons_of_an_answer_stay_while_a_reason_is_asked(bot: Played) -> None:
    answer = (await bot.tell(SUBSIDY))[-1]
    edited, _ = await bot.press(answer, "👎")
    assert bot.labels(only(edited))[:2] == ["原文", "责任单位"]
    assert only(edited).text == answer.text


async def test_a_thumb_pressed_twice_in_a_row_is_no_error(bot: Played) -> None:
    answer = (await bot.tell(SUBSIDY))[-1]
    for _ in range(2):  # both before the buttons changed
        bot.server.press(answer, bot.alice, "👎")
    edited = await bot.after()
    assert len(edited) == 1
    listed = only(await bot.tell("/list"))
    for _ in range(2):
        bot.server.press(listed, bot.alice, 0)
    assert len(await bot.after()) == 1


async def test_everybody_judges_for_himself(bot: Played) -> None:
    group, other = bot.server.group("群"), bot.server.person("乙")
    answer = (await bot.tell(f"/ask {SUBSIDY}", group))[-1]
    await bot.press(answer, "👍")
    await bot.press(answer, "👎", other)
    verdicts = await judged(bot.store)
    of = bot.office.askers.of
    keys = {of(f"{group.id}:{answer.message_id}:{person.id}"): v for person, v in ((bot.alice, "up"), (other, "down"))}
    assert {key: v[1] for key, v in verdicts.items()} == keys


async def test_an_answer_about_no_clause_is_judged_too(bot: Played) -> None:
    answer = (await bot.tell("火星移民补贴怎么申请"))[-1]
    await bot.press(answer, "👎")
    assert [v[:2] for v in (await judged(bot.store)).values()] == [("", "down")]


async def test_a_press_by_another_person_is_that_persons_talk(bot: Played) -> None:
    group, other = bot.server.group("群"), bot.server.person("乙")
    offered = await bot.tell("/ask 人才", group)
    await bot.press(offered[-1], "3.2", other)
    stored = await bot.store.conversation(Talk("telegram", str(group.id), str(other.id)))
    assert stored is not None
    assert json.loads(stored)["clause"] == f"{POLICY}/3.2"
    mine = await bot.store.conversation(Talk("telegram", str(group.id), str(bot.alice.id)))
    assert mine is not None
    assert json.loads(mine).get("clause", "") == ""
    assert "补链强链" in text_of(await bot.tell("/ask 第二个", group)), "and mine is as it was"


@pytest.mark.parametrize(
    "data",
    [
        "c:0000000000",
        "o:0000000000",
        "u:",
        "m:ffffffffff",
        "g:ffffffffff",
        "b:ffffffffff",
        "r:ffffffffff:w",
        "r:-:x",
        "r:-",
        "q:99",
        "q:-1",
        "q:٣",
        "q:",
        "q:99999999999999999999",
        "x",
        ":",
        "::::",
        " ",
        "c:wuhan-development-zones/4.2",
        "c:" + "9" * 62,
        "c:" + "9" * 5_000,
        "删库",
        "\x00",
        "__class__:x",
        "press:1",
    ],
)
async def test_old_and_forged_buttons_get_a_polite_word(bot: Played, data: str) -> None:
    answer = (await bot.tell(SUBSIDY))[-1]
    sent, query = await bot.press(answer, forged=data)
    assert sent == []
    assert alert(query) == bot.words("buttons.old")
    assert await judged(bot.store) == {}


@pytest.mark.parametrize(
    "data", ["l:ffffffffff:0", "l:::", "l::99999", "n::٣", "n::-5", "n::9999999999999999", "n:x:2"]
)
async def test_forged_pages_lead_to_some_page(bot: Played, data: str) -> None:
    listed = only(await bot.tell("/subsidies"))
    sent, query = await bot.press(listed, forged=data)
    assert only(sent).edited
    assert query.answer is not None


async def test_a_button_under_a_message_that_the_bot_may_no_longer_see(bot: Played) -> None:
    """#inaccessiblemessage: what the button names is known all the same."""
    answer = (await bot.tell(SUBSIDY))[-1]
    bot.server.press(answer, bot.alice, 0)
    raw = bot.server.updates.pending[0]
    message = raw["callback_query"]["message"]
    raw["callback_query"]["message"] = {"chat": message["chat"], "message_id": message["message_id"], "date": 0}
    assert TWENTY in text_of(await bot.after())


async def test_a_button_under_an_inline_message_and_one_without_data(bot: Played) -> None:
    answer = (await bot.tell(SUBSIDY))[-1]
    for change in ({"inline_message_id": "1"}, {"inline_message_id": "1", "game_short_name": "x"}):
        query = bot.server.press(answer, bot.alice, 0)
        value = bot.server.updates.pending[0]["callback_query"]
        del value["message"]
        value |= change
        if "game_short_name" in change:
            del value["data"]
        assert await bot.after() == []
        assert alert(query) == bot.words("buttons.old")


async def test_a_press_that_is_too_late_to_be_acknowledged_is_still_answered(bot: Played) -> None:
    answer = (await bot.tell(SUBSIDY))[-1]
    bot.server.faults.inject("answerCallbackQuery", ApiError(400, "Bad Request: query is too old"))
    sent, _ = await bot.press(answer, "原文")
    assert TWENTY in text_of(sent)


async def test_a_message_that_is_gone_cannot_be_edited_and_that_is_fine(bot: Played) -> None:
    listed = only(await bot.tell("/list"))
    bot.server.press(listed, bot.alice, 0)
    bot.server.faults.inject("editMessageText", ApiError(400, "Bad Request: message to edit not found"))
    assert await bot.after() == []
    assert await bot.store.counts() == {"done": 2}


async def test_not_modified_is_fine(bot: Played) -> None:
    listed = only(await bot.tell("/list"))
    words = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
    bot.server.press(listed, bot.alice, 0)
    bot.server.faults.inject("editMessageText", ApiError(400, words))
    assert await bot.after() == []
    assert b'outcome="refused"' not in bot.metrics.page()


# -- what the API may answer -----------------------------------------------------------------------------------------


async def test_markup_that_is_refused_goes_out_as_plain_text(bot: Played) -> None:
    bot.server.faults.inject("sendMessage", ApiError(400, "Bad Request: can't parse entities: Unsupported start tag"))
    sent = await bot.tell(SUBSIDY)
    assert TWENTY in text_of(sent)
    assert "entities" not in sent[0].message
    assert bot.labels(sent[-1])


async def test_a_question_that_was_deleted_is_answered_all_the_same(bot: Played) -> None:
    question = bot.server.say(bot.chat, bot.alice, SUBSIDY)
    del bot.chat.messages[question["message_id"]]
    sent = await bot.after()
    assert TWENTY in text_of(sent)
    assert sent[0].reply_to is None


@pytest.mark.parametrize("fault", ["500", "502", "drop_before"])
async def test_a_failing_server_is_asked_again(bot: Played, fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service.turns.STEP_BACKOFF", 0.001)
    bot.server.faults.inject("sendMessage", fault, times=3)
    assert TWENTY in text_of(await bot.tell(SUBSIDY))
    assert bot.server.counts["sendMessage"] == 4


async def test_another_refusal_ends_the_turn_and_nothing_else(bot: Played) -> None:
    bot.server.faults.inject("sendMessage", ApiError(400, "Bad Request: not enough rights to send text messages"))
    assert await bot.tell(SUBSIDY) == []
    assert b'policybot_questions_total{outcome="refused"} 1.0' in bot.metrics.page()
    assert await bot.tell(SUBSIDY)


# -- inline mode -----------------------------------------------------------------------------------------------------


def checked(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The results, held to what a card promises."""
    results: list[dict[str, Any]] = answer["results"]
    assert len({r["id"] for r in results}) == len(results)
    for result in results:
        assert 1 <= len(result["id"].encode()) <= 64
        assert 0 < length(result["parsed"]["text"]) <= 4096
        assert result["parsed"]["link_preview_options"]["is_disabled"]
        assert result["title"].strip()
    return results


async def all_pages(bot: Played, text: str) -> list[dict[str, Any]]:
    results, offset = [], ""
    for _ in range(30):
        answer = await bot.inline(text, offset)
        results += checked(answer)
        offset = answer["next_offset"]
        if not offset:
            return results
    raise AssertionError("pages without end")


async def test_inline_a_question_gives_its_answer_first(bot: Played) -> None:
    first = checked(await bot.inline(SUBSIDY))[0]
    assert TWENTY in first["title"]
    assert TWENTY in first["parsed"]["text"]


async def test_inline_only_the_cards_of_a_page_are_made(bot: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    show = Assistant.show

    def counted(self: Assistant, target: str, *more: Any) -> Reply:
        made.append(target)
        return show(self, target, *more)

    monkeypatch.setattr(Assistant, "show", counted)
    first = await bot.inline("产业")
    assert first["next_offset"] == "10"
    made.clear()
    second = await bot.inline("产业", "10")
    assert 0 < len(made) <= len(second["results"]) <= 10


async def test_inline_keywords_find_units_figures_and_clauses(bot: Played, ready: Ready) -> None:
    units = await all_pages(bot, "科技局")
    assert any("市科技局" in r["title"] for r in units)
    figures = await all_pages(bot, "万元")
    assert {TWENTY, "5万元", "50万元"} <= {r["title"].split("（")[0] for r in figures}
    clauses = await all_pages(bot, "开发区")
    assert len([r for r in clauses if r["id"].startswith("c")]) > 10
    clause = next(r for r in clauses if r["title"].startswith("1.1"))
    body = next(c for c in ready.base.policies[0].clauses if c.id == "1.1").body
    assert body in clause["parsed"]["text"].replace("\n", ""), "the full answer"


@pytest.mark.parametrize("text", ["开发区", "市", "武汉", "1", "产业", "管委会"])
async def test_inline_pages_repeat_nothing(bot: Played, text: str) -> None:
    results = await all_pages(bot, text)
    assert len({r["id"] for r in results}) == len(results)


async def test_inline_an_empty_query_offers_the_most_asked(
    bot: Played, server: BotApi, store: Store, recent: RecentReplies
) -> None:
    results = checked(await bot.inline(""))
    assert [r["title"] for r in results] == bot.examples()
    assert [r["id"] for r in checked(await bot.inline(" \u202e\x00"))] == [r["id"] for r in results]
    asked = Played(server, store, recent, most_asked=lambda: ["谁负责招商引资", "天气怎么样"])
    await asked.application.initialize()
    assert checked(await asked.inline(""))[0]["title"] == "谁负责招商引资"
    await asked.application.shutdown()


@pytest.mark.parametrize("text", ["火星移民", "天气怎么样", "qqqq", "😀", "<b>", "\x00甲\ud83d", "x" * 300, "(" * 256])
async def test_inline_nothing_found_says_so(bot: Played, text: str) -> None:
    results = checked(await bot.inline(text))
    assert len(results) >= 1
    if text in ("qqqq", "天气怎么样"):
        assert results[0]["title"] == bot.words("telegram.inline.none")


@pytest.mark.parametrize("offset", ["-1", "x", "٣", "1e3", "9" * 60, "0x10", " 5", "10; DROP"])
async def test_inline_hostile_offsets_do_no_harm(bot: Played, offset: str) -> None:
    first = [r["id"] for r in checked(await bot.inline("开发区"))]
    assert [r["id"] for r in checked(await bot.inline("开发区", offset))] == first


async def test_inline_past_the_end_there_is_nothing(bot: Played) -> None:
    answer = await bot.inline("开发区", "99999")
    assert answer["results"] == []
    assert answer["next_offset"] == ""


@pytest.mark.parametrize(
    ("clock", "seconds"),
    [("12:00:00", 300), ("23:54:59", 300), ("23:55:01", 299), ("23:59:30", 30), ("23:59:59", 1), ("00:00:00", 300)],
)
async def test_inline_nothing_is_kept_past_midnight_in_beijing(
    server: BotApi, store: Store, recent: RecentReplies, clock: str, seconds: int
) -> None:
    moment = datetime.fromisoformat(f"2026-12-31T{clock}").replace(tzinfo=BEIJING)
    bot = Played(server, store, recent, now=lambda: moment.astimezone(None))
    await bot.application.initialize()
    answer = await bot.inline("补贴")
    assert answer["cache_time"] == seconds
    assert moment + timedelta(seconds=answer["cache_time"]) <= moment.replace(hour=0, minute=0, second=0) + timedelta(
        days=1
    )
    assert not answer["is_personal"]
    await bot.application.shutdown()


async def test_inline_too_late_is_no_fault(bot: Played) -> None:
    bot.server.faults.inject("answerInlineQuery", ApiError(400, "Bad Request: query is too old"))
    bot.server.ask_inline(bot.alice, "补贴")
    assert await bot.after() == []


async def test_inline_a_card_that_is_too_long_is_cut_and_says_so(bot: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.render.LIMIT", 300)
    monkeypatch.setattr("bot.channels.telegram.render.pages.__defaults__", (300,))
    more = bot.words("telegram.inline.cut", bot="policy_test_bot")
    cut = [r for r in checked(await bot.inline("开发区")) if r["parsed"]["text"].endswith(more)]
    assert cut
    assert all(length(r["parsed"]["text"]) <= 300 for r in cut)


async def test_inline_the_same_question_gives_the_same_ids(bot: Played) -> None:
    """Telegram keeps results by id; a page that comes from a cache must fit the next one."""
    assert [r["id"] for r in await all_pages(bot, "产业")] == [r["id"] for r in await all_pages(bot, "产业")]


# -- menus -----------------------------------------------------------------------------------------------------------


async def test_menus_are_set_for_each_scope_and_language(bot: Played) -> None:
    await bot.menus()
    shown = bot.server.world.commands
    scopes = ("default", "all_private_chats", "all_group_chats")
    assert set(shown) == {(scope, language) for scope in scopes for language in ("", "zh", "en")}
    assert [c["command"] for c in shown["all_private_chats", "zh"]] == commands.for_people(bot.office)
    assert [c["command"] for c in shown["all_group_chats", "en"]] == commands.for_people(bot.office, in_groups=True)
    for language in ("zh", "en"):
        described = {c["command"]: c["description"] for c in shown["default", language]}
        assert described == {
            name: text
            for name, text in Texts.load(language).get("commands.menu").items()
            if name not in ("human", "cancel")
        }, "there is nobody to hand on to"
    assert shown["default", ""] == shown["default", "zh"]
    assert ("short_description", "en") in bot.server.world.names


async def test_a_menu_that_fails_stops_no_other(bot: Played) -> None:
    bot.server.faults.inject("setMyCommands", ApiError(400, "Bad Request: x"), times=menus.TRIES)
    bot.server.faults.inject("setMyShortDescription", "500", times=2)
    await bot.menus(pause=0.0)
    assert len(bot.server.world.commands) == 8, "all but the one that was refused each time"
    assert len(bot.server.world.names) == 3


async def test_a_menu_waits_as_long_as_it_is_told(bot: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("bot.channels.telegram.menus.asyncio.sleep", sleep)
    bot.server.faults.inject("setMyCommands", "429")
    await bot.menus()
    assert slept == [1.0]
    assert len(bot.server.world.commands) == 9
