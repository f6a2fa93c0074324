"""A messenger at work against its stand-in, over real HTTP or WebSocket, in the test's own loop; the staff sits in the
channel in memory.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from bot.days import BEIJING
from bot.hosting import listener
from bot.messaging.client import Client
from bot.messaging.listening import listen
from bot.messaging.messenger import Messenger
from bot.messaging.plain import without_number
from bot.operations.metrics import Metrics
from bot.service.intake import Intake
from bot.service.journal import Raw
from bot.service.limits import UserLimit
from bot.service.parts import Parts
from bot.service.port import Address
from bot.service.service import Service
from bot.service.staffroom import StaffRoom
from bot.serving.reply_cache import RecentReplies
from bot.staff.asker_hash import Askers
from bot.staff.hours import Hours
from bot.staff.roles import Role, Staff
from bot.store.keys import Talk
from bot.store.store import Store
from tests.patience import PATIENCE
from tests.service.channel import MemoryChannel
from tests.service.town import ROOM, STAFF

_NUMBERS = itertools.count(1)


@dataclass
class Seen:
    """A message as somebody sees it."""

    conversation: str
    text: str
    answers: str = ""
    labels: tuple[str, ...] = ()
    name: str = ""


class Stage(ABC):
    """A bot in one messenger."""

    channel: ClassVar[str]
    groups: ClassVar[bool] = True
    """Whether there are groups."""
    quotes: ClassVar[bool] = True
    """Whether a reply shows what it replies to."""
    buttons: ClassVar[bool] = False

    def __init__(self, store: Store, recent: RecentReplies, limit: UserLimit | None = None) -> None:
        self.store = store
        self.recent = recent
        self.words = recent.assistant.words
        self.client = Client()
        self.memory = MemoryChannel()
        self._limit = limit or UserLimit(10_000)
        self._given = 0
        self._listening: Any = None
        self._task: asyncio.Task[None] | None = None
        self.standin: Any = None

    # -- what each messenger is ----------------------------------------------------------------------------------------

    @abstractmethod
    async def open(self) -> Messenger:
        """Start the stand-in, unless it runs; gives the messenger that talks to it."""

    @abstractmethod
    async def close(self) -> None:
        """Stop the stand-in."""

    async def served(self, url: str) -> None:  # noqa: B027
        """Callbacks are listened for there."""

    async def ready(self) -> None:  # noqa: B027
        """Wait until it is connected."""

    @abstractmethod
    async def say(self, by: str, text: str, group: str = "", *, named: bool = True, quoted: str = "") -> str:
        """Somebody writes; gives the message's id."""

    @abstractmethod
    async def attach(self, by: str, kind: str) -> None:
        """Somebody sends a photo, a voice message or a file."""

    @abstractmethod
    def seen(self) -> list[Seen]:
        """All that was sent, in order; what replaced something stands in its place."""

    def talk(self, person: str) -> Talk:
        """The person's conversation in private, as it is stored."""
        return Talk(self.channel, person, person)

    async def press(self, by: str, under: Seen, label: str) -> None:
        """Somebody presses the button whose label begins so."""
        raise NotImplementedError

    # -- life ----------------------------------------------------------------------------------------------------------

    async def start(self, before: Callable[[Stage], None] | None = None) -> None:
        """Start all. ``before``: called when all is made and nothing runs."""
        self.messenger = await self.open()
        channels = {self.channel: self.messenger.channel, "memory": self.memory}
        now = lambda: datetime(2025, 10, 13, 10, 0, tzinfo=BEIJING)  # noqa: E731
        self.room = StaffRoom(Address("memory", ROOM, place="group"), channels, self.store, self.words, Hours(), now)
        more: dict[tuple[str, str], Role] = {(self.channel, name): role for name, role in STAFF.items()}
        more |= {("memory", name): role for name, role in STAFF.items()}
        self.parts = Parts(
            store=self.store,
            askers=Askers(b"a key for tests only"),
            metrics=Metrics(),
            words=self.words,
            replies=self.recent,
            limit=self._limit,
            staff=Staff(more=more),
            room=self.room,
            channels=channels,
            now=now,
        )
        service = Service(self.parts)
        self.intake = Intake(self.channel, self.messenger.read, service, self.store, self.parts.metrics)
        self.staff_intake = Intake("memory", self.memory.read, service, self.store, self.parts.metrics)
        self.messenger.attach(self.intake)
        if before is not None:
            before(self)
        self.recovered = await self.intake.recover()
        self._given = await self._dealt_with()
        if self.messenger.routes():
            self._listening = await listen(listener.application([self.messenger]), "127.0.0.1", 0)
            await self.served(f"http://127.0.0.1:{self._listening.port}")
        self._task = asyncio.create_task(self.messenger.run())
        await self.ready()

    async def again(self) -> None:
        """The bot starts anew on the same store; the stand-in stays."""
        standin = self.standin
        await self._end()
        self.client = Client()
        self.standin = standin
        await self.start()

    async def _end(self) -> None:
        """As a process that is killed."""
        for task in list(self.intake._tasks):
            task.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._listening is not None:
            await self._listening.close()
        await self.client.close()

    async def stop(self) -> None:
        """Stop all but the store."""
        await self.intake.stop(PATIENCE)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._listening is not None:
            await self._listening.close()
        await self.client.close()
        await self.close()

    # -- what people do ------------------------------------------------------------------------------------------------

    async def _dealt_with(self) -> int:
        counts = await self.store.counts()
        return counts.get("done", 0) + counts.get("aside", 0)

    async def settle(self, more: int = 1) -> None:
        """Wait until so many more deliveries were dealt with."""
        self._given += more
        async with asyncio.timeout(PATIENCE):
            while await self._dealt_with() < self._given:
                await asyncio.sleep(0.01)
            await self.intake.idle()

    async def tell(self, text: str, by: str = "甲", group: str = "", **more: Any) -> list[Seen]:
        """Somebody writes, and is answered; what was sent then."""
        before = len(self.seen())
        await self.say(by, text, group, **more)
        await self.settle()
        return self.seen()[before:]

    async def choose(self, shown: list[Seen], label: str, by: str = "甲") -> list[Seen]:
        """Somebody chooses what begins so, by button or by number; what was sent or changed then."""
        before = self.seen()
        if self.buttons:
            await self.press(by, next(one for one in reversed(shown) if _labelled(one, label)), label)
        else:
            await self.say(by, numbered(shown)[label])
        await self.settle()
        return [one for n, one in enumerate(self.seen()) if n >= len(before) or one != before[n]]

    async def in_room(self, text: str, to: str, by: str = "小王") -> list[Seen]:
        """In the staff's group, as a reply; what went to the messenger then."""
        before, number = len(self.seen()), next(_NUMBERS)
        said = {"in": ROOM, "by": by, "place": "group", "text": text, "quoted": {"text": to, "ours": True}}
        raw = Raw(f"staff-{number}", json.dumps(said | {"message": f"w{number}"}, ensure_ascii=False), by)
        await self.staff_intake.take([raw])
        await self.staff_intake.idle()
        await self.settle()
        return self.seen()[before:]


def _labelled(one: Seen, label: str) -> bool:
    return any(its.startswith(label) for its in one.labels)


def texts(shown: list[Seen]) -> str:
    """What was said, without the numbers of parts."""
    return "\n".join(without_number(one.text) for one in shown)


def numbered(shown: list[Seen]) -> dict[str, str]:
    """Label -> number, of what can be chosen by number."""
    lines = itertools.chain.from_iterable(one.text.split("\n") for one in shown)
    pairs = (line.partition(". ") for line in lines)
    return {label: number for number, dot, label in pairs if dot and number.isdigit()}


def labels(shown: list[Seen]) -> list[str]:
    """What can be chosen, by button or by number."""
    return [*numbered(shown), *(label for one in shown for label in one.labels)]
