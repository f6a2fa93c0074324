"""`make bench`: speed, start, memory and accuracy, with plain engines beside ours in the same run.

The plain engines rank the 16 clauses: jieba + bm25s, and RapidFuzz partial_ratio by brute force over the clauses'
text. They answer everything unless a threshold is set; each gets the threshold that serves it best on these very
questions, which favours them.
"""

from __future__ import annotations

import logging
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

import bm25s
import jieba
import numpy as np
from rapidfuzz import fuzz

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.staff.question_tests import DAY, IN_SCOPE, OUTSIDE, Case, cases, run, table
from knowledge import compiled

COLD_RUNS = 7
ODD_STRINGS = 100_000


WARM = 30
"""Questions asked before the clock runs."""


def main() -> None:
    """Print all of it."""
    assistant = Assistant(compiled.ready(), today=lambda: DAY)
    questions = [c for c in cases() if not c.dialog]
    turns = len(cases()) - len(questions)
    print(f"{len(questions)} single questions, {turns} dialog turns; python {sys.version.split()[0]}")
    results = list(run(assistant, cases()))
    print(f"\nAccuracy on the project's own test questions\n{table(results)}\n")

    clauses = assistant.policy.clauses
    texts = [c.text for c in clauses]
    jieba.setLogLevel(logging.WARNING)
    jieba.dt.tmp_dir = tempfile.mkdtemp(prefix="policybot-bench-")
    jieba.initialize()
    retriever = bm25s.BM25()
    retriever.index([jieba.lcut(t) for t in texts], show_progress=False)

    def by_bm25(question: str) -> Sequence[float]:
        return [float(s) for s in retriever.get_scores(jieba.lcut(question))]

    def by_fuzz(question: str) -> Sequence[float]:
        return [fuzz.partial_ratio(question, text) for text in texts]

    def both(question: str) -> Sequence[float]:
        return [a + b for a, b in zip(by_bm25(question), by_fuzz(question), strict=True)]

    ours = timed(lambda q: assistant.reply(q), questions)
    plain = timed(both, questions)
    rows = [
        ("policybot", ours),
        ("jieba+bm25s", timed(by_bm25, questions)),
        ("RapidFuzz partial_ratio", timed(by_fuzz, questions)),
        ("both of them", plain),
    ]
    print("Time an answer (ms), the same questions, one after another")
    for name, times in rows:
        p50, p99 = quantile(times, 0.5), quantile(times, 0.99)
        print(f"  {name:26} mean {statistics.mean(times):6.3f}  p50 {p50:6.3f}  p99 {p99:6.3f}")
    print(f"  ratio of means, policybot to both: {statistics.mean(ours) / statistics.mean(plain):.1f} (at most 10)\n")

    print("Right on single questions: in scope / out of scope declined")
    inside, outside = shares([(c, v) for c, _, v in results if not c.dialog])
    print(f"  {'policybot':26} {inside:6.1%} / {outside:6.1%}")
    ids = [c.id for c in clauses]
    for name, score in (("jieba+bm25s", by_bm25), ("RapidFuzz partial_ratio", by_fuzz)):
        first, none, best = plain_shares(questions, ids, score)
        print(
            f"  {name:26} {first:6.1%} / {none:6.1%} without threshold; best threshold {best[0]:6.1%} / {best[1]:6.1%}"
        )

    print("\nCold start (s of processor, median of alternating runs) and memory (MB, largest resident)")
    ask = [sys.executable, "-m", "bot.cli", "ask", "首次认定的高企补贴多少"]
    baseline = [sys.executable, "-c", "import jieba; jieba.initialize()"]
    cold: dict[str, list[tuple[float, float]]] = {"policybot ask": [], "import jieba; jieba.initialize()": []}
    for _ in range(COLD_RUNS):
        for name, command in zip(cold, (ask, baseline), strict=True):
            cold[name].append(cold_run(command))
    for name, runs in cold.items():
        print(
            f"  {name:34} {statistics.median(t for t, _ in runs):.2f} s  {statistics.median(m for _, m in runs):.0f} MB"
        )
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {'this process, all engines loaded':34}         {own:.0f} MB")

    print(f"\n{ODD_STRINGS} odd strings")
    worst = odd_strings(assistant)
    print(f"  none raised; slowest {worst * 1000:.1f} ms")


def timed(answer: Callable[[str], object], questions: Sequence[Case]) -> list[float]:
    """Milliseconds a question, each asked once: an engine that remembers what it was asked gains nothing by it."""
    for case in questions[:WARM]:
        answer(case.ask)
    out = []
    for case in questions[WARM:]:
        start = time.perf_counter()
        answer(case.ask)
        out.append((time.perf_counter() - start) * 1000)
    return out


def quantile(values: Sequence[float], q: float) -> float:
    """The q-quantile of the values."""
    return float(np.quantile(np.array(values), q))


def shares(verdicts: Sequence[tuple[Case, str]]) -> tuple[float, float]:
    """(right in scope, right out of scope)."""
    inside = [v == "right" for c, v in verdicts if c.kind in IN_SCOPE]
    outside = [v == "right" for c, v in verdicts if c.kind in OUTSIDE]
    return sum(inside) / len(inside), sum(outside) / len(outside)


def plain_shares(
    questions: Sequence[Case], ids: Sequence[str], score: Callable[[str], Sequence[float]]
) -> tuple[float, float, tuple[float, float]]:
    """Right first clause and declined: with no threshold, and with the one that makes their sum largest."""
    inside, outside = [], []
    for case in questions:
        if case.kind in IN_SCOPE and len(case.clauses) == 1:
            scores = score(case.ask)
            best = max(range(len(ids)), key=lambda i: scores[i])
            inside.append((scores[best], ids[best] in case.clauses))
        elif case.kind in OUTSIDE:
            outside.append(max(score(case.ask)))

    def at(threshold: float) -> tuple[float, float]:
        return (
            sum(right and s >= threshold for s, right in inside) / len(inside),
            sum(s < threshold for s in outside) / len(outside),
        )

    candidates = sorted({s for s, _ in inside} | set(outside))
    return *at(0.0), max((at(t) for t in candidates), key=sum)


_MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
"""Run from a small process of its own: a child's peak memory counts what its parent held when it forked."""


def cold_run(command: Sequence[str]) -> tuple[float, float]:
    """(seconds of processor, MB) of one run in a new process."""
    done = subprocess.run([sys.executable, "-c", _MEASURE, *command], capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def odd_strings(assistant: Assistant, count: int = ODD_STRINGS) -> float:
    """Answer random mixtures of scripts, cues, places, markup and control characters; the slowest answer's seconds."""
    chance = random.Random(8)
    parts = [c.ask for c in cases()]
    parts += [
        "第",
        "部分",
        "条",
        "(",
        "〔",
        "∶",
        "\x00",
        "\ud83d",
        "💥",
        "<b>",
        '{"a":',
        "不是，",
        "那",
        "呢",
        "aaaa",
        "嗯" * 9,
    ]
    conversation = Conversation()
    worst = 0.0
    for _ in range(count):
        pieces = chance.choices(parts, k=chance.randint(1, 3))
        text = "".join(p[chance.randrange(len(p)) :] if chance.random() < 0.5 else p for p in pieces)
        if chance.random() < 0.3:
            text += "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randint(1, 8)))
        start = time.perf_counter()
        conversation = assistant.reply(text, conversation).conversation
        worst = max(worst, time.perf_counter() - start)
    return worst


if __name__ == "__main__":
    main()
