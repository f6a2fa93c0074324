"""The messengers of a process at work: what was open is taken up first, then they receive, until they are stopped."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import AsyncIterator, Mapping

from bot.hosting.messengers import Configured
from bot.messaging.client import Client
from bot.messaging.core import DRAIN, Core
from bot.messaging.messenger import Messenger
from bot.service.intake import Intake
from bot.service.service import Service

log = logging.getLogger(__name__)

AGAIN = (1.0, 60.0)
"""Seconds before a messenger that failed is started again, at first and at most."""


class Crew:
    """All of them but Telegram, which brings its own library and queue."""

    def __init__(self, core: Core, wanted: Configured) -> None:
        self._client = Client(lambda method, result: core.metrics.calls.labels(method, result).inc())
        self.messengers = wanted.made(self._client, core.parts.words)
        service = Service(core.parts)
        self._intakes: list[Intake] = []
        for name, messenger in self.messengers.items():
            core.channels[name] = messenger.channel
            intake = Intake(name, messenger.read, service, core.store, core.metrics, core.replies.hold, core.replica)
            messenger.attach(intake)
            self._intakes.append(intake)
            if core.replica is not None and not messenger.routes():  # a connection: who has it answers
                intake.only_while(functools.partial(core.replica.accounts.holds, name))
        self._replica = core.replica

    def troubles(self) -> Mapping[str, str]:
        """What is wrong with each; empty where nothing is known to be."""
        return {name: messenger.trouble for name, messenger in self.messengers.items()}

    async def recover(self) -> None:
        """Take up what an earlier run left open; before any callback is listened for, or it would be taken twice."""
        recovered = [await intake.recover() for intake in self._intakes]
        log.info("messengers_started", extra={"channels": list(self.messengers), "recovered": sum(recovered)})

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """At work for as long as somebody is inside; then nothing new is taken, and what is under way is finished."""
        tasks = [asyncio.create_task(self._run(name, one)) for name, one in self.messengers.items()]
        try:
            yield
        finally:
            # answers under way still need the connections
            await asyncio.gather(*(intake.stop(DRAIN) for intake in self._intakes))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._client.close()

    async def _run(self, name: str, messenger: Messenger) -> None:
        """One connection for an account; callbacks come in everywhere."""
        if self._replica is None or messenger.routes():
            await _kept_running(name, messenger)
        else:
            await self._replica.accounts.keep(name, lambda: _kept_running(name, messenger))


async def _kept_running(name: str, messenger: Messenger) -> None:
    """One that fails is started again: it must not take the others down."""
    pause = AGAIN[0]
    while True:
        began = time.monotonic()
        try:
            return await messenger.run()
        except Exception:
            pause = AGAIN[0] if time.monotonic() - began > AGAIN[1] else min(pause * 2, AGAIN[1])
            log.exception("messenger_failed", extra={"messenger": name, "next_try_seconds": pause})
        await asyncio.sleep(pause)
