"""Feishu: signed and encrypted events, tried again up to four times, and the open API for messages and cards."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
import os
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.standins.listening import Listening

APP_ID, SECRET = "cli_testapp0001", "feishu-secret-for-tests-0123456789"
KEY, TOKEN = "feishu-encrypt-key-0123", "feishu-verification-token-0123"
ME, NAME = "ou_thebot", "政策助手"
WITHIN = 3.0
LADDER = (15.0, 300.0, 3_600.0, 21_600.0)
"""Seconds after which an event that was not taken comes again."""
MOST_CARD = 30_000
NOBODY = "没来过的人"


@dataclass
class Shown:
    """A card as somebody sees it."""

    id: str
    to: str
    text: str
    rows: list[list[dict[str, Any]]] = field(default_factory=list)
    answers: str = ""
    edited: bool = False


class FeishuServer(Listening):
    """The server, and the people."""

    def __init__(self, scale: float = 1.0) -> None:
        """``scale``: of the seconds between tries."""
        super().__init__()
        self.base = ""
        """Where the bot listens."""
        self.scale = scale
        self.shown: list[Shown] = []
        self.refusals: list[tuple[str, int, str]] = []
        self.calls: Counter[str] = Counter()
        self.codes: deque[tuple[str, int]] = deque()
        """(what, code): reply, send, patch, get: the next call fails so."""
        self.drop_after: deque[str] = deque()
        self.status = 2
        """Of the robot: switched on."""
        self.withdrawn: set[str] = set()
        self.toasts: list[str] = []
        self.tokens: set[str] = set()
        self.statuses: list[int] = []
        self._messages: dict[str, tuple[str, bool]] = {}
        """Id of people's messages -> (where, whether in a group)."""
        self._uuids: dict[str, str] = {}
        self._numbers = itertools.count(1)
        router = self.app.router
        router.add_post("/open-apis/auth/v3/tenant_access_token/internal", self._token)
        router.add_get("/open-apis/bot/v3/info", self._info)
        router.add_post("/open-apis/im/v1/messages/{id}/reply", self._reply)
        router.add_post("/open-apis/im/v1/messages", self._send)
        router.add_patch("/open-apis/im/v1/messages/{id}", self._patch)
        router.add_get("/open-apis/im/v1/messages/{id}", self._get)

    def listens(self, url: str) -> None:
        """Where the bot listens."""
        self.base = url

    # -- calling the bot -----------------------------------------------------------------------------------------------

    def seal(self, body: dict[str, Any]) -> bytes:
        """Encrypted, as Feishu posts it."""
        data = json.dumps(body, ensure_ascii=False).encode()
        pad = 16 - len(data) % 16
        start = os.urandom(16)
        encryptor = Cipher(algorithms.AES(hashlib.sha256(KEY.encode()).digest()), modes.CBC(start)).encryptor()
        sealed = start + encryptor.update(data + bytes([pad]) * pad) + encryptor.finalize()
        return json.dumps({"encrypt": base64.b64encode(sealed).decode()}).encode()

    def sign(self, raw: bytes, stamp: float | None = None) -> dict[str, str]:
        """The headers."""
        at, nonce = str(int(time.time() if stamp is None else stamp)), f"n{next(self._numbers)}"
        signature = hashlib.sha256((at + nonce + KEY).encode() + raw).hexdigest()
        return {"X-Lark-Request-Timestamp": at, "X-Lark-Request-Nonce": nonce, "X-Lark-Signature": signature}

    async def post(self, raw: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Once; (status, answer), status 0 when there was none."""
        within = aiohttp.ClientTimeout(total=WITHIN)
        headers = headers | {"Content-Type": "application/json"}
        try:
            async with (
                aiohttp.ClientSession(timeout=within) as session,
                session.post(f"{self.base}/callback/feishu", data=raw, headers=headers) as response,
            ):
                self.statuses.append(response.status)
                text = await response.text()
                return response.status, json.loads(text) if text.startswith("{") else {}
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0, {}

    async def check(self) -> bool:
        """The address check."""
        raw = self.seal({"type": "url_verification", "token": TOKEN, "challenge": "c1"})
        return await self.post(raw, {}) == (200, {"challenge": "c1"})

    async def event(self, kind: str, inner: dict[str, Any], event_id: str = "") -> bool:
        """An event, until it is taken or the ladder ends; each try may have an event_id of its own."""
        for pause in (*LADDER, None):
            header = {
                "event_id": event_id or f"ev{next(self._numbers)}",
                "event_type": kind,
                "create_time": str(int(time.time() * 1000)),
                "token": TOKEN,
                "app_id": APP_ID,
                "tenant_key": "t",
            }
            raw = self.seal({"schema": "2.0", "header": header, "event": inner})
            status, answer = await self.post(raw, self.sign(raw))
            if status == 200:
                if answer.get("toast"):
                    self.toasts.append(answer["toast"]["content"])
                return True
            if pause is None or kind == "card.action.trigger":  # presses are not tried again
                return False
            await asyncio.sleep(pause * self.scale)
        return False

    def message(self, by: str, text: str, group: str = "", kind: str = "text", **more: Any) -> dict[str, Any]:
        """What somebody writes; in a group with the bot's name as a placeholder."""
        name = f"om_{next(self._numbers):032d}"
        named = bool(group) and more.pop("named", True)
        said = f"@_user_1 {text}" if named else text
        message = {
            "message_id": name,
            "chat_id": group or f"oc_{by}",
            "chat_type": "group" if group else "p2p",
            "message_type": kind,
            "content": json.dumps({"text": said} if kind == "text" else {"key": "k"}, ensure_ascii=False),
            "create_time": str(int(time.time() * 1000)),
        } | more
        if named:
            message["mentions"] = [{"key": "@_user_1", "id": {"open_id": ME}, "name": NAME}]
        self._messages[str(message["message_id"])] = (group or by, bool(group))
        return {"sender": {"sender_id": {"open_id": by}, "sender_type": "user"}, "message": message}

    async def say(self, by: str, text: str = "", group: str = "", kind: str = "text", **more: Any) -> bool:
        """Somebody writes; whether the bot took it."""
        return await self.event("im.message.receive_v1", self.message(by, text, group, kind, **more))

    async def press(self, by: str, under: Shown, label: str) -> bool:
        """Somebody presses a button of a card."""
        button = next(b for row in under.rows for b in row if b["text"]["content"].startswith(label))
        context = {"open_message_id": under.id, "open_chat_id": f"oc_{under.to}"}
        action = {"tag": "button", "value": button["value"]}
        return await self.event(
            "card.action.trigger", {"operator": {"open_id": by}, "action": action, "context": context}
        )

    # -- the open API --------------------------------------------------------------------------------------------------

    async def _token(self, request: web.Request) -> web.Response:
        self.calls["token"] += 1
        if await request.json() != {"app_id": APP_ID, "app_secret": SECRET}:
            return web.json_response({"code": 10014, "msg": "app secret invalid"})
        name = f"t-{next(self._numbers)}"
        self.tokens.add(name)
        return web.json_response({"code": 0, "msg": "ok", "tenant_access_token": name, "expire": 7200})

    def _denied(self, request: web.Request, what: str) -> web.Response | None:
        self.calls[what] += 1
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return web.json_response({"code": 99991663, "msg": "token invalid"}, status=400)
        for fault in self.codes:
            if fault[0] == what:
                self.codes.remove(fault)
                return web.json_response({"code": fault[1], "msg": "injected"}, status=400)
        return None

    def _refuse(self, what: str, code: int, why: str) -> web.Response:
        self.refusals.append((what, code, why))
        return web.json_response({"code": code, "msg": why}, status=400)

    async def _info(self, request: web.Request) -> web.Response:
        denied = self._denied(request, "info")
        bot = {"open_id": ME, "app_name": NAME, "activate_status": self.status}
        return denied or web.json_response({"code": 0, "msg": "ok", "bot": bot})

    async def _reply(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        if name in self.withdrawn:
            return web.json_response({"code": 230011, "msg": "The message was withdrawn."}, status=400)
        if name not in self._messages and name not in {one.id for one in self.shown}:
            return self._refuse("reply", 230001, f"no such message: {name}")
        where = self._messages.get(name) or next((one.to, False) for one in self.shown if one.id == name)
        return await self._made(request, "reply", where[0], name)

    async def _send(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["receive_id"] == NOBODY:
            return web.json_response({"code": 230013, "msg": "Bot has NO availability to this user."}, status=400)
        if request.query.get("receive_id_type") not in ("open_id", "chat_id"):
            return self._refuse("send", 230001, "receive_id_type")
        return await self._made(request, "send", body["receive_id"], "")

    async def _made(self, request: web.Request, what: str, to: str, answers: str) -> web.Response:
        denied = self._denied(request, what)
        if denied is not None:
            return denied
        body = await request.json()
        fault = self._bad(body)
        if fault:
            return self._refuse(what, 230025, fault)
        known = self._uuids.get(body["uuid"])
        if known is None:
            made = Shown(f"om_bot{next(self._numbers)}", to, *_read(body["content"]), answers)
            self.shown.append(made)
            known = self._uuids[body["uuid"]] = made.id
        await self.let_go(what)
        if self.drop_after and self.drop_after[0] == what:
            self.drop_after.popleft()
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"code": 0, "msg": "success", "data": {"message_id": known}})

    def _bad(self, body: dict[str, Any]) -> str:
        if not set(body) <= {"msg_type", "content", "uuid", "receive_id"} or body.get("msg_type") != "interactive":
            return f"fields {sorted(body)}"
        if not isinstance(body["content"], str) or not 0 < len(body.get("uuid", "")) <= 50:
            return "content is a string of JSON, uuid has at most 50 characters"
        size = len(body["content"].encode())
        return f"{size} bytes, more than {MOST_CARD}" if size > MOST_CARD else ""

    async def _patch(self, request: web.Request) -> web.Response:
        denied = self._denied(request, "patch")
        if denied is not None:
            return denied
        body = await request.json()
        if set(body) != {"content"} or len(body["content"].encode()) > MOST_CARD:
            return self._refuse("patch", 230025, "content")
        known = next((one for one in self.shown if one.id == request.match_info["id"]), None)
        if known is None:
            return self._refuse("patch", 230001, "no such message")
        known.text, known.rows = _read(body["content"])
        known.edited = True
        return web.json_response({"code": 0, "msg": "success", "data": {}})

    async def _get(self, request: web.Request) -> web.Response:
        denied = self._denied(request, "get")
        if denied is not None:
            return denied
        name = request.match_info["id"]
        known = next((one for one in self.shown if one.id == name), None)
        if known is not None:
            content: dict[str, Any] = {"title": None, "elements": [[{"tag": "text", "text": known.text}]]}
            sender: dict[str, str] = {"id": APP_ID, "id_type": "app_id", "sender_type": "app"}
        else:
            content, sender = {"text": "一句别人的话"}, {"id": "ou_x", "sender_type": "user"}
        item = {"message_id": name, "sender": sender, "body": {"content": json.dumps(content, ensure_ascii=False)}}
        return web.json_response({"code": 0, "msg": "success", "data": {"items": [item]}})


def _read(content: str) -> tuple[str, list[list[dict[str, Any]]]]:
    """The text of a card, and its buttons."""
    card = json.loads(content)
    text, rows = "", []
    for element in card["elements"]:
        if element["tag"] == "div":
            assert element["text"]["tag"] == "plain_text", "what a document says is no markup"
            text += element["text"]["content"]
        else:
            assert element["tag"] == "action"
            assert 0 < len(element["actions"]) <= 20
            rows.append(element["actions"])
    assert text, "an empty card"
    return text, rows
