"""The web on a real port, over a real store, and what a browser without scripts does there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from aiohttp import ClientResponse, ClientSession, CookieJar
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.channels.web.app import WebApp
from bot.channels.web.channel import CONSOLE, NAME, WebChannel
from bot.channels.web.settings import WebSettings
from bot.days import BEIJING
from bot.hosting.listener import application
from bot.messaging.listening import SLOWEST, listen
from bot.operations.metrics import Metrics
from bot.service.intake import Intake
from bot.service.limits import UserLimit
from bot.service.parts import Parts
from bot.service.port import Address, Channel
from bot.service.service import Service
from bot.service.staffroom import ConsoleRoom, StaffRoom
from bot.serving.replicas.replica import Replica
from bot.serving.reply_cache import RecentReplies
from bot.staff.asker_hash import Askers
from bot.staff.hours import Hours
from bot.staff.roles import Staff
from bot.store.store import Store
from tests.service.channel import MemoryChannel, Shown
from tests.service.town import ROOM, STAFF

NOW = datetime(2025, 10, 13, 10, 0, tzinfo=BEIJING)
UNLIMITED = WebSettings(port=0, address_limit=0)


class Web:
    """It, and the staff's group in the channel in memory."""

    def __init__(
        self,
        store: Store,
        replies: RecentReplies,
        settings: WebSettings = UNLIMITED,
        *,
        room: bool = False,
        console: bool = False,
        limit: int = 10_000,
        keep_days: int = 90,
        replica: Replica | None = None,
    ) -> None:
        words = replies.assistant.words
        self.store = store
        self.memory = MemoryChannel()
        channels: dict[str, Channel] = {NAME: WebChannel(store, "政策助手"), self.memory.name: self.memory}
        at = Address(self.memory.name, ROOM, place="group") if room else None
        self.parts = Parts(
            store=store,
            askers=Askers(b"a key for tests only"),
            metrics=Metrics(),
            words=words,
            replies=replies,
            limit=UserLimit(limit),
            staff=Staff(more={(self.memory.name, name): role for name, role in STAFF.items()}),
            room=(
                ConsoleRoom(Address(NAME, CONSOLE, place="group"), channels, store, words, Hours(), lambda: NOW)
                if console
                else StaffRoom(at, channels, store, words, Hours(), lambda: NOW, {(NAME, CONSOLE)})
            ),
            channels=channels,
            keep_days=keep_days,
            replica=replica,
        )
        service, metrics = Service(self.parts), self.parts.metrics
        self.staff = Intake(self.memory.name, self.memory.read, service, store, metrics, replica=replica)
        self.web = WebApp(self.parts, settings)
        self.settings = settings
        self.address = ""

    async def open(self, slowest: float = SLOWEST) -> Web:
        await self.web.start()
        self.app = application((), self.web)
        self._listening = await listen(self.app, "127.0.0.1", self.settings.port, slowest)
        self.port = self._listening.port
        self.address = f"http://127.0.0.1:{self.port}{self.settings.prefix}"
        return self

    async def close(self) -> None:
        self._listening.refuse()
        await self.web.stop(2.0)
        await self._listening.close()

    def browser(self) -> Browser:
        return Browser(self.address)

    @property
    def in_room(self) -> list[Shown]:
        """What was posted to the staff."""
        return [one for one in self.memory.shown if one.conversation == ROOM]


class Browser:
    """One person's, without scripts: it follows links and sends forms."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self.page = LexborHTMLParser("<p></p>")
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.url = address

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def open(self, path: str, **more: Any) -> Browser:
        async with self.session.get(urljoin(f"{self.address}/", path.lstrip("/")), **more) as response:
            return await self._take(response)

    async def _take(self, response: ClientResponse) -> Browser:
        self.status, self.headers, self.url = response.status, response.headers, str(response.url)
        self.page = LexborHTMLParser(await response.text())
        return self

    async def send(self, form: LexborNode, fields: Mapping[str, str] | None = None, **more: Any) -> Browser:
        """Send a form with what is in its hidden fields, and these."""
        data = {str(i.attributes["name"]): i.attributes.get("value") or "" for i in form.css("input[type=hidden]")}
        action = urljoin(self.url, form.attributes.get("action") or "")
        assert (form.attributes.get("method") or "get").lower() == "post"
        async with self.session.post(action, data=data | dict(fields or {}), **more) as response:
            return await self._take(response)

    async def ask(self, text: str) -> Browser:
        form = next(f for f in self.page.css("form") if f.css_first("input[name=text]") is not None)
        return await self.send(form, {"text": text})

    async def press(self, label: str) -> Browser:
        """The last button whose label begins so."""
        forms = [(f, b) for f in self.page.css("form") for b in f.css("button") if b.text().strip().startswith(label)]
        assert forms, f"no button {label} in {[b.text() for b in self.page.css('button')]}"
        form, button = forms[-1]
        name, value = str(button.attributes["name"]), str(button.attributes["value"])
        return await self.send(form, {name: value})

    async def press_plain(self, label: str) -> Browser:
        """The button whose label begins so, of a form that is told by nothing else."""
        form = next(f for f in self.page.css("form") for b in f.css("button") if b.text().strip().startswith(label))
        return await self.send(form)

    @property
    def said(self) -> list[tuple[bool, str]]:
        """(whether a person said it, what), in order."""
        return [
            ("asked" in (one.attributes["class"] or ""), one.text().strip())
            for one in self.page.css("#log > li[data-id]")
        ]

    @property
    def last(self) -> str:
        return self.said[-1][1]

    @property
    def told(self) -> str:
        node = self.page.css_first("#told")
        return node.text().strip() if node is not None else ""

    @property
    def text(self) -> str:
        return self.page.body.text() if self.page.body is not None else ""


def within(settings: WebSettings, **changes: Any) -> WebSettings:
    return replace(settings, **changes)
