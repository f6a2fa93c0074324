"""How far each account was read. The cursor is written in the commit that journals what was read up to it.

Where there is no cursor yet, WeChat gives the last three days: of these only what is not older than a minute before the
account was first heard of is answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from bot.channels.wecom_kf.channel import NAME
from bot.channels.wecom_kf.incoming import CUSTOMER, raw
from bot.channels.wecom_kf.seats import Seats
from bot.messaging.wechat.api import WechatApi
from bot.service.intake import Intake
from bot.service.journal import Raw
from bot.service.port import DisturbedError, RefusedError
from bot.store.keys import Talk
from bot.store.store import Kept, Store
from bot.store.tables import conversations

log = logging.getLogger(__name__)

OLD = 60.0
"""Seconds."""
AT_ONCE = 1_000
"""Messages read at once, at most."""
RETRY = (1.0, 30.0)
"""Seconds before an account is read again after a failure, at first and at most."""
_CURSOR = "cursor "
ANSWERED_WITHIN = 10.0
"""Seconds for which a conversation that is handed over waits for the answers to what came before."""
WISH = 40
"""Characters of the longest text that may ask for a person and nothing else."""


def place(kf: str) -> Talk:
    """Under what an account's cursor is kept: beside the conversations, as nobody's."""
    return Talk(NAME, f"{_CURSOR}{kf}", "")


def known(connection: Connection) -> list[str]:
    """The accounts that were heard of."""
    c = conversations.c
    query = select(c.conversation).where(c.channel == NAME, c.person == "", c.conversation.startswith(_CURSOR))
    return [name.removeprefix(_CURSOR) for name in connection.execute(query).scalars()]


class Account:
    """One customer service account, read by one at a time."""

    def __init__(self, kf: str, api: WechatApi, intake: Intake, store: Store, seats: Seats) -> None:
        self._kf = kf
        self._api = api
        self._intake = intake
        self._store = store
        self._seats = seats
        self._wanted = asyncio.Event()
        self._token = ""
        self._cursor = ""
        self._since: float | None = None

    async def heard(self) -> None:
        """Remember the account before its callback is acknowledged: what is there is read after a crash as well."""
        await self._load()
        if self._since is None:
            self._since = time.time()
            await self._intake.take([], [self._kept()])

    def read_soon(self, token: str = "") -> None:
        """There is something; ``token``: what the callback gave to read it with."""
        self._token = token or self._token
        self._wanted.set()

    async def run(self) -> None:
        """Read whenever there is something."""
        pause = RETRY[0]
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._load()
                while await self._page():
                    pass
                pause = RETRY[0]
            except Exception as error:  # whatever it is, the account has to be read again
                told = isinstance(error, (DisturbedError, RefusedError))
                extra = {"reason": str(error) if told else repr(error), "next_try_seconds": pause}
                log.warning("kf_not_read", extra=extra, exc_info=None if told else error)
                self._token = "" if isinstance(error, RefusedError) else self._token  # it holds for ten minutes
                self._wanted.set()
                await asyncio.sleep(pause)
                pause = min(pause * 2, RETRY[1])

    async def _load(self) -> None:
        if self._since is None or self._store.shared:  # another replica may have read on
            stored = json.loads(await self._store.conversation(place(self._kf)) or "{}")
            self._cursor, self._since = str(stored.get("cursor", "")), stored.get("since")

    def _kept(self) -> Kept:
        data = {"cursor": self._cursor, "since": self._since}
        return Kept(place(self._kf), json.dumps(data), time.time())

    async def _page(self) -> bool:
        """Read once; whether there is more."""
        body: dict[str, Any] = {"open_kfid": self._kf, "limit": AT_ONCE, "voice_format": 0}
        body |= {name: value for name, value in (("cursor", self._cursor), ("token", self._token)) if value}
        answer = await self._api.call("/cgi-bin/kf/sync_msg", body)
        raws = await self._ours(answer.get("msg_list") or [])
        self._cursor = str(answer.get("next_cursor") or self._cursor)
        if self._since is None:
            self._since = time.time()
        await self._intake.take(raws, [self._kept()])
        return bool(answer.get("has_more"))

    async def _ours(self, messages: Sequence[dict[str, Any]]) -> list[Raw]:
        """Those that are to be answered, in order."""
        oldest = (self._since if self._since is not None else time.time()) - OLD
        fresh = [one for one in messages if float(one.get("send_time", 0)) >= oldest]
        silent = {person: await self._seats.taken(self._kf, person) for person in _customers(fresh)}
        found: list[Raw] = []
        for one in fresh:
            made = raw(one)
            if made is not None and not silent.get(made.person, False):
                if await self._wanted_person(one):
                    await self._answered(found)
                    silent[made.person] = await self._seats.hand_over(self._kf, made.person)
                if silent.get(made.person, False):
                    continue
                found.append(made)
            elif (event := one.get("event")) and event.get("event_type") == "session_status_change":
                await self._seats.changed(event)
        return found

    async def _wanted_person(self, message: dict[str, Any]) -> bool:
        """Whether the customer asks for a person, and WeCom's own take over: else it is the service's affair."""
        text = message["text"]["content"].strip() if message.get("msgtype") == "text" else ""
        return self._seats.there and 0 < len(text) <= WISH and await self._intake.wants_person(text)

    async def _answered(self, before: list[Raw]) -> None:
        """Answer what came before: once a person has the conversation nothing of ours is taken any more.

        The cursor stays where it is until all is read: what is journalled here is known again when it is read again.
        """
        if before:
            await self._intake.take(before)
            before.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._intake.idle(), ANSWERED_WITHIN)


def _customers(messages: Sequence[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(str(one["external_userid"]) for one in messages if one.get("origin") == CUSTOMER))
