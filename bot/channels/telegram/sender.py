"""The desk at which updates are answered: what all handlers share."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telegram import (
    Chat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
    Update,
    User,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channels.telegram import keyboards, render
from bot.channels.telegram.context import TurnContext
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.why import Rule, Why
from bot.replies.texts import Texts
from bot.service.catalogue import Catalogue
from bot.service.limits import UserLimit
from bot.service.parts import Office
from bot.serving.reply_cache import RecentReplies
from bot.staff.question_record import Channel, record
from knowledge.base.document import Clause, Policy

if TYPE_CHECKING:
    from bot.channels.telegram.handoff import Handoff

log = logging.getLogger(__name__)

LONGEST = 2000
"""Characters of a question; more is no question but a document."""
RENDERED = 256
"""Rendered replies, and changed messages, that are remembered."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""For every text that is sent: an address in it, such as a document's, is no reason to show a picture of that page.

Not as PTB's Defaults: with any of these, 22.8 sends an empty text, such as ``next_offset``, as an empty list.
"""
TYPING_WAIT = 0.3
"""Seconds that showing "typing" may hold up an answer."""


@dataclass(frozen=True)
class Place:
    """Where an answer goes, and who it is for."""

    chat: int
    person: int
    message: int
    """The message that is answered."""

    @property
    def key(self) -> str:
        """Names the conversation: one a person and chat."""
        return f"{self.chat}:{self.person}"


def place_of(message: Message, person: User | Chat | None = None) -> Place:
    """The place of an answer to ``message``; ``person``: who asks, when it is not its sender."""
    asker = person or message.sender_chat or message.from_user
    return Place(message.chat_id, asker.id if asker is not None else message.chat_id, message.message_id)


class Desk:
    """The assistant, its words, and ways to send."""

    def __init__(
        self,
        assistant: RecentReplies,
        words: Texts,
        limit: UserLimit,
        me: Callable[[], User],
        office: Office,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self.recent = assistant
        self.words = words
        self.limit = limit
        self.me = me
        self.office = office
        self.busy = busy
        """Whether so many wait that showing "typing" would only hold them up."""
        self.handoff: Handoff | None = None
        """Where questions are handed on to a person."""
        self._catalogue: Catalogue | None = None
        self._edited: OrderedDict[tuple[int, int], tuple[str, InlineKeyboardMarkup | None]] = OrderedDict()
        """What our messages were changed to last, by chat and message."""
        self._rendered: OrderedDict[int, tuple[Reply, list[str], InlineKeyboardMarkup | None]] = OrderedDict()

    @property
    def policies(self) -> tuple[Policy, ...]:
        """What can be asked about."""
        return self.recent.assistant.ready.base.policies

    @property
    def catalogue(self) -> Catalogue:
        """What buttons name; made anew when the base is another one."""
        library = self.recent.assistant.library
        if self._catalogue is None or self._catalogue.library is not library:
            self._catalogue = Catalogue(library)
        return self._catalogue

    def clauses(self) -> dict[str, Clause]:
        """All clauses by target."""
        return self.catalogue.clauses

    def title(self, target: str) -> str:
        """A clause on a button: number and title."""
        clause = self.clauses()[target]
        return f"{clause.id} {clause.title}"

    def entries(self, reply: Reply) -> list[InlineKeyboardButton]:
        """A reply's clauses and documents as buttons, in its order."""
        titles = {f"{c.policy}/{c.clause}": f"{c.clause} {c.title}" for c in (*reply.clauses, *reply.suggestions)}
        titles |= {p: self.recent.assistant.library.by_id[p].display_name for p in reply.documents}
        return keyboards.entries(reply, titles)

    def unasked(self, message: Message) -> bool:
        """Whether nobody asks with it: another bot's message, a channel's that came by itself, or a card of ours.

        Two bots that answer each other would talk for ever. Telegram shows anonymous administrators as bots, too, but
        with the chat that they write for.
        """
        by_bot = message.from_user is not None and message.from_user.is_bot and message.sender_chat is None
        card = message.via_bot is not None and message.via_bot.id == self.me().id
        return by_bot or card or bool(message.is_automatic_forward)

    # -- asking ------------------------------------------------------------------------------------------------------

    async def ask(self, place: Place, text: str, context: TurnContext, echo: bool = False) -> None:
        """Answer a question. ``echo``: it was pressed, not typed, so the answer repeats it."""
        if await self.admitted(place, context):
            await self.ask_admitted(place, text, context, echo)

    async def ask_admitted(self, place: Place, text: str, context: TurnContext, echo: bool = False) -> None:
        """Answer a question of somebody who may ask."""
        if len(text) > LONGEST:
            context.turn.outcome("clarify")
            too_long = Reply("clarify", (), Conversation(), why=Why(Rule.TOO_LONG))
            self.record(place, text, too_long, context)
            await self.say(place, self.words("telegram.too_long", most=LONGEST), context)
            return
        async with self.typing(place, context):
            conversation = await context.turn.conversation(place.key)
            reply = await self.recent.reply_soon(text, conversation)
        context.turn.keep(place.key, reply.conversation)
        further = None
        if self.handoff is not None:
            if await self.handoff.instead(place, reply, context):
                return
            further = await self.handoff.note(place, text, reply, context)
        self.record(place, text, reply, context)
        await self.reply(place, reply, context, text if echo else "", further)

    def record(self, place: Place, text: str, reply: Reply, context: TurnContext) -> None:
        """Have the question recorded with the tick-off."""
        channel: Channel = "group" if place.chat < 0 else "private"
        asker = self.office.askers.of(place.person)
        context.turn.asked(
            record(text, reply, channel, asker, context.turn.update_id, keep_text=self.office.keep_days > 0)
        )

    async def admitted(self, place: Place, context: TurnContext) -> bool:
        """Whether the person may ask once more this minute; tells it once if not."""
        verdict = self.limit.check(place.person, context.turn.update_id)
        if verdict == "ok":
            return True
        context.turn.outcome("limited")
        if verdict == "notice":
            await self.say(place, self.words("telegram.limited", most=self.limit.per_minute), context)
        return False

    @contextlib.asynccontextmanager
    async def typing(self, place: Place, context: TurnContext) -> AsyncIterator[None]:
        """Show "typing" meanwhile. It is over before the answer goes out, or the client would show it after."""
        if self.busy():
            yield
            return
        action = asyncio.ensure_future(context.bot.send_chat_action(place.chat, ChatAction.TYPING))
        try:
            yield
        finally:
            try:
                await asyncio.wait_for(action, TYPING_WAIT)
            except (TelegramError, TimeoutError) as error:
                log.debug("typing_not_shown", extra={"reason": str(error)})

    # -- sending -----------------------------------------------------------------------------------------------------

    async def reply(
        self,
        place: Place,
        reply: Reply,
        context: TurnContext,
        echo: str = "",
        further: list[InlineKeyboardButton] | None = None,
    ) -> None:
        """Send a reply with its buttons, and a ``further`` row of them."""
        context.turn.outcome(reply.status)
        pages, keyboard = self._shown(reply)
        keyboard = keyboards.asked_by(keyboard, context.turn.update_id)
        if echo:
            content = [paragraph for block in reply.blocks for paragraph in render.paragraphs(block)]
            pages = render.pages([(render.Run(f"❓ {echo}", "i"),), *content])
        await self.send(place, pages, context, keyboards.with_row(keyboard, further))

    def _shown(self, reply: Reply) -> tuple[list[str], InlineKeyboardMarkup | None]:
        """The reply rendered; one that was rendered lately is not rendered again."""
        known = self._rendered.get(id(reply))
        if known is not None and known[0] is reply:
            return known[1], known[2]
        pages, keyboard = render.messages(reply.blocks), keyboards.under(reply, self.words, self.entries(reply))
        self._rendered[id(reply)] = (reply, pages, keyboard)
        if len(self._rendered) > RENDERED:
            self._rendered.popitem(last=False)
        return pages, keyboard

    async def say(
        self, place: Place, text: str, context: TurnContext, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Send a sentence of the bot's own."""
        await self.send(place, render.pages([(render.Run(line),) for line in text.split("\n")]), context, keyboard)

    async def send(
        self, place: Place, pages: Sequence[str], context: TurnContext, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Send HTML messages as answers to the message at ``place``; the keyboard goes under the last.

        Each names the message that it answers, so that one that is sent twice can be seen to be a repetition.
        """
        for n, page in enumerate(pages, 1):
            markup = keyboard if n == len(pages) else None
            await context.turn.step(lambda page=page, markup=markup: self._send(place, page, markup, context))  # type: ignore[misc]

    async def _send(
        self, place: Place, page: str, keyboard: InlineKeyboardMarkup | None, context: TurnContext
    ) -> Message | None:
        try:
            return await self.post(place, page, keyboard, context)
        except Forbidden as error:  # blocked, or thrown out of the group: nobody is there to be told
            log.info("not_welcome", extra={"chat": place.chat, "reason": str(error)})
            return None

    async def post(
        self, place: Place, page: str, keyboard: InlineKeyboardMarkup | None, context: TurnContext
    ) -> Message:
        """One message, outside a step; Forbidden where the bot may not write."""
        answered = ReplyParameters(place.message, allow_sending_without_reply=True)
        try:
            return await context.bot.send_message(
                place.chat,
                page,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard,
                reply_parameters=answered,
            )
        except BadRequest as error:
            if "parse entities" not in str(error).lower():
                raise
            log.error("markup_refused", extra={"reason": str(error)})
            return await context.bot.send_message(
                place.chat,
                render.without_markup(page),
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard,
                reply_parameters=answered,
            )

    async def edit(
        self, message: Message, page: str, context: TurnContext, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        """Change one of our messages in place; that it is so already is no error."""

        async def call() -> None:
            await context.bot.edit_message_text(
                page,
                message.chat_id,
                message.message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard,
            )

        await self._once(message, (page, keyboard), call, context)

    async def edit_keyboard(self, message: Message, context: TurnContext, keyboard: InlineKeyboardMarkup) -> None:
        """Change the buttons under one of our messages."""

        async def call() -> None:
            await context.bot.edit_message_reply_markup(message.chat_id, message.message_id, reply_markup=keyboard)

        await self._once(message, ("", keyboard), call, context)

    async def _once(
        self,
        message: Message,
        wanted: tuple[str, InlineKeyboardMarkup | None],
        change: Callable[[], Awaitable[None]],
        context: TurnContext,
    ) -> None:
        """Make the change unless it was the last one made: people tap twice, and the second tap changes nothing."""
        key = (message.chat_id, message.message_id)

        async def call() -> None:
            if self._edited.get(key) == wanted:
                return
            try:
                await change()
            except BadRequest as error:
                _unless_harmless(error)
            self._edited[key] = wanted
            self._edited.move_to_end(key)
            if len(self._edited) > RENDERED:
                self._edited.popitem(last=False)

        await context.turn.step(call)

    @staticmethod
    async def acknowledge(update: Update, text: str = "", alert: bool = False) -> None:
        """Tell a pressed button that it was heard; too late or twice does no harm."""
        query = update.callback_query
        if query is None:
            return
        try:
            await query.answer(text or None, show_alert=alert)
        except TelegramError as error:
            log.debug("press_not_acknowledged", extra={"reason": str(error)})


def _unless_harmless(error: BadRequest) -> None:
    """Raise it again, unless the message is as wanted already or is gone."""
    said = str(error).lower()
    if not any(words in said for words in ("not modified", "message to edit not found", "message can't be edited")):
        raise error
