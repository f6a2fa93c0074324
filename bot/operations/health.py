"""/healthz and /metrics, on a port of their own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.operations.metrics import Metrics
from bot.serving.hot_reload import MOST_FAULTS, State
from bot.store import tickets
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.serving.replicas.replica import Replica
    from knowledge.retrieval.opensearch.circuit import Standing
    from knowledge.retrieval.opensearch.search import ClusterSearch

STALE = 120.0
"""Seconds without a good poll after which the bot is ill; a long poll takes half a minute."""


@dataclass
class Health:
    """What is asked of the running bot."""

    store: Store
    metrics: Metrics
    polling: bool
    last_contact: Callable[[], float | None]
    """Monotonic time of the last good poll or webhook call; before the first, of the connection at the start."""
    policies: Callable[[], int]
    """Policies in the base that is loaded."""
    base: State
    """What is known of it. Files that were refused make nobody ill: the last good base answers."""
    starting: bool = False
    """Whether what the process serves doesn't listen yet: nobody is to be sent here."""
    trouble: str = ""
    """What is wrong with the connection, such as a second instance."""
    channels: Callable[[], Mapping[str, str]] = dict
    """What is wrong with each other messenger of this process; empty where nothing is known to be."""
    replica: Replica | None = None
    """Where there are several: one that lost its leases answers nobody, and is ill."""
    search: ClusterSearch | None = None
    """The search cluster, where one is set. One that can't be asked makes nobody ill: the local index answers."""

    async def report(self) -> dict[str, object]:
        """The state as plain data."""
        now = time.monotonic()
        contact = self.last_contact()
        age = None if contact is None else round(now - contact, 1)
        failing = self.store.failing_since is not None
        counts = {} if failing else await self.store.counts()
        waiting = None if failing else await self.store.transact(tickets.counts)
        standing = None if self.search is None else await asyncio.to_thread(self.search.standing)
        if standing is not None:
            self.metrics.searched(standing.asked, standing.local, bool(standing.reason))
        reasons = []
        if self.starting:
            reasons.append("starting")
        if failing:
            reasons.append("store")
        if self.polling and (age is None or age > STALE):
            reasons.append("no contact")
        if self.replica is not None and not self.replica.membership.alive:
            reasons.append("leases lost")
        if self.trouble:
            reasons.append(self.trouble)
        channels = dict(self.channels())
        reasons += [f"{name}: {trouble}" for name, trouble in channels.items() if trouble]
        depth = counts.get("open")
        self.metrics.store_failing.set(int(failing))
        self.metrics.base_kept.set(int(self.base.kept > 0))
        if depth is not None or not failing:
            self.metrics.depth.set(depth or 0)
            self.metrics.aside.set(counts.get("aside", 0))
        if waiting is not None:
            self.metrics.tickets_open.set(waiting.open)
            self.metrics.tickets_waiting.set(waiting.unanswered)
            self.metrics.tickets_unposted.set(waiting.unposted)
            self.metrics.oldest_ticket.set(max(0.0, time.time() - waiting.oldest) if waiting.oldest else 0.0)
        if self.replica is not None:
            self.metrics.replica_alive.set(int(self.replica.membership.alive))
            self.metrics.replicas.set(self.replica.membership.others + int(self.replica.membership.alive))
        told = {"leases": self.replica.report()} if self.replica is not None else {}
        return told | {
            "status": "ill" if reasons else "ok",
            "reasons": reasons,
            "warnings": refused_warnings(self.base) + search_warnings(standing),
            "search": "local" if standing is None else "fallen back" if standing.reason else "cluster",
            "mode": "polling" if self.polling else "webhook",
            "last_contact_age_seconds": age,
            "channels": {name: trouble or "ok" for name, trouble in channels.items()},
            "store_fails_for": self.store.failing_for if failing else None,
            "journal_depth": depth if failing else depth or 0,
            "set_aside": counts.get("aside", 0),
            "base_loaded": self.policies() > 0,
            "policies": self.policies(),
            "base": self.base.fingerprint[:12],
            "base_age_seconds": round(time.time() - self.base.since, 1),
            "base_faults": list(self.base.faults[:MOST_FAULTS]),
            "base_is_last_good": self.base.kept > 0,
        }


def refused_warnings(base: State) -> list[str]:
    """What makes nobody ill and must be seen to all the same: a newer base was refused, the one before answers."""
    if not base.faults:
        return []
    return [f"a newer base was refused, answers come from the one before ({len(base.faults)} faults): {base.faults[0]}"]


def search_warnings(standing: Standing | None) -> list[str]:
    """That the search cluster isn't asked, and why."""
    if standing is None or not standing.reason:
        return []
    return [
        f"the search cluster has not been asked for {max(0.0, time.time() - standing.since):.0f} s, "
        f"candidates come from the local index: {standing.reason}"
    ]


def application(health: Health) -> web.Application:
    """The pages."""

    async def healthz(_: web.Request) -> web.Response:
        report = await health.report()
        return web.json_response(report, status=200 if report["status"] == "ok" else 503)

    async def metrics(_: web.Request) -> web.Response:
        await health.report()
        return web.Response(body=health.metrics.page(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/metrics", metrics)
    return app
