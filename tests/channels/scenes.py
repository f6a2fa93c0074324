"""What a process is set against: the stand-in of each messenger, the settings that lead to it, and people who ask."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from bot.messaging.markdown import unescaped
from tests.channels.stage import Seen
from tests.standins import dingtalk, feishu
from tests.standins.dingtalk import DingTalk
from tests.standins.feishu import FeishuServer
from tests.standins.wechat import mp
from tests.standins.wechat.mp import Mp
from tests.standins.wecom import qyapi
from tests.standins.wecom.openws import BOT_ID, SECRET, OpenWs
from tests.standins.wecom.qyapi import QyApi


class Scene(ABC):
    """One messenger."""

    channel: ClassVar[str]
    secrets: ClassVar[tuple[str, ...]] = ()
    """What must not be in the log."""

    def __init__(self) -> None:
        self.standin: Any = None

    @abstractmethod
    async def open(self, url: str) -> dict[str, str]:
        """Start the stand-in; ``url``: where callbacks are listened for. Gives the settings of the channel."""

    @abstractmethod
    async def ask(self, by: str, text: str) -> bool:
        """Somebody writes; False when the platform gave up delivering it, as it does when nobody answers."""

    @abstractmethod
    def seen(self) -> list[Seen]:
        """All that was sent."""

    @property
    def refusals(self) -> list[Any]:
        """What was sent that the platform refuses."""
        return list(self.standin.refusals)

    def disturb(self) -> None:  # noqa: B027
        """Something goes wrong with the next call."""


class WecomBotScene(Scene):
    """The 智能机器人."""

    channel = "wecom_bot"
    secrets = (SECRET,)

    async def open(self, url: str) -> dict[str, str]:
        self.standin = OpenWs(quota=False)
        await self.standin.start()
        return {"WECOM_BOT_ID": BOT_ID, "WECOM_BOT_SECRET": SECRET, "WECOM_BOT_WS_URL": self.standin.ws_url}

    async def ask(self, by: str, text: str) -> bool:
        await self.standin.say(by, text)
        return True

    def seen(self) -> list[Seen]:
        return [Seen(one.conversation, unescaped(one.text), one.answers) for one in self.standin.shown if one.finished]

    def disturb(self) -> None:
        self.standin.faults.codes.append(("aibot_respond_msg", 846609))


class WecomAppScene(Scene):
    """The 自建应用."""

    channel = "wecom_app"
    secrets = (qyapi.APP_SECRET, qyapi.APP_TOKEN, qyapi.APP_KEY)

    async def open(self, url: str) -> dict[str, str]:
        if self.standin is None:  # else it is the one of 微信客服, too
            self.standin = QyApi(quota=False)
            await self.standin.start()
        self.standin.listens(url)
        return {
            "WECOM_APP_CORP_ID": qyapi.CORP,
            "WECOM_APP_SECRET": qyapi.APP_SECRET,
            "WECOM_APP_AGENT_ID": str(qyapi.AGENT),
            "WECOM_APP_TOKEN": qyapi.APP_TOKEN,
            "WECOM_APP_AES_KEY": qyapi.APP_KEY,
            "WECOM_API_URL": self.standin.url,
        }

    async def ask(self, by: str, text: str) -> bool:
        return bool(await self.standin.say(by, text))

    def seen(self) -> list[Seen]:
        return [Seen(one.to, one.text) for one in self.standin.shown if not one.kf]

    def disturb(self) -> None:
        self.standin.codes.append(("/cgi-bin/message/send", 42001))


class WecomKfScene(Scene):
    """微信客服; the same platform as the 自建应用's, so that both can be served at once."""

    channel = "wecom_kf"
    secrets = (qyapi.KF_SECRET, qyapi.KF_TOKEN, qyapi.KF_KEY)

    async def open(self, url: str) -> dict[str, str]:
        if self.standin is None:
            self.standin = QyApi(quota=False)  # more is asked than anybody asks while a bot starts anew
            await self.standin.start()
        self.standin.listens(url)
        return {
            "WECOM_APP_CORP_ID": qyapi.CORP,
            "WECOM_KF_SECRET": qyapi.KF_SECRET,
            "WECOM_KF_TOKEN": qyapi.KF_TOKEN,
            "WECOM_KF_AES_KEY": qyapi.KF_KEY,
            "WECOM_API_URL": self.standin.url,
        }

    async def ask(self, by: str, text: str) -> bool:
        await self.standin.kf_say(by, text)
        return True  # what a callback does not tell of is there to be read all the same

    def seen(self) -> list[Seen]:
        return [Seen(one.to, one.text) for one in self.standin.shown if one.kf]

    def disturb(self) -> None:
        self.standin.codes.append(("/cgi-bin/kf/sync_msg", 42001))


