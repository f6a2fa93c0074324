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

from bot.compose import Words

log = logging.getLogger(__name__)

COMMANDS = ("start", "help", "about", "list", "units", "subsidies", "clause", "ask")
PERSON = ("human", "cancel")
"""What hands a question on to a person, and takes it back."""
MENU = (*COMMANDS, *PERSON)
STAFF = ("tickets", "close")
"""For the staff group only."""
IN_GROUPS = ("ask", "clause", "human", "help")
LANGUAGES = {None: "zh", "zh": "zh", "en": "en"}
"""Language of the reader's Telegram (None: any other) -> language of the menu."""
TRIES = 5


async def set_menus(bot: Bot, staff_chat: int | None = None, pause: float = 2.0) -> None:
    """Set every menu, best effort: a failure is logged and tried again a few times, and stops nothing."""
    scopes: list[tuple[BotCommandScope, tuple[str, ...]]] = [
        (BotCommandScopeDefault(), MENU),
        (BotCommandScopeAllPrivateChats(), MENU),
        (BotCommandScopeAllGroupChats(), IN_GROUPS),
    ]
    for code, language in LANGUAGES.items():
        words = Words.load(language)
        menu = words.get("telegram.menu")
        for scope, names in scopes:
            commands = [BotCommand(name, menu[name]) for name in names]
            await _tried(lambda c=commands, s=scope, k=code: bot.set_my_commands(c, s, k), pause)  # type: ignore[misc]
        if staff_chat is not None and code is None:
            here = BotCommandScopeChat(staff_chat)
            entries = [BotCommand(name, words(f"handoff.staff_menu.{name}")) for name in STAFF]
            await _tried(lambda s=here, e=entries: bot.set_my_commands(e, s), pause)  # type: ignore[misc]
        short = words("telegram.short_description")
        await _tried(lambda t=short, k=code: bot.set_my_short_description(t, k), pause)  # type: ignore[misc]


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
