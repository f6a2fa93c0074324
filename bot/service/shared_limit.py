"""The limit of a person's questions where several replicas answer: counted in the database, so that it is one limit."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Hashable
from typing import cast

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from bot.service.limits import WINDOW, Counted, UserLimit, Verdict
from bot.store.keys import Delivery
from bot.store.store import Change, Store
from bot.store.tables import asked_lately

KEPT = 10 * WINDOW
"""Seconds after which what is counted of a person is deleted."""
Person = tuple[str, str]
"""Channel, and the channel's name for the person."""


class SharedLimit(UserLimit):
    """As UserLimit. What is asked of it without waiting is answered by what was last read."""

    def __init__(self, per_minute: int, store: Store, clock: Callable[[], float] = time.time) -> None:
        """``clock``: POSIX seconds, since other machines count as well."""
        super().__init__(per_minute, clock)
        self._store = store
        self._tidied = 0.0

    async def ask(self, person: Hashable, delivery: Hashable, told: bool = False) -> Verdict:
        """Count a question in the database."""
        mark = _mark(delivery.id if isinstance(delivery, Delivery) else str(delivery))

        def work(connection: Connection) -> tuple[Counted, Verdict]:
            now, who = self._clock(), _read(connection, cast(Person, person))
            who.drop_past(now)
            verdict = self._judged(who, now, mark, told)
            _write(connection, cast(Person, person), who, now)
            return who, verdict

        who, verdict = await self._store.transact(work)
        self._remember(person, who)
        return verdict

    async def refresh(self, person: Hashable) -> None:
        """Read what other replicas counted."""
        self._remember(person, await self._store.transact(lambda c: _read(c, cast(Person, person))))

    def told_left_out(self, person: Hashable) -> None:
        """The person was told how many got no answer; with the next commit the others know."""
        super().told_left_out(person)

        def work(connection: Connection) -> None:
            who = _read(connection, cast(Person, person))
            who.dropped = None
            _write(connection, cast(Person, person), who, self._clock())

        self._store.change_soon(Change(also=[work]))

    def _remember(self, person: Hashable, who: Counted) -> None:
        now = self._clock()
        self._seen(person, now)
        self._people[person] = who
        if now - self._tidied > KEPT:
            self._tidied = now
            old = delete(asked_lately).where(asked_lately.c.at < now - KEPT)
            self._store.change_soon(Change(also=[lambda connection: connection.execute(old)]))


def _read(connection: Connection, person: Person) -> Counted:
    """To the end of the transaction nobody else counts for that person."""
    c = asked_lately.c
    query = select(c.data).where(c.channel == person[0], c.person == person[1]).with_for_update()
    stored = json.loads(connection.execute(query).scalar() or "{}")
    who = Counted()
    for at, one in stored.get("asked", ()):
        who.add(float(at), _mark(one))
    who.told = float(stored.get("told", -WINDOW))
    who.dropped = set(map(_mark, stored["dropped"])) if stored.get("dropped") else None
    return who


def _mark(one: str | int) -> int:
    """The same in every process, unlike Python's own hash; earlier versions stored the delivery's id in its place."""
    if isinstance(one, int):
        return one
    return int.from_bytes(hashlib.blake2b(one.encode(errors="replace"), digest_size=8).digest(), "big", signed=True)


def _write(connection: Connection, person: Person, who: Counted, now: float) -> None:
    asked = list(zip(who.times, who.marks, strict=True))
    data = {"asked": asked, "told": who.told, "dropped": sorted(who.dropped or ())}
    row = insert(asked_lately).values(channel=person[0], person=person[1], data=json.dumps(data), at=now)
    changed = {"data": row.excluded.data, "at": row.excluded.at}
    connection.execute(row.on_conflict_do_update(index_elements=["channel", "person"], set_=changed))
