"""A turn: one delivery being answered; exactly once in intent, at least once in fact.

What a handler does to the outside is a numbered step, recorded when the channel acknowledged it. After a crash it
is handled again and the recorded steps are skipped. Few steps may be under way unrecorded at one time, over all chats:
that many answers, at most, are sent twice when the process is killed.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import Connection

from bot.days import day_of
from bot.engine.values.conversation import Conversation
from bot.service.exchanges import Exchange, Exchanges, from_json, plain_data
from bot.service.port import FailureOf, failure_of
from bot.serving.replicas.fence import Fence
from bot.store.inbox import HELD
from bot.store.keys import Delivery, Talk
from bot.store.questions import Asked, Forgotten
from bot.store.store import Change, Kept, Open, Store, Verdict, to_json

log = logging.getLogger(__name__)
T = TypeVar("T")

UNRECORDED = HELD
"""Steps under way at one time: one call in flight each, not yet recorded."""
TRIES = 5
"""Tries of one step before the turn as a whole steps back and waits."""
STEP_BACKOFF = 0.2
"""Seconds before the second try of a step; doubled each time."""
REMEMBERED = 1_000
"""Conversations held in memory; the others are read from the store."""


class Slot:
    """One of the few places for a step that is made and not yet recorded; taken at the moment of the call."""

    def __init__(self, places: asyncio.Semaphore, fence: Fence | None = None) -> None:
        self._places = places
        self._fence = fence
        self._held = False

    async def take(self) -> None:
        """Wait for a place, unless one is held. Raises LeaseLostError when the call is another replica's to make."""
        if not self._held:
            await self._places.acquire()
            self._held = True
        if self._fence is not None:
            await self._fence.ask()

    def free(self) -> None:
        """Give the place back, if one is held."""
        if self._held:
            self._held = False
            self._places.release()


current_slot: contextvars.ContextVar[Slot | None] = contextvars.ContextVar("current_slot", default=None)
"""The step that a call to the API belongs to; the pacer takes its place when the call is really made."""
current_turn: contextvars.ContextVar[Turn | None] = contextvars.ContextVar("current_turn", default=None)


Offered = tuple[tuple[str, str], ...]
"""(label, button's data) of what was offered last to be chosen by number, in a channel without buttons."""


_NOTHING_SAID = Conversation()


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a conversation."""

    conversation: Conversation = _NOTHING_SAID
    exchanges: Exchanges = ()
    """The last questions and what came of them."""
    offered: Offered = ()
    rest: tuple[str, ...] = ()
    """Messages of the last answer that were not sent yet, in a channel that takes only so many at once."""

    def to_json(self) -> str:
        """As it is stored."""
        offered = {"offered": [list(one) for one in self.offered]} if self.offered else {}
        rest = {"rest": list(self.rest)} if self.rest else {}
        return to_json(self.conversation.to_json() | plain_data(self.exchanges) | offered | rest)

    @classmethod
    def from_json(cls, stored: str | None) -> Memory:
        """From what was stored; what can't be read is left out."""
        data = json.loads(stored) if stored else {}
        found = data.get("offered") if isinstance(data, dict) else None
        pairs = [one for one in found or () if isinstance(one, list) and len(one) == 2]
        kept = data.get("rest") if isinstance(data, dict) else None
        rest = tuple(map(str, kept)) if isinstance(kept, list) else ()
        return cls(Conversation.from_json(data), from_json(data), tuple((str(a), str(b)) for a, b in pairs), rest)


class Conversations:
    """What is remembered, the recent conversations in memory."""

    def __init__(self, store: Store, most: int = REMEMBERED) -> None:
        self._store = store
        self._most = most
        self._recent: OrderedDict[Talk, Memory] = OrderedDict()

    async def get(self, talk: Talk) -> Memory:
        """What is remembered; nothing of a conversation that is new."""
        if talk in self._recent:
            self._recent.move_to_end(talk)
            return self._recent[talk]
        memory = Memory.from_json(await self._store.conversation(talk))
        self.put(talk, memory)
        return memory

    def forget(self, channel: str, person: str) -> None:
        """Forget a person's in memory; in the store is the store's affair."""
        for talk in [talk for talk in self._recent if (talk.channel, talk.person) == (channel, person)]:
            del self._recent[talk]

    def leave(self, line: str) -> None:
        """Read a conversation, or a person's, from the store again: another replica may have gone on with it."""
        for talk in [talk for talk in self._recent if line in (talk.conversation, talk.person)]:
            del self._recent[talk]

    def known(self, talk: Talk) -> Memory:
        """What is in memory."""
        return self._recent.get(talk, Memory())

    def put(self, talk: Talk, memory: Memory) -> None:
        """Remember in memory; storing it is the turn's affair."""
        self._recent[talk] = memory
        self._recent.move_to_end(talk)
        if len(self._recent) > self._most:
            self._recent.popitem(last=False)


