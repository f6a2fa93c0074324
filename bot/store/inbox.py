"""What waits to be written. A commit costs much the same for one write as for a hundred: they are taken together."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_TOGETHER = 500
"""Writes in one commit."""
GATHER = 0.01
"""Seconds for which writes that nobody waits for are left to wait for others."""
HELD = 6
"""Writes that hold a place until they are made of which no more come: they wait no longer then."""


class Inbox(Generic[T]):
    """Filled by the event loop, emptied by the thread that writes."""

    def __init__(self, waited_for: Callable[[T], bool], holds: Callable[[T], bool]) -> None:
        """``waited_for``: whether somebody waits until a job is done, so that it is not kept waiting itself.

        ``holds``: whether it holds one of the HELD places until then.
        """
        self._waited_for = waited_for
        self._holds = holds
        self._jobs: SimpleQueue[T | None] = SimpleQueue()

    def put(self, job: T) -> None:
        """One more."""
        self._jobs.put(job)

    def close(self) -> None:
        """Nothing more comes."""
        self._jobs.put(None)

    def take(self) -> tuple[list[T], bool]:
        """Wait for a job; all that are there, in order, and whether nothing more comes."""
        jobs: list[T] = []
        held = 0
        job = self._jobs.get()
        until = time.monotonic() + GATHER
        while job is not None:
            jobs.append(job)
            if len(jobs) >= MOST_TOGETHER:
                break
            held += self._holds(job)
            if held >= HELD or self._waited_for(job):
                until = 0.0
            try:
                job = self._next(until)
            except Empty:
                break
        return jobs, job is None

    def _next(self, until: float) -> T | None:
        wait = until - time.monotonic()
        return self._jobs.get(timeout=wait) if wait > 0 else self._jobs.get_nowait()
