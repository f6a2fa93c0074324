"""Replicas in one process: each with a store, a membership and an intake of its own, on one PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.operations.metrics import Metrics
from bot.service.intake import Intake
from bot.service.journal import Raw
from bot.service.port import Address, Incoming
from bot.service.service import Service
from bot.service.shared_journal import SharedJournal
from bot.service.turns import Turn, current_slot, current_turn
from bot.serving.replicas import membership
from bot.serving.replicas.replica import Replica
from bot.store import leases
from bot.store.keys import Delivery
from bot.store.store import Store
from tests.patience import PATIENCE

CHANNEL = "test"


def short_leases(monkeypatch: pytest.MonkeyPatch, seconds: float = 2.0) -> None:
    """Leases that run out in so many seconds, and beats to match."""
    monkeypatch.setattr(leases, "TTL", seconds)
    monkeypatch.setattr(membership, "TTL", seconds)
    monkeypatch.setattr(membership, "MARGIN", seconds / 4)
    monkeypatch.setattr(membership, "BEAT", 0.3)


def read(delivery: Delivery, text: str) -> Incoming:
    """The text is ``conversation|what``."""
    conversation, _, what = text.partition("|")
    return Incoming(delivery, Address(CHANNEL, conversation, conversation, delivery.id), "text", what)


class Echo(Service):
    """Says what it heard; ``before`` and ``during`` are awaited before and during the call."""

    def __init__(self, name: str, said: list[tuple[str, str, str]]) -> None:
        self.name = name
        self.said = said
        self.before: Callable[[], Awaitable[object]] = _nothing
        self.during: Callable[[], Awaitable[object]] = _nothing

    def spares(self, at: Address) -> bool:
        return False

    async def handle(self, incoming: Incoming, turn: Turn | None = None) -> None:
        turn = turn or current_turn.get()
        assert turn is not None
        await self.before()

        async def call() -> None:
            slot = current_slot.get()
            assert slot is not None
            await slot.take()
            await self.during()
            self.said.append((self.name, incoming.at.conversation, incoming.text))

        await turn.step(call)


async def _nothing() -> None:
    pass


class One:
    """One replica."""

    def __init__(self, url: str, name: str, said: list[tuple[str, str, str]]) -> None:
        self.store = Store(url)
        self.metrics = Metrics(name)
        self.replica = Replica(self.store, name)
        self.echo = Echo(name, said)
        self.intake = Intake(CHANNEL, read, self.echo, self.store, self.metrics, replica=self.replica)

    @property
    def journal(self) -> SharedJournal[Incoming | None]:
        assert isinstance(self.intake.journal, SharedJournal)
        return self.intake.journal

    async def start(self) -> None:
        self.store.open()
        await self.replica.start()
        await self.intake.recover()

    async def stop(self) -> None:
        """As after SIGTERM."""
        await self.intake.stop(5.0)
        await self.replica.stop()
        await self.store.close()

    async def take(self, one: str, text: str) -> None:
        await self.intake.take([Raw(one, text, "p")])


@contextlib.asynccontextmanager
async def replicas(url: str, *names: str) -> AsyncIterator[tuple[list[One], list[tuple[str, str, str]]]]:
    """Running replicas on a database with its tables, and what they said: (replica, conversation, text)."""
    said: list[tuple[str, str, str]] = []
    store = Store(url)
    store.prepare()
    store.engine.dispose()
    ones = [One(url, name, said) for name in names]
    for one in ones:
        await one.start()
    try:
        yield ones, said
    finally:
        for one in ones:
            await one.stop()


@contextlib.asynccontextmanager
async def joined(url: str, name: str, said: list[tuple[str, str, str]]) -> AsyncIterator[One]:
    """One more: it comes when another holds a chat, which else may be taken by either."""
    one = One(url, name, said)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


async def until(condition: Callable[[], bool], within: float = PATIENCE) -> None:
    """Wait for what comes by itself."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.02)
