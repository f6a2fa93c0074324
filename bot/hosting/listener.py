"""Where people and messengers come in: one small server on POLICYBOT_WEB_LISTEN, for the page and for callbacks."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from bot.channels.web.app import WebApp
from bot.messaging.messenger import Messenger

MOST_BYTES = 1 << 20
"""Of one request; the page's own routes take less."""


def callback_routes(messengers: Iterable[Messenger]) -> list[web.RouteDef]:
    """The callbacks of all messengers, to be added to any application's router."""
    return [route for messenger in messengers for route in messenger.routes()]


def application(messengers: Iterable[Messenger], page: WebApp | None = None) -> web.Application:
    """An application of the callbacks, and of the page where there is one."""
    made = web.Application(client_max_size=MOST_BYTES)
    made.router.add_routes(callback_routes(messengers))
    if page is not None:
        made.middlewares.append(page.middleware)
        page.add_routes(made)
    return made
