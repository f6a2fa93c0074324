"""The stage of each messenger."""

from __future__ import annotations

from bot.channels.dingtalk.messenger import Dingtalk
from bot.channels.dingtalk.settings import DingtalkSettings
from bot.channels.feishu.messenger import Feishu
from bot.channels.feishu.settings import FeishuSettings
from bot.channels.wechat_mp.messenger import WechatMp
from bot.channels.wechat_mp.settings import WechatMpSettings
from bot.channels.wecom_app.messenger import WecomApp
from bot.channels.wecom_app.settings import WecomAppSettings
from bot.channels.wecom_bot.messenger import WecomBot
from bot.channels.wecom_bot.settings import WecomBotSettings
from bot.channels.wecom_kf.messenger import WecomKf
from bot.channels.wecom_kf.settings import WecomKfSettings
from bot.messaging.markdown import unescaped
from bot.messaging.messenger import Messenger
from bot.store.keys import Talk
from tests.channels.stage import Seen, Stage
from tests.standins import dingtalk, feishu
from tests.standins.dingtalk import DingTalk
from tests.standins.feishu import FeishuServer
from tests.standins.listening import until
from tests.standins.wechat import mp
from tests.standins.wechat.mp import Mp
from tests.standins.wecom import qyapi
from tests.standins.wecom.openws import BOT_ID, SECRET, OpenWs
from tests.standins.wecom.qyapi import QyApi


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


class CallbackStage(Stage):
    """Those that are called back."""

    groups = False
    quotes = False

    async def close(self) -> None:
        await self.standin.stop()
        assert self.standin.refusals == [], "nothing was sent that the platform refuses"

    async def served(self, url: str) -> None:
        self.standin.listens(url)

    async def attach(self, by: str, kind: str) -> None:
        await self.standin.say(by, MsgType={"photo": "image", "document": "file"}.get(kind, kind), MediaId="m")

    async def say(self, by: str, text: str, group: str = "", *, named: bool = True, quoted: str = "") -> str:
        assert await self.standin.say(by, text)
        return ""

    def seen(self) -> list[Seen]:
        return [Seen(one.to, one.text) for one in self.standin.shown]


class WecomAppStage(CallbackStage):
    """The 自建应用."""

    channel = "wecom_app"

    async def open(self) -> Messenger:
        if self.standin is None:
            self.standin = QyApi(quota=False)
            await self.standin.start()
        settings = WecomAppSettings(
            qyapi.CORP, qyapi.APP_SECRET, qyapi.AGENT, qyapi.APP_TOKEN, qyapi.APP_KEY, self.standin.url
        )
        return WecomApp(settings, self.client, self.words)


class WecomKfStage(CallbackStage):
    """微信客服."""

    channel = "wecom_kf"
    servicer = ""

    async def open(self) -> Messenger:
        if self.standin is None:
            self.standin = QyApi()
            await self.standin.start()
        settings = WecomKfSettings(
            qyapi.CORP, qyapi.KF_SECRET, qyapi.KF_TOKEN, qyapi.KF_KEY, self.standin.url, self.servicer
        )
        return WecomKf(settings, self.client, self.words)

    async def attach(self, by: str, kind: str) -> None:
        await self.standin.kf_say(by, msgtype={"photo": "image", "document": "file"}.get(kind, kind))

    async def say(self, by: str, text: str, group: str = "", *, named: bool = True, quoted: str = "") -> str:
        assert await self.standin.kf_say(by, text)
        return ""

    def talk(self, person: str) -> Talk:
        return Talk(self.channel, f"{qyapi.KF}/{person}", person)


class WechatMpStage(CallbackStage):
    """An Official Account that is verified."""

    channel = "wechat_mp"
    verified = True

    async def open(self) -> Messenger:
        if self.standin is None:
            self.standin = Mp(self.verified)
            await self.standin.start()
        settings = WechatMpSettings(mp.APP_ID, mp.SECRET, mp.TOKEN, mp.KEY, self.standin.url)
        return WechatMp(settings, self.client, self.words)


