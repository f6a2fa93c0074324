"""Who may use the API: everybody, or those with a key; what a key opens, and how much it may ask."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

from aiohttp import web

from bot.channels.web.safety import Handler, ProblemError
from bot.channels.web.site import Site
from bot.store import web as store
from bot.store.web import Key

SCOPES = ("ask", "read", "feedback")
HEAD = "pb"
KNOWN_FOR = 5.0
"""Seconds for which the keys in the store are remembered: a key that is taken back ends by then."""


def new_key(name: str, scopes: str, per_minute: int, now: float) -> tuple[str, Key]:
    """(the key, which is shown once and kept nowhere; what is kept of it)."""
    one = secrets.token_hex(4)
    text = f"{HEAD}_{one}_{secrets.token_urlsafe(32)}"
    return text, Key(one, digest_of(text), name, scopes, per_minute, now)


def digest_of(text: str) -> str:
    """SHA-256: a key is random and long, so it needs no slower hash."""
    return hashlib.sha256(text.encode()).hexdigest()


class Access:
    """Looks at the key of a request."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._keys: dict[str, Key] = {}
        self._read = -KNOWN_FOR

    def guarded(self, handler: Handler, scope: str) -> Handler:
        """The handler, for those who may."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            key = await self._key(request)
            if key is None and self._site.settings.api == "keys":
                raise ProblemError(401, "要有钥匙：Authorization: Bearer pb_…")
            if key is not None:
                await self._use(key, scope)
            return await handler(request)

        return guarded

    def by_key(self, request: web.Request) -> bool:
        """Whether the request came with a key: its own limit holds, not its address's."""
        return "Authorization" in request.headers  # one that does not hold was refused before

    async def _use(self, key: Key, scope: str) -> None:
        if not key.may(scope):
            raise ProblemError(403, f"这把钥匙不能用于 {scope}")
        seconds = await self._site.buckets.ask(("key", key.id), key.per_minute)
        if seconds:
            raise ProblemError(429, "这把钥匙用得太快了", retry_after=seconds)

    async def _key(self, request: web.Request) -> Key | None:
        """The key of the request; None without one. Raises ProblemError for one that does not hold."""
        said = request.headers.get("Authorization")
        if said is None:
            return None
        kind, _, text = said.partition(" ")
        name = text.strip().split("_")[1:2]
        if time.monotonic() - self._read > KNOWN_FOR:
            found = await self._site.parts.store.transact(store.keys)
            self._keys, self._read = {key.id: key for key in found}, time.monotonic()
        key = self._keys.get(name[0]) if kind.lower() == "bearer" and name else None
        if key is None or key.revoked or not hmac.compare_digest(key.digest, digest_of(text.strip())):
            raise ProblemError(401, "钥匙不对，或已经收回")
        return key
