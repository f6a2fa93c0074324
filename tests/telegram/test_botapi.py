"""The stand-in Bot API server is as strict as the real one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.botapi import SECRET_HEADER, TOKEN, ApiError, BotApi, Faults, Limits
from tests.botapi.entities import parse_html
from tests.botapi.faults import Kind
from tests.botapi.limits import Limits as Counted
from tests.patience import PATIENCE

NOT_FOUND = "Bad Request: chat not found"


class Client:
    """Calls methods as a bot does."""

    def __init__(self, session: aiohttp.ClientSession, server: BotApi) -> None:
        self.session, self.server = session, server

    async def raw(self, method: str, **values: Any) -> dict[str, Any]:
        """The whole answer."""
        form = {k: v if isinstance(v, str) else json.dumps(v) for k, v in values.items()}
        async with self.session.post(f"{self.server.url}/bot{TOKEN}/{method}", data=form) as response:
            body: dict[str, Any] = await response.json()
            assert body["ok"] == (response.status == 200)
            return body

    async def ok(self, method: str, **values: Any) -> Any:
        """The result."""
        body = await self.raw(method, **values)
        assert body["ok"], body
        return body["result"]

    async def bad(self, method: str, **values: Any) -> str:
        """The description of a refusal."""
        body = await self.raw(method, **values)
        assert not body["ok"], body
        return f"{body['error_code']} {body['description']}"


@pytest.fixture
async def server() -> AsyncIterator[BotApi]:
    async with BotApi() as one:
        yield one


@pytest.fixture
async def client(server: BotApi) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, server)


# -- making requests ---------------------------------------------------------------------------------------------------


async def test_forms_json_multipart_and_query_strings_are_read(client: Client, server: BotApi) -> None:
    chat = server.private(server.person("A"))
    url = f"{server.url}/bot{TOKEN}/SENDmessage"
    values: dict[str, Any] = {"chat_id": chat.id, "text": "你好"}
    form = aiohttp.FormData()
    form.add_field("chat_id", str(chat.id))
    form.add_field("document", b"x", filename="a.txt")
    for request in (
        client.session.post(url, data=values),
        client.session.post(url, json=values),
        client.session.get(url, params=values),
        client.session.post(url.replace("SENDmessage", "sendDocument"), data=form),
    ):
        async with request as response:
            assert response.status == 200, await response.text()
    assert [sent.text for sent in server.sent] == ["你好", "你好", "你好", ""]
    assert [call.method for call in server.calls] == ["sendMessage"] * 3 + ["sendDocument"]


async def test_unknown_methods_tokens_and_parameters_are_refused(client: Client, server: BotApi) -> None:
    assert await client.bad("sendMesage") == "404 Not Found: method not found"
    async with client.session.get(f"{server.url}/bot123:wrong/getMe") as response:
        assert response.status == 401
        assert (await response.json())["description"] == "Unauthorized"
    assert server.refusals == []
    assert "no parameter chatid" in await client.bad("sendMessage", chatid=1, text="x")
    assert [r.method for r in server.refusals] == ["sendMessage"]
    me = await client.ok("getMe")
    assert me["is_bot"] is True
    assert me["username"] == server.world.bot.username


async def test_without_strictness_unknown_parameters_pass() -> None:
    async with BotApi(strict=False) as server, aiohttp.ClientSession() as session:
        chat = server.private(server.person("A"))
        assert await Client(session, server).ok("sendMessage", chat_id=chat.id, text="x", nonsense=1)


# -- getUpdates --------------------------------------------------------------------------------------------------------


async def test_an_offset_confirms_and_what_is_not_confirmed_comes_again(client: Client, server: BotApi) -> None:
    person = server.person("A")
    for number in range(5):
        server.say(server.private(person), person, f"{number}")
    first = await client.ok("getUpdates", limit=2)
    assert [u["message"]["text"] for u in first] == ["0", "1"]
    assert await client.ok("getUpdates", limit=2) == first
    rest = await client.ok("getUpdates", offset=first[-1]["update_id"] + 1)
    assert [u["message"]["text"] for u in rest] == ["2", "3", "4"]
    assert [u["message"]["text"] for u in await client.ok("getUpdates", offset=-1)] == ["4"]
    assert len(await client.ok("getUpdates")) == 1  # a negative offset forgets the earlier ones


async def test_a_long_poll_waits_for_news_and_ends_empty(client: Client, server: BotApi) -> None:
    person = server.person("A")
    poll = asyncio.create_task(client.ok("getUpdates", timeout=20))
    await server.until(lambda: server.updates.polling)
    assert not poll.done()
    server.say(server.private(person), person, "news")
    assert (await asyncio.wait_for(poll, PATIENCE))[0]["message"]["text"] == "news"
    await client.ok("getUpdates", offset=2**40)
    begun = asyncio.get_running_loop().time()
    assert await client.ok("getUpdates", timeout=1) == []
    assert asyncio.get_running_loop().time() - begun > 0.9


async def test_a_second_poller_ends_the_first_with_409(client: Client, server: BotApi) -> None:
    first = asyncio.create_task(client.bad("getUpdates", timeout=20))
    await server.until(lambda: server.updates.polling)
    second = asyncio.create_task(client.ok("getUpdates", timeout=20))
    assert (await asyncio.wait_for(first, PATIENCE)).startswith("409 Conflict: terminated by other getUpdates request")
    person = server.person("A")
    server.say(server.private(person), person, "x")
    assert len(await asyncio.wait_for(second, PATIENCE)) == 1


async def test_a_poller_that_was_killed_does_not_conflict(client: Client, server: BotApi) -> None:
    first = asyncio.create_task(client.ok("getUpdates", timeout=20))
    await server.until(lambda: server.updates.polling)
    first.cancel()
    await server.until(lambda: not server.updates.polling)
    assert await client.ok("getUpdates", timeout=0) == []
    assert server.updates.polls_conflicting == 0


async def test_only_allowed_updates_come(client: Client, server: BotApi) -> None:
    person = server.person("A")
    chat = server.private(person)
    await client.ok("getUpdates", allowed_updates=["callback_query"])
    server.say(chat, person, "unwanted")
    assert await client.ok("getUpdates") == []
    await client.ok("getUpdates", allowed_updates=[])
    server.say(chat, person, "wanted")
    assert len(await client.ok("getUpdates")) == 1
    assert "unknown allowed_updates" in await client.bad("getUpdates", allowed_updates=["mesage"])


# -- webhook -----------------------------------------------------------------------------------------------------------


class Hook:
    """A webhook that answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[int, str, str]] = []
        """(update id, text, secret)."""
        self.statuses: list[int] = []
        """To answer, first first; then 200."""
        self.under_way = self.most_under_way = 0
        self.delay = 0.0
        self.url = ""
        self._runner: web.ServerRunner | None = None

    async def _take(self, request: web.BaseRequest) -> web.Response:
        update = await request.json()
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(self.delay)
        self.under_way -= 1
        self.got.append((update["update_id"], update["message"]["text"], request.headers.get(SECRET_HEADER, "")))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def __aenter__(self) -> Hook:
        self._runner = web.ServerRunner(web.Server(self._take))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()


