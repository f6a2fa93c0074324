"""A callback: the address is checked by GET, messages come by POST; 200 means that they are journalled."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.messaging.messenger import Probe
from bot.messaging.wechat.crypto import Crypto, CryptoError
from bot.messaging.wechat.xmlbody import XmlError, fields

log = logging.getLogger(__name__)

ANSWER_WITHIN = 4.0
"""Seconds: the platforms cut the connection after 5 and send the message again, three times in all."""

Received = Callable[[dict[str, str]], Awaitable[web.Response]]
"""Journals what came in; gives what is answered."""


class Callback:
    """Of one application, always encrypted."""

    def __init__(self, path: str, crypto: Crypto, received: Received) -> None:
        self._path = path
        self._crypto = crypto
        self._received = received

    def routes(self) -> list[web.RouteDef]:
        """For an application's router."""
        return [web.get(self._path, self.check, allow_head=False), web.post(self._path, self.take)]

    def probe(self) -> Probe:
        """The address check, as the platform makes it."""
        word = secrets.token_hex(8)
        stamp, nonce, sealed = str(int(time.time())), secrets.token_hex(5), self._crypto.sealed(word.encode())
        query = {"timestamp": stamp, "nonce": nonce, "echostr": sealed}
        query["msg_signature"] = self._crypto.signature(stamp, nonce, sealed)
        return Probe(self._path, word.encode(), query)

    async def check(self, request: web.Request) -> web.Response:
        """Answer the address check with the bare text that was encrypted."""
        query = request.query
        echo = query.get("echostr", "").replace(" ", "+")  # a plus that came unescaped was read as a space
        try:
            plain = self._crypto.opened(*_signed(query), echo)
        except CryptoError as error:
            return _refused(request, error)
        log.info("callback_checked", extra={"path": self._path})
        return web.Response(body=plain, content_type="text/plain")

    async def take(self, request: web.Request) -> web.Response:
        """One message."""
        try:
            sealed = fields(await request.read()).get("Encrypt", "")
            inside = fields(self._crypto.opened(*_signed(request.query), sealed))
        except CryptoError as error:
            return _refused(request, error)
        except XmlError:
            return web.Response(status=400, text="not XML")
        return await in_time(self._received(inside))


async def in_time(work: Awaitable[web.Response]) -> web.Response:
    """What it gives, or 503 when the journal takes too long: the platform will come again."""
    try:
        return await asyncio.wait_for(work, ANSWER_WITHIN)
    except TimeoutError:
        return web.Response(status=503, text="try again")


def _signed(query: Mapping[str, str]) -> tuple[str, str, str]:
    return query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", "")


def _refused(request: web.Request, error: CryptoError) -> web.Response:
    log.warning("callback_refused", extra={"path": request.path, "peer": request.remote, "reason": str(error)})
    return web.Response(status=403)
