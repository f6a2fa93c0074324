"""The Official Account, put together."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time

from aiohttp import web

from bot.channels.wechat_mp.channel import NAME, WechatMpChannel
from bot.channels.wechat_mp.passive import Passive
from bot.channels.wechat_mp.settings import WechatMpSettings
from bot.messaging.client import Client
from bot.messaging.messenger import Finding, Probe
from bot.messaging.wechat import events
from bot.messaging.wechat.api import WechatApi
from bot.messaging.wechat.callback import ANSWER_WITHIN, Callback
from bot.messaging.wechat.crypto import Crypto
from bot.messaging.wechat.menu import set_menu
from bot.messaging.wechat.xmlbody import written
from bot.replies.texts import Texts
from bot.service.intake import Intake
from bot.service.journal import Raw
from bot.service.port import Incoming
from bot.store.keys import Delivery
from bot.store.store import to_json

log = logging.getLogger(__name__)

PATH = "/callback/wechat"
PASSIVE_WITHIN = ANSWER_WITHIN - 0.5
"""Seconds to wait for an answer before something else is said."""


class WechatMp:
    """The messenger."""

    def __init__(self, settings: WechatMpSettings, client: Client, words: Texts) -> None:
        credentials = {"grant_type": "client_credential", "appid": settings.app_id, "secret": settings.secret}
        self._api = WechatApi(client, settings.url, "/cgi-bin/token", credentials)
        self._words = words
        self._page = settings.page
        self._passive = Passive()
        self.channel = WechatMpChannel(self._api, self._passive)
        self._crypto = Crypto(settings.token, settings.aes_key, settings.app_id)
        self._callback = Callback(PATH, self._crypto, self._received)
        self._intake: Intake | None = None

    @property
    def trouble(self) -> str:
        """What is wrong with its credentials."""
        return self._api.trouble

    def read(self, delivery: Delivery, text: str) -> Incoming | None:
        """What was journalled, as what came in."""
        incoming = events.incoming(NAME, delivery, json.loads(text))
        if incoming is None:
            self._passive.settle(delivery.id)
        return incoming

    def attach(self, intake: Intake) -> None:
        """Where it hands in what it receives."""
        self._intake = intake
        intake.after = lambda delivery: self._passive.settle(delivery.id)  # what gets no answer is not waited for

    def routes(self) -> list[web.RouteDef]:
        """The callback; its address is checked without encryption."""
        return [web.get(PATH, self._check, allow_head=False), web.post(PATH, self._callback.take)]

    async def _check(self, request: web.Request) -> web.Response:
        query = request.query
        if not self._crypto.signed(query.get("signature", ""), query.get("timestamp", ""), query.get("nonce", "")):
            log.warning("callback_refused", extra={"path": PATH, "peer": request.remote, "reason": "wrong signature"})
            return web.Response(status=403)
        log.info("callback_checked", extra={"path": PATH})
        return web.Response(text=query.get("echostr", ""))

    async def _received(self, fields: dict[str, str]) -> web.Response:
        assert self._intake is not None
        if "FromUserName" not in fields or "MsgType" not in fields:
            return web.Response(text="success")
        began, name = time.monotonic(), events.delivery_id(fields)
        await self._intake.take([Raw(name, to_json(fields), fields["FromUserName"])])
        if self.channel.customer:
            return web.Response(text="success")
        left = PASSIVE_WITHIN - (time.monotonic() - began)
        answer = await self._passive.answer_to(name, max(0.0, left))
        if answer is None:
            answer = "\n".join(filter(None, [self._words("messenger.slow"), self._page]))
        return self._answered(fields, answer) if answer else web.Response(text="success")

    def _answered(self, fields: dict[str, str], text: str) -> web.Response:
        now = int(time.time())
        inside = written(
            {
                "ToUserName": fields["FromUserName"],
                "FromUserName": fields.get("ToUserName", ""),
                "CreateTime": now,
                "MsgType": "text",
                "Content": text,
            }
        )
        sealed, nonce = self._crypto.sealed(inside.encode()), str(now % 1_000_000_007)
        signature = self._crypto.signature(str(now), nonce, sealed)
        body = written({"Encrypt": sealed, "MsgSignature": signature, "TimeStamp": now, "Nonce": nonce})
        return web.Response(text=body, content_type="application/xml")

    def probe(self) -> Probe | None:
        """The address check, which is not encrypted here."""
        word, stamp, nonce = secrets.token_hex(8), str(int(time.time())), secrets.token_hex(5)
        query = {"timestamp": stamp, "nonce": nonce, "echostr": word}
        return Probe(PATH, word.encode(), query | {"signature": self._crypto.signature(stamp, nonce)})

    async def run(self) -> None:
        """Set the menu; the rest comes by itself."""
        await set_menu(self._api, self._words)
        await asyncio.Event().wait()

    async def check(self) -> list[Finding]:
        """Get an access token."""
        return [Finding(*await self._api.findings())]
