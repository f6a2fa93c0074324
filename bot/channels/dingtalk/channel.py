"""A DingTalk robot as a channel: by the session of the message that is answered, or by the robot's API.

Plain text, or markdown where that shows it as it is; with a template also cards with buttons.
"""

from __future__ import annotations

import contextlib
import json
import logging
import time
import uuid
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bot.channels.dingtalk import cards
from bot.channels.dingtalk.incoming import NAME, Sessions
from bot.channels.dingtalk.markdown import has_strong, markdown, plain, strong, title
from bot.channels.dingtalk.settings import DingtalkSettings
from bot.messaging.client import Client, Token
from bot.messaging.plain import PlainChannel
from bot.messaging.quota import Quota
from bot.messaging.quoting import Ours
from bot.messaging.reading import loopback
from bot.messaging.remembered import Known, Remembered
from bot.replies.texts import Texts
from bot.service.pages import Run
from bot.service.port import (
    Address,
    Capabilities,
    DisturbedError,
    GoneError,
    Incoming,
    LaterError,
    RefusedError,
    Rows,
    Sent,
    UnwelcomeError,
)

log = logging.getLogger(__name__)

MOST_BODY = 20_000
"""Bytes of a whole request."""
LONGEST = 15_000
"""Bytes of a text inside it, escaped twice: the robot's API takes JSON in JSON."""
PER_CONVERSATION = ((20, 60.0),)
EARLY = 60.0
"""Seconds before its end from which a session is not used any more."""
PAUSE = 10.0
CAPABILITIES = Capabilities(longest=LONGEST, unit="bytes")
WITH_CARDS = replace(CAPABILITIES, buttons=cards.MOST_BUTTONS, columns=4, edits=True)
_TOO_FAST = frozenset({130101, 90018, 410100})
_ESCAPED = {'"': 4, "\\": 4, "\n": 3, "\t": 3}


