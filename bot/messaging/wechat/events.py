"""What a callback's fields say, as far as WeCom's apps and Official Accounts say it alike."""

from __future__ import annotations

from collections.abc import Mapping

from bot.messaging.names import short
from bot.service.port import Address, Incoming
from bot.store.keys import Delivery

_KINDS = {
    "image": "photo",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "file": "document",
    "location": "location",
}
_WELCOME = ("subscribe",)


def delivery_id(fields: Mapping[str, str]) -> str:
    """By what it is known when it comes again: the message's id, or of an event who, when and what."""
    if fields.get("MsgId"):
        return short(fields["MsgId"])
    names = ("FromUserName", "CreateTime", "Event", "EventKey", "TaskId")
    return short("-".join(["ev", *(fields.get(name, "") for name in names)]))


def incoming(channel: str, delivery: Delivery, fields: Mapping[str, str]) -> Incoming | None:
    """What came in; None for what nobody asks with. Raises KeyError."""
    person, kind = fields["FromUserName"], fields["MsgType"]
    at = Address(channel, person, person, delivery.id)
    if kind == "text":
        return Incoming(delivery, at, "text", fields["Content"])
    if kind == "event":
        said = _of_event(fields)
        return Incoming(delivery, at, "text", said) if said else None
    return Incoming(delivery, at, "other", _KINDS.get(kind, "other"))


def _of_event(fields: Mapping[str, str]) -> str:
    event = fields.get("Event", "").lower()
    if event == "click" and fields.get("EventKey", "").startswith("/"):
        return fields["EventKey"]
    return "/start" if event in _WELCOME else ""
