"""The 自建应用 as a channel: plain text by message/send."""

from __future__ import annotations

from bot.messaging.plain import PlainChannel
from bot.messaging.quota import Quota
from bot.messaging.wechat.api import ApiError, WechatApi
from bot.service.port import Address, Capabilities, LaterError, RefusedError, Rows, Sent, UnwelcomeError

NAME = "wecom_app"
LONGEST = 2_048
"""Bytes of a text; WeCom cuts a longer one without a word."""
PER_PERSON = ((30, 60.0), (1_000, 3_600.0))
"""(messages, seconds); WeCom drops what is more without a word."""
PAUSE = 20.0
CAPABILITIES = Capabilities(longest=LONGEST, unit="bytes", groups=False)
_NOT_THERE = frozenset({60111, 81013, 40031, 40003, 60102})


class WecomAppChannel(PlainChannel):
    """The port's Channel."""

    called = "应用"

    def __init__(self, api: WechatApi, agent_id: int) -> None:
        super().__init__(NAME, CAPABILITIES)
        self._api = api
        self._agent_id = agent_id
        self._quota = Quota(PER_PERSON)

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:  # noqa: ARG002  there are no buttons
        """One message."""
        body = {"touser": to.conversation, "msgtype": "text", "agentid": self._agent_id, "text": {"content": page}}
        await self._quota.take(to.conversation)
        try:
            answer = await self._api.call("/cgi-bin/message/send", body)
        except LaterError:
            self._quota.pause(to.conversation, PAUSE)
            raise
        except ApiError as error:
            raise (UnwelcomeError if error.code in _NOT_THERE else RefusedError)(str(error)) from error
        if answer.get("invaliduser") or answer.get("unlicenseduser"):  # said with errcode 0
            raise UnwelcomeError("the person can't be reached by this application")
        return Sent(to.conversation, str(answer.get("msgid", "")))
