"""Making things in a thread of its own, a little ahead of whoever takes them: one is cut while another is sent."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator
from queue import Full, Queue
from typing import TypeVar

T = TypeVar("T")

LOOK = 0.2
"""Seconds between looks whether anybody still wants them."""


def ahead(things: Iterator[T], batch: int, batches: int = 2) -> Iterator[T]:
    """The same things in their order, up to so many batches of them made ahead. What making them raises is raised."""
    ready: Queue[tuple[list[T], BaseException | None]] = Queue(batches)
    over = threading.Event()

    def put(made: list[T], error: BaseException | None = None) -> None:
        while not over.is_set():
            with contextlib.suppress(Full):
                ready.put((made, error), timeout=LOOK)
                return

    def make() -> None:
        try:
            while (made := list(itertools.islice(things, batch))) and not over.is_set():
                put(made)
            put([])
        except BaseException as error:
            put([], error)

    maker = threading.Thread(target=make, name="ahead", daemon=True)
    maker.start()
    try:
        while True:
            made, error = ready.get()
            if error is not None:
                raise error
            if not made:
                return
            yield from made
    finally:
        over.set()
        maker.join()
