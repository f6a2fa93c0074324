"""The 智能机器人 as a channel: one stream a question, a placeholder and then the answer whole; the rest as messages."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import Any

from bot.channels.wecom_bot.connection import EXPIRED, GONE, Connection, FrameError
from bot.channels.wecom_bot.incoming import NAME
from bot.channels.wecom_bot.slots import Slot, Slots
from bot.messaging.markdown import escaped, most_bytes
from bot.messaging.plain import PlainChannel
from bot.messaging.quota import Quota
from bot.service.buttons import parse
from bot.service.pages import Run
from bot.service.port import Address, Capabilities, DisturbedError, LaterError, RefusedError, Rows, Sent, UnwelcomeError
from bot.service.turns import current_turn

log = logging.getLogger(__name__)

LONGEST = 20_480
"""Bytes of a stream's or a markdown message's content."""
WELCOME_LONGEST = 2_048
PER_CONVERSATION = ((30, 60.0), (1_000, 3_600.0))
"""(messages, seconds): replies, placeholders and what is sent unasked, together."""
PLACEHOLDERS = 10
"""Messages a minute from which no placeholder is shown any more: it would use up what answers need."""
PAUSE = 20.0
"""Seconds for which a conversation rests after the server said that there was too much of it."""
CAPABILITIES = Capabilities(longest=LONGEST, unit="bytes", markup="markdown", thumbs=True)
_NOT_THERE = frozenset({40003, 60111, 81013, 86008, 846604})
"""Nobody is there to be written to: unknown user or chat."""


class WecomBotChannel(PlainChannel):
    """The port's Channel."""

    def __init__(self, connection: Connection, slots: Slots, looking: str) -> None:
        """``looking``: what the placeholder says."""
        super().__init__(NAME, CAPABILITIES)
        self._connection = connection
        self._slots = slots
        self._looking = looking
        self._quota = Quota(PER_CONVERSATION)

    def mark_up(self, run: Run) -> str:
        """Shown as it is: what would be markup is escaped."""
        return escaped(run.text)

    def length(self, text: str) -> int:
        """Bytes once it is escaped."""
        return most_bytes(text)

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:
        """In reply where that is still possible, else as a message."""
        slot = self._slots.get(to.message) if to.message else None
        turn = current_turn.get()
        if slot is not None and rows:
            slot.judged = parse(rows[0][0].data)[1]
        resumed = turn is not None and turn.resumed  # what was sent before a restart may have used it
        if slot is not None and not slot.used and not resumed:
            name = await self._reply(to, slot, page)
            if name:
                return Sent(to.conversation, name)
        await self._push(to, page)
        return Sent(to.conversation, uuid.uuid4().hex)

    async def typing(self, to: Address) -> None:
        """The placeholder, in the background; the answer waits for it."""
        slot = self._slots.get(to.message)
        if slot is None or slot.used or slot.begun or slot.late or slot.welcome or slot.looking is not None:
            return
        if self._quota.used(to.conversation) < PLACEHOLDERS:
            slot.looking = asyncio.create_task(self._placeholder(to, slot))

    async def _placeholder(self, to: Address, slot: Slot) -> None:
        try:
            await self._quota.take(to.conversation)
            await self._connection.send("aibot_respond_msg", self._frame(to, slot, self._looking, False), slot.name)
        except (RefusedError, DisturbedError) as error:
            log.info("placeholder_not_shown", extra={"reason": str(error)})

    def _frame(self, to: Address, slot: Slot, text: str, last: bool) -> dict[str, Any]:
        """One frame of the stream; the first names the delivery, by which thumbs come back."""
        stream: dict[str, Any] = {"id": f"a-{to.message}", "finish": last, "content": text}
        if not slot.begun:
            stream["feedback"] = {"id": to.message}
        slot.begun = True
        return {"msgtype": "stream", "stream": stream}

    async def _reply(self, to: Address, slot: Slot, page: str) -> str:
        """Under its req_id; the name of what was sent, or "" when the req_id or the stream is gone."""
        if slot.looking is not None:
            await asyncio.wait((slot.looking,))
        if slot.welcome and len(page.encode()) > WELCOME_LONGEST:
            slot.used = True
            return ""
        await self._quota.take(to.conversation)
        try:
            if slot.welcome:
                body = {"msgtype": "text", "text": {"content": page}}
                await self._connection.send("aibot_respond_welcome_msg", body, slot.name)
            else:
                await self._connection.send("aibot_respond_msg", self._frame(to, slot, page, True), slot.name)
        except LaterError:
            self._quota.pause(to.conversation, PAUSE)
            raise
        except FrameError as error:
            if error.code not in (GONE, EXPIRED):
                raise _meant(error) from error
            log.info("reply_slot_gone", extra={"reason": str(error)})
            slot.used = True
            return ""
        slot.used = True
        return f"a-{to.message}"

    async def _push(self, to: Address, page: str) -> None:
        body = {
            "chatid": to.conversation,
            "chat_type": 2 if to.place == "group" else 1,
            "msgtype": "markdown",
            "markdown": {"content": page},
        }
        await self._quota.take(to.conversation)
        try:
            await self._connection.send("aibot_send_msg", body)
        except LaterError:
            self._quota.pause(to.conversation, PAUSE)
            raise
        except FrameError as error:
            raise _meant(error) from error


def _meant(error: FrameError) -> RefusedError:
    return UnwelcomeError(str(error)) if error.code in _NOT_THERE else RefusedError(str(error))
