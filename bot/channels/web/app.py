"""The page, the API and the console, to be added to an aiohttp application (hosting/listener.py)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from pathlib import Path

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.web.api import Api
from bot.channels.web.browsing import Browsing
from bot.channels.web.channel import NAME
from bot.channels.web.console.desk import Desk
from bot.channels.web.console.inquiry import Inquiry
from bot.channels.web.console.papers import Papers
from bot.channels.web.console.session import ROLES, Sessions
from bot.channels.web.console.single import SingleSignOn
from bot.channels.web.embedding import Embedding
from bot.channels.web.settings import WebSettings
from bot.channels.web.site import Site
from bot.channels.web.talking import Talking
from bot.engine.documents.library import Library
from bot.service.parts import Parts
from bot.service.staffroom import ConsoleRoom
from bot.staff.documents import Documents
from bot.store import accounts
from bot.store import web as store

log = logging.getLogger(__name__)

FOLDER = "documents"
"""Name of the folder in the data folder."""
LOOK = 1.0
"""Seconds between looks whether another base is in force."""


class WebApp:
    """All routes, and what goes on beside them. ``parts.channels`` holds a WebChannel."""

    def __init__(self, parts: Parts, settings: WebSettings, data_dir: Path | None = None) -> None:
        """``data_dir``: where documents wait to be published; None: they can't be handed in."""
        self.site = Site(parts, settings)
        self.sessions = Sessions(self.site)
        self.documents: Documents | None = None
        if parts.reloader is not None and data_dir is not None:
            self.documents = Documents(data_dir / FOLDER, parts.reloader.files)
        self.middleware = self.site.safety.middleware()
        """Of an application to which the routes are added; other routes there are not its affair."""
        self._watching: asyncio.Task[None] | None = None

    def add_routes(self, app: web.Application) -> None:
        """All routes, the prefix before each."""
        Talking(self.site).add(app)
        Browsing(self.site).add(app)
        Embedding(self.site).add(app)
        Api(self.site).add(app)
        desk = Desk(self.site, self.sessions, self.documents is not None)
        desk.add(app)
        if self.site.settings.oidc is not None:
            SingleSignOn(self.site, self.sessions, self.site.settings.oidc).add(app)
        Inquiry(self.site, self.sessions, desk, self.documents).add(app)
        if self.documents is not None:
            Papers(self.site, self.sessions, desk, self.documents).add(app)

    async def start(self) -> int:
        """Answer what an earlier run left open, before anything new is taken; how many that is."""
        await self._look_for_staff()
        recovered = await self.site.door.intake.recover()
        await self._note(self.site.library)
        self._watching = asyncio.create_task(self._watch())
        return recovered

    async def stop(self, within: float) -> None:
        """Finish what is under way within so many seconds."""
        if self._watching is not None:
            self._watching.cancel()
        await self.site.door.intake.stop(within)
        self.site.buckets.close()

    async def _watch(self) -> None:
        """Note what changed in the documents when another base comes into force."""
        noted = self.site.library
        while True:
            await asyncio.sleep(LOOK)
            await self._look_for_staff()
            if self.site.library is not noted:
                noted = self.site.library
                await self._note(noted)

    async def _look_for_staff(self) -> None:
        """People are handed over when there is somebody in the console to answer them."""
        room, staff = self.site.parts.room, self.site.parts.staff
        found = await self.site.parts.store.transact(accounts.everyone)
        for one in found:
            staff.admit(NAME, one.name, None if one.ended else ROLES.get(one.role))
        if isinstance(room, ConsoleRoom):
            room.staffed = any(staff.of(NAME, one.name) for one in found)

    async def _note(self, library: Library) -> None:
        present = await asyncio.to_thread(_digests, library)
        now = time.time()

        def note(connection: Connection) -> None:
            store.note_documents(connection, present, now)

        await self.site.parts.store.change_with(note)


def _digests(library: Library) -> dict[str, tuple[str, str]]:
    """Policy -> (digest of all that it says, name)."""
    found = {}
    for policy in library.policies:
        data = json.dumps(policy.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
        found[policy.id] = (hashlib.sha256(data.encode()).hexdigest(), policy.display_name)
    return found