class DingtalkChannel(PlainChannel):
    """The port's Channel."""

    def __init__(
        self, settings: DingtalkSettings, client: Client, sessions: Sessions, sent: Remembered, words: Texts
    ) -> None:
        super().__init__(NAME, WITH_CARDS if settings.template else CAPABILITIES)
        self._settings = settings
        self._client = client
        self._sessions = sessions
        self._sent = sent
        self._under = words("messenger.press")
        """What a card says whose text went before it."""
        self._ours = Ours(words)
        """People are asked to reply to these: they go out as plain text, which comes back with a reply."""
        self._token = Token(self._fetch)
        self._quota = Quota(PER_CONVERSATION)

    def mark_up(self, run: Run) -> str:
        """What is strong is marked; how is decided when it is known what else the message says."""
        return strong(run.text) if run.style == "b" else run.text

    def length(self, text: str) -> int:
        """Bytes in a request."""
        return sum(_ESCAPED.get(ch) or len(ch.encode("utf-8", "surrogatepass")) for ch in text)

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:
        """One message; with buttons a card, after a message of its own where a card can't show the text as it is."""
        if not rows or not self.capabilities.buttons:
            return await self._message(to, page)
        text = None if self._ours(plain(page)) else markdown(page)
        if text is None:
            await self._message(to, page)
        return await self._card(to, page, text, rows)

    async def _message(self, to: Address, page: str) -> Sent:
        await self._quota.take(to.conversation)
        try:
            if not await self._by_session(to, page):
                await self._by_robot(to, page)
        except LaterError:
            self._quota.pause(to.conversation, PAUSE)
            raise
        return Sent(to.conversation, uuid.uuid4().hex)

    def _as_markdown(self, page: str) -> str | None:
        """The page as markdown where that is worth it, and nobody is asked to reply to it."""
        return markdown(page) if has_strong(page) and not self._ours(plain(page)) else None

    # -- cards ---------------------------------------------------------------------------------------------------------

    async def _card(self, to: Address, page: str, text: str | None, rows: Rows) -> Sent:
        """A card; ``text``: what it says in markdown, None where that went before it."""
        name = f"{cards.PREFIX}{uuid.uuid4().hex}"
        shown = self._under if text is None else text
        body = cards.created(self._settings, name, to, shown, rows)
        await self._quota.take(to.conversation)
        try:
            answer = await self.call(cards.CREATE, body)
            if told := cards.delivered(answer):
                raise RefusedError(f"createAndDeliver: {told}")
        except LaterError:
            self._quota.pause(to.conversation, PAUSE)
            raise
        except RefusedError as error:
            self._without_cards(error)
            labels = "\n".join(f"· {button.label}" for row in rows for button in row)
            return await self._message(to, f"{page}\n{labels}" if text is not None else labels)
        self._sent.note(name, Known(page if text is not None else self._under, rows, to.message))
        return Sent(to.conversation, name)

    def _without_cards(self, error: RefusedError) -> None:
        """From here on people choose by number: what can be said can be said without buttons."""
        self.capabilities = CAPABILITIES
        remedy = "请核对 DINGTALK_CARD_TEMPLATE_ID，并给应用开通「互动卡片实例写权限」，再重新启动"
        log.error("dingtalk_cards_refused", extra={"reason": str(error), "remedy": remedy})

    async def edit(self, at: Address, page: str | None, rows: Rows) -> None:
        """Change a card; what is no card, or can't be shown by one, is said anew."""
        known = self._sent.get(at.message)
        page = page if page is not None else known.page if known is not None else None
        if page is None:
            raise GoneError("what it says is not known any more")
        text = markdown(page)
        if text is None or not at.message.startswith(cards.PREFIX):
            await self.send(replace(at, message=""), page, rows)
            return
        if known is not None and (known.page, known.rows) == (page, rows):
            return
        await self._quota.take(at.conversation)
        body = cards.changed(at.message, text, rows, at.place == "group")
        try:
            await self.call(cards.CHANGE, body, "PUT")
        except RefusedError as error:
            raise GoneError(str(error)) from error
        self._sent.note(at.message, Known(page, rows, known.answers if known is not None else ""))

    async def acknowledge(self, press: Incoming, text: str = "", alert: bool = False) -> None:  # noqa: ARG002
        """As a message: a card shows nothing by itself."""
        if text and press.at.conversation:
            with contextlib.suppress(RefusedError, DisturbedError):
                await self._message(replace(press.at, message=""), text)

    # -- by the session of a message -----------------------------------------------------------------------------------

    async def _by_session(self, to: Address, page: str) -> bool:
        """Whether it went out so."""
        session = self._sessions.get(to.message) if to.message else None
        if session is None or session.until - EARLY < time.time() or not _safe(session.webhook):
            return False
        text = self._as_markdown(page)
        body: dict[str, Any] = (
            {"msgtype": "text", "text": {"content": plain(page)}}
            if text is None
            else {"msgtype": "markdown", "markdown": {"title": title(page), "text": text}}
        )
        status, answer = await self._client.call("sessionWebhook", "POST", session.webhook, body=body)
        code = int(answer.get("errcode", 0) or 0)
        if code in _TOO_FAST:
            raise LaterError(f"sessionWebhook: {code}")
        if status == 200 and answer and not code:  # 200 with an errcode is a failure
            return True
        self._sessions.over(to.message)
        return False

    # -- by the robot's API --------------------------------------------------------------------------------------------

    async def _by_robot(self, to: Address, page: str) -> None:
        text = self._as_markdown(page)
        told = {"content": plain(page)} if text is None else {"title": title(page), "text": text}
        message: dict[str, Any] = {
            "robotCode": self._settings.client_id,
            "msgKey": "sampleText" if text is None else "sampleMarkdown",
            "msgParam": json.dumps(told, ensure_ascii=False),
        }
        if to.place == "group":
            path, body = "/v1.0/robot/groupMessages/send", message | {"openConversationId": to.conversation}
        else:
            path, body = "/v1.0/robot/oToMessages/batchSend", message | {"userIds": [to.person or to.conversation]}
        answer = await self.call(path, body)
        if answer.get("flowControlledStaffIdList"):
            raise LaterError("too many messages to this person")
        if answer.get("invalidStaffIdList"):
            raise UnwelcomeError("no such person among the staff")

    async def token(self) -> str:
        """The access token. Raises DisturbedError, LaterError."""
        return await self._token.get()

    async def call(self, path: str, body: dict[str, Any], method: str = "POST") -> dict[str, Any]:
        """One call with an access token, once more with a new one. Raises RefusedError, DisturbedError, LaterError."""
        token = await self._token.get()
        status, answer = await self._one(path, body, token, method)
        if status == 401:
            status, answer = await self._one(path, body, await self._token.get(refused=token), method)
        if status == 200:
            return answer
        told = f"{path}: {status} {answer.get('code', '')} {answer.get('message', '')}"[:200]
        if status == 401:
            raise LaterError(told)
        raise (UnwelcomeError if "invalid" in str(answer.get("code", "")).lower() else RefusedError)(told)

    async def _one(self, path: str, body: dict[str, Any], token: str, method: str) -> tuple[int, dict[str, Any]]:
        headers = {"x-acs-dingtalk-access-token": token}
        name = path.removeprefix("/v1.0/")
        return await self._client.call(name, method, f"{self._settings.url}{path}", body=body, headers=headers)

    async def _fetch(self) -> tuple[str, float]:
        body = {"appKey": self._settings.client_id, "appSecret": self._settings.secret}
        url = f"{self._settings.url}/v1.0/oauth2/accessToken"
        status, answer = await self._client.call("accessToken", "POST", url, body=body)
        if status != 200 or not answer.get("accessToken"):
            raise LaterError(f"accessToken: {status}") if status < 500 else DisturbedError(f"accessToken: {status}")
        return str(answer["accessToken"]), float(answer.get("expireIn", 7200))


def _safe(url: str) -> bool:
    """Whether a text may be sent there."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and loopback(parts.hostname or ""))
