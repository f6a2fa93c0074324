"""People who talk to the bot over the channel in memory, and what comes of it."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.days import BEIJING
from bot.operations.metrics import Metrics
from bot.service.intake import Intake
from bot.service.journal import Raw
from bot.service.limits import UserLimit
from bot.service.parts import Parts
from bot.service.port import Address, Capabilities
from bot.service.service import Service
from bot.service.staffroom import StaffRoom
from bot.serving.reply_cache import RecentReplies
from bot.staff.asker_hash import Askers
from bot.staff.hours import Hours
from bot.staff.roles import Role, Staff
from bot.store.store import Store
from tests.patience import PATIENCE
from tests.service.channel import WITH_BUTTONS, MemoryChannel, Shown

ROOM = "工作群"
STAFF = {"小王": Role.VIEWER, "老李": Role.ADMIN}


class Town:
    """A bot behind the port, on a real store."""

    def __init__(
        self,
        store: Store,
        replies: RecentReplies,
        can: Capabilities = WITH_BUTTONS,
        *,
        room: bool = True,
        limit: UserLimit | None = None,
        channel: MemoryChannel | None = None,
        now: Callable[[], datetime] = lambda: datetime(2025, 10, 13, 10, 0, tzinfo=BEIJING),
    ) -> None:
        """``channel``: that of an earlier run."""
        self.store = store
        self.words = replies.assistant.words
        self.metrics = Metrics()
        self.channel = channel or MemoryChannel(can)
        channels = {self.channel.name: self.channel}
        at = Address(self.channel.name, ROOM, place="group") if room else None
        self.room = StaffRoom(at, channels, store, self.words, Hours(), now)
        self.parts = Parts(
            store=store,
            askers=Askers(b"a key for tests only"),
            metrics=self.metrics,
            words=self.words,
            replies=replies,
            limit=limit or UserLimit(10_000),
            staff=Staff(more={(self.channel.name, name): role for name, role in STAFF.items()}),
            room=self.room,
            channels=channels,
            now=now,
        )
        self.intake = Intake(self.channel.name, self.channel.read, Service(self.parts), store, self.metrics)

    async def deliver(self, **said: Any) -> list[Shown]:
        """Something is delivered and answered; what was sent then."""
        before = len(self.channel.shown)
        await self.intake.take([self.raw(**said)])
        await self.intake.idle()
        return self.channel.shown[before:]

    def raw(self, **said: Any) -> Raw:
        """A delivery with an id of its own."""
        number = next(self.channel.numbers)
        said = {"message": f"q{number}"} | said
        return Raw(f"delivery-{number}", json.dumps(said, ensure_ascii=False), said["by"])

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what comes by itself."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.01)

    async def tell(self, text: str, by: str = "甲", **more: Any) -> list[Shown]:
        """In private."""
        return await self.deliver(**{"in": f"with-{by}", "by": by, "text": text} | more)

    async def press(self, under: Shown, label: str, by: str = "甲") -> list[Shown]:
        """Press the button whose label begins so."""
        data = under.button(label).data
        return await self.deliver(**{"in": under.conversation, "by": by, "press": data, "message": under.id})

    async def in_room(self, text: str, to: Shown | None = None, by: str = "小王", **more: Any) -> list[Shown]:
        """In the staff's group, as a reply to one of our messages."""
        quoted = {"quoted": {"text": to.text, "ours": True}} if to is not None else {}
        return await self.deliver(**{"in": ROOM, "by": by, "place": "group", "text": text} | quoted | more)


def texts(shown: list[Shown]) -> str:
    """What was said."""
    return "\n".join(one.text for one in shown)


def there(shown: list[Shown]) -> list[Shown]:
    """What went to the staff's group."""
    return [one for one in shown if one.conversation == ROOM]


def here(shown: list[Shown]) -> list[Shown]:
    """What went elsewhere."""
    return [one for one in shown if one.conversation != ROOM]


def numbered(shown: list[Shown]) -> dict[str, str]:
    """Label -> number, of what can be chosen by number."""
    found = itertools.chain.from_iterable(one.text.split("\n") for one in shown)
    pairs = (line.partition(". ") for line in found)
    return {label: number for number, dot, label in pairs if dot and number.isdigit()}
