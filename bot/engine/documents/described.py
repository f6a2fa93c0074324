"""Which document a question describes without naming it: 青岛那个智能网联汽车的实施细则是不是作废了.

A description is a kind of document (细则, 政策) and words that stand at its front: in its title, the names of its
issuer, place and attachments, and the beginning of its text, where those without a title say what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.engine.documents.issuers import region
from bot.engine.documents.library import Library
from bot.engine.documents.names import MOST, TYPES
from knowledge.base.document import Policy
from knowledge.retrieval.evidence import Evidence
from knowledge.retrieval.holding import longest_run
from knowledge.text.fold import fold_whole

OPENING = 250
"""Characters of the preamble and of each of the first clauses."""
FIRST = 2
REMEMBERED = 20_000
PLAIN = 7.0
"""Summed rarity of the words that describe a document without saying that it is one."""
_KIND = re.compile(rf"[那这][一]?[个份部套项]?|(?:的|这个|那个)?(?:{TYPES})")
_POINTED = re.compile(TYPES)


@dataclass(frozen=True)
class Description:
    """A document that a question may describe."""

    policy: str
    rarity: float
    """Summed, of the words that describe it."""
    rest: str
    """The question without them, and without the kind of document."""


class Described:
    """Pure but for what it remembers of the documents."""

    def __init__(self, library: Library, evidence: Evidence) -> None:
        self._library = library
        self._evidence = evidence
        self._front = lru_cache(REMEMBERED)(lambda policy_id: _front(library.by_id[policy_id]))
        self._fronts_with = lru_cache(REMEMBERED)(self._with)

    @staticmethod
    def pointed(plain: str) -> bool:
        """Whether a question speaks of a kind of document."""
        return _POINTED.search(plain) is not None

    def of(self, plain: str, telling: Sequence[str], asks: Callable[[str], bool]) -> list[Description]:
        """The documents that fit a description best, equally well, at most MOST; none where nothing is described.

        Of those whose fronts hold as much of it, those that hold the longest piece unbroken: 工业大数据. Without a kind
        of document, what is described must be plain: 个税专项附加扣除从哪天起执行.
        ``plain``: the question; ``telling``: its words that may name a subject; ``asks``: whether a document is asked.
        """
        words = {w: self._evidence.rarity(w) for w in telling if not _POINTED.fullmatch(w)}
        counted: dict[str, float] = {}
        for word, rarity in words.items():
            for policy in self._fronts_with(word):
                counted[policy] = counted.get(policy, 0.0) + rarity
        worth = {policy: counted[policy] for policy in self._library.by_id if policy in counted and asks(policy)}
        best = max(worth.values(), default=0.0)
        if not best or (best < PLAIN and not self.pointed(plain)):
            return []
        fitting = [p for p in worth if worth[p] == best]
        if len(fitting) > 1:
            runs = {p: longest_run(plain, self._front(p)) for p in fitting}
            fitting = [p for p in fitting if runs[p] == max(runs.values())]
        return [self._without(plain, words, p, best) for p in fitting] if len(fitting) <= MOST else []

    def _with(self, word: str) -> frozenset[str]:
        """The documents at whose front a word stands."""
        return frozenset(p for p in self._library.by_id if self._evidence.stands(word, self._front(p)))

    def _standing(self, words: dict[str, float], policy_id: str) -> list[str]:
        front = self._front(policy_id)
        return [word for word in words if self._evidence.stands(word, front)]

    def _without(self, plain: str, words: dict[str, float], policy_id: str, rarity: float) -> Description:
        for word in sorted(self._standing(words, policy_id), key=len, reverse=True):
            plain = plain.replace(word, " ")
        return Description(policy_id, rarity, _KIND.sub(" ", plain))


def _front(policy: Policy) -> str:
    opening = [clause.text[:OPENING] for clause in policy.clauses[:FIRST]]
    parts = (
        policy.title or "",
        policy.display_name,
        policy.issuer or "",
        policy.number or "",
        region(policy) or "",
        *policy.attached_titles,
        (policy.preamble or "")[:OPENING],
        *opening,
    )
    return re.sub(r"[\W_]+", "", fold_whole("\n".join(parts)))
