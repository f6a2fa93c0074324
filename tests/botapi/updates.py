"""Updates on their way to the bot: the queue, and getUpdates (core.telegram.org/bots/api#getting-updates)."""

from __future__ import annotations

import asyncio
import bisect
from collections.abc import Callable, Sequence
from typing import Any

from tests.botapi.arguments import Arguments
from tests.botapi.errors import ApiError, bad
from tests.botapi.parameters import NOT_BY_DEFAULT, UPDATE_TYPES

FIRST_ID = 100_000_001
MOST_AT_ONCE = 100
MOST_WAIT = 50
"""Seconds; a longer timeout is cut (Client.cpp, LONG_POLL_MAX_TIMEOUT)."""

ANOTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
NOW_WEBHOOK = "Conflict: terminated by setWebhook request"


class Updates:
    """Kept until confirmed, at most 24 hours in the real server, for ever here."""

    def __init__(self) -> None:
        self.pending: list[dict[str, Any]] = []
        """Unconfirmed, by update_id."""
        self.allowed: frozenset[str] = UPDATE_TYPES - NOT_BY_DEFAULT
        self.allowed_given: list[str] | None = None
        """As getWebhookInfo tells it: only when it was given and not empty."""
        self.next_id = FIRST_ID
        self.last_id = 0
        self.confirmed = 0
        """How many were confirmed or delivered."""
        self.on_add: Callable[[dict[str, Any], int], None] | None = None
        """Set while a webhook is: takes (update, queue id) instead of a poll."""
        self.queue_ids: dict[int, int] = {}
        """update_id -> queue id, for those that are pending."""
        self.on_handed: Callable[[Sequence[dict[str, Any]]], None] | None = None
        """Called with what a getUpdates gave out."""
        self._poll: asyncio.Future[str] | None = None
        self.polls_conflicting = 0

    def add(self, kind: str, value: dict[str, Any], queue_id: int, update_id: int | None = None) -> int | None:
        """Queue an update; None when the bot did not ask for this kind. A given id may be lower than earlier ones.

        Ids are sequential, but start anew at random after a week without updates (#update, update_id), so they can go
        down.
        """
        if kind not in self.allowed:
            return None
        update: dict[str, Any] = {"update_id": self.next_id if update_id is None else update_id, kind: value}
        self.put(update, queue_id)
        return self.last_id

    def put(self, update: dict[str, Any], queue_id: int = 0) -> None:
        """Queue an update just as it is: the way for a test to send one that can't be read."""
        self.last_id = update["update_id"]
        self.next_id = max(self.next_id, self.last_id + 1)
        self.queue_ids[update["update_id"]] = queue_id
        if not self.pending or self.pending[-1]["update_id"] < update["update_id"]:
            self.pending.append(update)
        else:
            bisect.insort(self.pending, update, key=lambda u: u["update_id"])
        if self.on_add is not None:
            self.on_add(update, queue_id)
        else:
            self._wake("news")

    def _wake(self, why: str) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(why)

    def forget(self, update_id: int) -> None:
        """Confirmed, or delivered."""
        at = bisect.bisect_left(self.pending, update_id, key=lambda u: u["update_id"])
        if at < len(self.pending) and self.pending[at]["update_id"] == update_id:
            del self.pending[at]
            self.queue_ids.pop(update_id, None)
            self.confirmed += 1

    def drop_all(self) -> None:
        """drop_pending_updates."""
        self.pending.clear()
        self.queue_ids.clear()

    def allow(self, arguments: Arguments, strict: bool) -> None:
        """allowed_updates: absent leaves the earlier setting, empty restores the default (#getupdates)."""
        kinds = arguments.array("allowed_updates")
        if kinds is None:
            return
        if strict and not UPDATE_TYPES.issuperset(kinds):
            raise bad(f"unknown allowed_updates {sorted(set(kinds) - UPDATE_TYPES)}")
        self.allowed = frozenset(kinds) & UPDATE_TYPES if kinds else UPDATE_TYPES - NOT_BY_DEFAULT
        self.allowed_given = sorted(self.allowed) if kinds else None

    @property
    def polling(self) -> bool:
        """Whether a long poll waits for news."""
        return self._poll is not None and not self._poll.done()

    def conflict(self, description: str) -> None:
        """End a waiting poll with 409."""
        self._wake(description)

    def confirm(self, offset: int) -> None:
        """Every update below the offset is confirmed; a negative one counts from the end and forgets the rest."""
        if offset < 0:
            offset = self.pending[offset]["update_id"] if len(self.pending) >= -offset else 0
        if offset and self.pending and self.pending[0]["update_id"] < offset:
            at = bisect.bisect_left(self.pending, offset, key=lambda u: u["update_id"])
            for update in self.pending[:at]:
                self.queue_ids.pop(update["update_id"], None)
            del self.pending[:at]
            self.confirmed += at

    async def get(self, arguments: Arguments, strict: bool) -> list[dict[str, Any]]:
        """getUpdates. A second poll ends the first with 409 (Client.cpp, abort_long_poll)."""
        if self.on_add is not None:
            raise ApiError(409, WEBHOOK_SET)
        if self._poll is not None and self.polling:
            self.polls_conflicting += 1
            self._poll.set_result(ANOTHER_POLL)
        self.allow(arguments, strict)
        limit = arguments.integer("limit", 100, 1, MOST_AT_ONCE)
        timeout = arguments.integer("timeout", 0, 0, MOST_WAIT)
        self.confirm(arguments.integer("offset"))
        if not self.pending and timeout:
            poll = self._poll = asyncio.get_running_loop().create_future()
            try:
                reason = await asyncio.wait_for(poll, timeout)
            except TimeoutError:
                reason = "nothing"
            finally:
                if self._poll is poll:
                    self._poll = None
            if reason.startswith("Conflict"):
                raise ApiError(409, reason)
        handed = self.pending[:limit]
        if handed and self.on_handed is not None:
            self.on_handed(handed)
        return handed
