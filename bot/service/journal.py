"""Nothing lost, and a fair order: what a channel delivers is written down before the channel is told that it arrived,
and handed on so that each conversation has at most one delivery in hand. Order within a conversation holds, and
conversations take turns: one's backlog makes no other wait.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bot.operations.metrics import Metrics
from bot.service.turns import Turn, Turns, current_turn
from bot.serving.replicas.fence import Fence
from bot.store.keys import Delivery
from bot.store.leases import LeaseLostError
from bot.store.store import Change, Kept, Open, Received, Store, named

if TYPE_CHECKING:
    from bot.serving.replicas.replica import Replica

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST_WAITING = 5_000
"""Deliveries in memory; beyond that ``put`` waits, and the channel keeps the rest."""
RECENT = 2_000
"""Deliveries that are remembered as journalled."""
STARTS = 25
"""Program starts that may find a delivery open before it is held to be what ends the program.

Many: one that merely waits behind others through a bad night of restarts must not be given up.
"""
RETRY_FIRST, RETRY_MOST = 1.0, 30.0
"""Seconds before a disturbed turn is tried again: first, and at most."""
GIVE_UP = 24 * 3600.0
"""Seconds after which a delivery that could not be answered is set aside."""
RECOVER_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Raw:
    """A delivery as it arrived."""

    id: str
    """The channel's own; delivered again, it is the same."""
    text: str
    """All that is needed to answer it after a restart, such as JSON."""
    person: str = ""
    """Who sent it, where that is known."""
    line: str = ""
    """What it is kept in order with; needed only where replicas share the journal (shared_journal.py)."""


@dataclass(frozen=True, slots=True)
class Queued(Generic[T]):
    """A delivery as the channel reads it."""

    delivery: Delivery
    line: str
    """What is kept in order together: the conversation."""
    item: T


Revive = Callable[[Delivery, str], Queued[T]]
"""From the text of a Raw, as it was journalled. Raises when the text can't be read."""


class Journal(Generic[T]):
    """The journal of one channel."""

    def __init__(self, channel: str, store: Store, metrics: Metrics, hand_on: Callable[[Queued[T]], None]) -> None:
        """``hand_on``: gets each delivery once, when its turn has come; ``finished`` is to be called for it then."""
        self.channel = channel
        self.closing = False
        """Nothing more is handed on; what waits is answered after the next start."""
        self._store = store
        self._metrics = metrics
        self._hand_on = hand_on
        self._lines: dict[str, deque[Queued[T]]] = {}
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()
        self._journalled: OrderedDict[str, bool] = OrderedDict()
        """Id -> whether it still has to be handed on."""

    @property
    def waiting(self) -> int:
        """Deliveries that are in memory and not dealt with."""
        return self._waiting

    # -- coming in -----------------------------------------------------------------------------------------------------

    def holds(self, one: str) -> bool:
        """Whether that delivery is known to be journalled."""
        return one in self._journalled

    async def write(self, raws: Sequence[Raw], kept: Sequence[Kept] = ()) -> None:
        """Write deliveries as received, in one commit; ``put`` then hands each of them on once.

        ``kept``: what is remembered with them, such as how far was read.
        """
        now = time.time()
        wanted = [raw for raw in raws if raw.id not in self._journalled]
        if not wanted and not kept:
            return
        new = await self._store.receive([self._received(raw, now) for raw in wanted], kept)
        for raw in wanted:
            self._journalled[raw.id] = Delivery(self.channel, raw.id) in new
        while len(self._journalled) > RECENT:
            oldest = next(iter(self._journalled))
            if self._journalled[oldest]:
                break
            del self._journalled[oldest]
        self._metrics.received(len(new), len(wanted) - len(new))

    def _received(self, raw: Raw, now: float, aside: str = "") -> Received:
        return Received(Delivery(self.channel, raw.id), raw.text, now, aside, raw.person)

    async def put(self, queued: Queued[T]) -> None:
        """Queue a delivery that was written, behind the others of its line; one that came again is dropped."""
        await self._room.wait()
        if self._journalled.get(queued.delivery.id):
            self._journalled[queued.delivery.id] = False
            self._queue(queued)

    async def recover(self, revive: Revive[T], turns: Turns) -> int:
        """Queue what an earlier run left open; returns how many. To be awaited before anything new comes in."""
        await self._store.started(self.channel)
        count, after = 0, 0
        while found := await self._store.still_open(self.channel, after, RECOVER_TOGETHER):
            after = found[-1].seq
            for entry in found:
                await self._room.wait()
                queued = self._revived(entry, revive)
                if queued is not None:
                    turns.resume(entry)
                    self._queue(queued)
                    count += 1
        return count

    def _revived(self, entry: Open, revive: Revive[T]) -> Queued[T] | None:
        if entry.starts > STARTS:
            self._give_up(entry.delivery, f"found open by {entry.starts} program starts")
            return None
        try:
            return revive(entry.delivery, entry.raw)
        except Exception as error:  # whatever is in it, the others must be answered
            self._give_up(entry.delivery, f"unreadable: {type(error).__name__}")
            return None

    def _give_up(self, delivery: Delivery, reason: str) -> None:
        self._store.change_soon(Change(aside=(delivery, reason)))
        self._metrics.set_aside.inc()
        log.error("update_set_aside", extra=named(delivery) | {"reason": reason})

    async def poison(self, raw: Raw, reason: str) -> None:
        """Journal what can't be read, set aside."""
        delivery = Delivery(self.channel, raw.id)
        await self._store.receive([self._received(raw, time.time(), reason)])
        await self._store.change(Change(aside=(delivery, reason)))  # it may have been journalled as open
        self._journalled[raw.id] = False
        self._metrics.set_aside.inc()
        log.error("update_set_aside", extra=named(delivery) | {"reason": reason, "characters": len(raw.text)})

    # -- order and fairness --------------------------------------------------------------------------------------------

    def _queue(self, queued: Queued[T]) -> None:
        self._waiting += 1
        if self._waiting >= MOST_WAITING:
            self._room.clear()
        backlog = self._lines.get(queued.line)
        if backlog is None:
            self._lines[queued.line] = deque()
            self._hand_on(queued)
        else:
            backlog.append(queued)

    def begin(self, delivery: Delivery) -> Fence | None:  # noqa: ARG002  as SharedJournal.begin
        """What is asked before anything of it is sent; None where nobody else could answer it."""
        return None

    def lost(self, fence: Fence) -> None:
        """As SharedJournal.lost; here nothing is."""

    def finished(self, line: str, fence: Fence | None = None) -> None:  # noqa: ARG002  as SharedJournal.finished
        """A delivery of that line was dealt with: the next one may come."""
        self._waiting -= 1
        if self._waiting < MOST_WAITING:
            self._room.set()
        backlog = self._lines.get(line)
        if backlog and not self.closing:
            self._hand_on(backlog.popleft())
        else:
            self._lines.pop(line, None)


