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

from bot.channels.telegram.channel import NAME
from bot.replies.texts import Texts
from bot.service import commands
from bot.service.parts import Parts
from bot.staff.roles import Role

log = logging.getLogger(__name__)

LANGUAGES = {None: "zh", "zh": "zh", "en": "en"}
"""Language of the reader's Telegram (None: any other) -> language of the menu."""
TRIES = 5


async def set_menus(bot: Bot, parts: Parts, pause: float = 2.0) -> None:
    """Set every menu, best effort: a failure is logged and tried again a few times, and stops nothing."""
    people = commands.for_people(parts)
    scopes: list[tuple[BotCommandScope, list[str]]] = [
        (BotCommandScopeDefault(), people),
        (BotCommandScopeAllPrivateChats(), people),
        (BotCommandScopeAllGroupChats(), commands.for_people(parts, in_groups=True)),
    ]
    for code, language in LANGUAGES.items():
        words = Texts.load(language)
        menu = words.get("commands.menu")
        for scope, names in scopes:
            wanted = [BotCommand(name, menu[name]) for name in names]
            await _tried(lambda c=wanted, s=scope, k=code: bot.set_my_commands(c, s, k), pause)  # type: ignore[misc]
        short = words("telegram.short_description")
        await _tried(lambda t=short, k=code: bot.set_my_short_description(t, k), pause)  # type: ignore[misc]
    for channel, member in parts.staff.everyone():
        role = parts.staff.of(channel, member)
        if channel == NAME and role is not None:
            await _set_staff_menu(bot, parts, int(member), role)


async def _set_staff_menu(bot: Bot, parts: Parts, member: int, role: Role) -> None:
    """The menu in a member's private chat, tried once: Telegram refuses it to those who never wrote to the bot."""
    menu = {**parts.words.get("commands.menu"), **parts.words.get("staff.menu")}
    names = [*commands.for_staff(parts, role), *commands.for_people(parts)]
    try:
        await bot.set_my_commands([BotCommand(name, menu[name]) for name in names], BotCommandScopeChat(member))
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
