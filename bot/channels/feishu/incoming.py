"""Events as what came in."""

from __future__ import annotations

import json
from typing import Any

from bot.messaging.groups import Groups
from bot.messaging.names import short
from bot.messaging.remembered import Remembered
from bot.service.port import Address, Incoming, Place, Quoted
from bot.store.keys import Delivery

NAME = "feishu"
MESSAGE, PRESS, ADDED, MENU = (
    "im.message.receive_v1",
    "card.action.trigger",
    "im.chat.member.bot.added_v1",
    "application.bot.menu_v6",
)
_KINDS = {"image": "photo", "audio": "voice", "media": "video", "file": "document", "sticker": "sticker"}


def delivery_id(event: dict[str, Any]) -> str:
    """By what it is known when it comes again: Feishu says that the event's id may differ, the message's does not."""
    header = event["header"]
    if header["event_type"] == MESSAGE:
        return short(str(event["event"]["message"]["message_id"]))
    return short(str(header["event_id"]))


def person_of(event: dict[str, Any]) -> str:
    """Who did it."""
    inner = event["event"]
    kind = event["header"]["event_type"]
    if kind == MESSAGE:
        return str(inner["sender"]["sender_id"]["open_id"])
    if kind == PRESS:
        return str(inner["operator"]["open_id"])
    if kind == MENU:
        return str(inner["operator"]["operator_id"]["open_id"])
    return str(inner.get("operator_id", {}).get("open_id", ""))


class Reader:
    """Reads what was journalled: ``{"event": ..., "quoted": {"text": ..., "ours": ...}}``."""

    def __init__(self, sent: Remembered) -> None:
        self._sent = sent
        self._groups = Groups()
        self.me = ""
        """The bot's open_id, once it is known."""

    def read(self, delivery: Delivery, text: str) -> Incoming | None:
        """What came in; None for what nobody asks with."""
        kept = json.loads(text)
        event = kept["event"]
        kind, inner, person = event["header"]["event_type"], event["event"], person_of(event)
        if kind == MESSAGE:
            if inner["sender"].get("sender_type", "user") != "user":  # two bots would talk for ever
                return None
            quoted = Quoted(**kept["quoted"]) if kept.get("quoted") else None
            return self._message(delivery, inner["message"], person, quoted)
        if kind == PRESS:
            return self._press(delivery, event["header"], inner, person)
        if kind == ADDED:
            return Incoming(delivery, Address(NAME, str(inner["chat_id"]), person, place="group"), "came")
        if kind == MENU and str(inner.get("event_key", "")).startswith("/"):
            return Incoming(delivery, Address(NAME, person, person), "text", str(inner["event_key"]))
        return None

    def _message(self, delivery: Delivery, message: dict[str, Any], person: str, quoted: Quoted | None) -> Incoming:
        group = message["chat_type"] != "p2p"
        place: Place = "group" if group else "private"
        at = Address(NAME, str(message["chat_id"]) if group else person, person, str(message["message_id"]), place)
        mentions = message.get("mentions") or []
        self._groups.heard(at)
        meant = not group or any(self._is_me(one) for one in mentions) or (quoted is not None and quoted.ours)
        kind, content = message["message_type"], json.loads(message["content"])
        if kind not in ("text", "post"):
            return Incoming(delivery, at, "other", _KINDS.get(kind, "other"), addressed=meant, quoted=quoted)
        text = str(content.get("text", "")) if kind == "text" else _post(content)
        return Incoming(delivery, at, "text", self._named(text, mentions), addressed=meant, quoted=quoted)

    def _is_me(self, mention: dict[str, Any]) -> bool:
        """Until it is known who the bot is: with the permission that is asked for, only what names it comes in."""
        return not self.me or mention.get("id", {}).get("open_id") == self.me

    def _named(self, text: str, mentions: list[dict[str, Any]]) -> str:
        """With names in place of placeholders, and without the bot's own."""
        for one in mentions:
            text = text.replace(str(one["key"]), "" if self._is_me(one) else f"@{one.get('name', '')}")
        return text.strip()

    def _press(self, delivery: Delivery, header: dict[str, Any], inner: dict[str, Any], person: str) -> Incoming:
        context = inner.get("context", {})
        message, chat = str(context.get("open_message_id", "")), str(context.get("open_chat_id", ""))
        given = inner.get("action", {}).get("value")
        value = given if isinstance(given, dict) else {}
        group, data = bool(value.get("group")), str(value.get("data", ""))
        at = Address(NAME, chat if group else person, person, message, "group" if group else "private")
        return Incoming(delivery, at, "press", data, under=self._sent.under(message), receipt=str(header["event_id"]))


def _post(content: dict[str, Any]) -> str:
    """The text of a message with layout."""
    lines = [content["title"]] if content.get("title") else []
    for paragraph in content.get("content", ()):
        lines.append("".join(str(part.get("text", "")) for part in paragraph if part.get("tag") in ("text", "a")))
    return "\n".join(lines)
