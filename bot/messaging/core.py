"""What all channels of one process share: the store, the base in force, the staff's room, the watches. Wiring only."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.days import BEIJING
from bot.engine.assistant import WARM_UP, Assistant
from bot.operations import logs
from bot.operations.metrics import Metrics
from bot.replies.texts import Texts
from bot.service.expiry import ExpiryWatch
from bot.service.limits import UserLimit
from bot.service.notices import Notices
from bot.service.parts import Parts
from bot.service.port import Address, Channel
from bot.service.staffroom import ConsoleRoom, StaffRoom
from bot.serving.answer_process import Worker
from bot.serving.hot_reload import Reloader
from bot.serving.last_good import LastGood, Started, start
from bot.serving.memory import keep_giving_back
from bot.serving.reply_cache import RecentReplies
from bot.serving.searching import search_at
from bot.settings import Settings
from bot.staff.asker_hash import Askers, KeyFileError, open_askers
from bot.store.causes import UnusableDatabaseError
from bot.store.migrate import NewerSchemaError
from bot.store.store import Store
from knowledge.base.document import Policy

if TYPE_CHECKING:
    from bot.serving.replicas.replica import Replica
    from bot.serving.replicas.sharing import Sharing

log = logging.getLogger(__name__)

DRAIN = 15.0
"""Seconds that answers under way may take when the bot stops."""
SWITCH = 0.0005
"""Seconds after which a busy thread lets another run: no commit should wait for Python's usual 5 ms."""
COLLECT = 10_000
"""Objects more than were freed after which circles among them are looked for; Python's 700 come with each batch of
messages, and of these none makes circles (of 20,000 messages not one object was left for a collection to find)."""


class UnusableError(Exception):
    """There is nothing to run on; the message says why, in words for the operator."""


@dataclass(frozen=True)
class Found:
    """What there is before the event loop runs."""

    store: Store
    metrics: Metrics
    assistant: Assistant
    worker: Worker | None
    askers: Askers
    started: Started
    last_good: LastGood
    sharing: Sharing | None = None
    """Where there are several replicas: the files that they share, as they were brought at the start."""


def find(settings: Settings, secrets: Iterable[str], *filters: logging.Filter) -> Found:
    """Make ready what needs no event loop. Raises UnusableError, and KnowledgeError when there is no base.

    ``secrets``: what is blotted out in the log; ``filters`` as of logs.set_up.
    """
    os.umask(0o077)  # the store and what else is written here is about people
    logs.set_up(settings.log_level, [*secrets, settings.hash_key, *settings.search_passwords], *filters)
    metrics = Metrics(settings.replica)
    try:
        store = Store(settings.database, settings.keep_days, metrics.set_aside.inc)
        _prepare(store, settings.beside.values())
        askers = open_askers(settings.hash_key, settings.data_dir)
    except (UnusableDatabaseError, KeyFileError) as error:
        raise UnusableError(str(error)) from error
    except NewerSchemaError as error:
        raise UnusableError(f"数据库的版本（{error}）比这个程序新；请更新 policybot，或用它自己的数据库") from error
    sharing = _shared(store, settings) if settings.replica else None
    if not settings.replica:
        _only_one(store)
    last_good = LastGood(settings.data_dir, settings.base)
    started = start(settings.base, last_good)
    assistant = Assistant(started.ready, search=search_at(settings.search))
    assistant.reply(WARM_UP)
    gc.collect()
    gc.freeze()  # the base lives as long as the process: no collection need look at it again
    gc.set_threshold(COLLECT, *gc.get_threshold()[1:])
    worker = Worker(assistant) if (os.cpu_count() or 1) > 1 and hasattr(os, "fork") else None
    sys.setswitchinterval(SWITCH)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until it means something, see Core.running
    return Found(store, metrics, assistant, worker, askers, started, last_good, sharing)


def _only_one(store: Store) -> None:
    """What knows nothing of leases must not answer beside replicas. Raises UnusableError."""
    if store.engine.dialect.name != "postgresql":
        return
    from bot.store import leases

    with store.engine.connect() as connection:
        found = leases.alive(connection)
    if found:
        names = "、".join(one.rpartition(".")[0] for one in found)
        raise UnusableError(f"这个数据库上有副本在跑（{names}）；请给这一个也设 POLICYBOT_REPLICA，或先停下它们")


def _shared(store: Store, settings: Settings) -> Sharing:
    """Bring what other replicas taught and published, before the base is loaded. Raises UnusableError."""
    from bot.serving.replicas.sharing import Sharing  # what one process alone need not load

    sharing = Sharing(settings.base)
    try:
        with store.engine.connect() as connection:
            sharing.begin(connection)
    except OSError as error:
        raise UnusableError(
            f"别的副本教的、发布的写不进来：{error}；请让运行程序的用户能写知识库和数据文件夹"
        ) from error
    return sharing


