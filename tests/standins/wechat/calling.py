"""How the platform calls back: signed and encrypted, at most five seconds, three times in all with the same id."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from xml.etree import ElementTree

import aiohttp

from tests.standins.wechat.seal import Seal

TRIES = 3
WITHIN = 5.0


class Caller:
    """Calls one callback."""

    def __init__(self, seal: Seal, path: str, echo_sealed: bool = True) -> None:
        self.seal = seal
        self.path = path
        self.base = ""
        """Where the bot listens."""
        self.pause = 2.5
        """Seconds between tries."""
        self.answers: list[str] = []
        """What the bot answered with: the texts of passive answers, empty for none."""
        self.statuses: list[int] = []
        self._echo_sealed = echo_sealed
        self._nonce = 0

    def _query(self, sealed: str) -> dict[str, str]:
        self._nonce += 1
        stamp, nonce = str(int(time.time())), f"n{self._nonce}"
        query = {"timestamp": stamp, "nonce": nonce, "msg_signature": self.seal.sign(stamp, nonce, sealed)}
        return query | {"signature": self.seal.sign(stamp, nonce)}

    async def check(self) -> bool:
        """The address check, as the platform does it when an administrator saves the page."""
        plain = "1616140317555161061"
        echo = self.seal.close(plain) if self._echo_sealed else plain
        async with aiohttp.ClientSession() as session:
            query = self._query(echo) | {"echostr": echo}
            async with session.get(f"{self.base}{self.path}", params=query) as response:
                return response.status == 200 and await response.read() == plain.encode()

    async def post(self, fields: Mapping[str, str | int], outer: Mapping[str, str]) -> bool:
        """One message, up to three times; whether it was taken."""
        inner = "".join(
            f"<{k}>{v}</{k}>" if isinstance(v, int) else f"<{k}><![CDATA[{v}]]></{k}>" for k, v in fields.items()
        )
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(self.pause)
            if await self._try(f"<xml>{inner}</xml>", outer):
                return True
        return False

    async def _try(self, inner: str, outer: Mapping[str, str]) -> bool:
        sealed = self.seal.close(inner)
        told = "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in (outer | {"Encrypt": sealed}).items())  # type: ignore[operator]
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WITHIN)) as session,
                session.post(
                    f"{self.base}{self.path}", params=self._query(sealed), data=f"<xml>{told}</xml>".encode()
                ) as response,
            ):
                body = await response.text()
                self.statuses.append(response.status)
                if response.status != 200:
                    return False
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False
        self.answers.append(self._passive(body))
        return True

    def _passive(self, body: str) -> str:
        if body in ("", "success"):
            return ""
        fields = {child.tag: child.text or "" for child in ElementTree.fromstring(body)}
        sealed, stamp, nonce = fields["Encrypt"], fields["TimeStamp"], fields["Nonce"]
        assert self.seal.sign(stamp, nonce, sealed) == fields["MsgSignature"], "signature of the passive answer"
        inner = {child.tag: child.text or "" for child in ElementTree.fromstring(self.seal.open(sealed))}
        assert inner["MsgType"] == "text"
        assert 0 < len(inner["Content"].encode()) <= 2048, "a passive answer that is longer is cut"
        return inner["Content"]