def journal_of(
    channel: str, store: Store, metrics: Metrics, hand_on: Callable[[Queued[T]], None], replica: Replica | None
) -> Journal[T]:
    """The journal of a channel: shared where there are other replicas."""
    if replica is None:
        return Journal(channel, store, metrics, hand_on)
    from bot.service.shared_journal import SharedJournal  # what one process alone need not load

    return SharedJournal(channel, store, metrics, hand_on, replica)


class Runner:
    """Runs each delivery as a turn, and again while the channel is disturbed; then lets its line go on."""

    def __init__(
        self,
        journal: Journal[Any],
        turns: Turns,
        metrics: Metrics,
        hold: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """``hold``: entered for the time of a turn; what was begun on one base is finished on it (RecentReplies)."""
        self._journal = journal
        self._turns = turns
        self._metrics = metrics
        self._hold = hold

    async def run(
        self, delivery: Delivery, line: str, once: Callable[[], Awaitable[Any]], again: Callable[[], Awaitable[Any]]
    ) -> None:
        """One turn: ``once`` handles it, ``again`` does after a disturbance; either may raise, or note Turn.error."""
        try:
            fence = self._journal.begin(delivery)
        except LeaseLostError:  # another replica answers it
            return
        turn = self._turns.begin(delivery, fence)
        token = current_turn.set(turn)
        try:
            with self._hold():
                await _noting(turn, once)
                if turn.disturbed:
                    await self._persist(turn, again)
            if fence is not None and (isinstance(turn.error, LeaseLostError) or not fence.holds):
                log.warning("turn_lost", extra=named(delivery))
                self._journal.lost(fence)
            else:
                self._close(turn)
        finally:  # stopped in the middle: it stays open in the journal
            current_turn.reset(token)
            self._journal.finished(line, fence)

    async def _persist(self, turn: Turn, again: Callable[[], Awaitable[Any]]) -> None:
        began, pause = time.monotonic(), RETRY_FIRST
        while turn.disturbed and time.monotonic() - began < GIVE_UP:
            log.warning("turn_disturbed", extra=named(turn.delivery) | {"reason": repr(turn.error)})
            self._metrics.retries.labels("turn").inc()
            for _ in range(round(pause / 0.1)):
                if self._journal.closing:
                    return
                await asyncio.sleep(0.1)
            pause = min(pause * 2, RETRY_MOST)
            turn.again()
            await _noting(turn, again)

    def _close(self, turn: Turn) -> None:
        if turn.retries:
            self._metrics.retries.labels("call").inc(turn.retries)
        if turn.error is None or turn.refused:
            turn.finish()
            self._metrics.answered("refused" if turn.refused else turn.status, time.perf_counter() - turn.began)
        elif not (turn.disturbed and self._journal.closing):  # else it stays open, for the next start
            reason = f"{type(turn.error).__name__}: {turn.error}"
            turn.set_aside(reason)
            self._metrics.set_aside.inc()
            log.error("update_set_aside", extra=named(turn.delivery) | {"reason": type(turn.error).__name__})


async def _noting(turn: Turn, handle: Callable[[], Awaitable[Any]]) -> None:
    """Handle it; what is raised is the turn's affair."""
    try:
        await handle()
    except Exception as error:
        turn.error = error
        note(turn)


def note(turn: Turn) -> None:
    """Log how handling failed."""
    if isinstance(turn.error, LeaseLostError):
        return  # told by the runner
    if turn.refused:
        log.warning("call_refused", extra=named(turn.delivery) | {"reason": str(turn.error)})
    elif not turn.disturbed:
        log.error("handler_fault", exc_info=turn.error, extra=named(turn.delivery))
