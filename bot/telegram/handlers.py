"""All handlers, in the order in which PTB tries them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from telegram import Update, User
from telegram.ext import BaseHandler

from bot.assistant import BEIJING
from bot.hours import Hours
from bot.recent import RecentReplies
from bot.telegram.backoffice import BackOffice
from bot.telegram.commands import Commands
from bot.telegram.desk import Desk
from bot.telegram.handoff import Handoff
from bot.telegram.inline import Inline
from bot.telegram.limits import UserLimit
from bot.telegram.metrics import Metrics
from bot.telegram.presses import Presses
from bot.telegram.talk import Talk
from bot.telegram.turns import TurnContext


@dataclass
class Office:
    """The people to whom questions are handed on."""

    chat: int | None = None
    """Their group; None: there are none."""
    hours: Hours = field(default_factory=Hours)
    is_staff: Callable[[int], bool] = lambda _: False
    metrics: Metrics = field(default_factory=Metrics)
    back: BackOffice | None = None
    """Their side, when it is made."""


def handlers(
    assistant: RecentReplies,
    limit: UserLimit,
    me: Callable[[], User],
    busy: Callable[[], bool] = lambda: False,
    most_asked: Callable[[], Sequence[str]] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(BEIJING),
    office: Office | None = None,
) -> list[BaseHandler[Update, TurnContext, None]]:
    """What the bot does with updates.

    ``most_asked``: questions that an empty inline query offers; the examples when it is not given. ``office``: the
    people to whom questions are handed on.
    """
    words = assistant.assistant.words
    desk = Desk(assistant, words, limit, me, busy)
    commands = Commands(desk)
    office = office or Office()
    desk.handoff = Handoff(desk, office.chat, office.hours, now, office.metrics)
    office.back = BackOffice(desk.handoff, office.is_staff)
    inline = Inline(desk, most_asked or (lambda: words.get("examples")), now)
    return [
        *office.back.handlers(),
        *desk.handoff.handlers(),
        *commands.handlers(),
        *Presses(desk, commands).handlers(),
        *inline.handlers(),
        *Talk(desk).handlers(),
    ]
