"""The staff's side of the hand-off: replies in the staff group, /close and /tickets."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import Connection
from telegram import InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest, Forbidden
from telegram.ext import BaseHandler, CommandHandler, MessageHandler, filters

from bot.channels.telegram import keyboards, render
from bot.channels.telegram.commands import Answering, running
from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.guard import Guard
from bot.channels.telegram.handoff import Handoff, Matching
from bot.channels.telegram.sender import NO_PREVIEW, Desk, Place, place_of
from bot.staff.roles import Role
from bot.store import tickets
from bot.store.tickets import Answer, Ticket

log = logging.getLogger(__name__)

LONGEST_ANSWER = 3_500
"""Characters of a human answer: it goes out as one message, so that changing it changes all of it."""
LISTED = 20
"""Tickets that /tickets shows."""


class BackOffice:
    """Passes on what the staff answers."""

    def __init__(self, handoff: Handoff, guard: Guard) -> None:
        self._handoff = handoff
        self._guard = guard
        self._desk: Desk = handoff.desk
        self._words = handoff.words

    def handlers(self) -> list[BaseHandler[Update, TurnContext, None]]:
        """PTB's handlers; to come before those of questions."""
        replies = filters.REPLY & ~filters.COMMAND & Matching(lambda m: self._handoff.number_for_staff(m) is not None)
        commands: dict[str, Answering] = {"close": self.close, "tickets": self.tickets}
        return [
            MessageHandler(filters.StatusUpdate.MIGRATE, self.migrated),
            *(
                CommandHandler(name, running(self._desk, self._guard.command(name, Role.VIEWER, answer)))
                for name, answer in commands.items()
            ),
            MessageHandler(replies, self.answer),
        ]

    async def _admits(self, message: Message, context: TurnContext) -> bool:
        """Whether the staff wrote it; others, and those who hide who they are, are told."""
        if message.sender_chat is not None or message.from_user is None:
            await self._say(message, "handoff.anonymous", context)
            return False
        if not self._guard.may(message.from_user.id, Role.VIEWER, "answer", context):
            await self._say(message, "handoff.not_staff", context)
            return False
        return True

    async def answer(self, update: Update, context: TurnContext) -> None:
        """A reply to a ticket: pass it on, marked as a person's."""
        message = update.effective_message
        if message is None or self._desk.unasked(message):
            return
        context.turn.outcome("staff")
        if not await self._admits(message, context):
            return
        number = self._handoff.number_for_staff(message) or 0
        chat, written = message.chat_id, message.message_id
        ticket = await context.turn.transact(lambda c: tickets.by_number(c, number))
        before = await context.turn.transact(lambda c: tickets.passed_on(c, chat, written))
        if ticket is None:
            await self._say(message, "handoff.unknown", context, number=number)
        elif self._handoff.older(message, ticket):
            await self._say(message, "handoff.older", context, number=number)
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
        now = self._handoff.group.stamp()

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
        self._handoff.group.office.metrics.tickets.labels("answered").inc()
        if not ticket.answered:
            self._handoff.group.office.metrics.first_answer.observe(max(0.0, now - ticket.opened))
        await self._say(message, "handoff.delivered", context, number=ticket.id)

    async def _change(self, message: Message, ticket: Ticket, before: Answer, context: TurnContext) -> None:
        """The staff changed an answer that was passed on: the asker's copy is changed."""
        page = self._page(message.text or "", ticket, changed=True)

        async def call() -> None:
            try:
                await context.bot.edit_message_text(
                    page,
                    ticket.chat,
                    before.passed,
                    parse_mode="HTML",
                    link_preview_options=NO_PREVIEW,
                    reply_markup=self._keyboard(ticket),
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

    async def close(self, message: Message, _: Place, arguments: str, context: TurnContext) -> None:
        """/close as a reply to a ticket, or with its number."""
        typed = arguments.removeprefix("#")
        number = self._handoff.number_for_staff(message) or 0
        named = typed.isascii() and typed.isdigit() and len(typed) <= 12
        if named:
            number = int(typed)
        ticket = await context.turn.transact(lambda c: tickets.by_number(c, number))
        if ticket is None:
            await self._say(message, "handoff.close_how", context)
        elif not named and self._handoff.older(message, ticket):
            await self._say(message, "handoff.older", context, number=number)
        elif not ticket.open:
            await self._say(message, "handoff.closed_before", context, number=number)
        else:
            asker = Place(ticket.chat, ticket.person, ticket.message)
            await self._desk.say(asker, self._words("handoff.closed_for_asker", number=number), context)
            await self._say(message, "handoff.closed", context, number=number)
            self._handoff.close(ticket, "staff", context)

    async def tickets(self, message: Message, place: Place, _: str, context: TurnContext) -> None:
        """/tickets: what is open, the oldest first."""
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
                    hours=int((self._handoff.group.stamp() - ticket.opened) / 3600),
                    answers=ticket.answers,
                    question=" ".join(ticket.question.split())[:40],
                )
            )
        await self._desk.say(place, "\n".join(lines), context)

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
        if was == self._handoff.group.office.staff_chat:
            self._handoff.group.moved(now)
        context.turn.at_end(lambda c: tickets.moved(c, was, now))

    async def _say(self, message: Message, name: str, context: TurnContext, **slots: object) -> None:
        await self._desk.say(place_of(message), self._words(name, **slots), context)
