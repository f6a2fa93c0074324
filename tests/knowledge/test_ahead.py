"""Making things ahead of whoever takes them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from knowledge.retrieval.opensearch.ahead import ahead


def makers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "ahead"]


@pytest.mark.parametrize("many", [0, 1, 9, 10, 11, 95])
def test_all_of_them_in_their_order(many: int) -> None:
    assert list(ahead(iter(range(many)), 10)) == list(range(many))
    assert makers() == []


def test_no_more_than_a_few_batches_are_made_ahead() -> None:
    made = []

    def things() -> Iterator[int]:
        for n in range(1_000):
            made.append(n)
            yield n

    taken = ahead(things(), 10, batches=2)
    assert next(taken) == 0
    time.sleep(0.2)
    assert len(made) <= 40, "one taken, two ready, one that waits for its place"
    taken.close()  # type: ignore[attr-defined]
    assert makers() == [], "whoever wants no more has it end"
    assert len(made) <= 50


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_goes_wrong_is_raised_where_they_are_taken(error: type[BaseException]) -> None:
    def things() -> Iterator[int]:
        yield from range(25)
        raise error("the 26th")

    taken: list[int] = []
    with pytest.raises(error, match="the 26th"):
        taken.extend(ahead(things(), 10))
    assert makers() == []
