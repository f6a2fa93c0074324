"""The journalled queue, turns, the pacer, the webhook and the logs, on a real store; only the Bot API is played."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from telegram import Bot, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.request import RequestData

from bot.channels.telegram.context import failure_of
from bot.channels.telegram.pacer import Pacer
from bot.channels.telegram.queue import JournalQueue, TurnProcessor, chat_of
from bot.channels.telegram.request import AiohttpRequest, UpdatesRequest
from bot.channels.telegram.webhook import SECRET_HEADER, Webhook
from bot.engine.values.conversation import Conversation
from bot.operations.logs import JsonLines
from bot.operations.metrics import Metrics
from bot.service.journal import STARTS
from bot.service.port import Incoming
from bot.service.turns import UNRECORDED, Turn, Turns
from bot.store.keys import Talk
from bot.store.store import Store
from tests.patience import PATIENCE

TOKEN = "123456:AAtestTOKEN"
TALK = Talk("telegram", "1", "1")
Handler = Callable[[Any, Turn], Awaitable[None]]


def raw(update_id: int, chat: int = 1, text: str = "问") -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "甲"}
    return {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "date": 1_700_000_000,
            "chat": {"id": chat, "type": "private", "first_name": "甲"},
            "from": person,
            "text": text,
        },
    }


class Rig:
    """Queue and processor as PTB's application runs them: take one, process it as a task, never wait."""

    def __init__(self, store: Store) -> None:
        self.bot = Bot(TOKEN)
        self.metrics = Metrics()
        self.store = store
        self.queue = JournalQueue(store, self.metrics)
        self.turns = Turns(store, failure_of=failure_of)
        self.processor = TurnProcessor(self.queue, self.turns, self.metrics, self._handle)
        self.handler: Handler = self._nothing
        self._tasks: set[asyncio.Task[None]] = set()
        self._fetcher = asyncio.create_task(self._fetch())

    async def _nothing(self, _: object, __: Turn) -> None: ...

    async def _handle(self, update: object) -> None:
        from bot.service.turns import current_turn

        turn = current_turn.get()
        assert turn is not None
        assert isinstance(update, (Update, Incoming))
        try:
            await self.handler(update, turn)
        except Exception as error:  # as PTB hands it to the error handler
            turn.error = error

    async def _fetch(self) -> None:
        while True:
            update = await self.queue.get()
            task = asyncio.create_task(self.processor.process_update(update, self._handle(update)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            task.add_done_callback(lambda _: self.queue.task_done())

    async def put(self, *raws: dict[str, Any]) -> None:
        for item in raws:
            await self.queue.put(Update.de_json(item, self.bot))

    async def idle(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.queue.waiting:
                await asyncio.sleep(0.005)

    async def kill(self) -> None:
        """As a crash: nothing under way ends."""
        for task in (self._fetcher, *self._tasks):
            task.cancel()
        await asyncio.gather(self._fetcher, *self._tasks, return_exceptions=True)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.prepare()
    store.open()
    yield store
    await store.close()


@pytest.fixture
async def rig(store: Store) -> AsyncIterator[Rig]:
    rig = Rig(store)
    yield rig
    await rig.kill()


# -- the journal -----------------------------------------------------------------------------------------------------


async def test_put_returns_only_when_the_update_is_journalled(rig: Rig, store: Store) -> None:
    block = asyncio.Event()

    async def handler(_: Update, __: Turn) -> None:
        await block.wait()

    rig.handler = handler
    await rig.put(raw(5))
    assert [o.delivery.id for o in await store.still_open("telegram", 0, 10)] == ["5"]
    block.set()
    await rig.idle()
    assert await store.counts() == {"done": 1}


async def test_an_update_that_comes_again_is_answered_once(rig: Rig) -> None:
    seen = []

    async def handler(update: Update, _: Turn) -> None:
        seen.append(update.update_id)

    rig.handler = handler
    await rig.put(raw(5), raw(5))
    await rig.queue.journal([raw(6), raw(5)])
    await rig.put(raw(6), raw(5), raw(6))
    await rig.put(raw(2))  # Telegram may start anew at a lower number
    await rig.idle()
    assert sorted(seen) == [2, 5, 6]


async def test_after_a_crash_what_was_open_is_answered_and_recorded_steps_are_skipped(store: Store) -> None:
    sent: list[tuple[str, int]] = []
    reached = asyncio.Event()

    async def dying(update: Update, turn: Turn) -> None:
        await turn.step(lambda: send("first", update))
        reached.set()
        await asyncio.Event().wait()

    async def send(what: str, update: Update) -> None:
        sent.append((what, update.update_id))

    async def whole(update: Update, turn: Turn) -> None:
        await turn.step(lambda: send("first", update))
        await turn.step(lambda: send("second", update))

    crashing = Rig(store)
    crashing.handler = dying
    await crashing.put(raw(1), raw(2))
    await reached.wait()
    await crashing.kill()
    again = Rig(store)
    again.handler = whole
    assert await again.queue.recover(again.bot, again.turns) == 2
    await again.idle()
    assert sent == [("first", 1), ("second", 1), ("first", 2), ("second", 2)]
    assert await store.counts() == {"done": 2}
    await again.kill()


async def test_what_ends_the_program_again_and_again_is_set_aside(store: Store) -> None:
    for _ in range(STARTS + 1):
        rig = Rig(store)
        if not await store.counts():
            await rig.queue.journal([raw(1), raw(2, chat=2)])
        await rig.kill()
        await store.started("telegram")
    rig = Rig(store)
    assert await rig.queue.recover(rig.bot, rig.turns) == 0
    assert await store.counts() == {"aside": 2}
    await rig.kill()


async def test_an_unreadable_update_in_the_journal_blocks_nothing(store: Store) -> None:
    rig = Rig(store)
    await rig.queue.journal([{"update_id": 1, "message": {"message_id": "x"}}, raw(2)])
    again = Rig(store)
    assert await again.queue.recover(again.bot, again.turns) == 1
    await again.idle()
    assert await store.counts() == {"aside": 1, "done": 1}
    await rig.kill()
    await again.kill()


async def test_a_fault_in_a_handler_sets_that_update_aside_and_the_next_is_answered(rig: Rig, store: Store) -> None:
    async def handler(update: Update, _: Turn) -> None:
        if update.update_id == 1:
            raise ValueError("a fault of ours")

    rig.handler = handler
    await rig.put(raw(1), raw(2))
    await rig.idle()
    assert await store.counts() == {"aside": 1, "done": 1}
    assert b"policybot_updates_set_aside_total 1.0" in rig.metrics.page()


async def test_a_refusal_of_the_api_ends_the_turn(rig: Rig, store: Store) -> None:
    async def handler(update: Update, turn: Turn) -> None:
        async def call() -> None:
            raise Forbidden("bot was blocked by the user") if update.update_id == 1 else BadRequest("Chat not found")

        await turn.step(call)

    rig.handler = handler
    await rig.put(raw(1), raw(2))
    await rig.idle()
    assert await store.counts() == {"done": 2}


async def test_while_the_network_fails_the_turn_is_tried_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service.turns.STEP_BACKOFF", 0.001)
    monkeypatch.setattr("bot.service.journal.RETRY_FIRST", 0.1)
    calls = []

    async def call() -> str:
        calls.append(1)
        if len(calls) < 13:
            raise TimedOut if len(calls) % 2 else NetworkError("Bad Gateway")
        return "sent"

    async def handler(_: Update, turn: Turn) -> None:
        await turn.step(call)
        turn.outcome("answer")

    rig.handler = handler
    await rig.put(raw(1))
    await rig.idle()
    assert len(calls) == 13
    assert b'policybot_questions_total{outcome="answer"} 1.0' in rig.metrics.page()


# -- order and fairness ----------------------------------------------------------------------------------------------


async def test_order_holds_within_a_chat_and_chats_do_not_wait_for_each_other(rig: Rig) -> None:
    done: list[int] = []
    block = asyncio.Event()

    async def handler(update: Update, _: Turn) -> None:
        if update.update_id == 1:
            await block.wait()
        await asyncio.sleep(0.001 * (update.update_id % 3))
        done.append(update.update_id)

    rig.handler = handler
    await rig.put(*(raw(i, chat=1) for i in range(1, 301)), *(raw(1000 + i, chat=2) for i in range(20)))
    async with asyncio.timeout(PATIENCE):
        while len(done) < 20:
            await asyncio.sleep(0.005)
    assert done == list(range(1000, 1020)), "a chat whose first answer hangs makes no other wait"
    block.set()
    await rig.idle()
    assert [i for i in done if i < 1000] == list(range(1, 301))


async def test_more_than_fits_waits_outside(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service.journal.MOST_WAITING", 3)
    block = asyncio.Event()

    async def handler(_: Update, __: Turn) -> None:
        await block.wait()

    rig.handler = handler
    await rig.put(raw(1), raw(2), raw(3))
    fourth = asyncio.create_task(rig.put(raw(4)))
    await asyncio.sleep(0.05)
    assert not fourth.done()
    block.set()
    await asyncio.wait_for(fourth, PATIENCE)
    await rig.idle()


def test_an_inline_query_is_in_the_order_of_its_person() -> None:
    person = {"id": 77, "is_bot": False, "first_name": "甲"}
    query = {"update_id": 1, "inline_query": {"id": "1", "from": person, "query": "高企", "offset": ""}}
    assert chat_of(Update.de_json(query, None)) == 77


# -- turns -----------------------------------------------------------------------------------------------------------


async def test_few_steps_are_under_way_unrecorded(rig: Rig) -> None:
    under_way, most, full = 0, 0, asyncio.Event()
    pacer = Pacer(rig.metrics, official=False)

    async def callback() -> bool:
        """None ends before as many as may be are under way; then others have time to come in, if they can."""
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if most >= UNRECORDED:
            full.set()
        await full.wait()
        await asyncio.sleep(0.002)
        under_way -= 1
        return True

    async def handler(update: Update, turn: Turn) -> None:
        chat = {"chat_id": update.effective_chat.id if update.effective_chat else 0}
        await turn.step(lambda: pacer.process_request(callback, (), {}, "sendMessage", chat, None))

    rig.handler = handler
    await rig.put(*(raw(i, chat=i) for i in range(1, 60)))
    await rig.idle()
    assert most == UNRECORDED


async def test_a_chat_that_must_wait_holds_no_place(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked_to_wait = 1000.0, asyncio.Event()

    async def sleep(seconds: float) -> None:
        """The pacer's time goes on only when the test says so."""
        nonlocal now
        end = now + seconds
        await asked_to_wait.wait()
        now = max(now, end)

    monkeypatch.setattr("bot.channels.telegram.pacer.asyncio", SimpleNamespace(sleep=sleep))
    pacer = Pacer(rig.metrics, official=False, clock=lambda: now)
    first: set[int] = set()
    sent = []

    async def handler(update: Update, turn: Turn) -> None:
        chat = update.effective_chat.id if update.effective_chat else 0

        async def callback() -> bool:
            if chat <= 20 and chat not in first:
                first.add(chat)
                raise RetryAfter(timedelta(seconds=1))
            sent.append(chat)
            return True

        await turn.step(lambda: pacer.process_request(callback, (), {}, "sendMessage", {"chat_id": chat}, None))

    rig.handler = handler
    await rig.put(*(raw(i, chat=i) for i in range(1, 41)))
    async with asyncio.timeout(PATIENCE):
        while len(sent) < 20 or len(first) < 20:
            await asyncio.sleep(0.005)
    assert sorted(sent) == list(range(21, 41)), "a 429 of twenty chats stops no other"
    asked_to_wait.set()
    await rig.idle()
    assert now >= 1001.0
    assert sorted(sent) == list(range(1, 41))
    assert b"policybot_telegram_429_total 20.0" in rig.metrics.page()


async def test_a_conversation_is_stored_with_the_tick(rig: Rig, store: Store) -> None:
    async def handler(_: Update, turn: Turn) -> None:
        was = await turn.conversation(TALK)
        turn.keep(TALK, Conversation(clause=was.clause + "x"))

    rig.handler = handler
    await rig.put(raw(1), raw(2))
    await rig.idle()
    assert await store.conversation(TALK) == '{"clause":"xx"}'


# -- the pacer -------------------------------------------------------------------------------------------------------


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("bot.channels.telegram.pacer.asyncio.sleep", self.sleep)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def sends(pacer: Pacer, clock: Clock, chats: list[int], endpoint: str = "sendMessage") -> list[float]:
    times: list[float] = []

    async def callback() -> bool:
        times.append(clock.now)
        return True

    for chat in chats:
        await pacer.process_request(callback, (), {}, endpoint, {"chat_id": chat}, None)
    return times


async def test_the_published_limits_hold_at_the_official_server(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    pacer = Pacer(Metrics(), official=True, clock=clock)
    times = await sends(pacer, clock, [1] * 5)
    assert all(b - a >= 1.0 for a, b in pairwise(times)), "one a second in a chat"
    times = await sends(pacer, clock, [-100] * 45)
    assert all(b - a >= 60.0 for a, b in zip(times, times[20:], strict=False)), "20 a minute in a group"
    times = await sends(pacer, clock, list(range(1000, 1100)))
    assert all(b - a >= 1.0 for a, b in zip(times, times[30:], strict=False)), "30 a second over all"
    assert await sends(pacer, clock, [1] * 3, "sendChatAction") == [clock.now] * 3, "typing waits for nothing"


async def test_elsewhere_a_chat_is_slowed_only_after_its_429(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    pacer = Pacer(Metrics(), official=False, clock=clock)
    assert len(set(await sends(pacer, clock, [1] * 50))) == 1
    told: list[float] = []

    async def callback() -> bool:
        if not told:
            told.append(clock.now)
            raise RetryAfter(timedelta(seconds=7))
        return True

    await pacer.process_request(callback, (), {}, "sendMessage", {"chat_id": 1}, None)
    assert clock.now >= told[0] + 7
    times = await sends(pacer, clock, [1] * 3)
    assert all(b - a >= 1.0 for a, b in pairwise(times))
    assert len(set(await sends(pacer, clock, [2] * 20))) == 1


async def test_a_group_that_became_a_supergroup_gets_its_answer_there() -> None:
    data: dict[str, Any] = {"chat_id": -5}

    async def callback() -> int:
        if data["chat_id"] == -5:
            raise ChatMigrated(-1005)
        return int(data["chat_id"])

    pacer = Pacer(Metrics(), official=False)
    assert await pacer.process_request(callback, (), {}, "sendMessage", data, None) == -1005


# -- polling and webhook ---------------------------------------------------------------------------------------------


async def answering(answers: list[dict[str, Any]]) -> tuple[TestServer, list[dict[str, str]]]:
    asked: list[dict[str, str]] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append({k: str(v) for k, v in (await request.post()).items()})
        return web.json_response(answers.pop(0) if answers else {"ok": True, "result": []})

    app = web.Application()
    app.router.add_post("/bot/{method}", handle)
    server = TestServer(app)
    await server.start_server()
    return server, asked


async def test_an_update_that_cannot_be_read_does_not_come_again_for_ever(rig: Rig, store: Store) -> None:
    broken = {"update_id": 2, "message": {"message_id": 1, "chat": 5}}
    batch = {"ok": True, "result": [raw(1), broken, raw(3)]}
    server, _ = await answering([batch, batch])
    request = UpdatesRequest(rig.queue, rig.metrics)

    await request.initialize()
    url = str(server.make_url("/bot/getUpdates"))
    data = RequestData([])
    first = await request.post(url, data)
    assert isinstance(first, list)
    assert first == [broken, {"update_id": 3}], "handed over as it is: PTB fails on it and asks again"
    second = await request.post(url, data)
    assert isinstance(second, list)
    assert [Update.de_json(item, rig.bot).update_id for item in second] == [2, 3]
    await rig.put(*(item for item in second if isinstance(item, dict)))
    await rig.idle()
    assert await store.counts() == {"done": 2, "aside": 1}
    await request.shutdown()
    await server.close()


async def test_what_is_no_bot_api_answer_is_a_network_error() -> None:
    request = AiohttpRequest()
    await request.initialize()
    with pytest.raises(NetworkError):
        await request.post("http://127.0.0.1:9/bot/getMe")
    await request.shutdown()


@pytest.fixture
async def hook(rig: Rig) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    app.router.add_post("/hook", Webhook(rig.bot, rig.queue, rig.metrics, "s3cret").receive)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_the_webhook_says_200_only_when_the_update_is_journalled(
    rig: Rig, store: Store, hook: TestClient[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {SECRET_HEADER: "s3cret"}
    assert (await hook.post("/hook", json=raw(1), headers=good)).status == 200
    await rig.idle()
    assert await store.counts() == {"done": 1}
    assert (await hook.post("/hook", json=raw(1), headers=good)).status == 200
    monkeypatch.setattr("bot.channels.telegram.webhook.JOURNAL_WAIT", 0.05)

    async def never(*_: object) -> set[int]:
        await asyncio.sleep(60)
        return set()

    monkeypatch.setattr(store, "receive", never)
    assert (await hook.post("/hook", json=raw(2), headers=good)).status == 503


@pytest.mark.parametrize("secret", ["", "s3cre", "s3cret1", "S3CRET", "密"])
async def test_the_webhook_turns_away_who_does_not_know_the_secret(
    rig: Rig, store: Store, hook: TestClient[Any, Any], secret: str
) -> None:
    headers = {SECRET_HEADER: secret} if secret.isascii() else {}
    assert (await hook.post("/hook", json=raw(1), headers=headers)).status == 403
    assert await store.counts() == {}


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"update_id": "1"}', b'{"update_id": true}', b"[" * 100_000])
async def test_the_webhook_refuses_what_is_no_update(hook: TestClient[Any, Any], body: bytes) -> None:
    assert (await hook.post("/hook", data=body, headers={SECRET_HEADER: "s3cret"})).status == 400


async def test_the_webhook_sets_aside_what_cannot_be_read(store: Store, hook: TestClient[Any, Any]) -> None:
    broken = {"update_id": 9, "message": {"message_id": 1, "chat": 5}}
    assert (await hook.post("/hook", json=broken, headers={SECRET_HEADER: "s3cret"})).status == 200
    assert await store.counts() == {"aside": 1}


# -- logs ------------------------------------------------------------------------------------------------------------


def test_a_log_line_is_json_and_holds_no_secret_whatever_happens() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines([TOKEN, 'we"b']))
    logger = logging.getLogger("test-logs")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        raise RuntimeError(f"https://api.telegram.org/bot{TOKEN}/getMe")
    except RuntimeError:
        logger.exception("failed %s", TOKEN, extra={"url": f"x/{TOKEN}", "secret": 'a we"b secret'})
    logger.warning("two\nlines\r\x1b[31m", extra={"forged": '"}\n{"event": "no"}'})
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert TOKEN not in stream.getvalue()
    first, second = map(json.loads, lines)
    assert first["event"] == "failed ***"
    assert "***" in first["exception"]
    assert first["secret"] == "a *** secret"
    assert second["event"] == "two\nlines\r\x1b[31m"
    assert second["level"] == "WARNING"


async def test_an_update_that_can_not_be_parsed_is_logged_by_its_id_and_size_only(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PTB itself logs it whole, at CRITICAL."""
    from bot.channels.telegram.discreet import Discreet

    told, secret = io.StringIO(), "我的身份证号是四二零一"
    handler = logging.StreamHandler(told)
    handler.setFormatter(JsonLines([]))
    handler.addFilter(Discreet())
    broken = {"update_id": 77, "message": {"message_id": 1, "chat": 5, "text": secret}}

    class Answering(AiohttpRequest):
        async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
            return 200, json.dumps({"ok": True, "result": [broken]}).encode()

    library = logging.getLogger("telegram")
    library.addHandler(handler)
    try:
        with pytest.raises(Exception, match="date"):
            await Bot(TOKEN, get_updates_request=Answering()).get_updates()
        logging.getLogger("telegram.ext.Updater").critical("not processed", exc_info=ValueError(secret))
        logging.getLogger("telegram.ext.Application").critical("odd %s and %(x)s", {"update_id": 5, "x": secret})
    finally:
        library.removeHandler(handler)
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    assert secret not in told.getvalue()
    assert lines[0]["updates"][0]["update_id"] == 77
    assert lines[0]["updates"][0]["characters"] > len(secret)
    assert lines[1]["error"] == "ValueError"