async def test_a_webhook_gets_updates_with_its_secret_and_again_after_a_failure(client: Client, server: BotApi) -> None:
    server._pause_scale = 0.01
    person, other = server.person("A"), server.person("B")
    server.say(server.private(person), person, "before")
    async with Hook() as hook:
        hook.statuses = [500, 503, 404]
        await client.ok("setWebhook", url=hook.url, secret_token="s-1_x", allowed_updates=["message"])
        server.say(server.private(person), person, "second")
        server.say(server.private(other), other, "other")
        await server.until(lambda: not server.updates.pending)
    texts = [text for _, text, _ in hook.got]
    assert len(texts) == 6
    assert {secret for _, _, secret in hook.got} == {"s-1_x"}
    assert texts.index("second") > max(i for i, text in enumerate(texts) if text == "before")  # order within a chat
    info = await client.ok("getWebhookInfo")
    assert info["url"] == hook.url
    assert info["pending_update_count"] == 0
    assert "Wrong response from the webhook" in info["last_error_message"]
    assert info["allowed_updates"] == ["message"]


async def test_chats_are_posted_in_parallel_up_to_max_connections(client: Client, server: BotApi) -> None:
    async with Hook() as hook:
        hook.delay = 0.2
        await client.ok("setWebhook", url=hook.url, max_connections=3)
        for _ in range(12):
            person = server.person("A")
            server.say(server.private(person), person, "1")
            server.say(server.private(person), person, "2")
        await server.until(lambda: len(hook.got) == 24)
    assert hook.most_under_way == 3
    assert {secret for _, _, secret in hook.got} == {""}


