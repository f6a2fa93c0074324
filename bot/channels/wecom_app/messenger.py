"""The 自建应用, put together."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from bot.channels.wecom_app.channel import NAME, WecomAppChannel
from bot.channels.wecom_app.settings import WecomAppSettings
from bot.messaging.client import Client
from bot.messaging.messenger import Finding, Probe
from bot.messaging.wechat import events
from bot.messaging.wechat.api import WechatApi
from bot.messaging.wechat.callback import Callback
from bot.messaging.wechat.crypto import Crypto
from bot.messaging.wechat.menu import set_menu
from bot.replies.texts import Texts
from bot.service.intake import Intake
from bot.service.journal import Raw
from bot.service.port import Incoming
from bot.store.keys import Delivery
from bot.store.store import to_json

PATH = "/callback/wecom"


class WecomApp:
    """The messenger."""

    def __init__(self, settings: WecomAppSettings, client: Client, words: Texts) -> None:
        credentials = {"corpid": settings.corp_id, "corpsecret": settings.secret}
        self._api = WechatApi(client, settings.url, "/cgi-bin/gettoken", credentials)
        self._agent_id = settings.agent_id
        self._words = words
        self.channel = WecomAppChannel(self._api, settings.agent_id)
        crypto = Crypto(settings.token, settings.aes_key, settings.corp_id)
        self._callback = Callback(PATH, crypto, self._received)
        self._intake: Intake | None = None

    @property
    def trouble(self) -> str:
        """What is wrong with its credentials."""
        return self._api.trouble

    def read(self, delivery: Delivery, text: str) -> Incoming | None:
        """What was journalled, as what came in."""
        return events.incoming(NAME, delivery, json.loads(text))

    def attach(self, intake: Intake) -> None:
        """Where it hands in what it receives."""
        self._intake = intake

    def routes(self) -> list[web.RouteDef]:
        """The callback."""
        return self._callback.routes()

    async def _received(self, fields: dict[str, str]) -> web.Response:
        assert self._intake is not None
        if "FromUserName" in fields and "MsgType" in fields:
            await self._intake.take([Raw(events.delivery_id(fields), to_json(fields), fields["FromUserName"])])
        return web.Response()  # empty: no answer here, and no need to come again

    def probe(self) -> Probe | None:
        """The address check."""
        return self._callback.probe()

    async def run(self) -> None:
        """Set the menu; the rest comes by itself."""
        await set_menu(self._api, self._words, agentid=self._agent_id)
        await asyncio.Event().wait()

    async def check(self) -> list[Finding]:
        """Get an access token; with it look at the application: that says whether this machine may call, too."""
        credentials = Finding(*await self._api.findings())
        if not credentials.good:
            return [credentials]
        query = {"agentid": self._agent_id}
        found = await self._api.tried("/cgi-bin/agent/get", "读到了应用，AgentId 对，出口 IP 可信", **query)
        return [credentials, Finding(*found)]
