"""How fast messages go out: Telegram's limits, and what it says by 429.

Telegram's published limits (core.telegram.org/bots/faq, "My bot is hitting limits"): about one message a second in a
chat, 20 a minute in a group, 30 a second over all. A 429 names one chat; only that chat pauses (PTB's own limiter stops
all of them: its issues 3765 and 4003).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, cast

from telegram.error import ChatMigrated, RetryAfter
from telegram.ext import BaseRateLimiter

from bot.operations.metrics import Metrics
from bot.service.turns import current_slot

PER_CHAT = (1, 1.0)
PER_GROUP = (20, 60.0)
OVERALL = (30, 1.0)
"""(messages, seconds): at most so many in any span of so many seconds."""
CAUTIOUS = 60.0
"""Seconds for which a chat keeps the published limits after a 429, whatever the pacing."""
TRIES = 10
"""Tries of one call after a 429, before it is the turn's affair."""
MOST_CHATS = 2_000
"""Chats remembered before the idle ones are dropped."""
_COUNTED = ("send", "edit", "copy", "forward")
_HARMLESS = ("sendChatAction", "answerCallbackQuery", "answerInlineQuery")
"""Calls that come too late when they have to wait: a 429 ends them."""


class Window:
    """At most ``count`` in any ``seconds``."""

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=count)

    def wait(self, now: float) -> float:
        """Seconds until one more is allowed."""
        full = len(self._times) == self._times.maxlen
        return max(0.0, self._times[0] + self._seconds - now) if full else 0.0

    def count(self, now: float) -> None:
        """One goes out."""
        self._times.append(now)


class ChatPace:
    """What holds for one chat."""

    def __init__(self, group: bool) -> None:
        self.windows = [Window(*PER_CHAT), *([Window(*PER_GROUP)] if group else [])]
        self.paused_until = 0.0
        self.cautious_until = 0.0
        self.used = 0.0


class Pacer(BaseRateLimiter[None]):
    """PTB's rate limiter: paces calls by chat and over all, and obeys every retry_after."""

    def __init__(self, metrics: Metrics, official: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._metrics = metrics
        self._official = official
        self._clock = clock
        self._overall = Window(*OVERALL)
        self._chats: dict[str, ChatPace] = {}

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002  PTB's signature
    ) -> Any:
        """Make the call when it may be made; after a 429 again, when Telegram says so."""
        slot = current_slot.get()
        counted = endpoint.startswith(_COUNTED) and endpoint not in _HARMLESS
        for attempt in range(TRIES):
            chat = self._pace(data.get("chat_id"))
            if counted and chat is not None:
                await self._wait(chat)
            if slot is not None and counted:
                await slot.take()
            try:
                result = await callback(*args, **kwargs)
            except RetryAfter as error:
                if slot is not None:
                    slot.free()
                self._metrics.too_many.inc()
                self._metrics.calls.labels(endpoint, "429").inc()
                if chat is not None:
                    now = self._clock()
                    chat.paused_until = now + cast(timedelta, error.retry_after).total_seconds() + 0.05
                    chat.cautious_until = chat.paused_until + CAUTIOUS
                if endpoint in _HARMLESS or attempt == TRIES - 1 or chat is None:
                    raise
            except ChatMigrated as error:  # the group became a supergroup: the same chat under a new id
                data["chat_id"] = error.new_chat_id
            except Exception:
                self._metrics.calls.labels(endpoint, "failed").inc()
                raise
            else:
                self._metrics.calls.labels(endpoint, "ok").inc()
                return result
        raise RetryAfter(timedelta(seconds=1))

    def _pace(self, chat_id: object) -> ChatPace | None:
        if chat_id is None:
            return None
        key = str(chat_id)
        chat = self._chats.get(key)
        if chat is None:
            if len(self._chats) >= MOST_CHATS:
                self._forget_idle()
            chat = self._chats[key] = ChatPace(group=key.startswith(("-", "@")))
        chat.used = self._clock()
        return chat

    def _forget_idle(self) -> None:
        longest = max(PER_GROUP[1], CAUTIOUS)
        now = self._clock()
        self._chats = {
            key: chat
            for key, chat in self._chats.items()
            if chat.used + longest > now and (self._official or chat.cautious_until > now)
        }

    async def _wait(self, chat: ChatPace) -> None:
        while True:
            now = self._clock()
            keep = self._official or chat.cautious_until > now
            waits = [chat.paused_until - now]
            if keep:
                waits += [window.wait(now) for window in chat.windows]
            if self._official:
                waits.append(self._overall.wait(now))
            longest = max(waits)
            if longest <= 0:
                break
            await asyncio.sleep(longest)
        for window in (*chat.windows, self._overall):
            window.count(now)
