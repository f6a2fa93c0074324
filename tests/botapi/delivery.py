"""Webhook delivery, as tdlib/telegram-bot-api does it (WebhookActor.cpp; core.telegram.org/bots/api#setwebhook).

Updates of one chat wait for each other: the next is posted after a 2xx for the one before. Chats are posted to in
parallel over up to max_connections connections. A failed one is posted again at once, then after 2, 4, 8 ... seconds,
at most 60 to 120, or after the Retry-After that the answer names.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp
import orjson

from tests.botapi.updates import Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MOST_PAUSE = 60
"""Seconds; the cap of the pause is drawn from once to twice this (WEBHOOK_MAX_RESEND_TIMEOUT)."""
ANSWER_WITHIN = 60.0
"""Seconds to wait for an answer."""


class Delivery:
    """Posts pending updates until stopped."""

    def __init__(
        self,
        updates: Updates,
        url: str,
        secret: str,
        connections: int,
        *,
        pause_scale: float = 1.0,
        answer_within: float = ANSWER_WITHIN,
        on_method: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        """``pause_scale`` shortens the pauses, so that a test need not wait for minutes."""
        self.url = url
        self.connections = connections
        self.posts = 0
        self.failures = 0
        self.last_error: tuple[int, str] | None = None
        """(unix time, words), for getWebhookInfo."""
        self._updates = updates
        self._secret = secret
        self._scale = pause_scale
        self._within = answer_within
        self._on_method = on_method
        self._queues: dict[int, deque[tuple[dict[str, Any], bytes]]] = {}
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        self._pauses: dict[int, tuple[float, int]] = {}
        self._workers: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None

    def start(self) -> None:
        """Post what is pending, and from now on what comes."""
        timeout = aiohttp.ClientTimeout(total=self._within)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self.connections, ssl=False), timeout=timeout
        )
        self._workers = [asyncio.create_task(self._work(self._session)) for _ in range(self.connections)]
        self._updates.on_add = self.add
        for update in self._updates.pending:
            self.add(update, self._updates.queue_ids.get(update["update_id"], 0))

    async def stop(self) -> None:
        """What was not delivered stays pending."""
        self._updates.on_add = None
        for worker in self._workers:
            worker.cancel()
        for worker in self._workers:
            with contextlib.suppress(asyncio.CancelledError):
                await worker
        if self._session is not None:
            await self._session.close()

    def add(self, update: dict[str, Any], queue_id: int) -> None:
        """One more, behind those of the same chat."""
        queue = self._queues.get(queue_id)
        if queue is None:
            queue = self._queues[queue_id] = deque()
            self._ready.put_nowait(queue_id)
        queue.append((update, orjson.dumps(update)))

    async def _work(self, session: aiohttp.ClientSession) -> None:
        headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: self._secret} if self._secret else {})
        loop = asyncio.get_running_loop()
        while True:
            queue_id = await self._ready.get()
            update, body = self._queues[queue_id][0]
            self.posts += 1
            wait, error = 0, ""
            try:
                async with session.post(self.url, data=body, headers=headers, allow_redirects=False) as response:
                    content = await response.read()
                    if not 200 <= response.status <= 299:
                        error = f"Wrong response from the webhook: {response.status} {response.reason}"
                        after = response.headers.get("Retry-After", "")
                        wait = min(3600, int(after)) if after.isdigit() else 0
                    elif content.startswith(b"{") and self._on_method is not None:
                        with contextlib.suppress(ValueError):
                            self._on_method(orjson.loads(content))
            except TimeoutError:
                error = "Read timeout expired"
            except (aiohttp.ClientError, OSError) as failure:
                error = f"Connection failed: {type(failure).__name__}"
            queue = self._queues[queue_id]
            if not error:
                self._pauses.pop(queue_id, None)
                queue.popleft()
                self._updates.forget(update["update_id"])
                if queue:
                    self._ready.put_nowait(queue_id)
                else:
                    del self._queues[queue_id]
                continue
            self.failures += 1
            self.last_error = (int(time.time()), error)
            pause, fails = self._pauses.get(queue_id, (1.0, 0))
            if fails and not wait:
                pause = min(pause * 2, random.uniform(MOST_PAUSE, MOST_PAUSE * 2))
            self._pauses[queue_id] = (pause, fails + 1)
            effective = wait or (pause * self._scale if fails else 0)
            loop.call_later(effective, self._ready.put_nowait, queue_id)
