"""Frames as what came in."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

from bot.channels.wecom_bot.slots import Slot, Slots
from bot.messaging.groups import Groups
from bot.messaging.names import short
from bot.service.port import Address, Incoming, Quoted
from bot.store.keys import Delivery

NAME = "wecom_bot"
LATE = 2.0
"""Seconds after which no placeholder is shown any more."""
WELCOME_WITHIN = 4.5
"""Seconds after somebody came in within which a welcome is taken."""
_MENTION = re.compile(r"\s*@(\S+)\s*")
_KINDS = {"image": "photo", "file": "document", "video": "video", "location": "location"}
_THUMBS = {1: "g", 2: "b", 3: "k"}
"""Of feedback events: good, bad, taken back."""


def delivery_id(body: dict[str, Any]) -> str:
    """By what a message or an event is known when it comes again."""
    return short(str(body["msgid"]))


class Reader:
    """Reads what was journalled: ``{"at": POSIX seconds, "frame": ...}``."""

    def __init__(self, slots: Slots, ours: Callable[[str], bool]) -> None:
        """``ours``: whether a text that is quoted is one that we sent."""
        self._slots = slots
        self._groups = Groups()
        self._ours = ours
        self.called = ""
        """The name by which the bot was addressed last."""

    def read(self, delivery: Delivery, text: str) -> Incoming | None:
        """What came in; None for what nobody asks with."""
        kept = json.loads(text)
        frame, at = kept["frame"], float(kept["at"])
        body = frame["body"]
        person, group = str(body["from"]["userid"]), body.get("chattype") == "group"
        conversation = str(body["chatid"]) if group else person
        to = Address(NAME, conversation, person, delivery.id, "group" if group else "private")
        self._groups.heard(to)
        name = str(frame["headers"]["req_id"])
        if frame["cmd"] == "aibot_event_callback":
            return self._event(delivery, to, body["event"], name, at)
        # of one that waited, such as through a restart, the answer may be there already: nothing may take its place
        self._slots.note(delivery.id, Slot(name, late=time.time() - at > LATE))
        return self._message(delivery, to, body)

    def _event(self, delivery: Delivery, to: Address, event: dict[str, Any], name: str, at: float) -> Incoming | None:
        kind = event["eventtype"]
        if kind == "enter_chat" and time.time() - at < WELCOME_WITHIN:
            self._slots.note(delivery.id, Slot(name, welcome=True))
            return Incoming(delivery, to, "text", "/start")
        if kind == "feedback_event":
            feedback = event["feedback_event"]
            verb, asked = _THUMBS.get(feedback.get("type")), str(feedback["id"])
            if verb is not None:
                of = Address(to.channel, to.conversation, to.person, asked, to.place)
                return Incoming(delivery, of, "press", f"{verb}:{self._slots.judged(asked)}:{asked}")
        return None

    def _message(self, delivery: Delivery, to: Address, body: dict[str, Any]) -> Incoming:
        kind, quoted = body["msgtype"], self._quoted(body.get("quote"))
        if kind == "mixed":
            texts = [one["text"]["content"] for one in body["mixed"]["msg_item"] if one["msgtype"] == "text"]
            text, caption = "\n".join(texts), True
        elif kind in ("text", "voice"):  # a voice message comes as what was said
            text, caption = str(body[kind]["content"]), False
        else:
            return Incoming(delivery, to, "other", _KINDS.get(kind, "other"), quoted=quoted)
        if to.place == "group":
            text = self._without_mention(text)
        if caption and not text.strip():
            return Incoming(delivery, to, "other", "photo", quoted=quoted)
        return Incoming(delivery, to, "text", text, caption=caption, quoted=quoted)

    def _without_mention(self, text: str) -> str:
        """In a group only what names the bot comes in, with the name before it."""
        match = _MENTION.match(text)
        if match is None:
            return text
        self.called = match[1]
        return text[match.end() :]

    def _quoted(self, quote: Any) -> Quoted | None:
        if not isinstance(quote, dict):
            return None
        part = quote.get(str(quote.get("msgtype")))
        text = str(part.get("content", "")) if isinstance(part, dict) else ""
        return Quoted(text, self._ours(text))
