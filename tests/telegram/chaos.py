"""Kill the bot again and again while questions come in and calls fail.

Is every question answered, in order, and recorded once?

    make chaos
    python -m tests.telegram.chaos --mode webhook --database postgres --seed 7
    python -m tests.telegram.chaos --bot echo        # what a bot without a journal loses

Exit code 0 when nothing is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select

from bot.staff.question_record import LONGEST
from bot.store.questions import clean
from bot.store.tables import questions
from tests.botapi import BotApi, Faults, Sent
from tests.telegram.postgres import throwaway
from tests.telegram.process import Bot, Kind, Mode
from tests.telegram.questions import mixed

TWICE_A_KILL = 8
"""Questions whose answer may be seen twice for each kill: those under way when it came."""
QUIET = 60.0
"""Seconds without a new answer after which what is missing counts as lost."""


@dataclass(frozen=True)
class Plan:
    """What is done."""

    mode: Mode = "polling"
    database: str = ""
    """SQLAlchemy URL; empty: SQLite."""
    kind: Kind = "policybot"
    questions: int = 1500
    chats: int = 100
    kills: int = 12
    rate: float = 0.03
    """Share of the API calls that fail."""
    seed: int = 1
    gap: tuple[float, float] = (0.3, 5.0)
    """Seconds from a start to the next kill."""
    quiet: float = QUIET
    burst: tuple[float, float] = (0.5, 0.3)
    """(share, seconds): so many of the questions come within so long before a kill, so that it hits a busy bot."""

    def moments(self) -> tuple[list[float], list[float]]:
        """Seconds from the start: when to kill, and when to ask."""
        chooser = random.Random(self.seed)
        now, kills = 0.0, []
        for _ in range(self.kills):
            now += chooser.uniform(*self.gap)
            kills.append(now)
        share, before = self.burst
        asks = [
            max(0.0, chooser.choice(kills) - chooser.uniform(0, before))
            if kills and chooser.random() < share
            else chooser.uniform(0, now or self.questions / 50)
            for _ in range(self.questions)
        ]
        return kills, sorted(asks)


@dataclass
class Outcome:
    """What was seen."""

    plan: Plan
    unanswered: list[str] = field(default_factory=list)
    disorder: list[str] = field(default_factory=list)
    """An answer that came after the answer to a later question of its chat."""
    twice: int = 0
    """Messages beyond the first with the same text in answer to one question."""
    twice_lost: int = 0
    """Of these, as many as there were sends whose answer the server dropped: the bot can't tell (see faults.py)."""
    refusals: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    """Log lines with the token, the secret or the database's password; at INFO also those with a question."""
    deaths: list[str] = field(default_factory=list)
    """The bot ended by itself."""
    misrecorded: list[str] = field(default_factory=list)
    """Questions that are not in the records, or are there more than once."""
    stop_code: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    calls: int = 0

    def wrong(self) -> list[str]:
        """What breaks the promise, in words; empty when all is well."""
        found = [f"{len(self.unanswered)} unanswered: {self.unanswered[:3]}"] if self.unanswered else []
        found += [f"{len(self.disorder)} out of order: {self.disorder[:3]}"] if self.disorder else []
        if self.twice > TWICE_A_KILL * self.plan.kills:
            found.append(f"{self.twice} sent twice, more than {TWICE_A_KILL} a kill")
        found += [f"refused with 400: {self.refusals[:3]}"] if self.refusals else []
        found += [f"not recorded exactly once: {self.misrecorded[:3]}"] if self.misrecorded else []
        found += [f"secrets or questions in the log: {self.leaks[:3]}"] if self.leaks else []
        found += [f"ended by itself: {self.deaths[:2]}"] if self.deaths else []
        found += [f"exit code {self.stop_code} after SIGTERM"] if self.stop_code else []
        return found

    def row(self) -> str:
        """A line of the table."""
        database = "PostgreSQL" if self.plan.database else "SQLite"
        cells: list[Any] = [self.plan.kind, self.plan.mode, database, self.plan.questions, len(self.unanswered)]
        cells += [len(self.disorder), f"{self.twice} ({self.twice_lost})", len(self.refusals), len(self.leaks)]
        cells += [len(self.deaths), sum(self.faults.values()), f"{self.seconds:.0f}"]
        return " | ".join(str(cell).rjust(width) for cell, width in zip(cells, WIDTHS, strict=True))


