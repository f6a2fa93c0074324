"""Wiring only: settings, store, PTB's application and its seams, put together, started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from aiohttp import web
from telegram import User
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder, CallbackContext

from bot.channels.telegram import menus, webhook
from bot.channels.telegram.channel import NAME, TelegramChannel
from bot.channels.telegram.context import failure_of
from bot.channels.telegram.discreet import Discreet
from bot.channels.telegram.handlers import Handlers
from bot.channels.telegram.incoming import Reader
from bot.channels.telegram.inline import Bursts, Inline
from bot.channels.telegram.pacer import Pacer
from bot.channels.telegram.queue import JournalQueue, TurnProcessor
from bot.channels.telegram.request import AiohttpRequest, UpdatesRequest
from bot.channels.telegram.settings import TelegramSettings, WebhookSettings
from bot.days import BEIJING
from bot.engine.assistant import WARM_UP, Assistant
from bot.operations import health as status
from bot.operations import logs
from bot.operations.health import Health
from bot.operations.metrics import Metrics
from bot.service import journal
from bot.service.expiry import ExpiryWatch
from bot.service.limits import UserLimit
from bot.service.notices import Notices
from bot.service.parts import Parts
from bot.service.port import Address
from bot.service.service import Service
from bot.service.staffroom import StaffRoom
from bot.service.turns import Turns, current_turn
from bot.serving.answer_process import Worker
from bot.serving.hot_reload import Reloader
from bot.serving.last_good import LastGood, Started, start
from bot.serving.memory import keep_giving_back
from bot.serving.reply_cache import RecentReplies
from bot.staff.asker_hash import Askers, KeyFileError, open_askers
from bot.store.migrate import NewerSchemaError
from bot.store.store import Store, UnusableDatabaseError
from knowledge.base.document import Policy

log = logging.getLogger(__name__)

LONG_POLL = 25
"""Seconds that Telegram holds a getUpdates without news."""
DRAIN = 15.0
"""Seconds that answers under way may take when the bot stops."""
DEAD = 180.0
"""Seconds without so much as an attempt to poll after which the process ends, to be started anew."""
ALLOWED = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]
BUSY = 3
"""Updates in hand from which "typing" is no longer shown."""
SWITCH = 0.0005
"""Seconds after which a busy thread lets another run: no commit should wait for Python's usual 5 ms."""
OK, FAILED, USAGE = 0, 1, 2


def run(settings: TelegramSettings) -> int:
    """Run until told to stop; the exit code. Raises KnowledgeError when there is no base to begin with."""
    os.umask(0o077)  # the store and what else is written here is about people
    secrets = [settings.token, settings.webhook.secret if settings.webhook else "", settings.hash_key]
    logs.set_up(settings.log_level, secrets, Discreet())
    metrics = Metrics()
    try:
        store = Store(settings.database, settings.keep_days, metrics.set_aside.inc)
        _prepare(store, settings.beside.values())
        askers = open_askers(settings.hash_key, settings.data_dir)
    except (UnusableDatabaseError, KeyFileError) as error:
        print(f"{error}", file=sys.stderr)
        return USAGE
    except NewerSchemaError as error:
        print(f"数据库的版本（{error}）比这个程序新；请更新 policybot，或用它自己的数据库", file=sys.stderr)
        return USAGE
    last_good = LastGood(settings.data_dir, settings.base)
    started = start(settings.base, last_good)
    assistant = Assistant(started.ready)
    assistant.reply(WARM_UP)
    gc.collect()
    gc.freeze()  # the base lives as long as the process: no collection need look at it again
    worker = Worker(assistant) if (os.cpu_count() or 1) > 1 and hasattr(os, "fork") else None
    sys.setswitchinterval(SWITCH)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until it means something, see _serve
    return asyncio.run(_run(settings, Found(store, metrics, assistant, worker, askers, started, last_good)))


def _prepare(store: Store, beside: Iterable[Path], patience: float = 30.0) -> None:
    """Make the tables ready; a database that is locked or just starting gets half a minute."""
    end, pause = time.monotonic() + patience, 1.0
    while True:
        try:
            return store.prepare(beside)
        except UnusableDatabaseError as error:
            if not error.passing or time.monotonic() + pause > end:
                raise
            log.warning("store_waiting", extra={"reason": str(error), "next_try_seconds": pause})
            time.sleep(pause)
            pause *= 2


@dataclass(frozen=True)
class Found:
    """What there is before the event loop runs."""

    store: Store
    metrics: Metrics
    assistant: Assistant
    worker: Worker | None
    askers: Askers
    started: Started
    last_good: LastGood


