"""Whether the cluster is asked at all: after a failure it is left alone and looked at now and then until it is back.

What is known lies in memory that forked processes share: the one that answers finds out, the one that tells of it
reads it there.
"""

from __future__ import annotations

import ctypes
import mmap
import threading
import time
from dataclasses import dataclass

AGAIN = (0.5, 10.0)
"""Seconds until the next look at a cluster that failed: at first, and at most."""


class _Shared(ctypes.Structure):
    _fields_ = (
        ("next", ctypes.c_double),
        ("pause", ctypes.c_double),
        ("since", ctypes.c_double),
        ("asked", ctypes.c_uint64),
        ("local", ctypes.c_uint64),
        ("reason", ctypes.c_char * 512),
    )


@dataclass(frozen=True)
class Standing:
    """What is known of the cluster."""

    reason: str
    """Why it isn't asked; empty while it is."""
    since: float
    """POSIX seconds since which it isn't; 0 while it is."""
    asked: int
    """Searches that it answered."""
    local: int
    """Searches that the local engine answered in its place."""


class Circuit:
    """Closed: the cluster is asked. Open: it isn't, but for a look at it every few seconds."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, ctypes.sizeof(_Shared))
        self._shared = _Shared.from_buffer(self._memory)
        self._lock = threading.Lock()

    @property
    def standing(self) -> Standing:
        """As it is now."""
        one = self._shared
        return Standing(one.reason.decode(errors="replace"), one.since, one.asked, one.local)

    @property
    def is_open(self) -> bool:
        """Whether the cluster is left alone."""
        return bool(self._shared.since)

    def due(self) -> bool:
        """Whether it is time for a look, which the caller must then take: nobody else is told so."""
        with self._lock:
            now = time.monotonic()
            if not self._shared.since or now < self._shared.next:
                return False
            self._shared.next = now + self._shared.pause
            return True

    def open(self, reason: str) -> bool:
        """The cluster failed, or still does; whether that is news."""
        with self._lock:
            one, news = self._shared, not self._shared.since
            one.pause = AGAIN[0] if news else min(2 * one.pause, AGAIN[1])
            one.reason = reason.encode()[:500]
            one.next = time.monotonic() + one.pause
            one.since = one.since or time.time()
            return news

    def close(self) -> bool:
        """It answered; whether that is news."""
        with self._lock:
            news = bool(self._shared.since)
            self._shared.since, self._shared.reason = 0.0, b""
            return news

    def count(self, local: bool) -> None:
        """A search was answered: here, or by the cluster."""
        with self._lock:
            if local:
                self._shared.local += 1
            else:
                self._shared.asked += 1
