"""Listening, with a watch over slow clients: a request that isn't whole in time is cut off."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import cast
from weakref import WeakKeyDictionary

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

SLOWEST = 10.0
"""Seconds from a connection, or from the first byte of a further request, to the end of its body."""
REFUSAL = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
BACKLOG = 1024
DRAIN = 5.0
"""Seconds that requests under way may take when it is closed."""


class _Watched(asyncio.Protocol):
    """aiohttp's protocol of one connection, and a timer that its requests stop when they are whole."""

    def __init__(self, inner: asyncio.Protocol, slowest: float) -> None:
        self._inner = inner
        self._slowest = slowest
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first request."""
        self._transport = cast(asyncio.Transport, transport)
        _watches[transport] = self._arrived
        self._wait()
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Part of a request."""
        if self._timer is None:
            self._wait()
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """The other side writes no more."""
        return self._inner.eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        """It is over."""
        self._arrived()
        self._inner.connection_lost(error)

    def pause_writing(self) -> None:
        """The other side reads slowly."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._inner.resume_writing()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._slowest, self._cut)

    def _arrived(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _cut(self) -> None:
        self._timer = None
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(REFUSAL)
            self._transport.close()
            asyncio.get_running_loop().call_later(1.0, self._transport.abort)


class _Unreadable(logging.Filter):
    """What is no HTTP is the sender's fault, and is answered with 400: no line of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is logged."""
        return record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError)


_unreadable = _Unreadable()
_watches: WeakKeyDictionary[asyncio.BaseTransport, Callable[[], None]] = WeakKeyDictionary()


def arrived(request: web.Request) -> None:
    """The request is whole: its connection is no longer watched until the next one."""
    told = _watches.get(request.transport) if request.transport is not None else None
    if told is not None:
        told()


@web.middleware
async def whole(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Read the body, within the application's limit, before anything is done."""
    try:
        await request.read()
    except ConnectionError:  # cut off, or gone: nobody is there to be told
        return web.Response(status=400)
    arrived(request)
    return await handler(request)


@dataclass(frozen=True)
class Listening:
    """An application at an address."""

    _runner: web.AppRunner
    _server: asyncio.Server

    @property
    def port(self) -> int:
        """The one that it really listens on."""
        found: socket.socket = self._server.sockets[0]
        return int(found.getsockname()[1])

    def refuse(self) -> None:
        """Take no further connections; those that are there go on."""
        self._server.close()

    async def close(self) -> None:
        """Take nothing more."""
        self.refuse()
        await self._runner.cleanup()


async def listen(app: web.Application, host: str, port: int, slowest: float = SLOWEST) -> Listening:
    """Serve the application until it is closed. Raises OSError when the address can't be had.

    Its middlewares tell when a request has ``arrived``; an application that has none gets ``whole``.
    """
    if not app.middlewares:
        app.middlewares.append(whole)
    logging.getLogger("aiohttp.server").addFilter(_unreadable)  # the same one however often
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=DRAIN)
    await runner.setup()
    make = cast(Callable[[], asyncio.Protocol], runner.server)
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(lambda: _Watched(make(), slowest), host, port, backlog=BACKLOG)
    except OSError:
        await runner.cleanup()
        raise
    return Listening(runner, server)


@contextlib.asynccontextmanager
async def listening_at(app: web.Application, at: tuple[str, int] | None) -> AsyncIterator[Listening | None]:
    """The application at that address for as long as somebody is inside; nothing where there is no address."""
    listening = await listen(app, *at) if at is not None else None
    try:
        yield listening
    finally:
        if listening is not None:
            await listening.close()
