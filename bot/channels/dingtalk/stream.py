"""The stream: a ticket, a connection with it, and a new one after whatever ended it.

A message is acknowledged when it is journalled, before it is answered; one that is not acknowledged comes again after
about a minute. When the server says ``disconnect`` a new connection is made before the old one is closed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp

from bot.channels.dingtalk.settings import DingtalkSettings
from bot.messaging.client import Client
from bot.messaging.reading import loopback
from bot.service.port import DisturbedError, RefusedError

log = logging.getLogger(__name__)

TOPIC, PRESSES = "/v1.0/im/bot/messages/get", "/v1.0/card/instances/callback"
"""What people write, and what they press."""
HEARTBEAT = 30.0
"""Seconds between pings of ours; the connection is held to be dead when half of that passes without an answer."""
CONNECTED_WITHIN = 20.0
BACKOFF = (1.0, 30.0)
"""Seconds before the first and, at most, a later try to connect."""
DENIED = 60.0
"""Seconds before the next try after the credentials were refused."""
SETTLED = 60.0
"""Seconds that a connection lasts before the next try is made as soon as the first."""
TOGETHER = 200
MOST_FRAME = 4 * 1024 * 1024

Frame = dict[str, Any]
Received = Callable[[Sequence[Frame]], Awaitable[None]]
"""Journals messages; they are acknowledged when it returns."""


class DeniedError(RefusedError):
    """The credentials were refused."""


class Stream:
    """One robot's connection."""

    def __init__(self, settings: DingtalkSettings, client: Client, received: Received) -> None:
        self.trouble = "not connected"
        self._settings = settings
        self._client = client
        self._received = received
        self._topics = (TOPIC, PRESSES) if settings.template else (TOPIC,)

    # -- connecting ----------------------------------------------------------------------------------------------------

    async def ticket(self) -> str:
        """Where to connect, with a ticket that holds once. Raises DeniedError, DisturbedError."""
        body = {
            "clientId": self._settings.client_id,
            "clientSecret": self._settings.secret,
            "subscriptions": [{"type": "CALLBACK", "topic": topic} for topic in self._topics],
            "ua": "policybot",
            "localIp": "127.0.0.1",
        }
        url = f"{self._settings.url}/v1.0/gateway/connections/open"
        status, answer = await self._client.call("connections/open", "POST", url, body=body)
        if status in (400, 401, 403):
            raise DeniedError(f"{status} {answer.get('code', '')} {answer.get('message', '')}"[:200])
        endpoint, ticket = answer.get("endpoint"), answer.get("ticket")
        if status != 200 or not endpoint or not ticket:
            raise DisturbedError(f"no ticket: {status}")
        parts = urlsplit(str(endpoint))
        if parts.scheme != "wss" and not (parts.scheme == "ws" and loopback(parts.hostname or "")):
            raise DisturbedError("the server named a place without encryption")
        return f"{endpoint}?ticket={quote(str(ticket), safe='')}"

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        url = await self.ticket()
        return await self._client.session.ws_connect(url, heartbeat=HEARTBEAT, max_msg_size=MOST_FRAME)

    async def run(self) -> None:
        """Stay connected until cancelled."""
        pause, old = BACKOFF[0], None
        while True:
            began, ended, asked = time.monotonic(), None, False
            try:
                socket = await asyncio.wait_for(self._connect(), CONNECTED_WITHIN)
                if old is not None:
                    await old.close()
                    old = None
                self.trouble = ""
                log.info("dingtalk_connected")
                asked = await self._serve(socket)
                old = socket if asked else None
            except (RefusedError, DisturbedError, aiohttp.ClientError, OSError, TimeoutError) as error:
                ended = error
            lasted = time.monotonic() - began
            if asked and lasted > 1.0:
                continue
            wait = self._told(ended, pause)
            pause = BACKOFF[0] if lasted > SETTLED else min(pause * 2, BACKOFF[1])
            await asyncio.sleep(wait)

    def _told(self, ended: Exception | None, pause: float) -> float:
        """Say why it ended; seconds until the next try."""
        wait = pause * random.uniform(0.8, 1.2)
        if isinstance(ended, DeniedError):
            wait, self.trouble = DENIED * random.uniform(1.0, 1.2), "credentials refused"
            remedy = "请核对 DINGTALK_CLIENT_ID 和 DINGTALK_CLIENT_SECRET；应用要已发布，机器人要选 Stream 模式"
            log.error("dingtalk_denied", extra={"reason": str(ended), "remedy": remedy})
        else:
            self.trouble = "not connected"
            reason = "closed by the server" if ended is None else f"{type(ended).__name__}: {ended}"
            log.warning("dingtalk_disconnected", extra={"reason": reason, "next_try_seconds": round(wait, 1)})
        return wait

    # -- serving -------------------------------------------------------------------------------------------------------

    async def _serve(self, socket: aiohttp.ClientWebSocketResponse) -> bool:
        """Until it ends; whether the server asked for a new connection, and this one still has to be closed."""
        inbox: asyncio.Queue[Frame] = asyncio.Queue()
        handing = asyncio.create_task(self._hand_in(socket, inbox))
        asked = False
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    asked = await self._take(socket, inbox, message.data)
                if asked or handing.done():
                    break
            return asked
        finally:
            await self._finish(socket, inbox, handing, asked)

    async def _finish(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        inbox: asyncio.Queue[Frame],
        handing: asyncio.Task[None],
        asked: bool,
    ) -> None:
        if asked:  # what came before is journalled and acknowledged yet
            await inbox.join()
        handing.cancel()
        results = await asyncio.gather(handing, return_exceptions=True)
        if not asked:
            await socket.close()
        for error in results:
            if isinstance(error, Exception):
                raise error

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, inbox: asyncio.Queue[Frame], text: str) -> bool:
        """One frame; whether it is the server's wish for a new connection."""
        try:
            frame = json.loads(text)
            kind, topic = frame["type"], frame["headers"]["topic"]
        except (ValueError, KeyError, TypeError, RecursionError):
            log.warning("dingtalk_frame_unreadable", extra={"characters": len(text)})
            return False
        if kind == "SYSTEM":
            if topic == "ping":
                await socket.send_str(acknowledged(frame, str(frame.get("data", "{}"))))
            return bool(topic == "disconnect")
        if topic in self._topics:
            inbox.put_nowait(frame)
        else:  # an event that nobody asked for need not come again
            await socket.send_str(acknowledged(frame, json.dumps({"status": "SUCCESS"})))
        return False

    async def _hand_in(self, socket: aiohttp.ClientWebSocketResponse, inbox: asyncio.Queue[Frame]) -> None:
        while True:
            frames = [await inbox.get()]
            while not inbox.empty() and len(frames) < TOGETHER:
                frames.append(inbox.get_nowait())
            try:
                await self._received(frames)
                for frame in frames:
                    await socket.send_str(acknowledged(frame, json.dumps({"response": None})))
            finally:
                for _ in frames:
                    inbox.task_done()


def acknowledged(frame: Frame, data: str) -> str:
    """The acknowledgement of a frame."""
    headers = {"contentType": "application/json", "messageId": frame["headers"].get("messageId", "")}
    return json.dumps({"code": 200, "headers": headers, "message": "OK", "data": data}, ensure_ascii=False)
