"""Frames as what came in."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.channels.dingtalk.cards import pressed
from bot.messaging.groups import Groups
from bot.messaging.names import short
from bot.messaging.remembered import Remembered
from bot.service.journal import Raw
from bot.service.port import Address, Incoming, Quoted
from bot.store.keys import Delivery

NAME = "dingtalk"
_KINDS = {"picture": "photo", "video": "video", "file": "document"}
PRESS = "actionCallback"
"""Of a card's button."""
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """Where an answer may go without a token, for a while."""

    webhook: str
    until: float
    """POSIX seconds."""


class Sessions:
    """By the id of the delivery."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Session] = OrderedDict()

    def note(self, delivery: str, session: Session) -> None:
        """A message came with it."""
        self._known[delivery] = session
        if len(self._known) > _MOST:
            self._known.popitem(last=False)

    def get(self, delivery: str) -> Session | None:
        """As far as it is remembered, and was not found to be over."""
        return self._known.get(delivery)

    def over(self, delivery: str) -> None:
        """It does not take answers any more."""
        self._known.pop(delivery, None)


def raw(frame: dict[str, Any]) -> Raw:
    """A frame to be journalled. Raises KeyError, ValueError."""
    body = json.loads(frame["data"])
    if body.get("type") == PRESS:  # only the frame has a name of its own
        return Raw(short(str(frame["headers"]["messageId"])), str(frame["data"]), str(body["userId"]))
    return Raw(short(str(body["msgId"])), str(frame["data"]), _person(body))


def _person(body: dict[str, Any]) -> str:
    """People from outside have no number of the staff's."""
    return str(body.get("senderStaffId") or body["senderId"])


class Reader:
    """Reads what was journalled."""

    def __init__(self, sessions: Sessions, sent: Remembered, ours: Callable[[str], bool]) -> None:
        """``ours``: whether a text that is quoted is one that we sent."""
        self._sessions = sessions
        self._sent = sent
        self._groups = Groups()
        self._ours = ours

    def read(self, delivery: Delivery, text: str) -> Incoming:
        """What came in."""
        body = json.loads(text)
        if body.get("type") == PRESS:
            return self._press(delivery, body)
        person, group = _person(body), str(body["conversationType"]) == "2"
        conversation = str(body["conversationId"]) if group else person
        at = Address(NAME, conversation, person, delivery.id, "group" if group else "private")
        self._groups.heard(at)
        if body.get("sessionWebhook"):
            until = float(body.get("sessionWebhookExpiredTime", 0)) / 1_000
            self._sessions.note(delivery.id, Session(str(body["sessionWebhook"]), until))
        return self._said(delivery, at, body)

    def _press(self, delivery: Delivery, body: dict[str, Any]) -> Incoming:
        data, space, group = pressed(body)
        person, message = str(body["userId"]), str(body["outTrackId"])
        at = Address(NAME, space if group else person, person, message, "group" if group else "private")
        return Incoming(delivery, at, "press", data, under=self._sent.under(message))

    def _said(self, delivery: Delivery, at: Address, body: dict[str, Any]) -> Incoming:
        kind, quoted = body["msgtype"], self._quoted(body)
        given = body.get("content")
        content: dict[str, Any] = given if isinstance(given, dict) else {}
        if kind == "text":
            return Incoming(delivery, at, "text", _trimmed(body["text"]["content"]), quoted=quoted)
        if kind == "richText":
            texts = [part["text"] for part in content.get("richText", ()) if part.get("text")]
            if texts:
                return Incoming(delivery, at, "text", _trimmed("".join(texts)), caption=True, quoted=quoted)
            return Incoming(delivery, at, "other", "photo", quoted=quoted)
        if kind == "audio" and content.get("recognition"):  # as DingTalk understood it
            return Incoming(delivery, at, "text", str(content["recognition"]), quoted=quoted)
        return Incoming(delivery, at, "other", {"audio": "voice", **_KINDS}.get(kind, "other"), quoted=quoted)

    def _quoted(self, body: dict[str, Any]) -> Quoted | None:
        part = body.get("text")
        replied = part.get("repliedMsg") if isinstance(part, dict) else None
        content = replied.get("content") if isinstance(replied, dict) else None
        text = content.get("text") if isinstance(content, dict) else content
        return Quoted(str(text), self._ours(str(text))) if text else None


def _trimmed(text: str) -> str:
    """In groups the name is taken out by DingTalk and leaves a space."""
    return str(text).strip()
