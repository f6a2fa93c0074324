"""Calls to Feishu's open API: a tenant access token in the header, a code in every answer."""

from __future__ import annotations

import logging
from typing import Any

from bot.channels.feishu.settings import FeishuSettings
from bot.messaging.client import Client, Token
from bot.service.port import DisturbedError, LaterError, RefusedError

log = logging.getLogger(__name__)

TOKEN_OVER = frozenset({99991661, 99991663, 99991664, 99991668})
TOO_MANY = frozenset({99991400, 230020, 11232})
BUSY = frozenset({1000004, 1500, 2200})


class ApiError(RefusedError):
    """The server refused a call."""

    def __init__(self, name: str, code: int, text: str) -> None:
        super().__init__(f"{name}: {code} {text}")
        self.code = code


class FeishuApi:
    """One application's calls."""

    def __init__(self, settings: FeishuSettings, client: Client) -> None:
        self.trouble = ""
        self._settings = settings
        self._client = client
        self._token = Token(self._fetch)

    async def fetched(self) -> tuple[int, dict[str, Any]]:
        """Ask for a token; (HTTP status, answer)."""
        body = {"app_id": self._settings.app_id, "app_secret": self._settings.secret}
        url = f"{self._settings.url}/open-apis/auth/v3/tenant_access_token/internal"
        return await self._client.call("tenant_access_token", "POST", url, body=body)

    async def _fetch(self) -> tuple[str, float]:
        _, answer = await self.fetched()
        code = answer.get("code")
        if code or not answer.get("tenant_access_token"):
            self.trouble = f"access token refused: {code}"
            remedy = "请核对 FEISHU_APP_ID 和 FEISHU_APP_SECRET"
            log.error("access_token_refused", extra={"errcode": code, "remedy": remedy})
            raise LaterError(f"tenant_access_token: {code}")
        self.trouble = ""
        return str(answer["tenant_access_token"]), float(answer.get("expire", 7200))

    async def call(self, name: str, method: str, path: str, body: object = None) -> dict[str, Any]:
        """One call's ``data``, once more with a new token. Raises ApiError, DisturbedError, LaterError."""
        token = await self._token.get()
        answer = await self._one(name, method, path, body, token)
        if answer.get("code") in TOKEN_OVER:
            answer = await self._one(name, method, path, body, await self._token.get(refused=token))
        code = answer.get("code")
        if code == 0:
            data = answer.get("data") or answer.get("bot") or {}
            return dict(data)
        text = str(answer.get("msg", ""))[:200]
        if code in TOO_MANY or code in TOKEN_OVER:
            raise LaterError(f"{name}: {code} {text}")
        if code is None or code in BUSY:
            raise DisturbedError(f"{name}: {code} {text}")
        raise ApiError(name, int(code), text)

    async def _one(self, name: str, method: str, path: str, body: object, token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        _, answer = await self._client.call(name, method, f"{self._settings.url}{path}", body=body, headers=headers)
        return answer
