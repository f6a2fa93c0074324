"""The command menus that Telegram shows, by scope and language."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import RetryAfter, TelegramError

from bot.replies.texts import Texts
from bot.staff.roles import Role, Staff

log = logging.getLogger(__name__)

ASKING = ("start", "help", "about", "list", "units", "subsidies", "clause", "ask")
OWN_DATA = ("privacy", "forget")
PERSON = ("human", "cancel")
"""What hands a question on to a person, and takes it back."""
COMMANDS = (*ASKING, *PERSON, *OWN_DATA)
STAFF = {
    "stats": Role.VIEWER,
    "unanswered": Role.VIEWER,
    "export": Role.EDITOR,
    "tickets": Role.VIEWER,
    "close": Role.VIEWER,
    "teach": Role.EDITOR,
    "undo": Role.EDITOR,
    "reload": Role.EDITOR,
}
"""Commands for the staff, and the least role for each."""
IN_GROUPS = ("ask", "clause", "human", "help")
LANGUAGES = {None: "zh", "zh": "zh", "en": "en"}
"""Language of the reader's Telegram (None: any other) -> language of the menu."""
TRIES = 5


def of_staff(role: Role) -> tuple[str, ...]:
    """The staff's commands that a role may use."""
    return tuple(name for name, least in STAFF.items() if role >= least)


async def set_menus(bot: Bot, pause: float = 2.0, staff: Staff | None = None) -> None:
    """Set every menu, best effort: a failure is logged and tried again a few times, and stops nothing."""
    scopes: list[tuple[BotCommandScope, tuple[str, ...]]] = [
        (BotCommandScopeDefault(), COMMANDS),
        (BotCommandScopeAllPrivateChats(), COMMANDS),
        (BotCommandScopeAllGroupChats(), IN_GROUPS),
    ]
    for code, language in LANGUAGES.items():
        words = Texts.load(language)
        menu = words.get("telegram.menu")
        for scope, names in scopes:
            commands = [BotCommand(name, menu[name]) for name in names]
            await _tried(lambda c=commands, s=scope, k=code: bot.set_my_commands(c, s, k), pause)  # type: ignore[misc]
        short = words("telegram.short_description")
        await _tried(lambda t=short, k=code: bot.set_my_short_description(t, k), pause)  # type: ignore[misc]
    for member in (staff or Staff()).members():
        await _set_staff_menu(bot, member, (staff or Staff()).role(member) or Role.VIEWER)


async def _set_staff_menu(bot: Bot, member: int, role: Role) -> None:
    """The menu in a member's private chat, tried once: Telegram refuses it to those who never wrote to the bot."""
    words = Texts.load()
    names = {**words.get("telegram.menu"), **words.get("staff.menu")}
    commands = [BotCommand(name, names[name]) for name in (*of_staff(role), *COMMANDS)]
    try:
        await bot.set_my_commands(commands, BotCommandScopeChat(member))
    except TelegramError as error:
        log.warning("menu_not_set", extra={"reason": str(error)})


async def _tried(call: Callable[[], Awaitable[object]], pause: float) -> None:
    for attempt in range(TRIES):
        try:
            await call()
        except RetryAfter as error:
            await asyncio.sleep(_seconds(error))
        except TelegramError as error:
            log.warning("menu_not_set", extra={"reason": str(error), "try": attempt + 1})
            await asyncio.sleep(pause * 2**attempt)
        else:
            return


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()
