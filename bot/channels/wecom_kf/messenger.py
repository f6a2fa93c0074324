"""微信客服, put together."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from bot.channels.wecom_kf import incoming
from bot.channels.wecom_kf.channel import WecomKfChannel
from bot.channels.wecom_kf.reading import Account, known
from bot.channels.wecom_kf.seats import Seats
from bot.channels.wecom_kf.settings import WecomKfSettings
from bot.messaging.client import Client
from bot.messaging.messenger import Finding, Probe
from bot.messaging.wechat.api import WechatApi
from bot.messaging.wechat.callback import Callback
from bot.messaging.wechat.crypto import Crypto
from bot.replies.texts import Texts
from bot.service.intake import Intake
from bot.service.port import Incoming
from bot.store.keys import Delivery
from bot.store.store import Store

log = logging.getLogger(__name__)

PATH = "/callback/kf"


class WecomKf:
    """The messenger."""

    def __init__(self, settings: WecomKfSettings, client: Client, words: Texts) -> None:
        credentials = {"corpid": settings.corp_id, "corpsecret": settings.secret}
        self._api = WechatApi(client, settings.url, "/cgi-bin/gettoken", credentials)
        self._seats = Seats(self._api, settings.servicer, words)
        self.channel = WecomKfChannel(self._api)
        self._callback = Callback(PATH, Crypto(settings.token, settings.aes_key, settings.corp_id), self._received)
        self._intake: Intake | None = None
        self._store: Store | None = None
        self._accounts: dict[str, Account] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def trouble(self) -> str:
        """What is wrong with its credentials."""
        return self._api.trouble

    def read(self, delivery: Delivery, text: str) -> Incoming | None:
        """What was journalled, as what came in."""
        return incoming.read(self.channel, delivery, text)

    def attach(self, intake: Intake) -> None:
        """Where it hands in what it receives."""
        self._intake, self._store = intake, intake.store

    def routes(self) -> list[web.RouteDef]:
        """The callback."""
        return self._callback.routes()

    async def _received(self, fields: dict[str, str]) -> web.Response:
        kf = fields.get("OpenKfId", "")
        if fields.get("Event") == "kf_msg_or_event" and kf:
            account = self._account(kf)
            await account.heard()
            account.read_soon(fields.get("Token", ""))
        return web.Response()

    def _account(self, kf: str) -> Account:
        account = self._accounts.get(kf)
        if account is None:
            assert self._intake is not None
            assert self._store is not None
            account = self._accounts[kf] = Account(kf, self._api, self._intake, self._store, self._seats)
            task = asyncio.create_task(account.run())
            self._tasks.add(task)
            task.add_done_callback(self._ended)
        return account

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("kf_reading_failed", exc_info=task.exception())

    def probe(self) -> Probe | None:
        """The address check."""
        return self._callback.probe()

    async def run(self) -> None:
        """Read what came while nobody listened; then what callbacks tell of."""
        assert self._store is not None
        try:
            for kf in await self._store.look(known):
                self._account(kf).read_soon()
            await asyncio.Event().wait()
        finally:
            for task in self._tasks:
                task.cancel()

    async def check(self) -> list[Finding]:
        """Get an access token; with it look at the accounts: that says whether the application may see to them."""
        credentials = Finding(*await self._api.findings())
        if not credentials.good:
            return [credentials]
        body = {"offset": 0, "limit": 100}
        found = await self._api.tried("/cgi-bin/kf/account/list", "读到了客服帐号，这个 Secret 能管微信客服", body)
        return [credentials, Finding(*found)]
