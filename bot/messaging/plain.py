"""Channels that show plain text and nothing else, the rest is what the port asks for; others build on it."""

from __future__ import annotations

import re

from bot.service import pages as paging
from bot.service.pages import LENGTHS, Length, Run, paragraphs
from bot.service.port import Address, Capabilities, Content, File, Incoming, RefusedError, Rows, Sent

FOR_MORE = 60
"""Units that stay free where the last message of several says how the rest is got (messenger.more)."""
_NUMBER = "（{n}/{of}）"
_NUMBERED = re.compile(r"\n（\d+/\d+）\Z")


class PlainChannel:
    """The port's Channel but for ``send``: no buttons, no changes, no files."""

    called = "机器人"
    """Where the messenger doesn't say what people call the bot."""

    def __init__(self, name: str, capabilities: Capabilities) -> None:
        self.name = name
        self.capabilities = capabilities

    def private(self, person: str) -> Address:
        """The conversation with a person has the person's name."""
        return Address(self.name, person, person)

    def mark_up(self, run: Run) -> str:
        """A run of text in the channel's markup; it may be longer, see ``length``."""
        return run.text

    def length(self, text: str) -> int:
        """Units that a text takes once it is marked up."""
        return LENGTHS[self.capabilities.unit](self.mark_up(Run(text)))

    def render(self, content: Content, room: int = 0) -> list[str]:
        """Messages that fit; several are numbered at their end, so that one that is missing is missed."""
        room += FOR_MORE if self.capabilities.most else 0
        return numbered_pages(content, self.capabilities.longest - room, self.length, self.mark_up)

    async def edit(self, at: Address, page: str | None, rows: Rows) -> None:  # noqa: ARG002  the port's signature
        """Nothing can be changed here."""
        raise RefusedError(f"{self.name} changes no messages")

    async def send_file(self, to: Address, file: File, caption: str) -> Sent:  # noqa: ARG002
        """No files here."""
        raise RefusedError(f"{self.name} takes no files")

    async def acknowledge(self, press: Incoming, text: str = "", alert: bool = False) -> None:
        """There is nothing to acknowledge."""

    async def typing(self, to: Address) -> None:
        """Nothing can be shown."""


def numbered_pages(content: Content, longest: int, length: Length, mark_up: paging.MarkUp) -> list[str]:
    """The content in messages of at most ``longest``; with numbers at their ends where there are several."""
    told = paragraphs(content)
    pages = paging.pages(told, longest, length, mark_up)
    if len(pages) < 2:
        return pages
    room = length("\n" + _NUMBER.format(n=999, of=999))
    pages = paging.pages(told, longest - room, length, mark_up)
    return [f"{page}\n{_NUMBER.format(n=n, of=len(pages))}" for n, page in enumerate(pages, 1)]


def without_number(page: str) -> str:
    """A message of several without its number."""
    return _NUMBERED.sub("", page)
