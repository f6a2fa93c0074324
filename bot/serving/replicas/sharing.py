"""What is taught or published in one replica reaches the others: by the database, within seconds.

Each replica compares its files with what it last knew: what changed here goes to the database, what changed there comes
to the files, and the base is checked and taken into use as after any other change. Where both changed, there wins.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from sqlalchemy import Connection

from bot.serving.base_files import BaseFiles
from bot.serving.replicas.accounts import Accounts
from bot.serving.replicas.local_files import GONE, LocalFiles, digest
from bot.store import leases
from bot.store import shared_files as store_of
from bot.store.shared_files import SharedFile
from bot.store.store import Store
from knowledge.teaching.overlay import BusyError

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between looks at the files and, when nobody told, at the database."""
LESSON = "@lesson"
"""The lease of whoever teaches or publishes: one at a time among all replicas."""
PATIENCE = 120.0
"""Seconds to wait for another's lesson to be over."""


class Sharing:
    """The files of this replica, kept the same as the others'."""

    def __init__(self, files: BaseFiles) -> None:
        self._local = LocalFiles(files)
        self._known: dict[str, str] = {}
        """Name -> digest as of the last time that both were the same."""
        self._version = 0
        self._one_at_a_time = asyncio.Lock()
        self._told = asyncio.Event()

    def begin(self, connection: Connection) -> list[str]:
        """At the start, before the base is loaded: bring what others changed; what that was. Raises OSError."""
        self._known = self._local.texts()
        return self._bring(store_of.after(connection, 0))

    def heard(self, told: Sequence[str]) -> None:
        """Another replica tells something."""
        if told[:1] in (["files"], ["look"]):
            self._told.set()

    async def watch(self, store: Store, changed: Callable[[], Awaitable[object]]) -> None:
        """Share for ever; ``changed`` is awaited when something came from others."""
        while True:
            try:
                if await self.share(store):
                    await changed()
            except Exception as error:  # whatever it is, it must go on
                log.exception("sharing_failed", extra={"reason": type(error).__name__})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), LOOK)
            self._told.clear()

    async def share(self, store: Store) -> list[str]:
        """Once; what came from others."""
        async with self._one_at_a_time:
            came = await self._fetch(store)
            for name, found in (await asyncio.to_thread(self._changed_here)).items():
                text = await asyncio.to_thread(self._local.read, name)
                version = await store.transact(lambda c, n=name, t=text: self._put(c, n, t))  # type: ignore[misc]
                if version is None:  # another was quicker
                    came += await self._fetch(store)
                else:
                    self._known[name] = found
                    log.info("file_shared", extra={"file": name, "version": version})
            return came

    @contextlib.asynccontextmanager
    async def alone(self, store: Store, accounts: Accounts) -> AsyncIterator[None]:
        """Teach or publish inside: nobody else does meanwhile, and all that others did is there. Raises BusyError."""
        try:
            fence = await asyncio.wait_for(accounts.wait(LESSON), PATIENCE)
        except TimeoutError:
            raise BusyError from None
        async with accounts.held_by(fence):
            await self.share(store)
            async with self._one_at_a_time:  # what is only tried inside, and taken back, is not shared
                yield
            await self.share(store)

    def _put(self, connection: Connection, name: str, text: str) -> int | None:
        version = store_of.put(connection, name, text, self._version)
        if version is not None:
            leases.tell(connection, ["files"])
        return version

    def _changed_here(self) -> dict[str, str]:
        found = self._local.texts()
        gone = {name: digest(GONE) for name in self._known if name not in found}
        return {name: of for name, of in (found | gone).items() if self._known.get(name, digest(GONE)) != of}

    async def _fetch(self, store: Store) -> list[str]:
        found = await store.transact(lambda c: store_of.after(c, self._version))
        return await asyncio.to_thread(self._bring, found) if found else []

    def _bring(self, found: Sequence[SharedFile]) -> list[str]:
        came, here = [], self._local.texts()
        for one in found:
            of, known = digest(one.data), self._known.get(one.name, digest(GONE))
            if here.get(one.name, digest(GONE)) not in (known, of):
                log.error("shared_file_conflict", extra={"file": one.name, "remedy": "the other replica's is kept"})
            if known != of:
                self._local.write(one.name, one.data)
                came.append(one.name)
            self._known[one.name] = of
            self._version = max(self._version, one.version)
        if came:
            log.info("files_came", extra={"files": came[:20], "count": len(came)})
        return came
