"""What stands before every page: hosts, origins, bodies, headers; and how a fault is told, to people or to programs."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.channels.web.settings import WebSettings
from bot.messaging.listening import arrived, whole

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MOST_BODY = 64 * 1024
"""Bytes of a request's body; uploads in the console have a limit of their own."""
OURS = "web."
"""What the names of this channel's routes begin with; other routes of the process are not its affair."""
UPLOAD = "web.console.upload"
"""The route whose body is read piece by piece, by people who have signed in."""
LASTING = (f"{OURS}static", f"{OURS}widget")
"""Routes of what is never out of date."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class ProblemError(Exception):
    """A request that can't be answered: for programs as problem+json, for people as a page."""

    def __init__(self, status: int, title: str, **more: object) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.more = more

    def to_json(self) -> dict[str, object]:
        """As RFC 9457 has it."""
        return {"type": "about:blank", "title": self.title, "status": self.status} | self.more


def redirect(address: str) -> web.Response:
    """To another page of ours, after something was done."""
    return web.Response(status=303, headers={"Location": address})


def problem(error: ProblemError) -> web.Response:
    """The fault for programs."""
    headers = {"Retry-After": str(error.more["retry_after"])} if "retry_after" in error.more else {}
    body = json.dumps(error.to_json(), ensure_ascii=False).encode()
    return web.Response(status=error.status, body=body, content_type="application/problem+json", headers=headers)


class Safety:
    """The middleware of the web's routes."""

    def __init__(
        self,
        settings: WebSettings,
        page: Callable[[web.Request, int, str], web.Response],
        cut_off: Callable[[], bool] = lambda: False,
    ) -> None:
        """``page``: a fault as people read it. ``cut_off``: whether what is known here may be out of date."""
        self._settings = settings
        self._page = page
        self._cut_off = cut_off

    def middleware(self) -> Middleware:
        """For web.Application."""

        @web.middleware
        async def safe(request: web.Request, handler: Handler) -> web.StreamResponse:
            missing = request.match_info.http_exception is not None
            if not missing and not (request.match_info.route.name or "").startswith(OURS):
                return await whole(request, handler)
            try:
                response = await self._checked(request, handler)
            except ProblemError as error:
                response = self._told(request, error)
            except web.HTTPException as error:
                if error.status < 400:
                    raise
                response = self._told(request, ProblemError(error.status, TITLES.get(error.status, error.reason)))
                if "Allow" in error.headers:
                    response.headers["Allow"] = error.headers["Allow"]
            except ConnectionError:  # cut off, or gone: nobody is there to be told
                return web.Response(status=400)
            except Exception as error:
                log.error("web_fault", exc_info=error, extra={"path": request.path})
                response = self._told(request, ProblemError(500, TITLES[500]))
            self._secured(request, response)
            return response

        return safe

    async def _checked(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        host = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
        if not self._settings.hosts(host):
            raise ProblemError(421, TITLES[421])
        if request.method not in ("GET", "HEAD"):
            self._same_origin(request, host)
            if request.match_info.route.name != UPLOAD:
                await _bounded(request)
        arrived(request)
        if self._cut_off() and request.match_info.route.name not in LASTING:
            raise ProblemError(503, "这个副本连不上数据库，暂时答不了；请再试一次", retry_after=2)
        return await handler(request)

    def _same_origin(self, request: web.Request, host: str) -> None:
        """What another site has a browser send is refused. A program that is no browser sends neither header."""
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "none")
        ours = origin is None or (urlsplit(origin).hostname or "") == host
        if site not in ("same-origin", "none") or not ours:
            raise ProblemError(403, TITLES[403])

    def _told(self, request: web.Request, error: ProblemError) -> web.Response:
        if request.path.startswith(f"{self._settings.prefix}/api/"):
            return problem(error)
        response = self._page(request, error.status, error.title)
        if "retry_after" in error.more:
            response.headers["Retry-After"] = str(error.more["retry_after"])
        return response

    def _secured(self, request: web.Request, response: web.StreamResponse) -> None:
        embedded = (request.match_info.route.name or "").startswith(f"{OURS}embed")
        ancestors = " ".join(self._settings.embed) if embedded and self._settings.embed else "'none'"
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", POLICY.format(ancestors=ancestors))
        if not embedded:
            response.headers.setdefault("X-Frame-Options", "DENY")
        if self._settings.secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        response.headers.setdefault("Cache-Control", "no-store")


TITLES = {
    400: "请求读不懂",
    403: "这个请求来自别的网站，没有照办",
    404: "没有这个页面",
    405: "不能这样用这个地址",
    413: "内容太长",
    415: "内容的类型不对",
    421: "不认识的主机名",
    429: "问得太快了",
    500: "出错了，已经记下",
    503: "暂时用不了",
}


async def _bounded(request: web.Request) -> None:
    """Read the body whole, before anything is done. Raises ProblemError when it is larger than MOST_BODY."""
    if (request.content_length or 0) > MOST_BODY or len(await request.read()) > MOST_BODY:
        raise ProblemError(413, TITLES[413])
