"""The console's pages on questions: what was asked in vain, how a question is understood, teaching, taking out."""

from __future__ import annotations

import asyncio
import io
import time
from datetime import date, datetime
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.web import content as kept
from bot.channels.web.console.desk import Desk, days_of
from bot.channels.web.console.session import Sessions, Signed
from bot.channels.web.safety import ProblemError
from bot.channels.web.site import Site
from bot.days import BEIJING, today_in_beijing
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.serving import jobs
from bot.staff import export, report, teach_job, trial_job, unanswered
from bot.staff.documents import Documents
from bot.staff.teach_targets import named, proposals
from bot.staff.teaching import Outcome
from bot.store import accounts
from knowledge.base.phrasings import tidy

EVER = 3650
"""Days of questions that are looked through for those like one that was taught."""
DRAFT = "draft"
"""In place of the stamp of a version: the one that waits to be published."""
SHOWN = 8
"""Clauses that were weighed and are shown."""


class Inquiry:
    """Its handlers."""

    def __init__(self, site: Site, sessions: Sessions, desk: Desk, documents: Documents | None) -> None:
        """``documents``: whose versions a question can be tried against; None: only against the base in force."""
        self.site = site
        self.desk = desk
        self._sessions = sessions
        self._documents = documents
        self._one_at_a_time = asyncio.Lock()

    def add(self, app: web.Application) -> None:
        """Its routes."""
        route, guarded = self.site.route, self._sessions.guarded
        route(app, "GET", "/console/questions", guarded(self.questions, "questions"), "console.questions")
        route(app, "GET", "/console/try", guarded(self.tried, "questions"), "console.trial")
        route(app, "POST", "/console/teach", guarded(self.teach, "edit"), "console.teach")
        route(app, "GET", "/console/export/{what}.{form}", guarded(self.export, "edit"), "console.export")

    async def questions(self, request: web.Request, signed: Signed) -> web.Response:
        """Those that were asked in vain, alike ones together, the most frequent first."""
        days, today = days_of(request, unanswered.DAYS), today_in_beijing()
        found = await self.site.parts.store.look(lambda c: unanswered.clusters(c, today, days))
        names, words = report.titles(self.site.library.policies), self.site.parts.words
        shown = [(*report.cluster_lines(one, words, names), one.example) for one in found[:100]]
        values = {"clusters": shown, "count": len(found), "what": export.WHAT, "forms": export.FORMATS}
        return self.desk.page(request, signed, "questions.html", days=days, **values)

    async def tried(self, request: web.Request, signed: Signed) -> web.Response:
        """How a question is understood, what was weighed, what it comes to; and what it could be taught to."""
        text, version = request.query.get("q", "").strip()[:200], request.query.get("v", "")[:200]
        versions = await asyncio.to_thread(self._versions)
        if text and version:
            return await self._tried_against(request, signed, text, version, versions)
        reply = self.site.assistant.reply(text, Conversation()) if text else None
        base, words = self.site.assistant.ready.base, self.site.parts.words
        offered = [(t, named(base, t, words)) for t in proposals(self.site.assistant, text)] if text else []
        weighed = self._weighed(reply) if reply is not None else []
        paragraphs = kept.paragraphs(reply.blocks) if reply is not None else []
        values: dict[str, Any] = {"text": text, "reply": reply, "offered": offered, "paragraphs": paragraphs}
        values |= {"version": version, "versions": versions, "other": None}
        return self.desk.page(request, signed, "try.html", weighed=weighed, **values)

    def _versions(self) -> list[tuple[str, str]]:
        """(name in the form, what it is) of drafts and of what was in force before."""
        if self._documents is None:
            return []
        drafts = [(f"{one.id}/{DRAFT}", f"{one.file}（待发布）") for one in self._documents.drafts()]
        return drafts + [
            (f"{one.id}/{one.stamp}", f"{one.id}　{one.stamp} 换下的") for one in self._documents.history()
        ]

    async def _tried_against(
        self, request: web.Request, signed: Signed, text: str, version: str, versions: list[tuple[str, str]]
    ) -> web.Response:
        """The same of the base with that version of one document in it."""
        documents, reloader = self._documents, self.site.parts.reloader
        if documents is None or reloader is None or version not in [name for name, _ in versions]:
            raise ProblemError(404, "没有这一版")
        one, _, stamp = version.rpartition("/")
        folder = documents.folder(one) if stamp == DRAFT else documents.version(one, stamp)
        try:
            async with self._one_at_a_time:
                other = await trial_job.ask(reloader.files, text, one, folder)
        except jobs.JobError as error:
            raise ProblemError(500, f"没有试成：{error}"[:300]) from None
        values = {"text": text, "reply": None, "weighed": [], "version": version, "versions": versions}
        return self.desk.page(request, signed, "try.html", other=other, **values)

    def _weighed(self, reply: Reply) -> list[tuple[str, float]]:
        """(clause, probability) of what was weighed."""
        base, words = self.site.assistant.ready.base, self.site.parts.words
        return [(named(base, m.target, words), round(m.probability, 3)) for m in reply.why.matches[:SHOWN]]

    async def teach(self, request: web.Request, signed: Signed) -> web.Response:
        """Try a phrasing against all test questions; write it down when none is spoilt, and take it into use."""
        reloader, form = self.site.parts.reloader, await request.post()
        if reloader is None:
            raise ProblemError(503, "这里不能教问法")
        ask, target = tidy(str(form.get("ask", ""))[:200]), str(form.get("target", ""))[:200]
        now = datetime.now(BEIJING)
        try:
            told = await teach_job.teach(reloader.files, target, ask, signed.account.name, now)
        except jobs.JobError as error:
            raise ProblemError(500, f"没有检查完，什么也没有改：{error}"[:300]) from None
        outcome = Outcome.from_json(told)
        if outcome.status != "refused":
            await reloader.now(asked=True)
        stamp, name = time.time(), signed.account.name

        def note(connection: Connection) -> None:
            accounts.log(connection, name, f"teaching: {outcome.status}", f"{target}: {ask}", stamp)
            if outcome.status != "refused":
                _settle(connection, outcome)

        await self.site.parts.store.change_with(note)
        self.desk.told(signed, "\n".join(outcome.says))
        return self.desk.back("/questions")

    async def export(self, request: web.Request, signed: Signed) -> web.Response:
        """Questions or verdicts as a file."""
        what = next((w for w in export.WHAT if w == request.match_info["what"]), None)
        form = next((f for f in export.FORMATS if f == request.match_info["form"]), None)
        if what is None or form is None:
            raise ProblemError(404, "没有这种文件")
        out = io.StringIO(newline="")
        first: date | None = None
        count = await self.site.parts.store.look(lambda c: export.export(c, out, what, form, first))
        now, name = time.time(), signed.account.name
        await self.site.parts.store.change_with(
            lambda c: accounts.log(c, name, "exported", f"{what}.{form}: {count}", now)
        )
        headers = {"Content-Disposition": f'attachment; filename="{what}.{form}"'}
        return web.Response(body=out.getvalue().encode(), content_type="text/plain", charset="utf-8", headers=headers)


def _settle(connection: Connection, outcome: Outcome) -> None:
    """Take the questions that were asked like what was taught off the list."""
    for cluster in unanswered.clusters(connection, today_in_beijing(), EVER):
        if any(tidy(member.text) == outcome.ask for member in cluster.members):
            unanswered.settle(connection, [member.id for member in cluster.members], f"taught:{outcome.id}")
