"""Signatures and encryption of callbacks, as WeCom and Official Accounts define them.

The key is 32 bytes, AES-256-CBC with its first 16 bytes as IV; inside are 16 random bytes, the length of the message
in 4 bytes, the message and the receiver's id, padded to a multiple of 32.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
KEY_PATTERN = r"[A-Za-z0-9]{43}"
"""What an EncodingAESKey looks like."""


class CryptoError(Exception):
    """It is not what the platform sends: a wrong signature, key or receiver."""


class Crypto:
    """Of one callback."""

    def __init__(self, token: str, key: str, receiver: str) -> None:
        """``key``: EncodingAESKey, 43 characters; ``receiver``: CorpID, AppID, or "" where none is written."""
        self._token = token
        self._key = base64.b64decode(key + "=")
        self._receiver = receiver.encode()

    def signature(self, *parts: str) -> str:
        """Of the token and these."""
        return hashlib.sha1("".join(sorted((self._token, *parts))).encode(), usedforsecurity=False).hexdigest()

    def signed(self, signature: str, *parts: str) -> bool:
        """Whether that is their signature."""
        return hmac.compare_digest(signature.encode("utf-8", "replace"), self.signature(*parts).encode())

    def opened(self, signature: str, timestamp: str, nonce: str, sealed: str) -> bytes:
        """The message. Raises CryptoError."""
        if not self.signed(signature, timestamp, nonce, sealed):
            raise CryptoError("wrong signature")
        return self._decrypted(sealed)

    def _decrypted(self, sealed: str) -> bytes:
        try:
            data = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise CryptoError("not base64") from error
        if not data or len(data) % 16:
            raise CryptoError("not whole blocks")
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(data) + decryptor.finalize()
        pad = plain[-1]
        if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise CryptoError("wrong padding")
        inner = plain[16:-pad]
        if len(inner) < 4:
            raise CryptoError("too short")
        (size,) = struct.unpack(">I", inner[:4])
        message, receiver = inner[4 : 4 + size], inner[4 + size :]
        if len(message) != size or not hmac.compare_digest(receiver, self._receiver):
            raise CryptoError("meant for another receiver")
        return message

    def sealed(self, message: bytes, start: bytes = b"") -> str:
        """The message encrypted; ``start``: the 16 random bytes, for tests."""
        inner = (start or os.urandom(16)) + struct.pack(">I", len(message)) + message + self._receiver
        pad = BLOCK - len(inner) % BLOCK
        encryptor = self._cipher().encryptor()
        data = encryptor.update(inner + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(data).decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES256(self._key), modes.CBC(self._key[:16]))