async def test_polling_and_a_webhook_exclude_each_other(client: Client, server: BotApi) -> None:
    poll = asyncio.create_task(client.bad("getUpdates", timeout=20))
    await server.until(lambda: server.updates.polling)
    await client.ok("setWebhook", url="http://127.0.0.1:9/hook")
    assert await asyncio.wait_for(poll, PATIENCE) == "409 Conflict: terminated by setWebhook request"
    assert (await client.bad("getUpdates")).startswith("409 Conflict: can't use getUpdates method while webhook")
    await client.ok("deleteWebhook", drop_pending_updates=True)
    assert await client.ok("getUpdates") == []
    assert "unallowed characters" in await client.bad("setWebhook", url="https://x.cn/h", secret_token="含 中文")
    assert "bad webhook" in await client.bad("setWebhook", url="nonsense")


# -- messages ----------------------------------------------------------------------------------------------------------


async def test_text_has_1_to_4096_units_after_parsing(client: Client, server: BotApi) -> None:
    chat = server.private(server.person("A")).id
    await client.ok("sendMessage", chat_id=chat, text="<b>" + "字" * 4096 + "</b>", parse_mode="HTML")
    await client.ok("sendMessage", chat_id=chat, text="😀" * 2048)
    assert "message is too long" in await client.bad("sendMessage", chat_id=chat, text="😀" * 2048 + "x")
    for text in ("", "  \n", "<b> </b>"):
        assert "message text is empty" in await client.bad("sendMessage", chat_id=chat, text=text, parse_mode="HTML")
    await client.ok("sendPhoto", chat_id=chat, photo="https://x.cn/a.jpg", caption="x" * 1024)
    assert "caption is too long" in await client.bad("sendPhoto", chat_id=chat, photo="f", caption="x" * 1025)


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("中<br>", 'Unsupported start tag "br" at byte offset 3'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_html_that_can_not_be_parsed_is_refused_in_the_real_words(html: str, why: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_html(html)
    assert caught.value.description == f"Bad Request: can't parse entities: {why}"


def test_html_gives_text_and_entities_in_utf16_units() -> None:
    text, entities = parse_html(
        '😀<b>粗<i>斜</i></b> &lt;&amp;&quot;&#20013;&nbsp; <a href="https://x.cn/?a=1&amp;b=2">链</a>'
        "<blockquote expandable>原文</blockquote>"
    )
    assert text == '😀粗斜 <&"中&nbsp; 链原文'
    assert entities == [
        {"type": "bold", "offset": 2, "length": 2},
        {"type": "italic", "offset": 3, "length": 1},
        {"type": "text_link", "offset": 16, "length": 1, "url": "https://x.cn/?a=1&b=2"},
        {"type": "expandable_blockquote", "offset": 17, "length": 2},
    ]


async def test_replies_need_a_message_or_leave_to_go_without(client: Client, server: BotApi) -> None:
    person = server.person("A")
    chat = server.private(person)
    question = server.say(chat, person, "?")
    identifier = question["message_id"]
    answer = await client.ok("sendMessage", chat_id=chat.id, text="!", reply_parameters={"message_id": identifier})
    assert answer["reply_to_message"]["text"] == "?"
    assert server.sent[-1].reply_to == identifier
    lost = {"message_id": 999}
    assert "message to be replied not found" in await client.bad(
        "sendMessage", chat_id=chat.id, text="!", reply_parameters=lost
    )
    assert "reply_to_message" not in await client.ok(
        "sendMessage", chat_id=chat.id, text="!", reply_parameters=lost | {"allow_sending_without_reply": True}
    )


async def test_chats_that_are_unknown_blocked_or_moved(client: Client, server: BotApi) -> None:
    person = server.person("A")
    chat, group = server.private(person), server.group("G", supergroup=False)
    assert await client.bad("sendMessage", chat_id=1, text="x") == f"400 {NOT_FOUND}"
    assert await client.bad("sendMessage", text="x") == "400 Bad Request: chat_id is empty"
    server.bot_member(chat, person, "member", "kicked")
    assert await client.bad("sendMessage", chat_id=chat.id, text="x") == "403 Forbidden: bot was blocked by the user"
    moved = server.migrate(group)
    body = await client.raw("sendMessage", chat_id=group.id, text="x")
    assert body["parameters"] == {"migrate_to_chat_id": moved.id}


async def test_edits_change_something_that_is_the_bots_own(client: Client, server: BotApi) -> None:
    person = server.person("A")
    chat = server.private(person)
    question = server.say(chat, person, "?")
    keyboard = {"inline_keyboard": [[{"text": "b", "callback_data": "1"}]]}
    sent = await client.ok("sendMessage", chat_id=chat.id, text="<b>a</b>", parse_mode="HTML", reply_markup=keyboard)
    where = {"chat_id": chat.id, "message_id": sent["message_id"]}
    same = {"text": "<b>a</b>", "parse_mode": "HTML", "reply_markup": keyboard}
    assert "message is not modified" in await client.bad("editMessageText", **where, **same)
    assert "message is not modified" in await client.bad("editMessageReplyMarkup", **where, reply_markup=keyboard)
    edited = await client.ok("editMessageText", **where, text="a")
    assert "reply_markup" not in edited
    assert "entities" not in edited
    assert server.sent[-1].edited
    assert "message to edit not found" in await client.bad("editMessageText", chat_id=chat.id, message_id=99, text="x")
    foreign = {"chat_id": chat.id, "message_id": question["message_id"]}
    assert "message can't be edited" in await client.bad("editMessageText", **foreign, text="x")
    assert await client.ok("deleteMessage", **where)
    assert "message to delete not found" in await client.bad("deleteMessage", **where)


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        ("{", "can't parse reply markup JSON object"),
        ([1], "object expected as reply markup"),
        ({"nonsense": 1}, "object expected as reply markup"),
        ({"inline_keyboard": [{"text": "x"}]}, "should be an Array of Arrays"),
        ({"inline_keyboard": [[{"callback_data": "x"}]]}, 'Can\'t find field "text"'),
        ({"inline_keyboard": [[{"text": " ", "callback_data": "x"}]]}, "button text is empty"),
        ({"inline_keyboard": [[{"text": "x"}]]}, "Text buttons are unallowed in the inline keyboard"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": ""}]]}, "Text buttons are unallowed"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "字" * 22}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "a", "url": "https://x.cn"}]]}, "exactly one"),
        ({"inline_keyboard": [[{"text": "x", "url": "x.cn"}]]}, "Wrong HTTP URL"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "a"}] * 9]}, "at most 8"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "a"}]] * 101}, "REPLY_MARKUP_TOO_LONG"),
    ],
)
async def test_keyboards_have_the_right_shape(client: Client, server: BotApi, markup: Any, why: str) -> None:
    chat = server.private(server.person("A")).id
    assert why in await client.bad("sendMessage", chat_id=chat, text="x", reply_markup=markup)
    largest = {"inline_keyboard": [[{"text": "x", "callback_data": "x" * 64}]]}
    await client.ok("sendMessage", chat_id=chat, text="x", reply_markup=largest)