class WechatMpScene(Scene):
    """An Official Account that is verified."""

    channel = "wechat_mp"
    secrets = (mp.SECRET, mp.TOKEN, mp.KEY)

    async def open(self, url: str) -> dict[str, str]:
        self.standin = Mp()
        await self.standin.start()
        self.standin.listens(url)
        return {
            "WECHAT_MP_APP_ID": mp.APP_ID,
            "WECHAT_MP_SECRET": mp.SECRET,
            "WECHAT_MP_TOKEN": mp.TOKEN,
            "WECHAT_MP_AES_KEY": mp.KEY,
            "WECHAT_API_URL": self.standin.url,
        }

    async def ask(self, by: str, text: str) -> bool:
        return bool(await self.standin.say(by, text))

    def seen(self) -> list[Seen]:
        return [Seen(one.to, one.text) for one in self.standin.shown]

    def disturb(self) -> None:
        self.standin.codes.append(("/cgi-bin/message/custom/send", 42001))


class DingtalkScene(Scene):
    """A DingTalk robot."""

    channel = "dingtalk"
    secrets = (dingtalk.SECRET,)

    async def open(self, url: str) -> dict[str, str]:
        self.standin = DingTalk(again=3.0)
        await self.standin.start()
        return {
            "DINGTALK_CLIENT_ID": dingtalk.CLIENT_ID,
            "DINGTALK_CLIENT_SECRET": dingtalk.SECRET,
            "DINGTALK_API_URL": self.standin.url,
        }

    async def ask(self, by: str, text: str) -> bool:
        await self.standin.say(by, text)
        return True

    def seen(self) -> list[Seen]:
        return [Seen(one.to, one.text) for one in self.standin.shown]

    def disturb(self) -> None:
        self.standin.codes.append(("session", 300001))


class FeishuScene(Scene):
    """A Feishu bot."""

    channel = "feishu"
    secrets = (feishu.SECRET, feishu.KEY, feishu.TOKEN)

    async def open(self, url: str) -> dict[str, str]:
        self.standin = FeishuServer(scale=0.15)
        await self.standin.start()
        self.standin.listens(url)
        return {
            "FEISHU_APP_ID": feishu.APP_ID,
            "FEISHU_APP_SECRET": feishu.SECRET,
            "FEISHU_ENCRYPT_KEY": feishu.KEY,
            "FEISHU_VERIFICATION_TOKEN": feishu.TOKEN,
            "FEISHU_API_URL": self.standin.url,
        }

    async def ask(self, by: str, text: str) -> bool:
        return bool(await self.standin.say(by, text))

    def seen(self) -> list[Seen]:
        return [Seen(one.to, one.text, one.answers) for one in self.standin.shown]

    def disturb(self) -> None:
        self.standin.codes.append(("reply", 99991663))


SCENES: dict[str, type[Scene]] = {
    scene.channel: scene
    for scene in (WecomBotScene, WecomAppScene, WecomKfScene, WechatMpScene, DingtalkScene, FeishuScene)
}
