"""Hearing what replicas tell one another, by PostgreSQL's LISTEN; whoever hears nothing finds it out by looking."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from bot.store.leases import NOTICES
from bot.store.store import parsed_url

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds between tries to connect; and between looks whether it is over."""

Heard = Callable[[Sequence[str]], object]


class Hearing:
    """A thread with a connection of its own; what it hears is told in the event loop."""

    def __init__(self, url: str, heard: Heard) -> None:
        """``heard``: gets what was told; and ("look",) after every (new) connection, for what was missed meanwhile."""
        self._url = parsed_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._heard = heard
        self._over = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._listen, name="hearing", daemon=True)

    def start(self) -> None:
        """To be called in the event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Listen no more."""
        self._over.set()
        await asyncio.to_thread(self._thread.join, 2 * PAUSE)

    def _listen(self) -> None:
        told = False
        while not self._over.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
                    connection.execute(f"LISTEN {NOTICES}")
                    self._tell(["look"])
                    told = False
                    while not self._over.is_set():
                        for notice in connection.notifies(timeout=PAUSE):
                            self._tell(_read(notice.payload))
            except (psycopg.Error, OSError) as error:
                if not told:
                    log.warning("hearing_nothing", extra={"reason": " ".join(str(error).split())[:200]})
                told = True
                self._over.wait(PAUSE)

    def _tell(self, told: Sequence[str]) -> None:
        if told and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody hears
                self._loop.call_soon_threadsafe(self._heard, told)


def _read(payload: str) -> list[str]:
    try:
        data: Any = json.loads(payload)
    except ValueError:
        return []
    return [str(one) for one in data] if isinstance(data, list) else []
