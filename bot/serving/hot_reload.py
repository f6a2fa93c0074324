"""Hot reload: a changed file of the base is noticed, checked in full, and swapped in whole or not at all.

Checking and compiling is a job of its own (check_job.py); here the compiled form is only loaded. The answers go over
to the new base between two questions: one step of the event loop tells the worker and exchanges the assistant.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.engine.assistant import Assistant
from bot.serving import check_job, jobs
from bot.serving.answer_process import Reload, Worker, clear_away
from bot.serving.base_files import BaseFiles
from bot.serving.last_good import LastGood, Started
from bot.serving.reply_cache import RecentReplies
from knowledge import compiled
from knowledge.files.faults import KnowledgeError
from knowledge.teaching import overlay

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between looks at the files; a change is taken up when nothing changed between two looks."""
SETTLED = 20.0
"""Seconds after a swap by which the answers under way are over, and the old base can be cleared away."""
Snapshot = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Report:
    """What came of one check."""

    status: Literal["same", "swapped", "mended", "refused", "started"]
    """same: nothing had changed; mended: as before, after a refusal; started: on the last good base, not the files."""
    faults: tuple[str, ...] = ()
    """Each with file and line."""
    stale: tuple[str, ...] = ()
    """Taught phrasings that no longer count, and why."""
    seconds: float = 0.0
    kept: float = 0.0
    """started: POSIX seconds at which that base was last known to be good."""


Teller = Callable[[Report, bool], Awaitable[None]]
"""Told of every report that is news; and whether it came after a refusal."""


@dataclass
class State:
    """What is shown of the base that is in force."""

    fingerprint: str
    since: float = field(default_factory=time.time)
    """POSIX seconds."""
    faults: tuple[str, ...] = ()
    """Why the files on disk were refused; empty when they are what is in force."""
    kept: float = 0.0
    """When the base in force was kept, if the run began with it for the files' faults; 0: it is from the files."""


class Reloader:
    """Watches the files, and exchanges the base of ``recent`` and the worker."""

    def __init__(
        self,
        files: BaseFiles,
        recent: RecentReplies,
        worker: Worker | None,
        tell: Teller,
        count: Callable[[str], None] = lambda _: None,
        last_good: LastGood | None = None,
        started: Started | None = None,
    ) -> None:
        """``count``: is told the status of every check. ``last_good``: keeps what is good for the next start.

        ``started``: how this run came by its base.
        """
        self.files = files
        self._recent = recent
        self._worker = worker
        self._tell = tell
        self._count = count
        self._one_at_a_time = asyncio.Lock()
        self._tidying: asyncio.Task[None] | None = None
        self._last_good = last_good
        self.state = State(recent.assistant.ready.fingerprint)
        if started is not None and started.kept:
            self.state.faults, self.state.kept = started.faults, started.kept
            count("refused")

    async def watch(self) -> None:
        """Look at the files for ever. They may have changed, or been refused in part, since the start."""
        if self.state.kept:
            await self._tell(Report("started", self.state.faults, kept=self.state.kept), False)
        last = await asyncio.to_thread(snapshot, self.files)
        good = await asyncio.to_thread(self._unchanged)
        done = last if good and not self.state.faults else None
        if good:
            await self._keep()
        while True:
            await asyncio.sleep(EVERY)
            found = await asyncio.to_thread(snapshot, self.files)
            if found != last:
                last = found  # perhaps still being written
            elif found != done:
                done = found
                await self.now()

    async def now(self, forced: bool = False, asked: bool = False) -> Report:
        """Check the files; swap them in if they are changed and good.

        ``forced``: even when they are not changed. ``asked``: who asked gets the report, so that only a refusal is news
        to others.
        """
        async with self._one_at_a_time:
            refused_before = bool(self.state.faults)
            began = time.monotonic()
            try:
                report = await self._check(forced)
            except jobs.JobError as error:
                log.error("reload_failed", extra={"reason": str(error)})
                report = Report("refused", (str(error),), seconds=time.monotonic() - began)
            if report.status == "refused":
                news = report.faults != self.state.faults
            else:
                news = report.status != "same" and not (asked and not refused_before)
            self.state.faults = report.faults
            if report.status != "refused":
                self.state.kept = 0.0
            self._count(report.status)
            if report.status == "refused":
                log.error("base_refused", extra={"faults": report.faults[:20], "count": len(report.faults)})
            elif report.status == "swapped":
                log.info("base_reloaded", extra={"seconds": round(report.seconds, 1), "stale": len(report.stale)})
                await self._keep()
        if news:
            await self._tell(report, refused_before)
        return report

    async def _check(self, forced: bool) -> Report:
        began = time.monotonic()
        same = await asyncio.to_thread(self._unchanged)
        if same and not forced:
            return Report("mended" if self.state.faults else "same")
        result = await check_job.check(self.files)
        seconds = time.monotonic() - began
        if result["faults"]:
            return Report("refused", tuple(result["faults"]), seconds=seconds)
        stale = tuple(result["stale"])
        if result["fingerprint"] == self.state.fingerprint:
            return Report("mended" if self.state.faults else "same", stale=stale, seconds=seconds)
        folders = tuple(compiled.cache_folders(self.files.root, self.files.overlay))
        ready = await asyncio.to_thread(compiled.load, result["fingerprint"], folders)
        if ready is None:
            raise jobs.JobError("the compiled form has vanished")
        if not ready.base.policies and self._recent.assistant.library.policies:
            return Report("refused", (self._recent.assistant.words("reload.none_left"),), seconds=seconds)
        assistant = await asyncio.to_thread(self._recent.assistant.with_base, ready)
        self._swap(assistant, Reload(ready.fingerprint, folders))
        return Report("swapped", stale=stale, seconds=time.monotonic() - began)

    async def _keep(self) -> None:
        """What is in force is good: the next start may need it."""
        if self._last_good is not None:
            await asyncio.to_thread(self._last_good.keep, self.state.fingerprint)

    def _unchanged(self) -> bool:
        with contextlib.suppress(KnowledgeError, OSError):
            taught = overlay.read(self.files.overlay).taught
            return compiled.fingerprint(self.files.root, taught) == self.state.fingerprint
        return False

    def _swap(self, assistant: Assistant, reload: Reload) -> None:
        """In one step of the event loop, so that no question falls between the two."""
        if self._worker is not None and self._worker.alive:
            self._worker.reload(reload).add_done_callback(_loaded)
        self._recent.swap(assistant)
        self.state.fingerprint, self.state.since = reload.fingerprint, time.time()
        if self._tidying is None or self._tidying.done():
            self._tidying = asyncio.create_task(_tidy(), context=contextvars.Context())


def _loaded(answer: asyncio.Future[object]) -> None:
    if not answer.cancelled() and answer.exception() is not None:
        log.error("worker_not_reloaded", extra={"remedy": "answers are worked out in the main process from here on"})


async def _tidy() -> None:
    """Clear the old base away. To be run in a context of its own: that of a turn holds the old base."""
    await asyncio.sleep(SETTLED)
    clear_away()


def snapshot(files: BaseFiles) -> Snapshot:
    """(mtime in ns, size) of every file that the base depends on."""
    out: Snapshot = {}
    for path in (files.overlay, *compiled.sources(files.root)):
        with contextlib.suppress(OSError):
            found = path.stat()
            out[str(path)] = (found.st_mtime_ns, found.st_size)
    return out


MOST_FAULTS = 10
"""Faults that a message names."""
