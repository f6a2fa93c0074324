"""The HTTP side: paths, bodies, tokens, faults, limits; and the record of what was called."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import BodyPartReader, web

from tests.botapi.acts import Acts
from tests.botapi.arguments import Arguments, Upload, from_form, from_json
from tests.botapi.delivery import ANSWER_WITHIN, SECRET_HEADER, Delivery
from tests.botapi.errors import ApiError, bad, too_many
from tests.botapi.faults import Faults
from tests.botapi.limits import Limits
from tests.botapi.messages import Messages
from tests.botapi.parameters import BY_LOWER, METHODS
from tests.botapi.profile import Profile
from tests.botapi.queries import Queries
from tests.botapi.updates import NOW_WEBHOOK, Updates
from tests.botapi.world import Sent, World
from tests.patience import PATIENCE

__all__ = ["SECRET_HEADER", "TOKEN", "BotApi", "Call", "Refusal", "Sent"]

TOKEN = "987654321:AAtest-token_for-the-stand-in-0123456"
MOST_BODY = 50 * 1024 * 1024
_PATH = re.compile(r"/bot([^/]+)/(?:test/)?([^/?]+)/?")


@dataclass
class Call:
    """One call, as it came in."""

    at: float
    """time.monotonic()."""
    method: str
    values: dict[str, Any]
    status: int = 0
    """The HTTP status that was answered; 0 while under way and for a dropped connection."""
    fault: str = ""
    """The injected fault, if any."""


@dataclass(frozen=True)
class Refusal:
    """A 400: the bot made a mistake."""

    method: str
    description: str
    values: dict[str, Any]


class _Drop(Exception):  # noqa: N818
    """Close the connection without an answer."""


class BotApi(Acts):
    """The server. ``async with BotApi() as server: ... server.url``."""

    def __init__(
        self,
        token: str = TOKEN,
        *,
        strict: bool = True,
        fast: bool = False,
        privacy: bool = False,
        limits: Limits | None = None,
        faults: Faults | None = None,
        pause_scale: float = 1.0,
        answer_within: float = ANSWER_WITHIN,
    ) -> None:
        """``strict`` refuses unknown parameters and fields, which the real server ignores; ``fast`` does not record
        calls; ``limits`` switches the real limits on; ``pause_scale`` and ``answer_within`` are the webhook's
        (delivery.py).
        """
        super().__init__()
        self.token = token
        self.world = World(privacy=privacy, strict=strict)
        self.updates = Updates()
        self.limits = limits
        self.faults = faults or Faults()
        self.fast = fast
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        """Calls by method, in fast mode too."""
        self.refusals: list[Refusal] = []
        """Every 400 that was not injected."""
        self.lost: list[Sent] = []
        """Messages that were sent although the answer to the bot was dropped: the bot can't know."""
        self.delivery: Delivery | None = None
        self.port = 0
        self._pause_scale = pause_scale
        self._answer_within = answer_within
        self._runner: web.ServerRunner | None = None
        self._methods = self._table()

    def _table(self) -> dict[str, Callable[[Arguments], Any]]:
        parts = (Messages(self.world), Queries(self.world), Profile(self.world))
        table: dict[str, Callable[[Arguments], Any]] = {"getWebhookInfo": self._webhook_info}
        for name in METHODS:
            snake = re.sub(r"([A-Z])", lambda m: "_" + m[1].lower(), name)
            for part in parts:
                if hasattr(part, snake):
                    table[name] = getattr(part, snake)
        return table

    # -- life ----------------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """What TELEGRAM_API_URL must be."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sent(self) -> list[Sent]:
        """Every message that the bot sent or edited."""
        return self.world.sent

    @property
    def previews(self) -> list[str]:
        """Texts that the bot sent under which Telegram would show the page behind an address that is in them."""
        messages = [sent.message for sent in self.sent]
        shown = [m for m in messages if "text" in m and not m.get("link_preview_options", {}).get("is_disabled")]
        return [message["text"] for message in shown]

    async def start(self, port: int = 0) -> None:
        """Listen on the loopback interface."""
        server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, backlog=512)
        await site.start()
        assert self._runner.addresses
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and posting."""
        if self.delivery is not None:
            await self.delivery.stop()
            self.delivery = None
        self.updates.conflict("Conflict: server stops")
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> BotApi:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def until(self, condition: Callable[[], bool], what: str = "condition") -> None:
        """Wait for something; AssertionError with the last calls when it does not come."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                last = [(c.method, c.status, c.fault) for c in self.calls[-8:]]
                raise AssertionError(f"{what}: not within {PATIENCE} s; last calls {last}")
            await asyncio.sleep(0.005)

    # -- HTTP ----------------------------------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        match = _PATH.fullmatch(request.path)
        if match is None:
            if request.path.startswith(f"/file/bot{self.token}/files/"):
                return web.Response(body=b".")
            return _answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        token, given = match.groups()
        if token != self.token:
            return _answer(401, ApiError(401, "Unauthorized").body())
        method = BY_LOWER.get(given.lower())
        if method is None:
            return _answer(404, ApiError(404, "Not Found: method not found").body())
        self.counts[method] += 1
        call = Call(time.monotonic(), method, {})
        try:
            arguments = await self._read(request)
        except ApiError as error:
            return _answer(*self._refused(call, error))
        try:
            status, body = await self._called(call, arguments)
        except _Drop:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return body if isinstance(body, web.StreamResponse) else _answer(status, body)

    async def direct(
        self, method: str, values: dict[str, Any], files: dict[str, Upload] | None = None
    ) -> tuple[int, bytes]:
        """A call without HTTP, by its form values: (status, body). A dropped connection is a ConnectionError."""
        method = BY_LOWER[method.lower()]
        self.counts[method] += 1
        try:
            status, body = await self._called(Call(time.monotonic(), method, {}), Arguments(values, files))
        except _Drop:
            raise ConnectionError("dropped") from None
        if isinstance(body, web.Response):
            return status, str(body.text).encode()
        return status, _json(body)

    async def _called(self, call: Call, arguments: Arguments) -> tuple[int, Any]:
        """The call made and recorded: (status, what is answered)."""
        call.values = dict(arguments.values)
        if not self.fast:
            self.calls.append(call)
        try:
            result = await self._with_faults(call, arguments)
        except ApiError as error:
            return self._refused(call, error)
        call.status = result.status if isinstance(result, web.StreamResponse) else 200
        return call.status, result if isinstance(result, web.StreamResponse) else {"ok": True, "result": result}

    def _refused(self, call: Call, error: ApiError) -> tuple[int, Any]:
        call.status = error.code
        if error.code == 400 and not call.fault:
            self.refusals.append(Refusal(call.method, error.description, call.values))
        return error.code, error.body()

    async def _read(self, request: web.BaseRequest) -> Arguments:
        kind = request.content_type
        values = from_form(request.query_string) if request.query_string else {}
        files: dict[str, Upload] = {}
        if kind == "multipart/form-data":
            reader = await request.multipart()
            async for part in reader:
                if not isinstance(part, BodyPartReader) or part.name is None:
                    raise bad("can't parse multipart form")
                if part.filename is not None:
                    files[part.name] = Upload(part.filename, bytes(await part.read()))
                else:
                    values[part.name] = await part.text()
        else:
            body = await request.read()
            if len(body) > MOST_BODY:
                raise ApiError(413, "Request Entity Too Large")
            if kind == "application/json":
                values |= from_json(body)
            elif body:
                try:
                    values |= from_form(body.decode())
                except UnicodeDecodeError:
                    raise bad("strings must be encoded in UTF-8") from None
        return Arguments(values, files)

    async def _with_faults(self, call: Call, arguments: Arguments) -> Any:
        fault = self.faults.next(call.method)
        if fault is None:
            return await self._perform(call.method, arguments)
        call.fault = fault if isinstance(fault, str) else str(fault.code)
        if isinstance(fault, ApiError):
            raise fault
        if fault == "429":
            raise too_many(self.faults.retry_after)
        if fault == "500":
            raise ApiError(500, "Internal Server Error: restart")
        if fault == "502":
            return web.Response(status=502, text="<html><body><h1>502 Bad Gateway</h1></body></html>")
        if fault == "drop_after":
            before = len(self.world.sent)
            try:
                await self._perform(call.method, arguments)
            except ApiError as error:
                if error.code == 400:
                    self.refusals.append(Refusal(call.method, error.description, call.values))
            self.lost += self.world.sent[before:]
        raise _Drop

    async def _perform(self, method: str, arguments: Arguments) -> Any:
        if self.world.strict:
            unknown = arguments.values.keys() - METHODS[method]
            if unknown:
                raise bad(f"strict: {method} has no parameter {', '.join(sorted(unknown))}")
        if self.limits is not None and "chat_id" in arguments:
            wait = self.limits.refuse(method, arguments.integer("chat_id"))
            if wait:
                raise too_many(wait)
        if method == "getUpdates":
            return await self.updates.get(arguments, self.world.strict)
        if method == "setWebhook":
            return await self._set_webhook(arguments)
        if method == "deleteWebhook":
            return await self._delete_webhook(arguments)
        return self._methods[method](arguments)

    # -- webhook -------------------------------------------------------------------------------------------------------

    async def _set_webhook(self, a: Arguments) -> bool:
        """#setwebhook. As a local server (--local): http and any port are allowed."""
        url, secret = a.text("url"), a.text("secret_token")
        if not url:
            return await self._delete_webhook(a)
        if not re.match(r"https?://[^/\s]+", url):
            raise bad("bad webhook: invalid webhook URL specified")
        if len(secret) > 256:
            raise bad("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise bad("secret token contains unallowed characters")
        self.updates.allow(a, self.world.strict)
        if self.delivery is not None:
            await self.delivery.stop()
        if a.flag("drop_pending_updates"):
            self.updates.drop_all()
        self.updates.conflict(NOW_WEBHOOK)
        self.delivery = Delivery(
            self.updates,
            url,
            secret,
            a.integer("max_connections", 40, 1, 100),
            pause_scale=self._pause_scale,
            answer_within=self._answer_within,
            on_method=self._webhook_reply,
        )
        self.delivery.start()
        return True

    def _webhook_reply(self, values: dict[str, Any]) -> None:
        """A method in the webhook's answer ("Making requests when getting updates"): its result is not told."""
        method = BY_LOWER.get(str(values.pop("method", "")).lower())
        if method is None or method.startswith("get") or method not in self._methods:
            return
        self.counts[method] += 1
        try:
            self._methods[method](Arguments(values))
        except ApiError as error:
            if error.code == 400:
                self.refusals.append(Refusal(method, error.description, values))

    async def _delete_webhook(self, a: Arguments) -> bool:
        """#deletewebhook."""
        if self.delivery is not None:
            await self.delivery.stop()
            self.delivery = None
        if a.flag("drop_pending_updates"):
            self.updates.drop_all()
        return True

    def _webhook_info(self, a: Arguments) -> dict[str, Any]:
        """#getwebhookinfo."""
        info: dict[str, Any] = {
            "url": self.delivery.url if self.delivery else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.pending),
        }
        if self.delivery is not None:
            info["max_connections"] = self.delivery.connections
            if self.delivery.last_error is not None:
                info["last_error_date"], info["last_error_message"] = self.delivery.last_error
        if self.updates.allowed_given is not None:
            info["allowed_updates"] = self.updates.allowed_given
        return info


def _answer(status: int, body: Any) -> web.Response:
    return web.Response(status=status, body=_json(body), content_type="application/json")


def _json(body: Any) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # half of a surrogate pair can be told as an escape only
        return json.dumps(body).encode()
