"""Persons and chats (core.telegram.org/bots/api#user, #chat)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass
class Person:
    """Somebody who writes to the bot."""

    id: int
    first_name: str
    username: str = ""
    language_code: str = "zh-hans"
    is_bot: bool = False

    @property
    def user(self) -> dict[str, Any]:
        """The API's User object."""
        user: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user


@dataclass
class Chat:
    """A chat with all that was said in it."""

    id: int
    type: Literal["private", "group", "supergroup", "channel"]
    title: str = ""
    username: str = ""
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    """By message id; deleted ones are gone."""
    barred: str = ""
    """Why the bot may not write here ("bot was blocked by the user"); empty when it may."""
    migrated_to: int = 0
    """The supergroup that this group became (ResponseParameters.migrate_to_chat_id)."""
    info: dict[str, Any] = field(default_factory=dict)
    """The API's Chat object."""

    def __post_init__(self) -> None:
        self.info = {"id": self.id, "type": self.type}
        if self.type == "private":
            self.info["first_name"] = self.title
        elif self.title:
            self.info["title"] = self.title
        if self.username:
            self.info["username"] = self.username

    @property
    def is_group(self) -> bool:
        """Groups and supergroups."""
        return self.type in ("group", "supergroup")
