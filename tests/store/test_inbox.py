"""What is taken together for one commit."""

from __future__ import annotations

import asyncio

import pytest

from bot.store import inbox
from bot.store.inbox import Inbox
from tests.patience import PATIENCE


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Inbox[str]:
    """As long as a test may take, for jobs that nobody waits for; those that end in ! somebody waits for, and
    those that end in _ hold a place."""
    monkeypatch.setattr(inbox, "GATHER", PATIENCE)
    return Inbox(lambda job: job.endswith("!"), lambda job: job.endswith("_"))


async def test_what_nobody_waits_for_waits_for_more(patient: Inbox[str]) -> None:
    patient.put("a")
    taken = asyncio.create_task(asyncio.to_thread(patient.take))
    await asyncio.sleep(0.05)
    assert not taken.done()
    patient.put("b")
    patient.put("c!")
    assert await taken == (["a", "b", "c!"], False)


async def test_what_is_waited_for_takes_along_what_was_there(patient: Inbox[str]) -> None:
    for job in ("a", "b!", "c!"):
        patient.put(job)
    assert patient.take() == (["a", "b!", "c!"], False)


async def test_what_comes_after_it_waits_for_more(patient: Inbox[str]) -> None:
    for job in ("a!", "b"):
        patient.put(job)
    assert patient.take() == (["a!"], False)
    patient.close()
    assert patient.take() == (["b"], True)


async def test_nothing_waits_when_all_places_are_held(patient: Inbox[str]) -> None:
    """Whoever could write more waits for a place itself."""
    held = [f"{number}_" for number in range(inbox.HELD)]
    for job in ("a", *held):
        patient.put(job)
    assert patient.take() == (["a", *held], False)


async def test_nothing_waits_when_nothing_more_comes(patient: Inbox[str]) -> None:
    patient.put("a")
    patient.close()
    assert patient.take() == (["a"], True)


async def test_a_batch_ends(patient: Inbox[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_TOGETHER", 2)
    for job in ("a", "b", "c!"):
        patient.put(job)
    assert patient.take() == (["a", "b"], False)
    assert patient.take() == (["c!"], False)


async def test_a_lonely_one_is_handed_over_in_the_end() -> None:
    alone: Inbox[str] = Inbox(lambda _: False, lambda _: False)
    alone.put("a")
    assert await asyncio.to_thread(alone.take) == (["a"], False)