class DingtalkStage(Stage):
    """A DingTalk robot."""

    channel = "dingtalk"
    template = ""

    async def open(self) -> Messenger:
        if self.standin is None:
            self.standin = DingTalk()
            await self.standin.start()
        settings = DingtalkSettings(dingtalk.CLIENT_ID, dingtalk.SECRET, self.standin.url, self.template)
        self.bot = Dingtalk(settings, self.client, self.words)
        return self.bot

    async def close(self) -> None:
        await self.standin.stop()
        assert self.standin.refusals == [], "nothing was sent that DingTalk refuses"

    async def ready(self) -> None:
        await until(lambda: not self.bot.trouble, "the connection")

    async def say(self, by: str, text: str, group: str = "", *, named: bool = True, quoted: str = "") -> str:
        content: dict[str, object] = {"content": text}
        if quoted:
            content |= {"isReplyMsg": True, "repliedMsg": {"msgType": "text", "content": {"text": quoted}}}
        body = {"text": content} if quoted else {}
        return str(await self.standin.say(by, text, group, body=body))

    async def attach(self, by: str, kind: str) -> None:
        name = {"photo": "picture", "document": "file"}.get(kind, kind)
        await self.standin.say(by, body={"msgtype": name, "content": {"downloadCode": "d"}})

    def seen(self) -> list[Seen]:
        return [Seen(one.to, one.text) for one in self.standin.shown]


class DingtalkCardsStage(DingtalkStage):
    """A DingTalk robot that shows buttons."""

    buttons = True
    template = dingtalk.TEMPLATE

    async def press(self, by: str, under: Seen, label: str) -> None:
        shown = next(one for one in self.standin.shown if one.name == under.name)
        await self.standin.press(by, shown, label)

    def seen(self) -> list[Seen]:
        return [
            Seen(one.to, one.text, labels=tuple(button["text"] for button in one.buttons), name=one.name)
            for one in self.standin.shown
        ]


class FeishuStage(Stage):
    """A Feishu bot."""

    channel = "feishu"
    buttons = True

    async def open(self) -> Messenger:
        if self.standin is None:
            self.standin = FeishuServer(scale=0.01)
            await self.standin.start()
        settings = FeishuSettings(feishu.APP_ID, feishu.SECRET, feishu.KEY, feishu.TOKEN, self.standin.url)
        self.bot = Feishu(settings, self.client, self.words)
        return self.bot

    async def close(self) -> None:
        await self.standin.stop()
        assert self.standin.refusals == [], "nothing was sent that Feishu refuses"

    async def served(self, url: str) -> None:
        self.standin.listens(url)

    async def ready(self) -> None:
        await until(lambda: self.bot.channel.called == feishu.NAME, "who the bot is")

    async def say(self, by: str, text: str, group: str = "", *, named: bool = True, quoted: str = "") -> str:
        more = {}
        if quoted:
            more["parent_id"] = next(one.id for one in self.standin.shown if one.text == quoted)
        event = self.standin.message(by, text, group, named=named, **more)
        assert await self.standin.event("im.message.receive_v1", event)
        return str(event["message"]["message_id"])

    async def attach(self, by: str, kind: str) -> None:
        await self.standin.say(by, kind={"photo": "image", "voice": "audio", "document": "file"}[kind])

    async def press(self, by: str, under: Seen, label: str) -> None:
        shown = next(one for one in self.standin.shown if one.id == under.name)
        assert await self.standin.press(by, shown, label)

    def seen(self) -> list[Seen]:
        return [
            Seen(one.to, one.text, one.answers, tuple(b["text"]["content"] for row in one.rows for b in row), one.id)
            for one in self.standin.shown
        ]


_ALL: tuple[type[Stage], ...] = (
    WecomBotStage,
    WecomAppStage,
    WecomKfStage,
    WechatMpStage,
    DingtalkStage,
    FeishuStage,
)
STAGES: dict[str, type[Stage]] = {stage.channel: stage for stage in _ALL} | {"dingtalk with cards": DingtalkCardsStage}
