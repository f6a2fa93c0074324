"""The staff's group: where it is, what is posted there, and what waits when it can't be reached."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
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

HEADER = 64
"""Units that the line with a ticket's number may take, in any channel's."""
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
        also: Collection[tuple[str, str]] = (),
    ) -> None:
        """``at``: None where there is no group of the staff; ``now``: the time in Beijing.

        ``also``: (channel, conversation) of other places where the staff answers.
        """
        self._also = frozenset(also)
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
        at, place = self._at, (address.channel, address.conversation)
        return (at is not None and (at.channel, at.conversation) == place) or place in self._also

    def stamp(self) -> float:
        """Now, in POSIX seconds."""
        return self.now().timestamp()

    def attended(self) -> bool:
        """Whether it is working time."""
        return self.hours.open_at(self.now())

    # -- within a turn -------------------------------------------------------------------------------------------------

    async def post(self, ticket: Ticket, turn: Turn) -> None:
        """Post a new ticket; where that is refused it waits, and is posted later."""
        await self._tell(ticket.id, self._told(ticket), turn, lambda c: tickets.posted(c, ticket.id, self.stamp()))

    async def tell(
        self, number: int, text: str, turn: Turn, also: Callable[[Connection], object] = lambda _: None
    ) -> bool:
        """Say something there of a ticket; False when the group can't be reached, which the log says."""
        return await self._tell(number, text, turn, also)

    async def _tell(self, number: int, text: str, turn: Turn, also: Callable[[Connection], object]) -> bool:
        *first, last = self._pages(number, text)
        for page in first:
            if not await self._step(page, turn, lambda _: None):
                return False
        return await self._step(last, turn, also)

    def _pages(self, number: int, text: str) -> list[str]:
        """The ticket's number and the text, in as many messages as it takes: each with the number, to be replied to."""
        assert self._at is not None
        channel, header = self._channels[self._at.channel], self._words("handoff.header", number=number)
        first, *rest = channel.render(lines(header + text), room=HEADER)
        return [first, *(f"{header}\n{page}" for page in rest)]

    async def _step(self, page: str, turn: Turn, also: Callable[[Connection], object]) -> bool:
        def noted(sent: Sent) -> Callable[[Connection], object]:
            def work(connection: Connection) -> None:
                also(connection)
                self._note(sent.conversation, connection)

            return work

        try:
            await turn.step(lambda: self._send(page), noted)
        except RefusedError as error:
            self._unreachable(error)
            return False
        return True

    def _told(self, ticket: Ticket) -> str:
        """The ticket as the staff reads it: the question and what was asked before it, not who asks."""
        head = "" if self.attended() else self._words("handoff.opened_off_hours")
        question = self._words("handoff.question", question=ticket.question)
        rest = filter(None, [question, ticket.context, self._words("handoff.how_to_answer")])
        return "\n".join([head, *rest])

    async def _send(self, page: str) -> Sent:
        assert self._at is not None
        return await self._channels[self._at.channel].send(self._at, page)

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
            for page in self._pages(ticket.id, self._told(ticket)):
                sent = await self._send(page)

            def record(connection: Connection, number: int = ticket.id, present: str = sent.conversation) -> None:
                tickets.posted(connection, number, self.stamp())
                self._note(present, connection)

            await self._store.transact(record)


class ConsoleRoom(StaffRoom):
    """Where the staff is when no messenger has a group of theirs: there as long as somebody has an account."""

    staffed = False

    @property
    def there(self) -> bool:
        """Whether there is somebody to hand on to."""
        return self.staffed and super().there
