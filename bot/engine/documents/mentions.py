"""Which clauses of a document speak of something: they hold its words, or another name of what these name.

A clause stands under the title of its part, which speaks for it, too: 放活改革自主权.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from knowledge.base.document import Clause, Policy
from knowledge.base.lexicon import Theme
from knowledge.compiled import Ready
from knowledge.reading.vocabulary import surfaces
from knowledge.text.fold import fold, fold_whole

REMEMBERED = 64
"""Documents whose texts are remembered, folded."""
LEAST = 2
"""Characters of a name."""


@dataclass(frozen=True)
class Mention:
    """A clause, and the names under which it speaks of what was asked for."""

    clause: Clause
    names: tuple[str, ...]


class Mentions:
    """Looks things up by name; built once from a base."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self._texts = lru_cache(REMEMBERED)(_texts)

    @cached_property
    def _surfaces(self) -> dict[str, list[str]]:
        """Concept -> how it is called."""
        return surfaces(self._ready.reader.vocabulary)

    def names(self, word: str) -> tuple[str, ...]:
        """The word, and what else its concept is called by the lexicon."""
        known = (s for term in self._ready.reader.read(word).terms for s in (term, *self._surfaces.get(term, ())))
        return tuple(name for name in dict.fromkeys((word, *known)) if len(name) >= LEAST)

    @cached_property
    def _themes(self) -> dict[str, Theme]:
        """Words for broad subjects."""
        return {word: theme for theme in self._ready.base.lexicon.themes.themes for word in fold(theme.asked).split()}

    def _official(self, word: str) -> tuple[str, ...]:
        """The same, with what official texts call it."""
        return (*self.names(word), *self._ready.clauses.called(word).get(word, ()))

    def of(self, policy: Policy, words: Sequence[str]) -> list[Mention]:
        """The clauses that speak of all the words, in the order of the document.

        Those with the words themselves, where there are several; else those that use other names as well.
        """
        own = _holding(policy, self._texts(policy), [(word,) for word in words])
        return own if len(own) > 1 else self.all_of(policy, words)

    def all_of(self, policy: Policy, words: Sequence[str]) -> list[Mention]:
        """The clauses that speak of all the words, whatever they call it."""
        texts = self._texts(policy)
        named = _holding(policy, texts, list(map(self.names, words)))
        return named or _holding(policy, texts, list(map(self._official, words)))

    def on_themes(self, policy: Policy, words: Sequence[str]) -> list[Mention]:
        """The clauses on all of some broad subjects: those that name one first, then those that say most of them.

        Official texts rarely name the subject itself: 人才 is 职称评审 and 特设岗位. None where a word is no such.
        """
        themes = [self._themes.get(word) for word in words]
        if None in themes:
            return []
        official = [theme.official_words for theme in themes if theme is not None]
        asked = [(*self.names(word), *said) for word, said in zip(words, official, strict=True)]
        found = []
        for clause, (_, text) in zip(policy.clauses, self._texts(policy), strict=True):
            held = [_longest([name for name in names if name in text]) for names in asked]
            if all(held):
                said = tuple(dict.fromkeys(name for names in held for name in names))
                found.append((any(word in text for word in words), len(said), Mention(clause, said)))
        return [mention for _, _, mention in sorted(found, key=lambda one: one[:2], reverse=True)]

    def related(self, words: Sequence[str], clause: Clause) -> list[str]:
        """Those words that a clause has, or of whose broad subject it speaks."""
        text = fold_whole(clause.text)
        themes = {word: self._themes[word].official_words for word in words if word in self._themes}
        return [word for word in words if any(name in text for name in (word, *themes.get(word, ())))]

    def of_each(self, policy: Policy, words: Sequence[str]) -> list[Mention]:
        """The clauses that speak of one of the words, in the order of the document; none where a word has none."""
        held: dict[str, list[Mention]] = {}
        by_word = [self.of(policy, [word]) for word in words]
        for mention in (mention for found in by_word for mention in found if all(by_word)):
            held.setdefault(mention.clause.id, []).append(mention)
        of_clause = (held[clause.id] for clause in policy.clauses if clause.id in held)
        return [Mention(some[0].clause, tuple(name for m in some for name in m.names)) for some in of_clause]


def saying(policy: Policy, says: re.Pattern[str]) -> list[Mention]:
    """The clauses whose text holds what an expression finds, with what it finds."""
    held = ((clause, says.search(fold_whole(clause.body))) for clause in policy.clauses)
    return [Mention(clause, (match.group(),)) for clause, match in held if match]


def _texts(policy: Policy) -> Sequence[tuple[str, str]]:
    """Of each clause, its text under the title of its part, and its own."""
    own = [fold_whole(f"{clause.title}{clause.body}") for clause in policy.clauses]
    parts = [fold(policy.by_id[clause.id][1].name) for clause in policy.clauses]
    return [(f"{part}\n{text}", text) for part, text in zip(parts, own, strict=True)]


def _longest(names: Sequence[str]) -> list[str]:
    """The names that are no part of another one."""
    return [name for name in names if not any(name != other and name in other for other in names)]


def _holding(policy: Policy, texts: Sequence[tuple[str, str]], asked: Iterable[Sequence[str]]) -> list[Mention]:
    """The clauses with a name of each of those that are asked for."""
    found = [Mention(clause, ()) for clause in policy.clauses]
    text_of = {clause.id: text for clause, (text, _) in zip(policy.clauses, texts, strict=True)}
    for names in asked:
        held = ((m, next((n for n in names if n in text_of[m.clause.id]), "")) for m in found)
        found = [Mention(m.clause, (*m.names, name)) for m, name in held if name]
    return found
