"""What PTB calls for an update: all are read and handed to the service, inline queries to their own module."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, TypeHandler

from bot.channels.telegram.incoming import Reader
from bot.channels.telegram.inline import Inline
from bot.service.service import Service


class Handlers:
    """One handler: what an update is, is looked at once."""

    def __init__(self, service: Service, reader: Reader, inline: Inline) -> None:
        self._service = service
        self._reader = reader
        self._inline = inline

    def all(self) -> list[BaseHandler[Update, Any, None]]:
        """For PTB's application."""
        return [TypeHandler(Update, self.handle)]

    async def handle(self, update: Update, _: object) -> None:
        """One update."""
        if update.inline_query is not None:
            await self._inline.query(update)
            return
        incoming = self._reader.read(update)
        if incoming is not None:
            await self._service.handle(incoming)
