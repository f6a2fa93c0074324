"""All that a store is made to write, as it goes to the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from bot.store.store import Store


@contextmanager
def written(store: Store) -> Iterator[list[str]]:
    """The values of every statement that is no SELECT."""
    found: list[str] = []

    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        if not statement.lstrip().upper().startswith("SELECT"):
            found.append(str(values))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
