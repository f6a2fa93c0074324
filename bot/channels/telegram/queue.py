"""PTB's two seams that decide what is lost and what is in order: the update queue and the update processor. Thin: the
journal and the turns are the service's.

``JournalQueue.put`` writes an update to the journal before it returns, and PTB tells Telegram only after ``put``
returned: in polling by moving the offset on, in the webhook by answering 200.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from bot.channels.telegram.channel import NAME
from bot.operations.metrics import Metrics
from bot.service.journal import Journal, Queued, Raw, Runner, journal_of
from bot.service.masks import in_json
from bot.service.port import Address
from bot.service.turns import Turns
from bot.store.keys import Delivery
from bot.store.store import Store, to_json

if TYPE_CHECKING:
    from bot.serving.replicas.replica import Replica

AT_ONCE = 128
"""Chats answered at the same time."""
_SENDERS = ("sender_chat", "from", "user")


class JournalQueue(asyncio.Queue[object]):
    """PTB's update queue, journalled and fair."""

    def __init__(
        self,
        store: Store,
        metrics: Metrics,
        spares: Callable[[Address], bool] = lambda _: False,
        replica: Replica | None = None,
    ) -> None:
        """``spares``: where what is written stays as it is, as Service.spares.

        ``replica``: where there are others that answer the same bot's chats.
        """
        super().__init__()
        self._spares = spares
        self.kept: Journal[Update] = journal_of(
            NAME, store, metrics, lambda queued: self.put_nowait(queued.item), replica
        )

    @property
    def closing(self) -> bool:
        """Whether nothing more is handed on."""
        return self.kept.closing

    @closing.setter
    def closing(self, closing: bool) -> None:
        self.kept.closing = closing

    @property
    def waiting(self) -> int:
        """Updates that are in memory and not dealt with."""
        return self.kept.waiting

    async def journal(self, raws: Sequence[Mapping[str, Any]]) -> None:
        """Write updates as received, in one commit; ``put`` then hands each of them on once."""
        await self.kept.write([self._raw(raw) for raw in raws])

    async def put(self, item: object) -> None:
        """Journal the update, unless that was done, and queue it behind the others of its chat."""
        if not isinstance(item, Update):
            await super().put(item)  # PTB's signal to stop
            return
        delivery = delivery_of(item)
        if not self.kept.holds(delivery.id):
            await self.journal([item.to_dict()])
        await self.kept.put(Queued(delivery, str(chat_of(item)), item))

    async def recover(self, bot: Bot, turns: Turns) -> int:
        """Queue what an earlier run left open; returns how many. To be awaited before anything new comes in."""

        def revive(delivery: Delivery, text: str) -> Queued[Update]:
            update = Update.de_json(json.loads(text), bot)
            return Queued(delivery, str(chat_of(update)), update)

        return await self.kept.recover(revive, turns)

    async def poison(self, raw: Mapping[str, Any], reason: str) -> None:
        """Journal an update that can't be read, set aside."""
        await self.kept.poison(self._raw(raw), reason)

    def _raw(self, update: Mapping[str, Any]) -> Raw:
        raw, chat = to_json(update), _chat(update)
        spared = "callback_query" in update or self._spares(Address(NAME, chat, place="group"))
        return Raw(str(update["update_id"]), raw if spared else in_json(raw), _sender(update), _line(update))


def _chat(update: Mapping[str, Any]) -> str:
    """The number of the chat in which something was written; empty when there is none."""
    chats = (part.get("chat") for part in update.values() if isinstance(part, dict))
    return next((str(chat["id"]) for chat in chats if isinstance(chat, dict) and "id" in chat), "")


def _line(update: Mapping[str, Any]) -> str:
    """As chat_of, of an update as received."""
    for part in update.values():
        if isinstance(part, dict):
            around = part.get("message")
            chat = part.get("chat") or (around.get("chat") if isinstance(around, dict) else None)
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return str(chat["id"])
    return _sender(update) or "0"


def _sender(update: Mapping[str, Any]) -> str:
    """The number of whoever sent an update; empty when there is none to be found."""
    for part in update.values():
        for name in _SENDERS:
            sender = part.get(name) if isinstance(part, dict) else None
            if isinstance(sender, dict) and isinstance(sender.get("id"), int):
                return str(sender["id"])
    return ""


def delivery_of(update: Update) -> Delivery:
    """By what an update is known when it comes again."""
    return Delivery(NAME, str(update.update_id))


def chat_of(update: Update) -> int:
    """What is kept in order together: the chat, or the person where there is no chat (inline queries)."""
    if update.effective_chat is not None:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user is not None else 0


class TurnProcessor(BaseUpdateProcessor):
    """Runs each update as a turn."""

    def __init__(
        self,
        queue: JournalQueue,
        turns: Turns,
        metrics: Metrics,
        again: Callable[[Update], Awaitable[None]],
        hold: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """``again``: handles an update once more, as Application.process_update; ``hold`` as of Runner."""
        super().__init__(AT_ONCE)
        self._runner = Runner(queue.kept, turns, metrics, hold)
        self._again = again

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """PTB calls this for every update that it took from the queue."""
        if not isinstance(update, Update):
            await coroutine
            return

        async def once() -> None:
            await coroutine

        await self._runner.run(delivery_of(update), str(chat_of(update)), once, lambda: self._again(update))
        if inspect.iscoroutine(coroutine):
            coroutine.close()  # never begun where another replica answers it
