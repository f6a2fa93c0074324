"""Questions and verdicts: written, folded into daily counts when they are too old, and forgotten when asked to."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.days import day_of, start_of
from bot.store import tickets
from bot.store.tables import conversations, daily, feedback, questions, updates
from knowledge.base.target import kind_of


@dataclass(frozen=True)
class Asked:
    """A question and what came of it: a row of ``questions``, whose columns have the same names."""

    update_id: int | None
    at: float
    day: str
    channel: str
    asker: str
    text: str
    words: str
    outcome: str
    target: str = ""
    rule: str = ""
    score: float | None = None
    margin: float | None = None
    near: str = ""
    units: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Forgotten:
    """What was deleted at a person's request."""

    questions: int
    verdicts: int
    conversations: int
    aside: int
    """Updates that had been set aside."""
    tickets: int = 0
    """Questions that were handed on to a person."""
    waiting: tuple[int, ...] = ()
    """Numbers of those among them that the staff had seen and not closed."""

    def __bool__(self) -> bool:
        return any(vars(self).values())


def write_questions(connection: Connection, asked: Sequence[Asked], replaced: Collection[int]) -> None:
    """Insert rows, over those of the same updates; ``replaced``: updates whose questions were only begun."""
    if replaced:
        connection.execute(questions.delete().where(questions.c.update_id.in_(list(replaced))))
    rows = [vars(a) for a in asked if a.update_id not in replaced]
    if rows:
        connection.execute(_over_the_same_update(connection), rows)


def count(connection: Connection, counts: Mapping[tuple[str, str, str], int]) -> None:
    """Add to the daily counts; keys are (day, kind, name)."""
    rows = [{"day": day, "kind": kind, "name": name, "count": n} for (day, kind, name), n in counts.items() if n]
    if not rows:
        return
    insert = _insert(connection)(daily)
    adding = insert.on_conflict_do_update(
        index_elements=["day", "kind", "name"], set_={"count": daily.c["count"] + insert.excluded["count"]}
    )
    connection.execute(adding, rows)


def fold(connection: Connection, keep_days: int, now: float | None = None) -> None:
    """Turn the questions and verdicts of days that are too old into counts, in the connection's transaction."""
    first = day_of((time.time() if now is None else now) - keep_days * 86_400.0)
    old = questions.c.day < first
    counts: Counter[tuple[str, str, str]] = Counter()
    for kind, column in (("outcome", questions.c.outcome), ("channel", questions.c.channel)):
        query = select(questions.c.day, column, func.count()).where(old).group_by(questions.c.day, column)
        for day, name, n in connection.execute(query):
            counts[day, kind, name] += n
    answered = select(questions.c.day, questions.c.target, questions.c.units, func.count())
    grouped = answered.where(old).group_by(questions.c.day, questions.c.target, questions.c.units)
    for day, target, units, n in connection.execute(grouped):
        for kind, names in (("clause", clause_of(target)), ("unit", units.split("\n") if units else [])):
            for name in names:
                counts[day, kind, name] += n
    before = feedback.c.at < start_of(first)
    for at, verdict in connection.execute(select(feedback.c.at, feedback.c.verdict).where(before)):
        counts[day_of(at), "verdict", verdict] += 1
    count(connection, counts)
    connection.execute(questions.delete().where(old))
    connection.execute(feedback.delete().where(before))


def clause_of(target: str) -> list[str]:
    """The clause that a question's target names, if it names one."""
    return [target] if kind_of(target) == "clause" else []


def forget(connection: Connection, asker: str, person: int) -> Forgotten:
    """Delete what is kept about a person: by hash, and by number where that is what is kept."""
    ends = f"%:{person}"
    asked = connection.execute(questions.delete().where(questions.c.asker == asker)).rowcount
    own = or_(feedback.c.asker == asker, feedback.c.key.like(ends))
    judged = connection.execute(feedback.delete().where(own)).rowcount
    talked = connection.execute(conversations.delete().where(conversations.c.key.like(ends))).rowcount
    aside = connection.execute(select(updates.c.seq, updates.c.raw).where(updates.c.state == "aside"))
    theirs = [seq for seq, raw in aside if person in _people(raw)]
    for seq in theirs:
        connection.execute(updates.delete().where(updates.c.seq == seq))
    return Forgotten(asked, judged, talked, len(theirs), *tickets.forget(connection, person))


def _people(raw: str) -> set[int]:
    """The numbers of those who sent an update, as journalled; none when it can't be read."""
    try:
        update = json.loads(raw)
    except ValueError:
        return set()
    parts = [part for part in update.values() if isinstance(part, dict)] if isinstance(update, dict) else []
    senders = [part.get(name) for part in parts for name in ("from", "sender_chat", "user")]
    return {sender["id"] for sender in senders if isinstance(sender, dict) and isinstance(sender.get("id"), int)}


def clean(text: str) -> str:
    """Text that every database takes: without NUL and without halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", errors="replace").decode()


def _insert(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def _over_the_same_update(connection: Connection) -> Any:
    """The insert of a question; ``settled`` stays as it is."""
    name = connection.dialect.name
    if name not in _QUESTION:
        insert = _insert(connection)(questions)
        columns = [c.name for c in questions.columns if c.name not in ("id", "update_id", "settled")]
        written = {column: insert.excluded[column] for column in columns}
        _QUESTION[name] = insert.on_conflict_do_update(index_elements=["update_id"], set_=written)
    return _QUESTION[name]


_QUESTION: dict[str, Any] = {}
