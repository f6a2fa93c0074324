"""Several replicas behind nginx on one PostgreSQL, killed again and again: is every question answered, in order?

    make chaos-replicas
    python -m tests.replicas.chaos --questions 300 --chats 40 --kills 2

Questions come by Telegram's webhook; some by the web's API, where whoever gets no answer asks again. Exit code 0 when
nothing is wrong. Everything is on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import aiohttp
from sqlalchemy import create_engine, func, select

from bot.store.tables import updates
from tests.botapi import BotApi
from tests.patience import PATIENCE
from tests.ports import free_port
from tests.replicas.balancer import balanced
from tests.started import ROOT
from tests.telegram import postgres
from tests.telegram.chaos import TWICE_A_KILL, Asked, Outcome, _ask
from tests.telegram.chaos import Plan as Questions
from tests.telegram.process import SECRET
from tests.telegram.questions import mixed

QUIET = 90.0
"""Seconds without a new answer after which what is missing counts as lost."""
BURST = 0.5
"""Seconds before something happens in which many questions come."""
FROZEN = 14.0
"""Seconds for which a replica is stopped: longer than its leases hold."""
BACK_AFTER = 1.0
"""Seconds after which a killed replica is started again."""


@dataclass(frozen=True)
class Plan:
    """What is done."""

    questions: int = 3000
    chats: int = 200
    kills: int = 9
    restarts: int = 1
    """Of PostgreSQL."""
    api: int = 150
    """Questions by the web's API besides, in conversations of five."""
    replicas: int = 3
    seconds: float = 240.0
    """Over which all of it comes."""
    seed: int = 1
    freezes: int = 1
    """Replicas that are stopped, outlast their leases, and go on."""
    crashes: int = 0
    """Times that PostgreSQL and all its processes are killed, and started again: what was committed must be there."""
    rolls: int = 0
    """Replicas that are ended by SIGTERM and started anew, as when the version changes: nothing may be sent twice."""

    def deeds(self) -> list[tuple[float, str]]:
        """What is done to them, and when."""
        chooser = random.Random(self.seed + 3)
        what = ["kill"] * self.kills + ["restart"] * self.restarts + ["freeze"] * self.freezes
        what += ["roll"] * self.rolls + ["crash"] * self.crashes
        chooser.shuffle(what)
        pause = self.seconds / (len(what) + 1)
        return [(pause * (n + chooser.uniform(0.8, 1.2)), deed) for n, deed in enumerate(what, 1)]


