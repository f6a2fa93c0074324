"""What was freed is given back, though what is still in use lies between."""

from __future__ import annotations

import asyncio
import contextlib
import platform

import psutil
import pytest

from bot.serving import memory

MB = 2**20


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)


def _holes() -> list[bytes]:
    """What stays of 64 MB: one of sixteen pieces, evenly spread."""
    return [bytes([n % 251]) * 4000 for n in range(16 * 1024)][::16]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries give back by themselves, or never")
def test_free_pages_between_used_ones_are_given_back() -> None:
    memory.give_back()
    begun = _resident()
    kept = _holes()
    full = _resident()
    memory.give_back()
    left = _resident()
    assert full - begun > 40 * MB, "nothing comes back by itself while something behind it is in use"
    assert left - begun < 20 * MB
    assert len(kept) == 1024


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries give back by themselves, or never")
async def test_it_is_done_again_and_again() -> None:
    task = asyncio.create_task(memory.keep_giving_back(0.01))
    for _ in range(2):
        kept = _holes()
        full = _resident()
        await asyncio.sleep(0.1)
        assert full - _resident() > 20 * MB
        assert kept
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
