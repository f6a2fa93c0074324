"""How much one address, or one key, may ask in a minute."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from aiohttp import web

from bot.channels.web.settings import Network

REMEMBERED = 20_000
"""Who is remembered; whoever came longest ago is forgotten first."""


class Buckets:
    """So many a minute, as a bucket that fills evenly: a burst of a whole minute's, then evenly."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        """Who -> (how many are left, when that was so)."""

    def wait(self, who: Hashable, per_minute: float) -> int:
        """Count one; 0 when it may be, else the seconds to wait. ``per_minute``: 0 for no limit."""
        if not per_minute:
            return 0
        now = self._clock()
        left, then = self._left.pop(who, (float(per_minute), now))
        left = min(per_minute, left + (now - then) * per_minute / 60.0)
        may = left >= 1.0
        self._left[who] = (left - 1.0 if may else left, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return 0 if may else math.ceil((1.0 - left) * 60.0 / per_minute)

    async def ask(self, who: Hashable, per_minute: int) -> int:
        """As wait, where others may count as well (shared_limits.py)."""
        return self.wait(who, per_minute)

    def close(self) -> None:
        """Nobody asks any more."""


def address_of(request: web.Request, proxies: Sequence[Network]) -> str:
    """Who asks, by address: what a trusted proxy says, else whoever is connected. Of IPv6 the network of a home."""
    found = request.remote or ""
    said = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    while said and _within(found, proxies):
        found = said.pop()
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return found[:64]
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _within(found: str, networks: Sequence[Network]) -> bool:
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return False
    return any(address.version == network.version and address in network for network in networks)
