"""How much one address, or one key, may ask in a minute of several replicas together.

Each replica lets a small part of the limit through by itself, and asks the database for nothing as long as that is
enough. Whoever asks more gets the rest from a bucket in the database, a few at a time. The parts and the bucket
together are the limit: never more than it, and by one replica alone at least three quarters of it.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.web.limits import REMEMBERED, Buckets
from bot.serving.replicas.membership import Membership
from bot.staff.asker_hash import Askers
from bot.store import shared_limits
from bot.store.store import Store, pulse_engine

log = logging.getLogger(__name__)

UNASKED = 0.25
"""What of the limit all replicas together let through without asking the database."""
KEPT = 60.0
"""Seconds for which a replica keeps what it was given and did not need."""
ALONE_FOR = 5.0
"""Seconds for which the database isn't asked after it could not be."""
TIDY_EVERY = 600.0


class Near:
    """One that comes near the limit: what this replica was given for it."""

    def __init__(self) -> None:
        self.given, self.until = 0, 0.0
        """How many more may be let through, and until when."""
        self.nothing_until = 0.0
        """The database has nothing more until then, so it isn't asked."""
        self.asking = asyncio.Lock()


class SharedBuckets(Buckets):
    """As Buckets, counted together with the other replicas by ask()."""

    def __init__(
        self, store: Store, askers: Askers, membership: Membership, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(clock)
        self._askers = askers
        self._membership = membership
        self._near: OrderedDict[Hashable, Near] = OrderedDict()
        self._engine = pulse_engine(store.url)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="limits")
        """By a connection of its own, in no transaction with anything else: it waits for nobody."""
        self._alone_until = -math.inf
        self._tidied = -math.inf

    async def ask(self, who: Hashable, per_minute: int) -> int:
        """Count one here, or together with the others; as wait."""
        if not per_minute:
            return 0
        replicas = self._membership.others + 1
        own = per_minute * UNASKED / replicas
        own = own if own >= 1.0 else 0.0
        if own and not self.wait((who, "own"), own):
            return 0
        if self._clock() >= self._alone_until:
            try:
                return await self._beyond(who, per_minute - own * replicas, max(1, int(own)))
            except (SQLAlchemyError, OSError) as error:
                self._alone_until = self._clock() + ALONE_FOR
                log.warning("limits_alone", extra={"reason": type(error).__name__})
        return self.wait((who, "alone"), per_minute / replicas)

    def close(self) -> None:
        """Ask the database no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()

    async def _beyond(self, who: Hashable, per_minute: float, most: int) -> int:
        """One of what the database gives, ``most`` of which are fetched at once; else the seconds to wait."""
        near = self._near_of(who)
        async with near.asking:
            now = self._clock()
            if now < near.nothing_until:
                return math.ceil(near.nothing_until - now)
            if not near.given or now > near.until:
                near.given, seconds = await self._fetch(who, per_minute, most)
                near.until, near.nothing_until = now + KEPT, now + seconds
                if not near.given:
                    return math.ceil(seconds)
            near.given -= 1
            return 0

    async def _fetch(self, who: Hashable, per_minute: float, most: int) -> tuple[int, float]:
        name = self._askers.of(f"limit {who}")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._take, name, per_minute, most)

    def _take(self, name: str, per_minute: float, most: int) -> tuple[int, float]:
        now = self._clock()
        with self._engine.begin() as connection:
            if now - self._tidied > TIDY_EVERY:
                self._tidied = now
                shared_limits.tidy(connection, TIDY_EVERY)
            return shared_limits.take(connection, name, per_minute, most)

    def _near_of(self, who: Hashable) -> Near:
        near = self._near.pop(who, None) or Near()
        self._near[who] = near
        if len(self._near) > REMEMBERED:
            self._near.popitem(last=False)
        return near
