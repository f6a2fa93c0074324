"""A messenger in memory: the smallest adapter there can be, and what it is told and shows can be looked at.

What it receives is a line of JSON. It can do what its Capabilities say and nothing more: it refuses what no real one
would take.
"""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

from bot.service import pages as paging
from bot.service.pages import LENGTHS, paragraphs
from bot.service.port import (
    Address,
    Button,
    Capabilities,
    Content,
    DisturbedError,
    File,
    GoneError,
    Incoming,
    Place,
    Quoted,
    RefusedError,
    Rows,
    Sent,
    Under,
    UnwelcomeError,
)
from bot.store.keys import Delivery

_NUMBERS = itertools.count(1)
"""One series for all, so that a channel of a later run goes on."""
WITH_BUTTONS = Capabilities(longest=600, unit="bytes", markup="plain", buttons=40, columns=2, edits=True, files=True)
WITHOUT_BUTTONS = Capabilities(longest=400, unit="bytes", markup="plain", buttons=0, edits=False, files=False)


@dataclass
class Shown:
    """A message as somebody sees it."""

    id: str
    conversation: str
    text: str
    rows: Rows = ()
    answers: str = ""
    file: File | None = None
    edited: bool = False

    @property
    def labels(self) -> list[str]:
        """The texts of the buttons."""
        return [b.label for row in self.rows for b in row]

    def button(self, label: str) -> Button:
        """The button whose label begins so."""
        return next(b for row in self.rows for b in row if b.label.startswith(label))


@dataclass
class MemoryChannel:
    """The port's Channel."""

    capabilities: Capabilities = WITH_BUTTONS
    name: str = "memory"
    called: str = "政策助手"
    shown: list[Shown] = field(default_factory=list)
    """All messages, in order of sending; an edited one stays in its place."""
    acknowledged: list[tuple[str, bool]] = field(default_factory=list)
    typed: int = 0
    barred: set[str] = field(default_factory=set)
    """Conversations that threw the bot out."""
    disturbed: int = 0
    """How many of the next calls fail."""
    came: dict[str, float] = field(default_factory=dict)
    """Message -> when it came."""
    numbers: Any = _NUMBERS

    def private(self, person: str) -> Address:
        return Address(self.name, f"with-{person}", person)

    def render(self, content: Content, room: int = 0) -> list[str]:
        can = self.capabilities
        return paging.pages(paragraphs(content), can.longest - room, LENGTHS[can.unit], lambda run: run.text)

    def _reach(self, to: Address) -> None:
        if self.disturbed:
            self.disturbed -= 1
            raise DisturbedError("the network is down")
        within, came = self.capabilities.reply_within, self.came.get(to.message)
        late = within is not None and came is not None and time.monotonic() - came > within
        if late and not self.capabilities.push:
            raise RefusedError("too late")
        if to.conversation in self.barred:
            raise UnwelcomeError("thrown out")

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:
        self._reach(to)
        self._allowed(page, rows)
        made = Shown(f"m{next(self.numbers)}", to.conversation, page, rows, to.message)
        self.shown.append(made)
        return Sent(made.conversation, made.id)

    def _allowed(self, page: str | None, rows: Rows) -> None:
        can = self.capabilities
        assert page is None or 0 < LENGTHS[can.unit](page) <= can.longest, "it fits"
        assert sum(map(len, rows)) <= can.buttons, "no more buttons than there may be"
        assert all(0 < len(row) <= can.columns for row in rows)
        assert all(0 < len(b.data) <= 64 and b.data.isascii() for row in rows for b in row)

    async def edit(self, at: Address, page: str | None, rows: Rows) -> None:
        self._reach(at)
        assert self.capabilities.edits, "nothing can be changed here"
        self._allowed(page, rows)
        known = next((one for one in self.shown if one.id == at.message), None)
        if known is None:
            raise GoneError("no such message")
        known.text, known.rows, known.edited = page if page is not None else known.text, rows, True

    async def send_file(self, to: Address, file: File, caption: str) -> Sent:
        self._reach(to)
        assert self.capabilities.files, "no files here"
        made = Shown(f"m{next(self.numbers)}", to.conversation, caption, (), to.message, file)
        self.shown.append(made)
        return Sent(made.conversation, made.id)

    async def acknowledge(self, press: Incoming, text: str = "", alert: bool = False) -> None:
        assert self.capabilities.buttons, "there was no press"
        self.acknowledged.append((text, alert))

    async def typing(self, to: Address) -> None:
        self.typed += 1

    def read(self, delivery: Delivery, text: str) -> Incoming | None:
        """What a line of JSON says."""
        said = json.loads(text)
        self.came[said.get("message", "")] = time.monotonic()
        place: Place = said.get("place", "private")
        at = Address(self.name, said["in"], said["by"], said.get("message", ""), place)
        if "press" in said:
            under = next(one for one in self.shown if one.id == said["message"])
            seen = Under(under.text, under.rows, under.answers)
            return Incoming(delivery, at, "press", said["press"], under=seen)
        if "file" in said:
            return Incoming(delivery, at, "other", said["file"])
        quoted = Quoted(**said["quoted"]) if "quoted" in said else None
        called = said["text"].startswith(f"@{self.called}")
        words = said["text"].removeprefix(f"@{self.called}").strip() if called else said["text"]
        meant = place == "private" or called or (quoted is not None and quoted.ours)
        return Incoming(delivery, at, "text", words, addressed=meant, edited=said.get("edited", False), quoted=quoted)
