"""Tickets in the store: plain functions over a connection, to be run by the store's thread (Store.transact).

Each is harmless when run again for the same delivery: a turn that is repeated after a crash changes nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from bot.store.keys import Delivery
from bot.store.tables import moved_chats, ticket_answers, ticket_openings, tickets, updates

MOST_A_DAY = 5
"""Tickets that one person may open in 24 hours."""
DAY = 86_400.0

Closer = Literal["asker", "staff"]


@dataclass(frozen=True)
class Ticket:
    """A question that a person is to answer; the fields are those of the table (see tables.py)."""

    id: int
    channel: str
    delivery: str
    conversation: str
    person: str
    message: str
    question: str
    context: str
    state: str
    closed_by: str
    opened: float
    posted: float
    answered: float
    closed: float
    answers: int
    additions: int

    @property
    def open(self) -> bool:
        """Whether it waits for an answer, or for a further one."""
        return self.state == "open"


@dataclass(frozen=True)
class Answer:
    """What a person of the staff wrote, and the message by which the asker got it."""

    channel: str
    conversation: str
    message: str
    ticket: int
    passed: str


@dataclass(frozen=True)
class Counts:
    """How many tickets wait."""

    open: int
    unanswered: int
    unposted: int
    """Open ones that did not reach the staff group."""
    oldest: float
    """When the oldest open ticket without an answer was opened (POSIX seconds); 0 when there is none."""


_COLUMNS = [tickets.c[name] for name in Ticket.__dataclass_fields__]


def _one(connection: Connection, *conditions: Any) -> Ticket | None:
    row = connection.execute(select(*_COLUMNS).where(*conditions).order_by(tickets.c.id.desc()).limit(1)).first()
    return Ticket(*row) if row is not None else None


def by_number(connection: Connection, number: int) -> Ticket | None:
    """The ticket with that number."""
    return _one(connection, tickets.c.id == number)


def open_of(connection: Connection, channel: str, person: str) -> Ticket | None:
    """The open ticket of that channel's person."""
    return _one(connection, tickets.c.channel == channel, tickets.c.person == person, tickets.c.state == "open")


def open_one(
    connection: Connection,
    delivery: Delivery,
    place: tuple[str, str, str],
    question: str,
    context: str,
    now: float,
    *,
    asker: str,
) -> Ticket | Literal["one open", "too many"]:
    """Open a ticket, or say why not; ``place``: (conversation, person, message to answer), ``asker``: a hash."""
    conversation, person, message = place
    same = (tickets.c.channel == delivery.channel, tickets.c.delivery == delivery.id)
    known = _one(connection, *same)
    if known is not None:
        return known
    if open_of(connection, delivery.channel, person) is not None:
        return "one open"
    lately = select(func.count()).where(ticket_openings.c.asker == asker, ticket_openings.c.at > now - DAY)
    if int(connection.execute(lately).scalar() or 0) >= MOST_A_DAY:
        return "too many"
    number = int(connection.execute(select(func.max(ticket_openings.c.number))).scalar() or 0) + 1
    connection.execute(insert(ticket_openings), {"number": number, "asker": asker, "at": now})
    values = {
        **{"id": number, "channel": delivery.channel, "delivery": delivery.id},
        **{"conversation": conversation, "person": person, "message": message},
        **{"question": question.replace("\x00", ""), "context": context.replace("\x00", "")},
        **{"state": "open", "closed_by": "", "opened": now, "posted": 0.0, "answered": 0.0, "closed": 0.0},
        **{"answers": 0, "additions": 0},
    }
    connection.execute(insert(tickets), values)
    made = _one(connection, *same)
    assert made is not None
    return made


def close(connection: Connection, number: int, by: Closer, now: float) -> None:
    """Close it, unless it is closed."""
    change = {"state": "closed", "closed_by": by, "closed": now}
    connection.execute(update(tickets).where(tickets.c.id == number, tickets.c.state == "open").values(change))


def posted(connection: Connection, number: int, now: float) -> None:
    """It went to the staff group."""
    connection.execute(update(tickets).where(tickets.c.id == number, tickets.c.posted == 0.0).values(posted=now))


def answered(connection: Connection, answer: Answer, now: float) -> None:
    """An answer reached the asker: each counts once, the first one sets the time."""
    key = _written(answer.channel, answer.conversation, answer.message)
    if connection.execute(select(ticket_answers.c.id).where(*key)).first() is not None:
        connection.execute(update(ticket_answers).where(*key).values(passed=answer.passed))
        return
    connection.execute(insert(ticket_answers), {**vars(answer), "at": now})
    its = update(tickets).where(tickets.c.id == answer.ticket)
    connection.execute(its.values(answers=tickets.c.answers + 1))
    connection.execute(its.where(tickets.c.answered == 0.0).values(answered=now))


