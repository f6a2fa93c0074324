"""What PTB logs about updates, without what people wrote: it writes whole updates that it can't read at CRITICAL."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any


class Discreet(logging.Filter):
    """Of a record of PTB's only the ids and sizes of updates remain, and of an exception only its kind."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; all are let through."""
        if record.name.partition(".")[0] != "telegram":
            return True
        held = list(_updates(record.args))
        if held:
            record.msg, record.args = "updates_unreadable", ()
            record.updates = [_named(update) for update in held]
        if record.exc_info and (held or record.levelno >= logging.CRITICAL):
            kind = record.exc_info[0]
            record.error = kind.__name__ if kind is not None else ""
            record.exc_info = record.exc_text = None
        return True


def _updates(args: object) -> Iterator[Any]:
    """What may be an update among the arguments: anything that is no plain word or number."""
    for one in args.values() if isinstance(args, dict) else args if isinstance(args, (tuple, list)) else ():
        if isinstance(one, (list, tuple)):
            yield from one
        elif not isinstance(one, (str, int, float, bool, type(None), BaseException)):
            yield one
    if isinstance(args, dict) and "update_id" in args:
        yield args


def _named(update: Any) -> dict[str, object]:
    """Its id and its size in characters."""
    if not isinstance(update, dict):
        return {"update_id": getattr(update, "update_id", None), "characters": None}
    return {
        "update_id": update.get("update_id"),
        "characters": len(json.dumps(update, ensure_ascii=False, default=str)),
    }
