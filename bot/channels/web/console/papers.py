"""The console's pages on documents: hand in, look over, mend, compare, publish, withdraw, put back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import quote, unquote

from aiohttp import BodyPartReader, web
from sqlalchemy import Connection

from bot.channels.web.console.desk import Desk, when
from bot.channels.web.console.review import parts, passages, pieces
from bot.channels.web.console.session import Sessions, Signed
from bot.channels.web.safety import UPLOAD, ProblemError
from bot.channels.web.site import Site
from bot.service.alone import alone
from bot.serving.hot_reload import Report
from bot.staff.documents import FACTS, FIGURE, VALIDITY, DocumentError, Documents
from bot.staff.expiry import endings
from bot.staff.field_faults import checked
from bot.store import accounts
from knowledge.teaching.overlay import BusyError

MOST = 40 * 1024 * 1024
"""Bytes of a file that is handed in."""
ALONE = "sandbox; default-src 'none'"
"""What a file that was handed in, or a page of it, may do in a browser: nothing."""
LONGEST = 120.0
"""Seconds that handing one in may take."""
T = TypeVar("T")


class Papers:
    """Its handlers."""

    def __init__(self, site: Site, sessions: Sessions, desk: Desk, documents: Documents) -> None:
        self.site = site
        self.sessions = sessions
        self.desk = desk
        self.documents = documents
        self._one_at_a_time = asyncio.Lock()

    def add(self, app: web.Application) -> None:
        """Its routes."""
        guarded, route = self.sessions.guarded, self.site.route
        pages = (
            ("GET", "", self.listed, "edit", "documents"),
            ("POST", "/upload", self.upload, "edit", UPLOAD.removeprefix("web.console.")),
            ("GET", "/{id}", self.draft, "edit", "draft"),
            ("POST", "/{id}", self.mend, "edit", "mend"),
            ("POST", "/{id}/check", self.check, "edit", "check"),
            ("GET", "/{id}/original", self.original, "edit", "original"),
            ("GET", "/{id}/pages/{number:[0-9]{1,4}}", self.page, "edit", "page"),
            ("POST", "/{id}/drop", self.drop, "edit", "drop"),
            ("POST", "/{id}/publish", self.publish, "publish", "publish"),
            ("POST", "/{id}/withdraw", self.withdraw, "publish", "withdraw"),
            ("POST", "/{id}/back", self.put_back, "publish", "back"),
        )
        for method, path, page, what, name in pages:
            route(app, method, f"/console/documents{path}", guarded(page, what), f"console.{name}")

    async def _do(self, work: Callable[[], T]) -> T:
        """What reads and writes files, in a thread. Raises ProblemError for a document that there is not."""
        try:
            return await asyncio.to_thread(work)
        except DocumentError as error:
            raise ProblemError(404, str(error)) from None

    async def _log(self, signed: Signed, what: str, detail: str) -> None:
        now, who = time.time(), signed.account.name

        def note(connection: Connection) -> None:
            accounts.log(connection, who, what, detail, now)

        await self.site.parts.store.change_with(note)

    # -- looking -------------------------------------------------------------------------------------------------------

    async def listed(self, request: web.Request, signed: Signed) -> web.Response:
        """What is in force and until when, what waits, what was in force before."""
        library = self.site.library
        ordered = [library.by_id[p] for p in library.ordered(library.by_id)]
        return self.desk.page(
            request,
            signed,
            "documents.html",
            drafts=await self._do(self.documents.drafts),
            history=await self._do(self.documents.history),
            policies=[(p, p.state(library.today())) for p in ordered],
            endings=endings(library.policies, library.today()),
            when=when,
        )

    async def draft(self, request: web.Request, signed: Signed) -> web.Response:
        """A draft: the file's text beside what was recognised, what is wrong, what would change."""
        return await self._draft(request, signed, {})

    async def check(self, request: web.Request, signed: Signed) -> web.Response:
        """What would be wrong with it after the form's changes, which are not kept: for the page, or as JSON."""
        one, changes = request.match_info["id"], _changes(await request.post())
        if "application/json" not in request.headers.get("Accept", ""):
            return await self._draft(request, signed, changes)
        found = await self._do(lambda: checked(self.documents, one, changes))
        return web.json_response([vars(fault) for fault in found])

    async def _draft(self, request: web.Request, signed: Signed, typed: Mapping[str, str]) -> web.Response:
        one = request.match_info["id"]
        draft = await self._do(lambda: self.documents.draft(one))
        policy = await self._do(lambda: self.documents.policy(one))
        text = await self._do(lambda: self.documents.text(one))
        found = await self._do(lambda: checked(self.documents, one, typed))
        wrong: dict[str, list[str]] = {}
        for fault in found:
            wrong.setdefault(fault.field, []).append(fault.message)
        return self.desk.page(
            request,
            signed,
            "draft.html",
            draft=draft,
            policy=policy,
            facts=[(name, getattr(policy, name)) for name in FACTS],
            validity=[(name, getattr(policy.validity, name)) for name in VALIDITY],
            cards=[(clause, pieces(clause), parts(clause)) for clause in policy.clauses],
            figure_fields=FIGURE,
            typed=typed,
            wrong=wrong,
            faults=await self._do(lambda: self.documents.faults(one)),
            review=await self._do(lambda: self.documents.review(one)),
            passages=passages(text, policy),
            pages=await self._do(lambda: self.documents.pages(one)),
            against=await self._do(lambda: self.documents.against(one)),
            alone=self._alone(signed, draft.by),
            when=when,
            plain=plain,
        )

    def _alone(self, signed: Signed, by: str) -> bool:
        """Whether a second person has to publish it."""
        return self.site.settings.two_persons and by == signed.account.name

    async def original(self, request: web.Request, signed: Signed) -> web.StreamResponse:  # noqa: ARG002
        """The file that was handed in, to be saved: nothing of it is ever shown or run here."""
        path = await self._do(lambda: self.documents.original(request.match_info["id"]))
        if not path.is_file():
            raise ProblemError(404, "没有留下原件")
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(path.name)}",
            "Content-Type": "application/octet-stream",
            "Content-Security-Policy": ALONE,
        }
        return web.FileResponse(path, headers=headers)

    async def page(self, request: web.Request, signed: Signed) -> web.StreamResponse:  # noqa: ARG002
        """A page of the file, drawn when it was handed in."""
        one, number = request.match_info["id"], int(request.match_info["number"])
        path = await self._do(lambda: self.documents.page(one, number))
        if not path.is_file():
            raise ProblemError(404, "没有这一页")
        return web.FileResponse(path, headers={"Content-Type": "image/png", "Content-Security-Policy": ALONE})

    # -- changing ------------------------------------------------------------------------------------------------------

    async def upload(self, request: web.Request, signed: Signed) -> web.Response:
        """Take a file in; the importer's sandbox reads it."""
        try:
            async with asyncio.timeout(LONGEST):
                name, data = await self._file(request, signed)
        except (TimeoutError, ValueError):
            raise ProblemError(400, "没有收到完整的文件") from None
        async with self._one_at_a_time:
            try:
                made = await asyncio.to_thread(self.documents.take_in, name, data, signed.account.name)
            except DocumentError as error:
                await self._log(signed, "document refused", f"{name}: {error}")
                self.desk.told(signed, f"「{name}」没有收下：{error}")
                return self.desk.back("/documents")
        draft, warnings = made
        await self._log(signed, "document handed in", f"{draft.id}: {draft.file}")
        self.desk.told(signed, f"收下了「{draft.file}」，{len(warnings)} 处要看。")
        return self.desk.back(f"/documents/{draft.id}")

    async def _file(self, request: web.Request, signed: Signed) -> tuple[str, bytes]:
        """(name, content); the session's mark stands before it."""
        if request.content_type != "multipart/form-data":
            raise ProblemError(415, "请用页面上的表单送文件")
        fields, checked = await request.multipart(), False
        async for part in fields:
            if not isinstance(part, BodyPartReader):
                break
            if part.name == "csrf":
                self.sessions.check(signed, (await _bounded(part, 200)).decode("ascii", "replace"))
                checked = True
            elif part.name == "file" and checked and part.filename:
                return unquote(part.filename), await _bounded(part, MOST)
            else:
                break
        raise ProblemError(400, "请先选一个文件")

    async def mend(self, request: web.Request, signed: Signed) -> web.Response:
        """Change what was recognised."""
        one, form = request.match_info["id"], await request.post()
        changes = _changes(form)
        async with self._one_at_a_time:
            await self._do(lambda: self.documents.draft(one))
            try:
                left = await asyncio.to_thread(self.documents.mend, one, changes, signed.account.name)
            except DocumentError as error:
                self.desk.told(signed, f"没有改，因为读不懂：\n{error}")
                return self.desk.back(f"/documents/{one}")
        await self._log(signed, "document mended", f"{one}: {changes}"[:4000])
        self.desk.told(signed, f"改好了；还有 {len(left)} 处错误。" if left else "改好了，没有错误。")
        return self.desk.back(f"/documents/{one}{'#' + str(form['at']) if 'at' in form else ''}")

    async def drop(self, request: web.Request, signed: Signed) -> web.Response:
        """Give a draft up."""
        one = request.match_info["id"]
        await self._do(lambda: self.documents.drop(one))
        await self._log(signed, "draft dropped", one)
        self.desk.told(signed, "不要了。")
        return self.desk.back("/documents")

    async def publish(self, request: web.Request, signed: Signed) -> web.Response:
        """Bring a draft into force."""
        one = request.match_info["id"]
        draft = await self._do(lambda: self.documents.draft(one))
        if self._alone(signed, draft.by):
            raise ProblemError(403, "最后改它的是您自己，要由另一个人发布")
        return await self._exchange(signed, "document published", one, self.documents.publish)

    async def withdraw(self, request: web.Request, signed: Signed) -> web.Response:
        """Take a document out of force."""
        one = request.match_info["id"]
        return await self._exchange(signed, "document withdrawn", one, self.documents.withdraw)

    async def put_back(self, request: web.Request, signed: Signed) -> web.Response:
        """Bring an earlier version into force again."""
        one, form = request.match_info["id"], await request.post()
        stamp = str(form.get("stamp", ""))

        async def back(_: str, by: str, take: Callable[[], object]) -> None:
            await self.documents.put_back(one, stamp, by, take)  # type: ignore[arg-type]

        return await self._exchange(signed, "version put back", one, back, f" {stamp}")

    async def _exchange(
        self, signed: Signed, what: str, one: str, work: Callable[..., object], more: str = ""
    ) -> web.Response:
        """It is done, live, or nothing is changed; either is told and logged."""
        reloader = self.site.parts.reloader
        if reloader is None:
            raise ProblemError(503, "这里不能换知识库")

        async def take() -> Report:
            return await reloader.now(asked=True)

        async with self._one_at_a_time:
            try:
                async with alone(self.site.parts):
                    await work(one, signed.account.name, take)  # type: ignore[misc]
            except BusyError:
                raise ProblemError(503, "别的副本正在教或发布；请过一会儿再试", retry_after=30) from None
            except DocumentError as error:
                await self._log(signed, f"{what}: refused"[:40], f"{one}{more}: {error}"[:4000])
                self.desk.told(signed, f"没有做，一切照旧：\n{error}")
                return self.desk.back("/documents")
        await self._log(signed, what, f"{one}{more}")
        self.desk.told(signed, "已经生效，不用重启。")
        return self.desk.back("/documents")


async def _bounded(part: BodyPartReader, most: int) -> bytes:
    """A part's content. Raises ProblemError when it is larger."""
    data = bytearray()
    while chunk := await part.read_chunk(256 * 1024):
        data += chunk
        if len(data) > most:
            raise ProblemError(413, f"文件太大，上限 {most // 1024 // 1024} MB")
    return bytes(data)


def plain(value: object) -> object:
    """Whole numbers without a point, as people write them."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _changes(form: Mapping[str, object]) -> dict[str, str]:
    """What a form of the draft's page changes."""
    return {name: str(value) for name, value in form.items() if name not in ("csrf", "at")}
