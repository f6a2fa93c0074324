"""Whose document is meant: for the place and the level of government that a question names (省里, 国家有没有, 江城).

Few documents state their level; they show it by whom they speak of: 全省 and 我省, 全市 and 我市, 各省 and 国务院.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache

from knowledge.base.contents import Base
from knowledge.base.document import Policy
from knowledge.base.lexicon import GovernmentLevel
from knowledge.text.fold import fold_whole

CITY = 3.0
"""Log odds that a document for the city which the question names answers."""
MENTIONED = 1.5
"""Log odds that a document answers whose city isn't known, and that speaks of the one which the question names."""
LEVEL = 2.5
"""Log odds that a document answers which speaks of nothing but the level that the question names."""
UNKNOWN = 0.25
"""What a document that speaks of no level has of each."""
FEW = 2
"""So many mentions, shared out among the levels, a document has besides its own: one alone says little."""
REMEMBERED = 4_000
"""Documents whose levels are remembered."""


class Jurisdiction:
    """Weighs documents by place and level; pure but for what it remembers."""

    def __init__(self, base: Base, speaks_of: Callable[[str, str], bool]) -> None:
        """``speaks_of``: whether a document (its id second) speaks of a place in some clauses."""
        self._policies = {p.id: p for p in base.policies}
        self._speaks_of = speaks_of
        levels = base.lexicon.variants.levels
        self._asked = {level: re.compile(words.asked) for level, words in levels.items()}
        self._said = {level: re.compile(words.said) for level, words in levels.items()}
        self._shares = lru_cache(REMEMBERED)(self._count)

    def levels_asked(self, plain: str) -> frozenset[GovernmentLevel]:
        """The levels of government that a plain question names: 省里, 国家对…是啥态度."""
        return frozenset(level for level, words in self._asked.items() if words.search(plain))

    def odds(self, policy_id: str, places: frozenset[str], levels: frozenset[GovernmentLevel]) -> float:
        """Log odds that a document is meant, for the places and levels that the question names."""
        return self._of_place(policy_id, places) + self._of_level(policy_id, levels)

    def _of_place(self, policy_id: str, places: frozenset[str]) -> float:
        if not places:
            return 0.0
        if self._policies[policy_id].city in places:
            return CITY
        return MENTIONED if any(self._speaks_of(place, policy_id) for place in places) else 0.0

    def _of_level(self, policy_id: str, levels: frozenset[GovernmentLevel]) -> float:
        if not levels:
            return 0.0
        shares = self._shares(policy_id)
        return LEVEL * (max(shares[level] for level in levels) - UNKNOWN)

    def _count(self, policy_id: str) -> Mapping[GovernmentLevel, float]:
        text = _text(self._policies[policy_id])
        counted = Counter({level: len(words.findall(text)) for level, words in self._said.items()})
        whole = counted.total() + FEW
        return {level: (counted[level] + FEW * UNKNOWN) / whole for level in self._said}


def _text(policy: Policy) -> str:
    """Its titles, its issuer and its clauses."""
    head = (policy.title or policy.display_name, policy.issuer or "")
    return fold_whole("\n".join((*head, *(clause.text for clause in policy.clauses))))
