"""Which sentence of a clause fits a question best: what an answer leads with."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from bot.engine.answering.other_words import OtherWords
from bot.engine.answering.paragraphs import sentences
from knowledge.base.document import Clause
from knowledge.compiled import Ready
from knowledge.reading.reader import Reading
from knowledge.retrieval.holding import OTHERWISE

REMEMBERED = 1_000
"""Clauses whose sentences are remembered, read."""
MOST = 40
"""Sentences of a clause that are looked at."""


class Sentences:
    """Reads clauses' sentences when they are first needed."""

    def __init__(self, ready: Ready, untaught: frozenset[str], others: OtherWords) -> None:
        self._ready = ready
        self._untaught = untaught
        self._others = others
        self._policies = {policy.id: policy for policy in ready.base.policies}
        self._read = lru_cache(REMEMBERED)(self._sentences)

    def best(self, policy_id: str, clause: Clause, reading: Reading) -> str | None:
        """The sentence that shares most with the question, by rarity; None when none stands out."""
        if len(self._read(policy_id, clause.id)) < 2:
            return None
        best = max(self._scored(policy_id, clause, reading), key=lambda pair: pair[0])
        return best[1] if best[0] > 0 else None

    def saying(
        self, policy_id: str, clause: Clause, reading: Reading, what: re.Pattern[str], most: int
    ) -> tuple[str, ...]:
        """Of the sentences that say ``what``, the ``most`` that share most with the question, in their order."""
        scored = [pair for pair in self._scored(policy_id, clause, reading) if what.search(pair[1])]
        led = sorted(scored, key=lambda pair: -pair[0])[:most]
        return tuple(sentence for score, sentence in scored if (score, sentence) in led)

    def _scored(self, policy_id: str, clause: Clause, reading: Reading) -> list[tuple[float, str]]:
        """The clause's sentences, in order, with how rare is what each shares with the question."""
        known = self._read(policy_id, clause.id)
        asked = set(reading.features)
        rarity = self._rarity_in_clauses if policy_id in self._untaught else self._rarity
        worth = {feature: rarity(feature) for feature in asked}
        if policy_id in self._untaught:
            worth |= {f: OTHERWISE * rarity(f) for f in self._others.features(reading.plain) - asked}
        return [(math.fsum(worth[f] for f in worth.keys() & features), s) for s, features in known]  # in any order

    def _sentences(self, policy_id: str, clause_id: str) -> list[tuple[str, frozenset[str]]]:
        found = sentences(self._policies[policy_id].clause(clause_id))
        if policy_id in self._untaught:
            return [(s, frozenset(self._ready.reader.document(s))) for s in found[:MOST]]
        return [(s, frozenset(self._ready.reader.read(s).features)) for s in found]

    def _rarity(self, feature: str) -> float:
        tables = self._ready.index.tables
        number = tables.feature_ids.get(feature)
        return 0.0 if number is None else float(tables.idf[number])

    def _rarity_in_clauses(self, feature: str) -> float:
        clauses = self._ready.clauses
        return math.log((len(clauses) + 1.0) / (clauses.holding(feature[2:]) + 0.5))
