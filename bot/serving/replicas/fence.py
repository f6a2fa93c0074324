"""What stands between a turn and the outside: nothing is sent or ticked off by a replica that lost the lease."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from bot.store import leases
from bot.store.leases import Lease, LeaseLostError

if TYPE_CHECKING:
    from bot.serving.replicas.membership import Membership

T = TypeVar("T")


class Fence:
    """One lease, as the turns of its line see it."""

    def __init__(self, lease: Lease, membership: Membership) -> None:
        self.lease = lease
        self._membership = membership
        self._lost = asyncio.Event()

    @property
    def holds(self) -> bool:
        """Whether the lease is ours, as far as can be known without asking the database."""
        return not self._lost.is_set() and self._membership.alive and self._membership.me == self.lease.holder

    def lose(self) -> None:
        """It is another's, or may be: calls under way are broken off."""
        self._lost.set()

    async def run_out(self, look: float) -> None:
        """Returns when it no longer holds; looked at every so many seconds."""
        while self.holds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), look)

    def check(self, connection: Connection) -> None:
        """Within a transaction, which then commits only while the lease is ours. Raises LeaseLostError."""
        leases.still(connection, self.lease)

    async def ask(self) -> None:
        """Before something is sent: ask here and in the database. Raises LeaseLostError."""
        self._here()
        await self._membership.store.transact(self.check)
        self._here()

    async def within(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call gives; it is broken off when the lease runs out meanwhile. Raises LeaseLostError."""
        self._here()
        made = asyncio.ensure_future(call())
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait({made, lost}, return_when=asyncio.FIRST_COMPLETED)
            if not made.done():
                raise LeaseLostError(f"{self.lease.channel} {self.lease.line}")
            return made.result()
        finally:
            lost.cancel()
            made.cancel()

    def _here(self) -> None:
        if not self.holds:
            raise LeaseLostError(f"{self.lease.channel} {self.lease.line}")
