"""Tells the editors, once each, that a document ends in 90, 30 or 7 days, or today."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import date

from bot.replies.texts import Texts
from bot.service.notices import Notices
from bot.staff.expiry import due, state
from bot.store import notices
from bot.store.store import Store
from knowledge.base.document import Policy

log = logging.getLogger(__name__)

EVERY = 3600.0
"""Seconds between looks at the calendar."""


class ExpiryWatch:
    """Looks at the calendar; the day is Beijing's, and handed in."""

    def __init__(
        self,
        store: Store,
        told: Notices,
        policies: Callable[[], tuple[Policy, ...]],
        today: Callable[[], date],
        words: Texts,
    ) -> None:
        self._store = store
        self._notices = told
        self._policies = policies
        self._today = today
        self._words = words

    async def watch(self) -> None:
        """For ever."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> int:
        """Tell what is due; the number of documents told of. What reached nobody is due again at the next look."""
        told = await self._store.look(notices.told)
        count = 0
        for ending in due(self._policies(), self._today(), told):
            text = self._words(
                f"expiry.tell_{state(ending.days)}", name=ending.name, until=ending.until.isoformat(), days=ending.days
            )
            if await self._notices.tell(text):
                await self._store.note(ending.key, time.time())
                count += 1
                log.info("expiry_told", extra={"policy": ending.policy, "days": ending.days})
        return count
