"""The console's pages: signing in, tickets, questions, numbers, the log."""

from __future__ import annotations

import asyncio
import io
import secrets
import time
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.web.console.bars import bars
from bot.channels.web.console.session import Sessions, Signed
from bot.channels.web.door import Answered
from bot.channels.web.safety import ProblemError, redirect
from bot.channels.web.site import Site
from bot.days import BEIJING, today_in_beijing
from bot.service.tickets import LONGEST_ANSWER
from bot.staff import chart, export, report
from bot.staff.stats import DAYS, MOST_DAYS, collect
from bot.store import accounts, switch, tickets
from bot.store.tickets import Ticket


class Desk:
    """Its handlers."""

    def __init__(self, site: Site, sessions: Sessions, documents: bool) -> None:
        """``documents``: whether there are pages on them."""
        self.documents = documents
        self.site = site
        self.sessions = sessions
        self._single = site.settings.oidc is not None
        self._told: dict[str, str] = {}

    def add(self, app: web.Application) -> None:
        """Its routes."""
        route, guarded = self.site.route, self.sessions.guarded
        route(app, "GET", "/console/sign-in", self.sign_in, "console.sign_in")
        route(app, "POST", "/console/sign-in", self.signed_in, "console.signed_in")
        route(app, "POST", "/console/sign-out", guarded(self.sessions.sign_out, "numbers"), "console.sign_out")
        route(app, "GET", "/console", guarded(self.home, "numbers"), "console.home")
        route(app, "GET", "/console/tickets", guarded(self.tickets, "tickets"), "console.tickets")
        route(app, "GET", "/console/tickets/{number}", guarded(self.ticket, "tickets"), "console.ticket")
        route(app, "POST", "/console/tickets/{number}", guarded(self.answer, "tickets"), "console.answer")
        route(app, "POST", "/console/off", guarded(self.off, "off"), "console.off")
        route(app, "GET", "/console/numbers", guarded(self.numbers, "numbers"), "console.numbers")
        route(app, "GET", "/console/numbers.csv", guarded(self.numbers_taken, "numbers"), "console.numbers_taken")
        route(app, "GET", "/console/numbers.png", guarded(self.chart, "numbers"), "console.chart")
        route(app, "GET", "/console/audit", guarded(self.audit, "audit"), "console.audit")

    def page(self, request: web.Request, signed: Signed, template: str, **values: Any) -> web.Response:
        """A page of the console."""
        told = self._told.pop(signed.account.name, "")
        return self.site.page(request, f"console/{template}", signed=signed, told=told, papers=self.documents, **values)

    def told(self, signed: Signed, text: str) -> None:
        """Said on the next page that they see."""
        self._told[signed.account.name] = text

    def back(self, path: str) -> web.Response:
        """To a page of the console."""
        return redirect(f"{self.site.settings.prefix}/console{path}")

    # -- signing in ----------------------------------------------------------------------------------------------------

    async def sign_in(self, request: web.Request) -> web.Response:
        """The form."""
        return self.site.page(request, "console/sign_in.html", refused=False, single=self._single)

    async def signed_in(self, request: web.Request) -> web.StreamResponse:
        """It was sent."""
        done = await self.sessions.sign_in(request)
        return (
            done
            if done is not None
            else self.site.page(request, "console/sign_in.html", 403, refused=True, single=self._single)
        )

    async def home(self, request: web.Request, signed: Signed) -> web.Response:
        """What there is to do."""
        waiting = await self.site.parts.store.transact(tickets.counts)
        off = await self.site.parts.store.transact(switch.off)
        return self.page(request, signed, "home.html", waiting=waiting, library=self.site.library, off=off)

    async def off(self, request: web.Request, signed: Signed) -> web.Response:
        """Answer nothing any more, on no channel, for a reason that is told; or answer again."""
        form, now, name = await request.post(), time.time(), signed.account.name
        reason = " ".join(str(form.get("reason", "")).split())[:200]
        if form.get("do") == "off" and not reason:
            self.told(signed, "请写明为什么停。")
            return self.back("")

        def turn(connection: Connection) -> None:
            if form.get("do") == "off":
                switch.turn_off(connection, reason, name, now)
            else:
                switch.turn_on(connection)
            accounts.log(connection, name, "answering off" if form.get("do") == "off" else "answering on", reason, now)

        await self.site.parts.store.change_with(turn)
        self.site.parts.off.look_again()
        self.told(signed, "已停止回答。" if form.get("do") == "off" else "已恢复回答。")
        return self.back("")

    # -- tickets -------------------------------------------------------------------------------------------------------

    async def tickets(self, request: web.Request, signed: Signed) -> web.Response:
        """Open ones, the oldest first; then those that were closed."""
        found = await self.site.parts.store.transact(lambda c: tickets.listed(c, most=300))
        opened = [t for t in reversed(found) if t.open]
        return self.page(
            request, signed, "tickets.html", opened=opened, closed=[t for t in found if not t.open][:100], when=when
        )

    async def _ticket(self, request: web.Request) -> Ticket:
        number = request.match_info["number"]
        found = None
        if number.isascii() and number.isdigit() and len(number) <= 12:
            found = await self.site.parts.store.transact(lambda c: tickets.by_number(c, int(number)))
        if found is None:
            raise ProblemError(404, "没有这个工单")
        return found

    async def ticket(self, request: web.Request, signed: Signed) -> web.Response:
        """One, and a form to answer it."""
        found = await self._ticket(request)
        once = secrets.token_urlsafe(12)
        return self.page(request, signed, "ticket.html", ticket=found, once=once, most=LONGEST_ANSWER, when=when)

    async def answer(self, request: web.Request, signed: Signed) -> web.Response:
        """Pass an answer on to where it was asked, or close the ticket; what came of it is told on the page."""
        ticket, form = await self._ticket(request), await request.post()
        text = str(form.get("text", "")).replace("\r\n", "\n").strip()
        closing = form.get("do") == "close"
        if not text and not closing:
            self.told(signed, "请先写答复。")
            return self.back(f"/tickets/{ticket.id}")
        header = self.site.parts.words("handoff.header", number=ticket.id)
        said = (
            f"/close {ticket.id}" if closing else f" {text}" if text.startswith("/") else text
        )  # no command of theirs
        done = Answered(signed.account.name, str(form.get("once", ""))[:64], said, header)
        answered = await self.site.door.take(done)
        now, name = time.time(), signed.account.name

        def note(connection: Connection) -> None:
            what = "ticket closed" if closing else "ticket answered"
            accounts.log(connection, name, what, f"#{ticket.id} {text[:2000]}".strip(), now)

        await self.site.parts.store.change_with(note)
        self.told(signed, self.site.channel.told(done.delivery) if answered else "还在送，请过一会儿再看。")
        return self.back(f"/tickets/{ticket.id}")

    # -- looking -------------------------------------------------------------------------------------------------------

    async def numbers(self, request: web.Request, signed: Signed) -> web.Response:
        """What was asked, and what came of it, day by day."""
        days, today = days_of(request, DAYS), today_in_beijing()
        found = await self.site.parts.store.look(lambda c: collect(c, today, days))
        names = report.titles(self.site.library.policies)
        tables = report.stats_tables(found, self.site.parts.words, names, by_day=True)
        title = report.stats_title(found, self.site.parts.words)
        drawn = bars(found, self.site.parts.words, self.site.library)
        return self.page(
            request, signed, "numbers.html", days=days, tables=tables, title=title, drawn=found.questions, bars=drawn
        )

    async def numbers_taken(self, request: web.Request, _: Signed) -> web.Response:
        """The same counts for spreadsheets: no question and no person is in them."""
        days, today, out = days_of(request, DAYS), today_in_beijing(), io.StringIO(newline="")
        export.numbers(out, await self.site.parts.store.look(lambda c: collect(c, today, days)))
        headers = {"Content-Disposition": f'attachment; filename="numbers-{today}-{days}.csv"'}
        return web.Response(body=out.getvalue().encode(), content_type="text/csv", charset="utf-8", headers=headers)

    async def chart(self, request: web.Request, _: Signed) -> web.Response:
        """The same as a picture."""
        days, today = days_of(request, DAYS), today_in_beijing()
        found = await self.site.parts.store.look(lambda c: collect(c, today, days))
        names = report.titles(self.site.library.policies)
        picture = await asyncio.to_thread(chart.draw, found, self.site.parts.words, names)
        if picture is None:
            raise ProblemError(404, "画不出图")
        return web.Response(body=picture, content_type="image/png")

    async def audit(self, request: web.Request, signed: Signed) -> web.Response:
        """Who changed what, the latest first, and whether the chain holds."""
        before = request.query.get("before", "")
        number = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
        found = await self.site.parts.store.look(lambda c: accounts.entries(c, before=number))
        broken = await self.site.parts.store.look(accounts.broken)
        return self.page(request, signed, "audit.html", entries=found, broken=broken, when=when)


def when(at: float) -> str:
    """A time in Beijing."""
    return f"{datetime.fromtimestamp(at, BEIJING):%Y-%m-%d %H:%M}" if at else ""


def days_of(request: web.Request, default: int) -> int:
    """How many days a link asks for."""
    text = request.query.get("days", "")
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MOST_DAYS else default
