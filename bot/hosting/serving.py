"""`policybot serve`: every configured channel in one process, over one store; `policybot web`: what is listened for."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.settings import read_settings as telegram_settings
from bot.hosting import listener
from bot.hosting.crew import Crew
from bot.hosting.messengers import Configured, configured, telegram_wanted
from bot.hosting.page import CONSOLE, Page
from bot.messaging.core import Core, Found, UnusableError, find, opened
from bot.messaging.listening import listening_at
from bot.operations import health as status
from bot.operations.health import Health
from bot.serving.searching import search_at
from bot.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from bot.channels.telegram.app import Bot

log = logging.getLogger(__name__)

OK, FAILED, USAGE = 0, 1, 2
NOTHING = """没有设任何渠道，没有可以服务的。先设好一个再运行，例如：
  网页：POLICYBOT_WEB_LISTEN=127.0.0.1:8000
  企业微信智能机器人：WECOM_BOT_ID、WECOM_BOT_SECRET
  Telegram：TELEGRAM_BOT_TOKEN
每一种怎样开通，见 deploy/OPERATING.md；设好之后用 policybot channels check 检查。"""
NO_ROOM = "POLICYBOT_STAFF_CHAT：工作群在 {channel}，可是没有设这个渠道；请设好它，或把工作群改到设了的渠道"
LISTEN = ("127.0.0.1", 8000)
"""Where the page and callbacks are listened for, unless POLICYBOT_WEB_LISTEN says otherwise."""


def settings_for(environment: Mapping[str, str] = os.environ) -> tuple[Settings, Configured]:
    """The settings (TelegramSettings with that channel), and those of the other channels. Raises SettingsError."""
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
    if not telegram and not wanted.settings and wanted.web is None:
        raise SettingsError([NOTHING])
    if not _room_served(settings, wanted):
        assert settings.staff_room is not None
        raise SettingsError([NO_ROOM.format(channel=settings.staff_room[0])])
    return settings, wanted


def settings_of_web(
    environment: Mapping[str, str] = os.environ, options: Mapping[str, str | None] | None = None
) -> tuple[Settings, Configured]:
    """Of the page and of messengers that come by callbacks; ``options`` come first. Raises SettingsError.

    A staff's group of another process is its affair: here the staff answers in the console.
    """
    said = {name: value for name, value in (options or {}).items() if value is not None}
    values = {"POLICYBOT_WEB_LISTEN": f"{LISTEN[0]}:{LISTEN[1]}"} | dict(environment) | said
    settings, wanted = read_settings(values), replace(configured(values), called=True)
    return settings if _room_served(settings, wanted) else replace(settings, staff_room=None), wanted


def _room_served(settings: Settings, wanted: Configured) -> bool:
    """Whether the staff's group, if there is one, is in a channel of this process."""
    telegram = {"telegram"} if isinstance(settings, TelegramSettings) else set()
    return settings.staff_room is None or settings.staff_room[0] in telegram | wanted.names


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
        core = Core(settings, found, CONSOLE if wanted.web is not None else None)
        page = Page(core, wanted.web) if wanted.web is not None else None
        crew = Crew(core, wanted)
        bot = _telegram(core, settings) if isinstance(settings, TelegramSettings) else None
        health = _health(core, bot, crew)
        health.starting = True
        try:
            async with listening_at(status.application(health), settings.status), core.running():
                await crew.recover()
                async with _served(settings, crew, page):
                    health.starting = False
                    return await _work(crew, page, bot, stop)
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
    count, search = (lambda: len(core.policies())), search_at(core.settings.search)
    made = Health(core.store, core.metrics, False, lambda: None, count, core.reloader.state, search=search)
    made.channels, made.replica = crew.troubles, core.replica
    return made


@contextlib.asynccontextmanager
async def _served(settings: Settings, crew: Crew, page: Page | None) -> AsyncIterator[None]:
    """The page and the callbacks of messengers at one address, where there are any."""
    messengers = crew.messengers.values()
    there = page is not None or listener.callback_routes(messengers)
    app = listener.application(messengers, page.app if page is not None else None)
    if page is not None:
        await page.start()
    async with listening_at(app, (settings.web_listen or LISTEN) if there else None) as listening:
        if page is not None and listening is not None:
            page.told(listening)
        yield


async def _work(crew: Crew, page: Page | None, bot: Bot | None, stop: asyncio.Event) -> int:
    """All of them until told to stop, and then all at once. Telegram's failing ends the process where it is alone."""
    telegram = asyncio.create_task(_of_telegram(bot, stop)) if bot is not None else None
    alone = not crew.messengers and page is None
    stopping = asyncio.create_task(stop.wait())
    async with crew.working():
        ends = {stopping, telegram} if telegram is not None and alone else {stopping}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        ending = asyncio.create_task(page.stop()) if page is not None else None
    stopping.cancel()
    if ending is not None:
        await ending
    code = await telegram if telegram is not None else OK
    return code if alone else OK


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
