"""By what things are kept apart: the channel, and the channel's own names for deliveries, conversations and people.

Channels name things as they like, so all names are text here; two channels may use the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST = "telegram"
"""The channel of all that was stored before channels were told apart; hashes of its people go without its name."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing that a channel handed over: a message, a press. Delivered again, it has the same id."""

    channel: str
    id: str


@dataclass(frozen=True, slots=True)
class Talk:
    """Whose conversation it is: one a person and place."""

    channel: str
    conversation: str
    """The chat, the group or the session, by the channel's name for it."""
    person: str


def hashed_name(channel: str, name: str) -> str:
    """What is hashed in place of a person, or of another name, of a channel."""
    return name if channel == FIRST else f"{channel}:{name}"
