"""What PTB calls for an update: all are read and handed to the service, inline queries to their own module; what is
plain was read already.
"""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, TypeHandler

from bot.channels.telegram.incoming import Reader
from bot.channels.telegram.inline import Inline
from bot.service.port import Incoming
from bot.service.service import Service


class Handlers:
    """What an update is, is looked at once."""

    def __init__(self, service: Service, reader: Reader, inline: Inline) -> None:
        self._service = service
        self._reader = reader
        self._inline = inline

    def all(self) -> list[BaseHandler[Any, Any, None]]:
        """For PTB's application."""
        return [TypeHandler(Incoming, self.plain), TypeHandler(Update, self.handle)]

    async def plain(self, incoming: Incoming, _: object) -> None:
        """What is plain."""
        await self._service.handle(incoming)

    async def handle(self, update: Update, _: object) -> None:
        """One update."""
        if update.inline_query is not None:
            await self._inline.query(update)
            return
        incoming = self._reader.read(update)
        if incoming is not None:
            await self._service.handle(incoming)
