"""Feishu as a channel: cards in reply, by a uuid that makes sending again harmless, changed where they stand."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections import OrderedDict
from urllib.parse import quote

from bot.channels.feishu.api import ApiError, FeishuApi
from bot.channels.feishu.cards import card
from bot.channels.feishu.incoming import NAME
from bot.messaging.plain import PlainChannel
from bot.messaging.quota import Quota
from bot.messaging.remembered import Known, Remembered
from bot.service.port import (
    Address,
    Capabilities,
    GoneError,
    Incoming,
    LaterError,
    RefusedError,
    Rows,
    Sent,
    UnwelcomeError,
)
from bot.service.turns import current_turn

LONGEST = 15_000
"""Bytes of a text inside a card, escaped twice; a card takes 30 KB with its buttons."""
PER_CONVERSATION = ((5, 1.0),)
PAUSE = 2.0
TOASTED_WITHIN = 2.0
"""Seconds to wait for what a press is answered with; Feishu waits three."""
CAPABILITIES = Capabilities(longest=LONGEST, unit="bytes", buttons=40, columns=4, edits=True)
_NOT_THERE = frozenset({230002, 230006, 230013, 230027, 230029, 230034, 230035, 230053})
_GONE = frozenset({230011, 230031, 230050, 230110, 231003})
"""Withdrawn, or sent too long ago."""
_ESCAPED = {'"': 4, "\\": 4, "\n": 3, "\t": 3}


class FeishuChannel(PlainChannel):
    """The port's Channel."""

    def __init__(self, api: FeishuApi, sent: Remembered) -> None:
        super().__init__(NAME, CAPABILITIES)
        self._api = api
        self._sent = sent
        self._quota = Quota(PER_CONVERSATION)
        self._presses: OrderedDict[str, asyncio.Future[str]] = OrderedDict()

    def length(self, text: str) -> int:
        """Bytes in a request."""
        return sum(_ESCAPED.get(ch) or len(ch.encode("utf-8", "surrogatepass")) for ch in text)

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:
        """One card, in reply where there is a message to reply to."""
        body = {"msg_type": "interactive", "content": card(page, rows, to.place == "group"), "uuid": _uuid(to, page)}
        await self._quota.take(to.conversation)
        try:
            if to.message:
                path = f"/open-apis/im/v1/messages/{quote(to.message, safe='')}/reply"
                answer = await self._api.call("messages/reply", "POST", path, body)
            else:
                kind = "chat_id" if to.place == "group" else "open_id"
                path = f"/open-apis/im/v1/messages?receive_id_type={kind}"
                answer = await self._api.call("messages", "POST", path, {"receive_id": to.conversation} | body)
        except LaterError:
            self._quota.pause(to.conversation, PAUSE)
            raise
        except ApiError as error:
            raise (UnwelcomeError if error.code in _NOT_THERE else RefusedError)(str(error)) from error
        name = str(answer.get("message_id", ""))
        self._sent.note(name, Known(page, rows, to.message))
        return Sent(to.conversation, name)

    async def edit(self, at: Address, page: str | None, rows: Rows) -> None:
        """Change a card; of one that is not remembered the text must be given."""
        known = self._sent.get(at.message)
        if page is None and known is None:
            raise GoneError("what it says is not known any more")
        text = page if page is not None else known.page if known is not None else ""
        if known is not None and (known.page, known.rows) == (text, rows):
            return
        await self._quota.take(at.conversation)
        path, content = f"/open-apis/im/v1/messages/{quote(at.message, safe='')}", card(text, rows, at.place == "group")
        try:
            await self._api.call("messages/patch", "PATCH", path, {"content": content})
        except ApiError as error:
            raise (GoneError if error.code in _GONE else RefusedError)(str(error)) from error
        self._sent.note(at.message, Known(text, rows, known.answers if known is not None else ""))

    # -- presses -------------------------------------------------------------------------------------------------------

    async def toast(self, receipt: str) -> str:
        """What a press is answered with; empty when nothing is said in time."""
        future = self._presses.setdefault(receipt, asyncio.get_running_loop().create_future())
        if len(self._presses) > 1_000:
            self._presses.popitem(last=False)
        try:
            return await asyncio.wait_for(asyncio.shield(future), TOASTED_WITHIN)
        except TimeoutError:
            return ""
        finally:
            self._presses.pop(receipt, None)

    def expect(self, receipt: str) -> None:
        """A press is about to be handed in."""
        self._presses[receipt] = asyncio.get_running_loop().create_future()

    async def acknowledge(self, press: Incoming, text: str = "", alert: bool = False) -> None:  # noqa: ARG002
        """As a toast, while Feishu waits for it."""
        future = self._presses.get(press.receipt)
        if future is not None and not future.done():
            future.set_result(text)


def _uuid(to: Address, page: str) -> str:
    """The same for the same answer: within an hour Feishu sends it once."""
    turn = current_turn.get()
    if turn is None:
        return uuid.uuid4().hex
    named = f"{turn.delivery.id}\n{to.conversation}\n{page}"
    return hashlib.blake2s(named.encode("utf-8", "replace"), digest_size=16).hexdigest()
