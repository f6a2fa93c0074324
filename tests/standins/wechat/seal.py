"""The platform's side of the encryption, written anew from the definition: no fault of the bot's is shared."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


@dataclass(frozen=True)
class Seal:
    """Of one callback."""

    token: str
    key: str
    receiver: str

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def sign(self, *parts: str) -> str:
        """SHA-1 of the sorted parts and the token."""
        return hashlib.sha1("".join(sorted([self.token, *parts])).encode()).hexdigest()

    def close(self, text: str) -> str:
        """Encrypt."""
        message = text.encode()
        data = os.urandom(16) + len(message).to_bytes(4, "big") + message + self.receiver.encode()
        data += bytes([32 - len(data) % 32]) * (32 - len(data) % 32)
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(data) + encryptor.finalize()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt; fails on whatever the platform would not take."""
        decryptor = self._cipher().decryptor()
        data = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
        assert data[-1] <= 32, "padding"
        assert set(data[-data[-1] :]) == {data[-1]}, "padding"
        data = data[: -data[-1]]
        size = int.from_bytes(data[16:20], "big")
        assert data[20 + size :].decode() == self.receiver, "receiver"
        return data[20 : 20 + size].decode()
