"""The DingTalk robot, put together."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from aiohttp import web

from bot.channels.dingtalk import incoming
from bot.channels.dingtalk.channel import DingtalkChannel
from bot.channels.dingtalk.incoming import Reader, Sessions
from bot.channels.dingtalk.settings import DingtalkSettings
from bot.channels.dingtalk.stream import DeniedError, Frame, Stream
from bot.messaging.client import Client
from bot.messaging.messenger import Finding, Probe
from bot.messaging.quoting import Ours
from bot.messaging.remembered import Remembered
from bot.replies.texts import Texts
from bot.service.intake import Intake
from bot.service.journal import Raw
from bot.service.port import DisturbedError, Incoming, RefusedError
from bot.store.keys import Delivery

log = logging.getLogger(__name__)


class Dingtalk:
    """The messenger."""

    def __init__(self, settings: DingtalkSettings, client: Client, words: Texts) -> None:
        sessions, sent = Sessions(), Remembered()
        self.channel = DingtalkChannel(settings, client, sessions, sent, words)
        self.stream = Stream(settings, client, self._received)
        self._reader = Reader(sessions, sent, Ours(words))
        self._intake: Intake | None = None

    @property
    def trouble(self) -> str:
        """What is wrong with the connection."""
        return self.stream.trouble

    def read(self, delivery: Delivery, text: str) -> Incoming | None:
        """What was journalled, as what came in."""
        return self._reader.read(delivery, text)

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
        """Stay connected."""
        await self.stream.run()

    async def _received(self, frames: Sequence[Frame]) -> None:
        assert self._intake is not None
        raws: list[Raw] = []
        for frame in frames:
            try:
                raws.append(incoming.raw(frame))
            except (KeyError, ValueError, TypeError):
                log.warning("dingtalk_frame_unreadable", extra={"characters": len(str(frame.get("data", "")))})
        await self._intake.take(raws)

    async def check(self) -> list[Finding]:
        """Get a ticket, and don't use it: nothing that is connected is disturbed."""
        try:
            await self.stream.ticket()
        except DeniedError as error:
            remedy = "请核对 DINGTALK_CLIENT_ID、DINGTALK_CLIENT_SECRET；应用要已发布，机器人要选 Stream 模式"
            return [Finding(False, f"钉钉不给连接的票：{error}", remedy)]
        return [Finding(True, "取到了连接的票，Client ID 和 Secret 都对"), await self._calls()]

    async def _calls(self) -> Finding:
        """Whether an access token is given, with which answers after a session and cards are sent."""
        try:
            await self.channel.token()
        except (DisturbedError, RefusedError) as error:
            return Finding(False, f"取不到 access_token：{error}", "请核对 DINGTALK_CLIENT_ID、DINGTALK_CLIENT_SECRET")
        return Finding(True, "取到了 access_token；发消息的权限要第一次发才看得出，见 OPERATING.md 的「钉钉」")
