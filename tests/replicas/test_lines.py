"""Several replicas on one database: a chat's answers in order, whoever receives the questions; fencing; take-over."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from bot.service import lines
from bot.serving.replicas import membership
from bot.store import leases
from tests.replicas.echoes import One, joined, replicas, short_leases, until
from tests.telegram.postgres import fresh_database

BOUND = 20.0
"""Seconds, with leases of two: what is taken over at all is taken over by then, however busy the machine."""


@pytest.fixture
def url(postgres_url: str) -> str:
    return fresh_database(postgres_url)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases that run out soon."""
    short_leases(monkeypatch)


async def open_still(one: One) -> int:
    return (await one.store.counts()).get("open", 0)


async def test_questions_that_come_in_anywhere_are_answered_once_and_in_order(url: str) -> None:
    async with replicas(url, "a", "b", "c") as (ones, said):
        turn = itertools.cycle(ones)
        for n in range(60):
            await next(turn).take(f"d{n}", f"chat{n % 4}|{n}")
        await until(lambda: len(said) >= 60)
        await asyncio.sleep(0.3)
        assert len(said) == 60
        for chat in range(4):
            numbers = [int(text) for _, conversation, text in said if conversation == f"chat{chat}"]
            assert numbers == sorted(numbers)
        assert len({name for name, _, _ in said}) > 1, "several replicas answer"
        assert await open_still(ones[0]) == 0


async def test_the_same_delivery_at_two_replicas_is_answered_once(url: str) -> None:
    async with replicas(url, "a", "b") as (ones, said):
        await asyncio.gather(*(one.take("same", "chat|x") for one in ones))
        await until(lambda: bool(said))
        await asyncio.sleep(0.3)
        assert len(said) == 1


async def test_what_comes_in_elsewhere_is_told_to_the_holder(url: str) -> None:
    async with replicas(url, "a") as ((a,), said):
        gate = asyncio.Event()
        a.echo.before = gate.wait
        await a.take("d1", "chat|1")
        await until(lambda: "chat" in a.journal.lines.held)
        async with joined(url, "b", said) as b:
            await b.take("d2", "chat|2")
            await asyncio.sleep(0.5)
            assert said == []
            gate.set()
            await until(lambda: len(said) == 2)
            assert said == [("a", "chat", "1"), ("a", "chat", "2")]
            await until(lambda: not a.journal.lines.held)


async def test_the_holder_need_not_look_for_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replicas tell one another: the looks are only for what was missed."""
    monkeypatch.setattr(lines, "LOOK", 3_600.0)
    async with replicas(url, "a") as ((a,), said):
        gate = asyncio.Event()
        a.echo.before = gate.wait
        await a.take("d1", "chat|1")
        await until(lambda: "chat" in a.journal.lines.held)
        async with joined(url, "b", said) as b:
            await b.take("d2", "chat|2")
            await until(lambda: len(held_by(a)) == 2)
            gate.set()
            await until(lambda: said == [("a", "chat", "1"), ("a", "chat", "2")])


def held_by(one: One) -> set[str]:
    return {delivery for held in one.journal.lines.held.values() for delivery in held.known}


async def test_a_dead_replicas_chats_are_taken_over_within_the_bound(url: str, quick: None) -> None:
    async with replicas(url) as (_, said):
        dead = One(url, "a", said)
        await dead.start()
        dead.echo.before = asyncio.Event().wait
        await dead.take("d1", "chat|1")
        await until(lambda: "chat" in dead.journal.lines.held)
        async with joined(url, "b", said) as b:
            dies = asyncio.get_running_loop().time()
            await kill(dead)
            await b.take("d2", "chat|2")
            await asyncio.sleep(0.5)
            early = asyncio.get_running_loop().time() < dies + leases.TTL - membership.BEAT
            assert said == [] or not early, "its lease holds until it runs out"
            await until(lambda: len(said) == 2, within=BOUND)
            assert said == [("b", "chat", "1"), ("b", "chat", "2")]
            assert b.metrics.leases_taken_over._value.get() == 1


async def test_a_slow_replica_sends_nothing_after_it_lost_the_lease(url: str, quick: None) -> None:
    """It goes on when another has answered; between its looks at the clock it is stopped, as by SIGSTOP."""
    async with replicas(url, "a") as ((a,), said):
        gate = asyncio.Event()
        a.echo.before = gate.wait
        await a.take("d1", "chat|1")
        await until(lambda: "chat" in a.journal.lines.held)
        (held,) = a.journal.lines.held.values()
        assert a.replica.membership._task is not None
        a.replica.membership._task.cancel()  # no beat any more, and no look at the clock
        async with joined(url, "b", said) as b:
            await until(lambda: said == [("b", "chat", "1")])
            a.replica.membership._until += 1000.0  # what it believes must not matter: the database says whose it is
            assert held.fence.holds
            gate.set()
            await until(lambda: a.metrics.leases_lost._value.get() == 1)
            assert said == [("b", "chat", "1")]
            assert await open_still(b) == 0


async def test_a_call_under_way_is_broken_off_when_the_leases_run_out(url: str, quick: None) -> None:
    async with replicas(url, "a") as ((a,), said):
        called = []

        async def hangs_the_first_time() -> None:
            called.append(1)
            if len(called) == 1:
                await asyncio.Event().wait()

        a.echo.during = hangs_the_first_time
        await a.take("d1", "chat|1")
        await until(lambda: bool(called))
        async with joined(url, "b", said):
            member, before = a.replica.membership, a.replica.membership.me
            member._until = 0.0
            member._look()
            assert member.me != before, "it goes on as another, with no lease of the one before"
            await until(lambda: ("b", "chat", "1") in said or ("a", "chat", "1") in said)
            assert len(said) == 1


async def test_stopping_hands_chats_over_at_once(url: str) -> None:
    async with replicas(url) as (_, said):
        a = One(url, "a", said)
        await a.start()
        gate = asyncio.Event()
        a.echo.before = gate.wait
        for n in range(5):
            await a.take(f"d{n}", f"chat|{n}")
        await until(lambda: "chat" in a.journal.lines.held)
        async with joined(url, "b", said):
            stopping = asyncio.create_task(a.stop())
            await asyncio.sleep(0.1)
            gate.set()
            await stopping
            await until(lambda: len(said) == 5, within=leases.TTL / 2)
            assert said[0] == ("a", "chat", "0"), "what was under way is finished by the one that stops"
            assert [text for _, _, text in said] == ["0", "1", "2", "3", "4"]


async def kill(one: One) -> None:
    """As kill -9: nothing is given up, nothing is finished."""
    for task in (*one.journal.lines._tasks, *one.intake._tasks, one.replica.membership._task):
        if task is not None:
            task.cancel()
    one.replica._hearing._over.set()
    one.replica.membership._thread.shutdown()
    one.replica.membership._engine.dispose()
    await asyncio.sleep(0)
    await one.store.close()
