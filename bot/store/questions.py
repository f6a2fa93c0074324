"""Questions and verdicts: written, folded into daily counts when they are too old, and forgotten when asked to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.days import day_of, start_of
from bot.store import tickets, web
from bot.store.keys import FIRST, Delivery
from bot.store.tables import asked_lately, conversations, daily, feedback, questions, updates
from knowledge.base.target import kind_of


@dataclass(frozen=True)
class Asked:
    """A question and what came of it: a row of ``questions``."""

    delivery: Delivery | None
    """What asked it; None: nothing was delivered, it was typed in the terminal."""
    at: float
    day: str
    place: str
    """private, group, inline or terminal."""
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

    def row(self) -> dict[str, Any]:
        """The columns."""
        asked_by = self.delivery
        named = {"channel": asked_by.channel, "delivery": asked_by.id} if asked_by is not None else {}
        return {"channel": "terminal", "delivery": None} | vars(self) | {"delivery": None} | named


@dataclass(frozen=True)
class Forgotten:
    """What was deleted at a person's request."""

    questions: int
    verdicts: int
    conversations: int
    aside: int
    """Messages that had been set aside."""
    tickets: int = 0
    """Questions that were handed on to a person."""
    waiting: tuple[int, ...] = ()
    """Numbers of those among them that the staff had seen and not closed."""

    def __bool__(self) -> bool:
        return any(vars(self).values())


def write_questions(connection: Connection, asked: Sequence[Asked], replaced: Collection[Delivery]) -> None:
    """Insert rows, over those of the same deliveries; ``replaced``: deliveries whose questions were only begun."""
    if replaced:
        begun = questions.delete().where(
            questions.c.channel == bindparam("by"), questions.c.delivery == bindparam("one")
        )
        connection.execute(begun, [{"by": gone.channel, "one": gone.id} for gone in replaced])
    rows = [a.row() for a in asked if a.delivery not in replaced]
    if rows:
        connection.execute(_over_the_same(connection), rows)


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
    plain = (("outcome", questions.c.outcome), ("channel", questions.c.place), ("messenger", questions.c.channel))
    for kind, column in plain:
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


def forget(connection: Connection, asker: str, channel: str, person: str) -> Forgotten:
    """Delete what is kept about a channel's person: by hash, and by name where that is what is kept."""
    asked = connection.execute(questions.delete().where(questions.c.asker == asker)).rowcount
    own = feedback.c.asker == asker
    if channel == FIRST:  # as versions kept it that had no hash
        own = or_(own, feedback.c.key.like(f"%:{person}"))
    judged = connection.execute(feedback.delete().where(own)).rowcount
    theirs = and_(conversations.c.channel == channel, conversations.c.person == person)
    talked = connection.execute(conversations.delete().where(theirs)).rowcount
    web.forget(connection, channel, person)
    connection.execute(asked_lately.delete().where(asked_lately.c.channel == channel, asked_lately.c.person == person))
    left = and_(updates.c.channel == channel, updates.c.person == person, updates.c.state == "aside")
    aside = connection.execute(updates.delete().where(left)).rowcount
    return Forgotten(asked, judged, talked, aside, *tickets.forget(connection, channel, person))


def clean(text: str) -> str:
    """Text that every database takes: without NUL and without halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", errors="replace").decode()


def _insert(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def _over_the_same(connection: Connection) -> Any:
    """The insert of a question, over that of the same delivery; ``settled`` stays as it is."""
    name = connection.dialect.name
    if name not in _QUESTION:
        insert = _insert(connection)(questions)
        columns = [c.name for c in questions.columns if c.name not in ("id", "channel", "delivery", "settled")]
        written = {column: insert.excluded[column] for column in columns}
        _QUESTION[name] = insert.on_conflict_do_update(index_elements=["channel", "delivery"], set_=written)
    return _QUESTION[name]


_QUESTION: dict[str, Any] = {}