class Replica:
    """One process."""

    def __init__(self, number: int, environment: dict[str, str], folder: Path) -> None:
        self.name = f"replica-{number}"
        self.hook, self.web, self.status = free_port(), free_port(), free_port()
        self.starts = 0
        self.frozen = self.serving = False
        self._folder = folder / self.name
        self._folder.mkdir()
        self.environment = environment | {
            "POLICYBOT_REPLICA": self.name,
            "POLICYBOT_DATA_DIR": str(self._folder),
            "POLICYBOT_STATUS_LISTEN": f"127.0.0.1:{self.status}",
            "POLICYBOT_WEB_LISTEN": f"127.0.0.1:{self.web}",
            "TELEGRAM_WEBHOOK_PORT": str(self.hook),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def start(self) -> None:
        self.starts += 1
        self.serving = False
        if self._log is not None:
            self._log.close()
        self._log = (self._folder / f"log-{self.starts:03d}.txt").open("wb")
        command = [sys.executable, "-m", "bot.cli", "serve"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL
        )

    def kill(self) -> None:
        """kill -9, of this one's pid."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    @property
    def awake(self) -> bool:
        """Neither killed nor stopped."""
        return self.process is not None and self.process.poll() is None and not self.frozen

    async def freeze(self, seconds: float) -> None:
        """Stop it for so long, as a machine that stands still does; with the process that works answers out."""
        assert self.process is not None
        self.frozen, process = True, self.process
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        process.send_signal(signal.SIGCONT)
        self.frozen = False

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            code = -9
        if self._log is not None:
            self._log.close()
            self._log = None
        return code

    async def ready(self) -> None:
        """Until /healthz says that all is well."""
        async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with session.get(f"http://127.0.0.1:{self.status}/healthz") as answer:
                        if answer.status == 200:
                            self.serving = True
                            return
                if self.process is not None and self.process.poll() is not None:
                    raise RuntimeError(f"{self.name} ended: {self.tail()}")
                await asyncio.sleep(0.2)

    def lines(self) -> list[str]:
        """All that it logged."""
        logs = sorted(self._folder.glob("log-*.txt"))
        return [line for log in logs for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]

    def tail(self) -> str:
        return "\n".join(self.lines()[-8:])


@dataclass
class Result:
    """What was seen."""

    plan: Plan
    outcome: Outcome
    balancer: str = ""
    api_wrong: list[str] = field(default_factory=list)
    api_again: int = 0
    """Questions by the API that had to be asked again."""
    left_open: int = 0
    gap: float = 0.0
    """Longest time without any answer while questions waited."""
    codes: list[int] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)

    def wrong(self) -> list[str]:
        """What breaks the promise, in words; empty when all is well."""
        found = self.outcome.wrong()
        found += [f"API: {self.api_wrong[:3]}"] if self.api_wrong else []
        found += [f"{self.left_open} open in the journal"] if self.left_open else []
        found += [f"exit codes {self.codes}"] if any(self.codes) else []
        return found

    def told(self) -> str:
        """In words."""
        out, plan = self.outcome, self.plan
        return (
            f"{plan.replicas} replicas behind {self.balancer}: {plan.questions} questions over {plan.chats} chats, "
            f"{plan.api} by the API, {plan.kills} kills, {plan.freezes} freezes, {plan.rolls} rolls, "
            f"{plan.restarts} restarts and {plan.crashes} crashes of PostgreSQL, {out.seconds:.0f} s\n"
            f"lost {len(out.unanswered)}, out of order {len(out.disorder)}, sent twice {out.twice} "
            f"(at most {TWICE_A_KILL * plan.kills}), not recorded once {len(out.misrecorded)}, "
            f"API wrong {len(self.api_wrong)}, API asked again {self.api_again}, open at the end {self.left_open}, "
            f"longest silence {self.gap:.1f} s\nevents: {dict(self.events)}"
        )


async def run(plan: Plan, folder: Path, database: postgres.Running) -> Result:
    """Do it."""
    api = BotApi(fast=True, pause_scale=0.25)
    await api.start()
    asked = Asked(api)
    url = postgres.fresh_database(database.url)
    result = Result(plan, Outcome(Questions("webhook", url, questions=plan.questions, kills=plan.kills)))
    begun = time.monotonic()
    async with _fleet(plan, folder, url, api) as (fleet, hooks, pages):
        result.balancer = hooks[1]
        work = [_questions(plan, api, asked), _by_api(plan, pages, result), _trouble(plan, fleet, database, result)]
        watching = asyncio.create_task(_silence(asked, result))
        await asyncio.gather(*work)
        asked.last_news = time.monotonic()
        while not asked.all_answered and time.monotonic() - asked.last_news < QUIET:
            await asyncio.sleep(0.2)
        watching.cancel()
        await asyncio.sleep(1.5)  # whatever is sent once too often comes now
        await asyncio.gather(*(one.ready() for one in fleet))
        result.codes += await asyncio.gather(*(asyncio.to_thread(one.stop) for one in fleet))
    await api.stop()
    _judge(result, asked, api, url, fleet)
    result.outcome.seconds = time.monotonic() - begun
    return result


@contextlib.asynccontextmanager
async def _fleet(
    plan: Plan, folder: Path, url: str, api: BotApi
) -> AsyncIterator[tuple[list[Replica], tuple[str, str], str]]:
    """Replicas that run, (address, kind) of what stands before their webhooks, and the address of their pages."""
    environment = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ} | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "TELEGRAM_BOT_TOKEN": api.token,
        "TELEGRAM_API_URL": api.url,
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "POLICYBOT_DATABASE": url,
        "POLICYBOT_HASH_KEY": "a key for tests, the same for all",
        "POLICYBOT_USER_LIMIT": "10000",
        "POLICYBOT_WEB_ADDRESS_LIMIT": "0",
    }
    fleet = [Replica(n, environment, folder) for n in range(plan.replicas)]
    async with (
        balanced(folder / "hooks", [one.hook for one in fleet]) as hooks,
        balanced(folder / "pages", [one.web for one in fleet]) as pages,
    ):
        try:
            for one in fleet:
                one.environment["TELEGRAM_WEBHOOK_URL"] = f"{hooks[0]}/hook"
                one.start()
            await asyncio.gather(*(one.ready() for one in fleet))
            yield fleet, hooks, pages[0]
        finally:
            for one in fleet:
                one.kill()


async def _questions(plan: Plan, api: BotApi, asked: Asked) -> None:
    """Half of them come just before something happens, so that it hits busy replicas."""
    chooser, deeds = random.Random(plan.seed), [moment for moment, _ in plan.deeds()]
    moments = [
        max(0.0, chooser.choice(deeds) - chooser.uniform(0, BURST))
        if deeds and chooser.random() < 0.5
        else chooser.uniform(0, plan.seconds)
        for _ in range(plan.questions)
    ]
    texts = Questions("webhook", questions=plan.questions, chats=plan.chats, seed=plan.seed)
    await _ask(texts, api, asked, sorted(moments))


async def _by_api(plan: Plan, address: str, result: Result) -> None:
    """Conversations of five questions, one after another: who gets no answer asks the same again."""
    texts = mixed(plan.api, plan.seed + 1)
    conversation = ""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
        for n, text in enumerate(texts):
            await asyncio.sleep(plan.seconds / len(texts) / 2)
            body = {"text": text} | ({"conversation": conversation} if n % 5 and conversation else {})
            for attempt in range(40):
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.post(f"{address}/api/v1/ask", json=body) as answer:
                        if answer.status == 200:
                            conversation = (await answer.json())["conversation"]
                            break
                        if answer.status < 500 and answer.status != 429:
                            result.api_wrong.append(f"{answer.status} to {text}: {(await answer.text())[:100]}")
                            break
                result.api_again += 1
                await asyncio.sleep(0.25 * min(attempt + 1, 8))
            else:
                result.api_wrong.append(f"no answer to {text}")


async def _trouble(plan: Plan, fleet: list[Replica], database: postgres.Running, result: Result) -> None:
    """Kills, one replica after the other at random, one stopped that goes on, and what happens to PostgreSQL."""
    chooser, begun = random.Random(plan.seed + 2), time.monotonic()
    waking: list[asyncio.Task[None]] = []
    for moment, deed in plan.deeds():
        await asyncio.sleep(max(0.0, begun + moment - time.monotonic()))
        if deed in ("restart", "crash"):
            await asyncio.to_thread(database.restart if deed == "restart" else database.crash)
            continue
        one = chooser.choice(await _two_serving(fleet))
        if deed == "freeze":
            waking.append(asyncio.create_task(one.freeze(FROZEN)))
            continue
        if deed == "roll":
            result.codes.append(await asyncio.to_thread(one.stop))
        else:
            await asyncio.to_thread(one.kill)
            await asyncio.sleep(BACK_AFTER)
        one.start()
        waking.append(asyncio.create_task(one.ready()))
    await asyncio.gather(*waking)


async def _two_serving(fleet: list[Replica]) -> list[Replica]:
    """Those that answer, as soon as there are two: one of them may be taken away. A start may take long."""
    async with asyncio.timeout(PATIENCE):
        while len(found := [one for one in fleet if one.awake and one.serving]) < 2:
            await asyncio.sleep(0.1)
    return found


async def _silence(asked: Asked, result: Result) -> None:
    while True:
        await asyncio.sleep(0.1)
        if len(asked.answered) < len(asked.by_id):
            result.gap = max(result.gap, time.monotonic() - asked.last_news)
        else:
            asked.last_news = time.monotonic()


def _judge(result: Result, asked: Asked, api: BotApi, url: str, fleet: list[Replica]) -> None:
    outcome = result.outcome
    asked.judge(outcome)
    engine = create_engine(url)
    with engine.connect() as connection:
        query = select(func.count()).where(updates.c.state != "done")
        result.left_open = int(connection.execute(query).scalar() or 0)
    engine.dispose()
    by_api = set(mixed(result.plan.api, result.plan.seed + 1))
    outcome.misrecorded = [one for one in asked.misrecorded(url) if not any(repr(text) in one for text in by_api)]
    outcome.refusals = [f"{r.method}: {r.description}" for r in api.refusals]
    outcome.calls = api.counts.total()
    secrets = [api.token.split(":")[1], SECRET, url.split("@")[0].rpartition(":")[2]]
    lines = [line for one in fleet for line in one.lines()]
    outcome.leaks = [line[:200] for line in lines if any(secret in line for secret in secrets)]
    for name in ("leases_lapsed", "turn_lost", "store_failing", "handler_fault", "update_set_aside", "lines_failed"):
        result.events[name] = sum(f'"{name}"' in line for line in lines)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.replicas.chaos", description=__doc__)
    for name in ("questions", "chats", "kills", "freezes", "rolls", "restarts", "crashes", "api", "replicas", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Plan, name))
    parser.add_argument("--seconds", type=float, default=Plan.seconds)
    parser.add_argument("--keep", type=Path, help="folder for logs, kept afterwards")
    options = vars(parser.parse_args())
    keep = options.pop("keep")
    with postgres.server() as database, tempfile.TemporaryDirectory(prefix="policybot-replicas-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        result = asyncio.run(run(Plan(**options), folder, database))
    print(result.told())
    for words in result.wrong():
        print(f"WRONG: {words}")
    return 1 if result.wrong() else 0


if __name__ == "__main__":
    sys.exit(main())
