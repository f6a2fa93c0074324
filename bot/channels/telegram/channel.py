"""Telegram as a channel: what the service wants sent, changed and acknowledged, by calls to the Bot API."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from telegram import InputFile, LinkPreviewOptions
from telegram import Message as TelegramMessage
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from bot.channels.telegram import render
from bot.channels.telegram.calls import call
from bot.channels.telegram.context import translated
from bot.service.pages import paragraphs
from bot.service.port import Address, Capabilities, Content, File, Incoming, Rows, Sent

log = logging.getLogger(__name__)

NAME = "telegram"
SEND = "sendMessage"
CAPABILITIES = Capabilities(
    longest=render.LIMIT,
    unit="utf-16",
    markup="html",
    buttons=100,
    columns=8,
    typing_after=0.15,  # most answers are there sooner, and "typing" would be a call more for each
    edits=True,
    files=True,
    cards=True,
)
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""For every text that is sent: an address in it, such as a document's, is no reason to show a picture of that page.

Not as PTB's Defaults: with any of these, 22.8 sends an empty text, such as ``next_offset``, as an empty list.
"""
_NO_PREVIEW = {"link_preview_options": {"is_disabled": True}}
TYPING_WAIT = 0.3
"""Seconds that showing "typing" may hold up an answer."""
CHANGED = 256
"""Changed messages that are remembered."""


class TelegramChannel:
    """The port's Channel."""

    name = NAME
    capabilities = CAPABILITIES

    def __init__(self, bot: ExtBot[Any], busy: Callable[[], bool] = lambda: False) -> None:
        """``busy``: whether so many wait that showing "typing" would only hold them up."""
        self._bot = bot
        self._busy = busy
        self._changed: OrderedDict[tuple[str, str], tuple[str | None, Rows]] = OrderedDict()
        """What our messages were changed to last, by chat and message."""

    @property
    def called(self) -> str:
        """The bot's user name."""
        return str(self._bot.username)

    def private(self, person: str) -> Address:
        """The private chat has the person's number."""
        return Address(NAME, person, person)

    def render(self, content: Content, room: int = 0) -> list[str]:
        """HTML, in messages that fit."""
        return render.pages(paragraphs(content), render.LIMIT - room) if room else render.messages(content)

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:
        """One message."""
        with translated():
            try:
                return await self._message(to, page, rows, ParseMode.HTML)
            except BadRequest as error:
                if "parse entities" not in str(error).lower():
                    raise
                log.error("markup_refused", extra={"reason": str(error)})
                return await self._message(to, render.without_markup(page), rows, None)

    async def _message(self, to: Address, text: str, rows: Rows, mode: str | None) -> Sent:
        """sendMessage, as plain data both ways: PTB's objects for it cost as much as the half of a call."""
        wanted: dict[str, Any] = {"chat_id": _number(to.conversation), "text": text}
        wanted |= _NO_PREVIEW | _answering(to) | _keyboard(rows) | ({"parse_mode": mode} if mode else {})
        sent = await call(self._bot, SEND, wanted)
        return Sent(str(sent["chat"]["id"]), str(sent["message_id"]))

    async def edit(self, at: Address, page: str | None, rows: Rows) -> None:
        """Change a message, unless that was the last change of it: people tap twice, which changes nothing."""
        key = (at.conversation, at.message)
        if self._changed.get(key) == (page, rows):
            return
        with translated():
            try:
                await self._edit(at, page, rows)
            except BadRequest as error:
                if "not modified" not in str(error).lower():
                    raise
        self._changed[key] = (page, rows)
        self._changed.move_to_end(key)
        if len(self._changed) > CHANGED:
            self._changed.popitem(last=False)

    async def _edit(self, at: Address, page: str | None, rows: Rows) -> None:
        chat, message = _number(at.conversation), int(at.message)
        if page is None:
            await self._bot.edit_message_reply_markup(chat, message, api_kwargs=_keyboard(rows))
        else:
            extra = _NO_PREVIEW | _keyboard(rows)
            await self._bot.edit_message_text(page, chat, message, parse_mode=ParseMode.HTML, api_kwargs=extra)

    async def send_file(self, to: Address, file: File, caption: str) -> Sent:
        """A photo or a document."""
        chat, content = _number(to.conversation), InputFile(file.data, filename=file.name)
        with translated():
            if file.picture:
                return _sent(await self._bot.send_photo(chat, content, caption=caption, api_kwargs=_answering(to)))
            return _sent(await self._bot.send_document(chat, content, caption=caption, api_kwargs=_answering(to)))

    async def acknowledge(self, press: Incoming, text: str = "", alert: bool = False) -> None:
        """Too late or twice does no harm."""
        try:
            await self._bot.answer_callback_query(press.receipt, text or None, show_alert=alert)
        except TelegramError as error:
            log.debug("press_not_acknowledged", extra={"reason": str(error)})

    async def typing(self, to: Address) -> None:
        """Show "typing"."""
        if self._busy():
            return
        try:
            action = self._bot.send_chat_action(_number(to.conversation), ChatAction.TYPING)
            await asyncio.wait_for(action, TYPING_WAIT)
        except (TelegramError, TimeoutError) as error:
            log.debug("typing_not_shown", extra={"reason": str(error)})


def _keyboard(rows: Rows) -> dict[str, Any]:
    """Buttons as the Bot API wants them. As plain data: PTB's objects for them cost as much as the rest of a call."""
    if not rows:
        return {}
    buttons = [[{"text": b.label, "callback_data": b.data} for b in row] for row in rows]
    return {"reply_markup": {"inline_keyboard": buttons}}


def _answering(to: Address) -> dict[str, Any]:
    if not to.message:
        return {}
    return {"reply_parameters": {"message_id": int(to.message), "allow_sending_without_reply": True}}


def _sent(message: TelegramMessage) -> Sent:
    return Sent(str(message.chat_id), str(message.message_id))


def _number(conversation: str) -> int:
    return int(conversation)