class Turn:
    """One delivery being answered."""

    def __init__(
        self,
        delivery: Delivery,
        store: Store,
        conversations: Conversations,
        places: asyncio.Semaphore,
        steps: int = 0,
        failure_of: FailureOf = failure_of,
        fence: Fence | None = None,
    ) -> None:
        self.delivery = delivery
        self._fence = fence
        self._fenced = [fence.check] if fence is not None else []
        self.began = time.perf_counter()
        self.status = "ignored"
        """What came of it, for the counts."""
        self.error: BaseException | None = None
        """What the handler raised, if it did."""
        self.retries = 0
        self.announced = False
        """Whether the person was told that an answer takes longer (in_time.py)."""
        self.over = False
        """Whether the channel takes no more of this turn's messages."""
        self._store = store
        self._conversations = conversations
        self._places = places
        self._failure_of = failure_of
        self.resumed = steps > 0
        """Some of its steps were made before a restart."""
        self._made = steps
        self._next = 0
        self._kept: dict[Talk, dict[str, Any]] = {}
        self._verdicts: list[Verdict] = []
        self._at_end: list[Callable[[Connection], object]] = []
        self._asked: Asked | None = None
        self._replaced: Delivery | None = None
        self._counted: list[tuple[str, str]] = []

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Read or write in the store at once; ``work`` must be harmless when repeated."""
        if self._fence is None:
            return await self._store.transact(work)
        check = self._fence.check

        def fenced(connection: Connection) -> T:
            check(connection)
            return work(connection)

        return await self._store.transact(fenced)

    async def memory(self, talk: Talk) -> Memory:
        """What is remembered of a conversation, with what this turn adds."""
        known, kept = await self._conversations.get(talk), self._kept.get(talk)
        return replace(known, **kept) if kept else known

    async def conversation(self, talk: Talk) -> Conversation:
        """What the person talks about there, as it was before this turn."""
        return (await self._conversations.get(talk)).conversation

    async def exchanges(self, talk: Talk) -> Exchanges:
        """The last questions and what came of them; the latest last."""
        return (await self.memory(talk)).exchanges

    def keep_exchanges(self, talk: Talk, exchanges: Sequence[Exchange]) -> None:
        """Store them together with the tick-off."""
        self._kept.setdefault(talk, {})["exchanges"] = tuple(exchanges)

    def keep(self, talk: Talk, conversation: Conversation) -> None:
        """Store the conversation together with the tick-off."""
        self._kept.setdefault(talk, {})["conversation"] = conversation

    def keep_offered(self, talk: Talk, offered: Offered) -> None:
        """Store what a number stands for from here on, together with the tick-off."""
        self._kept.setdefault(talk, {})["offered"] = offered

    def keep_rest(self, talk: Talk, pages: Sequence[str]) -> None:
        """Store what is sent when it is asked for, together with the tick-off."""
        self._kept.setdefault(talk, {})["rest"] = tuple(pages)

    @property
    def begun(self) -> bool:
        """Whether anything was said, or is being said."""
        return self._next > 0

    async def step(
        self, call: Callable[[], Awaitable[T]], also: Callable[[T], Callable[[Connection], object]] | None = None
    ) -> T | None:
        """One call that sends or changes something visible; None if it was made before a restart.

        ``also``: from the call's result, what is written in the commit that records the step.

        Steps are numbered in order: a handler that runs again must make the same ones. Network errors are tried again,
        a few times; other errors of the channel are the handler's. Nobody waits for a bare step to be recorded: it goes
        into the same commit as what comes next, mostly the tick-off, and keeps its place until then.
        """
        number = self._next
        self._next += 1
        if number < self._made:
            return None
        slot = Slot(self._places, self._fence)
        token = current_slot.set(slot)
        try:
            tries = functools.partial(self._try, call, slot)
            result = await (tries() if self._fence is None else self._fence.within(tries))
            self._made = number + 1
            if also is not None:
                await self._store.change(
                    Change(stepped=(self.delivery, self._made), also=[*self._fenced, also(result)])
                )
        except BaseException:
            slot.free()
            raise
        finally:
            current_slot.reset(token)
        if also is None:
            self._store.change_soon(Change(stepped=(self.delivery, self._made), also=self._fenced), slot.free)
        else:
            slot.free()
        return result

    async def _try(self, call: Callable[[], Awaitable[T]], slot: Slot) -> T:
        for attempt in range(TRIES):
            try:
                return await call()
            except Exception as error:
                if self._failure_of(error) != "passing" or attempt == TRIES - 1:
                    raise
                slot.free()
                self.retries += 1
                await asyncio.sleep(STEP_BACKOFF * 2**attempt)
        raise AssertionError("unreachable")

    def outcome(self, status: str) -> None:
        """What came of it: a reply's status, or command, callback, inline, limited, denied, ignored."""
        self.status = status

    def judge(self, verdict: Verdict) -> None:
        """A verdict on an answer, stored together with the tick-off."""
        self._verdicts.append(verdict)

    def asked(self, asked: Asked, instead_of: Delivery | None = None) -> None:
        """The question that was asked, recorded together with the tick-off, so once however often it is handled.

        ``instead_of``: an earlier question that was only the beginning of this one.
        """
        self._asked, self._replaced = asked, instead_of

    async def forget(self, asker: str, person: str) -> Forgotten:
        """Delete what is kept about a person of this channel, now; ``asker``: the person's hash."""
        self._conversations.forget(self.delivery.channel, person)
        return await self._store.forget(asker, self.delivery.channel, person)

    def count(self, kind: str, name: str) -> None:
        """One more of that kind and name today, with the tick-off."""
        self._counted.append((kind, name))

    def at_end(self, work: Callable[[Connection], object]) -> None:
        """Written together with the tick-off."""
        self._at_end.append(work)

    def again(self) -> None:
        """Made ready to be handled once more; the steps that were made stay made."""
        self._next = 0
        self.error = None
        self._kept.clear()
        self._verdicts.clear()
        self._at_end.clear()
        self._counted.clear()
        self._asked = self._replaced = None

    def finish(self) -> None:
        """Tick off: with the next commit, together with what was kept."""
        now = time.time()
        kept = []
        for talk, parts in self._kept.items():
            memory = replace(self._conversations.known(talk), **parts)
            self._conversations.put(talk, memory)
            kept.append(Kept(talk, memory.to_json(), now))
        seconds = round(time.perf_counter() - self.began, 4)
        day = day_of(now) if self._counted else ""
        self._store.change_soon(
            Change(
                done=self.delivery,
                kept=kept,
                verdicts=self._verdicts,
                also=[*self._fenced, *self._at_end],
                asked=[replace(self._asked, seconds=seconds)] if self._asked is not None else (),
                replaced=[self._replaced] if self._replaced is not None else (),
                counted=[(day, kind, name) for kind, name in self._counted],
            )
        )

    def set_aside(self, reason: str) -> None:
        """Give up on it; it blocks nothing and stays in the journal for a person to look at."""
        self._store.change_soon(Change(aside=(self.delivery, reason), also=self._fenced))

    @property
    def refused(self) -> bool:
        """Whether the channel refused for a reason that trying again won't mend."""
        return self._failure_of(self.error) == "refused"

    @property
    def disturbed(self) -> bool:
        """Whether the network or the server failed, so that trying again may help."""
        return self._failure_of(self.error) in ("passing", "later")


class Turns:
    """Makes turns: for what is new, and for what was found open at the start."""

    def __init__(self, store: Store, unrecorded: int = UNRECORDED, failure_of: FailureOf = failure_of) -> None:
        """``failure_of``: what the errors of the channel mean."""
        self._store = store
        self._failure_of = failure_of
        self.conversations = Conversations(store)
        self._places = asyncio.Semaphore(unrecorded)
        self._made: dict[Delivery, int] = {}

    def resume(self, found: Open) -> None:
        """Note the steps that were made before the restart."""
        if found.steps:
            self._made[found.delivery] = found.steps

    def begin(self, delivery: Delivery, fence: Fence | None = None) -> Turn:
        """The turn for that delivery; ``fence``: of its line, where other replicas may answer."""
        steps = self._made.pop(delivery, 0)
        if fence is not None:
            self.conversations.leave(fence.lease.line)
        return Turn(delivery, self._store, self.conversations, self._places, steps, self._failure_of, fence)
