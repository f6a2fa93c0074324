"""The page on which people ask: what was said, a form, buttons. It works without scripts; with them it is quicker."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from aiohttp import web

from bot.channels.web import content as kept
from bot.channels.web.door import Done
from bot.channels.web.safety import redirect
from bot.channels.web.site import Site
from bot.service import commands
from bot.service.limits import LONGEST
from bot.store import web as store

COOKIE = "policybot"
THIRTY_DAYS = 30 * 86_400
COMMANDS = frozenset({"human", "cancel", "forget", "privacy", "clause", "ask"})
"""What may be typed with a slash; everything else is done by pages."""
_ONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True)
class Talk:
    """Whose page it is."""

    name: str
    """Of the conversation; empty before anything was said."""
    token: str
    new: bool = False
    embedded: bool = False
    """On somebody's site: there are no cookies, the form carries the token."""


class Talking:
    """Its handlers."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def add(self, app: web.Application) -> None:
        """Its routes."""
        route = self.site.route
        route(app, "GET", "/", self.show, "page")
        route(app, "POST", "/", self.said, "said")
        route(app, "GET", "/h5", self.show, "h5")
        route(app, "GET", "/embed", self.embedded, "embed")
        route(app, "POST", "/embed", self.said, "embed.said")
        route(app, "GET", "/updates", self.updates, "updates")
        route(app, "POST", "/updates", self.updates, "updates.embedded")
        route(app, "GET", "/suggest", self.suggest, "suggest")

    # -- looking -------------------------------------------------------------------------------------------------------

    async def show(self, request: web.Request) -> web.Response:
        """The page."""
        return await self._page(request, self._talk(request))

    async def embedded(self, request: web.Request) -> web.Response:
        """The page within another site."""
        return await self._page(request, Talk("", "", embedded=True))

    async def updates(self, request: web.Request) -> web.Response:
        """What was added after a message, as a piece of the page."""
        fields = await request.post() if request.method == "POST" else request.query
        after = str(fields.get("after", ""))
        name = self.site.tokens.name("page", fields.get("conversation")) if request.method == "POST" else None
        talk = Talk(name, "", embedded=True) if name else self._talk(request)
        number = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
        return await self._piece(request, talk, number)

    async def suggest(self, request: web.Request) -> web.Response:
        """What somebody may be about to type."""
        return web.json_response(self.site.finder.suggest(request.query.get("q", "")[:40]))

    # -- saying --------------------------------------------------------------------------------------------------------

    async def said(self, request: web.Request) -> web.StreamResponse:
        """Something was asked, pressed, or replied."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        talk = self._talk(request, form)
        if talk.new:
            token = self.site.tokens.new("page")
            talk = Talk(self.site.tokens.name("page", token) or "", token, True, talk.embedded)
        told = await self._do(request, talk, form)
        piece = request.headers.get("X-Piece", "")
        if piece.isascii() and piece.isdigit() and len(piece) < 18:
            response = await self._piece(request, talk, int(piece), told, form.get("under", ""))
        elif talk.new or talk.embedded:
            response = await self._page(request, talk, told)
        else:
            if told:
                self.site.channel.tell(talk.name, told)
            return redirect(f"{self.site.settings.prefix}/#last")
        if talk.new and not talk.embedded:
            self._remember(response, talk)
        return response

    async def _do(self, request: web.Request, talk: Talk, form: dict[str, str]) -> str:
        """See to it; what there is to tell beside what stands on the page."""
        words = self.site.looks.words[self.site.look(request).language]
        done = await self._done(talk, form)
        if done is None or not done.text.strip():
            return words("empty")
        if len(done.text) > LONGEST:
            return words("too_long", most=LONGEST)
        await self.site.limit_address(request)
        seconds = self._too_fast(talk)
        if seconds:
            return words("too_fast", seconds=seconds)
        answered = await self.site.door.take(done)
        return self.site.channel.told(done.delivery) if answered else words("working")

    def _too_fast(self, talk: Talk) -> int:
        """Seconds to wait when the person has no more questions this minute; the service would be silent."""
        return self.site.buckets.wait(("person", talk.name), self.site.parts.limit.per_minute)

    async def _done(self, talk: Talk, form: dict[str, str]) -> Done | None:
        once = form.get("once", "")
        once = once if _ONCE.fullmatch(once) else secrets.token_urlsafe(12)
        under = None
        if form.get("under"):
            under = await self.site.parts.store.transact(lambda c: store.message(c, talk.name, form["under"][:64]))
        if "press" in form:
            rows = kept.rows_of(under.buttons) if under is not None else ()
            label = next((b.label for row in rows for b in row if b.data == form["press"]), "")
            return Done(talk.name, once, form["press"], label, under) if label else None
        return Done(talk.name, once, _unslashed(form.get("text", "").strip()), under=under)

    # -- whose ---------------------------------------------------------------------------------------------------------

    def _talk(self, request: web.Request, form: dict[str, str] | None = None) -> Talk:
        """By the cookie; within another site by the form."""
        embedded = request.path.endswith("/embed")
        token = (form or {}).get("conversation", "") if embedded else request.cookies.get(COOKIE, "")
        name = self.site.tokens.name("page", token)
        return Talk(name, token, embedded=embedded) if name else Talk("", "", form is not None, embedded)

    def _remember(self, response: web.StreamResponse, talk: Talk) -> None:
        settings = self.site.settings
        response.set_cookie(
            COOKIE,
            talk.token,
            max_age=THIRTY_DAYS,
            httponly=True,
            samesite="Lax",
            secure=settings.secure,
            path=f"{settings.prefix}/",
        )

    # -- showing -------------------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request, talk: Talk, told: str = "") -> web.Response:
        told = told or self.site.channel.told(talk.name)
        found = await self._messages(talk)
        site, library = self.site, self.site.library
        return site.page(
            request,
            "talk.html",
            shown=site.view.of(found),
            told=told,
            talk=talk,
            once=secrets.token_urlsafe(12),
            examples=library.examples.questions,
            name=library.name,
            clauses=library.count,
            room=site.parts.room.there,
            action=f"{site.settings.prefix}/embed" if talk.embedded else f"{site.settings.prefix}/",
            chat=True,
            site=site,
        )

    async def _piece(
        self, request: web.Request, talk: Talk, after: int, told: str = "", changed: str = ""
    ) -> web.Response:
        """Messages after that number, and the one that a button may have changed."""
        found = await self._messages(talk, after)
        if changed and all(one.name != changed for one in found):
            under = await self.site.parts.store.transact(lambda c: store.message(c, talk.name, changed))
            found = [*([under] if under is not None else []), *found]
        embed = f"{self.site.settings.prefix}/embed"
        action = embed if talk.embedded else f"{self.site.settings.prefix}/"
        return self.site.page(
            request,
            "piece.html",
            shown=self.site.view.of(found),
            told=told or self.site.channel.told(talk.name),
            talk=talk,
            once=secrets.token_urlsafe(12),
            action=action,
            site=self.site,
        )

    async def _messages(self, talk: Talk, after: int = 0) -> list[store.Message]:
        if not talk.name:
            return []
        return await self.site.parts.store.transact(lambda c: store.messages(c, talk.name, after))


def _unslashed(text: str) -> str:
    """The text; without the slash of what is no command here."""
    typed = commands.typed(text)
    return text.lstrip("/") if typed is not None and typed[0] not in COMMANDS else text
