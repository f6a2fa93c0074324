"""What /healthz tells of the process itself."""

from __future__ import annotations

from bot.operations.health import Health
from bot.operations.metrics import Metrics
from bot.serving.hot_reload import State
from bot.store.store import Store


async def test_a_process_that_does_not_listen_yet_is_not_to_be_sent_to(store: Store) -> None:
    health = Health(store, Metrics(), False, lambda: None, lambda: 1, State("abc"), starting=True)
    assert (await health.report())["reasons"] == ["starting"]
    health.starting = False
    assert (await health.report())["status"] == "ok"
