"""Memory that was freed, given back to the system.

Replies that are remembered lie among the texts of messages that come and go, so glibc's heap is full of holes and grows
by some 40 KB a 1,000 messages though what is in use does not. Whole free pages in it can be given back; that takes less
than a millisecond.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
from collections.abc import Callable

EVERY = 10.0
"""Seconds between two times."""


def _trim() -> Callable[[int], object]:
    with contextlib.suppress(OSError, AttributeError):  # glibc alone keeps what was freed, and gives it back when asked
        trim: Callable[[int], object] = ctypes.CDLL("libc.so.6").malloc_trim
        return trim
    return lambda _: None


_TRIM = _trim()


def give_back() -> None:
    """Give the free pages back now."""
    _TRIM(0)


async def keep_giving_back(every: float = EVERY) -> None:
    """Do so every few seconds, until cancelled."""
    while True:
        await asyncio.sleep(every)
        give_back()
