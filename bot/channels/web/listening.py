"""Listening, with a watch over slow clients: a request that isn't whole in time is cut off."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.channels.web.safety import watch

SLOWEST = 10.0
"""Seconds from a connection, or from the first byte of a further request, to the end of its body."""
UPLOAD = 120.0
"""The same for uploads in the console, of people who have signed in."""
REFUSAL = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
BACKLOG = 1024


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
        watch(transport, self._arrived)
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


async def listen(
    app: web.Application, host: str, port: int, slowest: float = SLOWEST
) -> tuple[web.AppRunner, asyncio.Server]:
    """Serve the application; the runner is to be cleaned up, the server closed before. Raises OSError."""
    logging.getLogger("aiohttp.server").addFilter(_unreadable)  # the same one however often
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    make = cast(Callable[[], asyncio.Protocol], runner.server)
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(lambda: _Watched(make(), slowest), host, port, backlog=BACKLOG)
    except OSError:
        await runner.cleanup()
        raise
    return runner, server


def port_of(server: asyncio.Server) -> int:
    """The port that it really listens on."""
    found: socket.socket = server.sockets[0]
    return int(found.getsockname()[1])
