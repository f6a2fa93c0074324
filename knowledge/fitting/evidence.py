"""Fits evidence.yaml: what the signals of evidence.py are worth, on a base with many clauses without phrasings.

Questions for such clauses are derived from their own sentences: some of the words of a sentence, in order, some of them
replaced by words that people use elsewhere, as somebody asks who doesn't know how the document puts it. Questions for
nothing that they cover are the lexicon's: small talk, what is unrelated, and what is near but not covered, beside the
phrasings of taught clauses. Nothing is random between runs.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.base.contents import Base
from knowledge.base.target import kind_of
from knowledge.learned.examples import TEXT_WRITER, examples
from knowledge.learned.regression import Floats
from knowledge.reading.reader import Reader, Reading
from knowledge.retrieval.clause_finder import untaught
from knowledge.retrieval.evidence import CANDIDATES, FILE, SIGNALS, Evidence, Weights

SEED = 20251009
DERIVED = 1_500
"""Questions that are derived from sentences."""
OTHERS = 2_500
"""Questions of the lexicon and of taught clauses."""
LEAST = 300
"""Clauses without phrasings from which a fit says anything."""
WORDS = (2, 7)
"""Fewest and most words of a derived question."""
REPLACED = 0.25
"""Share of words that somebody else's take the place of."""
SHARE = {"clause": 0.4, "near": 0.25, "far": 0.1, "chat": 0.05, "info": 0.05, "taught": 0.15}
"""How often each kind is expected to be asked."""
STEPS, STEP, RIDGE = 1_200, 0.05, 1e-3
_SENTENCE = re.compile(r"[。；;\n]")
_CONTENT = re.compile(r"[一-鿿]{2,}")


@dataclass(frozen=True)
class Row:
    """A question's candidates and which of them is right."""

    kind: str
    signals: Sequence[Mapping[str, float]]
    right: int | None
    """Number of the candidate; None when none of them is."""


def derived(base: Base, reader: Reader, most: int = DERIVED) -> list[tuple[str, str]]:
    """(target, question) for clauses without phrasings."""
    chance = random.Random(SEED)
    elsewhere = [
        word
        for example in examples(base)
        if kind_of(example.target) in ("near", "far")
        for word in reader.read(example.text).words
        if _CONTENT.fullmatch(word)
    ]
    clauses = [(p, c) for p in untaught(base) for c in p.clauses]
    out = []
    for policy, clause in chance.sample(clauses, min(most, len(clauses))):
        sentences = [s for s in _SENTENCE.split(clause.text) if 8 <= len(s) <= 200]
        if not sentences or not elsewhere:
            continue
        words = [w for w in reader.read(chance.choice(sentences)).words if _CONTENT.fullmatch(w)]
        size = min(chance.randint(*WORDS), len(words))
        if size < WORDS[0]:
            continue
        chosen = [words[i] for i in sorted(chance.sample(range(len(words)), size))]
        asked = [chance.choice(elsewhere) if chance.random() < REPLACED else w for w in chosen]
        out.append((f"{policy.id}/{clause.id}", "".join(asked)))
    return out


def rows(
    base: Base, reader: Reader, evidence: Evidence, read: Callable[[str], Reading], generic: frozenset[str]
) -> list[Row]:
    """Every question with the signals of its candidates; ``read``: reads what a question is about."""
    out = []
    for target, text in derived(base, reader):
        found = evidence.signals(read(text), generic)
        targets = [t for t, _ in found]
        out.append(Row("clause", [s for _, s in found], targets.index(target) if target in targets else None))
    others = [e for e in examples(base) if e.writer != TEXT_WRITER]
    for example in random.Random(SEED).sample(others, min(OTHERS, len(others))):
        kind = kind_of(example.target)
        found = evidence.signals(read(example.text), generic)
        out.append(Row("taught" if kind == "clause" else kind, [s for _, s in found], None))
    return [row for row in out if row.signals and (row.kind != "clause" or row.right is not None)]


def fit(found: Sequence[Row]) -> Weights:
    """Maximum likelihood weights, with a ridge towards none."""
    x, there, right, share = _arrays(found)
    w = np.zeros(x.shape[2], dtype=np.float32)
    moment, second = np.zeros_like(w), np.zeros_like(w)
    for step in range(1, STEPS + 1):
        p = _probabilities(x, there, w)
        grad = np.einsum("n,nk,nkf->f", share, p - right, x) + RIDGE * w
        moment += 0.1 * (grad - moment)
        second += 0.01 * (grad * grad - second)
        w -= STEP * (moment / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-9)
    return Weights({name: round(float(w[i]), 3) for i, name in enumerate(SIGNALS)}, bias=round(float(w[-1]), 3))


def report(found: Sequence[Row], weights: Weights) -> str:
    """How often the right clause is first and surely so, and how often something is found where there is nothing."""
    x, there, _, _ = _arrays(found)
    w = np.array([*(weights.signal[s] for s in SIGNALS), weights.bias], dtype=np.float32)
    p = _probabilities(x, there, w)
    lines = [
        "Fitted by `policybot tune evidence` on questions derived from clauses without phrasings, and the lexicon's."
    ]
    for kind in SHARE:
        here = [n for n, row in enumerate(found) if row.kind == kind]
        if not here:
            continue
        best, sure = p[here, :-1].argmax(axis=1), p[here, :-1].max(axis=1) > 0.5
        if kind == "clause":
            hit = np.array([found[n].right for n in here]) == best
            shares = (hit.mean(), (hit & sure).mean(), (~hit & sure).mean())
            said = "right clause first {:.3f}; surely {:.3f}, another surely {:.3f}".format(*shares)
            lines.append(f"  {kind:7} {len(here)} questions: {said}")
        else:
            lines.append(f"  {kind:7} {len(here)} questions: something surely found {sure.mean():.3f}")
    return "\n".join(lines)


def _arrays(found: Sequence[Row]) -> tuple[Floats, Floats, Floats, Floats]:
    """(questions, candidates and none, signals and one), which candidates there are, the right ones, shares."""
    n, k = len(found), CANDIDATES + 1
    x = np.zeros((n, k, len(SIGNALS) + 1), dtype=np.float32)
    there, right = np.zeros((n, k), dtype=np.float32), np.zeros((n, k), dtype=np.float32)
    share = np.zeros(n, dtype=np.float32)
    counts = {kind: sum(row.kind == kind for row in found) for kind in SHARE}
    for i, row in enumerate(found):
        for j, signals in enumerate(row.signals):
            x[i, j] = [*(signals[name] for name in SIGNALS), 1.0]
            there[i, j] = 1.0
        there[i, -1] = 1.0
        right[i, -1 if row.right is None else row.right] = 1.0
        share[i] = SHARE[row.kind] / counts[row.kind]
    return x, there, right, share / share.sum()


def _probabilities(x: Floats, there: Floats, w: Floats) -> Floats:
    utility = np.where(there > 0, x @ w, -1e9)
    p = np.exp(utility - utility.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return p  # type: ignore[no-any-return]


def save(weights: Weights, root: Path, said: str) -> None:
    """Write evidence.yaml with the report above it, as comments."""
    lines = [f"# {line}".rstrip() for line in said.splitlines()]
    lines.append("signal: {" + ", ".join(f"{name}: {value}" for name, value in weights.signal.items()) + "}")
    lines.append(f"bias: {weights.bias}")
    (root / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
