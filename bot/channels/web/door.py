"""Where the page hands in what people do, and waits until it is answered.

What comes in is journalled before anything else: killed in the middle, it is answered after the next start, and stands
on the page then. A form that is sent again is the same delivery, and is answered once.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import time
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from bot.channels.web import content as kept
from bot.channels.web.channel import CONSOLE, NAME
from bot.service.buttons import JUDGING, parse
from bot.service.intake import Intake
from bot.service.journal import Raw
from bot.service.parts import Parts
from bot.service.port import Address, Incoming, Quoted, Under
from bot.service.service import Service
from bot.service.turns import Turn
from bot.store import web
from bot.store.keys import Delivery
from bot.store.store import Change, to_json
from bot.store.web import Message

PATIENCE = 9.0
"""Seconds that a page waits for its answer; then it says that it is still being worked on."""
LOOK = 0.2
"""Seconds between looks at the journal for what this process did not see begin."""


@dataclass(frozen=True)
class Done:
    """Something that a person did: asked, pressed, replied."""

    conversation: str
    once: str
    """From the form: the same form sent again is the same deed."""
    text: str
    """What was written; a button's data."""
    label: str = ""
    """Of the pressed button; empty for what was written."""
    under: Message | None = None
    """The message whose button was pressed, or that is replied to."""

    @property
    def delivery(self) -> str:
        """Short enough to stand in a button's data."""
        what = f"{self.once}\n{self.label}\n{self.text}\n{self.under.name if self.under else ''}"
        return f"{self.conversation}.{hashlib.blake2s(what.encode(), digest_size=9).hexdigest()}"

    def to_json(self) -> str:
        """All that is needed to answer it after a restart."""
        data = {"in": self.conversation, "text": self.text, "label": self.label}
        return to_json(data | ({"under": vars(self.under)} if self.under is not None else {}))


@dataclass(frozen=True)
class Answered:
    """What somebody of the staff wrote to a ticket, in the console."""

    by: str
    once: str
    text: str
    header: str
    """What the message of ours that it replies to begins with: it names the ticket."""

    @property
    def delivery(self) -> str:
        """The same form sent again is the same answer."""
        what = f"{self.by}\n{self.once}\n{self.header}\n{self.text}"
        return f"{CONSOLE}.{hashlib.blake2s(what.encode(), digest_size=12).hexdigest()}"

    def to_json(self) -> str:
        """All that is needed to pass it on after a restart."""
        return to_json({"in": CONSOLE, "text": self.text, "by": self.by, "header": self.header})


def read(delivery: Delivery, text: str) -> Incoming:
    """What a person did, as the service sees it."""
    data = json.loads(text)
    if "by" in data:
        place = Address(NAME, CONSOLE, data["by"], delivery.id, "group")
        return Incoming(delivery, place, "text", data["text"], quoted=Quoted(data["header"], ours=True))
    conversation, under = data["in"], data.get("under")
    message = Message(**under) if under is not None else None
    at = Address(NAME, conversation, conversation, delivery.id)
    if data["label"] and message is not None:
        seen = Under(kept.text_of(message.content), kept.rows_of(message.buttons), message.answers)
        return Incoming(delivery, replace(at, message=message.name), "press", data["text"], under=seen)
    quoted = Quoted(kept.text_of(message.content), ours=True, at=message.at) if message is not None else None
    return Incoming(delivery, at, "text", data["text"], quoted=quoted)


class Door:
    """Takes what people do on the page."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._waiting: dict[str, asyncio.Future[None]] = {}
        service = _Telling(parts, self._waiting)
        hold = parts.replies.hold
        self.intake = Intake(NAME, read, service, parts.store, parts.metrics, hold, parts.replica)

    async def take(self, done: Done | Answered) -> bool:
        """See to it; True when it was answered, False when that takes longer."""
        delivery = done.delivery
        waiting = self._waiting.setdefault(delivery, asyncio.get_running_loop().create_future())
        who = done.conversation if isinstance(done, Done) else done.by
        await self.intake.take([Raw(delivery, done.to_json(), who)])
        try:
            return await self._answered(delivery, waiting)
        finally:
            if not waiting.done():
                self._waiting.pop(delivery, None)

    async def _answered(self, delivery: str, waiting: asyncio.Future[None]) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 2 * LOOK)
            return True
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not self._parts.store.failing_since:
            if waiting.done() or await self._parts.store.transact(lambda c: web.state(c, delivery)) != "open":
                return True
            await asyncio.sleep(LOOK)
        return False


def _shown(incoming: Incoming) -> str:
    """What a person did, as it stands on the page; empty for what only judges an answer."""
    if incoming.kind != "press":
        return incoming.text
    if parse(incoming.text)[0] in JUDGING:
        return ""
    return next((b.label for row in incoming.under.rows for b in row if b.data == incoming.text), "")


class _Telling(Service):
    """The service; what was done is written on the page before its answer, and whoever waits is told of that."""

    def __init__(self, parts: Parts, waiting: dict[str, asyncio.Future[None]]) -> None:
        super().__init__(parts)
        self._waiting = waiting

    async def handle(self, incoming: Incoming, turn: Turn | None = None) -> None:
        """As the service's."""
        incoming = self.kept(incoming)
        self._write(incoming)
        try:
            await super().handle(incoming, turn)
        finally:
            waiting = self._waiting.pop(incoming.delivery.id, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(None)

    def _write(self, incoming: Incoming) -> None:
        """Within the turn, so that what stands there unanswered after a crash is answered by the next start."""
        shown = _shown(incoming) if incoming.at.place == "private" else ""
        if not shown:
            return
        row = {
            **{"conversation": incoming.at.conversation, "name": incoming.delivery.id, "author": "asker"},
            **{"answers": "", "content": kept.stored(kept.said(shown)), "buttons": "[]", "at": time.time()},
        }

        def write(connection: Connection) -> None:
            web.write(connection, row)

        self.parts.store.change_soon(Change(also=[write]))
