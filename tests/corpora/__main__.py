"""``make bench-corpora CORPORA=folder``: retrieval beside its peers, in one run, and how it grows.

usage: python -m tests.corpora [CORPORA] [--base]; with --base the articles are loaded as one base, too, which takes
some minutes. Each question is asked of every engine in turn, so that a busy machine is as unfair to all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jieba
import numpy as np

from knowledge.compiled import CACHE_VARIABLE
from knowledge.retrieval import LocalRetriever
from tests.corpora import bigbase, sets
from tests.corpora.engines import ENGINES, TOP

SIZES = (100, 1_000, 10_000, 58_604)
WARM = 20
"""Questions that are asked before the clock runs."""

_FRESH = """
import time; start = time.perf_counter()
import json, resource, sys
from pathlib import Path
from knowledge.retrieval import LocalRetriever
engine = LocalRetriever.load(Path(sys.argv[1]))
ready = time.perf_counter() - start
for question in json.loads(sys.argv[2]):
    engine.search(question)
print(json.dumps([ready, time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
_BASE = """
import time; start = time.perf_counter()
import json, resource, sys
from pathlib import Path
from knowledge import compiled
made = compiled.ready(Path(sys.argv[1]))
ready = time.perf_counter() - start
cpu = time.process_time()
assert made.clauses is not None and made.clauses.search(sys.argv[2])
print(json.dumps([ready, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(made.clauses.targets)]))
"""


def main() -> None:
    named = [a for a in sys.argv[1:] if not a.startswith("-")]
    corpora = sets.folder(named[0] if named else None)
    jieba.setLogLevel(60)
    jieba.initialize()
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    for name in sets.FILES:
        corpus = sets.read(corpora, name)
        compare(corpus)
        with tempfile.TemporaryDirectory() as folder:
            from_disk(corpus, Path(folder) / "one.arrays")
            if name == "stard":
                growth(corpus, Path(folder))
                if "--base" in sys.argv:
                    as_base(corpus, Path(folder) / "base")


def compare(corpus: sets.Corpus) -> None:
    """Quality and time of every engine on the same questions."""
    built = {name: make(corpus) for name, make in ENGINES.items()}
    for engine in built.values():
        for question in corpus.questions[:WARM]:
            engine.search(question)
    found: dict[str, list[list[int]]] = {name: [] for name in built}
    whole: dict[str, list[float]] = {name: [] for name in built}
    alone: dict[str, list[float]] = {name: [] for name in built}
    for question in corpus.questions:
        for name, engine in built.items():
            start = time.perf_counter()
            asked = engine.cut(question)
            cut = time.perf_counter()
            found[name].append(engine.looked_up(asked))
            end = time.perf_counter()
            whole[name].append((end - start) * 1000)
            alone[name].append((end - cut) * 1000)
    print(f"{corpus.name}: {len(corpus.entries)} texts, {len(corpus.questions)} questions")
    print("                hit@1  hit@10 recall@10 MRR@10   ms all-in p50/p99   alone p50/p99  x tantivy  built s")
    for name, engine in built.items():
        q = sets.quality(found[name], corpus)
        a, b = (np.quantile(t, [0.5, 0.99]) for t in (whole[name], alone[name]))
        ratio = a[0] / np.quantile(whole["tantivy"], 0.5)
        print(
            f"  {name:12}  {q['hit@1']:.3f}  {q['hit@10']:.3f}  {q['recall@10']:.3f}     {q['MRR@10']:.3f}"
            f"   {a[0]:7.2f} {a[1]:7.2f}   {b[0]:7.2f} {b[1]:7.2f}     {ratio:5.1f}    {engine.seconds:6.1f}"
        )
    halves = [np.arange(len(corpus.gold)) % 2 == half for half in (0, 1)]
    for half in halves:
        part = sets.Corpus(corpus.name, (), (), tuple(g for g, inside in zip(corpus.gold, half, strict=True) if inside))
        q = sets.quality([f for f, inside in zip(found["policybot"], half, strict=True) if inside], part)
        print(f"  policybot, one half: hit@1 {q['hit@1']:.3f} recall@10 {q['recall@10']:.3f} MRR@10 {q['MRR@10']:.3f}")


def from_disk(corpus: sets.Corpus, path: Path) -> None:
    """A start from the compiled form, in a new process."""
    LocalRetriever.build(corpus.entries).store(path)
    ready, _, memory = fresh(path, corpus.questions)
    size = path.stat().st_size / 1e6
    print(f"  from the compiled form ({size:.0f} MB), new process: ready in {ready:.2f} s, imports included;")
    print(f"  {memory:.0f} MB at most after {min(200, len(corpus.questions))} questions\n")


def growth(corpus: sets.Corpus, folder: Path) -> None:
    """Time and memory from few clauses to all."""
    print("growth: clauses, built s, compiled MB, new process ready s, MB at most, ms p50")
    for size in SIZES:
        start = time.perf_counter()
        engine = LocalRetriever.build(corpus.entries[:size])
        built = time.perf_counter() - start
        path = folder / f"{size}.arrays"
        engine.store(path)
        times = []
        for question in corpus.questions:
            start = time.perf_counter()
            engine.search(question, TOP)
            times.append((time.perf_counter() - start) * 1000)
        ready, _, memory = fresh(path, corpus.questions)
        megabytes = path.stat().st_size / 1e6
        print(f"  {size:6} {built:6.1f} {megabytes:6.1f} {ready:6.2f} {memory:6.0f} {np.median(times):6.2f}")
    print()


def as_base(corpus: sets.Corpus, root: Path) -> None:
    """All articles as one base through the public loader, with the project's own policy beside them."""
    bigbase.write(corpus, root)
    environment = os.environ | {CACHE_VARIABLE: str(root.parent / "cache")}
    for what in ("loaded, proved, compiled", "from the compiled form"):
        command = [sys.executable, "-c", _BASE, str(root), corpus.questions[0]]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        ready, cpu, memory, clauses = json.loads(done.stdout)
        print(f"base of {clauses} clauses, {what}: {ready:.2f} s ({cpu:.2f} s processor), {memory:.0f} MB at most")


def fresh(path: Path, questions: tuple[str, ...]) -> tuple[float, float, float]:
    """(seconds until ready, processor seconds, MB at most) of a new process that answers some questions."""
    command = [sys.executable, "-c", _FRESH, str(path), json.dumps(questions[:200])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    ready, cpu, memory = json.loads(done.stdout)
    return ready, cpu, memory


if __name__ == "__main__":
    main()
