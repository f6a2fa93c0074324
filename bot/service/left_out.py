"""Whoever asks too fast is told once, and when there is room again how many questions got no answer."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.service.pages import lines
from bot.service.port import Address, DisturbedError, RefusedError

if TYPE_CHECKING:
    from bot.service.visit import Visit

log = logging.getLogger(__name__)

ROUNDED = 0.5
"""Seconds by which UserLimit.seconds may be short."""
MOST = 1_000
"""People who are about to be told; others hear of it with their next question."""


class LeftOut:
    """Waits for each person until there is room again; a question that comes before hears of it first."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], Address] = {}
        """Where the last of the questions was asked."""
        self._tasks: set[asyncio.Task[None]] = set()

    def later(self, visit: Visit) -> None:
        """A question got neither an answer nor a notice."""
        who = (visit.at.channel, visit.at.person)
        waits = who in self._places
        if not visit.channel.capabilities.push or (not waits and len(self._places) >= MOST):
            return
        self._places[who] = visit.at
        if not waits:
            task = asyncio.create_task(self._tell(who, visit))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tell(self, who: tuple[str, str], visit: Visit) -> None:
        limit = visit.parts.limit
        try:
            await asyncio.sleep(limit.seconds(who) + ROUNDED)
        finally:
            to = self._places.pop(who)
        await limit.refresh(who)
        count = limit.left_out(who)
        if not count:
            return
        try:
            for page in visit.channel.render(lines(visit.words("asking.left_out", count=count))):
                await visit.channel.send(to, page)
        except (RefusedError, DisturbedError) as error:  # the next question hears of it
            log.warning("left_out_not_told", extra={"chat": to.conversation, "reason": str(error)})
        else:
            limit.told_left_out(who)
