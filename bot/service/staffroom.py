"""The staff's group: where it is, what is posted there, and what waits when it can't be reached."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from bot.replies.texts import Texts
from bot.service.pages import lines
from bot.service.port import Address, Channel, DisturbedError, RefusedError, Sent
from bot.service.turns import Turn
from bot.staff.hours import Hours
from bot.store import tickets
from bot.store.store import Store
from bot.store.tickets import Ticket

log = logging.getLogger(__name__)

POST_AGAIN = 60.0
"""Seconds between tries to post what did not reach the staff group."""


class StaffRoom:
    """Posts tickets, and what becomes of them. One for all channels: the staff sits in one place."""

    def __init__(
        self,
        at: Address | None,
        channels: Mapping[str, Channel],
        store: Store,
        words: Texts,
        hours: Hours,
        now: Callable[[], datetime],
    ) -> None:
        """``at``: None where there is no group of the staff; ``now``: the time in Beijing."""
        self.hours = hours
        self.now = now
        self._at = at
        self._channels = channels
        self._store = store
        self._words = words

    @property
    def there(self) -> bool:
        """Whether there is somebody to hand on to."""
        return self._at is not None

    @property
    def at(self) -> Address | None:
        """Where the group is now: it goes on under another name when it moves."""
        return self._at

    def is_at(self, address: Address) -> bool:
        """Whether that is the staff's group."""
        at = self._at
        return at is not None and (at.channel, at.conversation) == (address.channel, address.conversation)

    def stamp(self) -> float:
        """Now, in POSIX seconds."""
        return self.now().timestamp()

    def attended(self) -> bool:
        """Whether it is working time."""
        return self.hours.open_at(self.now())

    # -- within a turn -------------------------------------------------------------------------------------------------

    async def post(self, ticket: Ticket, turn: Turn) -> None:
        """Post a new ticket; where that is refused it waits, and is posted later."""
        await self._step(
            lambda: self._send(self._told(ticket)), turn, lambda c: tickets.posted(c, ticket.id, self.stamp())
        )

    async def tell(self, text: str, turn: Turn, also: Callable[[Connection], object] = lambda _: None) -> bool:
        """Say something there; False when the group can't be reached, which the log says."""
        return await self._step(lambda: self._send(text), turn, also)

    async def _step(
        self, call: Callable[[], Awaitable[Sent]], turn: Turn, also: Callable[[Connection], object]
    ) -> bool:
        def noted(sent: Sent) -> Callable[[Connection], object]:
            def work(connection: Connection) -> None:
                also(connection)
                self._note(sent.conversation, connection)

            return work

        try:
            await turn.step(call, noted)
        except RefusedError as error:
            self._unreachable(error)
            return False
        return True

    def _told(self, ticket: Ticket) -> str:
        """The ticket as the staff reads it: the question and what was asked before it, not who asks."""
        header = self._words("handoff.header", number=ticket.id)
        if not self.attended():
            header += self._words("handoff.opened_off_hours")
        question = self._words("handoff.question", question=ticket.question)
        return "\n".join(filter(None, [header, question, ticket.context, self._words("handoff.how_to_answer")]))

    async def _send(self, text: str) -> Sent:
        assert self._at is not None
        channel = self._channels[self._at.channel]
        return await channel.send(self._at, channel.render(lines(text))[0])

    def _note(self, present: str, connection: Connection) -> None:
        """Note that the group moved, when a message to it arrived under another name."""
        at = self._at
        if at is not None and present != at.conversation:
            tickets.moved(connection, at.channel, at.conversation, present)
            self.moved(present)

    def moved(self, present: str) -> None:
        """The group goes on under another name."""
        if self._at is not None:
            log.warning("staff_chat_moved", extra={"old": self._at.conversation, "new": present})
            self._at = Address(self._at.channel, present, place="group")

    def _unreachable(self, error: Exception) -> None:
        log.error(
            "staff_chat_unreachable",
            extra={"chat": self._at.conversation if self._at is not None else "", "reason": str(error)},
        )

    # -- outside turns -------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """At the start: the name that the group has now."""
        at = self._at
        if at is not None:
            present = await self._store.transact(lambda c: tickets.present_name(c, at.channel, at.conversation))
            if present != at.conversation:
                self._at = Address(at.channel, present, place="group")

    async def keep_posting(self) -> None:
        """Post what did not reach the group, again and again until it does."""
        while self._at is not None:
            try:
                await self.post_waiting()
            except (RefusedError, DisturbedError) as error:
                self._unreachable(error)
            await asyncio.sleep(POST_AGAIN)

    async def post_waiting(self) -> None:
        """One try. Raises the port's errors."""
        for ticket in await self._store.transact(tickets.unposted):
            sent = await self._send(self._told(ticket))

            def record(connection: Connection, number: int = ticket.id, present: str = sent.conversation) -> None:
                tickets.posted(connection, number, self.stamp())
                self._note(present, connection)

            await self._store.transact(record)
