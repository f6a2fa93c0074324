"""What most updates are, a text that somebody writes in private, read without the library's objects.

These cost as much as all that is done to such a text before it is answered. Whatever holds more than is known here, a
quotation or a command say, is read as any update (incoming.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.telegram.channel import NAME
from bot.service.port import Address, Incoming
from bot.store.keys import Delivery

_UPDATE = frozenset({"update_id", "message"})
_MESSAGE = frozenset({"message_id", "from", "chat", "date", "text", "entities", "link_preview_options"})
"""What stands in a message that is a text and nothing else."""


def plain(update: Mapping[str, Any]) -> Incoming | None:
    """The text as it came; None for what has to be looked at more closely."""
    message = update.get("message")
    if update.keys() != _UPDATE or not isinstance(message, dict) or not message.keys() <= _MESSAGE:
        return None
    text, chat, person, number = (message.get(name) for name in ("text", "chat", "from", "message_id"))
    if not isinstance(text, str) or not text or text.startswith("/"):
        return None
    if not isinstance(chat, dict) or chat.get("type") != "private" or not isinstance(person, dict):
        return None
    ids = (update["update_id"], chat.get("id"), person.get("id"), number, message.get("date"))
    if person.get("is_bot") is not False or any(type(one) is not int for one in ids):
        return None
    at = Address(NAME, str(chat["id"]), str(person["id"]), str(number))
    return Incoming(Delivery(NAME, str(update["update_id"])), at, "text", text)
