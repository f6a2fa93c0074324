"""Questions and verdicts as CSV and JSON Lines, for spreadsheets and programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Literal, TextIO

from sqlalchemy import Connection, and_, select

from bot.days import BEIJING, start_of
from bot.staff.stats import Stats
from bot.store.tables import feedback, questions
from knowledge.files.table import safe

What = Literal["questions", "feedback"]
Format = Literal["csv", "jsonl"]
WHAT: tuple[What, ...] = ("questions", "feedback")
FORMATS: tuple[Format, ...] = ("csv", "jsonl")
COLUMNS: dict[What, tuple[str, ...]] = {
    "questions": (
        *("id", "at", "day", "channel", "place", "asker", "text", "outcome", "target", "rule"),
        *("score", "margin", "near", "units", "seconds", "settled"),
    ),
    "feedback": ("at", "target", "verdict", "reason", "asker", "question", "text"),
}
"""The fields, in order. ``asker`` is a hash; a verdict's ``question`` is the id of the question that was answered."""


def export(connection: Connection, out: TextIO, what: What, form: Format, first: date | None = None) -> int:
    """Write the records, oldest first, from the day ``first`` on; how many there were.

    ``out`` for CSV: opened with ``newline=""``. CSV begins with a byte order mark, or Excel spoils the Chinese.
    """
    rows = _rows(connection, what, first)
    n = 0
    if form == "csv":
        out.write("\ufeff")
        writer = csv.writer(out)
        writer.writerow(COLUMNS[what])
        for n, row in enumerate(rows, 1):  # noqa: B007  the count is what is wanted
            writer.writerow([safe(row[name]) for name in COLUMNS[what]])
        return n
    for n, row in enumerate(rows, 1):  # noqa: B007
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return n


def numbers(out: TextIO, stats: Stats) -> None:
    """Write counts as CSV (``out`` opened with ``newline=""``): day, empty for the whole time; kind; name; count."""
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(("day", "kind", "name", "count"))
    for kind, by_day in (("outcome", stats.by_day), ("verdict", stats.judged)):
        writer.writerows((day, kind, name, n) for day, counts in by_day.items() for name, n in sorted(counts.items()))
    whole = {"channel": stats.channels, "messenger": stats.messengers, "clause": stats.clauses, "unit": stats.units}
    whole["document"] = stats.documents()
    for kind, counts in whole.items():
        writer.writerows(("", kind, safe(name), n) for name, n in sorted(counts.items()))


def since(today: date, days: int | None) -> date | None:
    """The first of the last ``days`` days; None for all that there are."""
    return today - timedelta(days=days - 1) if days else None


def _rows(connection: Connection, what: What, first: date | None) -> Iterator[dict[str, Any]]:
    query: Any
    if what == "questions":
        query = select(*[questions.c[name] for name in COLUMNS[what]]).order_by(questions.c.id)
        if first is not None:
            query = query.where(questions.c.day >= first.isoformat())
    else:
        about = questions.c.id.label("question"), questions.c.text
        same = and_(questions.c.channel == feedback.c.channel, questions.c.delivery == feedback.c.delivery)
        joined = feedback.outerjoin(questions, same)
        own = [feedback.c[name] for name in ("at", "target", "verdict", "reason", "asker")]
        query = select(*own, *about).select_from(joined).order_by(feedback.c.at, feedback.c.key)
        if first is not None:
            query = query.where(feedback.c.at >= start_of(first.isoformat()))
    for row in connection.execution_options(yield_per=1000).execute(query).mappings():
        yield dict(row) | {"at": datetime.fromtimestamp(row["at"], BEIJING).isoformat(timespec="seconds")}
