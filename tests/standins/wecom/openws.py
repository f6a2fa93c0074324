"""WeCom's long connection for 智能机器人: one live connection a bot, limits in bytes, what it refuses and how it fails.

What is known of the real one is in channels' official pages as of 2026-04; what only field reports say (a stream's end
after six minutes, that an unanswered message is pushed again after a reconnection) is marked at its place.
"""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp
from aiohttp import web

from tests.standins.listening import Listening

BOT_ID, SECRET = "aibTESTONLY0123456789", "bot-secret-for-tests-0123456789abcdef"
LONGEST = 20_480
WELCOME_LONGEST = 2_048
STREAM_ENDS = 360.0
WELCOME_ENDS = 5.0
PER_MINUTE = 30
COMMANDS = {
    "aibot_respond_msg": {"stream", "template_card", "stream_with_template_card", "markdown"},
    "aibot_respond_welcome_msg": {"text", "template_card"},
    "aibot_send_msg": {"markdown", "template_card", "file", "image", "voice", "video"},
}
"""Which kinds of message each command takes."""


@dataclass
class Shown:
    """What somebody sees: a message, or a stream that is replaced frame by frame."""

    conversation: str
    text: str
    answers: str = ""
    """The msgid of what it replies to."""
    finished: bool = True
    frames: int = 1
    command: str = ""
    feedback: str = ""
    began: float = 0.0
    rows: tuple[Any, ...] = ()


@dataclass
class _Callback:
    """A message or event that was, or is to be, pushed."""

    name: str
    frame: dict[str, Any]
    chat: str
    at: float
    answered: bool = False
    pushed: int = 0


@dataclass
class Faults:
    """What goes wrong, and how often."""

    codes: deque[tuple[str, int]] = field(default_factory=deque)
    """(command, errcode): the next frame of that command is refused so."""
    mute: set[str] = field(default_factory=set)
    """Commands that are not answered."""
    drop_after: deque[str] = field(default_factory=deque)
    """Commands: the next frame of that kind is carried out, and the connection dropped before the answer."""


