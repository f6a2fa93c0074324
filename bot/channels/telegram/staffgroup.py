"""The staff's group: what is posted there, and what waits when it can't be reached."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import Connection
from telegram import Bot, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channels.telegram import render
from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.sender import NO_PREVIEW
from bot.replies.texts import Texts
from bot.service.parts import Office
from bot.store import tickets
from bot.store.tickets import Ticket

log = logging.getLogger(__name__)

POST_AGAIN = 60.0
"""Seconds between tries to post what did not reach the staff group."""


class StaffGroup:
    """Posts tickets, and what becomes of them."""

    def __init__(self, office: Office, words: Texts, now: Callable[[], datetime]) -> None:
        self.office = office
        self.words = words
        self.now = now
        """The time in Beijing."""

    def stamp(self) -> float:
        """Now, in POSIX seconds."""
        return self.now().timestamp()

    def attended(self) -> bool:
        """Whether it is working time."""
        return self.office.hours.open_at(self.now())

    # -- within a turn -----------------------------------------------------------------------------------------------

    async def post(self, ticket: Ticket, context: TurnContext) -> None:
        """Post a new ticket; where that is refused it waits, and is posted later."""
        await self._step(
            lambda: self._send_ticket(ticket, context.bot),
            context,
            lambda c: tickets.posted(c, ticket.id, self.stamp()),
        )

    async def tell(
        self, text: str, context: TurnContext, also: Callable[[Connection], object] = lambda _: None
    ) -> bool:
        """Say something there; False when the group can't be reached, which the log says."""
        return await self._step(lambda: self._send(text, context.bot), context, also)

    async def _step(
        self, call: Callable[[], Awaitable[Message]], context: TurnContext, also: Callable[[Connection], object]
    ) -> bool:
        def noted(message: Message) -> Callable[[Connection], object]:
            def work(connection: Connection) -> None:
                also(connection)
                self._moved(message.chat_id, connection)

            return work

        try:
            await context.turn.step(call, noted)
        except (Forbidden, BadRequest) as error:
            self._unreachable(error)
            return False
        return True

    async def _send_ticket(self, ticket: Ticket, bot: Bot) -> Message:
        """The ticket as the staff reads it: the question and what was asked before it, not who asks."""
        header = self.words("handoff.header", number=ticket.id)
        if not self.attended():
            header += self.words("handoff.opened_off_hours")
        question = self.words("handoff.question", question=ticket.question)
        return await self._send(
            "\n".join(filter(None, [header, question, ticket.context, self.words("handoff.how_to_answer")])), bot
        )

    async def _send(self, text: str, bot: Bot) -> Message:
        assert self.office.staff_chat is not None
        page = render.pages([(render.Run(line),) for line in text.split("\n")])[0]
        return await bot.send_message(
            self.office.staff_chat, page, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW
        )

    def _moved(self, present: int, connection: Connection) -> None:
        """Note that the group became a supergroup, when a message to it arrived under another id."""
        if self.office.staff_chat is not None and present != self.office.staff_chat:
            tickets.moved(connection, self.office.staff_chat, present)
            self.moved(present)

    def moved(self, present: int) -> None:
        """The group goes on under another id."""
        log.warning("staff_chat_moved", extra={"old": self.office.staff_chat, "new": present})
        self.office.staff_chat = present

    def _unreachable(self, error: TelegramError) -> None:
        log.error("staff_chat_unreachable", extra={"chat": self.office.staff_chat, "reason": str(error)})

    # -- outside turns -----------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """At the start: the id that the group has now."""
        configured = self.office.staff_chat
        if configured is not None:
            self.office.staff_chat = await self.office.store.transact(lambda c: tickets.present_id(c, configured))

    async def keep_posting(self, bot: Bot) -> None:
        """Post what did not reach the group, again and again until it does."""
        while self.office.staff_chat is not None:
            try:
                await self.post_waiting(bot)
            except TelegramError as error:
                self._unreachable(error)
            await asyncio.sleep(POST_AGAIN)

    async def post_waiting(self, bot: Bot) -> None:
        """One try. Raises TelegramError."""
        for ticket in await self.office.store.transact(tickets.unposted):
            sent = await self._send_ticket(ticket, bot)

            def record(connection: Connection, number: int = ticket.id, present: int = sent.chat_id) -> None:
                tickets.posted(connection, number, self.stamp())
                self._moved(present, connection)

            await self.office.store.transact(record)
