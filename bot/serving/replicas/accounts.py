"""One poller, or one long connection, for each account: whoever holds its lease; another takes it over."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from sqlalchemy import Connection

from bot.serving.replicas.fence import Fence
from bot.serving.replicas.membership import Membership
from bot.store import leases

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between tries to have the lease, and between looks whether it is still held."""


class Accounts:
    """The leases of accounts that this replica holds."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._held: dict[str, Fence] = {}

    @property
    def held(self) -> list[str]:
        """Channels whose account is this replica's."""
        return sorted(name for name, fence in self._held.items() if fence.holds)

    def holds(self, channel: str) -> bool:
        """Whether the channel's account is this replica's."""
        return channel in self._held and self._held[channel].holds

    async def keep(self, channel: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do the work, over and over, whenever the account is this replica's."""
        while True:
            fence = await self.wait(channel)
            async with self.held_by(fence):
                working = asyncio.create_task(work())
                lost = asyncio.create_task(self.lost(fence))
                try:
                    await asyncio.wait({working, lost}, return_when=asyncio.FIRST_COMPLETED)
                    if working.done():
                        return working.result()
                finally:
                    for task in (working, lost):
                        task.cancel()
                    await asyncio.gather(working, lost, return_exceptions=True)

    async def wait(self, channel: str) -> Fence:
        """The lease, as soon as it is to be had."""
        while True:
            fence = await self._take(channel)
            if fence is not None:
                log.info("account_taken", extra={"channel": channel, "replica": self._membership.me})
                return fence
            await asyncio.sleep(LOOK)

    async def lost(self, fence: Fence) -> None:
        """Returns when the lease is no longer ours."""
        await fence.run_out(LOOK / 4)
        log.warning("account_lost", extra={"channel": fence.lease.line, "replica": self._membership.me})

    @contextlib.asynccontextmanager
    async def held_by(self, fence: Fence) -> AsyncIterator[None]:
        """Given up at the end."""
        try:
            yield
        finally:
            self._held.pop(fence.lease.line, None)
            if fence.holds:
                await self._membership.store.transact(lambda c: leases.release(c, fence.lease, whatever_waits=True))

    async def _take(self, channel: str) -> Fence | None:
        if not self._membership.alive:
            return None
        me = self._membership.me

        def take(connection: Connection) -> leases.Taken:
            return leases.take(connection, me, leases.ACCOUNT, channel)

        taken = await self._membership.store.transact(take)
        if not taken.ours:
            return None
        fence = self._held[channel] = Fence(taken.lease, self._membership)
        return fence
