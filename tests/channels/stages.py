"""The stage of each messenger."""

from __future__ import annotations

from bot.channels.wecom_bot.messenger import WecomBot
from bot.channels.wecom_bot.settings import WecomBotSettings
from bot.messaging.markdown import unescaped
from bot.messaging.messenger import Messenger
from tests.channels.stage import Seen, Stage
from tests.standins.listening import until
from tests.standins.wecom.openws import BOT_ID, SECRET, OpenWs


class WecomBotStage(Stage):
    """The 智能机器人."""

    channel = "wecom_bot"

    async def open(self) -> Messenger:
        if self.standin is None:
            self.standin = OpenWs(quota=False)
            await self.standin.start()
        self.bot = WecomBot(WecomBotSettings(BOT_ID, SECRET, self.standin.ws_url), self.client, self.words)
        return self.bot

    async def close(self) -> None:
        await self.standin.stop()
        assert self.standin.refusals == [], "nothing was sent that WeCom refuses"

    async def ready(self) -> None:
        await until(lambda: not self.bot.trouble, "the subscription")

    async def say(self, by: str, text: str, group: str = "", *, named: bool = True, quoted: str = "") -> str:
        assert named, "what doesn't name the bot is not delivered"
        more = {"quote": {"msgtype": "text", "text": {"content": quoted}}} if quoted else {}
        return str(await self.standin.say(by, text, group, **more))

    async def attach(self, by: str, kind: str) -> None:
        name = {"photo": "image", "document": "file"}.get(kind, kind)
        await self.standin.say(by, "", msgtype=name, **{name: {"url": "https://example.invalid/x", "aeskey": "k"}})

    def seen(self) -> list[Seen]:
        return [Seen(one.conversation, unescaped(one.text), one.answers) for one in self.standin.shown]


STAGES: dict[str, type[Stage]] = {stage.channel: stage for stage in (WecomBotStage,)}
