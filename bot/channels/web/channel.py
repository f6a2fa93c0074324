"""The page as the service's channel: what it is sent is written down, and shown when the page is looked at."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict

from sqlalchemy import Connection

from bot.channels.web import content as kept
from bot.service.port import Address, Capabilities, Content, File, GoneError, Incoming, RefusedError, Rows, Sent
from bot.service.turns import current_turn
from bot.store import web
from bot.store.store import Change, Store

NAME = web.CHANNEL
CONSOLE = "console"
"""The conversation of the staff; what is said there is shown to whoever did something, and kept nowhere."""
CAPABILITIES = Capabilities(
    longest=200_000, unit="characters", markup="plain", buttons=200, columns=8, edits=True, files=False
)
TOLD = 1_000
"""Words to pressed buttons that wait to be shown."""


class WebChannel:
    """The port's Channel."""

    name = NAME
    capabilities = CAPABILITIES

    def __init__(self, store: Store, called: str) -> None:
        self.called = called
        self._store = store
        self._told: OrderedDict[str, str] = OrderedDict()

    def private(self, person: str) -> Address:
        """A person is one browser, and has one conversation."""
        return Address(NAME, person, person)

    def render(self, content: Content, room: int = 0) -> list[str]:  # noqa: ARG002
        """One message, whatever its length: pages have room."""
        page = kept.stored(content)
        return [page] if page != kept.EMPTY else []

    async def send(self, to: Address, page: str, rows: Rows = ()) -> Sent:
        """Write a message down; sent again for the same cause it is the same, so that a crash shows nothing twice."""
        turn = current_turn.get()
        if to.conversation == CONSOLE:
            if turn is not None:
                self.tell(turn.delivery.id, kept.text_of(page))
            return Sent(CONSOLE, to.message or CONSOLE)
        cause = f"{turn.delivery.channel}:{turn.delivery.id}" if turn is not None else ""
        name = hashlib.blake2s(f"{cause}\n{to.message}\n{page}".encode(), digest_size=10).hexdigest()
        row = {
            **{"conversation": to.conversation, "name": name, "author": "bot", "answers": to.message},
            **{"content": page, "buttons": kept.stored_rows(rows), "at": time.time()},
        }

        def write(connection: Connection) -> None:
            web.write(connection, row)

        self._store.change_soon(Change(also=[write]))  # the step that is recorded next is written after it
        return Sent(to.conversation, name)

    async def edit(self, at: Address, page: str | None, rows: Rows) -> None:
        """Change a message on the page."""
        values = {"buttons": kept.stored_rows(rows)} | ({"content": page} if page is not None else {})
        if not await self._store.transact(lambda c: web.change(c, at.conversation, at.message, values)):
            raise GoneError("no such message")

    async def send_file(self, to: Address, file: File, caption: str) -> Sent:  # noqa: ARG002  the port's
        """Not on a page."""
        raise RefusedError("pages take no files")

    async def acknowledge(self, press: Incoming, text: str = "", alert: bool = False) -> None:  # noqa: ARG002
        """Kept for the page that answers the press."""
        if text:
            self.tell(press.delivery.id, text)

    def tell(self, key: str, text: str) -> None:
        """Keep a word for the next page of somebody; of many, the latest are kept."""
        self._told[key] = text
        while len(self._told) > TOLD:
            self._told.popitem(last=False)

    async def typing(self, to: Address) -> None:
        """The browser shows that itself."""

    def told(self, key: str) -> str:
        """What was kept so, such as for a press, once."""
        return self._told.pop(key, "")
