"""Telegram's updates as the port's Incoming: what is said in private, and in groups to the bot; presses; what is no
text; what happens to groups. None for what nobody asks with.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable

from telegram import (
    CallbackQuery,
    Chat,
    ChatMember,
    ChatMemberUpdated,
    InlineKeyboardMarkup,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram.constants import ChatType
from telegram.ext import filters

from bot.channels.telegram.channel import NAME
from bot.service.port import Address, Button, Incoming, Place, Quoted, Rows, Under
from bot.store.keys import Delivery

log = logging.getLogger(__name__)

ALBUMS = 256
"""Albums that are remembered."""
_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_OUTSIDE = (ChatMember.LEFT, ChatMember.BANNED)
_INSIDE = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR)
_KINDS = ("photo", "voice", "sticker", "video", "document", "location", "contact", "poll")


class Reader:
    """Reads updates."""

    def __init__(self, me: Callable[[], User]) -> None:
        """``me``: who the bot is."""
        self._me = me
        self._albums: OrderedDict[tuple[int, str], None] = OrderedDict()

    def read(self, update: Update) -> Incoming | None:
        """The update; None for one that nobody asks with."""
        delivery = Delivery(NAME, str(update.update_id))
        if update.callback_query is not None:
            return _pressed(delivery, update.callback_query)
        if update.my_chat_member is not None:
            return _came(delivery, update.my_chat_member)
        message = update.message or update.edited_message
        if message is None:
            return None
        moved = _moved(delivery, message)
        if moved is not None or self._unasked(message) or _is_news(update, message):
            return moved
        return self._said(delivery, message, update.edited_message is not None)

    def _said(self, delivery: Delivery, message: Message, edited: bool) -> Incoming | None:
        private = message.chat.type == ChatType.PRIVATE
        if not private and message.chat.type not in _GROUPS:
            return None
        first = self._first_of_album(message) if private else True
        text = message.text or message.caption
        quoted = message.reply_to_message
        common = {
            "edited": edited,
            "caption": message.text is None,
            "forwarded": message.forward_origin is not None,
            "anonymous": message.sender_chat is not None or message.from_user is None,
            "quoted": self._quoted(quoted) if quoted is not None else None,
        }
        at = address(message)
        if not text:
            answers = quoted is not None and self._is_ours(quoted)
            if not (first or answers):
                return None
            return Incoming(delivery, at, "other", kind_of(message), addressed=private, **common)  # type: ignore[arg-type]
        if private:
            return Incoming(delivery, at, "text", self._own_command(message, text), **common)  # type: ignore[arg-type]
        if self._for_another_bot(message):
            return None
        meant = self.addressed(message)
        said = self._own_command(message, text) if meant is None else meant
        if meant is not None and message.text is not None and text.startswith("/"):
            said = self._own_command(message, text)
        return Incoming(delivery, at, "text", said, addressed=meant is not None, **common)  # type: ignore[arg-type]

    def _own_command(self, message: Message, text: str) -> str:
        """The text; a command that names this bot without the name."""
        first = message.entities[0] if message.entities else None
        if first is None or first.offset or first.type != MessageEntity.BOT_COMMAND:
            return text
        name, _, bot = text[: first.length].partition("@")
        return name + text[first.length :] if bot and bot.lower() == self._name() else text

    def addressed(self, message: Message) -> str | None:
        """The text without the mention, if the message mentions the bot or replies to it; else None."""
        text = message.text or message.caption or ""
        for entity in (*message.entities, *message.caption_entities):
            if self._mentions(entity, text):
                units = text.encode("utf-16-le")
                start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
                return (units[:start] + units[end:]).decode("utf-16-le", errors="ignore").strip(" ,，:：")
        replied = message.reply_to_message
        return text if replied is not None and self._is_ours(replied) else None

    def _mentions(self, entity: MessageEntity, text: str) -> bool:
        if entity.type == MessageEntity.TEXT_MENTION:
            return entity.user is not None and entity.user.id == self._me().id
        if entity.type != MessageEntity.MENTION:
            return False
        units = text.encode("utf-16-le")[2 * entity.offset : 2 * (entity.offset + entity.length)]
        return units.decode("utf-16-le", errors="ignore").lower() == f"@{self._name()}"

    def _name(self) -> str:
        return f"{self._me().username}".lower()

    def _is_ours(self, message: Message) -> bool:
        return message.from_user is not None and message.from_user.id == self._me().id

    def _quoted(self, message: Message) -> Quoted:
        ours = self._is_ours(message)
        text = message.text or ("" if ours else message.caption) or ""
        return Quoted(text, ours, message.date.timestamp())

    def _for_another_bot(self, message: Message) -> bool:
        """Whether it begins with a command such as /help@other_bot."""
        first = message.entities[0] if message.entities else None
        if message.text is None or first is None or first.offset or first.type != MessageEntity.BOT_COMMAND:
            return False
        name = message.text[: first.length].partition("@")[2]
        return bool(name) and name.lower() != self._name()

    def _unasked(self, message: Message) -> bool:
        """Whether nobody asks with it: another bot's message, a channel's that came by itself, or a card of ours.

        Two bots that answer each other would talk for ever. Telegram shows anonymous administrators as bots, too, but
        with the chat that they write for.
        """
        by_bot = message.from_user is not None and message.from_user.is_bot and message.sender_chat is None
        card = message.via_bot is not None and message.via_bot.id == self._me().id
        return by_bot or card or bool(message.is_automatic_forward)

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


def address(message: Message) -> Address:
    """Where an answer to a message goes."""
    asker = message.sender_chat or message.from_user
    person = asker.id if asker is not None else message.chat_id
    return Address(NAME, str(message.chat_id), str(person), str(message.message_id), _place(message.chat))


def _place(chat: Chat) -> Place:
    return "private" if chat.type == ChatType.PRIVATE else "group"


def _pressed(delivery: Delivery, query: CallbackQuery) -> Incoming:
    """A press; of a button under a message that can't be seen any more only the place is known."""
    message, person = query.message, str(query.from_user.id)
    if message is None:  # under an inline card: there is no chat to answer in
        return Incoming(delivery, Address(NAME, "", person), "press", query.data or "", receipt=query.id)
    at = Address(NAME, str(message.chat.id), person, str(message.message_id), _place(message.chat))
    under = Under()
    if isinstance(message, Message):
        replied = message.reply_to_message
        answers = str(replied.message_id) if replied is not None else ""
        under = Under(message.text or "", rows_of(message.reply_markup), answers)
    return Incoming(delivery, at, "press", query.data or "", under=under, receipt=query.id)


