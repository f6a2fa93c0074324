"""Signing in at the organisation's own identity provider: OpenID Connect, the code flow with PKCE, and nothing else.

Nothing of it knows of pages: ``begin`` gives the address to send somebody to, ``finish`` says who came back.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp

from bot.channels.web.settings import OidcSettings, safe

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Of signatures that are believed; never none, never one with a shared secret."""
LEEWAY = 60
"""Seconds by which the two clocks may differ."""
PENDING, PENDING_FOR = 500, 600.0
"""People who were sent there and are waited for, and for how many seconds."""
KNOWN_FOR = 3600.0
"""Seconds for which the provider's addresses and keys are remembered."""
KEYS_AGAIN = 30.0
"""Seconds between looks for a key that is not among those remembered."""
WITHIN = aiohttp.ClientTimeout(total=10)
LARGEST = 256 * 1024


class OidcError(Exception):
    """Somebody was not signed in; says why, for the log."""


@dataclass(frozen=True)
class Identity:
    """Who came back."""

    name: str
    """As it stands in the log: the provider's name of the person, and the provider."""
    subject: str
    """A digest of what the provider never gives to anybody else."""
    role: str
    """The highest that the provider's claims give; empty: none."""


@dataclass(frozen=True)
class _Pending:
    nonce: str
    verifier: str
    until: float


class Oidc:
    """One provider."""

    def __init__(self, settings: OidcSettings, back: str) -> None:
        """``back``: the address to which people come back, as registered there."""
        self._settings = settings
        self._back = back
        self._pending: OrderedDict[str, _Pending] = OrderedDict()
        self._found: dict[str, Any] = {}
        self._found_at = -KNOWN_FOR
        self._keys: KeySet | None = None
        self._keys_at = -KNOWN_FOR
        self._lock = asyncio.Lock()

    async def begin(self) -> tuple[str, str]:
        """(address to send somebody to, the state that their browser must bring back). Raises OidcError."""
        found = await self._provider()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        self._pending[state] = _Pending(nonce, verifier, time.monotonic() + PENDING_FOR)
        while len(self._pending) > PENDING:
            self._pending.popitem(last=False)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            **{"response_type": "code", "client_id": self._settings.client_id, "redirect_uri": self._back},
            **{"scope": self._settings.scope, "state": state, "nonce": nonce},
            **{"code_challenge": challenge, "code_challenge_method": "S256"},
        }
        there = str(found["authorization_endpoint"])
        return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}", state

    async def finish(self, query: Mapping[str, str], kept: str) -> Identity:
        """Who it is; ``kept``: the state in the browser's cookie. Raises OidcError."""
        state = query.get("state", "")
        if not state or not hmac.compare_digest(state.encode(), kept.encode()):
            raise OidcError("the state is not this browser's")
        pending = self._pending.pop(state, None)
        if pending is None or pending.until < time.monotonic():
            raise OidcError("the state is not known, or too old")
        if query.get("iss", self._settings.issuer) != self._settings.issuer:
            raise OidcError("the answer is another provider's")
        if "error" in query or not query.get("code"):
            raise OidcError(f"the provider refused: {query.get('error', 'no code')[:100]}")
        token = await self._exchanged(query["code"], pending.verifier)
        return self._identity(await self._claims(token, pending.nonce))

    # -- what the provider says ----------------------------------------------------------------------------------------

    async def _exchanged(self, code: str, verifier: str) -> str:
        """The identity token for a code."""
        found, settings = await self._provider(), self._settings
        form = {
            **{"grant_type": "authorization_code", "code": code, "redirect_uri": self._back},
            **{"client_id": settings.client_id, "code_verifier": verifier},
        }
        answer = await self._called("POST", str(found["token_endpoint"]), data=form, headers=_basic(settings))
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise OidcError("the provider gave no identity token")
        return token

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """What a token says, proved."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError, JoseError

        settings = self._settings
        try:
            try:
                read = jwt.decode(token, await self._known_keys(), algorithms=ALGORITHMS)
            except InvalidKeyIdError:  # the provider changed its keys
                read = jwt.decode(token, await self._known_keys(again=True), algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY,
                iss={"essential": True, "value": settings.issuer},
                aud={"essential": True, "value": settings.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(read.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise OidcError(f"the token does not hold: {type(error).__name__}: {error}"[:300]) from error
        several = isinstance(read.claims["aud"], list) and len(read.claims["aud"]) > 1
        if read.claims.get("azp", None if several else settings.client_id) != settings.client_id:
            raise OidcError("the token was made for another program")
        return read.claims

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        settings = self._settings
        given = claims.get(settings.roles_claim)
        words = [str(one) for one in given] if isinstance(given, list) else str(given or "").split()
        held = {settings.roles[word] for word in words if word in settings.roles}
        called = " ".join(str(claims.get(settings.name_claim) or claims["sub"]).split())[:60]
        subject = hashlib.sha256(f"{settings.issuer}\n{claims['sub']}".encode()).hexdigest()
        return Identity(f"{called}@{urlsplit(settings.issuer).hostname}", subject, _highest(held))

    async def _provider(self) -> Mapping[str, Any]:
        """Its addresses."""
        async with self._lock:
            if time.monotonic() - self._found_at > KNOWN_FOR:
                issuer = self._settings.issuer
                found = await self._called("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != issuer:
                    raise OidcError(f"the provider calls itself {found.get('issuer')!r}")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if not safe(str(found.get(name, ""))):
                        raise OidcError(f"{name} is no https address")
                self._found, self._found_at = found, time.monotonic()
            return self._found

    async def _known_keys(self, again: bool = False) -> KeySet:
        from joserfc.jwk import KeySet

        age = time.monotonic() - self._keys_at
        if self._keys is None or age > (KEYS_AGAIN if again else KNOWN_FOR):
            found = await self._called("GET", str((await self._provider())["jwks_uri"]))
            given = [key for key in found.get("keys") or () if isinstance(key, dict)]
            usable = [key for key in given if key.get("use", "sig") == "sig" and key.get("kty") in ("RSA", "EC")]
            self._keys, self._keys_at = KeySet.import_key_set({"keys": usable}), time.monotonic()
        return self._keys

    async def _called(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        """A JSON object from the provider. Raises OidcError."""
        try:
            async with (
                aiohttp.ClientSession(timeout=WITHIN) as session,
                session.request(method, address, allow_redirects=False, **more) as response,
            ):
                body = await response.content.read(LARGEST)
                if response.status != 200:
                    raise OidcError(f"{urlsplit(address).path}: {response.status}")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise OidcError(f"{urlsplit(address).path}: {type(error).__name__}") from error
        return _object(body)


def _basic(settings: OidcSettings) -> dict[str, str]:
    """How the program says who it is (RFC 6749, 2.3.1)."""
    if not settings.client_secret:
        return {}
    pair = f"{quote(settings.client_id, safe='')}:{quote(settings.client_secret, safe='')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise OidcError("the provider's answer is no JSON object")
    return found


def _highest(roles: set[str]) -> str:
    """The one that may most; an auditor is only that."""
    order: Sequence[str] = ("admin", "reviewer", "editor", "viewer", "auditor")
    return next((role for role in order if role in roles), "")
