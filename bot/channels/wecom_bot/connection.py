"""The long connection: connected, subscribed, kept alive, and made again after whatever ended it.

It is held to be dead when pings go unanswered, however open the socket looks. One bot has one connection: a newer one
kicks the older, which then waits, so that two programs with the same secret don't kick each other for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import time
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp

from bot.channels.wecom_bot.settings import WecomBotSettings
from bot.messaging.client import Client
from bot.service.port import DisturbedError, LaterError, RefusedError

log = logging.getLogger(__name__)

PING_EVERY = 30.0
"""Seconds, as WeCom asks."""
PONG_WITHIN = 10.0
ANSWER_WITHIN = 15.0
"""Seconds in which the server answers a frame; after that the connection is held to be dead."""
READY_WITHIN = 5.0
"""Seconds that a frame waits for the connection before it counts as disturbed."""
BACKOFF = (1.0, 30.0)
"""Seconds before the first and, at most, a later try to connect."""
SETTLED = 60.0
"""Seconds that a connection lasts before the next try is made as soon as the first."""
DENIED = 60.0
"""Seconds before the next try after the credentials were refused."""
KICKED = 60.0
"""Seconds, at least, that a connection which was kicked stays away."""
MOST_FRAME = 4 * 1024 * 1024

GONE = 846605
"""The req_id is not known (any more)."""
EXPIRED = 846608
"""The stream was begun too long ago."""
UNSUBSCRIBED = 846609
TOO_MANY = 45009
NOT_TAKEN = 853000
"""Wrong id or secret."""

Frame = dict[str, Any]


class FrameError(RefusedError):
    """The server refused a frame."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code


class _KickedError(Exception):
    """A newer connection took our place."""


class _DeniedError(Exception):
    """The credentials were refused."""