async def test_chat_actions(client: Client, server: BotApi) -> None:
    chat = server.private(server.person("A")).id
    assert await client.ok("sendChatAction", chat_id=chat, action="typing") is True
    assert "wrong parameter action" in await client.bad("sendChatAction", chat_id=chat, action="dancing")


# -- queries -----------------------------------------------------------------------------------------------------------


async def test_a_press_is_answered_once_and_in_time(client: Client, server: BotApi) -> None:
    person = server.person("A")
    chat = server.private(person)
    keyboard = {"inline_keyboard": [[{"text": "一", "callback_data": "1"}, {"text": "二", "callback_data": "2"}]]}
    await client.ok("sendMessage", chat_id=chat.id, text="x", reply_markup=keyboard)
    query = server.press(server.sent[-1], person, "二")
    update = (await client.ok("getUpdates"))[-1]["callback_query"]
    assert (update["data"], update["id"]) == ("2", query.id)
    await client.ok("answerCallbackQuery", callback_query_id=query.id, text="好", show_alert=True)
    assert query.answer == {"text": "好", "show_alert": True, "url": ""}
    old = "query is too old and response timeout expired or query ID is invalid"
    assert old in await client.bad("answerCallbackQuery", callback_query_id=query.id)
    assert old in await client.bad("answerCallbackQuery", callback_query_id="1")
    late = server.press(server.sent[-1], person, forged="forged")
    server.world.query_age = 0.0
    assert old in await client.bad("answerCallbackQuery", callback_query_id=late.id)


