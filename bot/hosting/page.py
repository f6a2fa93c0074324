"""The page, the API and the console in a process: where the staff sits, and the address that is told."""

from __future__ import annotations

import logging

from bot.channels.web import channel
from bot.channels.web.app import WebApp
from bot.channels.web.channel import WebChannel
from bot.channels.web.looks import page_words
from bot.channels.web.settings import WebSettings
from bot.messaging.core import DRAIN, Core
from bot.messaging.listening import Listening
from bot.service.port import Address

log = logging.getLogger(__name__)

CONSOLE = Address(channel.NAME, channel.CONSOLE, place="group")
"""Where the staff answers."""


class Page:
    """One of the process's channels."""

    def __init__(self, core: Core, settings: WebSettings) -> None:
        core.channels[channel.NAME] = WebChannel(core.store, page_words()("title"))
        self._settings = settings
        self.app = WebApp(core.parts, settings, core.settings.data_dir)
        self._recovered = 0

    async def start(self) -> None:
        """Before anything is listened for."""
        self._recovered = await self.app.start()

    def told(self, listening: Listening) -> None:
        """Tell the operator where it is."""
        settings = self._settings
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = settings.url or f"http://{host}:{listening.port}{settings.prefix}"
        print(f"网页开在 {address}/ ；按 Ctrl+C 停下", flush=True)
        log.info("web_started", extra={"address": address, "recovered": self._recovered})

    async def stop(self) -> None:
        """Finish what is under way."""
        await self.app.stop(DRAIN)
