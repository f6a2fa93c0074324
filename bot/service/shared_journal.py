"""The journal of one channel where several replicas answer: in a line, only who holds its lease hands anything on.

What came in by any replica is journalled first; whoever holds the line, or takes it, reads it from there.
bot/serving/replicas/README.md says what follows when a replica dies, is slow, or is cut off.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, select

from bot.operations.metrics import Metrics
from bot.service.journal import Journal, Queued, Raw, Revive
from bot.service.lines import Held, Lines
from bot.service.turns import Turns
from bot.serving.replicas.fence import Fence
from bot.serving.replicas.replica import Replica
from bot.store import leases
from bot.store.keys import Delivery
from bot.store.leases import LeaseLostError
from bot.store.store import Kept, Open, Received, Store
from bot.store.tables import updates

log = logging.getLogger(__name__)
T = TypeVar("T")

NO_LINE = "-"
"""Of what belongs to no conversation: empty is what was received when nobody asked for lines."""


class SharedJournal(Journal[T]):
    """As Journal, beside other replicas'."""

    def __init__(
        self,
        channel: str,
        store: Store,
        metrics: Metrics,
        hand_on: Callable[[Queued[T]], None],
        replica: Replica,
    ) -> None:
        self.lines = Lines(channel, replica, metrics, self._came)
        super().__init__(channel, store, metrics, hand_on)
        self._line_of: dict[str, str] = {}
        """Id of what was handed on -> its line, as it was journalled."""
        self._revive: Revive[T] | None = None
        self._turns: Turns | None = None

    @property
    def closing(self) -> bool:
        """Nothing more is handed on."""
        return self.lines.closing

    @closing.setter
    def closing(self, closing: bool) -> None:
        self.lines.closing = closing

    @property
    def waiting(self) -> int:
        """Deliveries that are in memory and not dealt with."""
        return sum(len(held.known) for held in self.lines.held.values())

    def _received(self, raw: Raw, now: float, aside: str = "") -> Received:
        return Received(Delivery(self.channel, raw.id), raw.text, now, aside, raw.person, raw.line or NO_LINE)

    async def write(self, raws: Sequence[Raw], kept: Sequence[Kept] = ()) -> None:
        """As Journal.write; where it belongs is looked for at once."""
        await super().write(raws, kept)
        for raw in raws:
            self._journalled[raw.id] = False
            self.lines.want(raw.line or NO_LINE)

    async def put(self, queued: Queued[T]) -> None:
        """It was written with its line, and is read from there when its turn has come."""

    async def recover(self, revive: Revive[T], turns: Turns) -> int:
        """Begin to take lines; 0, since what others left open is found by and by."""
        self._revive, self._turns = revive, turns
        for entry in await self._store.transact(self._without_line):
            queued = self._revived(entry, revive)
            if queued is not None:
                line = queued.line or NO_LINE
                await self._store.transact(
                    lambda c, one=entry.delivery.id, line=line: leases.place(c, self.channel, one, line)  # type: ignore[misc]
                )
        self.lines.start()
        return 0

    def _without_line(self, connection: Connection) -> list[Open]:
        columns = [updates.c[n] for n in ("seq", "delivery", "raw", "received", "steps", "starts")]
        its = (updates.c.state == "open", updates.c.channel == self.channel, updates.c.line == "")
        rows = connection.execute(select(*columns).where(*its).order_by(updates.c.seq))
        return [Open(row[0], Delivery(self.channel, row[1]), *row[2:]) for row in rows]

    # -- in a line -----------------------------------------------------------------------------------------------------

    def _came(self, line: str, held: Held, entries: list[Open]) -> None:
        for entry in entries:
            held.known.add(entry.delivery.id)
            held.waiting.append(entry)
        if entries:  # of two that came at once to two replicas, the later one may have been seen first
            held.waiting = deque(sorted(held.waiting, key=lambda one: one.seq))
        if held.current is None:
            self._next(line, held)

    def _next(self, line: str, held: Held) -> None:
        """Hand on the next one; give the line up when there is none."""
        held.current, held.begun = None, False
        while held.waiting and not self.closing and held.fence.holds:
            entry = held.waiting.popleft()
            assert self._revive is not None
            assert self._turns is not None
            queued = self._revived(entry, self._revive)
            if queued is None:
                held.known.discard(entry.delivery.id)
                continue
            self._turns.resume(entry)
            held.current = entry.delivery
            self._line_of[entry.delivery.id] = line
            self._hand_on(queued)
            return
        self.lines.idle(line, held)

    def begin(self, delivery: Delivery) -> Fence | None:
        """The line's fence. Raises LeaseLostError when the delivery is not, or no longer, this replica's to answer."""
        line = self._line_of.pop(delivery.id, "")
        held = self.lines.held.get(line)
        if held is None or held.current != delivery or held.begun or not held.fence.holds:
            raise LeaseLostError(f"{self.channel} {delivery.id}")
        held.begun = True
        return held.fence

    def finished(self, line: str, fence: Fence | None = None) -> None:  # noqa: ARG002  the fence knows the line
        """A delivery of the fence's line was dealt with: the next one may come."""
        if fence is None:
            return
        held = self.lines.held.get(fence.lease.line)
        if held is not None and held.fence is fence and held.current is not None:
            held.known.discard(held.current.id)
            self._next(fence.lease.line, held)

    def lost(self, fence: Fence) -> None:
        """The line is another's: what was under way stays open, for that one."""
        held = self.lines.held.get(fence.lease.line)
        if held is not None and held.fence is fence:
            self.lines.drop(fence.lease.line, held)
