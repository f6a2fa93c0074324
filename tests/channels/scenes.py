"""What a process is set against: the stand-in of each messenger, the settings that lead to it, and people who ask."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from bot.messaging.markdown import unescaped
from tests.channels.stage import Seen
from tests.standins.wecom.openws import BOT_ID, SECRET, OpenWs


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


SCENES: dict[str, type[Scene]] = {scene.channel: scene for scene in (WecomBotScene,)}