class Bot:
    """The parts of a running bot, put together."""

    def __init__(self, settings: TelegramSettings, found: Found) -> None:
        self.settings = settings
        self.store = store = found.store
        self.conflict_told: float | None = None
        self.connected: float | None = None
        """Monotonic time at which Telegram said who the bot is: the first poll may take half a minute."""
        self.metrics = metrics = found.metrics
        self.replies = RecentReplies(found.assistant, found.worker)
        self.queue = JournalQueue(store, metrics)
        self.turns = Turns(store, failure_of=failure_of)
        self.updates_request = UpdatesRequest(self.queue, metrics)
        self.application = self._application()
        bot, words = self.application.bot, found.assistant.words
        self.webhook: webhook.Webhook | None = None
        if settings.webhook is not None:
            self.webhook = webhook.Webhook(bot, self.queue, metrics, settings.webhook.secret)
        self.channel = TelegramChannel(bot, lambda: self.queue.waiting > BUSY)
        channels = {NAME: self.channel}
        at = Address(NAME, str(settings.staff_chat), place="group") if settings.staff_chat is not None else None
        self.room = StaffRoom(at, channels, store, words, settings.hours, lambda: datetime.now(BEIJING))
        self.notices = Notices(channels, settings.staff, self.room, words)
        self.reloader = Reloader(
            settings.base,
            self.replies,
            found.worker,
            self.notices.base,
            metrics.base_checked,
            found.last_good,
            found.started,
        )
        bursts = Bursts()
        self.parts = Parts(
            store=store,
            askers=found.askers,
            metrics=metrics,
            words=words,
            replies=self.replies,
            limit=UserLimit(settings.user_limit),
            staff=settings.staff,
            room=self.room,
            channels=channels,
            keep_days=settings.keep_days,
            reloader=self.reloader,
            forgetting=(bursts.forget,),
        )
        inline = Inline(self.parts, lambda: self.channel.called, bursts, self.examples)
        for handler in Handlers(Service(self.parts), Reader(self.me), inline).all():
            self.application.add_handler(handler)
        self.application.add_error_handler(_note_error)
        self.expiry = ExpiryWatch(store, self.notices, self.policies, found.assistant.today, words)
        self.health = Health(
            store,
            metrics,
            settings.webhook is None,
            self.last_contact,
            lambda: len(self.policies()),
            self.reloader.state,
        )

    def _application(self) -> Application:  # type: ignore[type-arg]
        """PTB's application, with our seams."""
        settings, metrics = self.settings, self.metrics
        processor = TurnProcessor(
            self.queue,
            self.turns,
            metrics,
            again=lambda update: self.application.process_update(update),
            hold=self.replies.hold,
        )
        builder = (
            ApplicationBuilder()
            .token(settings.token)
            .base_url(f"{settings.api_url}/bot")
            .base_file_url(f"{settings.api_url}/file/bot")
            .request(AiohttpRequest())
            .get_updates_request(self.updates_request)
            .update_queue(self.queue)
            .concurrent_updates(processor)
            .rate_limiter(Pacer(metrics, official=settings.pacing == "official"))
        )
        return (builder.updater(None) if settings.webhook is not None else builder).build()

    def examples(self) -> tuple[str, ...]:
        """Questions that the documents of the base in force answer."""
        return tuple(self.replies.assistant.library.examples.questions)

    def policies(self) -> tuple[Policy, ...]:
        """Those of the base that is in force."""
        return self.replies.assistant.ready.base.policies

    def me(self) -> User:
        """Who the bot is."""
        return cast(User, self.application.bot.bot)

    def last_contact(self) -> float | None:
        """Monotonic time of the last good poll or webhook call; before the first, of the connection."""
        last = self.webhook.last_success if self.webhook is not None else self.updates_request.last_success
        return self.connected if last is None else last


