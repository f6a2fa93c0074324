"""Fits the weights of the second look on half of a corpus' questions and tests them on the other half.

It prints what to put into ``second`` of settings.yaml, for a person to round and to judge; it changes nothing. What
decides the first look (k1, b, kinds, everyday, breadth, candidates) was chosen by hand from a few round values.

usage: python -m tests.corpora.fit CORPORA bdci|stard
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval import LocalRetriever
from knowledge.retrieval.local import rerank
from tests.corpora import sets
from tests.corpora.engines import TOP

Numbers = NDArray[np.float64]

PULLS = (10.0, 20.0, 30.0, 50.0)
"""How strongly weights are pulled towards 0, tried in turn."""
SPLITS = 8
STEPS = 30


@dataclass(frozen=True)
class Seen:
    """One question's candidates."""

    features: Numbers
    """(candidates, features)"""
    right: NDArray[np.bool_]
    """(candidates,): which of them answer."""


def main() -> None:
    corpus = sets.read(sets.folder(sys.argv[1]), sys.argv[2])
    engine = LocalRetriever.build(corpus.entries)
    names = [name for name in rerank.FEATURES if engine.settings.second.get(name)]
    columns = [rerank.FEATURES.index(name) for name in names]
    seen = []
    for question, gold in zip(corpus.questions, corpus.gold, strict=True):
        numbers, features = engine.candidates(engine.question(question))
        seen.append(Seen(features[:, columns], np.isin(numbers, list(gold))))
    print(
        f"{corpus.name}, of settings.yaml: {shown(measure(seen, np.array([engine.settings.second[n] for n in names])))}"
    )
    for pull in PULLS:
        halves = []
        for split in range(SPLITS):
            order = np.random.default_rng(split).permutation(len(seen))
            one, other = ([seen[i] for i in part] for part in np.array_split(order, 2))
            halves += [measure(other, fit(one, pull)), measure(one, fit(other, pull))]
        weights = fit(seen, pull)
        print(f"pull {pull:4.0f}: other halves {shown(np.mean(halves, axis=0))}, all {shown(measure(seen, weights))}")
        print("  " + ", ".join(f"{n}: {w:.1f}" for n, w in zip(names, weights / weights[0], strict=True)))


def fit(seen: list[Seen], pull: float) -> Numbers:
    """(features,): weights under which the answers are likeliest, as a softmax over each question's candidates.

    Newton's method with halved steps. ``pull`` works on features in units of their deviation.
    """
    unit = np.concatenate([s.features for s in seen]).std(axis=0) + 1e-9
    useful = [(s.features / unit, s.right / s.right.sum()) for s in seen if s.right.any()]

    def likelihood(weights: Numbers) -> float:
        scores = [(x @ weights, share) for x, share in useful]
        return sum(float(s @ y - np.logaddexp.reduce(s)) for s, y in scores) - pull / 2 * float(weights @ weights)

    weights = np.zeros(len(unit))
    for _ in range(STEPS):
        slope, bend = -pull * weights, pull * np.eye(len(unit))
        for x, share in useful:
            scores = x @ weights
            chance = np.exp(scores - np.logaddexp.reduce(scores))
            mean = chance @ x
            slope += share @ x - mean
            bend += (x * chance[:, None]).T @ x - np.outer(mean, mean)
        step = np.linalg.solve(bend, slope)
        while likelihood(weights + step) < likelihood(weights) and np.abs(step).max() > 1e-6:
            step /= 2
        weights += step
        if np.abs(step).max() < 1e-4:
            break
    return np.asarray(weights / unit)


def measure(seen: list[Seen], weights: Numbers) -> Numbers:
    """(2,): hit@1 and MRR@10."""
    hits = []
    for one in seen:
        ranks = np.flatnonzero(one.right[np.argsort(-(one.features @ weights), kind="stable")][:TOP])
        hits.append((float(len(ranks) > 0 and ranks[0] == 0), 1 / (ranks[0] + 1) if len(ranks) else 0.0))
    return np.asarray(np.mean(hits, axis=0))


def shown(figures: Numbers) -> str:
    return f"hit@1 {figures[0]:.3f} MRR@10 {figures[1]:.3f}"


if __name__ == "__main__":
    main()
