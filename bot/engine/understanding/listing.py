"""Whether a question asks for all clauses that speak of something, and of what (lexicon/talk.yaml, lists)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.engine.understanding.patterns import pattern
from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.thresholds import SHORT
from knowledge.base.talk import Facet

_BESIDE = re.compile(r"[、, ]+")
_STOP = re.compile(r"[,.;!?]")
LONGEST, LONGEST_LIST = 2 * SHORT, 3 * SHORT
"""Characters of the longest question of a few words, and of one that asks for a list in so many words."""
OF_UNITS = frozenset({"by_unit", "units"})
"""Cues that ask what a unit does, or which units do it."""
BESIDE_UNIT = 2
"""Words beside a unit's name, from which it is one of the things that clauses are to speak of: 自贸区、综保区、海关."""


@dataclass(frozen=True)
class Listing:
    """What clauses are asked for."""

    texts: tuple[str, ...]
    """What they are to speak of, the most of what was said first; at least one."""
    every: bool
    """Whether all of them are asked for in so many words; else it may be one that is meant."""
    money: bool = False
    """Whether those are asked for that give money."""
    facet: Facet | None = None
    """What they are to hold instead: deadlines, shares."""
    understood: Callable[[str], Question] = field(kw_only=True, repr=False, compare=False)

    @cached_property
    def subjects(self) -> tuple[Question, ...]:
        """The texts, understood; most questions are told by less."""
        return tuple(map(self.understood, self.texts))

    @property
    def said(self) -> str:
        """What they are to hold, in the person's words."""
        return self.subjects[-1].text


def side_by_side(subject: Question) -> Sequence[str]:
    """The things that are named beside one another, 5G、智慧城市; none where it is one."""
    parts = (part for part in _BESIDE.split(subject.text) if any(word in part for word in subject.telling))
    return subject.telling if len(list(parts)) > 1 else ()


class Listings:
    """Reads questions for lists."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding
        talk = understanding.talk.lists
        self._every, self._some, self._money = pattern(talk.every), pattern(talk.some), pattern(talk.money)
        self._around = pattern(talk.around)
        self._whole = pattern(talk.whole)
        phrases = pattern(talk.phrases).pattern
        self._edges = re.compile(f"^(?:{phrases})|(?:{phrases})$")
        self._facets = [(pattern(facet.asks), facet) for facet in talk.facets.values()]

    def asked(self, question: Question) -> Listing | None:
        """What is asked for; None where nothing is that could be listed."""
        text = question.reading.plain
        match = self._every.search(text) if len(text) <= LONGEST_LIST else None
        if match and "units" in question.asks and not question.units:  # 是哪几家在负责,帮我列一下
            return None
        if question.units and (match is None or question.asks & OF_UNITS or len(question.telling) < BESIDE_UNIT):
            return None
        said = self._around_list(text, match) if match else self._alone(text)
        if not said:
            return None
        of = next((facet for asks, facet in self._facets for part in said if match and asks.search(part)), None)
        money = match is not None and any(self._money.search(part) for part in said)
        return Listing(tuple(said), match is not None, money, of, understood=self._understanding.question)

    def of_whole(self, question: Question) -> bool:
        """Whether it says that all of a document is to be gone through: 全文有哪些地方."""
        return self._whole.search(question.reading.plain) is not None

    def _around_list(self, text: str, match: re.Match[str]) -> list[str]:
        """What is said around the words that ask for a list: all that comes before; what stands beside them alone."""
        before, behind = _STOP.split(text[: match.start()]), _STOP.split(text[match.end() :], maxsplit=1)[0]
        edged = [edged for edged in map(self._edged, before) if edged]
        beside = [self._edged(before[-1]), self._edged(behind)]
        behind = self._edged(behind)
        whole = " ".join(filter(None, (",".join(edged), behind)))
        near = " ".join(filter(None, beside)) or (edged[-1] if edged else "")
        return list(dict.fromkeys(filter(None, (whole, near))))

    def _alone(self, text: str) -> list[str]:
        """What a question of a few words is about, without those that ask what there is on it."""
        match = self._some.search(text)
        pieces = [text] if match is None else [text[: match.start()], text[match.end() :]]
        said = " ".join(filter(None, map(self._edged, pieces)))
        return [said] if said and len(text) <= LONGEST else []

    def _edged(self, text: str) -> str:
        """The text without the words at its edges that say nothing of what clauses are to speak of."""
        words = self._understanding.cut(self._edges.sub("", text.strip()))
        told = [n for n, word in enumerate(words) if not self._around.fullmatch(word)]
        rest = "".join(words[told[0] : told[-1] + 1]) if told else ""
        return self._edged(rest) if rest and self._edges.search(rest) else rest
