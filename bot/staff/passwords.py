"""Passwords of accounts: kept as scrypt, with a salt of each one's own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

SHORTEST = 10
"""Characters."""
_N, _R, _P = 2**15, 8, 1
"""32 MB and about a tenth of a second for each try."""


def hashed(password: str) -> str:
    """As it is kept: scrypt$n$r$p$salt$hash."""
    salt = secrets.token_bytes(16)
    return _kept(salt, _scrypt(password, salt, _N, _R, _P))


def fits(password: str, kept: str) -> bool:
    """Whether it is the password that was kept so."""
    _, n, r, p, salt, digest = kept.split("$")
    found = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(digest))


def fault(password: str) -> str:
    """Why it can't be one; empty when it can."""
    if len(password) < SHORTEST:
        return f"口令只有 {len(password)} 个字符，至少要 {SHORTEST} 个"
    kinds = (str.isdigit, str.islower, str.isupper, lambda ch: not ch.isalnum())
    if sum(any(kind(ch) for ch in password) for kind in kinds) < 2 and len(password) < 16:
        return "口令只用了一种字符；请混用字母、数字、符号，或写 16 个字符以上"
    return ""


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=128 * 1024 * 1024, dklen=32)


def _kept(salt: bytes, digest: bytes) -> str:
    return "$".join(["scrypt", str(_N), str(_R), str(_P), _text(salt), _text(digest)])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


NOBODY = _kept(secrets.token_bytes(16), secrets.token_bytes(32))
"""What the password of an account that there is not is compared with: it takes as long, and no password is known that
gives it."""
