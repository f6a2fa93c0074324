"""The lines of one channel that this replica holds: taken when something is open there, given up when nothing is.

One task takes and gives up, many lines in one transaction; whatever is told, found or finished only marks a line.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from bot.operations.metrics import Metrics
from bot.serving.replicas.fence import Fence
from bot.serving.replicas.replica import Replica
from bot.store import leases
from bot.store.keys import Delivery
from bot.store.leases import Taken
from bot.store.store import Open
from bot.store.tables import updates

log = logging.getLogger(__name__)

TOGETHER = 32
"""Lines in one transaction."""
AHEAD = 20
"""Deliveries of one line that are read at once; the others stay in the database until it is their turn."""
MOST_LINES = 1_000
"""Lines held at one time; others are left to other replicas, or wait."""
LOOK = 1.0
"""Seconds between looks for what nobody told of: a dead replica's lines, a notice that was missed."""
PAUSE = 0.5
"""Seconds after a failure."""


@dataclass
class Held:
    """A line, held."""

    fence: Fence
    known: set[str] = field(default_factory=set)
    """Ids of the deliveries in memory."""
    waiting: deque[Open] = field(default_factory=deque)
    current: Delivery | None = None
    """Handed on and not finished."""
    begun: bool = False
    """The turn of ``current`` was begun: it is not begun twice."""


@dataclass(frozen=True)
class _Found:
    taken: Taken
    open: Sequence[Open]


class Lines:
    """What one channel's journal holds of what all replicas share."""

    def __init__(
        self, channel: str, replica: Replica, metrics: Metrics, came: Callable[[str, Held, list[Open]], object]
    ) -> None:
        """``came``: gets what is open in a line, in order, when it is taken or there is more."""
        self.channel = channel
        self.membership = replica.membership
        self.closing = False
        """Nothing more is taken; what is finished is given up, whatever waits there."""
        self._replica = replica
        self.held: dict[str, Held] = {}
        self.accepting: Callable[[], bool] = lambda: True
        """Whether lines may be taken here: those of a long connection only where the connection is."""
        self._metrics = metrics
        self._came = came
        self._wanted: dict[str, None] = {}
        self._idle: dict[str, Held] = {}
        self._marked = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to take lines."""
        self.membership.on_lapse.append(self._lapsed)
        self._replica.listeners.append(self.heard)
        self._replica.endings.append(self.stop)
        self._tasks = [asyncio.create_task(self._work()), asyncio.create_task(self._look())]

    def heard(self, told: Sequence[str]) -> None:
        """Another replica tells something (bot/serving/replicas/hearing.py)."""
        if told[:1] == ["look"]:
            self._marked.set()
        elif told[:1] == ["line"] and tuple(told[1:3]) == (self.membership.me, self.channel) and len(told) == 4:
            self.want(told[3])

    def want(self, line: str) -> None:
        """Something is open there."""
        self._wanted[line] = None
        self._marked.set()

    def idle(self, line: str, held: Held) -> None:
        """All that was in memory is dealt with."""
        self._idle[line] = held
        self._marked.set()

    async def stop(self) -> None:
        """Take and give up nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for held in self.held.values():
            held.fence.lose()
        self.held.clear()

    def drop(self, line: str, held: Held) -> None:
        """The lease is lost: another replica goes on."""
        held.fence.lose()
        if self.held.get(line) is held:
            del self.held[line]
        self._metrics.leases_lost.inc()

    # -- the task ------------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            await self._marked.wait()
            self._marked.clear()
            try:
                while self._wanted or self._idle:
                    await self._some()
            except Exception as error:  # whatever it is, lines must go on
                log.exception("lines_failed", extra={"channel": self.channel, "reason": type(error).__name__})
                await asyncio.sleep(PAUSE)
                self._marked.set()

    async def _some(self) -> None:
        """Give up and take some lines, in one transaction each."""
        idle = {line: held for line, held in self._idle.items() if self.held.get(line) is held}
        self._idle.clear()
        if idle:
            for line in await self.membership.store.transact(lambda c: self._release(c, idle)):
                if self.held.get(line) is idle[line]:
                    del self.held[line]
            for line, held in idle.items():
                if self.held.get(line) is held and not self.closing:  # something came meanwhile
                    self._wanted[line] = None
        lines = sorted(self._wanted)[:TOGETHER]
        for line in lines:
            del self._wanted[line]
        if lines and not self.closing and self.membership.alive and self.accepting():
            await self._take(lines)
        self._metrics.lines_held.labels(self.channel).set(len(self.held))

    def _release(self, connection: Connection, idle: dict[str, Held]) -> list[str]:
        given_up = []
        for line in sorted(idle):
            if leases.release(connection, idle[line].fence.lease, whatever_waits=self.closing):
                given_up.append(line)
                if self.closing:
                    leases.tell(connection, ["look"])
        return given_up

    async def _take(self, lines: Sequence[str]) -> None:
        me = self.membership.me
        known = {line: set(self.held[line].known) for line in lines if line in self.held}
        room = len(self.held) < MOST_LINES
        wanted = [line for line in lines if room or line in self.held]
        found = await self.membership.store.transact(lambda c: self._found(c, me, wanted, known))
        if me != self.membership.me:  # the leases ran out meanwhile
            return
        for one in found:
            self._taken(one)

    def _found(self, connection: Connection, me: str, lines: Iterable[str], known: dict[str, set[str]]) -> list[_Found]:
        found = []
        for line in lines:
            taken = leases.take(connection, me, self.channel, line)
            if not taken.ours:
                if taken.lease.holder:
                    leases.tell(connection, ["line", taken.lease.holder, self.channel, line])
                continue
            if taken.orphaned:
                leases.start_again(connection, self.channel, line)
            found.append(_Found(taken, read(connection, self.channel, line, known.get(line, set()))))
        return found

    def _taken(self, found: _Found) -> None:
        lease = found.taken.lease
        held = self.held.get(lease.line)
        if held is None or held.fence.lease != lease:
            if held is not None:
                held.fence.lose()
            held = self.held[lease.line] = Held(Fence(lease, self.membership))
            if found.taken.orphaned:
                self._metrics.leases_taken_over.inc()
        fresh = [one for one in found.open if one.delivery.id not in held.known]
        self._came(lease.line, held, fresh)

    # -- what nobody told of -------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        while True:
            with contextlib.suppress(Exception):  # the next look finds it
                await self._find()
            await asyncio.sleep(LOOK)

    async def _find(self) -> None:
        if self.closing or not self.membership.alive or not self.accepting():
            return
        me = self.membership.me
        for one in await self.membership.store.transact(lambda c: leases.waiting(c, me, self.channel, MOST_LINES)):
            held = self.held.get(one.line)
            if held is None or one.count > len(held.known):
                self.want(one.line)

    def _lapsed(self) -> None:
        for line, held in list(self.held.items()):
            self.drop(line, held)


def read(connection: Connection, channel: str, line: str, known: set[str]) -> list[Open]:
    """What is open in a line, but for what is known, in order; only the first ones."""
    columns = [updates.c[n] for n in ("seq", "delivery", "raw", "received", "steps", "starts")]
    query = select(*columns).where(*leases.open_in(channel, line)).order_by(updates.c.seq).limit(AHEAD + len(known))
    return [
        Open(row[0], Delivery(channel, row[1]), *row[2:]) for row in connection.execute(query) if row[1] not in known
    ]
