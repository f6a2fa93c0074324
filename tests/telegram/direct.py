"""The bot's handlers and the stand-in server in one process, without a network: a turn takes milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from telegram import Update, User
from telegram.error import NetworkError
from telegram.ext import Application, ApplicationBuilder
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram import menus
from bot.channels.telegram.app import _note_error
from bot.channels.telegram.channel import NAME, TelegramChannel
from bot.channels.telegram.context import failure_of
from bot.channels.telegram.handlers import Handlers
from bot.channels.telegram.incoming import Reader
from bot.channels.telegram.inline import Bursts, Inline
from bot.channels.telegram.queue import JournalQueue, TurnProcessor
from bot.days import BEIJING
from bot.operations.metrics import Metrics
from bot.service.limits import UserLimit
from bot.service.parts import Parts
from bot.service.port import Address
from bot.service.service import Service
from bot.service.staffroom import StaffRoom
from bot.service.turns import Turns
from bot.serving.base_files import BaseFiles
from bot.serving.hot_reload import Reloader, Report
from bot.serving.reply_cache import RecentReplies
from bot.staff.asker_hash import Askers
from bot.staff.hours import Hours
from bot.staff.roles import Staff
from bot.store.store import Store
from knowledge import ROOT
from tests.botapi import BotApi, Chat, Person, Sent
from tests.botapi.arguments import Upload
from tests.botapi.world import Query
from tests.patience import PATIENCE


async def _untold(report: Report, after_refusal: bool) -> None:
    """Nobody is told of a reload."""


class Direct(BaseRequest):
    """PTB's request seam, straight into the server."""

    def __init__(self, server: BotApi) -> None:
        self._server = server

    @property
    def read_timeout(self) -> float | None:
        return 1.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **kwargs: Any
    ) -> tuple[int, bytes]:
        values = dict(request_data.json_parameters) if request_data is not None else {}
        try:
            parts = request_data.multipart_data if request_data is not None else {}
            files = {name: Upload(part[0], cast(bytes, part[1])) for name, part in (parts or {}).items()}
            return await self._server.direct(url.rpartition("/")[2], values, files)
        except ConnectionError as error:
            raise NetworkError(str(error)) from error


class Played:
    """A bot and those who talk to it. Acts are done on ``server``; ``after`` lets the bot see to them."""

    def __init__(
        self,
        server: BotApi,
        store: Store,
        assistant: RecentReplies,
        *,
        limit: UserLimit | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(BEIJING),
        busy: bool = True,
        most_asked: Callable[[], Sequence[str]] | None = None,
        staff: Staff | None = None,
        staff_chat: int | None = None,
        keep_days: int = 90,
        hours: Hours | None = None,
    ) -> None:
        """``busy``: "typing" is not shown."""
        self.server = server
        self.store = store
        self.words = assistant.assistant.words
        self._assistant = assistant
        self.metrics = Metrics()
        self.queue = JournalQueue(store, self.metrics, lambda at: self.room.is_at(at))
        self.application: Application[Any, Any, Any, Any, Any, Any] = (
            ApplicationBuilder()
            .token(server.token)
            .request(Direct(server))
            .get_updates_request(Direct(server))
            .updater(None)
            .build()
        )
        turns = Turns(store, failure_of=failure_of)
        self.processor = TurnProcessor(self.queue, turns, self.metrics, self.application.process_update)
        self.application.add_error_handler(_note_error)
        self.channel = TelegramChannel(self.application.bot, lambda: busy)
        channels = {NAME: self.channel}
        at = Address(NAME, str(staff_chat), place="group") if staff_chat is not None else None
        self.room = StaffRoom(at, channels, store, self.words, hours or Hours(), now)
        nothing_taught = BaseFiles(ROOT, ROOT / "overlay-of-nobody.yaml", None)
        bursts = Bursts()
        self.office = Parts(
            store=store,
            askers=Askers(b"a key for tests only"),
            metrics=self.metrics,
            words=self.words,
            replies=assistant,
            limit=limit or UserLimit(10_000),
            staff=staff or Staff(),
            room=self.room,
            channels=channels,
            keep_days=keep_days,
            now=now,
            reloader=Reloader(nothing_taught, assistant, None, _untold),
            forgetting=(bursts.forget,),
        )
        inline = Inline(self.office, lambda: self.channel.called, bursts, most_asked or self.examples)
        for handler in Handlers(Service(self.office), Reader(self.me), inline).all():
            self.application.add_handler(handler)
        self.members: dict[str, Person] = {}
        """Members of staff, for tests that have some."""
        self.alice = server.person("甲", "alice")
        self.chat = server.private(self.alice)

    def me(self) -> User:
        """Who the bot is."""
        return cast(User, self.application.bot.bot)

    def examples(self) -> list[str]:
        """The questions that people are shown."""
        return list(self._assistant.assistant.library.examples.questions)

    async def menus(self, pause: float = 2.0) -> None:
        """Have the menus set."""
        await menus.set_menus(self.application.bot, self.office, pause)

    async def after(self, *_: object) -> list[Sent]:
        """What the bot sends or edits after these acts."""
        before = len(self.server.sent)
        while self.server.updates.pending:
            raw = self.server.updates.pending[0]
            self.server.updates.forget(raw["update_id"])
            await self.raw(raw)
        return self.server.sent[before:]

    async def raw(self, update: dict[str, Any]) -> None:
        """One update, journalled, answered and ticked off."""
        async with asyncio.timeout(PATIENCE):
            await self.queue.put(Update.de_json(update, self.application.bot))
            while not self.queue.empty():
                item = await self.queue.get()
                await self.processor.process_update(item, self.application.process_update(item))

    async def tell(self, text: str, chat: Chat | None = None, person: Person | None = None, **more: Any) -> list[Sent]:
        """What comes of a text message; of Alice's, in private, unless others are named."""
        return await self.after(self.server.say(chat or self.chat, person or self.alice, text, **more))

    async def press(
        self, sent: Sent, button: str | int = 0, person: Person | None = None, forged: str = ""
    ) -> tuple[list[Sent], Query]:
        """What comes of pressing a button: messages, and the query with its answer."""
        query = self.server.press(sent, person or self.alice, button, forged=forged)
        return await self.after(), query

    async def inline(self, text: str, offset: str = "") -> dict[str, Any]:
        """The answer to an inline query."""
        query = self.server.ask_inline(self.alice, text, offset)
        await self.after()
        assert query.answer is not None
        return query.answer

    def labels(self, sent: Sent) -> list[str]:
        """The texts of the buttons."""
        return [button["text"] for button in sent.buttons]
