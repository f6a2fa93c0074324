"""One poller or connection for each account: another replica takes it over."""

from __future__ import annotations

import asyncio

import pytest

from bot.messaging import core
from bot.serving.replicas import accounts
from bot.store.store import Store
from tests.replicas.echoes import One, replicas, short_leases, until
from tests.telegram.postgres import fresh_database


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases that run out soon."""
    short_leases(monkeypatch)
    monkeypatch.setattr(accounts, "LOOK", 0.2)


class Polling:
    """What each replica would do with the account, and how many do it."""

    def __init__(self) -> None:
        self.now: set[str] = set()
        self.together = 0

    def start(self, one: One) -> asyncio.Task[None]:
        name = one.replica.membership.name

        async def poll() -> None:
            self.now.add(name)
            self.together = max(self.together, len(self.now))
            try:
                await asyncio.Event().wait()
            finally:
                self.now.discard(name)

        return asyncio.create_task(one.replica.accounts.keep("telegram", poll))


async def test_one_polls_and_another_takes_over_from_one_that_ends_or_is_cut_off(postgres_url: str) -> None:
    polling = Polling()
    async with replicas(fresh_database(postgres_url), "a", "b", "c") as (ones, _):
        by_name = {one.replica.membership.name: one for one in ones}
        tasks = {name: polling.start(one) for name, one in by_name.items()}
        await until(lambda: len(polling.now) == 1)
        await asyncio.sleep(0.6)
        (first,) = polling.now
        assert by_name[first].replica.accounts.held == ["telegram"]
        tasks[first].cancel()  # it ends, and gives the account back
        await until(lambda: bool(polling.now - {first}))
        (second,) = polling.now
        member = by_name[second].replica.membership
        assert member._task is not None
        member._task.cancel()  # it is cut off: no beat reaches the database
        await until(lambda: second not in polling.now)
        await until(lambda: len(polling.now) == 1)
        assert polling.together == 1, "never two at a time"
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


async def test_what_knows_no_leases_does_not_start_beside_replicas(postgres_url: str) -> None:
    url = fresh_database(postgres_url)
    async with replicas(url, "policybot-7") as ((one,), _):
        with pytest.raises(core.UnusableError, match="policybot-7"):
            core._only_one(one.store)
    store = Store(url)
    core._only_one(store)
    store.engine.dispose()


async def test_work_that_ends_by_itself_is_over(postgres_url: str) -> None:
    async with replicas(fresh_database(postgres_url), "a") as ((one,), _):

        async def fails() -> None:
            raise ValueError("as a token that is refused")

        with pytest.raises(ValueError, match="refused"):
            await one.replica.accounts.keep("telegram", fails)
        assert one.replica.accounts.held == []
