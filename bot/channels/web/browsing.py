"""Pages to look through: documents, their parts and clauses, units, money; how a page looks; privacy."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.channels.web import content as kept
from bot.channels.web.looks import A_YEAR, COOKIE, Look
from bot.channels.web.safety import ProblemError, redirect
from bot.channels.web.site import Site
from knowledge.base.document import Clause, Policy

_WITHIN = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f]*")
"""A path on this site: what another site's address can't be taken for."""


class Browsing:
    """Its handlers."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def add(self, app: web.Application) -> None:
        """Its routes."""
        route = self.site.route
        route(app, "GET", "/p", self.documents, "documents")
        route(app, "GET", "/p/{policy}", self.document, "document")
        route(app, "GET", "/p/{policy}/{clause}", self.clause, "clause")
        route(app, "GET", "/units", self.units, "units")
        route(app, "GET", "/units/{unit}", self.unit, "unit")
        route(app, "GET", "/money", self.money, "money")
        route(app, "GET", "/money/{policy}", self.money_of, "money_of")
        route(app, "GET", "/privacy", self.privacy, "privacy")
        route(app, "GET", "/look", self.look, "look")
        route(app, "GET", "/static/{name}", self.static, "static")

    # -- documents -----------------------------------------------------------------------------------------------------

    def _policy(self, request: web.Request) -> Policy:
        found = self.site.library.by_id.get(request.match_info["policy"])
        if found is None:
            raise ProblemError(404, "没有这份文件")
        return found

    async def documents(self, request: web.Request) -> web.Response:
        """All documents, those that hold first."""
        library = self.site.library
        ordered = [library.by_id[p] for p in library.ordered(library.by_id)]
        listed = [
            {
                **{"name": p.display_name, "link": self.site.link(p.id)},
                **{"state": p.state(library.today()), "clauses": len(p.clauses)},
            }
            for p in ordered
        ]
        return self.site.page(request, "documents.html", documents=listed)

    async def document(self, request: web.Request) -> web.Response:
        """A document: what it is, and its parts."""
        policy = self._policy(request)
        facts = [("number", policy.number), ("issuer", policy.issuer), ("published", policy.published)]
        sections = [*policy.sections, *(s for a in policy.attachments for s in a.sections)]
        state = policy.state(self.site.library.today())
        told = [(name, value) for name, value in facts if value]
        values: dict[str, Any] = {
            "policy": policy,
            "facts": told,
            "state": state,
            "sections": sections,
            "site": self.site,
        }
        return self.site.page(request, "document.html", **values)

    async def clause(self, request: web.Request) -> web.Response:
        """A clause, whole."""
        policy = self._policy(request)
        name = request.match_info["clause"]
        if name not in policy.by_id:
            raise ProblemError(404, "这份文件没有这一条")
        clause, target = policy.clause(name), f"{policy.id}/{name}"
        before, after = _beside(policy, clause)
        return self.site.page(
            request,
            "clause.html",
            policy=policy,
            clause=clause,
            document=self.site.library.document(policy.id),
            paragraphs=kept.paragraphs(self.site.assistant.show(target).blocks),
            source=self.site.view.source(target),
            here=self.site.link(policy.id, name),
            units=self.site.library.responsible_of(policy.id).units(clause),
            before=before,
            after=after,
            site=self.site,
        )

    # -- units and money -----------------------------------------------------------------------------------------------

    async def units(self, request: web.Request) -> web.Response:
        """All units, those of most clauses first."""
        counts = self.site.library.unit_counts
        entries = [(self._unit(name), f"{name}（{count}）") for name, count in counts.items()]
        words = self.site.looks.words[self.site.look(request).language]
        told = words("units_count", count=len(counts))
        return self.site.page(request, "entries.html", heading=words("units"), told=told, groups=[("", entries)])

    async def unit(self, request: web.Request) -> web.Response:
        """A unit's clauses, document by document."""
        name, library = request.match_info["unit"], self.site.library
        found = library.by_unit.get(name)
        if found is None:
            raise ProblemError(404, "没有这个责任单位")
        groups = [
            (library.document(p), [(self.site.link(p, c), self._title(p, c)) for c in found[p]])
            for p in library.ordered(found)
        ]
        words = self.site.looks.words[self.site.look(request).language]
        told = words("of_unit", unit=name, count=sum(map(len, found.values())))
        return self.site.page(request, "entries.html", heading=name, told=told, groups=groups)

    async def money(self, request: web.Request) -> web.Response:
        """Documents that state money."""
        money, library = self.site.catalogue.money, self.site.library
        entries = [
            (
                f"{self.site.settings.prefix}/money/{quote(p, safe='')}",
                f"{library.by_id[p].display_name}（{len(money[p])}）",
            )
            for p in library.ordered(money)
        ]
        words = self.site.looks.words[self.site.look(request).language]
        told = words("money_count", count=len(entries))
        return self.site.page(request, "entries.html", heading=words("money"), told=told, groups=[("", entries)])

    async def money_of(self, request: web.Request) -> web.Response:
        """All the money of a document, each amount in the words that state it."""
        policy = self._policy(request)
        reply = self.site.assistant.money(policy.id)
        entries = [(self.site.link(c.policy, c.clause), f"{c.clause} {c.title}") for c in reply.clauses]
        values: dict[str, Any] = {
            "name": policy.display_name,
            "policy": policy.id,
            "entries": entries,
            "site": self.site,
        }
        return self.site.page(request, "figures.html", paragraphs=kept.paragraphs(reply.blocks), **values)

    def _unit(self, name: str) -> str:
        return f"{self.site.settings.prefix}/units/{quote(name, safe='')}"

    def _title(self, policy: str, clause: str) -> str:
        return f"{clause} {self.site.library.by_id[policy].clause(clause).title}"

    # -- the rest ------------------------------------------------------------------------------------------------------

    async def privacy(self, request: web.Request) -> web.Response:
        """What is kept, and how the page is made for everybody."""
        return self.site.page(request, "privacy.html", days=self.site.parts.keep_days)

    async def look(self, request: web.Request) -> web.StreamResponse:
        """Another look; then back to where one was, on this site only."""
        back = request.query.get("back", "/")
        back = back if _WITHIN.fullmatch(back) else "/"
        prefix = self.site.settings.prefix
        response = redirect(f"{prefix}{back}")
        chosen = Look.read(request.cookies.get(COOKIE, "")).changed(request.query.get("change", ""))
        secure = self.site.settings.secure
        response.set_cookie(
            COOKIE, str(chosen), max_age=A_YEAR, httponly=True, samesite="Lax", secure=secure, path=f"{prefix}/"
        )
        return response

    async def static(self, request: web.Request) -> web.Response:
        """An asset; its name changes with its content, so it may be kept for ever."""
        found = self.site.looks.assets.get(request.match_info["name"])
        if found is None:
            raise ProblemError(404, "没有这个文件")
        data, kind = found
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return web.Response(body=data, content_type=kind, charset="utf-8", headers=headers)


def _beside(policy: Policy, clause: Clause) -> tuple[Clause | None, Clause | None]:
    """The clauses before and after it."""
    at = [c.id for c in policy.clauses].index(clause.id)
    before = policy.clauses[at - 1] if at else None
    return before, policy.clauses[at + 1] if at + 1 < len(policy.clauses) else None
