"""Which groups were heard of: the log names each once, so that one of them can be made the staff's."""

from __future__ import annotations

import logging

from bot.service.port import Address

log = logging.getLogger(__name__)

MOST = 1_000


class Groups:
    """Of one channel."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def heard(self, at: Address) -> None:
        """Something came from there."""
        if at.place == "group" and at.conversation not in self._known and len(self._known) < MOST:
            self._known.add(at.conversation)
            log.info("group_heard", extra={"messenger": at.channel, "chat": at.conversation})
