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
