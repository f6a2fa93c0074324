"""What the staff are told unasked: in the staff's group, and each editor and admin in private, best effort."""

from __future__ import annotations

import logging
from datetime import datetime

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels.telegram import render
from bot.channels.telegram.sender import NO_PREVIEW
from bot.days import BEIJING
from bot.replies.texts import Texts
from bot.serving.hot_reload import MOST_FAULTS, Report
from bot.staff.roles import Role, Staff

log = logging.getLogger(__name__)


class Notices:
    """Sends to the staff. Somebody who never spoke to the bot can't be reached; that stops nothing."""

    def __init__(self, bot: Bot, staff: Staff, staff_chat: int | None, words: Texts) -> None:
        self._bot = bot
        self._staff = staff
        self._staff_chat = staff_chat
        self._words = words

    async def tell(self, text: str, private: bool = True) -> int:
        """Tell the staff's group and, when ``private``, every editor; the number of chats that were reached."""
        chats = [] if self._staff_chat is None else [self._staff_chat]
        if private or not chats:
            chats += self._staff.members(Role.EDITOR)
        reached = 0
        for chat in chats:
            try:
                for page in render.pages([(render.Run(line),) for line in text.split("\n")]):
                    await self._bot.send_message(chat, page, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW)
                reached += 1
            except TelegramError as error:
                log.warning("staff_not_told", extra={"chat": chat, "reason": str(error)})
        return reached

    async def base(self, report: Report, after_refusal: bool) -> None:
        """Tell what came of a changed base."""
        private = report.status in ("refused", "started") or after_refusal
        await self.tell(report_text(report, self._words), private=private)


def report_text(report: Report, words: Texts) -> str:
    """A report as the staff read it."""
    kept = f"{datetime.fromtimestamp(report.kept, BEIJING):%Y-%m-%d %H:%M}" if report.kept else ""
    slots = {"seconds": f"{report.seconds:.0f}", "count": len(report.faults), "kept": kept}
    lines = [words(f"reload.{report.status}", **slots)]
    lines += report.faults[:MOST_FAULTS]
    if len(report.faults) > MOST_FAULTS:
        lines.append(words("reload.more", count=len(report.faults) - MOST_FAULTS))
    if report.stale:
        lines += [words("reload.stale"), *report.stale]
    return "\n".join(lines)
