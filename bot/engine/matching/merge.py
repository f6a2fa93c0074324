"""Matches of taught clauses and of clauses found by their own words, on one scale.

What the index learned decides as it does alone. Clauses without phrasings take what it leaves over: all that it gives
to being out of scope, and of what it gives to a taught clause, a document's topic or small talk only as much as it is
unsure of it; or all, where one of them holds the whole question word for word and the learned clause doesn't.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.engine.values.thresholds import CERTAIN, LATER, MUCH, PART, RUN, SURE, UNSURE, WORDED
from knowledge.base.target import is_outside, kind_of
from knowledge.learned.index import Match
from knowledge.retrieval.evidence import Found

KEPT = 6
"""Matches that are kept."""
FURTHER = 3
"""Clauses found by their own words that are kept besides: a refusal may name them."""


def contest(
    learned: Sequence[Match],
    found: Sequence[Found],
    rank: Callable[[str], int],
    trust: Callable[[Match, Found], float | None] = lambda _, __: None,
    silent_on: Callable[[str, Sequence[str]], frozenset[str]] = lambda _, __: frozenset(),
) -> list[Match]:
    """All matches, most probable first.

    ``learned``: the index's; ``found``: candidates among the clauses without phrasings, whose probabilities leave the
    rest for none of them; ``rank``: of a target's document, 0 where it holds or may hold; ``trust``: how far a learned
    clause is to be believed beside the best found one (Evidence.trust); ``silent_on``: which of some targets
    say nothing of a topic; they take nothing of what the question has of it.
    """
    if not found:
        return list(learned)
    inside = [m for m in learned if not is_outside(m.target)]
    best = max((m.probability for m in inside), default=0.0)
    outside = sum(m.probability for m in learned) - sum(m.probability for m in inside)
    unsure = min(1.0, max(0.0, (SURE - best) / (SURE - UNSURE)))
    first = inside[0] if inside else None
    if first is not None and kind_of(first.target) == "clause":
        trusted = trust(first, found[0])
        unsure = unsure if trusted is None else 1.0 - trusted
    whole = any(f.signals["cover"] >= WORDED and f.signals["run"] >= RUN and f.signals["much"] >= MUCH for f in found)
    if whole and first is not None and first.probability < CERTAIN and first.signals["text"] < PART:
        unsure = 1.0
    near = next((m for m in learned if m.topic and kind_of(m.target) == "near"), None)
    aside = silent_on(near.topic, [f.target for f in found]) if near is not None else frozenset()
    share = outside + unsure * (1.0 - outside) if learned else 1.0
    kept = near.probability if near is not None else 0.0
    holds = any(rank(f.target) == 0 for f in found)
    odds = {f.target: f.probability * (LATER if holds and rank(f.target) else 1.0) for f in found}
    taken, left = sum(odds.values()), sum(odds[target] for target in aside)
    parts = {"near": taken - left, "far": taken}
    matches = [
        replace(m, probability=m.probability * (1.0 - parts.get(kind_of(m.target), taken * unsure))) for m in learned
    ]
    matches += [
        Match(f.target, (share - kept if f.target in aside else share) * odds[f.target], f.signals, "") for f in found
    ]
    once: dict[str, Match] = {}  # a clause that was taught a phrasing or two is found both ways
    for match in sorted(matches, key=lambda m: -m.probability):
        once.setdefault(match.target, match)
    every = list(once.values())
    return every[:KEPT] + [m for m in every[KEPT:] if m.found][:FURTHER]


def in_crowd(learned: Sequence[Match], crowd: float) -> list[Match]:
    """What was learned of some documents, where most questions are on others.

    ``crowd``: how much less likely one of their clauses is meant for that, in log odds (Evidence.crowd).
    """
    if not crowd:
        return list(learned)
    odds = [m.probability * (math.exp(-crowd) if kind_of(m.target) == "clause" else 1.0) for m in learned]
    share = sum(m.probability for m in learned) / max(sum(odds), 1e-9)
    shifted = [replace(m, probability=p * share) for m, p in zip(learned, odds, strict=True)]
    return sorted(shifted, key=lambda m: -m.probability)