async def _note_error(_: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    """PTB's error handler: what a handler raised is the turn's affair (see service/journal.py)."""
    turn = current_turn.get()
    if turn is None:
        log.error("error_outside_turn", exc_info=context.error)
        return
    turn.error = context.error
    if turn.error is not None:
        journal.note(turn)


async def _run(settings: TelegramSettings, found: Found) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    found.store.open()
    if found.worker is not None:
        await found.worker.open()
    bot = Bot(settings, found)
    try:
        async with _status(bot):
            if not await _until_connected(bot, stop):
                return OK
            return await _serve(bot, stop)
    except InvalidToken:
        print("TELEGRAM_BOT_TOKEN：服务器不认这个令牌；请在 @BotFather 的 /mybots 里核对，或重新生成", file=sys.stderr)
        return USAGE
    except OSError as error:
        print(f"不能监听：{error}；请换一个端口，或停掉占用它的程序", file=sys.stderr)
        return FAILED
    finally:
        if found.worker is not None:
            await found.worker.close()
        await found.store.close()


@contextlib.asynccontextmanager
async def _status(bot: Bot) -> AsyncIterator[None]:
    """/healthz and /metrics, when they are wanted."""
    if bot.settings.status is None:
        yield
        return
    runner = await webhook.listen(status.application(bot.health), *bot.settings.status)
    try:
        yield
    finally:
        await runner.cleanup()


async def _until_connected(bot: Bot, stop: asyncio.Event) -> bool:
    """Say getMe until it is answered; False when told to stop. Raises InvalidToken."""
    pause, denials = 1.0, 0
    while not stop.is_set():
        try:
            await bot.application.initialize()
        except InvalidToken:
            denials += 1
            if denials == 3:
                raise
        except (NetworkError, RetryAfter) as error:
            log.warning("not_connected", extra={"reason": str(error), "next_try_seconds": pause})
        else:
            bot.connected = time.monotonic()
            bot.metrics.contact.set(time.time())
            return True
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        pause = min(pause * 2, 30.0)
    return False


async def _serve(bot: Bot, stop: asyncio.Event) -> int:
    application = bot.application
    await application.start()
    await bot.room.open()
    recovered = await bot.queue.recover(application.bot, bot.turns)
    log.info("started", extra={"bot": bot.me().username, "recovered": recovered})
    always = (
        menus.set_menus(application.bot, bot.parts),
        bot.reloader.watch(),
        bot.expiry.watch(),
        bot.room.keep_posting(),
        keep_giving_back(),
    )
    background = [asyncio.create_task(work) for work in always]
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGHUP, lambda: background.append(asyncio.create_task(_reload(bot)))
    )
    runner: web.AppRunner | None = None
    code = OK
    try:
        if bot.settings.webhook is not None and bot.webhook is not None:
            wanted = bot.settings.webhook
            runner = await webhook.serve(bot.webhook, wanted.path, wanted.listen, wanted.port)
            background.append(asyncio.create_task(_register(bot, wanted)))
            await stop.wait()
        else:
            assert application.updater is not None
            await application.updater.start_polling(
                poll_interval=0,
                timeout=LONG_POLL,
                bootstrap_retries=-1,
                allowed_updates=ALLOWED,
                error_callback=lambda error: _polling_trouble(bot, error),
            )
            code = await _watch(bot, stop)
    finally:
        log.info("stopping")
        for task in background:
            task.cancel()
        await _stop(bot, runner)
    return code


async def _stop(bot: Bot, runner: web.AppRunner | None) -> None:
    """Take nothing new, finish what is under way within the time; the rest stays in the journal."""
    application = bot.application
    bot.queue.closing = True
    try:
        async with asyncio.timeout(DRAIN):
            if runner is not None:
                await runner.cleanup()
            if application.updater is not None and application.updater.running:
                await application.updater.stop()
            await application.stop()
    except TimeoutError:
        log.warning("stopped_before_all_was_answered", extra={"waiting": bot.queue.waiting})
    with contextlib.suppress(Exception):
        await asyncio.wait_for(application.shutdown(), 5)
    log.info("stopped")


async def _watch(bot: Bot, stop: asyncio.Event) -> int:
    """Wait for the end; notice a poller that died silently (python-telegram-bot issues 4069 and 4523)."""
    while not stop.is_set():
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), 5.0)
        if bot.updates_request.last_success is not None and bot.health.trouble == "conflict":
            since = time.monotonic() - bot.updates_request.last_success
            if since < 5.0:
                bot.health.trouble = ""
        if time.monotonic() - bot.updates_request.last_attempt > DEAD:
            log.critical("poller_dead", extra={"remedy": "the process ends, to be started anew"})
            return FAILED
    return OK


def _polling_trouble(bot: Bot, error: TelegramError) -> None:
    if isinstance(error, Conflict):
        bot.health.trouble = "conflict"
        if bot.conflict_told is None or time.monotonic() - bot.conflict_told > 60.0:
            bot.conflict_told = time.monotonic()
            log.error(
                "conflict",
                extra={
                    "reason": "Telegram 回 409：另有一个程序在用同一个令牌取消息（或设着 webhook）",
                    "remedy": "一个令牌只开一个实例；请停掉另一个，本实例会自动接上",
                },
            )
    else:
        log.warning("poll_failed", extra={"reason": str(error)})


async def _register(bot: Bot, wanted: WebhookSettings) -> None:
    """Tell Telegram where the webhook is, until it agrees."""
    pause = 1.0
    while True:
        try:
            await bot.application.bot.set_webhook(
                wanted.url, secret_token=wanted.secret, allowed_updates=ALLOWED, max_connections=40
            )
        except (TelegramError, OSError) as error:
            bot.health.trouble = "webhook not set"
            log.error("webhook_not_set", extra={"reason": str(error), "next_try_seconds": pause})
            await asyncio.sleep(pause)
            pause = min(pause * 2, 60.0)
        else:
            bot.health.trouble = ""
            log.info("webhook_set", extra={"path": wanted.path})
            return


async def _reload(bot: Bot) -> None:
    """Check the base's files, as SIGHUP asks."""
    await bot.reloader.now(forced=True)
