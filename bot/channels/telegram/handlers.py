"""All handlers, in the order in which PTB tries them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from telegram import Update, User
from telegram.ext import BaseHandler

from bot.channels.telegram.backoffice import BackOffice
from bot.channels.telegram.commands import Commands
from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.guard import Guard
from bot.channels.telegram.handoff import Handoff
from bot.channels.telegram.inline import Inline
from bot.channels.telegram.presses import Presses
from bot.channels.telegram.privacy import Privacy
from bot.channels.telegram.sender import Desk
from bot.channels.telegram.staffgroup import StaffGroup
from bot.channels.telegram.staffroom import StaffRoom
from bot.channels.telegram.talk import Talk
from bot.channels.telegram.teaching import Teaching
from bot.days import BEIJING
from bot.service.limits import UserLimit
from bot.service.parts import Office
from bot.serving.hot_reload import Reloader
from bot.serving.reply_cache import RecentReplies


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
    inline = Inline(desk, most_asked or (lambda: desk.recent.assistant.library.examples.questions), now)
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
