"""Kill `policybot serve` again and again while questions come by one messenger.

    python -m tests.channels.chaos --channel wecom_bot

Is every question that was delivered answered, in order, and none twice but what was under way at a kill?
Exit code 0 when nothing is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from knowledge import compiled
from tests.channels.process import Serve
from tests.channels.scenes import SCENES, Scene
from tests.patience import PATIENCE

TWICE_A_KILL = 8
"""Answers that may be seen twice for each kill: those under way when it came."""


@dataclass(frozen=True)
class Plan:
    """What is done."""

    channel: str
    people: int = 20
    kills: int = 4
    seed: int = 1
    gap: tuple[float, float] = (2.0, 5.0)
    """Seconds from a start to the next kill."""
    quiet: float = 60.0
    """Seconds without a new answer after which what is missing counts as lost."""
    faults: bool = True


@dataclass
class Outcome:
    """What was seen."""

    plan: Plan
    asked: int = 0
    undelivered: int = 0
    """The platform gave up on them while the bot was dead."""
    unanswered: list[str] = field(default_factory=list)
    disorder: list[str] = field(default_factory=list)
    twice: int = 0
    refusals: list[str] = field(default_factory=list)
    leaks: int = 0
    deaths: list[str] = field(default_factory=list)
    """The last words of each process that ended by itself."""
    code: int = 0
    seconds: float = 0.0

    def wrong(self) -> list[str]:
        """What breaks the promise, in words."""
        found = [f"{len(self.unanswered)} unanswered: {self.unanswered[:3]}"] if self.unanswered else []
        found += [f"{len(self.disorder)} out of order: {self.disorder[:3]}"] if self.disorder else []
        if self.twice > TWICE_A_KILL * self.plan.kills:
            found.append(f"{self.twice} sent twice")
        found += [f"refused: {self.refusals[:3]}"] if self.refusals else []
        found += [f"{self.leaks} secrets or questions in the log"] if self.leaks else []
        found += [f"ended by itself {len(self.deaths)} times: {self.deaths[0]}"] if self.deaths else []
        return found + ([f"exit code {self.code} after SIGTERM"] if self.code else [])

    def row(self) -> str:
        """One line of figures."""
        return (
            f"{self.plan.channel}: {self.asked} asked, {self.plan.kills} kills, {self.undelivered} not delivered, "
            f"{len(self.unanswered)} unanswered, {len(self.disorder)} out of order, {self.twice} twice, "
            f"{len(self.refusals)} refused, {self.leaks} leaks, {len(self.deaths)} deaths, {self.seconds:.0f} s"
        )


def _marks() -> dict[str, str]:
    """Question -> how its answer is known: the beginning of the clause that it asks for."""
    clauses = compiled.ready().base.policies[0].clauses
    return {clause.id: clause.body.replace("\n", "")[:30] for clause in clauses}


async def run(plan: Plan, folder: Path) -> Outcome:
    """Do it."""
    scene, outcome, begun = SCENES[plan.channel](), Outcome(plan), time.monotonic()
    serve = Serve(folder, {})
    serve.environment |= await scene.open(f"http://127.0.0.1:{serve.port}")
    marks = _marks()
    given: dict[str, list[str]] = defaultdict(list)
    try:
        serve.start()
        await asyncio.to_thread(_until_up, serve)
        killing = asyncio.create_task(_kill(plan, scene, serve, outcome))
        await _ask(plan, scene, outcome, given, list(marks))
        await killing
        await _wait(plan, scene, given, marks)
        await asyncio.to_thread(_until_up, serve)
        outcome.code = await asyncio.to_thread(serve.stop)
    finally:
        await asyncio.to_thread(serve.stop, 5.0)
        await scene.standin.stop()
    _judge(scene, outcome, given, marks)
    log = serve.log()
    outcome.leaks = sum(log.count(secret) for secret in scene.secrets)
    outcome.seconds = time.monotonic() - begun
    return outcome


def _until_up(serve: Serve) -> None:
    end = time.monotonic() + PATIENCE
    while "messengers_started" not in serve.tail(50):
        assert time.monotonic() < end, serve.tail()
        assert not serve.died, serve.tail()
        time.sleep(0.05)


async def _ask(plan: Plan, scene: Scene, outcome: Outcome, given: dict[str, list[str]], questions: list[str]) -> None:
    """Each person asks all questions in an order of their own, over the time of the kills."""
    chooser = random.Random(plan.seed)
    span = plan.kills * sum(plan.gap) / 2

    async def person(name: str, order: list[str]) -> None:
        for question in order:
            await asyncio.sleep(chooser.uniform(0.5, 1.5) * span / len(order))
            outcome.asked += 1
            if await scene.ask(name, question):
                given[name].append(question)
            else:
                outcome.undelivered += 1

    people = [person(f"P{n}", chooser.sample(questions, len(questions))) for n in range(plan.people)]
    await asyncio.gather(*people)


async def _kill(plan: Plan, scene: Scene, serve: Serve, outcome: Outcome) -> None:
    chooser = random.Random(plan.seed + 1)
    for _ in range(plan.kills):
        await asyncio.sleep(chooser.uniform(*plan.gap))
        if serve.died:
            outcome.deaths.append(serve.tail(3))
        serve.kill()
        if plan.faults:
            scene.disturb()
        serve.start()


def _answers(scene: Scene, marks: dict[str, str]) -> dict[str, list[str]]:
    """Person -> the questions whose answers came, in that order."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in scene.seen():
        text = one.text.replace("\n", "")
        found[one.conversation] += [question for question, mark in marks.items() if mark in text]
    return found


async def _wait(plan: Plan, scene: Scene, given: dict[str, list[str]], marks: dict[str, str]) -> None:
    """Until all is answered, or nothing new came for long."""
    known, news = -1, time.monotonic()
    while time.monotonic() - news < plan.quiet:
        answers = _answers(scene, marks)
        missing = sum(len(set(asked) - set(answers[name])) for name, asked in given.items())
        if not missing:
            break
        if missing != known:
            known, news = missing, time.monotonic()
        await asyncio.sleep(0.2)
    await asyncio.sleep(1.0)  # whatever is sent once too often comes now


def _judge(scene: Scene, outcome: Outcome, given: dict[str, list[str]], marks: dict[str, str]) -> None:
    answers = _answers(scene, marks)
    for name, asked in given.items():
        counted = Counter(answers[name])
        outcome.unanswered += [f"{name} {question}" for question in asked if not counted[question]]
        outcome.twice += sum(count - 1 for count in counted.values())
        first = list(dict.fromkeys(one for one in answers[name] if one in asked))
        wanted = [one for one in asked if one in counted]
        if first != wanted:
            outcome.disorder.append(f"{name}: {first} instead of {wanted}")
    outcome.refusals = [str(one) for one in scene.refusals]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.channels.chaos", description=__doc__)
    parser.add_argument("--channel", choices=[*SCENES, "all"], default="all")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = False
    for channel in SCENES if options.channel == "all" else [options.channel]:
        with tempfile.TemporaryDirectory(prefix="policybot-chaos-") as folder:
            outcome = asyncio.run(run(Plan(channel, options.people, options.kills, options.seed), Path(folder)))
        print(outcome.row(), flush=True)
        for words in outcome.wrong():
            wrong = True
            print(f"    WRONG: {words}", flush=True)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