class OpenWs(Listening):
    """The server."""

    def __init__(self, *, scale: float = 1.0, quota: bool = True, again: bool = True) -> None:
        """``scale``: of the times in which things end; ``again``: push what no frame answered once more when the bot
        connects anew (field reports; where it isn't so, what was in the socket of a killed process is lost).
        """
        super().__init__()
        self.app.router.add_get("/", self._connection)
        self.shown: list[Shown] = []
        self.refusals: list[tuple[str, int, str]] = []
        """(command, errcode, why) of what the bot did wrong, and was not injected."""
        self.faults = Faults()
        self.subscriptions = 0
        self.kicks = 0
        self.pings = 0
        self.frames: Counter[str] = Counter()
        self.gone: set[str] = set()
        """req_ids that the server does not know any more."""
        self.expired: set[str] = set()
        """Stream ids that are over."""
        self.again = again
        self.scale = scale
        self.quota = quota
        self._live: web.WebSocketResponse | None = None
        self._callbacks: dict[str, _Callback] = {}
        self._waiting: deque[_Callback] = deque()
        self._streams: dict[str, Shown] = {}
        self._sent_at: dict[str, deque[float]] = {}
        self._numbers = itertools.count(1)

    @property
    def ws_url(self) -> str:
        """What WECOM_BOT_WS_URL must be."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def connected(self) -> bool:
        """Whether a bot is subscribed."""
        return self._live is not None and not self._live.closed

    # -- people --------------------------------------------------------------------------------------------------------

    async def say(self, by: str, text: str, group: str = "", msgid: str = "", **body: Any) -> str:
        """Somebody writes; gives the message's id. In a group only what names the bot gets here."""
        msgid = msgid or f"CAIQ{next(self._numbers):012d}"
        said = f"@政策助手 {text}" if group and not body.get("msgtype") else text
        content: dict[str, Any] = {"msgtype": "text", "text": {"content": said}} | body
        await self._callback("aibot_msg_callback", by, group, {"msgid": msgid} | content)
        return msgid

    async def event(self, by: str, eventtype: str, group: str = "", **inside: Any) -> None:
        """An event, such as feedback_event."""
        event: dict[str, Any] = {"eventtype": eventtype}
        if inside:
            event[eventtype] = inside
        msgid = f"EV{next(self._numbers):012d}"
        content = {"msgid": msgid, "create_time": int(time.time()), "msgtype": "event", "event": event}
        await self._callback("aibot_event_callback", by, group, content)

    async def _callback(self, command: str, by: str, group: str, content: dict[str, Any]) -> None:
        where = {"chattype": "group", "chatid": group} if group else {"chattype": "single"}
        body = {"aibotid": BOT_ID, "from": {"userid": by}} | where | content
        name = f"req-{next(self._numbers)}"
        one = _Callback(
            name, {"cmd": command, "headers": {"req_id": name}, "body": body}, group or by, time.monotonic()
        )
        self._callbacks[name] = one
        self._waiting.append(one)
        await self._push()

    async def _push(self) -> None:
        while self._waiting and self.connected:
            one = self._waiting[0]
            one.pushed += 1
            try:
                assert self._live is not None
                await self._live.send_str(json.dumps(one.frame, ensure_ascii=False))
            except (ConnectionError, RuntimeError, aiohttp.ClientError):
                return
            if self._waiting and self._waiting[0] is one:
                self._waiting.popleft()

    async def push_again(self, msgid: str) -> None:
        """The same message once more, under another req_id."""
        one = next(c for c in self._callbacks.values() if c.frame["body"]["msgid"] == msgid)
        name = f"req-{next(self._numbers)}"
        frame = one.frame | {"headers": {"req_id": name}}
        again = _Callback(name, frame, one.chat, time.monotonic())
        self._callbacks[name] = again
        self._waiting.append(again)
        await self._push()

    # -- how it fails --------------------------------------------------------------------------------------------------

    async def close(self, code: int) -> None:
        """Close the connection with that code."""
        if self._live is not None:
            await self._live.close(code=code)

    def drop(self) -> None:
        """Cut the connection without a word."""
        if self._live is not None and self._live._req is not None and self._live._req.transport is not None:
            self._live._req.transport.abort()

    # -- the connection ------------------------------------------------------------------------------------------------

    async def _connection(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=1 << 20)
        await socket.prepare(request)
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._frame(socket, message.data)
        finally:
            if self._live is socket:
                self._live = None
        return socket

    async def _frame(self, socket: web.WebSocketResponse, text: str) -> None:
        frame = json.loads(text)
        assert set(frame) <= {"cmd", "headers", "body"}, f"unknown fields: {sorted(frame)}"
        command, name, body = frame["cmd"], frame["headers"]["req_id"], frame.get("body")
        assert name, "every frame has a req_id"
        self.frames[command] += 1
        if command in self.faults.mute:
            return
        code, why = self._injected(command)
        if not code:
            code, why = await self._done(socket, command, name, body)
            if code:
                self.refusals.append((command, code, why))
        if self.faults.drop_after and self.faults.drop_after[0] == command:
            self.faults.drop_after.popleft()
            self.drop()
            return
        answer = {"headers": {"req_id": name}, "errcode": code, "errmsg": why or "ok"}
        try:
            await socket.send_str(json.dumps(answer))
        except (ConnectionError, RuntimeError, aiohttp.ClientError):
            return
        if command == "aibot_subscribe" and not code:
            await self._subscribed()

    def _injected(self, command: str) -> tuple[int, str]:
        for fault in self.faults.codes:
            if fault[0] == command:
                self.faults.codes.remove(fault)
                return fault[1], "injected"
        return 0, ""

    async def _done(
        self, socket: web.WebSocketResponse, command: str, name: str, body: dict[str, Any] | None
    ) -> tuple[int, str]:
        if command == "aibot_subscribe":
            return await self._subscribe(socket, body or {})
        if socket is not self._live:
            return 846609, "not subscribed"
        if command == "ping":
            self.pings += 1
            return 0, ""
        if command not in COMMANDS or body is None:
            return 40008, f"unknown command {command}"
        if body.get("msgtype") not in COMMANDS[command]:
            return 40008, f"{command} takes no {body.get('msgtype')}"
        if command == "aibot_send_msg":
            return self._sent(body)
        return self._responded(command, name, body)

    async def _subscribe(self, socket: web.WebSocketResponse, body: dict[str, Any]) -> tuple[int, str]:
        if (body.get("bot_id"), body.get("secret")) != (BOT_ID, SECRET):
            return 853000, "invalid bot_id or secret"
        old, self._live = self._live, socket
        if old is not None and not old.closed:
            self.kicks += 1
            event = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}, "aibotid": BOT_ID}
            frame = {"cmd": "aibot_event_callback", "headers": {"req_id": "kick"}, "body": event}
            try:
                await old.send_str(json.dumps(frame))
                await old.close()
            except (ConnectionError, RuntimeError, aiohttp.ClientError):
                pass
        self.subscriptions += 1
        return 0, ""

    async def _subscribed(self) -> None:
        if self.again:
            missed = [c for c in self._callbacks.values() if not c.answered and c not in self._waiting and c.pushed < 9]
            self._waiting.extendleft(reversed(missed))
        await self._push()

    # -- what is sent --------------------------------------------------------------------------------------------------

    def _responded(self, command: str, name: str, body: dict[str, Any]) -> tuple[int, str]:
        callback = self._callbacks.get(name)
        if callback is None or name in self.gone:
            return 846605, "invalid req_id"
        callback.answered = True
        msgid = callback.frame["body"]["msgid"]
        if command == "aibot_respond_welcome_msg":
            text = body["text"]["content"]
            if time.monotonic() - callback.at > WELCOME_ENDS * self.scale:
                return 846605, "too late for a welcome"
            fault = self._allowed(callback.chat, text, WELCOME_LONGEST)
            if not fault[0]:
                self.shown.append(Shown(callback.chat, text, msgid, command=command))
            return fault
        if body["msgtype"] == "markdown":
            return self._markdown(callback.chat, body, command, msgid)
        return self._stream(callback, body["stream"], msgid)

    def _stream(self, callback: _Callback, stream: dict[str, Any], msgid: str) -> tuple[int, str]:
        if not set(stream) <= {"id", "finish", "content", "msg_item", "feedback"}:
            return 40008, f"unknown fields in stream: {sorted(stream)}"
        name, text = stream["id"], stream.get("content", "")
        fault = self._allowed(callback.chat, text, LONGEST)
        if fault[0]:
            return fault
        known = self._streams.get(name)
        if known is None:
            feedback = stream.get("feedback", {}).get("id", "")
            if len(feedback.encode()) > 256:
                return 40058, "feedback.id is too long"
            known = Shown(callback.chat, text, msgid, False, 0, "aibot_respond_msg", feedback, time.monotonic())
            self._streams[name] = known
            self.shown.append(known)
        elif name in self.expired or time.monotonic() - known.began > STREAM_ENDS * self.scale:
            return 846608, "stream message update expired"
        if known.finished and known.text != text:
            return 846608, "the stream is finished"
        known.text, known.finished = text, bool(stream.get("finish"))
        known.frames += 1
        return 0, ""

    def _sent(self, body: dict[str, Any]) -> tuple[int, str]:
        if body.get("chat_type") not in (1, 2) or not body.get("chatid"):
            return 40008, "chatid and chat_type are needed"
        if body["chatid"] not in {c.chat for c in self._callbacks.values()}:
            return 846604, "nobody wrote there"
        return self._markdown(body["chatid"], body, "aibot_send_msg", "")

    def _markdown(self, chat: str, body: dict[str, Any], command: str, msgid: str) -> tuple[int, str]:
        text = body["markdown"]["content"]
        fault = self._allowed(chat, text, LONGEST)
        if not fault[0]:
            self.shown.append(Shown(chat, text, msgid, command=command))
        return fault

    def _allowed(self, chat: str, text: str, longest: int) -> tuple[int, str]:
        if not text:
            return 40008, "empty content"
        if len(text.encode()) > longest:
            return 40058, f"{len(text.encode())} bytes, more than {longest}"
        sent = self._sent_at.setdefault(chat, deque())
        now = time.monotonic()
        while sent and sent[0] < now - 60.0:
            sent.popleft()
        if self.quota and len(sent) >= PER_MINUTE:
            return 45009, "api freq out of limit"
        sent.append(now)
        return 0, ""


Closed = Literal[1000, 1001, 1006, 1011]
