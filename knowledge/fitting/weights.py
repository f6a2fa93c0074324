"""Fits weights.yaml: what each signal counts, so that probabilities are honest on writers never seen.

Each writer's questions are scored by an index built from all the other writers; a conditional logit over the targets
is then fitted to these held-out scores. So nothing is tuned on a question that the index had learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.base.contents import Base
from knowledge.base.target import kind_of
from knowledge.learned import index
from knowledge.learned.examples import TEXT_WRITER, clause_texts, examples
from knowledge.learned.index import FILE, KINDS, SIGNALS, START, Example, Index, Weights
from knowledge.learned.regression import Floats, Ints
from knowledge.reading.reader import Reader, Reading

OUTSIDE = ("near", "far")
STEPS = 800
STEP = 0.05
RIDGE = 1e-3
"""Pulls weights towards START: signals that say the same don't run apart."""


@dataclass(frozen=True)
class HeldOut:
    """A question scored by an index that never saw its writer."""

    example: Example
    signals: Floats
    """(targets, signals)."""


def held_out(base: Base, reader: Reader, drop: str = "") -> tuple[list[str], list[HeldOut]]:
    """(targets, every question of a writer who can be left out, scored without them).

    ``drop``: a kind of feature (w, t, c or p) to do without, for an ablation.
    """

    def read(text: str) -> Reading:
        reading = reader.read(text)
        if not drop:
            return reading
        kept = tuple(f for f in reading.features if f[0] != drop)
        return replace(
            reading,
            features=kept,
            words=() if drop == "w" else reading.words,
            terms=() if drop == "t" else reading.terms,
        )

    known = examples(base)
    readings = {e.text: read(e.text) for e in known}
    texts = clause_texts(base, read)
    targets = list(dict.fromkeys(e.target for e in known))
    out: list[HeldOut] = []
    for writer in sorted({e.writer for e in known} - {TEXT_WRITER}):
        rest = [e for e in known if e.writer != writer]
        left = {e.target for e in rest}
        tables = index.build(rest, readings, texts, [t for t in targets if t in left])
        scorer = Index(tables, START)
        at = [targets.index(t) for t in scorer.targets]
        for example in known:
            if example.writer != writer or example.target not in left:
                continue
            signals, _ = scorer.signals(readings[example.text])
            if signals is not None:
                whole = np.zeros((len(targets), len(SIGNALS)), dtype=np.float32)
                whole[:, 0] = index.LINEAR_FLOOR
                whole[at] = signals
                out.append(HeldOut(example, whole))
    return targets, out


def fit(targets: Sequence[str], rows: Sequence[HeldOut]) -> Weights:
    """Maximum likelihood weights by kind, with a ridge towards START."""
    kinds = np.array([KINDS.index(kind_of(t)) for t in targets])
    x = np.stack([row.signals for row in rows])
    gold = np.array([targets.index(row.example.target) for row in rows])
    balance = _balance(kinds, gold)
    outside = np.array([kind_of(t) in OUTSIDE for t in targets])
    right = np.eye(len(targets))[gold]
    right[outside[gold]] = outside  # near or far: both are declined, so either is right
    start_w = np.array([[START.signal[k][s] for s in SIGNALS] for k in KINDS], dtype=np.float64)
    w, b = start_w.copy(), np.zeros(len(KINDS))
    moment_w, moment_b = np.zeros_like(w), np.zeros_like(b)
    second_w, second_b = np.zeros_like(w), np.zeros_like(b)
    onehot = np.eye(len(KINDS))[kinds]
    for step in range(1, STEPS + 1):
        p = probabilities(x, w[kinds], b[kinds])
        share = p * right
        p -= share / np.maximum(share.sum(axis=1, keepdims=True), 1e-12)
        p *= balance[:, None]
        grad_w = onehot.T @ np.einsum("nt,nts->ts", p, x) + RIDGE * (w - start_w)
        grad_b = onehot.T @ p.sum(axis=0)
        for value, grad, moment, second in ((w, grad_w, moment_w, second_w), (b, grad_b, moment_b, second_b)):
            moment += 0.1 * (grad - moment)
            second += 0.01 * (grad * grad - second)
            value -= STEP * (moment / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-9)
    return Weights(
        signal={k: {s: round(float(w[i, j]), 3) for j, s in enumerate(SIGNALS)} for i, k in enumerate(KINDS)},
        bias={k: round(float(b[i]), 3) for i, k in enumerate(KINDS)},
    )


SHARE = {"clause": 0.62, "info": 0.06, "chat": 0.04, "near": 0.14, "far": 0.14}
"""How often each kind is expected to be asked; the writers' lists have other proportions."""


def _balance(kinds: Ints, gold: Ints) -> Floats:
    """Weights of the rows so that each kind has its share; they add up to one."""
    asked = kinds[gold]
    out = np.zeros(len(gold))
    for i, kind in enumerate(KINDS):
        here = asked == i
        if here.any():
            out[here] = SHARE[kind] / here.sum()
    return np.asarray(out / out.sum(), dtype=np.float32)


def stated(targets: Sequence[str], rows: Sequence[HeldOut], weights: Weights) -> Floats:
    """(questions, targets): the probabilities that ``weights`` state for held-out scores."""
    kinds = [kind_of(t) for t in targets]
    w = np.array([[weights.signal[k][s] for s in SIGNALS] for k in kinds])
    b = np.array([weights.bias[k] for k in kinds])
    return probabilities(np.stack([row.signals for row in rows]), w, b)


