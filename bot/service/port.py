"""What a channel and the service say to each other. A messenger is an adapter: it gives a Channel, and turns what it
receives into Incoming; everything else is the service's.

Names of people, conversations and messages are the channel's own, as text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.engine.values.reply import Block
from bot.store.keys import Delivery, Talk

Place = Literal["private", "group"]
Kind = Literal["text", "press", "other", "came", "moved"]
"""text: something was written; press: a button; other: something that can't be read (``text`` names what, such as
photo); came: the bot came into a group; moved: a group goes on under the name in ``text``."""
Unit = Literal["bytes", "utf-16", "characters"]
Markup = Literal["html", "markdown", "plain"]
Style = Literal["", "strong", "faint"]


# -- what a channel can ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show and do. The service does the rest without it."""

    longest: int
    """Of one message, in ``unit``; longer texts become several messages."""
    unit: Unit = "characters"
    markup: Markup = "plain"
    buttons: int = 0
    """Under one message; with 0, and where there would be more, people choose by number."""
    columns: int = 1
    """Buttons side by side."""
    thumbs: bool = False
    """Shows thumbs of its own: the row that judges is passed on even where there are no buttons."""
    most: int = 0
    """Messages that may follow one of a person's; people ask for the rest by a number. 0: any number of them."""
    groups: bool = True
    """Several people may talk to the bot in one conversation."""
    cards: bool = False
    """Clauses can be looked for, and sent, from within any conversation."""
    push: bool = True
    """May write unasked, such as to tell the staff that a document ends."""
    reply_within: float | None = None
    """Seconds after a message within which it may be answered; None: any time. What takes longer is announced in time;
    the answer follows when the channel may ``push``, else when the question is sent once more."""
    typing_after: float = 0.0
    """Seconds without an answer from which on it is shown that one is coming."""
    edits: bool = False
    """Messages that were sent can be changed."""
    files: bool = False
    """Takes pictures and documents."""
    most_bytes: int = 49 * 1024 * 1024
    """Of one file."""


# -- where, and what is sent -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes, and who it is for."""

    channel: str
    conversation: str
    person: str = ""
    message: str = ""
    """The message that is answered, or that a pressed button stands under; empty: none."""
    place: Place = "private"

    @property
    def talk(self) -> Talk:
        """Whose conversation it is."""
        return Talk(self.channel, self.conversation, self.person)


@dataclass(frozen=True, slots=True)
class Button:
    """A label, and data made of ids: at most 64 bytes of ASCII that mean nothing outside this program."""

    label: str
    data: str


Row = tuple[Button, ...]
Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the bot's own, or of a person's, that is no part of a Reply."""

    text: str
    style: Style = ""


Content = Sequence[Block | Line]
"""Paragraphs, in order."""


@dataclass(frozen=True, slots=True)
class File:
    """A picture or a document to be sent."""

    name: str
    data: bytes
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that went out."""

    conversation: str
    """Where it really is: a group may have moved meanwhile."""
    message: str


# -- what comes in ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quoted:
    """The message that somebody replies to."""

    text: str
    ours: bool
    at: float = float("inf")
    """POSIX seconds; infinite where a channel doesn't say."""


@dataclass(frozen=True, slots=True)
class Under:
    """The message under which a button was pressed, as far as the channel shows it."""

    text: str = ""
    rows: Rows = ()
    answers: str = ""
    """The message that it answers."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that came in."""

    delivery: Delivery
    at: Address
    kind: Kind
    text: str = ""
    """What was written, without the bot's own name; a button's data; what it is that can't be read."""
    addressed: bool = True
    """Whether the bot is meant: always in private; in a group when it is named or replied to."""
    edited: bool = False
    caption: bool = False
    """The text stands under a picture or a file."""
    forwarded: bool = False
    anonymous: bool = False
    """The person does not show who they are."""
    quoted: Quoted | None = None
    under: Under = field(default=Under())
    """Of a press."""
    receipt: str = ""
    """What the channel needs to acknowledge a press; nothing to the service."""
    came: float = field(default_factory=time.time, compare=False)
    """POSIX seconds from which the channel counts ``reply_within``."""


# -- the channel -----------------------------------------------------------------------------------------------------


class Channel(Protocol):
    """A messenger. Calls raise RefusedError, UnwelcomeError or DisturbedError, and nothing else of its library's."""

    @property
    def name(self) -> str:
        """As it is stored; never changed."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can."""

    @property
    def called(self) -> str:
        """The name by which the bot is addressed in a group, without @."""

    def private(self, person: str) -> Address:
        """Where a person is written to unasked."""

    def render(self, content: Content, room: int = 0) -> list[str]:
        """The content as messages in the channel's markup, each of which fits; none for what would show nothing.

        ``room``: units that are to stay free in each.
        """

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:
        """Send one rendered message, as an answer to ``to.message`` where there is one."""

    async def edit(self, at: Address, page: str | None, rows: Rows) -> None:
        """Change our message ``at.message``, or with None only its buttons. What is so already is no error.

        Raises GoneError, too.
        """

    async def send_file(self, to: Address, file: File, caption: str) -> Sent:
        """Send a picture or a document."""

    async def acknowledge(self, press: Incoming, text: str = "", alert: bool = False) -> None:
        """Tell a pressed button that it was heard; raises nothing. ``alert``: the text must be seen."""

    async def typing(self, to: Address) -> None:
        """Show that an answer is on its way; raises nothing, and is back at once."""


# -- how calls fail --------------------------------------------------------------------------------------------------


Failure = Literal["refused", "passing", "later", ""]
"""Why a call failed: refused for a reason that trying again won't mend; for one that passes, so that it is tried again
at once; for one that takes longer; or not by the messenger's doing."""
FailureOf = Callable[[BaseException | None], Failure]
"""What an error of a channel's library means."""


class RefusedError(Exception):
    """The messenger refused for a reason that trying again won't mend."""


class UnwelcomeError(RefusedError):
    """Nobody is there any more: the bot was blocked, or thrown out of the group."""


class GoneError(RefusedError):
    """The message is no longer there, or can't be changed any more."""


class DisturbedError(Exception):
    """The network or the messenger's server failed, so that trying again may help."""


class LaterError(DisturbedError):
    """The messenger wants to be left alone for longer than a step waits."""


def failure_of(error: BaseException | None) -> Failure:
    """What the errors of this module mean."""
    if isinstance(error, RefusedError):
        return "refused"
    if isinstance(error, DisturbedError):
        return "later" if isinstance(error, LaterError) else "passing"
    return ""
