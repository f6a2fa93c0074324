"""Hand-off: a question that the bot can't answer goes to a person, and the person's answer comes back.

This module is the asker's side; backoffice.py is that of the staff. A message of ours that belongs to a ticket begins
with the ticket's number, so that a reply to it finds its ticket even when a crash came between sending and recording.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import BaseHandler, CommandHandler, MessageHandler, filters

from bot.channels.telegram import keyboards
from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.sender import LONGEST, Desk, Place, place_of
from bot.channels.telegram.staffgroup import StaffGroup
from bot.engine.values.reply import Reply
from bot.service import exchanges as history
from bot.service.exchanges import Exchange, Exchanges
from bot.store import tickets
from bot.store.tickets import Ticket

MOST_ADDITIONS = 10
"""Additions to one ticket."""
CLOCKS = 3_600.0
"""Seconds by which this machine's clock may be ahead of Telegram's."""
SHOWN = 120
"""Characters of an earlier question that the staff sees."""
WEEKDAYS = "一二三四五六日"


class Handoff:
    """Opens tickets, takes additions, closes them for the asker."""

    def __init__(self, desk: Desk, group: StaffGroup) -> None:
        self.desk = desk
        self.group = group
        self.words = desk.words
        self._ours = [_pattern(self.words.get(f"handoff.{name}")) for name in ("human", "opened", "one_open")]
        self._staffs = _pattern(self.words.get("handoff.header"))

    @property
    def enabled(self) -> bool:
        """Whether there is somebody to hand on to."""
        return self.group.office.staff_chat is not None

    def handlers(self) -> list[BaseHandler[Update, TurnContext, None]]:
        """PTB's handlers; to come before those of questions."""
        replies = filters.REPLY & ~filters.COMMAND & Matching(lambda m: self.number_for_asker(m) is not None)
        prompts = filters.REPLY & filters.TEXT & ~filters.COMMAND & Matching(self._prompted)
        return [
            CommandHandler("human", self.human),
            CommandHandler("cancel", self.cancel),
            MessageHandler(prompts, self.prompted),
            MessageHandler(replies, self.add),
        ]

    def number_for_asker(self, message: Message) -> int | None:
        """The ticket that a reply to one of our messages to the asker is about."""
        quoted = self._quoted(message)
        found = [match for pattern in self._ours if (match := pattern.match(quoted))]
        return int(found[0][1]) if found and message.chat_id != self.group.office.staff_chat else None

    def number_for_staff(self, message: Message) -> int | None:
        """The ticket that a reply to one of our messages in the staff group is about."""
        match = self._staffs.match(self._quoted(message))
        return int(match[1]) if match is not None and message.chat_id == self.group.office.staff_chat else None

    def older(self, message: Message, ticket: Ticket) -> bool:
        """Whether the message of ours that is replied to is older than the ticket: then it was another's.

        Numbers are given once, but a backup that is put back does not know those that were given after it was made.
        """
        replied = message.reply_to_message
        return replied is not None and replied.date.timestamp() < ticket.opened - CLOCKS

    def _quoted(self, message: Message) -> str:
        """The text of the message of ours that is replied to: what others wrote names no ticket."""
        replied = message.reply_to_message
        ours = replied is not None and replied.from_user is not None and replied.from_user.id == self.desk.me().id
        return replied.text or "" if ours and replied is not None else ""

    def _prompted(self, message: Message) -> bool:
        return self.enabled and self._quoted(message) == self.words("handoff.ask_question")

    # -- what the desk asks ------------------------------------------------------------------------------------------

    async def instead(self, place: Place, reply: Reply, context: TurnContext) -> bool:
        """Whether a person is asked for; then the ticket is opened and the reply is not needed."""
        if not self.enabled or reply.status != "chat" or not reply.why.asks_for_person:
            return False
        await self._open_last(place, context)
        return True

    async def note(
        self, place: Place, text: str, reply: Reply, context: TurnContext
    ) -> list[InlineKeyboardButton] | None:
        """Remember the question; the button that leads to a person, after two misses in a row."""
        if not self.enabled:
            return None
        noted = history.note(await context.turn.exchanges(place.key), place.message, text, reply)
        context.turn.keep_exchanges(place.key, noted)
        return self.button() if reply.status != "chat" and history.missed(noted) else None

    async def judged(
        self, place: Place, message: Message, good: bool, context: TurnContext
    ) -> list[InlineKeyboardButton] | None:
        """Remember a verdict on an answer; the button after two misses in a row."""
        if not self.enabled:
            return None
        question = message.reply_to_message.message_id if message.reply_to_message is not None else 0
        noted = history.judged(await context.turn.exchanges(place.key), question, not good)
        context.turn.keep_exchanges(place.key, noted)
        return self.button() if history.missed(noted) else None

    def button(self) -> list[InlineKeyboardButton]:
        """The row of buttons that leads to a person."""
        return [keyboards.button(self.words("handoff.button"), "h", keyboards.NOTHING)]

    # -- opening -----------------------------------------------------------------------------------------------------

    async def human(self, update: Update, context: TurnContext) -> None:
        """/human, with a question or after one."""
        message = update.effective_message
        if message is None or message.text is None or self.desk.unasked(message):
            return
        context.turn.outcome("handoff")
        place = place_of(message)
        if not await self.desk.admitted(place, context):
            return
        asked = message.text[message.entities[0].length :].strip()
        if not self.enabled:
            reply = await self.desk.recent.reply_soon(
                self.words("handoff.button"), await context.turn.conversation(place.key)
            )
            await self.desk.reply(place, reply, context)
        elif asked:
            await self._open(place, asked, await context.turn.exchanges(place.key), context)
        else:
            await self._open_last(place, context)

    async def pressed(self, place: Place, context: TurnContext) -> None:
        """The button was pressed."""
        context.turn.outcome("handoff")
        await self._open_last(place, context)

    async def prompted(self, update: Update, context: TurnContext) -> None:
        """The question that was asked for."""
        message = update.effective_message
        if message is None or message.text is None or self.desk.unasked(message):
            return
        context.turn.outcome("handoff")
        place = place_of(message)
        if await self.desk.admitted(place, context):
            await self._open(place, message.text, await context.turn.exchanges(place.key), context)

    async def _open_last(self, place: Place, context: TurnContext) -> None:
        """Hand on the last question; where there is none, ask for it."""
        exchanges = await context.turn.exchanges(place.key)
        if exchanges:
            last = exchanges[-1]
            asked = Place(place.chat, place.person, last.message)
            await self._open(asked, last.asked, exchanges[:-1], context, last)
            return
        context.turn.outcome("handoff")
        await self.desk.say(place, self.words("handoff.ask_question"), context)

    async def _open(
        self, place: Place, question: str, before: Exchanges, context: TurnContext, last: Exchange | None = None
    ) -> None:
        context.turn.outcome("handoff")
        if place.chat == self.group.office.staff_chat:
            await self.desk.say(place, self.words("handoff.here"), context)
            return
        if len(question) > LONGEST:
            await self.desk.say(place, self.words("telegram.too_long", most=LONGEST), context)
            return
        told = [self.words("handoff.came", came=self._came(last))] if last is not None else []
        told += [self.words("handoff.before")] if before else []
        told += [self.words("handoff.exchange", asked=e.asked[:SHOWN], came=self._came(e)) for e in before]
        target, now = (place.chat, place.person, place.message), self.group.stamp()
        update_id, asker = context.turn.update_id, self.desk.office.askers.of(place.person)
        made = await context.turn.transact(
            lambda c: tickets.open_one(c, update_id, target, question, "\n".join(told), now, asker=asker)
        )
        if made == "too many":
            await self.desk.say(place, self.words("handoff.too_many", most=tickets.MOST_A_DAY), context)
            return
        if made == "one open":
            known = await context.turn.transact(lambda c: tickets.open_of(c, place.person))
            number = known.id if known is not None else 0
            await self.desk.say(place, self.words("handoff.one_open", number=number), context, self._cancel_row(number))
            return
        await self.group.post(made, context)
        self.group.office.metrics.tickets.labels("opened").inc()
        text = self.words("handoff.opened", number=made.id)
        if not self.group.attended():
            text += "\n" + self._later()
        await self.desk.say(place, text, context, self._cancel_row(made.id))

    def _came(self, exchange: Exchange) -> str:
        """What came of a question, in a few words."""
        if exchange.target:
            clauses = self.desk.clauses()
            told = self.desk.title(exchange.target) if exchange.target in clauses else exchange.target
            return told + (self.words("handoff.no_good") if exchange.missed else "")
        return str(self.words.get("handoff.status").get(exchange.status, exchange.status))

    def _later(self) -> str:
        """When somebody will look at it."""
        opening = self.group.office.hours.next_opening(self.group.now())
        if opening is None:
            return self.words("handoff.closed_now")
        when = self.words(
            "handoff.when",
            month=opening.month,
            day=opening.day,
            weekday=WEEKDAYS[opening.weekday()],
            time=f"{opening:%H:%M}",
        )
        return self.words("handoff.off_hours", when=when)

    def _cancel_row(self, number: int) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[keyboards.button(self.words("handoff.cancel_button"), "x", number)]])

    # -- adding and closing ------------------------------------------------------------------------------------------

    async def add(self, update: Update, context: TurnContext) -> None:
        """A reply to a human answer, or to the word that the question was handed on: it goes to the staff."""
        message = update.effective_message
        if message is None or self.desk.unasked(message):
            return
        context.turn.outcome("handoff")
        place, number = place_of(message), self.number_for_asker(message) or 0
        ticket = await context.turn.transact(lambda c: tickets.by_number(c, number))
        if not await self.desk.admitted(place, context):
            return
        if ticket is None or ticket.person != place.person or ticket.chat != place.chat:
            await self.desk.say(place, self.words("handoff.not_yours"), context)
        elif not ticket.open:
            await self.desk.say(place, self.words("handoff.over", number=number), context)
        elif message.text is None:
            await self.desk.say(place, self.words("handoff.text_only"), context)
        elif len(message.text) > LONGEST:
            await self.desk.say(place, self.words("telegram.too_long", most=LONGEST), context)
        elif ticket.additions >= MOST_ADDITIONS:
            await self.desk.say(place, self.words("handoff.too_many_additions"), context)
        else:
            header = self.words("handoff.header", number=number)
            name = "handoff.changed_addition" if update.edited_message is not None else "handoff.addition"
            text = f"{header}{self.words(name)}\n{message.text}"
            if await self.group.tell(text, context, lambda c: tickets.added(c, number)):
                await self.desk.say(place, self.words("handoff.added"), context)
            else:
                await self.desk.say(place, self.words("handoff.not_passed_on"), context)

    async def cancel(self, update: Update, context: TurnContext) -> None:
        """/cancel: the asker needs no answer any more."""
        message = update.effective_message
        if message is None or self.desk.unasked(message):
            return
        context.turn.outcome("handoff")
        place = place_of(message)
        if await self.desk.admitted(place, context):
            ticket = await context.turn.transact(lambda c: tickets.open_of(c, place.person))
            await self._cancel(place, ticket, context)

    async def cancelled(self, place: Place, number: int, context: TurnContext) -> bool:
        """The button was pressed; only the asker's own press counts."""
        context.turn.outcome("handoff")
        ticket = await context.turn.transact(lambda c: tickets.by_number(c, number))
        if ticket is None or ticket.person != place.person:
            return False
        await self._cancel(place, ticket, context)
        return True

    async def _cancel(self, place: Place, ticket: Ticket | None, context: TurnContext) -> None:
        if ticket is None or not ticket.open:
            await self.desk.say(place, self.words("handoff.nothing_open"), context)
            return
        header = self.words("handoff.header", number=ticket.id)
        await self.group.tell(header + self.words("handoff.cancelled_for_staff"), context)
        await self.desk.say(place, self.words("handoff.cancelled", number=ticket.id), context)
        self.close(ticket, "asker", context)

    async def forgotten(self, numbers: Iterable[int], context: TurnContext) -> None:
        """Tell the staff which tickets are gone because the asker had everything forgotten."""
        for number in numbers if self.enabled else ():
            header = self.words("handoff.header", number=number)
            await self.group.tell(header + self.words("handoff.forgotten_for_staff"), context)

    def close(self, ticket: Ticket, by: tickets.Closer, context: TurnContext) -> None:
        """Close it, together with the tick-off."""
        now = self.group.stamp()
        context.turn.at_end(lambda c: tickets.close(c, ticket.id, by, now))
        self.group.office.metrics.tickets.labels("closed").inc()


def _pattern(template: str) -> re.Pattern[str]:
    """Finds the number in the first line of what was made from the template."""
    first = re.escape(template.split("\n")[0])
    return re.compile(first.replace(re.escape("{number}"), r"(\d{1,12})"))


class Matching(filters.MessageFilter):
    """Messages of which something is true."""

    def __init__(self, true: Callable[[Message], bool]) -> None:
        super().__init__()
        self._true = true

    def filter(self, message: Message) -> bool:
        """PTB asks this."""
        return self._true(message)