def probabilities(x: Floats, w: Floats, b: Floats) -> Floats:
    """(questions, targets) from signals (questions, targets, signals), weights (targets, signals) and biases."""
    utility = np.einsum("nts,ts->nt", x, w) + b
    p = np.exp(utility - utility.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return p  # type: ignore[no-any-return]


def tune(base: Base, reader: Reader) -> tuple[str, Weights]:
    """Fit on held-out scores; returns (report, weights)."""
    targets, rows = held_out(base, reader)
    weights = fit(targets, rows)
    return report(targets, rows, weights), weights


@dataclass(frozen=True)
class Quality:
    """How well held-out questions are told apart; shares from 0 to 1."""

    inside: float
    """Clause questions whose clause is the most probable target."""
    hard: float
    """The same for the two writers of situations that share hardly a word with the clause."""
    outside: float
    """Near and far questions that are more probably outside than any one thing inside."""
    loss: float
    """Mean log loss, near and far as one: what the fit makes small."""


HARD_WRITERS = ("situations", "stories")


def quality(targets: Sequence[str], rows: Sequence[HeldOut], weights: Weights) -> Quality:
    """Quality of ``weights`` on held-out scores."""
    kinds = np.array([kind_of(t) for t in targets])
    p = stated(targets, rows, weights)
    gold = np.array([targets.index(row.example.target) for row in rows])
    outside = np.isin(kinds, OUTSIDE)
    right = np.eye(len(targets))[gold]
    right[outside[gold]] = outside
    declined = p[:, outside].sum(axis=1) > p[:, ~outside].max(axis=1)
    clause = kinds[gold] == "clause"
    hit = (p.argmax(axis=1) == gold) & ~declined
    hard = clause & np.array([row.example.writer in HARD_WRITERS for row in rows])
    loss = -np.log(np.maximum((p * right).sum(axis=1), 1e-9))
    return Quality(_mean(hit[clause]), _mean(hit[hard]), _mean(declined[outside[gold]]), _mean(loss))


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else 0.0


FEATURE_KINDS = {"words": "w", "concepts (synonym groups)": "t", "character n-grams": "c", "sound pairs": "p"}


def ablations(base: Base, reader: Reader) -> dict[str, Quality]:
    """Held-out quality with everything, and without each kind of feature and each signal; fitted anew each time."""
    targets, rows = held_out(base, reader)
    out = {"everything": quality(targets, rows, fit(targets, rows))}
    for s, name in enumerate(SIGNALS):
        without = [HeldOut(row.example, _zeroed(row.signals, s)) for row in rows]
        out[f"without signal {name}"] = quality(targets, without, fit(targets, without))
    for name, kind in FEATURE_KINDS.items():
        targets, rows = held_out(base, reader, kind)
        out[f"without {name}"] = quality(targets, rows, fit(targets, rows))
    targets, rows = held_out(base, Reader(reader.vocabulary, mend=False))
    out["without mending typos"] = quality(targets, rows, fit(targets, rows))
    return out


def _zeroed(signals: Floats, column: int) -> Floats:
    out = signals.copy()
    out[:, column] = 0.0
    return out


def report(targets: Sequence[str], rows: Sequence[HeldOut], weights: Weights) -> str:
    """Held-out accuracy by kind and writer, and how honest the probabilities are."""
    kinds = [kind_of(t) for t in targets]
    p = stated(targets, rows, weights)
    gold = [row.example.target for row in rows]
    best = p.argmax(axis=1)
    outside = np.array([k in OUTSIDE for k in kinds])
    p_outside = p[:, outside].sum(axis=1)
    right = [
        targets[i] == g or (kind_of(g) in OUTSIDE and p_outside[n] >= p[n, ~outside].max())
        for n, (i, g) in enumerate(zip(best, gold, strict=True))
    ]
    lines = [
        "Fitted by `policybot tune`: each writer's questions scored by an index that never saw that writer.",
        f"{len(rows)} questions. Most probable target right, by kind and held-out writer (near and far count as one):",
    ]
    for kind in KINDS:
        here = [n for n, g in enumerate(gold) if kind_of(g) == kind]
        by_writer: dict[str, list[bool]] = {}
        for n in here:
            by_writer.setdefault(rows[n].example.writer, []).append(right[n])
        share = 100 * sum(right[n] for n in here) / max(len(here), 1)
        detail = ", ".join(f"{writer} {100 * sum(r) / len(r):.0f}% of {len(r)}" for writer, r in by_writer.items())
        lines.append(f"  {kind:7} {share:5.1f}%  ({detail})")
    lines.append("Calibration (stated probability of the best target: how often it is right):")
    top = p.max(axis=1)
    for low in (0.2, 0.4, 0.6, 0.8, 0.95):
        high = {0.2: 0.4, 0.4: 0.6, 0.6: 0.8, 0.8: 0.95, 0.95: 1.01}[low]
        inside = [n for n in range(len(rows)) if low <= top[n] < high]
        if inside:
            hit = sum(targets[best[n]] == gold[n] for n in inside) / len(inside)
            lines.append(f"  {top[inside].mean():.2f}: {hit:.2f} of {len(inside)}")
    return "\n".join(lines)


def save_weights(weights: Weights, root: Path, report: str) -> None:
    """Write weights.yaml with the report of the run above it, as comments."""
    lines = [f"# {line}".rstrip() for line in report.splitlines()]
    lines += ["signal:"]
    for kind, by_signal in weights.signal.items():
        lines.append(f"  {kind}: {{" + ", ".join(f"{s}: {v}" for s, v in by_signal.items()) + "}")
    lines += ["bias: {" + ", ".join(f"{kind}: {v}" for kind, v in weights.bias.items()) + "}"]
    (root / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
