"""What is taken together for one commit."""

from __future__ import annotations

import threading

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


def test_what_nobody_waits_for_waits_for_more(patient: Inbox[str]) -> None:
    patient.put("a")

    def more() -> None:
        patient.put("b")
        patient.put("c!")

    later = threading.Timer(0.05, more)
    later.start()
    assert patient.take() == (["a", "b", "c!"], False)
    later.join()


def test_what_is_waited_for_takes_along_only_what_is_there(patient: Inbox[str]) -> None:
    for job in ("a!", "b", "c"):
        patient.put(job)
    assert patient.take() == (["a!", "b", "c"], False)


def test_nothing_waits_when_all_places_are_held(patient: Inbox[str]) -> None:
    """Whoever could write more waits for a place itself."""
    held = [f"{number}_" for number in range(inbox.HELD)]
    for job in ("a", *held, "b"):
        patient.put(job)
    assert patient.take() == (["a", *held, "b"], False)


def test_nothing_waits_when_nothing_more_comes(patient: Inbox[str]) -> None:
    patient.put("a")
    patient.close()
    assert patient.take() == (["a"], True)


def test_a_batch_ends(patient: Inbox[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_TOGETHER", 2)
    for job in ("a", "b", "c!"):
        patient.put(job)
    assert patient.take() == (["a", "b"], False)
    assert patient.take() == (["c!"], False)


def test_a_lonely_one_is_taken_in_the_end() -> None:
    alone: Inbox[str] = Inbox(lambda _: False, lambda _: False)
    alone.put("a")
    assert alone.take() == (["a"], False)