COLUMNS = (
    *("bot", "mode", "database", "asked", "unanswered", "disorder", "twice (lost)"),
    *("refused", "leaks", "deaths", "faults", "s"),
)
WIDTHS = tuple(max(len(c), 10) for c in COLUMNS)


class Asked:
    """The questions of one run, and which were answered by what."""

    def __init__(self, server: BotApi) -> None:
        self.server = server
        self.by_id: dict[tuple[int, int], int] = {}
        """(chat, message id) -> running number in the chat."""
        self.by_text: dict[tuple[int, str], int] = {}
        """(chat, text) -> the same, for a bot that does not reply to the message."""
        self.answers: dict[int, list[tuple[int, str]]] = defaultdict(list)
        """chat -> (number, text) in the order in which they came."""
        self.answered: set[tuple[int, int]] = set()
        self.last_news = time.monotonic()
        server.world.on_sent.append(self._sent)

    def _sent(self, sent: Sent) -> None:
        number = self.by_id.get((sent.chat_id, sent.reply_to)) if sent.reply_to else None
        if number is None:
            number = self.by_text.get((sent.chat_id, sent.text))
        if number is None or sent.edited:
            return
        if (sent.chat_id, number) not in self.answered:
            self.last_news = time.monotonic()
            self.answered.add((sent.chat_id, number))
        self.answers[sent.chat_id].append((number, sent.text))

    def note(self, chat_id: int, message: dict[str, Any], number: int) -> None:
        """One was asked."""
        self.by_id[chat_id, message["message_id"]] = number
        self.by_text[chat_id, message["text"]] = number

    @property
    def all_answered(self) -> bool:
        """Every one."""
        return len(self.answered) == len(self.by_id)

    def judge(self, outcome: Outcome) -> None:
        """Fill in what was lost, out of order and sent twice."""
        texts = {(key[0], number): text for key, number in self.by_text.items() for text in [key[1]]}
        outcome.unanswered = [
            f"chat {chat} {texts[chat, number]}"
            for (chat, _), number in self.by_id.items()
            if (chat, number) not in self.answered
        ]
        for chat, answers in self.answers.items():
            latest = 0
            for number, _ in answers:
                if number < latest:
                    outcome.disorder.append(f"chat {chat}: answer to {number} after the answer to {latest}")
                latest = max(latest, number)
            outcome.twice += sum(count - 1 for count in Counter(answers).values())
        lost = {(s.chat_id, s.reply_to, s.text) for s in self.server.lost if not s.edited}
        outcome.twice_lost = min(outcome.twice, len(lost))

    def misrecorded(self, url: str) -> list[str]:
        """Compare with the rows of the table of questions."""
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as connection:
            recorded = Counter(connection.execute(select(questions.c.text)).scalars())
        engine.dispose()
        asked = Counter(clean(text.removeprefix("/ask ").strip()[:LONGEST]) for _, text in self.by_text)
        return [
            f"{text!r}: {recorded[text]} of {asked[text]}" for text in asked | recorded if recorded[text] != asked[text]
        ]


async def run(plan: Plan, folder: Path) -> Outcome:
    """Do it."""
    faults = Faults(plan.rate, plan.seed)
    server = BotApi(faults=faults, fast=True, pause_scale=0.25)
    await server.start()
    asked = Asked(server)
    bot = Bot(server, folder, plan.mode, plan.kind, plan.database)
    outcome = Outcome(plan)
    begun = time.monotonic()
    try:
        bot.start()
        kills, asks = plan.moments()
        asking = asyncio.create_task(_ask(plan, server, asked, asks))
        await _kill(bot, outcome, kills)
        await asking
        asked.last_news = time.monotonic()
        while not asked.all_answered and time.monotonic() - asked.last_news < plan.quiet:
            await _watch(bot, outcome, 0.2)
        await asyncio.sleep(0.5)  # whatever is sent once too often comes now
        outcome.stop_code = await asyncio.to_thread(bot.stop)
    finally:
        await asyncio.to_thread(bot.stop, 5.0)
        await server.stop()
    asked.judge(outcome)
    if plan.kind == "policybot":
        outcome.misrecorded = asked.misrecorded(plan.database or f"sqlite:///{folder / 'policybot.db'}")
    outcome.refusals = [f"{r.method}: {r.description}" for r in server.refusals]
    secrets = [server.token, server.token.split(":")[1], "s3cret-of-the"]
    if plan.database:
        secrets.append(plan.database.split("@")[0].rpartition(":")[2])
    outcome.leaks = bot.lines_with(*secrets) + (bot.lines_with(" #", level="INFO") if plan.kind == "policybot" else [])
    outcome.faults = faults.made
    outcome.calls = server.counts.total()
    outcome.seconds = time.monotonic() - begun
    return outcome


