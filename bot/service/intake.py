"""For channels that have no queue of their own: what was delivered is journalled, and answered in the background."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.operations.metrics import Metrics
from bot.service.journal import Journal, Queued, Raw, Runner, journal_of
from bot.service.masks import in_json
from bot.service.port import Incoming
from bot.service.service import Service
from bot.service.turns import Turns
from bot.store.keys import Delivery
from bot.store.store import Kept, Store

if TYPE_CHECKING:
    from bot.serving.replicas.replica import Replica

AT_ONCE = 128
"""Conversations answered at the same time."""

Read = Callable[[Delivery, str], Incoming | None]
"""From a Raw's text to what came in; None for what nobody asks with. Raises when it can't be read."""


class Intake:
    """Where a channel hands in what it receives."""

    def __init__(
        self,
        channel: str,
        read: Read,
        service: Service,
        store: Store,
        metrics: Metrics,
        hold: Callable[[], AbstractContextManager[None]] = nullcontext,
        replica: Replica | None = None,
    ) -> None:
        """``hold``: entered for the time of a turn (RecentReplies.hold). ``replica``: where there are others."""
        self._channel = channel
        self._read = read
        self._service = service
        self.store = store
        self.after: Callable[[Delivery], object] = lambda _: None
        """Told of each delivery that was dealt with, or left for the next start."""
        self._turns = Turns(store)
        self.journal: Journal[Incoming | None] = journal_of(channel, store, metrics, self._begin, replica)
        self._runner = Runner(self.journal, self._turns, metrics, hold)
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, raws: Sequence[Raw], kept: Sequence[Kept] = ()) -> None:
        """When this returns the channel may say that it has them: they are answered, even after a crash.

        ``kept``: what is remembered in the same commit, such as how far was read.
        """
        readable = []
        for raw in raws:
            try:
                queued = self._queued(raw.id, raw.text)
                readable.append((replace(self._kept(raw, queued.item), line=queued.line), queued))
            except Exception as error:  # whatever is in it, it must not come again for ever
                await self.journal.poison(replace(raw, text=in_json(raw.text)), f"unreadable: {type(error).__name__}")
        await self.journal.write([raw for raw, _ in readable], kept)
        for _, queued in readable:
            await self.journal.put(queued)

    async def wants_person(self, text: str) -> bool:
        """As Service.wants_person."""
        return await self._service.wants_person(text)

    def _kept(self, raw: Raw, incoming: Incoming | None) -> Raw:
        """As it is written down: what a button means is no person's words."""
        if incoming is None or incoming.kind == "press" or self._service.spares(incoming.at):
            return raw
        return replace(raw, text=in_json(raw.text))

    async def recover(self) -> int:
        """Take up what an earlier run left open; to be awaited before anything new is taken."""

        def revive(delivery: Delivery, text: str) -> Queued[Incoming | None]:
            return self._queued(delivery.id, text)

        return await self.journal.recover(revive, self._turns)

    def only_while(self, condition: Callable[[], bool]) -> None:
        """Where replicas share the journal: answer here only while that is so."""
        from bot.service.shared_journal import SharedJournal

        if isinstance(self.journal, SharedJournal):
            self.journal.lines.accepting = condition

    def _queued(self, one: str, text: str) -> Queued[Incoming | None]:
        delivery = Delivery(self._channel, one)
        incoming = self._read(delivery, text)
        line = incoming.at.conversation or incoming.at.person if incoming is not None else ""
        return Queued(delivery, line, incoming)

    def _begin(self, queued: Queued[Incoming | None]) -> None:
        task = asyncio.create_task(self._answer(queued))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, queued: Queued[Incoming | None]) -> None:
        async def handle() -> None:
            if queued.item is not None:
                await self._service.handle(queued.item)

        async with self._at_once:
            await self._runner.run(queued.delivery, queued.line, handle, handle)
        self.after(queued.delivery)

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self, within: float) -> None:
        """Finish what is under way within so many seconds; the rest stays in the journal."""
        self.journal.closing = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.idle(), within)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
