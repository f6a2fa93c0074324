"""All handlers, in the order in which PTB tries them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from telegram import Update, User
from telegram.ext import BaseHandler

from bot.days import BEIJING
from bot.recent import RecentReplies
from bot.reload import Reloader
from bot.telegram.backoffice import BackOffice
from bot.telegram.commands import Commands
from bot.telegram.desk import Desk
from bot.telegram.guard import Guard
from bot.telegram.handoff import Handoff
from bot.telegram.inline import Inline
from bot.telegram.limits import UserLimit
from bot.telegram.office import Office
from bot.telegram.presses import Presses
from bot.telegram.privacy import Privacy
from bot.telegram.staffgroup import StaffGroup
from bot.telegram.staffroom import StaffRoom
from bot.telegram.talk import Talk
from bot.telegram.teaching import Teaching
from bot.telegram.turns import TurnContext


def handlers(
    assistant: RecentReplies,
    limit: UserLimit,
    me: Callable[[], User],
    office: Office,
    busy: Callable[[], bool] = lambda: False,
    most_asked: Callable[[], Sequence[str]] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(BEIJING),
    reloader: Reloader | None = None,
) -> list[BaseHandler[Update, TurnContext, None]]:
    """What the bot does with updates.

    ``most_asked``: questions that an empty inline query offers; the examples when it is not given. ``reloader``: what
    takes a changed base into use; without it the base can't be mended from Telegram.
    """
    words = assistant.assistant.words
    desk = Desk(assistant, words, limit, me, office, busy)
    commands = Commands(desk)
    desk.handoff = Handoff(desk, StaffGroup(office, words, now))
    guard = Guard(desk, office)
    inline = Inline(desk, most_asked or (lambda: words.get("examples")), now)
    staffroom = StaffRoom(desk, guard)
    teaching = Teaching(desk, guard, reloader, now) if reloader is not None else None
    verbs = {**staffroom.verbs(), **(teaching.verbs() if teaching is not None else {})}
    return [
        *BackOffice(desk.handoff, guard).handlers(),
        *desk.handoff.handlers(),
        *commands.handlers(),
        *Privacy(desk, inline.forget).handlers(),
        *staffroom.handlers(),
        *(teaching.handlers() if teaching is not None else ()),
        *Presses(desk, commands, verbs).handlers(),
        *inline.handlers(),
        *Talk(desk).handlers(),
    ]
