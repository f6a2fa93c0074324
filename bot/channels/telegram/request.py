"""How PTB reaches the Bot API: its request seam on aiohttp, and a guarded one for getUpdates.

aiohttp takes about a third of the processor time of PTB's default client for a small call.
"""

from __future__ import annotations

import functools
import json
import logging
import time
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram import Update
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.queue import JournalQueue
from bot.operations.metrics import Metrics
from bot.store.store import to_json

log = logging.getLogger(__name__)

CONNECT, READ = 10.0, 20.0
"""Seconds to wait for a connection, and for an answer."""
CONNECTIONS = 32
DENIALS = 3
"""Answers 401 or 404 in a row to getUpdates that are put down to something between us and Telegram."""
_HEAD = ("message_id", "date")
_JSON = {"Content-Type": "application/json"}
"""Chinese text is half as long in it as percent-encoded, and cheaper to write and to read."""


class Read(bytes):
    """An answer that was read before PTB reads it; as bytes it is empty."""

    data: dict[str, Any]

    def __new__(cls, data: dict[str, Any]) -> Read:
        """``data``: what it says."""
        answer = super().__new__(cls)
        answer.data = data
        return answer


class AiohttpRequest(BaseRequest):
    """Requests over a pool of kept connections. Proxies are those of the environment (HTTPS_PROXY)."""

    def __init__(self, connections: int = CONNECTIONS) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[tuple[str, str], str | None] = {}

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer, unless a call says otherwise."""
        return READ

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=60)
            self._session = aiohttp.ClientSession(
                connector=connector, headers={"User-Agent": self.USER_AGENT}, cookie_jar=aiohttp.DummyCookieJar()
            )

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  aiohttp knows none
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  waiting for a connection counts as connecting
    ) -> tuple[int, bytes]:
        """One call; (status, body). Raises TimedOut or NetworkError."""
        if self._session is None:
            raise RuntimeError("the request object is not initialized")
        timeout = _timeout(_seconds(connect_timeout, CONNECT), _seconds(read_timeout, READ))
        body: aiohttp.FormData | bytes | None = None
        headers = None
        if request_data is not None:
            if request_data.contains_files:
                body = _multipart(request_data)
            else:
                body = to_json(request_data.parameters).encode()  # PTB writes each into JSON, twice
                headers = _JSON
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, proxy=self._proxy_for(url)
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"{type(error).__name__}: {error}") from error

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """PTB's seam for reading an answer. Of a message that was sent only the head is kept.

        Telegram repeats the whole text, its markup and the message that it answers; making objects of all that costs
        as much as sending, and nobody looks at them.
        """
        if isinstance(payload, Read):
            return payload.data
        data = BaseRequest.parse_json_payload(payload)
        result = data.get("result")
        if isinstance(result, dict) and "message_id" in result and "chat" in result:
            chat = {name: result["chat"][name] for name in ("id", "type")}
            data["result"] = {name: result[name] for name in _HEAD if name in result} | {"chat": chat}
        return data

    def _proxy_for(self, url: str) -> str | None:
        """The environment's proxy for the server of ``url``; looked up once (aiohttp does it anew in a thread)."""
        parts = urlsplit(url)
        server = (parts.scheme, parts.hostname or "")
        if server not in self._proxies:
            proxy = getproxies().get(parts.scheme)
            self._proxies[server] = None if proxy is None or proxy_bypass(server[1]) else proxy
        return self._proxies[server]


def _seconds(value: Any, default: float) -> float | None:
    return default if value is BaseRequest.DEFAULT_NONE else value


@functools.lru_cache(16)
def _timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect, sock_read=read)


def _multipart(request_data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, text in request_data.json_parameters.items():
        form.add_field(name, text)
    for name, (filename, content, kind) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


class UpdatesRequest(AiohttpRequest):
    """getUpdates: what comes in is journalled in one commit, and what can't be read does not come again for ever.

    PTB drops a whole batch with one unreadable update in it and asks for it again. So when the same offset is asked for
    again after a batch was handed over, each update is tried alone, and the unreadable ones are set aside; an empty
    update with the same id takes their place, so that the offset moves on.
    """

    def __init__(self, queue: JournalQueue, metrics: Metrics) -> None:
        super().__init__(connections=2)
        self.last_attempt = time.monotonic()
        self.last_success: float | None = None
        """Monotonic times; None before the first."""
        self._queue = queue
        self._metrics = metrics
        self._handed: tuple[str | None, bool] = (None, False)
        self._denied = 0

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As above; for getUpdates with the journal."""
        url, data = kwargs.get("url", args[0] if args else ""), kwargs.get("request_data")
        self.last_attempt = time.monotonic()
        status, body = await super().do_request(*args, **kwargs)
        if not url.endswith("/getUpdates"):
            return status, body
        if status in (401, 404) and self._denied < DENIALS:
            self._denied += 1
            raise NetworkError(f"getUpdates was answered with {status}")
        if status != 200:
            return status, body
        self._denied = 0
        self.last_success = time.monotonic()
        self._metrics.contact.set(time.time())
        try:
            answer = json.loads(body)
            raws = answer["result"]
            if not isinstance(raws, list):
                raise TypeError
        except (ValueError, KeyError, TypeError) as error:
            raise NetworkError("getUpdates gave something that is no list of updates") from error
        offset = str(data.json_parameters.get("offset", "")) if data is not None else ""
        again = self._handed == (offset, True)
        self._handed = (offset, bool(raws))
        if not raws:
            return status, body
        good = [raw for raw in raws if isinstance(raw, dict) and type(raw.get("update_id")) is int]
        if again or len(good) < len(raws):
            good = [await self._sound(raw) for raw in good]
        left = await self._queue.receive(good)
        return status, Read({"ok": True, "result": left})

    async def _sound(self, raw: dict[str, Any]) -> dict[str, Any]:
        try:
            Update.de_json(raw, None)
        except Exception as error:
            await self._queue.poison(raw, f"unreadable: {type(error).__name__}")
            return {"update_id": cast(int, raw["update_id"])}
        return raw
