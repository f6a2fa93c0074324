"""Feishu's signature and encryption: SHA-256 over the raw body, AES-256-CBC with the key's SHA-256."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


class CryptoError(Exception):
    """It is not what Feishu sends."""


def signed(signature: str, timestamp: str, nonce: str, key: str, body: bytes) -> bool:
    """Whether that is the signature of the body as it arrived."""
    wanted = hashlib.sha256((timestamp + nonce + key).encode("utf-8", "replace") + body).hexdigest()
    return hmac.compare_digest(signature.encode("utf-8", "replace"), wanted.encode())


def opened(sealed: str, key: str) -> bytes:
    """The text. Raises CryptoError."""
    try:
        data = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CryptoError("not base64") from error
    if len(data) < 32 or len(data) % 16:
        raise CryptoError("not whole blocks")
    decryptor = Cipher(algorithms.AES256(hashlib.sha256(key.encode()).digest()), modes.CBC(data[:16])).decryptor()
    plain = decryptor.update(data[16:]) + decryptor.finalize()
    pad = plain[-1]
    if not 1 <= pad <= 16 or plain[-pad:] != bytes([pad]) * pad:
        raise CryptoError("wrong padding")
    return plain[:-pad]


def sealed(text: bytes, key: str) -> str:
    """The text as Feishu encrypts it."""
    start, pad = os.urandom(16), 16 - len(text) % 16
    encryptor = Cipher(algorithms.AES256(hashlib.sha256(key.encode()).digest()), modes.CBC(start)).encryptor()
    return base64.b64encode(start + encryptor.update(text + bytes([pad]) * pad) + encryptor.finalize()).decode()