async def _ask(plan: Plan, server: BotApi, asked: Asked, moments: list[float]) -> None:
    """Ask all; some come while the bot is dead. A tenth of the chats are groups, where /ask is how to ask."""
    chooser = random.Random(plan.seed)
    groups = plan.chats // 10 if plan.kind == "policybot" else 0
    places = []
    for number in range(plan.chats):
        person = server.person(f"P{number}")
        places.append((server.group(f"G{number}") if number < groups else server.private(person), person))
    numbers: Counter[int] = Counter()
    texts = mixed(plan.questions, plan.seed)
    begun = time.monotonic()
    for text, moment in zip(texts, moments, strict=True):
        wait = begun + moment - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        chat, person = chooser.choice(places)
        numbers[chat.id] += 1
        number = numbers[chat.id]
        command = "/ask " if chat.is_group else ""
        message = server.say(chat, person, f"{command}{text} #{number}")
        asked.note(chat.id, message, number)


async def _kill(bot: Bot, outcome: Outcome, moments: list[float]) -> None:
    begun = time.monotonic()
    for number, moment in enumerate(moments):
        await _watch(bot, outcome, begun + moment - time.monotonic())
        bot.kill()
        bot.start("DEBUG" if number % 3 == 2 else "INFO")


async def _watch(bot: Bot, outcome: Outcome, seconds: float) -> None:
    """Wait, and start the bot again when it ended by itself."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await asyncio.sleep(min(0.05, max(0.0, end - time.monotonic())))
        if bot.died:
            assert bot.process is not None
            outcome.deaths.append(f"exit code {bot.process.returncode}; {bot.tail(3)}")
            if len(outcome.deaths) > 20:
                raise RuntimeError(f"the bot does not stay alive: {outcome.deaths[-1]}")
            bot.start()


@contextlib.contextmanager
def database_of(name: str) -> Iterator[str]:
    """An SQLAlchemy URL for sqlite (empty: in the bot's folder), postgres (a throw-away one), or the URL given."""
    if name == "postgres":
        with throwaway() as url:
            yield url
    else:
        yield "" if name == "sqlite" else name


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.telegram.chaos", description=__doc__)
    parser.add_argument("--mode", choices=["polling", "webhook", "both"], default="both")
    parser.add_argument("--database", default="both", help="sqlite, postgres, both, or an SQLAlchemy URL")
    parser.add_argument("--bot", choices=["policybot", "echo"], default="policybot")
    parser.add_argument("--questions", type=int, default=1500)
    parser.add_argument("--chats", type=int, default=100)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--rate", type=float, default=0.03)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for databases and logs, kept afterwards")
    options = parser.parse_args()
    modes: list[Mode] = ["polling", "webhook"] if options.mode == "both" else [options.mode]
    databases = ["sqlite", "postgres"] if options.database == "both" else [options.database]
    if options.bot == "echo":
        databases = ["sqlite"]
    outcomes = []
    print(" | ".join(c.rjust(w) for c, w in zip(COLUMNS, WIDTHS, strict=True)), flush=True)
    for name in databases:
        for mode in modes:
            with database_of(name) as database, tempfile.TemporaryDirectory(prefix="policybot-chaos-") as temporary:
                folder = options.keep / f"{name.split(':')[0]}-{mode}" if options.keep else Path(temporary)
                folder.mkdir(parents=True, exist_ok=True)
                numbers = (options.questions, options.chats, options.kills, options.rate, options.seed)
                outcome = asyncio.run(run(Plan(mode, database, options.bot, *numbers), folder))
            outcomes.append(outcome)
            print(outcome.row(), flush=True)
            for words in outcome.wrong():
                print(f"    WRONG: {words}", flush=True)
    return 1 if any(outcome.wrong() for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
