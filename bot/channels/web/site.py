"""What every page works with, made once: the parts of the service, the settings, words, tokens, limits."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.channels.web.channel import NAME, WebChannel
from bot.channels.web.door import Door
from bot.channels.web.finding import Finder
from bot.channels.web.limits import Buckets, address_of
from bot.channels.web.looks import Look, Looks
from bot.channels.web.quotations import Quotations
from bot.channels.web.safety import OURS, Handler, ProblemError, Safety
from bot.channels.web.settings import WebSettings
from bot.channels.web.tokens import Tokens
from bot.channels.web.view import View
from bot.engine.assistant import Assistant
from bot.engine.documents.library import Library
from bot.service.catalogue import Catalogue
from bot.service.parts import Parts

log = logging.getLogger(__name__)


class Site:
    """Handed to all handlers."""

    def __init__(self, parts: Parts, settings: WebSettings) -> None:
        channel = parts.channels[NAME]
        assert isinstance(channel, WebChannel)
        self.parts = parts
        self.settings = settings
        self.channel = channel
        self.door = Door(parts)
        self.looks = Looks(settings.prefix)
        self.tokens = Tokens(parts.askers)
        self.buckets = _buckets(parts)
        self.safety = Safety(settings, self.fault, self.cut_off)
        self._finder: Finder | None = None
        self._quotations: Quotations | None = None

    # -- the base ------------------------------------------------------------------------------------------------------

    @property
    def assistant(self) -> Assistant:
        """The one in force."""
        return self.parts.replies.assistant

    @property
    def library(self) -> Library:
        """Its documents."""
        return self.assistant.library

    @property
    def catalogue(self) -> Catalogue:
        """What buttons name."""
        return self.parts.catalogues.of(self.library)

    @property
    def view(self) -> View:
        """Messages as they are shown."""
        return View(self.catalogue, self.parts.words)

    @property
    def finder(self) -> Finder:
        """Looks through the clauses of the base in force."""
        if self._finder is None or self._finder.library is not self.library:
            self._finder, self._quotations = Finder(self.library), Quotations(self.library)
        return self._finder

    @property
    def quotations(self) -> Quotations:
        """Compares quotations with the base in force."""
        assert self.finder is not None
        assert self._quotations is not None
        return self._quotations

    # -- requests ------------------------------------------------------------------------------------------------------

    def route(self, app: web.Application, method: str, path: str, handler: Handler, name: str) -> None:
        """Add a route of ours."""
        where, name = f"{self.settings.prefix}{path}", f"{OURS}{name}"
        if method == "GET":
            app.router.add_get(where, handler, name=name)  # and HEAD
        else:
            app.router.add_route(method, where, handler, name=name)

    def cut_off(self) -> bool:
        """Whether the other replicas hold this one for dead: nobody is answered, what it knows may be out of date."""
        replica = self.parts.replica
        return replica is not None and not replica.membership.alive

    async def limit_address(self, request: web.Request) -> None:
        """Count a question of that address. Raises ProblemError."""
        who = address_of(request, self.settings.proxies)
        seconds = await self.buckets.ask(("address", who), self.settings.address_limit)
        if seconds:
            raise ProblemError(429, "问得太快了", retry_after=seconds)

    def page(self, request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
        """A page of HTML."""
        look = self.looks.of(request)
        path = request.path[len(self.settings.prefix) :] or "/"
        text = self.looks.render(template, look, path, **values)
        return web.Response(text=text, status=status, content_type="text/html")

    def fault(self, request: web.Request, status: int, title: str) -> web.Response:
        """A fault as people read it."""
        return self.page(request, "fault.html", status, text=title)

    def look(self, request: web.Request) -> Look:
        """What the person chose."""
        return self.looks.of(request)

    def link(self, policy: str, clause: str = "") -> str:
        """The address of a document or a clause."""
        path = f"{self.settings.prefix}/p/{quote(policy, safe='')}"
        return f"{path}/{quote(clause, safe='')}" if clause else path

    def public(self, request: web.Request, path: str) -> str:
        """The whole address of a page, as others may open it."""
        base = self.settings.url or f"{request.scheme}://{request.host}"
        return f"{base.removesuffix(self.settings.prefix) if self.settings.prefix else base}{path}"


def _buckets(parts: Parts) -> Buckets:
    if parts.replica is None:
        return Buckets()
    from bot.channels.web.shared_limits import SharedBuckets  # what one process alone need not load

    return SharedBuckets(parts.store, parts.askers, parts.replica.membership)
