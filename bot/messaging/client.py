"""Calls to a messenger's HTTP API, and the access token that they need.

What fails becomes the port's errors: the network and the server's 5xx are disturbances, 429 is one that lasts. A slow
answer is waited for: who takes it for a failure and sends again, sends twice.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from bot.service.port import DisturbedError, LaterError

log = logging.getLogger(__name__)

CONNECT, READ = 10.0, 40.0
"""Seconds to wait for a connection, and for an answer."""
EARLY = 300.0
"""Seconds before its end at which a token is fetched anew."""
LEAST = 60.0
"""Seconds for which a token is used at least, whatever its end."""

Answer = tuple[int, dict[str, Any]]
"""(HTTP status, the JSON object that was answered; empty when it was none)."""


class Client:
    """One connection pool for all messengers. Proxies are those of the environment."""

    def __init__(self, count: Callable[[str, str], None] = lambda _method, _result: None) -> None:
        """``count``: told of each call's name and result."""
        self._count = count
        self._session: aiohttp.ClientSession | None = None
        self.skew: float | None = None
        """Seconds by which our clock is ahead of the server's that answered last; None when none said its time."""

    @property
    def session(self) -> aiohttp.ClientSession:
        """Open from the first use on."""
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT, sock_read=READ)
            self._session = aiohttp.ClientSession(timeout=timeout, trust_env=True)
        return self._session

    async def close(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def call(
        self, name: str, method: str, url: str, *, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One call; ``name`` is for the counts, ``body`` becomes JSON. Raises DisturbedError, LaterError."""
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace") if body is not None else None
        sent = {"Content-Type": "application/json; charset=utf-8"} if data is not None else {}
        try:
            async with self.session.request(method, url, data=data, headers={**sent, **(headers or {})}) as response:
                text = await response.read()
                status = response.status
                self.skew = _skew(response.headers.get("Date"))
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            self._count(name, "failed")
            raise DisturbedError(f"{name}: {type(error).__name__}") from error
        self._count(name, "429" if status == 429 else "ok" if status < 400 else "failed")
        if status == 429:
            raise LaterError(f"{name}: 429")
        if status >= 500:
            raise DisturbedError(f"{name}: {status}")
        return status, _object(text)


def _skew(date: str | None) -> float | None:
    try:
        return time.time() - parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return None


def _object(text: bytes) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


class Token:
    """An access token: fetched when it is needed, by one at a time, anew before it ends or when it is refused."""

    def __init__(
        self, fetch: Callable[[], Awaitable[tuple[str, float]]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``fetch``: gives the token and the seconds for which it holds."""
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._until = 0.0

    async def get(self, refused: str = "") -> str:
        """The token; a new one when the present one is over, or is the one that was ``refused``."""
        async with self._lock:
            if self._token in ("", refused) or self._clock() >= self._until:
                self._token, lasts = await self._fetch()
                self._until = self._clock() + max(lasts - EARLY, min(lasts, LEAST))
            return self._token
