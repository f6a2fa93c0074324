"""Bare terms: questions that are little more than a few words, looked up verbatim in the clauses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.engine.understanding.understanding import Question
from bot.engine.values.thresholds import LEAST_SHARE, MOST_CHARS, MOST_CLAUSES, MOST_WORDS, PART_OF_WORD
from knowledge.base.document import Clause, Policy
from knowledge.compiled import Ready
from knowledge.text.fold import fold

_NOT_WORD = re.compile(r"[\W_]+")


class Terms:
    """Which clauses of one policy hold the words of a question."""

    def __init__(self, ready: Ready, policy: Policy) -> None:
        self.policy = policy
        self._own_words = ready.index.tables.word_text
        self._texts = {c.id: _NOT_WORD.sub("", fold(c.title + c.body)) for c in policy.clauses}
        self._all = "\n".join(self._texts.values())

    def holding(self, question: Question) -> list[Clause]:
        """The clauses whose text holds every content word of a bare question; none when it is no bare question, or
        when too many do."""
        words = self.content(question)
        found = self._with_all(words) if words else []
        return found if len(found) <= MOST_CLAUSES else []

    def titled(self, question: Question) -> list[Clause]:
        """The clauses whose title holds every content word."""
        words = self.content(question)
        return [c for c in self.policy.clauses if words and all(w in c.title for w in words)]

    def content(self, question: Question) -> list[str]:
        """The words of a question that is little more than one to three terms; none for a longer one."""
        if question.units or question.numbers:
            return []
        rest = _NOT_WORD.sub("", question.rest)
        words = [rest] if " " not in question.rest.strip() else []
        if len(rest) == 4 and not self._with_all(words):
            words = [rest[:2], rest[2:]]  # 国家试点: two words that the lexicon knows as one
        if not words or not self._with_all(words):
            left = question.left
            words = list(question.telling)
            rest = "".join(left)
        if not 2 <= len(rest) <= MOST_CHARS or not 1 <= len(words) <= MOST_WORDS:
            return []
        return words if sum(map(len, words)) >= LEAST_SHARE * len(rest) else []

    def stands(self, question: Question) -> bool:
        """Whether any word or concept that the question is about is one of the clauses' own."""
        terms = ("t:" + term for term in question.rest_reading.terms)
        if any(word in self._own_words for word in (*question.telling, *terms)):
            return True
        return any(len(word) >= PART_OF_WORD and word in self._all for word in question.telling)

    def _with_all(self, words: Sequence[str]) -> list[Clause]:
        return [c for c in self.policy.clauses if all(w in self._texts[c.id] for w in words)]
