"""Where callbacks of messengers come in: one small server on POLICYBOT_WEB_LISTEN."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from bot.messaging.messenger import Messenger

MOST_BYTES = 1 << 20
"""Of one request."""


def callback_routes(messengers: Iterable[Messenger]) -> list[web.RouteDef]:
    """The callbacks of all messengers, to be added to any application's router."""
    return [route for messenger in messengers for route in messenger.routes()]


def application(messengers: Iterable[Messenger]) -> web.Application:
    """An application of nothing but callbacks."""
    made = web.Application(client_max_size=MOST_BYTES)
    made.router.add_routes(callback_routes(messengers))
    return made


async def listen(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Serve it until its runner is cleaned up; OSError when the address can't be had."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner
