"""What sync_msg gives, as what came in."""

from __future__ import annotations

import json
import time
from typing import Any

from bot.channels.wecom_kf.channel import NAME, WELCOME_WITHIN, WecomKfChannel, conversation
from bot.messaging.names import short
from bot.service.journal import Raw
from bot.service.port import Address, Incoming
from bot.store.keys import Delivery
from bot.store.store import to_json

CUSTOMER, SYSTEM = 3, 4
"""Origins: a customer, and WeChat itself, which says who came in."""
_KINDS = {"image": "photo", "voice": "voice", "video": "video", "file": "document", "location": "location"}


def raw(message: dict[str, Any]) -> Raw | None:
    """A message to be journalled; None for one of our own or the staff's, and for what is no use later."""
    origin, event = message.get("origin"), message.get("event")
    if origin == CUSTOMER and message.get("external_userid") and message.get("open_kfid"):
        return Raw(short(str(message["msgid"])), to_json(message), str(message["external_userid"]))
    if isinstance(event, dict) and event.get("event_type") == "enter_session" and event.get("welcome_code"):
        return Raw(short(str(message["msgid"])), to_json(message), str(event.get("external_userid", "")))
    return None


def read(channel: WecomKfChannel, delivery: Delivery, text: str) -> Incoming | None:
    """What came in; None for a welcome that comes too late."""
    message = json.loads(text)
    event = message.get("event")
    if isinstance(event, dict):
        return _came(channel, delivery, message, event)
    kf, person, kind = str(message["open_kfid"]), str(message["external_userid"]), message["msgtype"]
    at = Address(NAME, conversation(kf, person), person, delivery.id)
    if kind == "text":
        return Incoming(delivery, at, "text", str(message["text"]["content"]))
    return Incoming(delivery, at, "other", _KINDS.get(kind, "other"))


def _came(
    channel: WecomKfChannel, delivery: Delivery, message: dict[str, Any], event: dict[str, Any]
) -> Incoming | None:
    at = float(message.get("send_time", 0))
    if time.time() - at > WELCOME_WITHIN:
        return None
    channel.welcome(delivery.id, str(event["welcome_code"]), at)
    person = str(event["external_userid"])
    to = Address(NAME, conversation(str(event["open_kfid"]), person), person, delivery.id)
    return Incoming(delivery, to, "text", "/start")
