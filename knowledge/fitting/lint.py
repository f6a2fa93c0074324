"""Looks over the phrasings: near copies, ones that pull to another target, targets that few people have asked about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.base.contents import Base
from knowledge.base.phrasings import ALIKE, MIN_CHARS
from knowledge.base.target import kind_of
from knowledge.fitting.weights import HeldOut, stated
from knowledge.learned.index import Example, Weights
from knowledge.text.fold import key

ENOUGH = 60
"""Phrasings that each clause and each figure should have."""
PULL = 0.9
"""Probability from which a phrasing pulls to a target that is not its own."""


@dataclass(frozen=True)
class Finding:
    """One thing to look at."""

    kind: str
    """thin, copy or pull."""
    text: str


def thin(base: Base) -> list[Finding]:
    """Clauses and figures with fewer than ENOUGH phrasings."""
    out = []
    for policy in base.policies:
        asked = base.phrasings[policy.id]
        counts = {c.id: _count(asked.clauses.get(c.id, {})) for c in policy.clauses}
        for name, figure in asked.figures.items():
            counts[name] = _count(figure.ask)
        out += [
            Finding("thin", f"{policy.id} {name}：{count} 条问法，少于 {ENOUGH} 条")
            for name, count in counts.items()
            if count < ENOUGH
        ]
    return out


def copies(known: list[Example]) -> list[Finding]:
    """Near copies of one another under different targets: one of the two is in the wrong place, or they are useless."""
    chosen = [e for e in known if kind_of(e.target) in ("clause", "info", "near") and len(key(e.text)) >= MIN_CHARS]
    keys = [key(e.text) for e in chosen]
    alike = process.cdist(keys, keys, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8, workers=-1)
    out = []
    for i, j in zip(*np.nonzero(np.triu(alike, 1)), strict=True):
        one, other = chosen[i], chosen[j]
        if one.target != other.target:
            out.append(Finding("copy", f"「{one.text}」（{one.target}）与「{other.text}」（{other.target}）几乎相同"))
    return out


def pulls(targets: list[str], rows: list[HeldOut], weights: Weights) -> list[Finding]:
    """Phrasings that an index without their writer surely gives to another target."""
    kinds = [kind_of(t) for t in targets]
    p = stated(targets, rows, weights)
    out = []
    for n, row in enumerate(rows):
        best = int(p[n].argmax())
        own = row.example.target
        both_outside = {kinds[best], kind_of(own)} <= {"near", "far"}
        if targets[best] != own and p[n, best] >= PULL and not both_outside:
            text = f"「{row.example.text}」（{own}，{row.example.writer}）被拉向 {targets[best]}（{p[n, best]:.2f}）"
            out.append(Finding("pull", text))
    return sorted(out, key=lambda f: f.text)


def coverage(base: Base) -> str:
    """Phrasings by clause and writer, as a table."""
    lines = []
    for policy in base.policies:
        asked = base.phrasings[policy.id]
        for clause in policy.clauses:
            by_writer = Counter({w: len(lines_) for w, lines_ in asked.clauses.get(clause.id, {}).items()})
            for name, figure in asked.figures.items():
                if name.startswith(f"{clause.id}/"):
                    by_writer.update({w: len(lines_) for w, lines_ in figure.ask.items()})
            detail = " ".join(f"{writer} {count}" for writer, count in by_writer.most_common())
            lines.append(f"{clause.id}  {sum(by_writer.values()):4}  {detail}")
    return "\n".join(lines)


def _count(by_writer: dict[str, tuple[str, ...]]) -> int:
    return sum(map(len, by_writer.values()))