def passed_on(connection: Connection, channel: str, conversation: str, message: str) -> Answer | None:
    """The answer that this message of the staff became."""
    columns = [ticket_answers.c[name] for name in Answer.__dataclass_fields__]
    row = connection.execute(select(*columns).where(*_written(channel, conversation, message))).first()
    return Answer(*row) if row is not None else None


def _written(channel: str, conversation: str, message: str) -> tuple[Any, ...]:
    c = ticket_answers.c
    return c.channel == channel, c.conversation == conversation, c.message == message


def added(connection: Connection, number: int) -> None:
    """The asker added something."""
    connection.execute(update(tickets).where(tickets.c.id == number).values(additions=tickets.c.additions + 1))


def listed(connection: Connection, only_open: bool = False, most: int = 1_000) -> list[Ticket]:
    """Tickets, the newest first."""
    query = select(*_COLUMNS).order_by(tickets.c.id.desc()).limit(most)
    if only_open:
        query = query.where(tickets.c.state == "open")
    return [Ticket(*row) for row in connection.execute(query)]


def counts(connection: Connection) -> Counts:
    """What waits."""
    waiting = connection.execute(
        select(tickets.c.answered, tickets.c.posted, tickets.c.opened).where(tickets.c.state == "open")
    ).all()
    unanswered = [row.opened for row in waiting if not row.answered]
    return Counts(len(waiting), len(unanswered), sum(not row.posted for row in waiting), min(unanswered, default=0.0))


def unposted(connection: Connection) -> list[Ticket]:
    """Open tickets that did not reach the staff group and whose turn is over, the oldest first."""
    own = (updates.c.channel == tickets.c.channel, updates.c.delivery == tickets.c.delivery)
    busy = select(updates.c.seq).where(*own, updates.c.state == "open").exists()
    query = select(*_COLUMNS).where(tickets.c.state == "open", tickets.c.posted == 0.0, ~busy).order_by(tickets.c.id)
    return [Ticket(*row) for row in connection.execute(query)]


def forget(connection: Connection, channel: str, person: str) -> tuple[int, tuple[int, ...]]:
    """Delete the tickets of that person: how many, and the numbers of those on which the staff still waits to answer.

    Numbers, hashes and times of opening stay for a day: forgetting is no way round the limit.
    """
    theirs = (tickets.c.channel == channel, tickets.c.person == person)
    waits = (*theirs, tickets.c.state == "open", tickets.c.posted > 0.0)
    waiting = tuple(connection.execute(select(tickets.c.id).where(*waits).order_by(tickets.c.id)).scalars())
    ids = select(tickets.c.id).where(*theirs)
    connection.execute(ticket_answers.delete().where(ticket_answers.c.ticket.in_(ids)))
    return int(connection.execute(tickets.delete().where(*theirs)).rowcount), waiting


def tidy(connection: Connection, keep_days: int, now: float) -> None:
    """Delete what was closed more than so many days ago, and openings that count no more, save the highest number."""
    before = now - keep_days * DAY
    old = select(tickets.c.id).where(tickets.c.state == "closed", tickets.c.closed < before)
    connection.execute(ticket_answers.delete().where(ticket_answers.c.ticket.in_(old)))
    connection.execute(tickets.delete().where(tickets.c.state == "closed", tickets.c.closed < before))
    past = ticket_openings.c.at < now - DAY
    highest = connection.execute(select(func.max(ticket_openings.c.number))).scalar()
    connection.execute(ticket_openings.delete().where(past, ticket_openings.c.number != highest))
    connection.execute(update(ticket_openings).where(past, ticket_openings.c.asker != "").values(asker=""))


def moved(connection: Connection, channel: str, old: str, new: str) -> None:
    """A group goes on under another name."""
    connection.execute(moved_chats.delete().where(moved_chats.c.channel == channel, moved_chats.c.old == old))
    connection.execute(insert(moved_chats), {"channel": channel, "old": old, "new": new})
    there = (tickets.c.channel == channel, tickets.c.conversation == old)
    connection.execute(update(tickets).where(*there).values(conversation=new))


def present_name(connection: Connection, channel: str, name: str) -> str:
    """The name that a group has now."""
    for _ in range(10):
        moved_on = (moved_chats.c.channel == channel, moved_chats.c.old == name)
        new = connection.execute(select(moved_chats.c.new).where(*moved_on)).scalar()
        if new is None:
            break
        name = str(new)
    return name
