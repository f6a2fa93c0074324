"""Messages: questions in private, questions in groups when the bot is addressed, and what is no text."""

from __future__ import annotations

import logging
from collections import OrderedDict

from telegram import Chat, ChatMember, Message, MessageEntity, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden
from telegram.ext import BaseHandler, ChatMemberHandler, MessageHandler, filters

from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.sender import NO_PREVIEW, Desk, place_of

log = logging.getLogger(__name__)

ALBUMS = 256
"""Albums that are remembered."""
_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_OUTSIDE = (ChatMember.LEFT, ChatMember.BANNED)


class Talk:
    """Answers messages that are no commands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._albums: OrderedDict[tuple[int, str], None] = OrderedDict()

    def handlers(self) -> list[BaseHandler[Update, TurnContext, None]]:
        """PTB's handlers; edited messages come here as well."""
        ours = ~filters.StatusUpdate.ALL
        private = filters.ChatType.PRIVATE & ours
        return [
            MessageHandler(private & (filters.TEXT | filters.CAPTION), self.private),
            MessageHandler(private, self.no_text),
            MessageHandler(filters.ChatType.GROUPS & ours & (filters.TEXT | filters.CAPTION), self.group),
            ChatMemberHandler(self.membership, ChatMemberHandler.MY_CHAT_MEMBER),
        ]

    async def private(self, update: Update, context: TurnContext) -> None:
        """A question, new or edited. An unknown command is taken as a question, too."""
        message = update.effective_message
        if message is None or self._desk.unasked(message):
            return
        self._first_of_album(message)
        text = message.text or message.caption or ""
        await self._desk.ask(place_of(message), text.removeprefix("/"), context)

    async def no_text(self, update: Update, context: TurnContext) -> None:
        """A photo, a voice message, a file: what to do instead."""
        message = update.message  # an edited one (a live location) says nothing new
        if message is None or self._desk.unasked(message) or not self._first_of_album(message):
            return
        place = place_of(message)
        if await self._desk.admitted(place, context):
            context.turn.outcome("clarify")
            await self._desk.say(place, self._desk.words(f"telegram.no_text.{kind_of(message)}"), context)

    async def group(self, update: Update, context: TurnContext) -> None:
        """A question, if the bot is addressed; silence otherwise."""
        message = update.effective_message
        if message is None or self._desk.unasked(message):
            return
        text = self.addressed(message)
        if text is None:
            return
        if not text.strip() and message.reply_to_message is not None and not self._is_ours(message.reply_to_message):
            text = message.reply_to_message.text or message.reply_to_message.caption or ""
        place = place_of(message)
        if text.strip():
            await self._desk.ask(place, text, context)
        elif await self._desk.admitted(place, context):
            context.turn.outcome("clarify")
            await self._desk.say(place, self._how(), context)

    def addressed(self, message: Message) -> str | None:
        """The text without the mention, if the message mentions the bot or replies to it; else None."""
        text = message.text or message.caption or ""
        if self._for_another_bot(message):
            return None
        for entity in (*message.entities, *message.caption_entities):
            if self._mentions(entity, text):
                units = text.encode("utf-16-le")
                start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
                return (units[:start] + units[end:]).decode("utf-16-le", errors="ignore").strip(" ,，:：")
        replied = message.reply_to_message
        return text if replied is not None and self._is_ours(replied) else None

    def _mentions(self, entity: MessageEntity, text: str) -> bool:
        me = self._desk.me()
        if entity.type == MessageEntity.TEXT_MENTION:
            return entity.user is not None and entity.user.id == me.id
        if entity.type != MessageEntity.MENTION:
            return False
        units = text.encode("utf-16-le")[2 * entity.offset : 2 * (entity.offset + entity.length)]
        return units.decode("utf-16-le", errors="ignore").lower() == f"@{me.username}".lower()

    def _is_ours(self, message: Message) -> bool:
        return message.from_user is not None and message.from_user.id == self._desk.me().id

    def _for_another_bot(self, message: Message) -> bool:
        """Whether it begins with a command such as /help@other_bot."""
        first = message.entities[0] if message.entities else None
        if message.text is None or first is None or first.offset or first.type != MessageEntity.BOT_COMMAND:
            return False
        name = message.text[: first.length].partition("@")[2]
        return bool(name) and name.lower() != f"{self._desk.me().username}".lower()

    def _first_of_album(self, message: Message) -> bool:
        """Whether nothing was said yet about the album that it belongs to: each picture is a message."""
        if message.media_group_id is None:
            return True
        album = (message.chat_id, message.media_group_id)
        first = album not in self._albums
        self._albums[album] = None
        if len(self._albums) > ALBUMS:
            self._albums.popitem(last=False)
        return first

    async def membership(self, update: Update, context: TurnContext) -> None:
        """The bot came into a group: how to use it there, once."""
        change = update.my_chat_member
        if change is None or change.chat.type not in _GROUPS:
            return
        came = change.old_chat_member.status in _OUTSIDE and change.new_chat_member.status in (
            ChatMember.MEMBER,
            ChatMember.ADMINISTRATOR,
        )
        if came:
            context.turn.outcome("command")
            log.info("group_joined", extra={"chat": change.chat.id})
            await context.turn.step(lambda: self._greet(change.chat, context))

    async def _greet(self, chat: Chat, context: TurnContext) -> None:
        try:
            await context.bot.send_message(chat.id, self._how(), link_preview_options=NO_PREVIEW)
        except (Forbidden, BadRequest):  # it may come in without the right to speak
            context.turn.outcome("refused")

    def _how(self) -> str:
        examples = self._desk.recent.assistant.library.examples.questions
        example = examples[0] if examples else self._desk.words("made_examples.validity")
        return self._desk.words("telegram.group", bot=self._desk.me().username, example=example)


def kind_of(message: Message) -> str:
    """What a message without text is, as the replies name it."""
    for kind in ("photo", "voice", "sticker", "video", "document", "location", "contact", "poll"):
        if getattr(message, kind):
            return kind
    return "other"
