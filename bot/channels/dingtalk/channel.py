"""A DingTalk robot as a channel: plain text, by the session of the message that is answered, or by the robot's API."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

from bot.channels.dingtalk.incoming import NAME, Sessions
from bot.channels.dingtalk.settings import DingtalkSettings
from bot.messaging.client import Client, Token
from bot.messaging.plain import PlainChannel
from bot.messaging.quota import Quota
from bot.messaging.reading import loopback
from bot.service.port import Address, Capabilities, DisturbedError, LaterError, RefusedError, Rows, Sent, UnwelcomeError

MOST_BODY = 20_000
"""Bytes of a whole request."""
LONGEST = 15_000
"""Bytes of a text inside it, escaped twice: the robot's API takes JSON in JSON."""
PER_CONVERSATION = ((20, 60.0),)
EARLY = 60.0
"""Seconds before its end from which a session is not used any more."""
PAUSE = 10.0
CAPABILITIES = Capabilities(longest=LONGEST, unit="bytes")
_TOO_FAST = frozenset({130101, 90018, 410100})
_ESCAPED = {'"': 4, "\\": 4, "\n": 3, "\t": 3}


class DingtalkChannel(PlainChannel):
    """The port's Channel."""

    def __init__(self, settings: DingtalkSettings, client: Client, sessions: Sessions) -> None:
        super().__init__(NAME, CAPABILITIES)
        self._settings = settings
        self._client = client
        self._sessions = sessions
        self._token = Token(self._fetch)
        self._quota = Quota(PER_CONVERSATION)

    def length(self, text: str) -> int:
        """Bytes in a request."""
        return sum(_ESCAPED.get(ch) or len(ch.encode("utf-8", "surrogatepass")) for ch in text)

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:  # noqa: ARG002  there are no buttons
        """One message."""
        await self._quota.take(to.conversation)
        try:
            if not await self._by_session(to, page):
                await self._by_robot(to, page)
        except LaterError:
            self._quota.pause(to.conversation, PAUSE)
            raise
        return Sent(to.conversation, uuid.uuid4().hex)

    # -- by the session of a message -----------------------------------------------------------------------------------

    async def _by_session(self, to: Address, page: str) -> bool:
        """Whether it went out so."""
        session = self._sessions.get(to.message) if to.message else None
        if session is None or session.until - EARLY < time.time() or not _safe(session.webhook):
            return False
        body = {"msgtype": "text", "text": {"content": page}}
        status, answer = await self._client.call("sessionWebhook", "POST", session.webhook, body=body)
        code = int(answer.get("errcode", 0) or 0)
        if code in _TOO_FAST:
            raise LaterError(f"sessionWebhook: {code}")
        if status == 200 and answer and not code:  # 200 with an errcode is a failure
            return True
        self._sessions.over(to.message)
        return False

    # -- by the robot's API --------------------------------------------------------------------------------------------

    async def _by_robot(self, to: Address, page: str) -> None:
        message: dict[str, Any] = {
            "robotCode": self._settings.client_id,
            "msgKey": "sampleText",
            "msgParam": json.dumps({"content": page}, ensure_ascii=False),
        }
        if to.place == "group":
            path, body = "/v1.0/robot/groupMessages/send", message | {"openConversationId": to.conversation}
        else:
            path, body = "/v1.0/robot/oToMessages/batchSend", message | {"userIds": [to.person or to.conversation]}
        answer = await self.call(path, body)
        if answer.get("flowControlledStaffIdList"):
            raise LaterError("too many messages to this person")
        if answer.get("invalidStaffIdList"):
            raise UnwelcomeError("no such person among the staff")

    async def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One call with an access token, once more with a new one. Raises RefusedError, DisturbedError, LaterError."""
        token = await self._token.get()
        status, answer = await self._one(path, body, token)
        if status == 401:
            status, answer = await self._one(path, body, await self._token.get(refused=token))
        if status == 200:
            return answer
        told = f"{path}: {status} {answer.get('code', '')} {answer.get('message', '')}"[:200]
        if status == 401:
            raise LaterError(told)
        raise (UnwelcomeError if "invalid" in str(answer.get("code", "")).lower() else RefusedError)(told)

    async def _one(self, path: str, body: dict[str, Any], token: str) -> tuple[int, dict[str, Any]]:
        headers = {"x-acs-dingtalk-access-token": token}
        name = path.removeprefix("/v1.0/")
        return await self._client.call(name, "POST", f"{self._settings.url}{path}", body=body, headers=headers)

    async def _fetch(self) -> tuple[str, float]:
        body = {"appKey": self._settings.client_id, "appSecret": self._settings.secret}
        url = f"{self._settings.url}/v1.0/oauth2/accessToken"
        status, answer = await self._client.call("accessToken", "POST", url, body=body)
        if status != 200 or not answer.get("accessToken"):
            raise LaterError(f"accessToken: {status}") if status < 500 else DisturbedError(f"accessToken: {status}")
        return str(answer["accessToken"]), float(answer.get("expireIn", 7200))


def _safe(url: str) -> bool:
    """Whether a text may be sent there."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and loopback(parts.hostname or ""))
