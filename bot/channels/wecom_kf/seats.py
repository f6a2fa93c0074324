"""People who answer in WeCom's own customer service: a conversation is handed to them, and comes back when they end it.

WeCom's states of a conversation: 0 new, 1 the bot's, 2 waiting for a person, 3 with a person, 4 ended. In 2 and 3 the
bot may not write, and is silent; after 4 what the customer writes is new, and the bot's again.
"""

from __future__ import annotations

import logging
from typing import Any

from bot.messaging.wechat.api import WechatApi
from bot.replies.texts import Texts
from bot.service.port import DisturbedError, LaterError, RefusedError

log = logging.getLogger(__name__)

QUEUE = "queue"
"""In place of a person's userid: whoever is free."""
WAITING, WITH_PERSON = 2, 3
SILENT = frozenset({WAITING, WITH_PERSON})
ENDED = 3
"""Of an event that tells of a change: a person ended the conversation."""


class Seats:
    """The people of all accounts."""

    def __init__(self, api: WechatApi, servicer: str, words: Texts) -> None:
        """``servicer``: who takes over: a userid, QUEUE, or "" where our own tickets do that."""
        self._api = api
        self._servicer = servicer
        self._words = words

    @property
    def there(self) -> bool:
        """Whether conversations are handed to them."""
        return bool(self._servicer)

    async def taken(self, kf: str, person: str) -> bool:
        """Whether a person answers there now, or is about to, so that the bot is silent. Raises DisturbedError."""
        try:
            body = {"open_kfid": kf, "external_userid": person}
            answer = await self._api.call("/cgi-bin/kf/service_state/get", body)
        except RefusedError as error:
            log.warning("kf_state_unknown", extra={"reason": str(error)})
            return False
        return answer.get("service_state") in SILENT

    async def hand_over(self, kf: str, person: str) -> bool:
        """Hand a conversation on, and tell the customer; False when WeCom refuses. Raises DisturbedError."""
        body: dict[str, Any] = {"open_kfid": kf, "external_userid": person, "service_state": WAITING}
        if self._servicer != QUEUE:
            body |= {"service_state": WITH_PERSON, "servicer_userid": self._servicer}
        try:
            answer = await self._api.call("/cgi-bin/kf/service_state/trans", body)
        except (RefusedError, LaterError) as error:
            remedy = "请核对 WECOM_KF_SERVICER_ID、接待人员的接待状态和应用的可见范围；这一次改记工单"
            log.error("kf_not_handed_over", extra={"reason": str(error), "remedy": remedy})
            return False
        log.info("kf_handed_over")
        await self._say(answer.get("msg_code"), "messenger.with_person")
        return True

    async def changed(self, event: dict[str, Any]) -> None:
        """A conversation's state changed: of its end the customer is told who answers from here on."""
        if self.there and event.get("change_type") == ENDED:
            await self._say(event.get("msg_code"), "messenger.person_left")

    async def _say(self, code: object, name: str) -> None:
        """In answer to a change of state; best effort, and only once for each."""
        if not code:
            return
        body = {"code": str(code), "msgtype": "text", "text": {"content": self._words(name)}}
        try:
            await self._api.call("/cgi-bin/kf/send_msg_on_event", body)
        except (RefusedError, DisturbedError) as error:
            log.warning("kf_change_not_told", extra={"reason": str(error)})
