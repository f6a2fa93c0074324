"""What waits to be written. A commit costs much the same for one write as for a hundred: they are taken together.

They are gathered by the event loop and handed over many at a time, since each one that is handed over alone wakes the
thread that writes, which costs more than the write.
"""

from __future__ import annotations

import asyncio
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
    """Filled in an event loop, emptied by the thread that writes."""

    def __init__(self, waited_for: Callable[[T], bool], holds: Callable[[T], bool]) -> None:
        """``waited_for``: whether somebody waits until a job is done, so that it is not kept waiting itself.

        ``holds``: whether it holds one of the HELD places until then.
        """
        self._waited_for = waited_for
        self._holds = holds
        self._gathered: list[T] = []
        self._held = 0
        self._timer: asyncio.TimerHandle | None = None
        self._handed: SimpleQueue[list[T] | None] = SimpleQueue()

    def put(self, job: T) -> None:
        """One more; to be called in the event loop."""
        self._gathered.append(job)
        self._held += self._holds(job)
        if self._waited_for(job) or self._held >= HELD or len(self._gathered) >= MOST_TOGETHER:
            self._hand_over()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER, self._hand_over)

    def close(self) -> None:
        """Nothing more comes; to be called in the event loop."""
        self._hand_over()
        self._handed.put(None)

    def take(self) -> tuple[list[T], bool]:
        """Wait for jobs; all that are there, in order, and whether nothing more comes."""
        jobs: list[T] = []
        handed = self._handed.get()
        while handed is not None:
            jobs += handed
            if len(jobs) >= MOST_TOGETHER:
                break
            try:
                handed = self._handed.get_nowait()
            except Empty:
                break
        return jobs, handed is None

    def _hand_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._gathered:
            self._handed.put(self._gathered)
            self._gathered, self._held = [], 0
