"""How far one machine goes, and what a cluster takes: `python -m tests.cluster.million --corpora FOLDER --clauses N`.

The statutes of the corpora and their questions lie among ever more other clauses: sentences of several articles put
together as by-laws of invented towns, and generated measures. Each step is a process of its own, so that its memory is
its own. Not in CI: 250,000 clauses take some ten processor minutes.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.retrieval import Entry, LocalRetriever
from knowledge.retrieval.opensearch import alias_of
from knowledge.retrieval.opensearch.cluster import Cluster
from knowledge.retrieval.opensearch.engine import ClusterLook
from knowledge.retrieval.opensearch.versions import Versions
from tests.cluster.generated import TOWNS, corpus
from tests.cluster.server import cluster
from tests.corpora import sets

ROUNDS = 2
"""Times that all questions are asked; the last counts."""
ARTICLES = 40
"""Of a by-law that is put together."""


def entries_of(statutes: Sequence[Entry], clauses: int) -> list[Entry]:
    """The statutes, then by halves by-laws and measures: ``clauses`` in all."""
    rest = max(0, clauses - len(statutes))
    chance = random.Random(9)
    sentences = [s for entry in statutes for s in entry.text.replace("\n", "").split("。") if 8 < len(s) < 200]
    laws = []
    for n in range(rest // 2):
        law = f"{TOWNS[n // ARTICLES % len(TOWNS)]}市第{n // ARTICLES}号实施办法"
        laws.append(Entry(f"{law}\n{'。'.join(chance.choices(sentences, k=chance.randint(1, 4)))}。", law))
    return [*statutes[:clauses], *laws, *corpus(rest - len(laws), 0).entries[: rest - len(laws)]]


def build(options: argparse.Namespace, made: sets.Corpus) -> dict[str, Any]:
    """The local engine's index, on disk."""
    entries = entries_of(made.entries, options.clauses)
    before = _memory()
    began, cpu = time.perf_counter(), time.process_time()
    LocalRetriever.build(entries).store(options.file)
    return {
        "clauses": len(entries),
        "build s": time.perf_counter() - began,
        "build processor s": time.process_time() - cpu,
        "texts alone MB": before,
        "build peak MB": _memory(),
        "file MB": options.file.stat().st_size / 1e6,
    }


def one_machine(options: argparse.Namespace, made: sets.Corpus) -> dict[str, Any]:
    """Questions asked of it."""
    began = time.perf_counter()
    local = LocalRetriever.load(options.file)
    loaded = time.perf_counter() - began
    found, times = _asked(made, lambda question: [one.number for one in local.search(question, 10)])
    return {"load s": loaded, **times, "peak MB": _memory(), **sets.quality(found, made)}


def three_nodes(options: argparse.Namespace, made: sets.Corpus) -> dict[str, Any]:
    """The same of a cluster, all nodes on this machine; candidates alone are timed apart."""
    local, entries = LocalRetriever.load(options.file), entries_of(made.entries, options.clauses)
    with cluster(options.nodes, options.heap) as nodes:
        asked = Cluster(nodes.urls)
        began, cpu = time.perf_counter(), time.process_time()
        Versions(asked).make(local, entries)
        took, used = time.perf_counter() - began, time.process_time() - cpu
        disk = asked.client.indices.stats(index=alias_of(local.version))["_all"]["primaries"]["store"]["size_in_bytes"]
        look = ClusterLook(local, asked, alias_of(local.version))
        equal = 0

        def best(question: str) -> list[int]:
            asked = local.question(question)
            there = look.best(asked, local.settings.candidates)
            return [one.number for one in local.look_again(asked, *there, 10)]

        found, times = _asked(made, best)
        for question in made.questions:
            one = local.question(question)
            there, here = look.best(one, 50), local.best(one, 50)
            equal += np.array_equal(there[0], here[0]) and np.array_equal(there[1], here[1])
        return {
            "index s": took,
            "index processor s, ours": used,
            "disk MB, one copy": disk / 1e6,
            "node MB": [round(node.memory) for node in nodes.nodes],
            **times,
            "equal": f"{equal} of {len(made.questions)}",
            **sets.quality(found, made),
        }


STEPS: dict[str, Callable[[argparse.Namespace, sets.Corpus], dict[str, Any]]] = {
    "build": build,
    "one machine": one_machine,
    "three nodes": three_nodes,
}


def _asked(made: sets.Corpus, ask: Callable[[str], list[int]]) -> tuple[list[list[int]], dict[str, float]]:
    found: list[list[int]] = []
    times: list[float] = []
    for _ in range(ROUNDS):
        found, times = [], []
        for question in made.questions:
            began = time.perf_counter()
            found.append(ask(question))
            times.append((time.perf_counter() - began) * 1000)
    return found, {f"p{int(q * 100)} ms": float(np.quantile(times, q)) for q in (0.5, 0.99)}


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora")
    parser.add_argument("--clauses", type=int, default=1_000_000)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--heap", default="512m")
    parser.add_argument("--without", action="append", default=[], choices=list(STEPS))
    parser.add_argument("--step", choices=list(STEPS))
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    if options.step:
        result = STEPS[options.step](options, sets.read(sets.folder(options.corpora), "stard"))
        print(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = options.file or Path(folder) / "one.arrays"
        for step in STEPS:
            if step in options.without:
                continue
            command = [sys.executable, "-m", "tests.cluster.million", *sys.argv[1:], "--step", step]
            done = subprocess.run([*command, "--file", str(file)], capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{step} failed: {done.stderr.strip()[-1500:]}")
            told = json.loads(done.stdout.splitlines()[-1])
            shown = ", ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in told.items())
            print(f"{step}: {shown}", flush=True)


if __name__ == "__main__":
    main()
