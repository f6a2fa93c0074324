"""What the staff are told unasked: in the staff's group, and each editor and admin in private, best effort."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime

from bot.days import BEIJING
from bot.replies.texts import Texts
from bot.service.pages import lines
from bot.service.port import Address, Channel, DisturbedError, RefusedError
from bot.service.staffroom import ConsoleRoom, StaffRoom
from bot.serving.hot_reload import MOST_FAULTS, Report
from bot.staff.roles import Role, Staff

TOLD = (
    *(f"expiry.tell_{when}" for when in ("soon", "today", "over")),
    *(f"reload.{status}" for status in ("swapped", "mended", "refused", "started")),
)
"""The texts with which notices begin."""
log = logging.getLogger(__name__)


class Notices:
    """Sends to the staff. Somebody who never spoke to the bot can't be reached; that stops nothing."""

    def __init__(self, channels: Mapping[str, Channel], staff: Staff, room: StaffRoom, words: Texts) -> None:
        self._channels = channels
        self._staff = staff
        self._room = room
        self._words = words

    async def tell(self, text: str, private: bool = True) -> int:
        """Tell the staff's group and, when ``private``, every editor; the number of places that were reached."""
        reached = 0
        for to in self._places(private):
            channel = self._channels[to.channel]
            try:
                for page in channel.render(lines(text)):
                    await channel.send(to, page)
                reached += 1
            except (RefusedError, DisturbedError) as error:
                log.warning("staff_not_told", extra={"chat": to.conversation, "reason": str(error)})
        return reached

    def _places(self, private: bool) -> list[Address]:
        at = self._room.at
        places = [at] if at is not None and not isinstance(self._room, ConsoleRoom) else []
        if private or not places:
            editors = self._staff.everyone(Role.EDITOR)
            places += [self._channels[name].private(person) for name, person in editors if self._pushes(name)]
        return places

    def _pushes(self, name: str) -> bool:
        return name in self._channels and self._channels[name].capabilities.push

    async def base(self, report: Report, after_refusal: bool) -> None:
        """Tell what came of a changed base."""
        private = report.status in ("refused", "started") or after_refusal
        await self.tell(report_text(report, self._words), private=private)


def report_text(report: Report, words: Texts) -> str:
    """A report as the staff read it."""
    kept = f"{datetime.fromtimestamp(report.kept, BEIJING):%Y-%m-%d %H:%M}" if report.kept else ""
    slots = {"seconds": f"{report.seconds:.0f}", "count": len(report.faults), "kept": kept}
    told = [words(f"reload.{report.status}", **slots)]
    told += report.faults[:MOST_FAULTS]
    if len(report.faults) > MOST_FAULTS:
        told.append(words("reload.more", count=len(report.faults) - MOST_FAULTS))
    if report.stale:
        told += [words("reload.stale"), *report.stale]
    return "\n".join(told)


def answers_notice(quoted: str, words: Texts) -> bool:
    """Whether a message of ours that is replied to told the staff something unasked: a reply to it is no question."""
    heads = (re.sub(r"\\{\w+\\}", ".+?", re.escape(words.get(name).split("\n")[0])) for name in TOLD)
    return bool(quoted) and any(re.match(head, quoted) for head in heads)