def rows_of(markup: InlineKeyboardMarkup | None) -> Rows:
    """Buttons in the port's words."""
    rows = markup.inline_keyboard if markup is not None else ()
    return tuple(tuple(Button(b.text, str(b.callback_data)) for b in row) for row in rows)


def _came(delivery: Delivery, change: ChatMemberUpdated) -> Incoming | None:
    came = change.old_chat_member.status in _OUTSIDE and change.new_chat_member.status in _INSIDE
    if change.chat.type not in _GROUPS or not came:
        return None
    log.info("group_joined", extra={"chat": change.chat.id})
    return Incoming(delivery, Address(NAME, str(change.chat.id), str(change.from_user.id), place="group"), "came")


def _moved(delivery: Delivery, message: Message) -> Incoming | None:
    """A group became a supergroup: it goes on under another id, and both say so."""
    old, new = message.migrate_from_chat_id, message.migrate_to_chat_id
    was, now = (message.chat_id, new) if new is not None else (old, message.chat_id)
    if was is None or now is None or (old is None and new is None):
        return None
    return Incoming(delivery, Address(NAME, str(was), place="group"), "moved", str(now))


def _is_news(update: Update, message: Message) -> bool:
    """Whether it is about the chat itself, and nobody says it."""
    return not message.text and bool(filters.StatusUpdate.ALL.check_update(update))


def kind_of(message: Message) -> str:
    """What a message without text is, as the replies name it."""
    return next((kind for kind in _KINDS if getattr(message, kind)), "other")
