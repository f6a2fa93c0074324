"""The commands of `chat`, such as /list: the service's own, on a channel that is this terminal. Nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from bot.cli.terminal import shown
from bot.days import BEIJING
from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, Reply, Say
from bot.operations.metrics import Metrics
from bot.service.commands import typed
from bot.service.limits import UserLimit
from bot.service.off import OffSwitch
from bot.service.parts import Parts
from bot.service.port import Address, Capabilities, Channel, Content, File, GoneError, Incoming, Line, Rows, Sent
from bot.service.pressing import number_in
from bot.service.service import Service
from bot.service.staffroom import StaffRoom
from bot.service.turns import Turns
from bot.serving.reply_cache import RecentReplies
from bot.staff.asker_hash import Askers
from bot.staff.hours import Hours
from bot.staff.roles import Staff
from bot.store.keys import Delivery, Talk
from bot.store.store import Change, Store

T = TypeVar("T")
NAME = "terminal"
HERE = Address(NAME, NAME, NAME)
MOST = 1_000_000
"""Characters of a message: a terminal takes any."""
_OFTEN = 1_000_000
"""Commands a minute: nobody is kept waiting by somebody else here."""

Answer = Callable[[str, Conversation], Reply]


def is_command(line: str) -> bool:
    """Whether the line is a command, known or not; /4.2 and /补贴 are none."""
    return typed(line.strip()) is not None


class Commands:
    """Answers what begins with /, and numbers that choose among what such an answer offered."""

    def __init__(self, assistant: Assistant, answer: Answer) -> None:
        """``answer``: how questions are answered, such as those behind /ask."""
        store = _Nowhere()
        channels: dict[str, Channel] = {NAME: _Terminal()}
        words = assistant.words
        room = StaffRoom(None, channels, store, words, Hours(), lambda: datetime.now(BEIJING))
        self._turns = Turns(store)
        self._count = 0
        self._runner = asyncio.Runner()
        self._service = Service(
            Parts(
                store=store,
                askers=Askers(NAME.encode()),
                metrics=Metrics(),
                words=words,
                replies=_Answering(assistant, answer),
                limit=UserLimit(_OFTEN),
                off=_NeverOff(),
                staff=Staff(),
                room=room,
                channels=channels,
                keeps=False,
            )
        )

    def offers(self, line: str) -> bool:
        """Whether the line is the number of something that was offered."""
        return 0 < number_in(line) <= len(self._turns.conversations.known(HERE.talk).offered)

    def run(self, line: str, conversation: Conversation) -> Conversation:
        """Answer the line on the terminal; the conversation that goes on from there."""
        remembered = self._turns.conversations
        remembered.put(HERE.talk, replace(remembered.known(HERE.talk), conversation=conversation))
        self._runner.run(self._answer(line))
        return remembered.known(HERE.talk).conversation

    def forget_offered(self) -> None:
        """Something else was asked: numbers no longer mean what was offered before."""
        remembered = self._turns.conversations
        remembered.put(HERE.talk, replace(remembered.known(HERE.talk), offered=()))

    def close(self) -> None:
        """The conversation is over."""
        self._runner.close()

    async def _answer(self, line: str) -> None:
        self._count += 1
        delivery = Delivery(NAME, str(self._count))
        turn = self._turns.begin(delivery)
        await self._service.handle(Incoming(delivery, replace(HERE, message=delivery.id), "text", line.strip()), turn)
        turn.finish()


class _Terminal:
    """The port's Channel: what is sent is printed."""

    name = NAME
    capabilities = Capabilities(longest=MOST, groups=False)
    called = "policybot"

    def private(self, person: str) -> Address:
        """There is one person."""
        return replace(HERE, person=person)

    def render(self, content: Content, room: int = 0) -> list[str]:  # noqa: ARG002  any length fits
        """All of it, in one."""
        return [shown(_blocks(content))]

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:  # noqa: ARG002  there are no buttons
        """Print it."""
        print(page)
        return Sent(to.conversation, "")

    async def edit(self, at: Address, page: str | None, rows: Rows) -> None:  # noqa: ARG002
        """What is printed stays."""
        raise GoneError("printed")

    async def send_file(self, to: Address, file: File, caption: str) -> Sent:
        """Only what it is called."""
        return await self.send(to, caption or file.name)

    async def acknowledge(self, press: Incoming, text: str = "", alert: bool = False) -> None:
        """There are no buttons."""

    async def typing(self, to: Address) -> None:
        """It is answered at once."""


def _blocks(content: Content) -> Iterable[Block]:
    return [Block("say", (Say(one.text),)) if isinstance(one, Line) else one for one in content]


class _Answering(RecentReplies):
    """Questions are answered as all others of this conversation."""

    def __init__(self, assistant: Assistant, answer: Answer) -> None:
        super().__init__(assistant)
        self._answer = answer

    def reply(self, question: str, conversation: Conversation | None = None) -> Reply:
        """As the command line has it: from one document, recorded."""
        return self._answer(question, conversation or Conversation())

    async def reply_soon(self, question: str, conversation: Conversation) -> Reply:
        """The same."""
        return self._answer(question, conversation)


class _NeverOff(OffSwitch):
    """The switch is for channels: whoever has the base has its answers."""

    async def reason(self, store: Store) -> str:  # noqa: ARG002
        """Nothing."""
        return ""


class _Nowhere(Store):
    """A store that keeps nothing: the terminal's conversation ends with it."""

    def __init__(self) -> None:  # there is no database to be opened
        self.keep_days = 0

    async def change(self, change: Change) -> None:
        """Not written."""

    def change_soon(self, change: Change, then: Callable[[], object] | None = None) -> None:  # noqa: ARG002
        """Not written."""
        if then is not None:
            then()

    async def conversation(self, talk: Talk) -> str | None:  # noqa: ARG002
        """Nothing is remembered from before."""
        return None

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Nothing that a terminal is told of reads the store."""
        raise NotImplementedError("the terminal keeps nothing")
