"""`policybot serve`: every configured channel in one process, over one store."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.settings import read_settings as telegram_settings
from bot.hosting import listener
from bot.hosting.crew import Crew
from bot.hosting.messengers import Configured, configured, telegram_wanted
from bot.messaging.core import Core, Found, UnusableError, find, opened
from bot.messaging.listening import listen
from bot.operations import health as status
from bot.operations.health import Health
from bot.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from bot.channels.telegram.app import Bot

log = logging.getLogger(__name__)

OK, FAILED, USAGE = 0, 1, 2
NOTHING = """没有设任何聊天工具，没有可以服务的。先设好一个再运行，例如：
  企业微信智能机器人：WECOM_BOT_ID、WECOM_BOT_SECRET
  Telegram：TELEGRAM_BOT_TOKEN
每一种怎样开通，见 deploy/OPERATING.md；设好之后用 policybot channels check 检查。"""
LISTEN = ("127.0.0.1", 8000)
"""Where callbacks are listened for, unless POLICYBOT_WEB_LISTEN says otherwise."""


def settings_for(environment: Mapping[str, str] = os.environ) -> tuple[Settings, Configured]:
    """The settings (TelegramSettings with that channel), and those of messengers. Raises SettingsError."""
    telegram = telegram_wanted(environment)
    faults: list[str] = []
    settings, wanted = None, None
    try:
        settings = telegram_settings(environment) if telegram else read_settings(environment)
    except SettingsError as error:
        faults += error.faults
    try:
        wanted = configured(environment)
    except SettingsError as error:
        faults += error.faults
    if faults or settings is None or wanted is None:
        raise SettingsError(faults)
    if not telegram and not wanted.settings:
        raise SettingsError([NOTHING])
    return settings, wanted


def run(settings: Settings, wanted: Configured) -> int:
    """Run until told to stop; the exit code. Raises KnowledgeError when there is no base to begin with."""
    secrets, filters = list(wanted.secrets), []
    if isinstance(settings, TelegramSettings):
        from bot.channels.telegram import app
        from bot.channels.telegram.discreet import Discreet

        secrets += app.secrets(settings)
        filters.append(Discreet())
    try:
        found = find(settings, secrets, *filters)
    except UnusableError as error:
        print(error, file=sys.stderr)
        return USAGE
    return asyncio.run(_run(settings, wanted, found))


async def _run(settings: Settings, wanted: Configured, found: Found) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with opened(found):
        core = Core(settings, found)
        crew = Crew(core, wanted)
        bot = _telegram(core, settings) if isinstance(settings, TelegramSettings) else None
        health = _health(core, bot, crew)
        try:
            async with _status(settings, health), core.running():
                await crew.recover()
                async with _callbacks(settings, crew):
                    return await _work(crew, bot, stop)
        except OSError as error:
            print(f"不能监听：{error}；请换一个端口，或停掉占用它的程序", file=sys.stderr)
            return FAILED


def _telegram(core: Core, settings: TelegramSettings) -> Bot:
    from bot.channels.telegram.app import Bot

    return Bot(core, settings)


def _health(core: Core, bot: Bot | None, crew: Crew) -> Health:
    """Telegram's, where it is among the channels; with what is known of the others."""
    if bot is not None:
        bot.health.channels = crew.troubles
        return bot.health
    count = lambda: len(core.policies())  # noqa: E731
    return Health(
        core.store,
        core.metrics,
        False,
        lambda: None,
        count,
        core.reloader.state,
        channels=crew.troubles,
        replica=core.replica,
    )


@contextlib.asynccontextmanager
async def _status(settings: Settings, health: Health) -> AsyncIterator[None]:
    """/healthz and /metrics, when they are wanted."""
    async with _listening(status.application(health), settings.status):
        yield


@contextlib.asynccontextmanager
async def _callbacks(settings: Settings, crew: Crew) -> AsyncIterator[None]:
    """The callbacks of messengers, where there are any."""
    there = listener.callback_routes(crew.messengers.values())
    at = (settings.web_listen or LISTEN) if there else None
    async with _listening(listener.application(crew.messengers.values()), at):
        yield


@contextlib.asynccontextmanager
async def _listening(app: web.Application, at: tuple[str, int] | None) -> AsyncIterator[None]:
    runner = await listen(app, *at) if at is not None else None
    try:
        yield
    finally:
        if runner is not None:
            await runner.cleanup()


async def _work(crew: Crew, bot: Bot | None, stop: asyncio.Event) -> int:
    """All of them until told to stop, and then all at once. Telegram's failing ends the process where it is alone."""
    telegram = asyncio.create_task(_of_telegram(bot, stop)) if bot is not None else None
    stopping = asyncio.create_task(stop.wait())
    async with crew.working():
        ends = {stopping} if telegram is None or crew.messengers else {stopping, telegram}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    code = await telegram if telegram is not None else OK
    return OK if crew.messengers else code


async def _of_telegram(bot: Bot, stop: asyncio.Event) -> int:
    from telegram.error import InvalidToken

    from bot.channels.telegram import app

    try:
        return await app.work(bot, stop)
    except InvalidToken:
        bot.health.trouble = "token refused"
        log.error("telegram_token_refused", extra={"remedy": app.NOT_TAKEN})
        return USAGE
    except OSError as error:
        bot.health.trouble = "webhook not set"
        remedy = "请换 TELEGRAM_WEBHOOK_PORT，或停掉占用它的程序"
        log.error("telegram_not_listening", extra={"reason": str(error), "remedy": remedy})
        return FAILED
