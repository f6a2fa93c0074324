"""Writes down the questions of `ask` and `chat` with --record."""

from __future__ import annotations

import sys
from collections.abc import Callable

from bot.cli.offline import USAGE, UnusableError, ready_store
from bot.engine.values.reply import Reply


def recorder() -> Callable[[str, Reply, float], None]:
    """For `ask` and `chat` with --record: writes a question, its reply and the seconds that it took.

    Raises SystemExit when the store can't be used.
    """
    from bot.staff.question_record import record
    from bot.store.questions import write_questions

    try:
        settings, store = ready_store(new=True)
    except UnusableError as error:
        print(error, file=sys.stderr)
        raise SystemExit(USAGE) from None

    def write(text: str, reply: Reply, seconds: float) -> None:
        asked = record(text, reply, "terminal", keep_text=settings.keep_days > 0, seconds=round(seconds, 4))
        with store.engine.begin() as connection:
            write_questions(connection, [asked], ())

    return write