def _prepare(store: Store, beside: Iterable[Path], patience: float = 30.0) -> None:
    """Make the tables ready; a database that is locked or just starting gets half a minute."""
    end, pause = time.monotonic() + patience, 1.0
    while True:
        try:
            return store.prepare(beside)
        except UnusableDatabaseError as error:
            if not error.passing or time.monotonic() + pause > end:
                raise
            log.warning("store_waiting", extra={"reason": str(error), "next_try_seconds": pause})
            time.sleep(pause)
            pause *= 2


@contextlib.asynccontextmanager
async def opened(found: Found) -> AsyncIterator[None]:
    """The store and the answering process, for as long as the event loop needs them."""
    found.store.open()
    if found.worker is not None:
        await found.worker.open()
    try:
        yield
    finally:
        if found.worker is not None:
            await found.worker.close()
        await found.store.close()


def _replica(store: Store, name: str, sharing: Sharing | None) -> Replica | None:
    if not name:
        return None
    from bot.serving.replicas.replica import Replica  # what one process alone need not load

    replica = Replica(store, name)
    if sharing is not None:
        replica.sharing = sharing
        replica.listeners.append(sharing.heard)
    return replica


def _limit(store: Store, settings: Settings, replica: Replica | None) -> UserLimit:
    if replica is None:
        return UserLimit(settings.user_limit)
    from bot.service.shared_limit import SharedLimit  # what one process alone need not load

    return SharedLimit(settings.user_limit, store)


class Core:
    """The parts that every channel works with; channels are added before anything is answered."""

    def __init__(self, settings: Settings, found: Found, console: Address | None = None) -> None:
        """``console``: where the staff answers in a browser; None: there is no web in this process."""
        self.settings = settings
        self.store = store = found.store
        self.metrics = metrics = found.metrics
        self.replica = _replica(store, settings.replica, found.sharing)
        """None: this process is the only one."""
        self.channels: dict[str, Channel] = {}
        self.forgetting: list[Callable[[str, str], object]] = []
        """As Parts.forgetting."""
        words = found.assistant.words
        self.replies = RecentReplies(found.assistant, found.worker)
        self.room = self._room(console, words)
        self.notices = Notices(self.channels, settings.staff, self.room, words)
        self.reloader = Reloader(
            settings.base,
            self.replies,
            found.worker,
            self.notices.base,
            metrics.base_checked,
            found.last_good,
            found.started,
        )
        self.parts = Parts(
            store=store,
            askers=found.askers,
            metrics=metrics,
            words=words,
            replies=self.replies,
            limit=_limit(store, settings, self.replica),
            staff=settings.staff,
            room=self.room,
            channels=self.channels,
            keep_days=settings.keep_days,
            reloader=self.reloader,
            forgetting=(self._forget,),
            replica=self.replica,
        )
        self.expiry = ExpiryWatch(store, self.notices, self.policies, found.assistant.today, words)
        self._running = False

    def _room(self, console: Address | None, words: Texts) -> StaffRoom:
        """The staff's group, and the console beside it; the console alone where there is no group."""
        group, hours, now = self.settings.staff_room, self.settings.hours, lambda: datetime.now(BEIJING)
        if group is None and console is not None:
            return ConsoleRoom(console, self.channels, self.store, words, hours, now)
        at = Address(*group, place="group") if group is not None else None
        also = {(console.channel, console.conversation)} if console is not None else set()
        return StaffRoom(at, self.channels, self.store, words, hours, now, also)

    def _forget(self, channel: str, person: str) -> None:
        for forget in self.forgetting:
            forget(channel, person)

    def policies(self) -> tuple[Policy, ...]:
        """Those of the base that is in force."""
        return self.replies.assistant.ready.base.policies

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The watches, for as long as somebody is inside; whoever comes second finds them running."""
        if self._running:
            yield
            return
        self._running = True
        await self.room.open()
        if self.replica is not None:
            await self.replica.start()
        once = (self._once("@expiry", self.expiry.watch), self._once("@posting", self.room.keep_posting))
        watches = (self.reloader.watch(), keep_giving_back(), *once)
        tasks = {asyncio.create_task(watch) for watch in watches}
        if self.replica is not None and self.replica.sharing is not None:
            tasks.add(asyncio.create_task(self.replica.sharing.watch(self.store, self.reloader.now)))
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, lambda: tasks.add(asyncio.create_task(self._reload())))
        try:
            yield
        finally:
            self._running = False
            for task in tasks:
                task.cancel()
            if self.replica is not None:
                await self.replica.stop()

    async def _once(self, name: str, watch: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """A watch of which there may be only one, whatever the number of replicas."""
        if self.replica is None:
            await watch()
        else:
            await self.replica.accounts.keep(name, watch)

    async def _reload(self) -> None:
        """Check the base's files, as SIGHUP asks."""
        await self.reloader.now(forced=True)
