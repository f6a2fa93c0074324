"""Calls to qyapi.weixin.qq.com and api.weixin.qq.com: an access token in the address, an errcode in every answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from bot.messaging.client import Client, Token
from bot.service.port import DisturbedError, LaterError, RefusedError

log = logging.getLogger(__name__)

TOKEN_OVER = frozenset({40001, 40014, 42001})
"""The access token is over or was replaced: one new one is fetched."""
BUSY = frozenset({-1, 40163, 43004001})
"""The server is busy; trying again helps."""
LATER = frozenset({45009, 45011, 45033, 60020, 61024})
"""Too many calls; or this machine's address is not among those that may call, which somebody has to mend."""
REMEDIES = {
    40001: "Secret 不对，或重新生成过；请从管理后台再复制一次",
    40013: "企业 ID（或 AppID）不对；请从管理后台再复制一次",
    40125: "AppSecret 不对，或重置过；请从管理后台再复制一次",
    40164: "这台机器的出口 IP 不在白名单里；请在公众平台「开发 → 基本配置 → IP 白名单」里加上",
    60020: "这台机器的出口 IP 不在「企业可信IP」里；请在应用的页面里加上",
    48001: "这个账号没有这项接口权限（未认证的订阅号没有客服消息）",
    48002: "这个 Secret 没有微信客服的权限；把应用加进「微信客服 → 可调用接口的应用」，用那个应用的 Secret",
    60011: "应用的可见范围或权限不够；请在应用的页面里核对",
    301002: "AgentId 不是这个 Secret 的应用的；请从同一个应用的页面里抄这两样",
    45009: "调用次数超过了限额，过一会儿自己会好",
}


class ApiError(RefusedError):
    """The server refused a call."""

    def __init__(self, name: str, code: int, text: str) -> None:
        super().__init__(f"{name}: {code} {text}")
        self.code = code


class WechatApi:
    """One application's calls."""

    def __init__(self, client: Client, base: str, token_path: str, credentials: Mapping[str, str]) -> None:
        """``token_path``: where the access token is got, with ``credentials`` in the query."""
        self.trouble = ""
        self._client = client
        self._base = base
        self._token_url = f"{base}{token_path}?{urlencode(credentials)}"
        self._token = Token(self._fetch)

    async def _fetch(self) -> tuple[str, float]:
        """A new token. What is wrong with our own credentials is no question's fault: it is tried again later."""
        _, answer = await self._client.call("gettoken", "GET", self._token_url)
        code = answer.get("errcode", 0)
        if code or not answer.get("access_token"):
            self.trouble = f"access token refused: {code}"
            extra = {"errcode": code, "reason": str(answer.get("errmsg", ""))[:200], "remedy": REMEDIES.get(code, "")}
            log.error("access_token_refused", extra=extra)
            raise LaterError(f"gettoken: {code}")
        self.trouble = ""
        return str(answer["access_token"]), float(answer.get("expires_in", 7200))

    async def token(self) -> str:
        """The access token. Raises DisturbedError, LaterError."""
        return await self._token.get()

    async def call(self, path: str, body: object = None, **query: object) -> dict[str, Any]:
        """One call, once more with a new token when the present one is over.

        Raises ApiError, DisturbedError, LaterError.
        """
        name, token = path.removeprefix("/cgi-bin/"), await self._token.get()
        answer = await self._one(name, path, token, body, query)
        if answer.get("errcode") in TOKEN_OVER:
            token = await self._token.get(refused=token)
            answer = await self._one(name, path, token, body, query)
        code = int(answer.get("errcode", 0))
        if not code:
            return answer
        text = str(answer.get("errmsg", ""))[:200]
        if code in LATER:
            log.error("api_refused", extra={"method": name, "errcode": code, "remedy": REMEDIES.get(code, "")})
            raise LaterError(f"{name}: {code} {text}")
        if code in BUSY or code in TOKEN_OVER:
            raise DisturbedError(f"{name}: {code} {text}")
        raise ApiError(name, code, text)

    async def _one(self, name: str, path: str, token: str, body: object, query: Mapping[str, object]) -> dict[str, Any]:
        more = "".join(f"&{key}={quote(str(value))}" for key, value in query.items())
        method = "GET" if body is None else "POST"
        status, answer = await self._client.call(
            name, method, f"{self._base}{path}?access_token={token}{more}", body=body
        )
        if status != 200 or not answer:
            raise DisturbedError(f"{name}: {status}, and no JSON")
        return answer

    async def findings(self) -> tuple[bool, str, str]:
        """(whether it is good, what was found, what to do) of the credentials."""
        _, answer = await self._client.call("gettoken", "GET", self._token_url)
        code = int(answer.get("errcode", 0) or 0)
        if answer.get("access_token"):
            return True, "取到了 access_token，编号和 Secret 都对", ""
        remedy = REMEDIES.get(code, "请按这个错误码在平台的「全局错误码」里查")
        return False, f"取不到 access_token：{code} {answer.get('errmsg', '')}"[:200], remedy

    async def tried(self, path: str, good: str, body: object = None, **query: object) -> tuple[bool, str, str]:
        """As ``findings``, of a call that changes nothing. Raises DisturbedError."""
        try:
            await self.call(path, body, **query)
        except ApiError as error:
            remedy = REMEDIES.get(error.code, "请按这个错误码在平台的「全局错误码」里查")
            return False, f"接口不让用：{error}", remedy
        except LaterError as error:
            code = next((code for code in REMEDIES if f": {code} " in str(error)), 0)
            return False, f"接口不让用：{error}", REMEDIES.get(code, "过一会儿再查")
        return True, good, ""
