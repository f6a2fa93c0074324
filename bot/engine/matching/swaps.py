"""Whether a question turns round what a clause says: 摘牌 where it pays for 挂牌, 省级财政 where 市级财政 pays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.engine.understanding.patterns import pattern
from knowledge.base.document import Clause
from knowledge.base.lexicon import Swaps as SwapList
from knowledge.text.fold import fold

REMEMBERED = 512
"""Texts of clauses that are remembered, folded."""


@dataclass(frozen=True)
class _Swap:
    asked: re.Pattern[str]
    said: re.Pattern[str]
    where: re.Pattern[str]

    def turns(self, plain: str, text: str) -> bool:
        """Whether the question says it and the clause doesn't, where it counts."""
        return bool(self.asked.search(plain) and not self.said.search(text) and self.where.search(text))


class Swaps:
    """Looks up lexicon/swaps.yaml. Pure."""

    def __init__(self, swaps: SwapList) -> None:
        self._swaps = [
            _Swap(pattern(swap.asked), pattern(swap.said or swap.asked), pattern(swap.where))
            for swap in swaps.swaps.values()
        ]
        self._folded = lru_cache(REMEMBERED)(fold)

    def turned(self, plain: str, clause: Clause) -> bool:
        """Whether a question in plain words asks for something else than the clause speaks of."""
        text = self._folded(clause.text)
        return any(swap.turns(plain, text) for swap in self._swaps)
