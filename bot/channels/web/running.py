"""`policybot web`: the web alone, put together, started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator
from datetime import datetime

from bot.channels.web.app import WebApp
from bot.channels.web.channel import CONSOLE, NAME, WebChannel
from bot.channels.web.listening import listen, port_of
from bot.channels.web.looks import page_words
from bot.channels.web.room import ConsoleRoom
from bot.channels.web.settings import WebSettings
from bot.days import BEIJING
from bot.messaging.core import Found, UnusableError, find, opened
from bot.operations import health as status
from bot.operations.health import Health
from bot.service.limits import UserLimit
from bot.service.notices import Notices
from bot.service.parts import Parts
from bot.service.port import Address
from bot.serving.hot_reload import Reloader
from bot.serving.memory import keep_giving_back
from bot.serving.reply_cache import RecentReplies
from bot.serving.searching import search_at
from bot.settings import Settings
from bot.staff.roles import Staff

log = logging.getLogger(__name__)

DRAIN = 10.0
"""Seconds that answers under way may take when it stops."""
OK, FAILED, USAGE = 0, 1, 2


def run(settings: Settings, web: WebSettings) -> int:
    """Run until told to stop; the exit code. Raises KnowledgeError when there is no base to begin with."""
    try:
        found = find(settings, ())
    except UnusableError as error:
        print(error, file=sys.stderr)
        return USAGE
    return asyncio.run(_run(settings, web, found))


def parts_of(settings: Settings, found: Found) -> Parts:
    """The service's parts, with the web as the only channel."""
    words = found.assistant.words
    channel = WebChannel(found.store, page_words()("title"))
    channels = {NAME: channel}
    replies = RecentReplies(found.assistant, found.worker)
    console = Address(NAME, CONSOLE, place="group")
    room = ConsoleRoom(console, channels, found.store, words, settings.hours, lambda: datetime.now(BEIJING))
    staff = Staff()
    notices = Notices(channels, staff, room, words)
    reloader = Reloader(
        settings.base, replies, found.worker, notices.base, found.metrics.base_checked, found.last_good, found.started
    )
    return Parts(
        store=found.store,
        askers=found.askers,
        metrics=found.metrics,
        words=words,
        replies=replies,
        limit=UserLimit(settings.user_limit),
        staff=staff,
        room=room,
        channels=channels,
        keep_days=settings.keep_days,
        reloader=reloader,
    )


async def _run(settings: Settings, web: WebSettings, found: Found) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(name, stop.set)
    async with opened(found):
        parts = parts_of(settings, found)
        served = WebApp(parts, web, settings.data_dir)
        giving = asyncio.create_task(keep_giving_back())
        try:
            async with _status(settings, parts):
                return await _serve(served, web, stop)
        except OSError as error:
            print(f"不能监听：{error}；请换一个端口（--listen），或停掉占用它的程序", file=sys.stderr)
            return FAILED
        finally:
            giving.cancel()


@contextlib.asynccontextmanager
async def _status(settings: Settings, parts: Parts) -> AsyncIterator[None]:
    """/healthz and /metrics, when they are wanted."""
    if settings.status is None or parts.reloader is None:
        yield
        return
    policies = lambda: len(parts.replies.assistant.library.policies)  # noqa: E731
    health = Health(parts.store, parts.metrics, False, lambda: None, policies, parts.reloader.state)
    health.search = search_at(settings.search)
    runner, server = await listen(status.application(health), *settings.status)
    try:
        yield
    finally:
        server.close()
        await runner.cleanup()


async def _serve(served: WebApp, web: WebSettings, stop: asyncio.Event) -> int:
    recovered = await served.start()
    runner, server = await listen(served.app, web.host, web.port)
    host = f"[{web.host}]" if ":" in web.host else web.host
    address = web.url or f"http://{host}:{port_of(server)}{web.prefix}"
    print(f"网页开在 {address}/ ；按 Ctrl+C 停下", flush=True)
    log.info("web_started", extra={"address": address, "recovered": recovered})
    reloader = served.site.parts.reloader
    watching = asyncio.create_task(reloader.watch()) if reloader is not None else None
    try:
        await stop.wait()
        return OK
    finally:
        server.close()
        if watching is not None:
            watching.cancel()
        await served.stop(DRAIN)
        await runner.cleanup()
