"""An aiohttp application on a port of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from aiohttp import web

from tests.patience import PATIENCE


class Listening:
    """Starts and stops; ``async with``. Subclasses add their routes to ``app``."""

    def __init__(self) -> None:
        self.app = web.Application(client_max_size=64 << 20)
        self.port = 0
        self.held: dict[str, asyncio.Event] = {}
        """What the bot calls -> the answer, after the deed, is kept back until this is set."""
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def let_go(self, called: str) -> None:
        """Wait until that call may be answered."""
        if called in self.held:
            await asyncio.wait_for(self.held[called].wait(), PATIENCE)

    async def start(self) -> None:
        """Listen."""
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self):  # type: ignore[no-untyped-def]
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


async def until(condition: Callable[[], bool], what: str = "", within: float = PATIENCE) -> None:
    """Wait for it; the test fails when it does not come."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"did not come: {what}"
        await asyncio.sleep(0.01)
