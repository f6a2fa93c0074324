"""The webhook: Telegram posts updates here. 200 means journalled; anything else, and Telegram sends it again.

Core.telegram.org/bots/api#setwebhook; PTB's documentation calls this a custom webhook server.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time

from aiohttp import web
from telegram import Bot

from bot.channels.telegram.queue import JournalQueue, read
from bot.messaging.listening import Listening, listen
from bot.operations.metrics import Metrics

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MOST_BYTES = 1 << 20
JOURNAL_WAIT = 20.0
"""Seconds to wait for the journal before Telegram is asked to come again."""


class Webhook:
    """Takes updates over HTTP."""

    def __init__(self, bot: Bot, queue: JournalQueue, metrics: Metrics, secret: str) -> None:
        self._bot = bot
        self._queue = queue
        self._metrics = metrics
        self._secret = secret.encode()
        self.last_success: float | None = None
        """Monotonic time of the last good call; None before the first."""

    async def receive(self, request: web.Request) -> web.Response:
        """One update."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            log.warning("webhook_wrong_secret", extra={"peer": request.remote})
            return web.Response(status=403)
        try:
            raw = json.loads(await request.read())
        except (ValueError, RecursionError):
            return web.Response(status=400, text="not JSON")
        if not isinstance(raw, dict) or type(raw.get("update_id")) is not int:
            return web.Response(status=400, text="not an update")
        if self._queue.closing:
            return web.Response(status=503, text="stopping")
        try:
            item = read(raw, self._bot)
        except Exception as error:  # whatever is in it: set aside, or it would come again for ever
            await asyncio.wait_for(self._queue.poison(raw, f"unreadable: {type(error).__name__}"), JOURNAL_WAIT)
            return web.Response()
        try:
            await asyncio.wait_for(self._queue.take(raw, item), JOURNAL_WAIT)
        except TimeoutError:
            return web.Response(status=503, text="try again")
        self.last_success = time.monotonic()
        self._metrics.contact.set(time.time())
        return web.Response()


async def serve(webhook: Webhook, path: str, host: str, port: int) -> Listening:
    """Listen; OSError when the address can't be had."""
    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_post(path, webhook.receive)
    return await listen(app, host, port)
