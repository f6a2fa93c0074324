"""The staff's side of the hand-off: replies in the staff group, /close, /tickets, and what waits to be posted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import Connection
from telegram import Bot, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import BaseHandler, CommandHandler, MessageHandler, filters

from bot.store import tickets
from bot.store.store import Store
from bot.store.tickets import Answer, Ticket
from bot.telegram import keyboards, render
from bot.telegram.desk import Desk, Place, place_of
from bot.telegram.handoff import Handoff, Matching
from bot.telegram.turns import TurnContext

log = logging.getLogger(__name__)

LONGEST_ANSWER = 3_500
"""Characters of a human answer: it goes out as one message, so that changing it changes all of it."""
LISTED = 20
"""Tickets that /tickets shows."""
POST_AGAIN = 60.0
"""Seconds between tries to post what did not reach the staff group."""


class BackOffice:
    """Passes on what the staff answers."""

    def __init__(self, handoff: Handoff, is_staff: Callable[[int], bool]) -> None:
        self._handoff = handoff
        self._desk: Desk = handoff.desk
        self._words = handoff.words
        self._is_staff = is_staff
        """Whether the person with that id is of the staff."""

    def handlers(self) -> list[BaseHandler[Update, TurnContext, None]]:
        """PTB's handlers; to come before those of questions."""
        here = Matching(lambda m: m.chat_id == self._handoff.staff_chat)
        replies = filters.REPLY & ~filters.COMMAND & Matching(lambda m: self._handoff.number_for_staff(m) is not None)
        return [
            MessageHandler(filters.StatusUpdate.MIGRATE, self.migrated),
            CommandHandler("close", self.close, here),
            CommandHandler("tickets", self.tickets, here),
            MessageHandler(replies, self.answer),
        ]

    async def _admits(self, message: Message, context: TurnContext) -> bool:
        """Whether the staff wrote it; others, and those who hide who they are, are told."""
        context.turn.outcome("staff")
        sender = message.from_user
        if message.sender_chat is not None or sender is None:
            await self._say(message, "handoff.anonymous", context)
        elif not self._is_staff(sender.id):
            log.warning("staff_refused", extra={"person": sender.id})
            await self._say(message, "handoff.not_staff", context)
        else:
            return True
        return False

    async def answer(self, update: Update, context: TurnContext) -> None:
        """A reply to a ticket: pass it on, marked as a person's."""
        message = update.effective_message
        if message is None or not await self._admits(message, context):
            return
        number = self._handoff.number_for_staff(message) or 0
        chat, written = message.chat_id, message.message_id
        ticket = await context.turn.transact(lambda c: tickets.by_number(c, number))
        before = await context.turn.transact(lambda c: tickets.passed_on(c, chat, written))
        if ticket is None:
            await self._say(message, "handoff.unknown", context, number=number)
        elif message.text is None or message.forward_origin is not None:
            await self._say(message, "handoff.staff_text_only", context)
        elif len(message.text) > LONGEST_ANSWER:
            await self._say(message, "handoff.answer_too_long", context, most=LONGEST_ANSWER)
        elif ticket.closed_by == "asker" and before is None:
            await self._say(message, "handoff.over_for_staff", context, number=number)
        elif update.edited_message is not None and before is not None:
            await self._change(message, ticket, before, context)
        else:
            await self._pass_on(message, ticket, context)

    async def _pass_on(self, message: Message, ticket: Ticket, context: TurnContext) -> None:
        place = Place(ticket.chat, ticket.person, ticket.message)
        now = self._handoff.stamp()

        def noted(sent: Message) -> Callable[[Connection], object]:
            answer = Answer(message.chat_id, message.message_id, ticket.id, sent.message_id)
            return lambda c: tickets.answered(c, answer, now)

        page, keyboard = self._page(message.text or "", ticket), self._keyboard(ticket)
        try:
            await context.turn.step(lambda: self._desk.post(place, page, keyboard, context), noted)
        except (Forbidden, BadRequest) as error:
            log.info("not_welcome", extra={"chat": ticket.chat, "reason": str(error)})
            await self._say(message, "handoff.not_delivered", context, number=ticket.id)
            return
        self._handoff.metrics.tickets.labels("answered").inc()
        if not ticket.answered:
            self._handoff.metrics.first_answer.observe(max(0.0, now - ticket.opened))
        await self._say(message, "handoff.delivered", context, number=ticket.id)

    async def _change(self, message: Message, ticket: Ticket, before: Answer, context: TurnContext) -> None:
        """The staff changed an answer that was passed on: the asker's copy is changed."""
        page = self._page(message.text or "", ticket, changed=True)

        async def call() -> None:
            try:
                await context.bot.edit_message_text(
                    page, ticket.chat, before.passed, parse_mode="HTML", reply_markup=self._keyboard(ticket)
                )
            except BadRequest as error:
                if "not modified" not in str(error).lower():
                    raise

        try:
            await context.turn.step(call)
        except (Forbidden, BadRequest) as error:
            log.info("not_welcome", extra={"chat": ticket.chat, "reason": str(error)})
            await self._say(message, "handoff.not_changed", context, number=ticket.id)
            return
        await self._say(message, "handoff.changed", context, number=ticket.id)

    def _page(self, text: str, ticket: Ticket, changed: bool = False) -> str:
        """The answer as the asker reads it: a person's words, never a quotation."""
        runs = [(render.Run(self._words("handoff.human", number=ticket.id), "b"),)]
        runs += [(render.Run(line),) for line in text.split("\n")]
        notes = ["handoff.human_changed"] if changed else []
        notes += ["handoff.human_note"] if ticket.open else ["handoff.human_note_closed"]
        runs += [(render.Run(self._words(name), "i"),) for name in notes]
        return render.pages(runs)[0]

    def _keyboard(self, ticket: Ticket) -> InlineKeyboardMarkup | None:
        if not ticket.open:
            return None
        return InlineKeyboardMarkup([[keyboards.button(self._words("handoff.done_button"), "x", ticket.id)]])

    async def close(self, update: Update, context: TurnContext) -> None:
        """/close as a reply to a ticket, or with its number."""
        message = update.effective_message
        if message is None or message.text is None or not await self._admits(message, context):
            return
        typed = message.text[message.entities[0].length :].strip().removeprefix("#")
        number = self._handoff.number_for_staff(message) or 0
        if typed.isascii() and typed.isdigit() and len(typed) <= 12:
            number = int(typed)
        ticket = await context.turn.transact(lambda c: tickets.by_number(c, number))
        if ticket is None:
            await self._say(message, "handoff.close_how", context)
        elif not ticket.open:
            await self._say(message, "handoff.closed_before", context, number=number)
        else:
            place = Place(ticket.chat, ticket.person, ticket.message)
            await self._desk.say(place, self._words("handoff.closed_for_asker", number=number), context)
            await self._say(message, "handoff.closed", context, number=number)
            self._handoff.close(ticket, "staff", context)

    async def tickets(self, update: Update, context: TurnContext) -> None:
        """/tickets: what is open, the oldest first."""
        message = update.effective_message
        if message is None or not await self._admits(message, context):
            return
        waiting = list(reversed(await context.turn.transact(lambda c: tickets.listed(c, only_open=True))))
        if not waiting:
            await self._say(message, "handoff.none_open", context)
            return
        lines = [self._words("handoff.list", count=len(waiting))]
        for ticket in waiting[:LISTED]:
            lines.append(
                self._words(
                    "handoff.list_line",
                    number=ticket.id,
                    hours=int((self._handoff.stamp() - ticket.opened) / 3600),
                    answers=ticket.answers,
                    question=" ".join(ticket.question.split())[:40],
                )
            )
        await self._desk.say(place_of(message), "\n".join(lines), context)

    async def migrated(self, update: Update, context: TurnContext) -> None:
        """A group became a supergroup: it goes on under another id."""
        message = update.effective_message
        if message is None:
            return
        old, new = message.migrate_from_chat_id, message.migrate_to_chat_id
        was, now = (message.chat_id, new) if new is not None else (old, message.chat_id)
        if was is None or now is None:
            return
        context.turn.outcome("command")
        if was == self._handoff.staff_chat:
            self._handoff.staff_chat = now
            log.warning("staff_chat_moved", extra={"old": was, "new": now})
        context.turn.at_end(lambda c: tickets.moved(c, was, now))

    async def _say(self, message: Message, name: str, context: TurnContext, **slots: object) -> None:
        await self._desk.say(place_of(message), self._words(name, **slots), context)

    # -- outside turns -----------------------------------------------------------------------------------------------

    async def open(self, store: Store) -> None:
        """At the start: the id that the staff group has now."""
        configured = self._handoff.staff_chat
        if configured is not None:
            self._handoff.staff_chat = await store.transact(lambda c: tickets.present_id(c, configured))

    async def keep_posting(self, store: Store, bot: Bot) -> None:
        """Post what did not reach the staff group, again and again until it does."""
        while self._handoff.enabled:
            try:
                await self.post_waiting(store, bot)
            except TelegramError as error:
                log.error("staff_chat_unreachable", extra={"chat": self._handoff.staff_chat, "reason": str(error)})
            await asyncio.sleep(POST_AGAIN)

    async def post_waiting(self, store: Store, bot: Bot) -> None:
        """One try. Raises TelegramError."""
        for ticket in await store.transact(tickets.unposted):
            sent = await self._handoff.send_ticket(ticket, bot)
            present, now = sent.chat_id, self._handoff.stamp()

            def record(c: Connection, number: int = ticket.id, present: int = present, now: float = now) -> None:
                tickets.posted(c, number, now)
                self._handoff.moved(present, c)

            await store.transact(record)
