"""PTB's two seams that decide what is lost and what is in order: the update queue and the update processor.

``JournalQueue.put`` writes an update to the journal before it returns, and PTB tells Telegram only after ``put``
returned: in polling by moving the offset on, in the webhook by answering 200. Each chat has at most one update in the
queue or in hand, so that order within a chat holds, and chats take turns: one chat's backlog makes no other wait.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from bot.operations.metrics import Metrics
from bot.service.turns import Turn, Turns, current_turn
from bot.store.store import Change, Open, Received, Store, to_json

log = logging.getLogger(__name__)

MOST_WAITING = 5_000
"""Updates in memory; beyond that ``put`` waits, and Telegram keeps the rest."""
AT_ONCE = 128
"""Chats answered at the same time."""
RECENT = 2_000
"""Ids of updates that are remembered as journalled."""
STARTS = 25
"""Program starts that may find an update open before it is held to be what ends the program.

Many: one that merely waits behind others through a bad night of restarts must not be given up.
"""
RETRY_FIRST, RETRY_MOST = 1.0, 30.0
"""Seconds before a disturbed turn is tried again: first, and at most."""
GIVE_UP = 24 * 3600.0
"""Seconds after which an update that could not be answered is set aside, as Telegram itself does."""
RECOVER_TOGETHER = 500


class JournalQueue(asyncio.Queue[object]):
    """PTB's update queue, journalled and fair."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        super().__init__()
        self._store = store
        self._metrics = metrics
        self._chats: dict[int, deque[Update]] = {}
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()
        self._journalled: OrderedDict[int, bool] = OrderedDict()
        """Update id -> whether it still has to be handed on."""
        self.closing = False

    # -- coming in ---------------------------------------------------------------------------------------------------

    async def journal(self, raws: Sequence[Mapping[str, Any]]) -> None:
        """Write updates as received, in one commit; ``put`` then hands each of them on once."""
        now = time.time()
        wanted = [raw for raw in raws if raw["update_id"] not in self._journalled]
        if not wanted:
            return
        new = await self._store.receive([Received(raw["update_id"], to_json(raw), now) for raw in wanted])
        for raw in wanted:
            self._journalled[raw["update_id"]] = raw["update_id"] in new
        while len(self._journalled) > RECENT:
            oldest = next(iter(self._journalled))
            if self._journalled[oldest]:
                break
            del self._journalled[oldest]
        self._metrics.received(len(new), len(wanted) - len(new))

    async def put(self, item: object) -> None:
        """Journal the update, unless that was done, and queue it behind the others of its chat."""
        if not isinstance(item, Update):
            await super().put(item)  # PTB's signal to stop
            return
        if item.update_id not in self._journalled:
            await self.journal([item.to_dict()])
        await self._room.wait()
        if self._journalled.get(item.update_id):
            self._journalled[item.update_id] = False
            self._hand_on(item)

    async def recover(self, bot: Bot, turns: Turns) -> int:
        """Queue what an earlier run left open; returns how many. To be awaited before anything new comes in."""
        await self._store.started()
        count, after = 0, 0
        while found := await self._store.still_open(after, RECOVER_TOGETHER):
            after = found[-1].seq
            for entry in found:
                await self._room.wait()
                update = self._revive(entry, bot)
                if update is not None:
                    turns.resume(entry)
                    self._hand_on(update)
                    count += 1
        return count

    def _revive(self, entry: Open, bot: Bot) -> Update | None:
        reason = "" if entry.starts <= STARTS else f"found open by {entry.starts} program starts"
        try:
            update = Update.de_json(json.loads(entry.raw), bot)
        except Exception as error:  # whatever is in it, the others must be answered
            update, reason = None, f"unreadable: {type(error).__name__}"
        if reason:
            self._store.change_soon(Change(aside=(entry.update_id, reason)))
            self._metrics.set_aside.inc()
            log.error("update_set_aside", extra={"update_id": entry.update_id, "reason": reason})
            return None
        return update

    async def poison(self, raw: Mapping[str, Any], reason: str) -> None:
        """Journal an update that can't be read, set aside."""
        await self._store.receive([Received(raw["update_id"], to_json(raw), time.time(), aside=reason)])
        await self._store.change(Change(aside=(raw["update_id"], reason)))  # it may have been journalled as open
        self._journalled[raw["update_id"]] = False
        self._metrics.set_aside.inc()
        log.error("update_set_aside", extra={"update_id": raw["update_id"], "reason": reason})

    # -- order and fairness ------------------------------------------------------------------------------------------

    def _hand_on(self, update: Update) -> None:
        chat = chat_of(update)
        self._waiting += 1
        if self._waiting >= MOST_WAITING:
            self._room.clear()
        backlog = self._chats.get(chat)
        if backlog is None:
            self._chats[chat] = deque()
            self.put_nowait(update)
        else:
            backlog.append(update)

    def finished(self, update: Update) -> None:
        """The update was dealt with: the next one of its chat may come."""
        chat = chat_of(update)
        self._waiting -= 1
        if self._waiting < MOST_WAITING:
            self._room.set()
        backlog = self._chats.get(chat)
        if backlog and not self.closing:
            self.put_nowait(backlog.popleft())
        else:
            self._chats.pop(chat, None)

    @property
    def waiting(self) -> int:
        """Updates that are in memory and not dealt with."""
        return self._waiting


