"""PTB's two seams that decide what is lost and what is in order: the update queue and the update processor. Thin: the
journal and the turns are the service's.

``JournalQueue.put`` writes an update to the journal before it returns, and PTB tells Telegram only after ``put``
returned: in polling by moving the offset on, in the webhook by answering 200. What is plain (plain.py) goes through the
same seams, but PTB need not read it.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeAlias

from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from bot.channels.telegram.channel import NAME
from bot.channels.telegram.plain import plain
from bot.operations.metrics import Metrics
from bot.service.journal import Journal, Queued, Raw, Runner, journal_of
from bot.service.masks import in_data
from bot.service.port import Address, Incoming
from bot.service.turns import Turns
from bot.store.keys import Delivery
from bot.store.store import Store, to_json

if TYPE_CHECKING:
    from bot.serving.replicas.replica import Replica

AT_ONCE = 128
"""Chats answered at the same time."""
Item: TypeAlias = Update | Incoming
"""What is handed on: what is plain as it is answered, all else as PTB reads it."""
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
        self._before: dict[int, list[Incoming]] = {}
        """Number of an update that PTB reads -> what is plain and came before it, and is not handed on yet."""
        self.kept: Journal[Item] = journal_of(
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
        """Write updates as received, in one commit, but for empty ones; ``put`` then hands each of them on once."""
        await self.kept.write([self._raw(raw) for raw in raws if len(raw) > 1])

    async def receive(self, raws: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Write what was polled, in one commit; what PTB still has to read of it, and to ``put``.

        With each of these what is plain and came before it is handed on. When the last one is plain an empty update of
        its number says how far it goes.
        """
        await self.journal(raws)
        left: list[Mapping[str, Any]] = []
        self._before, before = {}, []
        for raw in raws:
            incoming = plain(raw)
            if incoming is not None:
                before.append(incoming)
            else:
                self._before[raw["update_id"]], before = before, []
                left.append(raw)
        if before:
            last = raws[-1]["update_id"]
            self._before[last] = before
            left.append({"update_id": last})
        return left

    async def take(self, raw: Mapping[str, Any], item: Item) -> None:
        """Write an update as it was received, and hand it on."""
        await self.journal([raw])
        await self._hand_on(item)

    async def put(self, item: object) -> None:
        """Journal the update, unless that was done, and queue it behind the others of its chat."""
        if not isinstance(item, Update):
            await super().put(item)  # PTB's signal to stop
            return
        for incoming in self._before.pop(item.update_id, ()):
            await self._hand_on(incoming)
        if self.kept.holds(delivery_of(item).id):
            await self._hand_on(item)
        else:
            await self.take(item.to_dict(), item)

    async def _hand_on(self, item: Item) -> None:
        await self.kept.put(Queued(delivery_of(item), line_of(item), item))

    async def recover(self, bot: Bot, turns: Turns) -> int:
        """Queue what an earlier run left open; returns how many. To be awaited before anything new comes in."""

        def revive(delivery: Delivery, text: str) -> Queued[Item]:
            item = read(json.loads(text), bot)
            return Queued(delivery, line_of(item), item)

        return await self.kept.recover(revive, turns)

    async def poison(self, raw: Mapping[str, Any], reason: str) -> None:
        """Journal an update that can't be read, set aside."""
        await self.kept.poison(self._raw(raw), reason)

    def _raw(self, update: Mapping[str, Any]) -> Raw:
        spared = "callback_query" in update or self._spares(Address(NAME, _chat(update), place="group"))
        text = to_json(update if spared else in_data(update))
        return Raw(str(update["update_id"]), text, _sender(update), _line(update))


def read(raw: dict[str, Any], bot: Bot) -> Item:
    """An update as it was received. Raises whatever PTB does when it can't be read."""
    return plain(raw) or Update.de_json(raw, bot)


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


def delivery_of(item: Item) -> Delivery:
    """By what an update is known when it comes again."""
    return item.delivery if isinstance(item, Incoming) else Delivery(NAME, str(item.update_id))


def line_of(item: Item) -> str:
    """What is kept in order together."""
    return item.at.conversation if isinstance(item, Incoming) else str(chat_of(item))


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
        again: Callable[[Item], Awaitable[None]],
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
        if not isinstance(update, (Update, Incoming)):
            await coroutine
            return

        async def once() -> None:
            await coroutine

        await self._runner.run(delivery_of(update), line_of(update), once, lambda: self._again(update))
        if inspect.iscoroutine(coroutine):
            coroutine.close()  # never begun where another replica answers it
