"""DingTalk: the Stream gateway, the session webhooks and the robot's API."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

from tests.standins.listening import Listening

CLIENT_ID, SECRET = "dingtestclient0001", "dingtalk-secret-for-tests-0123456789"
TOPIC, PRESSES = "/v1.0/im/bot/messages/get", "/v1.0/card/instances/callback"
TEMPLATE = "00000000-0000-4000-8000-000000000001.schema"
MOST_MARKDOWN = 3_500
MOST_BODY = 20_000
NOBODY = "没来过的人"
_KEYS = {"sampleText": "text", "sampleMarkdown": "markdown"}


@dataclass
class Shown:
    """What somebody sees."""

    to: str
    text: str
    by: str
    """session, robot or card."""
    kind: str = "text"
    buttons: list[dict[str, Any]] = field(default_factory=list)
    name: str = ""
    """Of a card."""


class DingTalk(Listening):
    """The server, and the people."""

    def __init__(self, session_seconds: float = 5_400.0, again: float = 60.0) -> None:
        """``again``: seconds after which a message that was not acknowledged comes again."""
        super().__init__()
        self.session_seconds = session_seconds
        self.again = again
        self.shown: list[Shown] = []
        self.refusals: list[tuple[str, str]] = []
        self.calls: Counter[str] = Counter()
        self.codes: deque[tuple[str, int]] = deque()
        """(what, status or errcode): session, robot, open: the next call fails so."""
        self.tickets: set[str] = set()
        self.connections = 0
        self.pongs = 0
        self.acknowledged: list[str] = []
        self.frames: list[dict[str, Any]] = []
        self.deaf = False
        """Half open: nothing that comes in is answered, not even pings."""
        self.topics: set[str] = set()
        """What is subscribed to."""
        self.dead_sessions: set[str] = set()
        self.tokens: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._numbers = itertools.count(1)
        self._unacknowledged: dict[str, tuple[dict[str, Any], float]] = {}
        self._chasing: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        router = self.app.router
        router.add_post("/v1.0/gateway/connections/open", self._open)
        router.add_get("/stream", self._stream)
        router.add_post("/session/{name}", self._session)
        router.add_post("/v1.0/oauth2/accessToken", self._token)
        router.add_post("/v1.0/card/instances/createAndDeliver", self._create)
        router.add_put("/v1.0/card/instances", self._change)
        router.add_post("/v1.0/robot/oToMessages/batchSend", self._robot)
        router.add_post("/v1.0/robot/groupMessages/send", self._robot)

    async def start(self) -> None:
        await super().start()
        self._chasing = asyncio.create_task(self._chase())

    async def stop(self) -> None:
        if self._chasing is not None:
            self._chasing.cancel()
        for socket in self._sockets:
            self._cut(socket)
        await super().stop()

    @property
    def connected(self) -> bool:
        return any(not socket.closed for socket in self._sockets)

    # -- people --------------------------------------------------------------------------------------------------------

    async def say(self, by: str, text: str = "", group: str = "", msgid: str = "", body: Any = None) -> str:
        """Somebody writes; in a group only what names the robot gets here, without the name."""
        msgid = msgid or f"msg{next(self._numbers):010d}=="
        session = f"s{next(self._numbers)}-{group or by}"
        said = {
            "msgId": msgid,
            "msgtype": "text",
            "text": {"content": f" {text}" if group else text},
            "conversationType": "2" if group else "1",
            "conversationId": group or f"cid-{by}",
            "senderStaffId": by,
            "senderId": f"$:LWCP_v1:${by}",
            "sessionWebhook": f"{self.url}/session/{quote(session, safe='')}",
            "sessionWebhookExpiredTime": int((time.time() + self.session_seconds) * 1000),
            "robotCode": CLIENT_ID,
        } | (body or {})
        await self.push(said)
        return msgid

    async def press(self, by: str, under: Shown, label: str, space: bool = True) -> None:
        """Somebody presses a card's button; ``space``: whether it is said where the card stands."""
        button = next(one for one in under.buttons if one["text"].startswith(label))
        group = under.kind == "card IM_GROUP"
        content = {"cardPrivateData": {"actionIds": ["msgButtons"], "params": button["params"]}}
        said = {
            "type": "actionCallback",
            "outTrackId": under.name,
            "corpId": "dingcorp",
            "userId": by,
            "userIdType": 1,
            "content": json.dumps(content, ensure_ascii=False),
        }
        where = {"spaceType": under.kind.removeprefix("card ")} if space else {}
        await self.push(said | where | {"spaceId": under.to if group else f"cid-{by}"}, PRESSES)

    async def push(self, body: dict[str, Any], topic: str = TOPIC) -> None:
        """A message, until it is acknowledged."""
        assert topic in self.topics, "what is not subscribed to does not come"
        frame = {
            "specVersion": "1.0",
            "type": "CALLBACK",
            "headers": {
                "topic": topic,
                "messageId": f"frame{next(self._numbers)}",
                "contentType": "application/json",
                "time": str(int(time.time() * 1000)),
            },
            "data": json.dumps(body, ensure_ascii=False),
        }
        self.frames.append(frame)
        self._unacknowledged[frame["headers"]["messageId"]] = (frame, time.monotonic())  # type: ignore[index]
        await self._send(frame)

    async def _send(self, frame: dict[str, Any]) -> None:
        live = [socket for socket in self._sockets if not socket.closed]
        if live:
            try:
                await live[-1].send_str(json.dumps(frame, ensure_ascii=False))
            except (ConnectionError, RuntimeError, aiohttp.ClientError):
                return

    async def _chase(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            for name, (frame, at) in list(self._unacknowledged.items()):
                if time.monotonic() - at > self.again and self.connected:
                    self._unacknowledged[name] = (frame, time.monotonic())
                    await self._send(frame)

    async def system(self, topic: str) -> None:
        """A frame of the system's: ping or disconnect."""
        headers = {"topic": topic, "messageId": f"sys{next(self._numbers)}", "contentType": "application/json"}
        data = json.dumps({"opaque": "o1"} if topic == "ping" else {"reason": "persistent connection is timeout"})
        await self._send({"specVersion": "1.0", "type": "SYSTEM", "headers": headers, "data": data})

    async def close(self, code: int) -> None:
        """Close all connections with that code."""
        for socket in self._sockets:
            await socket.close(code=code)

    def drop(self) -> None:
        """Cut them without a word."""
        for socket in self._sockets:
            self._cut(socket)

    def _cut(self, socket: web.WebSocketResponse) -> None:
        if socket._req is not None and socket._req.transport is not None:
            socket._req.transport.abort()

    # -- the gateway ---------------------------------------------------------------------------------------------------

    def _fault(self, what: str) -> int:
        for fault in self.codes:
            if fault[0] == what:
                self.codes.remove(fault)
                return fault[1]
        return 0

    async def _open(self, request: web.Request) -> web.Response:
        self.calls["open"] += 1
        body = await request.json()
        status = self._fault("open")
        if status:
            return web.json_response({"code": "injected"}, status=status)
        assert all(one["type"] == "CALLBACK" for one in body["subscriptions"])
        self.topics = {one["topic"] for one in body["subscriptions"]}
        assert TOPIC in self.topics
        assert self.topics <= {TOPIC, PRESSES}
        if (body.get("clientId"), body.get("clientSecret")) != (CLIENT_ID, SECRET):
            return web.json_response({"code": "authFailed", "message": "鉴权失败"}, status=401)
        ticket = f"t+/{next(self._numbers)}="
        self.tickets.add(ticket)
        return web.json_response({"endpoint": f"ws://127.0.0.1:{self.port}/stream", "ticket": ticket})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            self.refusals.append(("stream", "a ticket holds once"))
            return web.Response(status=401)
        self.tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self._sockets.append(socket)
        self.connections += 1
        for name, (frame, _) in list(self._unacknowledged.items()):
            self._unacknowledged[name] = (frame, time.monotonic())
            await self._send(frame)
        try:
            async for message in socket:
                if self.deaf:
                    continue
                if message.type is aiohttp.WSMsgType.PING:
                    await socket.pong(message.data)
                elif message.type is aiohttp.WSMsgType.TEXT:
                    self._acknowledgement(json.loads(message.data))
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)
        return socket

    def _acknowledgement(self, frame: dict[str, Any]) -> None:
        assert frame["code"] == 200
        assert isinstance(frame["data"], str)
        assert frame["headers"]["contentType"] == "application/json"
        name = frame["headers"]["messageId"]
        if name.startswith("sys"):
            assert json.loads(frame["data"]) == {"opaque": "o1"}, "a ping is answered with its own data"
            self.pongs += 1
            return
        self.acknowledged.append(name)
        self._unacknowledged.pop(name, None)

    # -- what is sent --------------------------------------------------------------------------------------------------

    async def _session(self, request: web.Request) -> web.Response:
        self.calls["session"] += 1
        raw = await request.read()
        if len(raw) > MOST_BODY:
            self.refusals.append(("session", f"{len(raw)} bytes"))
            return web.json_response({"errcode": 460101, "errmsg": "message too long"})
        name = request.match_info["name"]
        code = self._fault("session")
        if code or name in self.dead_sessions:
            return web.json_response({"errcode": code or 300001, "errmsg": "session 不存在"})
        body = json.loads(raw)
        assert set(body) <= {"msgtype", "text", "markdown", "at"}
        kind = body["msgtype"]
        text = self._markdown("session", **body["markdown"]) if kind == "markdown" else body["text"]["content"]
        assert text, "an empty message"
        self.shown.append(Shown(name.partition("-")[2], text, "session", kind))
        await self.let_go("session")
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _token(self, request: web.Request) -> web.Response:
        self.calls["token"] += 1
        body = await request.json()
        if body != {"appKey": CLIENT_ID, "appSecret": SECRET}:
            return web.json_response({"code": "invalidClientIdOrSecret"}, status=400)
        token = f"ding-token-{next(self._numbers)}"
        self.tokens.add(token)
        return web.json_response({"accessToken": token, "expireIn": 7200})

    async def _robot(self, request: web.Request) -> web.Response:
        self.calls["robot"] += 1
        raw = await request.read()
        if request.headers.get("x-acs-dingtalk-access-token") not in self.tokens:
            return web.json_response({"code": "InvalidAuthentication"}, status=401)
        status = self._fault("robot")
        if status:
            return web.json_response({"code": "injected"}, status=status)
        body = json.loads(raw)
        if len(raw) > MOST_BODY or body["robotCode"] != CLIENT_ID or body["msgKey"] not in _KEYS:
            self.refusals.append(("robot", f"{len(raw)} bytes, {body.get('msgKey')}"))
            return web.json_response({"code": "invalidParameter"}, status=400)
        given, kind = json.loads(body["msgParam"]), _KEYS[body["msgKey"]]
        text = self._markdown("robot", **given) if kind == "markdown" else given["content"]
        to = body["openConversationId"] if "openConversationId" in body else body["userIds"][0]
        if to == NOBODY:
            return web.json_response({"invalidStaffIdList": [to], "processQueryKey": ""})
        self.shown.append(Shown(to, text, "robot", kind))
        return web.json_response({"processQueryKey": "k", "invalidStaffIdList": []})

    def _markdown(self, what: str, title: str, text: str) -> str:
        """As somebody sees it: what it takes for markup, but for what is strong, is gone."""
        if not title or len(text) > MOST_MARKDOWN:
            self.refusals.append((what, f"a title of {len(title)} and markdown of {len(text)} characters"))
        text = re.sub(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*", r"\1", text)
        if re.search(r"[*_`\[\]<>|~\\]|^\s*(?:[#+=-]|\d+[.)])|(?<!\n)\n(?!\n)", text, re.MULTILINE):
            self.refusals.append((what, "something would be taken for markup, or a line break be lost"))
        return text.replace("\n\n", "\n")

    # -- cards ---------------------------------------------------------------------------------------------------------

    async def _card_call(self, request: web.Request, what: str) -> tuple[dict[str, Any], web.Response | None]:
        self.calls[what] += 1
        raw = await request.read()
        if request.headers.get("x-acs-dingtalk-access-token") not in self.tokens:
            return {}, web.json_response({"code": "InvalidAuthentication"}, status=401)
        status = self._fault(what)
        if status:
            code = "Forbidden.AccessDenied.AccessTokenPermissionDenied"
            return {}, web.json_response({"code": code, "message": "没有权限"}, status=status)
        if len(raw) > MOST_BODY:
            return {}, self._refused(what, f"{len(raw)} bytes")
        return json.loads(raw), None

    def _refused(self, what: str, why: str) -> web.Response:
        self.refusals.append((what, why))
        return web.json_response({"code": "invalidParameter", "message": why}, status=400)

    async def _create(self, request: web.Request) -> web.Response:
        body, denied = await self._card_call(request, "create")
        if denied is not None:
            return denied
        space, _, to = body["openSpaceId"].removeprefix("dtv1.card//").partition(".")
        place = {"IM_GROUP": "imGroup", "IM_ROBOT": "imRobot"}[space]
        wanted = {"cardTemplateId", "outTrackId", "callbackType", "userIdType", "cardData", "openSpaceId"}
        if set(body) != wanted | {f"{place}OpenSpaceModel", f"{place}OpenDeliverModel"}:
            return self._refused("create", f"fields {sorted(body)}")
        if body["cardTemplateId"] != TEMPLATE or body["callbackType"] != "STREAM":
            return self._refused("create", "no such template, or callbacks elsewhere")
        if any(one.name == body["outTrackId"] for one in self.shown):
            return self._refused("create", "a card of that name is there")
        if to == NOBODY:
            told = {"spaceType": space, "success": False, "errorMsg": "user not in the scope of the app"}
            return web.json_response({"success": True, "result": {"deliverResults": [told]}})
        text, buttons = self._read(body["cardData"]["cardParamMap"])
        self.shown.append(Shown(to, text, "card", f"card {space}", buttons, body["outTrackId"]))
        told = {"spaceType": space, "success": True}
        return web.json_response(
            {"success": True, "result": {"outTrackId": body["outTrackId"], "deliverResults": [told]}}
        )

    async def _change(self, request: web.Request) -> web.Response:
        body, denied = await self._card_call(request, "change")
        if denied is not None:
            return denied
        known = next((one for one in self.shown if one.name and one.name == body["outTrackId"]), None)
        if known is None or not set(body) <= {"outTrackId", "cardData", "cardUpdateOptions"}:
            return self._refused("change", "no such card, or unknown fields")
        known.text, known.buttons = self._read(body["cardData"]["cardParamMap"])
        return web.json_response({"success": True, "result": True})

    def _read(self, parameters: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
        """The text of a card, and its buttons."""
        assert set(parameters) == {"title", "markdown", "tips", "sys_full_json_obj"}
        assert all(isinstance(value, str) for value in parameters.values()), "parameters are strings"
        buttons = json.loads(parameters["sys_full_json_obj"])["msgButtons"]
        for button in buttons:
            assert set(button) == {"text", "color", "request", "params"}
            assert button["text"]
            assert all(isinstance(value, str) for value in button["params"].values())
        return self._markdown("card", parameters["title"], parameters["markdown"]), buttons
