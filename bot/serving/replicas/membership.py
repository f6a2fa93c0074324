"""Being one of several replicas: beats, and what follows when they stay out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection

from bot.store import leases
from bot.store.leases import TTL
from bot.store.store import Store, pulse_engine

log = logging.getLogger(__name__)

BEAT = 2.0
"""Seconds between beats."""
MARGIN = 2.0
"""Seconds by which this one holds itself for dead before the others do."""
GOODBYE = 3.0
"""Seconds that it may take to give everything up at the end."""
TIDY_EVERY = 600.0
"""Seconds between removals of replicas that are long dead."""


def now() -> float:
    """Seconds that go on while the machine sleeps, where the system counts them: a lease runs out then as well."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Membership:
    """This process as one of the replicas."""

    def __init__(self, store: Store, name: str, clock: Callable[[], float] = now) -> None:
        self.store = store
        self.name = name
        self.me = self._another()
        self.others = 0
        """Other replicas that were alive at the last beat."""
        self.lapses = 0
        """How many times the leases ran out under this process."""
        self.on_lapse: list[Callable[[], object]] = []
        """Called when the leases ran out: whatever is under way is given up."""
        self._clock = clock
        self._until = -TTL
        self._ended = ""
        """The name of the life whose leases ran out, until the database knows."""
        self._engine = pulse_engine(store.url)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="beat")
        """By a connection of its own: a beat waits for nothing else that is written."""
        self._task: asyncio.Task[None] | None = None
        self._tidied = 0.0

    @property
    def alive(self) -> bool:
        """Whether others hold this replica for alive; doubtful is no."""
        return self._clock() < self._until

    async def start(self) -> None:
        """Beat once, and from then on by itself."""
        await self._beat()
        self._task = asyncio.create_task(self._beating())

    async def stop(self) -> None:
        """Give everything up, so that others take it at once."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        me = self.me
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.store.transact(lambda connection: _leave(connection, me)), GOODBYE)
        self._until = -TTL
        self._thread.submit(self._engine.dispose)  # behind a beat that is on its way, so that its connection closes too
        self._thread.shutdown(wait=False)

    async def _beating(self) -> None:
        while True:
            waiting = asyncio.create_task(self._beat())
            while not waiting.done():  # a beat may take long, while the database is away
                await asyncio.wait({waiting}, timeout=max(0.2, min(BEAT, self._until - self._clock())))
                self._look()
            failed = waiting.exception()
            if failed is not None and self.alive:  # else it was told that the leases ran out
                log.warning("beat_failed", extra={"reason": " ".join(str(failed).split())[:200]})
            await asyncio.sleep(BEAT if failed is None else BEAT / 4)
            self._look()

    async def _beat(self) -> None:
        began, me, ended = self._clock(), self.me, self._ended
        alive = await asyncio.get_running_loop().run_in_executor(self._thread, self._pulse, me, ended)
        if me != self.me:  # the leases ran out while this beat was on its way
            return
        self.others, self._ended, self._until = alive - 1, "", began + TTL - MARGIN
        if began - self._tidied > TIDY_EVERY:
            self._tidied = began
            await self.store.transact(leases.bury)

    def _pulse(self, me: str, ended: str) -> int:
        with self._engine.begin() as connection:
            return leases.beat(connection, me, ended)

    def _look(self) -> None:
        """Whether the leases ran out since the last look: then this is another replica from here on."""
        if self.alive or self._ended or self._until < 0:
            return
        log.error("leases_lapsed", extra={"replica": self.me, "remedy": "the database was out of reach; see OPERATING"})
        self.lapses += 1
        self._ended, self.me = self.me, self._another()
        for told in self.on_lapse:
            told()

    def _another(self) -> str:
        return f"{self.name[:60]}.{secrets.token_hex(8)}"


def _leave(connection: Connection, me: str) -> None:
    leases.leave(connection, me)
    leases.tell(connection, ["look"])
