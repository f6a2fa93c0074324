"""Wiring only: settings, store, PTB's application and its seams, put together, started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import time
from typing import TYPE_CHECKING, Any, cast

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
from bot.messaging.core import DRAIN, Core, Found, UnusableError, find, opened
from bot.messaging.listening import Listening, listening_at
from bot.operations import health as status
from bot.operations.health import Health
from bot.service import journal
from bot.service.service import Service
from bot.service.turns import Turns, current_turn
from bot.serving.searching import search_at

if TYPE_CHECKING:
    from bot.serving.replicas.replica import Replica

log = logging.getLogger(__name__)

LONG_POLL = 25
"""Seconds that Telegram holds a getUpdates without news."""
DEAD = 180.0
"""Seconds without so much as an attempt to poll after which the process ends, to be started anew."""
ALLOWED = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]
BUSY = 3
"""Updates in hand from which "typing" is no longer shown."""
NOT_TAKEN = "TELEGRAM_BOT_TOKEN：服务器不认这个令牌；请在 @BotFather 的 /mybots 里核对，或重新生成"
OK, FAILED, USAGE = 0, 1, 2


def run(settings: TelegramSettings) -> int:
    """Run until told to stop; the exit code. Raises KnowledgeError when there is no base to begin with."""
    try:
        found = find(settings, secrets(settings), Discreet())
    except UnusableError as error:
        print(error, file=sys.stderr)
        return USAGE
    return asyncio.run(_run(settings, found))


def secrets(settings: TelegramSettings) -> list[str]:
    """What must not stand in the log."""
    return [settings.token, settings.webhook.secret if settings.webhook else ""]


class Bot:
    """The parts of a running bot, put together."""

    def __init__(self, core: Core, settings: TelegramSettings) -> None:
        """``core``: what it shares with other channels of the process."""
        self.core = core
        self.settings = settings
        self.store = store = core.store
        self.conflict_told: float | None = None
        self.connected: float | None = None
        """Monotonic time at which Telegram said who the bot is: the first poll may take half a minute."""
        self.metrics = metrics = core.metrics
        self.replies = core.replies
        self.queue = JournalQueue(store, metrics, core.room.is_at, core.replica)
        self.turns = Turns(store, failure_of=failure_of)
        self.updates_request = UpdatesRequest(self.queue, metrics)
        self.application = self._application()
        bot = self.application.bot
        self.webhook: webhook.Webhook | None = None
        if settings.webhook is not None:
            self.webhook = webhook.Webhook(bot, self.queue, metrics, settings.webhook.secret)
        self.channel = TelegramChannel(bot, lambda: self.queue.waiting > BUSY)
        core.channels[NAME] = self.channel
        bursts = Bursts()
        core.forgetting.append(bursts.forget)
        self.parts = core.parts
        inline = Inline(self.parts, lambda: self.channel.called, bursts, self.examples)
        for handler in Handlers(Service(self.parts), Reader(self.me), inline).all():
            self.application.add_handler(handler)
        self.application.add_error_handler(_note_error)
        self.health = Health(
            store,
            metrics,
            settings.webhook is None,
            self.last_contact,
            lambda: len(core.policies()),
            core.reloader.state,
            replica=core.replica,
            search=search_at(settings.search),
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
    async with opened(found):
        bot = Bot(Core(settings, found), settings)
        try:
            async with listening_at(status.application(bot.health), settings.status):
                return await work(bot, stop)
        except InvalidToken:
            print(NOT_TAKEN, file=sys.stderr)
            return USAGE
        except OSError as error:
            print(f"不能监听：{error}；请换一个端口，或停掉占用它的程序", file=sys.stderr)
            return FAILED


async def work(bot: Bot, stop: asyncio.Event) -> int:
    """Connect and answer until told to stop; the exit code. Raises InvalidToken, and OSError of the webhook's port."""
    return await _serve(bot, stop) if await _until_connected(bot, stop) else OK


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
    async with bot.core.running():
        return await _answer(bot, stop)


async def _answer(bot: Bot, stop: asyncio.Event) -> int:
    application = bot.application
    await application.start()
    recovered = await bot.queue.recover(application.bot, bot.turns)
    log.info("started", extra={"bot": bot.me().username, "recovered": recovered})
    background = [asyncio.create_task(menus.set_menus(application.bot, bot.parts))]
    listening: Listening | None = None
    code = OK
    try:
        if bot.settings.webhook is not None and bot.webhook is not None:
            wanted = bot.settings.webhook
            listening = await webhook.serve(bot.webhook, wanted.path, wanted.listen, wanted.port)
            background.append(asyncio.create_task(_register(bot, wanted)))
            await stop.wait()
        elif bot.core.replica is not None:
            code = await _poll_by_turns(bot, bot.core.replica, stop)
        else:
            await _start_polling(bot)
            code = await _watch(bot, stop)
    finally:
        log.info("stopping")
        for task in background:
            task.cancel()
        await _stop(bot, listening)
    return code


async def _stop(bot: Bot, listening: Listening | None) -> None:
    """Take nothing new, finish what is under way within the time; the rest stays in the journal."""
    application = bot.application
    bot.queue.closing = True
    try:
        async with asyncio.timeout(DRAIN):
            if listening is not None:
                await listening.close()
            if application.updater is not None and application.updater.running:
                await application.updater.stop()
            await application.stop()
    except TimeoutError:
        log.warning("stopped_before_all_was_answered", extra={"waiting": bot.queue.waiting})
    with contextlib.suppress(Exception):
        await asyncio.wait_for(application.shutdown(), 5)
    log.info("stopped")


async def _start_polling(bot: Bot) -> None:
    assert bot.application.updater is not None
    await bot.application.updater.start_polling(
        poll_interval=0,
        timeout=LONG_POLL,
        bootstrap_retries=-1,
        allowed_updates=ALLOWED,
        error_callback=lambda error: _polling_trouble(bot, error),
    )


async def _poll_by_turns(bot: Bot, replica: Replica, stop: asyncio.Event) -> int:
    """Poll while the account is this replica's; the others answer what this one receives, and wait to take it over."""
    updater, ended = bot.application.updater, OK
    assert updater is not None

    async def poll() -> None:
        nonlocal ended
        bot.updates_request.last_attempt = time.monotonic()
        await _start_polling(bot)
        try:
            ended = await _watch(bot, stop)
        finally:
            await updater.stop()

    polling = asyncio.create_task(replica.accounts.keep(NAME, poll))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({polling, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if stopping.done():
        polling.cancel()
    stopping.cancel()
    await asyncio.gather(polling, return_exceptions=True)
    return ended


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
