"""An identity provider that is strict: OpenID Connect Core 1.0, the code flow, with PKCE (RFC 7636) demanded.

What a provider must refuse it refuses, and notes it; what one may get wrong it gets wrong when it is told to.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.standins.listening import Listening

CLIENT_ID, SECRET = "policybot-console", "a secret of the provider's, only for tests"


@dataclass
class _Given:
    """A code that was given."""

    asked: dict[str, str]
    person: dict[str, Any]
    until: float


@dataclass
class Faults:
    """What it gets wrong."""

    claims: dict[str, Any] = field(default_factory=dict)
    """In the token, instead of what is right; None: left out."""
    sign: Callable[[dict[str, Any], RSAKey], str] | None = None
    """Makes the token instead."""
    issuer: str = ""
    """What it calls itself."""


class Provider(Listening):
    """``async with``; whoever comes is signed in at once, as ``person``."""

    def __init__(self, back: str) -> None:
        """``back``: the only address that is registered."""
        super().__init__()
        self.back = back
        self.person: dict[str, Any] = {"sub": "u-1001", "preferred_username": "wang", "roles": ["zc-editors"]}
        self.faults = Faults()
        self.refusals: list[str] = []
        self._codes: dict[str, _Given] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.app.router.add_get("/.well-known/openid-configuration", self._told)
        self.app.router.add_get("/keys", self._keys)
        self.app.router.add_get("/authorize", self._authorize)
        self.app.router.add_post("/token", self._token)

    def rotate(self) -> None:
        """Another key from here on; the old one is known no more."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})

    async def _told(self, _: web.Request) -> web.Response:
        ends = {name: f"{self.url}{path}" for name, path in _ENDPOINTS.items()}
        return web.json_response({"issuer": self.faults.issuer or self.url, **ends})

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [{**self.key.as_dict(private=False), "use": "sig", "alg": "RS256"}]})

    def _refuse(self, why: str, status: int = 400) -> web.Response:
        self.refusals.append(why)
        return web.json_response({"error": "invalid_request", "error_description": why}, status=status)

    async def _authorize(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        wanted = {"response_type": "code", "client_id": CLIENT_ID, "code_challenge_method": "S256"}
        for name, value in (wanted | {"redirect_uri": self.back}).items():
            if asked.get(name) != value:
                return self._refuse(f"{name}: {asked.get(name)}")
        if "openid" not in asked.get("scope", "").split():
            return self._refuse("scope without openid")
        for name, least in (("state", 20), ("nonce", 20), ("code_challenge", 43)):
            if len(asked.get(name, "")) < least:
                return self._refuse(f"{name} too short")
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Given(asked, dict(self.person), time.time() + 60)
        to = f"{self.back}?code={code}&state={asked['state']}&iss={self.url}"
        return web.Response(status=302, headers={"Location": to})

    async def _token(self, request: web.Request) -> web.Response:
        kind, _, pair = request.headers.get("Authorization", "").partition(" ")
        if kind != "Basic" or base64.b64decode(pair).decode() != f"{CLIENT_ID}:{quote(SECRET, safe='')}":
            return self._refuse("client not authenticated", 401)
        form = dict(await request.post())
        given = self._codes.pop(str(form.get("code")), None)
        if given is None or given.until < time.time():
            return self._refuse("code unknown, used or too old")
        if form.get("grant_type") != "authorization_code" or form.get("redirect_uri") != self.back:
            return self._refuse("grant_type or redirect_uri")
        digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != given.asked["code_challenge"]:
            return self._refuse("code_verifier")
        token = (self.faults.sign or _signed)(self._claims(given), self.key)
        return web.json_response({"access_token": secrets.token_hex(8), "token_type": "Bearer", "id_token": token})

    def _claims(self, given: _Given) -> dict[str, Any]:
        now = int(time.time())
        right = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": given.asked["nonce"]}
        return {name: v for name, v in (right | given.person | self.faults.claims).items() if v is not None}


def _signed(claims: dict[str, Any], key: RSAKey) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


_ENDPOINTS = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
