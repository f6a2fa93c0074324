"""What is read without the library's objects is read as with them, and nothing else is."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from telegram import Bot, Update, User

from bot.channels.telegram.incoming import Reader
from bot.channels.telegram.plain import plain
from bot.channels.telegram.queue import JournalQueue, line_of, read
from bot.operations.metrics import Metrics
from bot.service.port import Incoming
from bot.store.store import Store
from tests.botapi import BotApi

ME = User(42, "机器人", is_bot=True, username="gov_bot")


def _as_the_library_reads_it(raw: dict[str, Any]) -> Incoming | None:
    return Reader(lambda: ME).read(Update.de_json(json.loads(json.dumps(raw)), None))


def _asked(text: str = "补贴多少") -> dict[str, Any]:
    server = BotApi()
    person = server.person("甲", "someone")
    server.say(server.private(person), person, text)
    return server.updates.pending[0]


@pytest.mark.parametrize("text", ["补贴多少", "见 https://gov.example/a 和 @gov_bot", " /ask 什么", "😀 第3条", "1"])
def test_a_text_in_private_is_read_as_the_library_reads_it(text: str) -> None:
    raw = _asked(text)
    found = plain(raw)
    assert found is not None
    assert found == _as_the_library_reads_it(raw)
    assert found.text == text
    assert line_of(found) == str(raw["message"]["chat"]["id"])


@pytest.mark.parametrize("text", ["/start", "/ask@gov_bot 补贴"])
def test_commands_are_looked_at_more_closely(text: str) -> None:
    assert plain(_asked(text)) is None


@pytest.mark.parametrize(
    "other",
    [
        {"reply_to_message": {"message_id": 1}},
        {"forward_origin": {"type": "hidden_user"}},
        {"via_bot": {"id": 42}},
        {"media_group_id": "7"},
        {"what_is_new": 1},
        {"text": ""},
        {"text": None},
        {"date": "today"},
        {"message_id": True},
        {"from": {"id": 5, "is_bot": True, "first_name": "乙"}},
        {"from": {"id": 5, "first_name": "乙"}},
        {"chat": {"id": -5, "type": "group", "title": "群"}},
        {"chat": 5},
    ],
)
def test_what_holds_anything_more_is_left_to_the_library(other: dict[str, Any]) -> None:
    raw = _asked()
    assert plain(raw | {"message": raw["message"] | other}) is None


def test_other_updates_are_left_to_the_library() -> None:
    raw = _asked()
    assert plain({"update_id": 1, "edited_message": raw["message"]}) is None
    assert plain(raw | {"inline_query": {}}) is None
    assert plain({"update_id": 1}) is None
    assert isinstance(read({"update_id": 1}, Bot("1:a")), Update)
    assert isinstance(read(raw, Bot("1:a")), Incoming)


async def test_a_polled_batch_is_handed_on_in_its_order(store: Store) -> None:
    """The library reads what is not plain and the last number; what is plain comes before what it came before."""
    queue = JournalQueue(store, Metrics())
    raws = [
        raw | {"update_id": number} for number, raw in enumerate([_asked(), _asked(), _asked("/help"), _asked()], 1)
    ]
    raws = [
        raw | {"message": raw["message"] | {"chat": {"id": n, "type": "private", "first_name": "甲"}}}
        for n, raw in enumerate(raws, 1)
    ]
    left = await queue.receive(raws)
    assert [len(one) for one in left] == [2, 1]
    assert [one.delivery.id for one in await store.still_open("telegram", 0, 10)] == ["1", "2", "3", "4"]
    for one in left:
        await queue.put(Update.de_json(dict(one), None))
    items = [queue.get_nowait() for _ in range(queue.qsize())]
    numbers = [i.delivery.id if isinstance(i, Incoming) else str(cast(Update, i).update_id) for i in items]
    assert numbers == ["1", "2", "3", "4"]
    await queue.receive(raws)
    for one in left:
        await queue.put(Update.de_json(dict(one), None))
    assert queue.empty(), "what came again is answered once"


async def test_numbers_that_name_a_person_are_not_kept(store: Store) -> None:
    queue = JournalQueue(store, Metrics())
    await queue.receive([_asked("我的电话 13812345678 能补贴吗")])
    (kept,) = await store.still_open("telegram", 0, 10)
    assert "13812345678" not in kept.raw
    item = read(json.loads(kept.raw), Bot("1:a"))
    assert isinstance(item, Incoming)
    assert "13812345678" not in item.text
    assert item.text.endswith("能补贴吗")
