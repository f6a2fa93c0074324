"""The pages and the API of two replicas: one limit, and nothing from one that is cut off from the others."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.channels.web.settings import WebSettings
from bot.operations.health import Health
from bot.operations.metrics import Metrics
from bot.serving.hot_reload import State
from bot.serving.replicas import membership
from bot.serving.replicas.replica import Replica
from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from tests.replicas.echoes import short_leases, until
from tests.telegram.postgres import fresh_database
from tests.web.web import Web

ASKED = {"text": "首次认定的高企补贴多少"}
LOOKED_AT = (
    "/",
    "/p",
    "/units",
    "/money",
    "/api/v1/search?q=高企",
    "/api/v1/policies",
    "/api/v1/events",
    "/openapi.json",
)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases that run out soon."""
    short_leases(monkeypatch)


@contextlib.asynccontextmanager
async def webs(url: str, recent: RecentReplies, address_limit: int = 0) -> AsyncIterator[Sequence[Web]]:
    """Two replicas on a new database."""
    first = Store(url)
    first.prepare()
    first.engine.dispose()
    async with contextlib.AsyncExitStack() as stack:
        made = []
        for name in ("a", "b"):
            store = Store(url)
            replica = Replica(store, name)
            store.open()
            stack.push_async_callback(store.close)
            await replica.start()
            stack.push_async_callback(replica.stop)
            web = await Web(store, recent, WebSettings(port=0, address_limit=address_limit), replica=replica).open()
            stack.push_async_callback(web.close)
            made.append(web)
        yield made


def membership_of(web: Web) -> membership.Membership:
    assert web.parts.replica is not None
    return web.parts.replica.membership


async def test_an_address_has_one_limit_at_all_replicas(postgres_url: str, recent: RecentReplies) -> None:
    async with webs(fresh_database(postgres_url), recent, address_limit=5) as made, ClientSession() as session:
        await until(lambda: all(membership_of(web).others == 1 for web in made))
        statuses = []
        for n in range(8):
            async with session.post(f"{made[n % 2].address}/api/v1/ask", json=ASKED) as answer:
                statuses.append(answer.status)
                if answer.status == 429:
                    assert 1 <= int(answer.headers["Retry-After"]) <= 15
        assert statuses == [200] * 5 + [429] * 3


async def test_a_conversation_goes_on_at_another_replica(postgres_url: str, recent: RecentReplies) -> None:
    async with webs(fresh_database(postgres_url), recent) as made, ClientSession() as session:

        async def said(web: Web, **body: str) -> dict[str, Any]:
            async with session.post(f"{web.address}/api/v1/ask", json=body) as answer:
                assert answer.status == 200
                return dict(await answer.json())

        a, b = made
        for first, second in ((a, b), (b, a)):
            begun = await said(first, **ASKED)
            follow_up = {"text": "哪个部门负责", "conversation": begun["conversation"]}
            there = await said(second, **follow_up)
            alone = await said(second, text=follow_up["text"])
            assert there["text"] != alone["text"], "it knows what was asked before"
            begun = await said(first, **ASKED)
            here = await said(first, **follow_up | {"conversation": begun["conversation"]})
            assert there["text"] == here["text"]


async def test_a_replica_that_is_cut_off_answers_nobody_and_comes_back(
    postgres_url: str, recent: RecentReplies, quick: None
) -> None:
    async with webs(fresh_database(postgres_url), recent) as (cut, other), ClientSession() as session:

        async def statuses(web: Web) -> set[int]:
            found = set()
            for path in LOOKED_AT:
                async with session.get(f"{web.address}{path}") as answer:
                    found.add(answer.status)
            async with session.post(f"{web.address}/api/v1/ask", json=ASKED) as answer:
                found.add(answer.status)
            async with session.post(f"{web.address}/api/v1/verify", json={"quote": "高新技术企业"}) as answer:
                found.add(answer.status)
            return found

        assert await statuses(cut) == await statuses(other) == {200}
        metrics = Metrics("a")
        health = Health(cut.store, metrics, False, lambda: None, lambda: 1, State("abc"), replica=cut.parts.replica)
        assert (await health.report())["reasons"] == []
        member = membership_of(cut)
        beats = member._pulse

        def unheard(me: str, ended: str) -> int:
            raise ConnectionResetError(f"{me}, {ended}: the network is gone")

        member._pulse = unheard  # type: ignore[method-assign]
        await until(lambda: not member.alive)
        assert await statuses(cut) == {503}
        assert (await health.report())["reasons"] == ["leases lost"], "nobody is sent here"
        assert 'policybot_replica_alive{replica="a"} 0.0' in metrics.page().decode()
        async with session.get(f"{cut.address}/widget.js") as answer:
            assert answer.status == 200, "what is never out of date"
        async with session.get(f"{cut.address}/p") as answer:
            assert answer.headers["Retry-After"] == "2"
            assert "连不上数据库" in await answer.text()
        assert await statuses(other) == {200}
        member._pulse = beats  # type: ignore[method-assign]
        await until(lambda: member.alive)
        assert await statuses(cut) == {200}
