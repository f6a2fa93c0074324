"""微信客服 as a channel: plain text, five messages after each of the person's."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict

from bot.messaging.plain import PlainChannel
from bot.messaging.quota import Quota
from bot.messaging.wechat.api import ApiError, WechatApi
from bot.service.port import Address, Capabilities, LaterError, RefusedError, Rows, Sent, UnwelcomeError

NAME = "wecom_kf"
LONGEST = 2_048
CAPABILITIES = Capabilities(longest=LONGEST, unit="bytes", groups=False, most=5, push=False)
WELCOME_WITHIN = 18.0
"""Seconds after somebody came in within which the code of the welcome is taken."""
USED_UP = 95001
"""Five were sent since the customer's last message."""
_NOT_THERE = frozenset({95002, 95013, 95014, 95016, 95018, 60030, 60111})
"""Too late, ended, or a person has taken over."""
_CODES = 1_000


def conversation(kf: str, person: str) -> str:
    """The name of a conversation: people write to one of several accounts."""
    return f"{kf}/{person}"


class WecomKfChannel(PlainChannel):
    """The port's Channel."""

    called = "客服"

    def __init__(self, api: WechatApi) -> None:
        super().__init__(NAME, CAPABILITIES)
        self._api = api
        self._quota = Quota(())
        self._codes: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def private(self, person: str) -> Address:
        """Nobody can be written to unasked: the account is not known."""
        return Address(NAME, conversation("", person), person)

    def welcome(self, delivery: str, code: str, at: float) -> None:
        """Somebody came in, and may be welcomed by that code."""
        self._codes[delivery] = (code, at)
        if len(self._codes) > _CODES:
            self._codes.popitem(last=False)

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:  # noqa: ARG002  there are no buttons
        """One message; a welcome by its code."""
        kf, _, person = to.conversation.partition("/")
        text = {"msgtype": "text", "text": {"content": page}}
        code, at = self._codes.pop(to.message, ("", 0.0))
        name = hashlib.blake2s(f"{to.message}\n{page}".encode("utf-8", "replace"), digest_size=16).hexdigest()
        await self._quota.take(to.conversation)
        try:
            if code and time.time() - at < WELCOME_WITHIN:
                answer = await self._api.call("/cgi-bin/kf/send_msg_on_event", {"code": code} | text)
            else:
                body = (
                    {"touser": person, "open_kfid": kf, "msgid": name}
                    if to.message
                    else {"touser": person, "open_kfid": kf}
                )
                answer = await self._api.call("/cgi-bin/kf/send_msg", body | text)
        except ApiError as error:
            if error.code == USED_UP:  # until the customer writes again: the answer waits for that
                raise LaterError(str(error)) from error
            raise (UnwelcomeError if error.code in _NOT_THERE else RefusedError)(str(error)) from error
        return Sent(to.conversation, str(answer.get("msgid", name)))
