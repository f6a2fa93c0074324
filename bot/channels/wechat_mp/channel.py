"""An Official Account as a channel: customer messages where they are allowed, else the callback's answer."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.wechat_mp.passive import Passive
from bot.messaging.plain import PlainChannel
from bot.messaging.quota import Quota
from bot.messaging.wechat.api import ApiError, WechatApi
from bot.service.port import Address, Capabilities, LaterError, RefusedError, Rows, Sent, UnwelcomeError

NAME = "wechat_mp"
LONGEST = 1_800
"""Bytes: 600 characters, which every account's passive answers show; customer messages take 2,048."""
MOST = 5
"""Customer messages within 48 hours of one of the person's."""
PASSIVE = 4.0
"""Seconds within which the callback takes an answer."""
CAPABILITIES = Capabilities(longest=LONGEST, unit="bytes", groups=False, most=MOST, push=False)
NOT_ALLOWED = frozenset({48001, 48004, 50001})
"""This account may send no customer messages."""
USED_UP = 45047
"""Five were sent since the person's last message."""
_NOT_THERE = frozenset({45015, 40003, 43004, 65401})
"""Too late, or no follower (any more)."""


class WechatMpChannel(PlainChannel):
    """The port's Channel."""

    called = "公众号"

    def __init__(self, api: WechatApi, passive: Passive) -> None:
        super().__init__(NAME, CAPABILITIES)
        self._api = api
        self._passive = passive
        self._quota = Quota(())
        self.customer: bool | None = None
        """Whether customer messages are allowed; None: not known yet."""

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:  # noqa: ARG002  there are no buttons
        """One message."""
        await self._quota.take(to.conversation)
        if self.customer is not False and await self._customer_message(to, page):
            self._passive.settle(to.message)
        elif not await self._passive.give(to.message, page):
            raise UnwelcomeError("no customer messages are allowed, and the callback was answered or is over")
        return Sent(to.conversation, to.message)

    def only_passive(self) -> None:
        """From here on there is one answer a message."""
        self.customer = False
        self.capabilities = replace(CAPABILITIES, most=1, reply_within=PASSIVE)

    async def _customer_message(self, to: Address, page: str) -> bool:
        """Whether it went out so; where it isn't known yet whether it may, the callback's answer is there as well."""
        body = {"touser": to.conversation, "msgtype": "text", "text": {"content": page}}
        try:
            await self._api.call("/cgi-bin/message/custom/send", body)
        except LaterError:
            if self.customer:
                raise
            return False
        except ApiError as error:
            if error.code == USED_UP:  # until the person writes again: the answer waits for that
                raise LaterError(str(error)) from error
            if error.code in NOT_ALLOWED:
                self.only_passive()
                return False
            raise (UnwelcomeError if error.code in _NOT_THERE else RefusedError)(str(error)) from error
        self.customer = True
        return True
