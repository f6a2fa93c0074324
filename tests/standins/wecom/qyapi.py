"""qyapi.weixin.qq.com: a 自建应用 and 微信客服. What the real one cuts or drops without a word is refused here."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.standins.wechat.calling import Caller
from tests.standins.wechat.seal import Seal
from tests.standins.wechat.tokens import TokenApi

CORP = "wxtest0000000001"
APP_SECRET, KF_SECRET = "app-secret-for-tests-0123456789", "kf-secret-for-tests-0123456789"
AGENT = 1000002
APP_TOKEN, KF_TOKEN = "AppToken123", "KfToken123"
APP_KEY, KF_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
KF = "wkTESTkfid0001"
LONGEST = 2_048
PER_MINUTE = 30
KF_MOST = 5
SERVICER = "kefu-zhang"
WAITING, WITH_PERSON, ENDED = 2, 3, 4


@dataclass
class Shown:
    """What somebody sees."""

    to: str
    text: str
    kf: str = ""
    msgid: str = ""


class QyApi(TokenApi):
    """The server, and the people."""

    def __init__(self, quota: bool = True) -> None:
        super().__init__()
        self.app_calls = Caller(Seal(APP_TOKEN, APP_KEY, CORP), "/callback/wecom")
        self.kf_calls = Caller(Seal(KF_TOKEN, KF_KEY, CORP), "/callback/kf")
        self.shown: list[Shown] = []
        self.menus: list[dict[str, Any]] = []
        self.quota = quota
        self.gone: set[str] = set()
        """People who can't be reached."""
        self.kf_messages: list[dict[str, Any]] = []
        self.page = 1_000
        """Messages that sync_msg gives at once."""
        self.states: dict[str, int] = {}
        self.servicers = {SERVICER}
        """Who is at their desk."""
        self._codes: set[str] = set()
        self._left: dict[str, int] = {}
        self._sent_at: dict[str, deque[float]] = {}
        self._kf_token = ""
        self.app.router.add_get("/cgi-bin/gettoken", self._gettoken)
        for path, work in {
            "/cgi-bin/message/send": self._send,
            "/cgi-bin/menu/create": self._menu,
            "/cgi-bin/agent/get": self._agent,
        }.items():
            self.add(path, work, (APP_SECRET,))
        for path, work in {
            "/cgi-bin/kf/sync_msg": self._sync,
            "/cgi-bin/kf/account/list": self._accounts,
            "/cgi-bin/kf/send_msg": self._kf_send,
            "/cgi-bin/kf/send_msg_on_event": self._welcome,
            "/cgi-bin/kf/service_state/get": self._state,
            "/cgi-bin/kf/service_state/trans": self._trans,
        }.items():
            self.add(path, work, (KF_SECRET,))

    def listens(self, url: str) -> None:
        """Where the bot listens."""
        self.app_calls.base = self.kf_calls.base = url

    async def _gettoken(self, request: web.Request) -> web.Response:
        self.calls["/cgi-bin/gettoken"] += 1
        corp, secret = request.query.get("corpid"), request.query.get("corpsecret", "")
        if corp != CORP:
            return web.json_response({"errcode": 40013, "errmsg": "invalid corpid"})
        if secret not in (APP_SECRET, KF_SECRET):
            return web.json_response({"errcode": 40001, "errmsg": "invalid credential"})
        return self.token(secret)

    # -- the 自建应用 ------------------------------------------------------------------------------------------

    async def say(self, by: str, text: str = "", msgid: int = 0, **fields: str | int) -> bool:
        """Somebody writes to the application; whether the bot took it."""
        said: dict[str, str | int] = {
            "ToUserName": CORP,
            "FromUserName": by,
            "CreateTime": int(time.time()),
            "AgentID": AGENT,
        }
        said |= {"MsgType": "text", "Content": text, "MsgId": msgid or next(self.numbers)}
        said |= fields
        return await self.app_calls.post(said, {"ToUserName": CORP, "AgentID": str(AGENT)})

    def _send(self, body: dict[str, Any]) -> Any:
        if body.get("agentid") != AGENT or body.get("msgtype") != "text":
            return 40008, f"wrong agentid or msgtype: {body.get('agentid')} {body.get('msgtype')}"
        if unknown := set(body) - {"touser", "agentid", "msgtype", "text", "safe"}:
            return 40008, f"unknown fields: {sorted(unknown)}"
        text, to = body["text"]["content"], body["touser"]
        fault = self._too_long(text)
        if fault:
            return fault
        if to in self.gone:
            return {"invaliduser": to, "msgid": ""}
        sent = self._sent_at.setdefault(to, deque())
        while sent and sent[0] < time.monotonic() - 60:
            sent.popleft()
        if self.quota and len(sent) >= PER_MINUTE:
            return 45009, "more than 30 a minute: the real one drops it without a word"
        sent.append(time.monotonic())
        self.shown.append(Shown(to, text))
        return {"msgid": f"out-{next(self.numbers)}", "invaliduser": ""}

    def _agent(self, query: dict[str, Any]) -> Any:
        return {"agentid": AGENT} if query.get("agentid") == str(AGENT) else (301002, "not allowed agentid")

    def _accounts(self, body: dict[str, Any]) -> Any:
        return {"account_list": [{"open_kfid": KF}]} if set(body) == {"offset", "limit"} else (40058, "offset, limit")

    def _too_long(self, text: str) -> tuple[int, str] | None:
        if not text:
            return 40008, "empty"
        size = len(text.encode())
        return (40058, f"{size} bytes: the real one cuts at {LONGEST}") if size > LONGEST else None

    def _menu(self, body: dict[str, Any]) -> Any:
        for button in body["button"]:
            if len(body["button"]) > 3 or len(button["name"].encode()) > 16 or len(button["sub_button"]) > 5:
                return 40054, "invalid menu"
            if any(len(sub["name"].encode()) > 40 for sub in button["sub_button"]):
                return 40054, "a name is too long"
        self.menus.append(body)
        return {}

    # -- 微信客服 ------------------------------------------------------------------------------------------

    async def kf_say(self, by: str, text: str = "", tell: bool = True, **more: Any) -> bool:
        """A customer writes; whether the bot was told."""
        message = {
            "msgid": f"kf{next(self.numbers):08d}",
            "open_kfid": KF,
            "external_userid": by,
            "send_time": int(time.time()),
            "origin": 3,
            "msgtype": "text",
            "text": {"content": text},
        }
        self.kf_messages.append(message | more)
        if self.states.get(by) == ENDED:
            self.states[by] = 0
        self._left[by] = KF_MOST
        return await self.kf_tell() if tell else True

    async def kf_tell(self) -> bool:
        """The callback that says that there is something."""
        self._kf_token = f"kftoken{next(self.numbers)}"
        event: dict[str, str | int] = {"ToUserName": CORP, "CreateTime": int(time.time()), "MsgType": "event"}
        event |= {"Event": "kf_msg_or_event"}
        return await self.kf_calls.post(event | {"Token": self._kf_token, "OpenKfId": KF}, {"ToUserName": CORP})

    async def kf_enter(self, by: str) -> bool:
        """A customer opens the conversation."""
        event = {"event_type": "enter_session", "open_kfid": KF, "external_userid": by, "welcome_code": f"code-{by}"}
        message = {"msgid": f"kf{next(self.numbers):08d}", "send_time": int(time.time()), "origin": 4}
        self.kf_messages.append(message | {"msgtype": "event", "event": event, "open_kfid": KF})
        return await self.kf_tell()

    def _sync(self, body: dict[str, Any]) -> Any:
        if body.get("open_kfid") != KF:
            return 95000, "invalid open_kfid"
        if "token" in body and not body["token"].startswith("kftoken"):
            return 95007, "invalid msg token"
        start = int(body.get("cursor") or 0)
        recent = [m for m in self.kf_messages if m["send_time"] > time.time() - 3 * 86_400]
        given = recent[start : start + min(self.page, body.get("limit", 1_000))]
        end = start + len(given)
        return {"msg_list": given, "next_cursor": str(end), "has_more": int(end < len(recent))}

    def _kf_send(self, body: dict[str, Any]) -> Any:
        if unknown := set(body) - {"touser", "open_kfid", "msgid", "msgtype", "text"}:
            return 40008, f"unknown fields: {sorted(unknown)}"
        if body.get("open_kfid") != KF or len(body.get("msgid", "")) > 32:
            return 95000, "invalid open_kfid or msgid"
        to, text = body["touser"], body["text"]["content"]
        if self.states.get(to, 0) not in (0, 1):
            return 95018, "a person answers there"
        fault = self._too_long(text)
        if fault:
            return fault
        if self.quota and self._left.get(to, 0) < 1:
            return 95001, "more than 5 messages after the customer's"
        self._left[to] -= 1
        self.shown.append(Shown(to, text, KF, body.get("msgid", "")))
        return {"msgid": body.get("msgid") or f"out-{next(self.numbers)}"}

    def _welcome(self, body: dict[str, Any]) -> Any:
        if set(body) - {"code", "msgid", "msgtype", "text"}:
            return 40008, f"unknown fields: {sorted(body)}"
        name, _, to = str(body["code"]).partition("-")
        if name != "code" and body["code"] not in self._codes:
            return 95004, "the code holds once"
        self._codes.discard(body["code"])
        fault = self._too_long(body["text"]["content"])
        if fault:
            return fault
        self.shown.append(Shown(to, body["text"]["content"], KF, "welcome"))
        return {"msgid": f"out-{next(self.numbers)}"}

    def _state(self, body: dict[str, Any]) -> Any:
        return {"service_state": self.states.get(body["external_userid"], 0)}

    def _code(self, to: str) -> str:
        code = f"change{next(self.numbers)}-{to}"
        self._codes.add(code)
        return code

    def _trans(self, body: dict[str, Any]) -> Any:
        to, state = body["external_userid"], body.get("service_state")
        if set(body) - {"open_kfid", "external_userid", "service_state", "servicer_userid"} or body["open_kfid"] != KF:
            return 95000, "invalid open_kfid, or unknown fields"
        if self.states.get(to, 0) not in (0, 1) or state not in (1, WAITING, WITH_PERSON, ENDED):
            return 95016, "this change is not allowed"
        if state == WITH_PERSON and body.get("servicer_userid") not in self.servicers:
            return 95014, "no such servicer, or not at work"
        if not self.servicers:
            return 95014, "nobody is at work"
        self.states[to] = state
        return {"msg_code": self._code(to)}

    async def kf_change(self, by: str, state: int, change: int, code: bool = True) -> bool:
        """A person takes a conversation over (change 1), or ends it (3)."""
        self.states[by] = state
        event = {"event_type": "session_status_change", "open_kfid": KF, "external_userid": by, "change_type": change}
        event |= {"new_servicer_userid": SERVICER} if change == 1 else {}
        message = {"msgid": f"kf{next(self.numbers):08d}", "send_time": int(time.time()), "origin": 4}
        told = event | ({"msg_code": self._code(by)} if code else {})
        self.kf_messages.append(message | {"msgtype": "event", "event": told, "open_kfid": KF})
        return await self.kf_tell()
