"""Access tokens, errcodes and injected faults, as all of these APIs have them."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter, deque
from typing import Any

from aiohttp import web

from tests.standins.listening import Listening


class TokenApi(Listening):
    """An API with an access token in its addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()
        self.refusals: list[tuple[str, int, str]] = []
        """(path, errcode, why) of what the bot did wrong, and was not injected."""
        self.codes: deque[tuple[str, int]] = deque()
        """(path, errcode): the next call of that path is refused so."""
        self.drop_after: deque[str] = deque()
        """Paths: the next call is carried out, and the connection dropped before the answer."""
        self.slow: dict[str, float] = {}
        """Path -> seconds by which the answer comes later than the deed."""
        self.tokens: dict[str, str] = {}
        """Token -> the secret that it was given for."""
        self.dead: set[str] = set()
        """Tokens that are over."""
        self.numbers = itertools.count(1)

    def token(self, secret: str) -> web.Response:
        """A new token."""
        name = f"token-{next(self.numbers)}"
        self.tokens[name] = secret
        return web.json_response({"errcode": 0, "errmsg": "ok", "access_token": name, "expires_in": 7200})

    def end_tokens(self) -> None:
        """All tokens are over from here on."""
        self.dead |= set(self.tokens)

    def add(self, path: str, work: Any, secrets: tuple[str, ...]) -> None:
        """A path; ``work(body)`` gives the fields of the answer, or (errcode, why)."""

        async def handle(request: web.Request) -> web.Response:
            self.calls[path] += 1
            token = request.query.get("access_token", "")
            if token not in self.tokens or self.tokens[token] not in secrets:
                return self._refuse(path, 40014, "invalid access_token")
            if token in self.dead:
                return web.json_response({"errcode": 42001, "errmsg": "access_token expired"})
            for fault in self.codes:
                if fault[0] == path:
                    self.codes.remove(fault)
                    return web.json_response({"errcode": fault[1], "errmsg": "injected"})
            body = await request.json() if request.method == "POST" else dict(request.query)
            made = work(body)
            if isinstance(made, tuple):
                return self._refuse(path, *made)
            if path in self.slow:
                await asyncio.sleep(self.slow[path])
            await self.let_go(path)
            if self.drop_after and self.drop_after[0] == path:
                self.drop_after.popleft()
                assert request.transport is not None
                request.transport.abort()
            return web.json_response({"errcode": 0, "errmsg": "ok"} | made)

        self.app.router.add_route("*", path, handle)

    def _refuse(self, path: str, code: int, why: str) -> web.Response:
        self.refusals.append((path, code, why))
        return web.json_response({"errcode": code, "errmsg": why})
