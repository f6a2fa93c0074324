"""One limit for an address or a key, whichever replicas it asks; nothing is asked of the database far from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, event, select, update

from bot.channels.web.shared_limits import KEPT, TIDY_EVERY, SharedBuckets
from bot.serving.replicas.membership import Membership
from bot.staff.asker_hash import Askers
from bot.store.store import Store
from bot.store.tables import shared_limits
from tests.telegram.postgres import fresh_database

WHO = ("address", "203.0.113.7")


class Side:
    """The limits of one replica, beside ``others``."""

    def __init__(self, store: Store, others: int, clock: Clock) -> None:
        membership = Membership(store, "a")
        membership.others = others
        self.buckets = SharedBuckets(store, Askers(b"a key for tests only"), membership, clock)
        self.queries = 0
        event.listen(self.buckets._engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.queries += 1

    async def let_through(self, times: int, per_minute: int) -> int:
        return [await self.buckets.ask(WHO, per_minute) for _ in range(times)].count(0)


@dataclass
class Clock:
    """Of the replicas; the database has its own."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Sides:
    """Several replicas on one database."""

    of: Sequence[Side]
    store: Store
    clock: Clock

    async def go_on(self, seconds: float) -> None:
        """As if so much time went by, here and there."""
        self.clock.now += seconds
        before = update(shared_limits).values(at=shared_limits.c.at - seconds)

        def work(connection: Connection) -> None:
            connection.execute(before)

        await self.store.change_with(work)


@pytest.fixture
async def sides(postgres_url: str) -> AsyncIterator[Sides]:
    store, clock = Store(fresh_database(postgres_url)), Clock()
    store.prepare()
    store.open()
    made = Sides([Side(store, 1, clock), Side(store, 1, clock)], store, clock)
    yield made
    for side in made.of:
        side.buckets.close()
        side.buckets._membership._engine.dispose()
    await store.close()


async def test_two_replicas_let_through_no_more_than_one_would(sides: Sides) -> None:
    through = [0, 0]
    for n in range(100):
        through[n % 2] += await sides.of[n % 2].let_through(1, 40)
    assert sum(through) == 40
    assert min(through) >= 15, "whichever it asks"
    await sides.go_on(24.6)
    assert sum([await side.let_through(20, 40) for side in sides.of]) == 16, "what comes in 24 seconds"
    await sides.go_on(600.0)
    assert sum([await side.let_through(60, 40) for side in sides.of]) == 40, "no more for having been away"


async def test_one_replica_alone_lets_through_three_quarters_at_least(sides: Sides) -> None:
    assert 30 <= await sides.of[0].let_through(100, 40) <= 40


async def test_many_at_once_are_no_more(sides: Sides) -> None:
    asked = [sides.of[n % 2].buckets.ask(WHO, 40) for n in range(120)]
    assert (await asyncio.gather(*asked)).count(0) == 40


@pytest.mark.parametrize("per_minute", [1, 2, 5])
async def test_a_small_limit_is_kept_exactly(sides: Sides, per_minute: int) -> None:
    asked = [await side.let_through(5, per_minute) for side in sides.of]
    assert sum(asked) == per_minute


async def test_far_from_the_limit_the_database_is_asked_nothing(sides: Sides) -> None:
    for _ in range(30):
        for side in sides.of:
            assert await side.let_through(2, 120) == 2
        sides.clock.now += 10.0
    assert [side.queries for side in sides.of] == [0, 0]


async def test_whoever_asks_on_and_on_costs_few_queries(sides: Sides) -> None:
    one = sides.of[0]
    through = await one.let_through(1_000, 120)
    queries = one.queries - 1  # the first one tidies up besides
    assert 90 <= through <= 120
    assert queries <= through / 15 + 2, "several are given at once, and what is refused is not asked for again"


async def test_what_was_given_and_not_needed_is_given_up(sides: Sides) -> None:
    one, other = sides.of
    assert await one.let_through(6, 40) == 6  # 5 of its own, 1 of the 5 that the database gave
    sides.clock.now += KEPT + 1
    assert await other.let_through(100, 40) == 5 + 25
    assert await one.let_through(100, 40) == 5, "its own has filled again; what it was given is too old"


async def test_a_database_that_is_away_stops_nobody(sides: Sides) -> None:
    one = sides.of[0]

    def away(*_: object) -> None:
        raise ConnectionRefusedError

    one.buckets._take = away  # type: ignore[assignment]
    assert await one.let_through(100, 40) == 5 + 20, "its own share, and then its half"


async def test_no_address_is_written_down_and_all_is_forgotten(sides: Sides) -> None:
    await sides.of[0].let_through(10, 5)

    def kept(connection: Connection) -> list[str]:
        return list(connection.execute(select(shared_limits.c.who)).scalars())

    (name,) = await sides.store.transact(kept)
    assert "203" not in name
    await sides.go_on(TIDY_EVERY + 1)
    await sides.of[0].buckets.ask(("key", "k"), 1)
    found = await sides.store.transact(kept)
    assert len(found) == 1
    assert name not in found