class Connection:
    """One bot's connection."""

    def __init__(self, settings: WecomBotSettings, client: Client, received: Callable[[Frame], None]) -> None:
        """``received``: gets every message and event, in order; must not wait."""
        self.trouble = "not connected"
        self.contact: float | None = None
        """Monotonic time of the last frame of the server's."""
        self.settled = asyncio.Event()
        """The first try came to something, good or bad."""
        self._since = 0.0
        self._settings = settings
        self._client = client
        self._received = received
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._ready = asyncio.Event()
        self._waiting: dict[str, deque[asyncio.Future[Frame]]] = {}

    # -- living --------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Stay connected until cancelled."""
        pause = BACKOFF[0]
        while True:
            ended: Exception | None = None
            try:
                await self._live()
            except (_KickedError, _DeniedError, DisturbedError, RefusedError) as error:
                ended = error
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                ended = error
            lasted = time.monotonic() - self._since if self._ready.is_set() else 0.0
            self._lost()
            wait = self._told(ended, pause)
            self.settled.set()
            await asyncio.sleep(wait)
            pause = BACKOFF[0] if lasted > SETTLED else min(pause * 2, BACKOFF[1])

    def _told(self, ended: Exception | None, pause: float) -> float:
        """Say why it ended; seconds until the next try."""
        wait = pause * random.uniform(0.8, 1.2)
        if isinstance(ended, _KickedError):
            wait = KICKED * random.uniform(1.0, 1.5)
            self.trouble = "kicked by another instance"
            log.error(
                "wecom_bot_kicked",
                extra={
                    "reason": "企业微信断开了连接：另有一个程序用同一个 Bot ID 连上了",
                    "remedy": "一个机器人只开一个实例；请停掉另一个，本实例过一会儿自动接上",
                    "next_try_seconds": round(wait),
                },
            )
        elif isinstance(ended, _DeniedError):
            wait = DENIED * random.uniform(1.0, 1.2)
            self.trouble = "credentials refused"
            log.error(
                "wecom_bot_denied",
                extra={
                    "reason": str(ended),
                    "remedy": "请核对 WECOM_BOT_ID 和 WECOM_BOT_SECRET；Secret 重新生成过的要换新",
                },
            )
        else:
            self.trouble = "not connected"
            reason = "closed by the server" if ended is None else f"{type(ended).__name__}: {ended}"
            log.warning("wecom_bot_disconnected", extra={"reason": reason, "next_try_seconds": round(wait, 1)})
        return wait

    async def _live(self) -> None:
        """One connection, from its beginning to its end."""
        async with self._client.session.ws_connect(
            self._settings.url, autoclose=True, autoping=True, max_msg_size=MOST_FRAME
        ) as socket:
            self._socket = socket
            reading = asyncio.create_task(self._read(socket))
            beating = asyncio.create_task(self._beat())
            try:
                done, _ = await asyncio.wait((reading, beating), return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in (reading, beating):
                    task.cancel()
                await asyncio.gather(reading, beating, return_exceptions=True)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:  # ends with every kind of close
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(message.data)

    async def _beat(self) -> None:
        """Subscribe, then ping for ever. Raises what ends the connection."""
        try:
            await self._ask("aibot_subscribe", {"bot_id": self._settings.bot_id, "secret": self._settings.secret})
        except FrameError as error:
            raise _DeniedError(str(error)) if error.code != TOO_MANY else DisturbedError(str(error)) from error
        self.trouble, self._since = "", time.monotonic()
        self._ready.set()
        self.settled.set()
        log.info("wecom_bot_connected")
        while True:
            await asyncio.sleep(PING_EVERY)
            await self._ask("ping", None, within=PONG_WITHIN)

    def _take(self, text: str) -> None:
        self.contact = time.monotonic()
        try:
            frame = json.loads(text)
            body = frame.get("body") or {}
            command, name = frame.get("cmd"), str(frame["headers"].get("req_id", ""))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            log.warning("wecom_bot_frame_unreadable", extra={"characters": len(text)})
            return
        if command in ("aibot_msg_callback", "aibot_event_callback"):
            event = body.get("event") if isinstance(body, dict) else None
            if isinstance(event, dict) and event.get("eventtype") == "disconnected_event":
                raise _KickedError
            self._received(frame)
        elif "errcode" in frame:
            self._answered(name, frame)

    def _answered(self, name: str, frame: Frame) -> None:
        """Answers to frames of one req_id come in the order of the frames."""
        waiting = self._waiting.get(name)
        while waiting:
            future = waiting.popleft()
            if not future.done():
                future.set_result(frame)
                break
        if not waiting:
            self._waiting.pop(name, None)

    def _lost(self) -> None:
        self._ready.clear()
        self._socket = None
        for waiting in self._waiting.values():
            for future in waiting:
                if not future.done():
                    future.set_exception(DisturbedError("the connection was lost"))
                    future.exception()  # whoever waited may be gone
        self._waiting.clear()

    # -- sending -------------------------------------------------------------------------------------------------------

    async def send(self, command: str, body: Frame, name: str = "") -> None:
        """One frame, answered with errcode 0. ``name``: the req_id that it answers; empty: a new one.

        Raises FrameError, DisturbedError, LaterError.
        """
        if not self._ready.is_set():
            try:
                await asyncio.wait_for(self._ready.wait(), READY_WITHIN)
            except TimeoutError:
                raise DisturbedError(f"not connected: {self.trouble}") from None
        try:
            await self._ask(command, body, name)
        except FrameError as error:
            if error.code == UNSUBSCRIBED:
                await self._renew()
                raise DisturbedError(str(error)) from error
            if error.code == TOO_MANY:
                raise LaterError(str(error)) from error
            raise

    async def _renew(self) -> None:
        """The server says that we are not subscribed: only a new connection helps."""
        self._ready.clear()
        if self._socket is not None:
            await self._socket.close()

    async def _ask(self, command: str, body: Frame | None, name: str = "", within: float = ANSWER_WITHIN) -> None:
        """One frame and its answer. Raises FrameError, DisturbedError."""
        socket, name = self._socket, name or uuid.uuid4().hex
        if socket is None or socket.closed:
            raise DisturbedError("not connected")
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, deque()).append(future)
        frame = {"cmd": command, "headers": {"req_id": name}} | ({"body": body} if body is not None else {})
        try:
            await socket.send_str(json.dumps(frame, ensure_ascii=False))
            answer = await asyncio.wait_for(future, within)
        except TimeoutError:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(socket.close(), 2.0)  # half open: nothing more is to be had from it
            raise DisturbedError(f"{command} was not answered within {within:g} s") from None
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            raise DisturbedError(f"{command}: {type(error).__name__}") from error
        finally:
            self._forget(name, future)
        if answer.get("errcode"):
            raise FrameError(int(answer["errcode"]), str(answer.get("errmsg", ""))[:200])

    def _forget(self, name: str, future: asyncio.Future[Frame]) -> None:
        waiting = self._waiting.get(name)
        if waiting is not None:
            with contextlib.suppress(ValueError):
                waiting.remove(future)
            if not waiting:
                self._waiting.pop(name, None)
