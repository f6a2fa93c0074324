"""One limit for a person, whichever replica answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, select

from bot.service.shared_limit import KEPT, SharedLimit
from bot.store.keys import Delivery
from bot.store.store import Store
from bot.store.tables import asked_lately
from tests.telegram.postgres import fresh_database

WHO = ("telegram", "7")


@pytest.fixture
async def stores(postgres_url: str) -> AsyncIterator[list[Store]]:
    url = fresh_database(postgres_url)
    made = [Store(url), Store(url)]
    made[0].prepare()
    for store in made:
        store.open()
    yield made
    for store in made:
        await store.close()


def one(number: int) -> Delivery:
    return Delivery("telegram", str(number))


async def test_questions_at_two_replicas_count_together(stores: list[Store]) -> None:
    now = 1000.0
    a, b = (SharedLimit(2, store, lambda: now) for store in stores)
    assert [await a.ask(WHO, one(1)), await b.ask(WHO, one(2))] == ["ok", "ok"]
    assert await a.ask(WHO, one(2)) == "ok", "handled again, it is counted once"
    assert await a.ask(WHO, one(3)) == "notice"
    assert await b.ask(WHO, one(4)) == "drop", "the notice was given by the other one"
    assert b.left_out(WHO) == 2
    assert a.left_out(WHO) == 1
    await a.refresh(WHO)
    assert a.left_out(WHO) == 2
    assert await b.ask(("telegram", "8"), one(5)) == "ok"
    now += 61.0
    assert await a.ask(WHO, one(6)) == "ok"
    a.told_left_out(WHO)
    await a.refresh(WHO)  # waits for the commit
    await b.refresh(WHO)
    assert a.left_out(WHO) == 0
    assert b.left_out(WHO) == 0


def people(connection: Connection) -> list[str]:
    return list(connection.execute(select(asked_lately.c.person)).scalars())


async def test_what_is_counted_is_forgotten(stores: list[Store]) -> None:
    now = 1000.0
    limit = SharedLimit(2, stores[0], lambda: now)
    await limit.ask(WHO, one(1))
    assert await stores[0].transact(people) == ["7"]
    await stores[0].forget("hash", *WHO)
    assert await stores[0].transact(people) == []
    await limit.ask(WHO, one(2))
    now += KEPT + 1
    await limit.ask(("telegram", "8"), one(3))
    assert await stores[0].transact(people) == ["8"]
