"""Pressed buttons. Whoever presses is the one who asks; what a button names is looked up, never trusted."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

from telegram import Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.channels.telegram import keyboards, render
from bot.channels.telegram.commands import Commands
from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.sender import Desk, Place
from bot.engine.values.reply import Block, Quote
from bot.store.store import Verdict

MOST_DATA = 64
Answering = Callable[[Update, Message, Place, str, str, TurnContext], Awaitable[bool]]


class Presses:
    """What each verb of a button does; each returns False when its key names nothing (any more)."""

    def __init__(self, desk: Desk, commands: Commands, more: Mapping[str, Answering] | None = None) -> None:
        """``more``: what other verbs do."""
        self._desk = desk
        self._commands = commands
        self._verbs: dict[str, Answering] = {
            "c": self._clause,
            "o": self._original,
            "u": self._units_of,
            "q": self._example,
            "l": self._contents,
            "d": self._document,
            "s": self._subsidies,
            "n": self._unit_page,
            "m": self._measures,
            "g": self._good,
            "b": self._bad,
            "r": self._reason,
            "h": self._person,
            "x": self._cancel,
            **(more or {}),
        }

    def handlers(self) -> list[BaseHandler[Update, TurnContext, None]]:
        """PTB's handler of presses."""
        return [CallbackQueryHandler(self.press)]

    async def press(self, update: Update, context: TurnContext) -> None:
        """One press."""
        query = update.callback_query
        if query is None:
            return
        context.turn.outcome("callback")
        verb, key, argument = keyboards.parse(query.data)
        message = query.message if isinstance(query.message, Message) else None
        answer = self._verbs.get(verb)
        if message is None or answer is None or len((query.data or "").encode()) > MOST_DATA:
            await self._desk.acknowledge(update, self._desk.words("telegram.old_button"), alert=True)
            return
        place = Place(message.chat_id, query.from_user.id, message.message_id)
        if self._desk.limit.check(place.person, context.turn.update_id) != "ok":
            context.turn.outcome("limited")
            text = self._desk.words("telegram.limited", most=self._desk.limit.per_minute)
            await self._desk.acknowledge(update, text)
            return
        if not await answer(update, message, place, key, argument, context):
            await self._desk.acknowledge(update, self._desk.words("telegram.old_button"), alert=True)

    async def _clause(self, update: Update, _: Message, place: Place, key: str, __: str, context: TurnContext) -> bool:
        target = self._desk.catalogue.target(key)
        if target is None:
            return False
        await self._desk.acknowledge(update)
        await self._commands.clause_at(place, target, context)
        return True

    async def _original(
        self, update: Update, _: Message, place: Place, key: str, __: str, context: TurnContext
    ) -> bool:
        """The clause, whole and nothing else, with its place and the notice."""
        target = self._desk.catalogue.target(key)
        if target is None:
            return False
        await self._desk.acknowledge(update)
        reply = self._desk.recent.assistant.show(target)
        whole = Block("original", (Quote(self._desk.clauses()[target].text, bare=True),), "")
        await self._part(place, [whole, *(b for b in reply.blocks if b.role in ("place", "notice"))], context)
        return True

    async def _units_of(
        self, update: Update, _: Message, place: Place, key: str, __: str, context: TurnContext
    ) -> bool:
        """Who is responsible."""
        target = self._desk.catalogue.target(key)
        if target is None:
            return False
        await self._desk.acknowledge(update)
        reply = self._desk.recent.assistant.show(target)
        blocks = [b for b in reply.blocks if b.role in ("units", "note", "place", "notice")]
        if not any(b.role == "units" for b in blocks):
            await self._desk.say(place, self._desk.words("telegram.no_units"), context)
        else:
            await self._part(place, blocks, context)
        return True

    async def _part(self, place: Place, blocks: list[Block], context: TurnContext) -> None:
        await self._desk.send(place, render.messages(blocks), context)

    async def _example(self, update: Update, _: Message, place: Place, key: str, __: str, context: TurnContext) -> bool:
        examples = self._desk.recent.assistant.library.examples.questions
        example = keyboards.find(key, examples)
        if example is None:
            return False
        await self._desk.acknowledge(update)
        await self._desk.ask_admitted(place, example, context, echo=True)
        return True

    async def _contents(
        self, update: Update, message: Message, _: Place, key: str, page: str, context: TurnContext
    ) -> bool:
        await self._desk.acknowledge(update)
        text, keyboard = self._commands.contents(key, number(page))
        await self._desk.edit(message, render.pages([(render.Run(text),)])[0], context, keyboard)
        return True

    async def _document(
        self, update: Update, _: Message, place: Place, key: str, __: str, context: TurnContext
    ) -> bool:
        """A document that was offered: what was asked, answered from it."""
        policy = self._desk.catalogue.policy(key)
        if policy is None:
            return False
        await self._desk.acknowledge(update)
        reply = self._desk.recent.assistant.pick(policy.id, await context.turn.conversation(place.key))
        context.turn.keep(place.key, reply.conversation)
        await self._desk.reply(place, reply, context)
        return True

    async def _subsidies(
        self, update: Update, message: Message, place: Place, key: str, page: str, context: TurnContext
    ) -> bool:
        """A document's money, or the next page of documents that state any."""
        policy = self._desk.catalogue.policy(key)
        if policy is None and key:
            return False
        await self._desk.acknowledge(update)
        if policy is not None:
            await self._commands.subsidies_of(policy, place, context)
            return True
        text, keyboard = self._commands.subsidy_pages(number(page))
        await self._desk.edit(message, render.pages([(render.Run(text),)])[0], context, keyboard)
        return True

    async def _unit_page(
        self, update: Update, message: Message, _: Place, __: str, page: str, context: TurnContext
    ) -> bool:
        await self._desk.acknowledge(update)
        text, keyboard = self._commands.unit_pages(number(page))
        await self._desk.edit(message, render.pages([(render.Run(text),)])[0], context, keyboard)
        return True

    async def _measures(
        self, update: Update, message: Message, place: Place, key: str, page: str, context: TurnContext
    ) -> bool:
        """A unit's measures, or another page of their buttons."""
        unit = self._desk.catalogue.unit(key)
        if unit is None:
            return False
        await self._desk.acknowledge(update)
        reply = self._desk.recent.assistant.of_unit(unit)
        if page:
            rows = keyboards.paged(self._desk.entries(reply), number(page), ("m", key), self._desk.words)
            await self._desk.edit_keyboard(message, context, keyboards.turned(message.reply_markup, rows))
            return True
        await context.turn.conversation(place.key)  # what it remembers besides is kept
        context.turn.keep(place.key, reply.conversation)
        await self._desk.reply(place, reply, context)
        return True

    async def _good(
        self, update: Update, message: Message, place: Place, key: str, asked: str, context: TurnContext
    ) -> bool:
        target = self._judged(key)
        if target is None:
            return False
        self._judge(place, target, "up", "", asked, context)
        if self._desk.handoff is not None:
            await self._desk.handoff.judged(place, message, True, context)
        await self._desk.acknowledge(update, self._desk.words("telegram.thanks_good"))
        return True

    async def _bad(
        self, update: Update, message: Message, place: Place, key: str, asked: str, context: TurnContext
    ) -> bool:
        """Noted at once; why is asked, and may be left unsaid."""
        target = self._judged(key)
        if target is None:
            return False
        self._judge(place, target, "down", "", asked, context)
        await self._desk.acknowledge(update, self._desk.words("telegram.ask_reason"))
        handoff = self._desk.handoff
        further = await handoff.judged(place, message, False, context) if handoff is not None else None
        buttons = keyboards.reasons(key, self._desk.words, message.reply_markup, asked)
        await self._desk.edit_keyboard(message, context, keyboards.with_row(buttons, further) or buttons)
        return True

    async def _reason(
        self, update: Update, message: Message, place: Place, key: str, argument: str, context: TurnContext
    ) -> bool:
        letter, asked = argument[:1], argument[1:]
        target = self._judged(key)
        if target is None or letter not in keyboards.REASONS:
            return False
        self._judge(place, target, "down", keyboards.REASONS[letter], asked, context)
        await self._desk.acknowledge(update, self._desk.words("telegram.thanks_bad"))
        await self._desk.edit_keyboard(message, context, keyboards.judged(key, message.reply_markup, asked))
        return True

    async def _person(self, update: Update, _: Message, place: Place, __: str, ___: str, context: TurnContext) -> bool:
        """To a person."""
        if self._desk.handoff is None or not self._desk.handoff.enabled:
            return False
        await self._desk.acknowledge(update)
        await self._desk.handoff.pressed(place, context)
        return True

    async def _cancel(self, update: Update, _: Message, place: Place, key: str, __: str, context: TurnContext) -> bool:
        """No answer is needed any more; only the asker's press counts."""
        if self._desk.handoff is None or not (key.isascii() and key.isdigit()) or len(key) > 12:
            return False
        if await self._desk.handoff.cancelled(place, int(key), context):
            await self._desk.acknowledge(update)
        else:
            await self._desk.acknowledge(update, self._desk.words("handoff.not_yours"), alert=True)
        return True

    def _judge(self, place: Place, target: str, verdict: str, reason: str, asked: str, context: TurnContext) -> None:
        """One verdict a person and answer: the last one holds. Who gave it is kept as a hash only."""
        of = self._desk.office.askers.of
        key, asker = of(f"{place.chat}:{place.message}:{place.person}"), of(place.person)
        question = keyboards.question_of(asked)
        context.turn.judge(Verdict(key, target, verdict, reason, time.time(), asker, question))

    def _judged(self, key: str) -> str | None:
        """The clause that was judged; "" for an answer about no single clause; None for a key that names nothing."""
        return "" if key == keyboards.NOTHING else self._desk.catalogue.target(key)


def number(text: str) -> int:
    """A page number out of a button's data; 0 for anything else."""
    return int(text[:4]) if text.isascii() and text.isdigit() else 0
