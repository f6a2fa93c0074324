"""Days as China counts them: validity and counts by day are the same for everyone, wherever the program runs."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


def today_in_beijing() -> date:
    """The day in China, where the documents hold."""
    return datetime.now(BEIJING).date()


def day_of(at: float) -> str:
    """The day of a POSIX time, as 2025-10-08."""
    return datetime.fromtimestamp(at, BEIJING).date().isoformat()


def start_of(day: str) -> float:
    """The POSIX time at which a day, as 2025-10-08, begins."""
    return datetime.fromisoformat(day).replace(tzinfo=BEIJING).timestamp()
