"""Who has signed in, what they may, and that a form came from a page of ours."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.web.channel import NAME
from bot.channels.web.limits import address_of
from bot.channels.web.oidc import Identity
from bot.channels.web.safety import Handler, ProblemError, redirect
from bot.channels.web.site import Site
from bot.staff import passwords
from bot.staff.roles import Role
from bot.store import accounts
from bot.store.accounts import Account

COOKIE = "console"
ELSEWHERE = "oidc$"
"""What the password of an account begins with whose person signs in at the identity provider: none fits it."""
TRIES = 10
"""Tries to sign in, a minute and address."""
ALLOWED: Mapping[str, frozenset[str]] = {
    "tickets": frozenset({"viewer", "editor", "reviewer", "admin"}),
    "questions": frozenset({"viewer", "editor", "reviewer", "admin"}),
    "numbers": frozenset({"viewer", "editor", "reviewer", "admin", "auditor"}),
    "edit": frozenset({"editor", "reviewer", "admin"}),
    "publish": frozenset({"reviewer", "admin"}),
    "audit": frozenset({"auditor"}),
    "off": frozenset({"admin"}),
}
"""What each role may. The log is the auditor's alone: whoever changes things does not watch himself."""
ROLES = {"viewer": Role.VIEWER, "editor": Role.EDITOR, "reviewer": Role.EDITOR, "admin": Role.ADMIN}
"""As the service knows them."""


@dataclass(frozen=True)
class Signed:
    """Somebody who has signed in."""

    account: Account
    csrf: str

    def may(self, what: str) -> bool:
        """Whether their role allows it."""
        return self.account.role in ALLOWED[what]


Page = Callable[[web.Request, Signed], Awaitable[web.StreamResponse]]


class Sessions:
    """Signs people in and out, and stands before every page of the console."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def guarded(self, page: Page, what: str) -> Handler:
        """The page, for those whose role allows ``what``; forms must carry the session's mark."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            signed = await self.who(request)
            if signed is None:
                if request.method == "GET":
                    return redirect(f"{self._site.settings.prefix}/console/sign-in")
                raise ProblemError(403, "已经退出，请重新登录")
            if not signed.may(what):
                raise ProblemError(403, "您的角色不能做这件事")
            if request.method == "POST" and request.content_type != "multipart/form-data":
                self.check(signed, str((await request.post()).get("csrf", "")))
            return await page(request, signed)

        return guarded

    @staticmethod
    def check(signed: Signed, mark: str) -> None:
        """Raises ProblemError for a form that is none of this session's."""
        if not hmac.compare_digest(mark.encode(), signed.csrf.encode()):
            raise ProblemError(403, "表单已经失效，请回到上一页重新打开")

    async def who(self, request: web.Request) -> Signed | None:
        """Who sent the request; their session lasts on."""
        token = request.cookies.get(COOKIE, "")
        if not token:
            return None
        now, digest = time.time(), _digest(token)
        found = await self._site.parts.store.transact(lambda c: accounts.seen(c, digest, now))
        if found is None:
            return None
        self._site.parts.staff.admit(NAME, found.name, ROLES.get(found.role))
        return Signed(found, _digest(f"form {token}")[:32])

    async def sign_in(self, request: web.Request) -> web.StreamResponse | None:
        """With the form's name and password; None when they don't fit, whichever of the two it is."""
        form = await request.post()
        name, password = str(form.get("name", ""))[:60].strip(), str(form.get("password", ""))[:200]
        address = address_of(request, self._site.settings.proxies)
        seconds = await self._site.buckets.ask(("sign in", address), TRIES)
        if seconds:
            raise ProblemError(429, "试得太多了，请过一会儿再试", retry_after=seconds)
        now, store = time.time(), self._site.parts.store
        found = await store.transact(lambda c: accounts.account(c, name))
        kept = found.password if found is not None and not found.password.startswith(ELSEWHERE) else passwords.NOBODY
        fits = await asyncio.to_thread(passwords.fits, password, kept)
        good = found is not None and fits and found.locked <= now and kept == found.password
        token = secrets.token_urlsafe(32)

        def note(connection: Connection) -> None:
            if found is not None and found.locked <= now:
                accounts.tried(connection, name, good, now)
            accounts.log(connection, name, "signed in" if good else "refused to sign in", address, now)
            if good:
                accounts.begin_session(connection, _digest(token), name, now)

        await store.change_with(note)
        if not good:
            return None
        response = redirect(f"{self._site.settings.prefix}/console")
        self._carry(response, token)
        return response

    async def came_back(self, who: Identity, address: str) -> str:
        """Begin a session of somebody whom the identity provider knows; its token, or empty when they may not.

        The account is made at the first time, and has each time the role that the provider gives.
        """
        now, token, kept = time.time(), secrets.token_urlsafe(32), f"{ELSEWHERE}{who.subject}"

        def note(connection: Connection) -> bool:
            known = next((one for one in accounts.everyone(connection) if one.name == who.name), None)
            good = bool(who.role) and (known is None or (known.password == kept and not known.ended))
            if good and (known is None or known.role != who.role):
                accounts.put(connection, Account(who.name, who.role, kept, known.made if known else now))
            if good:
                accounts.begin_session(connection, _digest(token), who.name, now)
            accounts.log(connection, who.name, "signed in by OIDC" if good else "refused by OIDC", address, now)
            return good

        return token if await self._site.parts.store.transact(note) else ""

    def _carry(self, response: web.Response, token: str) -> None:
        """Give the session to the browser."""
        settings = self._site.settings
        response.set_cookie(
            COOKIE,
            token,
            httponly=True,
            samesite="Strict",
            secure=settings.secure,
            path=f"{settings.prefix}/console",
        )

    def entered(self, request: web.Request, token: str) -> web.Response:
        """A page that leads into the console: a redirect from another site would come without the strict cookie."""
        response = self._site.page(request, "console/entered.html")
        self._carry(response, token)
        return response

    async def sign_out(self, request: web.Request, signed: Signed) -> web.StreamResponse:
        """The session ends here and in the store."""
        digest, now = _digest(request.cookies.get(COOKIE, "")), time.time()

        def note(connection: Connection) -> None:
            accounts.end_session(connection, digest)
            accounts.log(connection, signed.account.name, "signed out", "", now)

        await self._site.parts.store.change_with(note)
        response = redirect(f"{self._site.settings.prefix}/console/sign-in")
        response.del_cookie(COOKIE, path=f"{self._site.settings.prefix}/console")
        return response


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