def article(identifier: str, **more: Any) -> dict[str, Any]:
    content = {"message_text": "<b>x</b>", "parse_mode": "HTML"}
    return {"type": "article", "id": identifier, "title": "t", "input_message_content": content} | more


async def test_inline_answers_are_checked(client: Client, server: BotApi) -> None:
    person = server.person("A")
    query = server.ask_inline(person, "高企" * 200)
    update = (await client.ok("getUpdates"))[-1]["inline_query"]
    assert len(update["query"]) == 256

    async def bad(results: Any, **more: Any) -> str:
        return await client.bad("answerInlineQuery", inline_query_id=query.id, results=results, **more)

    assert "RESULTS_TOO_MUCH" in await bad([article(str(n)) for n in range(51)])
    assert "RESULT_ID_DUPLICATE" in await bad([article("1"), article("1")])
    assert "RESULT_ID_INVALID" in await bad([article("字" * 22)])
    assert "RESULT_ID_INVALID" in await bad([article("")])
    assert "NEXT_OFFSET_INVALID" in await bad([], next_offset="x" * 65)
    assert "ARTICLE_TITLE_EMPTY" in await bad([article("1", title=" ")])
    assert "can't parse entities" in await bad(
        [article("1", input_message_content={"message_text": "<p>", "parse_mode": "HTML"})]
    )
    assert "MESSAGE_TOO_LONG" in await bad([article("1", input_message_content={"message_text": "x" * 4097})])
    assert "unknown fields" in await bad([article("1", thumb_url="https://x.cn")])
    fifty = [article(str(n)) for n in range(50)]
    await client.ok("answerInlineQuery", inline_query_id=query.id, results=fifty, cache_time=10, next_offset="50")
    assert query.answer is not None
    assert (len(query.answer["results"]), query.answer["next_offset"]) == (50, "50")
    identifier = server.choose(query, 3)
    assert await client.ok("editMessageText", inline_message_id=identifier, text="y")
    assert "MESSAGE_ID_INVALID" in await client.bad("editMessageText", inline_message_id="no", text="y")


# -- commands and names ------------------------------------------------------------------------------------------------


