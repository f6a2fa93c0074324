"""What the server knows: the bot, persons, chats, queries that are open, and what the bot has told of itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.arguments import Upload
from tests.botapi.errors import ApiError, bad
from tests.botapi.people import Chat, Person

BOT_ID = 987654321
QUERY_AGE = 60.0
"""Seconds after which a callback or an inline query can't be answered; the real span is not documented."""


@dataclass
class Query:
    """A callback or an inline query that waits for its answer."""

    id: str
    kind: str
    """callback_query or inline_query."""
    person: Person
    at: float
    answer: dict[str, Any] | None = None
    """What the bot answered; None until then."""


@dataclass(frozen=True)
class Sent:
    """A message of the bot, as sent or edited."""

    at: float
    """time.monotonic()."""
    chat_id: int
    message_id: int
    reply_to: int | None
    """Message id of the question."""
    text: str
    message: dict[str, Any]
    edited: bool = False

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The buttons of its inline keyboard."""
        rows = self.message.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass
class World:
    """The state."""

    bot: Person = field(default_factory=lambda: Person(BOT_ID, "政策助手", "policy_test_bot", "", True))
    privacy: bool = False
    """Privacy mode: in groups only commands, replies to the bot and service messages arrive (bots/features).
    Off, as for a group admin, so that a test decides itself what arrives."""
    strict: bool = True
    chats: dict[int, Chat] = field(default_factory=dict)
    usernames: dict[str, Chat] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    inline_messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    """Files that the bot sent, by file_id."""
    commands: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    """(scope, language code) -> commands."""
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    """(name, description or short_description; language code) -> text."""
    sent: list[Sent] = field(default_factory=list)
    on_sent: list[Callable[[Sent], None]] = field(default_factory=list)
    actions: list[tuple[float, int, str]] = field(default_factory=list)
    """(time, chat, action) of every sendChatAction."""
    query_age: float = QUERY_AGE
    counter: int = 0
    """For message ids: one count for all chats but supergroups, as in an account's message box."""

    def chat(self, value: str) -> Chat:
        """The chat of a chat_id; a bot can't write to somebody who never wrote to it (bots/faq)."""
        if not value:
            raise bad("chat_id is empty")
        chat = self.usernames.get(value[1:].lower()) if value.startswith("@") else None
        if chat is None and value.lstrip("-").isdigit():
            chat = self.chats.get(int(value))
        if chat is None:
            raise bad("chat not found")
        if chat.migrated_to:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.migrated_to,
            )
        return chat

    def writable(self, value: str) -> Chat:
        """The same, where the bot may write (403 otherwise)."""
        chat = self.chat(value)
        if chat.barred:
            raise ApiError(403, f"Forbidden: {chat.barred}")
        return chat

    def message_id(self, chat: Chat) -> int:
        """A new one."""
        if chat.type in ("supergroup", "channel"):
            return max(chat.messages, default=0) + 1
        self.counter += 1
        return self.counter

    def note(self, chat: Chat, message: dict[str, Any], edited: bool = False) -> None:
        """Record what the bot sent."""
        reply = message.get("reply_to_message")
        sent = Sent(
            time.monotonic(),
            chat.id,
            message["message_id"],
            reply["message_id"] if reply else None,
            message.get("text") or message.get("caption") or "",
            message,
            edited,
        )
        self.sent.append(sent)
        for call in self.on_sent:
            call(sent)

    def take_query(self, identifier: str, kind: str) -> Query:
        """The open query; once answered, or too late, it is gone."""
        query = self.queries.get(identifier)
        stale = query is None or query.kind != kind or query.answer is not None
        if stale or (query is not None and time.monotonic() - query.at > self.query_age):
            raise bad("query is too old and response timeout expired or query ID is invalid")
        assert query is not None
        return query
