"""api.weixin.qq.com: an Official Account, verified or not."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.standins.wechat.calling import Caller
from tests.standins.wechat.seal import Seal
from tests.standins.wechat.tokens import TokenApi

APP_ID, SECRET = "wxtestappid00001", "mp-secret-for-tests-0123456789"
TOKEN, KEY = "MpToken123", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop0"
ACCOUNT = "gh_test"
LONGEST = 2_048
MOST = 5


@dataclass
class Shown:
    """What somebody sees."""

    to: str
    text: str
    passive: bool = False


class Mp(TokenApi):
    """The server, and the followers."""

    def __init__(self, verified: bool = True) -> None:
        """``verified``: customer messages are allowed."""
        super().__init__()
        self.caller = Caller(Seal(TOKEN, KEY, APP_ID), "/callback/wechat", echo_sealed=False)
        self.verified = verified
        self.shown: list[Shown] = []
        self.menus: list[dict[str, Any]] = []
        self._left: dict[str, int] = {}
        self.app.router.add_get("/cgi-bin/token", self._gettoken)
        self.add("/cgi-bin/message/custom/send", self._send, (SECRET,))
        self.add("/cgi-bin/menu/create", self._menu, (SECRET,))

    def listens(self, url: str) -> None:
        """Where the bot listens."""
        self.caller.base = url

    async def _gettoken(self, request: web.Request) -> web.Response:
        query = request.query
        if query.get("appid") != APP_ID or query.get("grant_type") != "client_credential":
            return web.json_response({"errcode": 40013, "errmsg": "invalid appid"})
        if query.get("secret") != SECRET:
            return web.json_response({"errcode": 40125, "errmsg": "invalid appsecret"})
        return self.token(SECRET)

    async def say(self, by: str, text: str = "", msgid: int = 0, **fields: str | int) -> bool:
        """A follower writes; whether the bot took it. A passive answer is shown."""
        said: dict[str, str | int] = {"ToUserName": ACCOUNT, "FromUserName": by, "CreateTime": int(time.time())}
        said |= {"MsgType": "text", "Content": text, "MsgId": msgid or next(self.numbers)}
        said |= fields
        self._left[by] = MOST
        before = len(self.caller.answers)
        taken = await self.caller.post(said, {"ToUserName": ACCOUNT})
        self.shown += [Shown(by, answer, True) for answer in self.caller.answers[before:] if answer]
        return taken

    def _send(self, body: dict[str, Any]) -> Any:
        to, text = body["touser"], body["text"]["content"]
        if not self.verified:
            return 48001, "api unauthorized"
        if set(body) != {"touser", "msgtype", "text"} or body["msgtype"] != "text":
            return 40008, "wrong fields"
        if not 0 < len(text.encode()) <= LONGEST:
            return 45002, f"{len(text.encode())} bytes"
        if self._left.get(to, 0) < 1:
            return 45047, "out of response count limit"
        self._left[to] -= 1
        self.shown.append(Shown(to, text))
        return {}

    def _menu(self, body: dict[str, Any]) -> Any:
        if not self.verified:
            return 48001, "api unauthorized"
        self.menus.append(body)
        return {}