async def test_commands_are_kept_by_scope_and_language(client: Client, server: BotApi) -> None:
    command = {"command": "list", "description": "目录"}
    await client.ok("setMyCommands", commands=[command])
    groups = {"type": "all_group_chats"}
    await client.ok("setMyCommands", commands=[command | {"command": "ask"}], scope=groups, language_code="en")
    assert await client.ok("getMyCommands") == [command]
    assert (await client.ok("getMyCommands", scope=groups, language_code="en"))[0]["command"] == "ask"
    assert await client.ok("getMyCommands", scope=groups) == []
    for wrong, why in (
        ([command | {"command": "List"}], "BOT_COMMAND_INVALID"),
        ([command | {"command": "x" * 33}], "BOT_COMMAND_INVALID"),
        ([command | {"description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([command | {"description": "x" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([command | {"command": f"c{n}"} for n in range(101)], "BOT_COMMANDS_TOO_MUCH"),
    ):
        assert why in await client.bad("setMyCommands", commands=wrong)
    assert "invalid language code" in await client.bad("setMyCommands", commands=[], language_code="zh-CN")
    assert "Unsupported type" in await client.bad("setMyCommands", commands=[], scope={"type": "groups"})
    await client.ok("setMyShortDescription", short_description="x" * 120)
    assert "too long" in await client.bad("setMyShortDescription", short_description="x" * 121)
    assert (await client.ok("getMyShortDescription"))["short_description"] == "x" * 120


# -- limits and faults -------------------------------------------------------------------------------------------------


def test_the_real_limits() -> None:
    now = [0.0]
    limits = Counted(clock=lambda: now[0])
    assert [limits.refuse("sendMessage", 1) for _ in range(5)] == [0, 0, 0, 1, 1]
    now[0] = 1.01
    assert limits.refuse("sendMessage", 1) == 0
    assert limits.refuse("sendChatAction", 1) == 0
    passed = 0
    for second in range(2, 62):
        now[0] = float(second)
        passed += limits.refuse("sendMessage", -5) == 0
    assert 20 <= passed <= 41
    now[0] = 100.0
    assert sum(limits.refuse("sendMessage", person) == 0 for person in range(10, 60)) == 30


async def test_a_429_names_the_seconds() -> None:
    async with BotApi(limits=Limits(chat=(1, 1.0))) as server, aiohttp.ClientSession() as session:
        client, chat = Client(session, server), server.private(server.person("A")).id
        await client.ok("sendMessage", chat_id=chat, text="x")
        body = await client.raw("sendMessage", chat_id=chat, text="x")
        assert (body["error_code"], body["parameters"]) == (429, {"retry_after": 1})
        assert server.refusals == []


async def test_injected_faults_and_what_they_leave_behind(client: Client, server: BotApi) -> None:
    chat = server.private(server.person("A")).id

    async def send(text: str) -> int:
        url = f"{server.url}/bot{TOKEN}/sendMessage"
        async with client.session.post(url, data={"chat_id": str(chat), "text": text}) as response:
            return response.status

    refused: tuple[Kind, ...] = ("500", "502", "429")
    dropped: tuple[Kind, ...] = ("drop_before", "drop_after")
    for kind in refused:
        server.faults.inject("sendMessage", kind)
        assert await send(kind) == int(kind)
    for kind in dropped:
        server.faults.inject("sendMessage", kind)
        with pytest.raises(aiohttp.ClientError):
            await send(kind)
    server.faults.inject("sendMessage", ApiError(400, "Bad Request: injected"))
    assert await send("400") == 400
    assert await send("after") == 200
    assert [sent.text for sent in server.sent] == ["drop_after", "after"]
    assert [sent.text for sent in server.lost] == ["drop_after"]
    assert server.refusals == []  # the bot was not at fault


def test_faults_by_chance_are_seeded() -> None:
    def drawn(seed: int) -> list[Any]:
        faults = Faults(0.03, seed)
        return [faults.next("sendMessage") for _ in range(10_000)]

    first = drawn(1)
    assert first == drawn(1) != drawn(2)
    assert 200 < sum(fault is not None for fault in first) < 400


# -- persons -----------------------------------------------------------------------------------------------------------


async def test_privacy_mode_hides_what_is_not_meant_for_the_bot() -> None:
    async with BotApi(privacy=True) as server:
        person, group = server.person("A"), server.group("G")
        server.say(group, person, "among ourselves")
        server.say(group, person, "/ask x")
        server.say(group, person, "/ask@other_bot x")
        server.join(group, person)
        texts = [update["message"].get("text") for update in server.updates.pending]
        assert texts == ["/ask x", None]


async def test_entities_of_what_people_write_are_found_in_utf16_units(server: BotApi) -> None:
    person, group = server.person("A"), server.group("G")
    message = server.say(group, person, "😀 @policy_test_bot /ask a@b.cn 3/4")
    assert message["entities"] == [
        {"type": "mention", "offset": 3, "length": 16},
        {"type": "bot_command", "offset": 20, "length": 4},
    ]


async def test_every_kind_of_update_is_one_that_ptb_reads(server: BotApi) -> None:
    from telegram import Update

    person, group = server.person("A"), server.group("G")
    chat = server.private(person)
    for kind in ("photo", "voice", "audio", "video", "video_note", "document", "sticker"):
        server.send_file(chat, person, kind, caption="字")
    question = server.say(group, person, "你好", message_thread_id=7)
    server.edit(group, question, "你们好")
    server.ask_inline(person, "x")
    server.bot_member(group, person)
    for raw in server.updates.pending:
        update = Update.de_json(json.loads(json.dumps(raw)), None)
        assert update.update_id == raw["update_id"]
        assert update.effective_user is not None or update.message is not None
    assert len(server.updates.pending) == 12
