"""The Feishu bot, put together."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import secrets
import time
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.channels.feishu import incoming
from bot.channels.feishu.api import FeishuApi
from bot.channels.feishu.cards import text_of
from bot.channels.feishu.channel import FeishuChannel
from bot.channels.feishu.crypto import CryptoError, opened, sealed, signed
from bot.channels.feishu.incoming import ADDED, MENU, MESSAGE, PRESS, Reader
from bot.channels.feishu.settings import FeishuSettings
from bot.messaging.client import Client
from bot.messaging.messenger import Finding, Probe
from bot.messaging.remembered import Remembered
from bot.replies.texts import Texts
from bot.service.intake import Intake
from bot.service.journal import Raw
from bot.service.port import DisturbedError, Incoming, RefusedError
from bot.store.keys import Delivery
from bot.store.store import to_json

log = logging.getLogger(__name__)

PATH = "/callback/feishu"
TAKEN_WITHIN = 2.5
"""Seconds to journal; Feishu waits three, and comes again after 15 seconds, 5 minutes, 1 hour and 6 hours."""
QUOTED_WITHIN = 1.0
"""Seconds to look up the message that is replied to."""
OLD = 8 * 3600.0
"""Seconds by which a request may be old: more than the last time that Feishu comes again."""
ACTIVE = 2
"""Of a robot: switched on."""
_KNOWN = (MESSAGE, PRESS, ADDED, MENU)


class Feishu:
    """The messenger."""

    def __init__(self, settings: FeishuSettings, client: Client, words: Texts) -> None:  # noqa: ARG002  as all are made
        self._settings = settings
        self._api = FeishuApi(settings, client)
        self._sent = Remembered()
        self.channel = FeishuChannel(self._api, self._sent)
        self._reader = Reader(self._sent)
        self._intake: Intake | None = None

    @property
    def trouble(self) -> str:
        """What is wrong with its credentials."""
        return self._api.trouble

    def read(self, delivery: Delivery, text: str) -> Incoming | None:
        """What was journalled, as what came in."""
        return self._reader.read(delivery, text)

    def attach(self, intake: Intake) -> None:
        """Where it hands in what it receives."""
        self._intake = intake

    def routes(self) -> list[web.RouteDef]:
        """The callback, for events and for cards alike."""
        return [web.post(PATH, self.take)]

    # -- receiving -----------------------------------------------------------------------------------------------------

    async def take(self, request: web.Request) -> web.Response:
        """One event; 200 says that it is journalled."""
        raw = await request.read()
        try:
            event = self._opened(raw)
        except CryptoError as error:
            return _refused(request, str(error))
        if event.get("type") == "url_verification":
            return self._challenged(request, event)
        header = event.get("header")
        if not isinstance(header, dict) or not self._genuine(request, raw, header):
            return _refused(request, "signature, token or age")
        if header.get("event_type") not in _KNOWN:
            return web.json_response({})
        try:
            return await asyncio.wait_for(self._received(event, header), TAKEN_WITHIN)
        except TimeoutError:
            return web.Response(status=503, text="try again")

    def _challenged(self, request: web.Request, event: dict[str, Any]) -> web.Response:
        """The answer to the check of the address."""
        if not hmac.compare_digest(str(event.get("token", "")).encode(), self._settings.token.encode()):
            return _refused(request, "token")
        log.info("callback_checked", extra={"path": PATH})
        return web.json_response({"challenge": event.get("challenge", "")})

    def _opened(self, raw: bytes) -> dict[str, Any]:
        try:
            body = json.loads(raw)
            inner = json.loads(opened(str(body["encrypt"]), self._settings.encrypt_key))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise CryptoError("not an encrypted event") from error
        if not isinstance(inner, dict):
            raise CryptoError("not an event")
        return inner

    def _genuine(self, request: web.Request, raw: bytes, header: dict[str, Any]) -> bool:
        """Signed over the bytes as they came, for this application, and not from long ago."""
        stamp, nonce = (request.headers.get(f"X-Lark-Request-{name}", "") for name in ("Timestamp", "Nonce"))
        signature = request.headers.get("X-Lark-Signature", "")
        if not signed(signature, stamp, nonce, self._settings.encrypt_key, raw):
            return False
        fresh = stamp.isascii() and stamp.isdigit() and abs(time.time() - int(stamp)) < OLD
        return fresh and hmac.compare_digest(str(header.get("token", "")).encode(), self._settings.token.encode())

    async def _received(self, event: dict[str, Any], header: dict[str, Any]) -> web.Response:
        assert self._intake is not None
        try:
            name, person = incoming.delivery_id(event), incoming.person_of(event)
        except (KeyError, TypeError):
            log.warning("feishu_event_unreadable", extra={"event_type": header.get("event_type")})
            return web.json_response({})
        pressed = header["event_type"] == PRESS
        kept = {"event": event, "quoted": None if pressed else await self._quoted(event)}
        if pressed:
            self.channel.expect(str(header["event_id"]))
        await self._intake.take([Raw(name, to_json(kept), person)])
        text = await self.channel.toast(str(header["event_id"])) if pressed else ""
        return web.json_response({"toast": {"type": "info", "content": text}} if text else {})

    async def _quoted(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """The message that is replied to: what it says, and whether it is ours."""
        name = str(event["event"].get("message", {}).get("parent_id") or "")
        known = self._sent.get(name)
        if not name or known is not None:
            return {"text": known.page, "ours": True} if known is not None else None
        try:
            path = f"/open-apis/im/v1/messages/{quote(name, safe='')}"
            answer = await asyncio.wait_for(self._api.call("messages/get", "GET", path), QUOTED_WITHIN)
            item = answer["items"][0]
            ours = item["sender"].get("id") == self._settings.app_id
            return {"text": text_of(item["body"]["content"]), "ours": ours}
        except (TimeoutError, RefusedError, DisturbedError, KeyError, IndexError, TypeError) as error:
            log.info("quoted_not_known", extra={"reason": type(error).__name__})
            return None

    # -- all the time --------------------------------------------------------------------------------------------------

    def probe(self) -> Probe | None:
        """The challenge, which Feishu sends when the address is saved."""
        word = secrets.token_hex(8)
        event = {"type": "url_verification", "token": self._settings.token, "challenge": word}
        body = {"encrypt": sealed(json.dumps(event).encode(), self._settings.encrypt_key)}
        return Probe(PATH, json.dumps({"challenge": word}).encode(), body=json.dumps(body).encode())

    async def run(self) -> None:
        """Learn who the bot is; the rest comes by itself."""
        pause = 1.0
        while not self._reader.me:
            try:
                me = await self._api.call("bot/info", "GET", "/open-apis/bot/v3/info")
                self._reader.me = str(me["open_id"])
                self.channel.called = str(me.get("app_name") or self.channel.called)
            except (RefusedError, DisturbedError, KeyError) as error:
                log.warning("feishu_name_unknown", extra={"reason": str(error), "next_try_seconds": pause})
                await asyncio.sleep(pause)
                pause = min(pause * 2, 60.0)
        await asyncio.Event().wait()

    async def check(self) -> list[Finding]:
        """Get a token, and look whether the application is a robot that is switched on."""
        _, answer = await self._api.fetched()
        if answer.get("tenant_access_token"):
            return [Finding(True, "取到了 tenant_access_token，App ID 和 App Secret 都对"), await self._robot()]
        told = f"取不到 tenant_access_token：{answer.get('code')} {answer.get('msg', '')}"[:200]
        return [Finding(False, told, "请核对 FEISHU_APP_ID、FEISHU_APP_SECRET，应用要启用")]

    async def _robot(self) -> Finding:
        remedy = "在开放平台添加应用能力「机器人」，创建版本并发布，由管理员启用"
        try:
            me = await self._api.call("bot/info", "GET", "/open-apis/bot/v3/info")
        except RefusedError as error:
            return Finding(False, f"读不到机器人：{error}", remedy)
        if me.get("activate_status", ACTIVE) != ACTIVE:
            return Finding(False, f"机器人没有启用（activate_status {me['activate_status']}）", remedy)
        return Finding(True, f"机器人「{me.get('app_name', '')}」启用了")


def _refused(request: web.Request, reason: str) -> web.Response:
    log.warning("callback_refused", extra={"path": request.path, "peer": request.remote, "reason": reason})
    return web.Response(status=403)
