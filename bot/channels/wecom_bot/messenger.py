"""The 智能机器人, put together."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from typing import Any

from aiohttp import web

from bot.channels.wecom_bot.channel import WecomBotChannel
from bot.channels.wecom_bot.connection import Connection, Frame
from bot.channels.wecom_bot.incoming import Reader, delivery_id
from bot.channels.wecom_bot.settings import WecomBotSettings
from bot.channels.wecom_bot.slots import Slots
from bot.messaging.client import Client
from bot.messaging.messenger import Finding, Probe
from bot.messaging.quoting import Ours
from bot.replies.texts import Texts
from bot.service.intake import Intake
from bot.service.journal import Raw
from bot.service.port import Incoming
from bot.store.keys import Delivery
from bot.store.store import to_json

log = logging.getLogger(__name__)

TOGETHER = 200
"""Messages journalled in one commit, at most."""
CHECKED_WITHIN = 15.0


class WecomBot:
    """The messenger."""

    def __init__(self, settings: WecomBotSettings, client: Client, words: Texts) -> None:
        slots = Slots()
        self._inbox: asyncio.Queue[Frame] = asyncio.Queue()
        self.connection = Connection(settings, client, self._inbox.put_nowait)
        self.channel = WecomBotChannel(self.connection, slots, words("messenger.looking"))
        self._reader = Reader(slots, Ours(words))
        self._intake: Intake | None = None

    @property
    def trouble(self) -> str:
        """What is wrong with the connection."""
        return self.connection.trouble

    def read(self, delivery: Delivery, text: str) -> Incoming | None:
        """What was journalled, as what came in."""
        incoming = self._reader.read(delivery, text)
        self.channel.called = self._reader.called or self.channel.called
        return incoming

    def attach(self, intake: Intake) -> None:
        """Where it hands in what it receives."""
        self._intake = intake

    def routes(self) -> list[web.RouteDef]:
        """None: it connects by itself."""
        return []

    def probe(self) -> Probe | None:
        """None: nobody calls."""
        return None

    async def run(self) -> None:
        """Stay connected, and hand in what comes."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.connection.run())
            group.create_task(self._hand_in())

    async def _hand_in(self) -> None:
        """What came meanwhile is journalled together; while the database fails it waits here."""
        assert self._intake is not None
        while True:
            frames = [await self._inbox.get()]
            while not self._inbox.empty() and len(frames) < TOGETHER:
                frames.append(self._inbox.get_nowait())
            await self._intake.take([raw for raw in map(_raw, frames) if raw is not None])

    async def check(self) -> list[Finding]:
        """Connect and subscribe once."""
        running = asyncio.create_task(self.connection.run())
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.connection.settled.wait(), CHECKED_WITHIN)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return [_finding(self.trouble)]


def _raw(frame: Frame) -> Raw | None:
    body: Any = frame.get("body")
    try:
        name, person = delivery_id(body), str(body["from"]["userid"])
    except (KeyError, TypeError):
        log.warning("wecom_bot_frame_unreadable", extra={"characters": len(json.dumps(frame, ensure_ascii=False))})
        return None
    return Raw(name, to_json({"at": time.time(), "frame": frame}), person)


def _finding(trouble: str) -> Finding:
    if not trouble:
        return Finding(True, "连上了，Bot ID 和 Secret 都对")
    if trouble == "credentials refused":
        return Finding(
            False, "企业微信不认 Bot ID 或 Secret", "在管理后台核对 WECOM_BOT_ID、WECOM_BOT_SECRET；确认选的是长连接"
        )
    return Finding(
        False, "连不上企业微信的长连接", "查看这台机器能否访问 WECOM_BOT_WS_URL（出网的 443 端口，或代理 HTTPS_PROXY）"
    )
