"""How fast, how dear, how steady: policybot beside the echo bot of python-telegram-bot's documentation.

    make load
    python -m tests.telegram.load --messages 60000 --chats 5000
    python -m tests.telegram.load --mode polling --messages 5000 --rounds 5

Both bots run as processes of their own, one after the other, against the same stand-in server in the same run, with the
same messages: real questions from tests/questions. The echo bot does no work and keeps nothing, so it is the ceiling.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from tests.botapi import BotApi, Chat, Person, Sent
from tests.botapi.updates import FIRST_ID
from tests.telegram.chaos import database_of
from tests.telegram.process import Bot, Kind, Mode
from tests.telegram.questions import mixed

RATIO = 0.85
"""policybot's messages a second over the echo bot's: what is asked for."""
SLOPE = 20.0
"""KB of memory a 1,000 messages that policybot may take in the second half of a long run."""
LONG = 60_000
"""Messages of a run that shows it: a shorter one still fills what is remembered (--messages 60000 --chats 5000)."""
SETTLE = 60.0
"""Seconds without an answer after which a run is given up."""


@dataclass
class Measured:
    """One bot in one mode."""

    kind: Kind
    mode: Mode
    messages: int = 0
    per_second: float = 0.0
    """End to end: from the first update handed out until the last answer came in."""
    cpu: float = 0.0
    """Milliseconds of processor time a message, of the process that talks to the server."""
    worker: float = 0.0
    """The same of the processes that it has."""
    server: float = 0.0
    """The same of the stand-in server with this program: near 1,000 / per_second it is the server that is measured."""
    calls: float = 0.0
    """API calls a message."""
    median: float = 0.0
    p99: float = 0.0
    """Milliseconds from update queued until its (first) answer came in, at the moderate rate."""
    slope: float = float("nan")
    """KB of RSS a 1,000 messages, least squares over the second half."""
    rss: float = 0.0
    """MB at the end."""
    missing: int = 0
    refused: int = 0
    samples: list[tuple[int, float]] = field(default_factory=list)
    """(messages answered, RSS in KB)."""


class Stage:
    """A server, its chats, and which questions are answered."""

    def __init__(self, chats: int, first_update: int, distinct: bool) -> None:
        self.distinct = distinct
        self.server = BotApi(fast=True)
        self.server.updates.next_id = first_update  # of its own: the bot remembers which updates it has answered
        people = [self.server.person(f"P{number}") for number in range(chats)]
        self.places: list[tuple[Chat, Person]] = [(self.server.private(person), person) for person in people]
        self.waiting: dict[tuple[int, int], float] = {}
        """(chat, message id) -> when it was asked, until it is answered."""
        self.echoes: dict[tuple[int, str], deque[int]] = defaultdict(deque)
        """(chat, text) -> message ids, for the echo bot, which does not reply to the message."""
        self.times: list[float] = []
        self.answered = 0
        self.last = 0.0
        self.quiet = True
        self.server.world.on_sent.append(self._sent)

    def ask(self, number: int, text: str) -> None:
        """The next question."""
        chat, person = self.places[number % len(self.places)]
        if self.distinct:
            text = f"{text} #{number}"
        message = self.server.say(chat, person, text)
        self.waiting[chat.id, message["message_id"]] = time.monotonic()
        self.echoes[chat.id, message["text"].strip()].append(message["message_id"])

    def _sent(self, sent: Sent) -> None:
        identifier = sent.reply_to
        if identifier is None:
            same = self.echoes.get((sent.chat_id, sent.text))
            identifier = same.popleft() if same else 0
        asked = self.waiting.pop((sent.chat_id, identifier), None)
        if asked is not None:
            self.times.append(sent.at - asked)
            self.answered += 1
            self.last = sent.at
        self.server.world.sent.clear()
        chat = self.server.world.chats[sent.chat_id]
        if len(chat.messages) > 400:  # the server's own memory need not grow
            for old in list(chat.messages)[:200]:
                if (sent.chat_id, old) not in self.waiting:
                    del chat.messages[old]

    async def all_answered(self, sample: Callable[[], None]) -> None:
        """Wait until nothing is open, or nothing moves."""
        moved, seen = time.monotonic(), self.answered
        while self.waiting and time.monotonic() - moved < SETTLE:
            await asyncio.sleep(0.1)
            sample()
            if self.answered != seen:
                moved, seen = time.monotonic(), self.answered


async def measure(kind: Kind, mode: Mode, options: argparse.Namespace, database: str, folder: Path) -> Measured:
    """Full speed first, then (in a fresh process) the moderate rate."""
    measured = Measured(kind, mode, options.messages)
    await _full_speed(measured, options, database, folder)
    await _moderate(measured, options, database, folder)
    return measured


async def _started(stage: Stage, bot: Bot) -> psutil.Process:
    process = psutil.Process(bot.start().pid)
    ready = "setWebhook" if bot.mode == "webhook" else "getUpdates"
    await stage.server.until(lambda: stage.server.counts[ready] > 0, f"{bot.kind} starts: {bot.tail()}")
    stage.ask(0, "首次认定的高企补贴多少")  # warm
    await stage.server.until(lambda: not stage.waiting, f"{bot.kind} answers: {bot.tail()}")
    await asyncio.sleep(1.0)
    stage.times.clear()
    stage.answered = 0
    return process


def _used(processes: Sequence[psutil.Process]) -> float:
    """Seconds of processor time."""
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))


async def _full_speed(measured: Measured, options: argparse.Namespace, database: str, folder: Path) -> None:
    stage = Stage(options.chats, FIRST_ID, options.texts == "distinct")
    texts = mixed(options.messages, options.seed)
    async with stage.server:
        bot = Bot(stage.server, folder, measured.mode, measured.kind, database)
        try:
            process = await _started(stage, bot)
            children = process.children()
            before, before_children = _used([process]), _used(children)
            own, calls = time.process_time(), stage.server.counts.total()

            def sample() -> None:
                measured.samples.append((stage.answered, process.memory_info().rss / 1024))

            begun = time.monotonic()
            for number, text in enumerate(texts, 1):
                while len(stage.waiting) >= options.ahead:
                    await asyncio.sleep(0.01)
                    if len(measured.samples) < 10 * (time.monotonic() - begun):
                        sample()
                stage.ask(number, text)
            await stage.all_answered(sample)
            sample()
            measured.per_second = stage.answered / (stage.last - begun)
            measured.cpu = 1000 * (_used([process]) - before) / max(1, stage.answered)
            measured.worker = 1000 * (_used(children) - before_children) / max(1, stage.answered)
            measured.server = 1000 * (time.process_time() - own) / max(1, stage.answered)
            measured.calls = (stage.server.counts.total() - calls) / max(1, stage.answered)
            measured.rss = process.memory_info().rss / 2**20
            measured.missing += len(stage.waiting)
        finally:
            await asyncio.to_thread(bot.stop)
    measured.refused += len(stage.server.refusals)
    half = [(count, rss) for count, rss in measured.samples if count >= options.messages / 2]
    if len(half) > 2:
        measured.slope = float(np.polyfit([c for c, _ in half], [r for _, r in half], 1)[0]) * 1000


async def _moderate(measured: Measured, options: argparse.Namespace, database: str, folder: Path) -> None:
    stage = Stage(options.chats, 2 * FIRST_ID, options.texts == "distinct")
    count = int(options.rate * options.seconds)
    texts = mixed(count, options.seed + 1)
    async with stage.server:
        bot = Bot(stage.server, folder, measured.mode, measured.kind, database)
        try:
            await _started(stage, bot)
            begun = time.monotonic()
            for number, text in enumerate(texts, 1):
                await asyncio.sleep(max(0.0, begun + number / options.rate - time.monotonic()))
                stage.ask(number, text)
            await stage.all_answered(lambda: None)
            measured.median = 1000 * float(np.median(stage.times))
            measured.p99 = 1000 * float(np.percentile(stage.times, 99))
            measured.missing += len(stage.waiting)
        finally:
            await asyncio.to_thread(bot.stop)
    measured.refused += len(stage.server.refusals)


COLUMNS = (
    "bot",
    "mode",
    "messages",
    "msg/s",
    "ratio",
    "CPU ms/msg",
    "worker ms",
    "server ms",
    "calls/msg",
    "median ms",
    "p99 ms",
    "RSS MB",
    "KB/1,000",
    "miss",
)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.telegram.load", description=__doc__)
    parser.add_argument("--mode", choices=["polling", "webhook", "both"], default="both")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument(
        "--texts", choices=["distinct", "repeated"], default="distinct", help="distinct: none comes twice"
    )
    parser.add_argument("--ahead", type=int, default=1_000, help="questions open at once at full speed")
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second for the answer time")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long at that rate")
    parser.add_argument("--database", default="sqlite", help="sqlite, postgres, or an SQLAlchemy URL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1, help="turns of the two bots, on a machine that is not steady")
    parser.add_argument("--only", choices=["policybot", "echo"])
    options = parser.parse_args()
    modes: list[Mode] = ["polling", "webhook"] if options.mode == "both" else [options.mode]
    print(" | ".join(column.rjust(10) for column in COLUMNS), flush=True)
    bad = [_falls_short(mode, options) for mode in modes]
    return int(any(bad))


def _falls_short(mode: Mode, options: argparse.Namespace) -> bool:
    """Measure both bots in turns, as often as asked for, and print it; whether anything falls short."""
    kinds: list[Kind] = [options.only] if options.only else ["echo", "policybot"]
    bad, ratios = False, list[float]()
    for _ in range(options.rounds):
        ceiling = float("nan")
        for kind in kinds:
            with database_of(options.database) as database, tempfile.TemporaryDirectory(prefix="policybot-load-") as t:
                one = asyncio.run(measure(kind, mode, options, database, Path(t)))
            if kind == "echo":
                ceiling = one.per_second
            ratio = one.per_second / ceiling
            if kind == "policybot":
                ratios.append(ratio)
            cells = [kind, mode, one.messages, f"{one.per_second:.0f}", f"{ratio:.2f}", f"{one.cpu:.2f}"]
            cells += [f"{one.worker:.2f}", f"{one.server:.2f}", f"{one.calls:.2f}"]
            cells += [f"{one.median:.1f}", f"{one.p99:.1f}", f"{one.rss:.0f}", f"{one.slope:.0f}", one.missing]
            print(" | ".join(str(cell).rjust(10) for cell in cells), flush=True)
            bad = bad or one.missing > 0 or one.refused > 0
            bad = bad or (kind == "policybot" and one.messages >= LONG and one.slope > SLOPE)
    if len(ratios) > 1:
        print(f"{mode}: ratio {np.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}", flush=True)
    return bad or bool(ratios and np.median(ratios) < RATIO)


if __name__ == "__main__":
    sys.exit(main())
