"""Tells whoever waits for a file that another page of it was read: long work that goes on is not stuck."""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable[[], object]] = []


def listen(listener: Callable[[], object]) -> None:
    """Have ``listener`` called after each page, in place of the one before."""
    _listeners[:] = [listener]


def page_done() -> None:
    """A page was read that takes long."""
    for listener in _listeners:
        listener()