def chat_of(update: Update) -> int:
    """What is kept in order together: the chat, or the person where there is no chat (inline queries)."""
    if update.effective_chat is not None:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user is not None else 0


class TurnProcessor(BaseUpdateProcessor):
    """Runs each update as a turn, and again while the network is disturbed; then lets its chat go on."""

    def __init__(self, queue: JournalQueue, turns: Turns, metrics: Metrics) -> None:
        super().__init__(AT_ONCE)
        self._queue = queue
        self._turns = turns
        self._metrics = metrics
        self.again: Callable[[Update], Awaitable[None]] | None = None
        """Handles an update once more: Application.process_update."""
        self.hold: Callable[[], AbstractContextManager[None]] = nullcontext
        """Entered for the time of a turn: what was begun on one base is finished on it (RecentReplies.hold)."""

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """PTB calls this for every update that it took from the queue."""
        if not isinstance(update, Update):
            await coroutine
            return
        turn = self._turns.begin(update.update_id)
        token = current_turn.set(turn)
        try:
            with self.hold():
                await coroutine
                if turn.disturbed:
                    await self._persist(turn, update)
            self._close(turn)
        except asyncio.CancelledError:
            raise  # stopped in the middle: it stays open in the journal
        finally:
            current_turn.reset(token)
            self._queue.finished(update)

    async def _persist(self, turn: Turn, update: Update) -> None:
        assert self.again is not None
        began, pause = time.monotonic(), RETRY_FIRST
        while turn.disturbed and time.monotonic() - began < GIVE_UP:
            log.warning("turn_disturbed", extra={"update_id": turn.update_id, "reason": repr(turn.error)})
            self._metrics.retries.labels("turn").inc()
            for _ in range(round(pause / 0.1)):
                if self._queue.closing:
                    return
                await asyncio.sleep(0.1)
            pause = min(pause * 2, RETRY_MOST)
            turn.again()
            await self.again(update)

    def _close(self, turn: Turn) -> None:
        if turn.retries:
            self._metrics.retries.labels("call").inc(turn.retries)
        if turn.error is None:
            turn.finish()
            self._metrics.answered(turn.status, time.perf_counter() - turn.began)
        elif turn.refused:
            turn.finish()
            self._metrics.answered("refused", time.perf_counter() - turn.began)
        elif turn.disturbed and self._queue.closing:
            return  # it stays open, for the next start
        else:
            reason = f"{type(turn.error).__name__}: {turn.error}"
            turn.set_aside(reason)
            self._metrics.set_aside.inc()
            log.error("update_set_aside", extra={"update_id": turn.update_id, "reason": type(turn.error).__name__})
