"""The console's pages for signing in at the organisation's identity provider."""

from __future__ import annotations

import logging

from aiohttp import web

from bot.channels.web.console.session import TRIES, Sessions
from bot.channels.web.limits import address_of
from bot.channels.web.oidc import PENDING_FOR, Oidc, OidcError
from bot.channels.web.safety import ProblemError
from bot.channels.web.settings import OidcSettings
from bot.channels.web.site import Site

log = logging.getLogger(__name__)

COOKIE = "oidc"
BEGIN, BACK = "/console/oidc", "/console/oidc/back"


class SingleSignOn:
    """Its handlers."""

    def __init__(self, site: Site, sessions: Sessions, settings: OidcSettings) -> None:
        self._site = site
        self._sessions = sessions
        self._oidc = Oidc(settings, f"{site.settings.url}{BACK}")

    def add(self, app: web.Application) -> None:
        """Its routes."""
        self._site.route(app, "GET", BEGIN, self.begin, "console.oidc")
        self._site.route(app, "GET", BACK, self.back, "console.oidc_back")

    async def begin(self, request: web.Request) -> web.Response:
        """Send somebody there."""
        settings = self._site.settings
        seconds = await self._site.buckets.ask(("sign in", address_of(request, settings.proxies)), TRIES)
        if seconds:
            raise ProblemError(429, "试得太多了，请过一会儿再试", retry_after=seconds)
        try:
            there, state = await self._oidc.begin()
        except OidcError as error:
            log.error("oidc_unreachable", extra={"reason": str(error)})
            raise ProblemError(503, "单位的登录系统现在连不上，请过一会儿再试，或用这里的帐号登录") from None
        response = web.Response(status=303, headers={"Location": there})
        path, secure = f"{settings.prefix}{BEGIN}", settings.secure
        response.set_cookie(
            COOKIE, state, max_age=int(PENDING_FOR), httponly=True, samesite="Lax", secure=secure, path=path
        )
        return response

    async def back(self, request: web.Request) -> web.StreamResponse:
        """They came back."""
        address = address_of(request, self._site.settings.proxies)
        try:
            who = await self._oidc.finish(request.query, request.cookies.get(COOKIE, ""))
        except OidcError as error:
            log.warning("oidc_refused", extra={"reason": str(error), "peer": address})
            raise ProblemError(403, "没有登录成：请回到登录页再试一次；总是不成，请告诉管理员") from None
        token = await self._sessions.came_back(who, address)
        if not token:
            raise ProblemError(403, "您的单位帐号没有这里的角色，请告诉管理员")
        response = self._sessions.entered(request, token)
        response.del_cookie(COOKIE, path=f"{self._site.settings.prefix}{BEGIN}")
        return response
