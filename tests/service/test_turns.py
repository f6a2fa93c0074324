"""What a turn writes, and when."""

from __future__ import annotations

import asyncio
import threading

from sqlalchemy import event

from bot.service.turns import Conversations, Turn, current_slot
from bot.store.keys import Delivery
from bot.store.store import Received, Store
from tests.patience import PATIENCE

ONE = Delivery("memory", "1")


async def test_a_step_is_recorded_together_with_the_tick_off(store: Store) -> None:
    """Nobody waits for the record; but the step keeps its place until it is made."""
    commits: list[object] = []
    event.listen(store.engine, "commit", commits.append)
    await store.receive([Received(ONE, "a question", 1.0)])
    busy, gate, places = threading.Event(), threading.Event(), asyncio.Semaphore(1)

    def block(_: object) -> None:
        busy.set()
        gate.wait(PATIENCE)

    writing = asyncio.create_task(store.transact(block))
    await asyncio.to_thread(busy.wait, PATIENCE)
    turn = Turn(ONE, store, Conversations(store), places)

    async def call() -> None:
        slot = current_slot.get()
        assert slot is not None
        await slot.take()

    commits.clear()
    await asyncio.wait_for(turn.step(call), PATIENCE)
    turn.finish()
    assert places.locked(), "not recorded yet"
    gate.set()
    await writing
    await asyncio.wait_for(places.acquire(), PATIENCE)
    assert await store.counts() == {"done": 1}
    assert len(commits) == 3, "what was under way, the step with the tick-off, the counting"
