"""From calibrated probabilities to one of six acts, by expected cost.

The probabilities come from knowledge/index.py; the costs are stated here. Each act is charged for each thing that the
question may really be about; the act with the least expected charge is taken. So there is no bare threshold: how sure
one must be follows from how bad it is to be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.engine.values.thresholds import (
    BESIDE_FLOOR,
    CHOICE_FLOOR,
    CHOICE_HELD,
    LIKELY_FLOOR,
    LIKELY_FLOOR_NAMED,
    LIKELY_FLOOR_SUM,
)
from knowledge.base.target import kind_of
from knowledge.learned.index import Match

WRONG = 3.0
"""A confident answer with another clause than the one asked for: people act on it."""
LEAK = 2.6
"""An answer to something that no document covers: less grave than another clause, for its words show their subject."""
CHOICE = 0.9
"""Having to pick from a choice that holds the right clause."""
WRONG_CHOICE = 2.2
"""A choice without the right clause."""
LEAK_CHOICE = 2.4
"""A choice for something that no document covers."""
LIKELY = 0.3
"""An answer that is right and only marked as the likeliest, with others offered below."""
LIKELY_OFFERED = 1.1
"""Such an answer with another clause than the one asked for, which is among those offered below."""
LIKELY_WRONG = 2.1
"""Such an answer while the right clause is not even offered."""
LIKELY_LEAK = 2.4
"""Such an answer to something that no document covers."""
LIKELY_LEAK_NAMED = 0.5
"""The same where the document is named: who names it can see at once that it doesn't say that."""
MISS = 2.0
"""Declining something that a document does answer."""
CHAT_MIX = 1.0
"""Small talk answered as out of scope, or the other way round: a shrug."""
MOST_CHOICES = 3

Act = Literal["answer", "likely", "choose", "info", "chat", "none"]


@dataclass(frozen=True)
class Decision:
    """What to do, with whom, and what it was expected to cost."""

    act: Act
    matches: tuple[Match, ...]
    """The target of the act first; for a choice all that are offered."""
    costs: dict[str, float]
    """Expected cost by act, for the explanation."""


def _found_beside(clauses: Sequence[Match]) -> bool:
    """Whether a clause that was found by its own words may be meant, as the first or as one to offer below it."""
    beside = clauses[1:MOST_CHOICES]
    return clauses[0].found or any(m.found and m.probability >= CHOICE_FLOOR for m in beside)


def _likely(clauses: Sequence[Match], inside: float, outside: float, leak: float) -> tuple[float, list[Match]]:
    """(cost, targets) of answering with the first clause as the likeliest, others offered below it."""
    offered = [clauses[0], *(m for m in clauses[1:MOST_CHOICES] if m.probability >= BESIDE_FLOOR)]
    first, others = offered[0].probability, sum(m.probability for m in offered[1:])
    lost = inside - first - others
    return LIKELY * first + LIKELY_OFFERED * others + LIKELY_WRONG * lost + leak * outside, offered


def decide(matches: Sequence[Match], named: bool = False, sum_asked: bool = False) -> Decision:
    """The act of least expected cost.

    ``matches``: best first, at least one; ``named``: whether the document is asked by name; ``sum_asked``: whether a
    sum of money is asked for.
    """
    by_kind: dict[str, list[Match]] = {kind: [] for kind in ("clause", "info", "chat", "near", "far")}
    for match in matches:
        by_kind.setdefault(kind_of(match.target), []).append(match)
    p = {kind: sum(m.probability for m in found) for kind, found in by_kind.items()}
    outside = p["near"] + p["far"]
    inside = p["clause"] + p["info"]
    options: dict[Act, tuple[float, list[Match]]] = {
        "none": (MISS * inside + CHAT_MIX * p["chat"], by_kind["near"][:1] or by_kind["far"][:1])
    }
    clauses = by_kind["clause"]
    if clauses:
        best = clauses[0]
        options["answer"] = (WRONG * (inside - best.probability) + LEAK * (outside + p["chat"]), [best])
        for size in range(2, MOST_CHOICES + 1):
            offered = [m for m in clauses[:size] if m.probability >= CHOICE_FLOOR]
            if len(offered) < size:
                break
            held = sum(m.probability for m in offered)
            if held < CHOICE_HELD and any(m.found for m in offered):
                continue
            cost = CHOICE * held + WRONG_CHOICE * (inside - held) + LEAK_CHOICE * (outside + p["chat"])
            if "choose" not in options or cost < options["choose"][0]:
                options["choose"] = (cost, offered)
        floor = (LIKELY_FLOOR_SUM if sum_asked else LIKELY_FLOOR_NAMED) if named else LIKELY_FLOOR
        leak = LIKELY_LEAK_NAMED if named else LIKELY_LEAK
        if _found_beside(clauses) and best.probability >= floor:
            options["likely"] = _likely(clauses, inside, outside + p["chat"], leak)
    if by_kind["info"]:
        best = by_kind["info"][0]
        options["info"] = (WRONG * (inside - best.probability) + LEAK * outside + CHAT_MIX * p["chat"], [best])
    if by_kind["chat"]:
        best = by_kind["chat"][0]
        options["chat"] = (
            MISS * inside + CHAT_MIX * (outside + p["chat"] - best.probability),
            [best],
        )
    act = min(options, key=lambda a: options[a][0])
    return Decision(act, tuple(options[act][1]), {a: round(cost, 3) for a, (cost, _) in options.items()})
