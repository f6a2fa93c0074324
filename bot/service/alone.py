"""Changing the base: one at a time among all replicas, after what the others changed, and told to them afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from bot.service.parts import Parts


@contextlib.asynccontextmanager
async def alone(parts: Parts) -> AsyncIterator[None]:
    """Teach or publish inside. Raises BusyError when another replica does for too long; one process never waits."""
    if parts.replica is None or parts.replica.sharing is None:
        yield
        return
    async with parts.replica.sharing.alone(parts.store, parts.replica.accounts):
        yield
