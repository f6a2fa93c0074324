"""How probable it is that a clause without phrasings answers a question: evidence from its own words and its topics.

Search gives candidates; for each, these signals, all between 0 and 1:

- ``cover``: share of the question's words, by rarity, that stand near each other in the clause or the titles above it
- ``sentence``: the same in the sentence of the clause that has most of them
- ``pairs``: the same with pairs of characters, for words that are cut in another way
- ``run``: the longest run of the question's characters that stands in the clause or its titles, as a share of them
- ``ahead``: how the candidate's score compares with the best one's (1: it is the best)
- ``much``: how much there is to go by at all: summed rarity of the words found
- ``weight``: ``cover`` times ``much``: a whole match of common words says little, and so does a part of a long story
- ``topic``: how surely question and clause are about one topic of the field, whichever
- ``first_topic``: how surely the clause is about the topic that the question is most like
- ``other_topic``: how clearly the question has a topic that the clause isn't about, where it doesn't cover its words
- ``title``: as ``cover``, but in the titles of the clause and its part alone
- ``above``: the same in the document's title
- ``stated``, ``silent``: a kind of number is asked for, and the clause states some, or none
- ``units``: units are asked for, and the clause names some
- ``length``: of the clause, its log
- ``named``: the document is asked by name
- ``outside``: how probably the question is on a topic near the documents that none is known to cover, or surely far
  from all of them (knowledge/learned), where the clause doesn't cover its words; not where the document is named: that
  it is put like such questions then tells nothing, for they were written for other documents
- ``off_topic``: the same where the question names that topic and the clause doesn't

evidence.yaml, fitted by knowledge/fitting/evidence.py, turns them into a probability.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import get_args

from knowledge import ROOT
from knowledge.base.contents import Base, EvidenceName, TrustName
from knowledge.base.lexicon import GovernmentLevel
from knowledge.base.number_kinds import NumberKind, kinds_of
from knowledge.base.target import Target, policy_of
from knowledge.reading.reader import Reader, Reading
from knowledge.reading.vocabulary import surfaces
from knowledge.retrieval.clause_finder import ClauseFinder, headings
from knowledge.retrieval.holding import (
    SoughtWord,
    held_in,
    longest_run,
    most_held_in,
    pairs_of,
    standing_in,
    stands,
    windows,
)
from knowledge.retrieval.jurisdiction import Jurisdiction
from knowledge.retrieval.topics import tokens
from knowledge.text.fold import fold_whole

TRUST = tuple(name for name in get_args(TrustName) if name != "bias")
"""Of a match with a clause that has phrasings (knowledge/learned), the probability of the best clause without, and
how much more that one holds of the question (Evidence.against)."""
SIGNALS: tuple[EvidenceName, ...] = get_args(EvidenceName)
CANDIDATES = 12
"""Clauses that are looked at closely."""
ALSO = 3
"""Clauses of a document that are looked at because the question names its place."""
ASKED = 16
"""What was looked for last, whose candidates are remembered: several rules look for the same."""
REMEMBERED = 4_000
"""Clauses whose features are remembered."""
READ = 3_000
"""Characters of a clause in which runs are looked for."""
USUAL_WORDS = 120
"""Words of a usual clause: how likely a common word stands in it by chance."""
BACKGROUND = 500
"""Weight of common language beside the base's own clauses in a word's rarity, in clauses."""
MENTIONS = 3
"""Clauses that must name it."""
ENOUGH = 20.0
"""Summed rarity of words from which there is enough to go by."""
NOTHING = 0.06
"""``much`` up to which a candidate has nothing of the question: something is always the best of a search."""
CLEAR_TOPIC = 1.5
"""Likenesses to a topic are this much sharper where the clause isn't about it."""
FIRST_TOPIC = 2.0
"""The same where it is."""
LONG = 6.0
"""Log of the characters of a long clause."""
FITTED_AMONG = 26
"""Documents without phrasings in tests/fitting, beside which TRUST was fitted."""
CROWD = 0.6
"""How much less likely a clause with phrasings is meant, in log odds, for each log of so many times more documents."""
FORM = 1.0
"""Log odds that a form answers less than a sentence does."""
_SENTENCE = re.compile("[。；;\n]")
_ENDS = re.compile("[。；;]")
_NOT_WORD = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"^[\d.]+$")


@dataclass(frozen=True)
class Weights:
    """evidence.yaml."""

    signal: Mapping[str, float]
    bias: float
    taught: Mapping[str, float] = field(default_factory=dict)
    """TRUST -> what it counts that a clause with phrasings is meant rather than one without; with ``bias``."""


START = Weights({"pairs": 1.3, "run": 2.0, "ahead": 1.5, "much": 1.5, "weight": 6.0, "named": 4.0}, bias=-8.0)
"""What is used while there is no file yet."""
FILE = "evidence.yaml"


def load_weights(root: Path) -> Weights:
    """evidence.yaml under ``root``, else the project's own; START where there is neither."""
    path = next((path for path in (root / FILE, ROOT / FILE) if path.exists()), None)
    if path is None:
        return START
    import yaml

    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Weights(signal=data["signal"], bias=data["bias"], taught=data.get("taught", {}))


@dataclass(frozen=True)
class Found:
    """A candidate and what speaks for it."""

    target: str
    probability: float
    signals: dict[str, float]


@dataclass(frozen=True)
class Asking:
    """What is looked for."""

    reading: Reading
    generic: frozenset[str]
    """Words that name no subject."""
    only: str = ""
    """A policy's id, when the question is about that policy."""
    places: frozenset[str] = frozenset()
    """Those for which the question asks."""
    levels: frozenset[GovernmentLevel] = frozenset()
    """Those of government that it names."""
    also: Sequence[str] = ()
    """Policies of which some clauses are looked at in any case."""
    units: bool = False
    """Whether units are asked for."""
    numbers: frozenset[NumberKind] = frozenset()
    """The kinds of number that answer it; none where no number is asked for."""
    outside: float = 0.0
    """How probably the question is on a topic near the documents that none is known to cover, or surely far from them.

    People's stories are like what is far: that tells nothing unless it is sure.
    """
    near: Sequence[str] = ()
    """The words of that topic in the question that tell anything."""

    @property
    def words(self) -> list[str]:
        """The words that a clause should hold."""
        return [w for w in dict.fromkeys(self.reading.words) if w not in self.generic and not _DIGITS.match(w)]


@dataclass(frozen=True)
class _Text:
    """What is looked at of a clause: letters and digits alone."""

    whole: str
    """Its titles, those above it and its text."""
    sentences: Sequence[str]
    """Of its text."""
    title: str
    above: str
    numbers: frozenset[NumberKind]
    """The kinds of number that it states."""
    units: bool
    length: float
    form: bool
    """Whether it is one to fill in, or a mere list of names: neither a sentence nor a figure."""


@dataclass(frozen=True)
class _Look:
    """What is looked for, with what each part is worth."""

    asking: Asking
    words: Sequence[SoughtWord]
    whole: float
    """What all words are worth."""
    pairs: Mapping[str, float]
    all_pairs: float
    plain: str
    """Letters and digits of the question."""
    topics: Mapping[int, float]
    near: Sequence[SoughtWord] = ()
    """Words of a topic that no document is known to cover."""


class Evidence:
    """Weighs candidates; pure but for what it remembers."""

    def __init__(self, base: Base, reader: Reader, clauses: ClauseFinder, weights: Weights) -> None:
        self._policies = {p.id: p for p in base.policies}
        self._reader = reader
        self.clauses = clauses
        self._weights = weights
        self._freq = reader.vocabulary.freq
        self._total = float(sum(self._freq.values()))
        self._said = surfaces(reader.vocabulary)
        self.jurisdiction = Jurisdiction(base, self.speak_of)
        self._text = lru_cache(REMEMBERED)(self._read)
        self._found = lru_cache(ASKED)(self._weighed)
        self.rarity = lru_cache(REMEMBERED)(self._rarity)
        self.crowd = CROWD * math.log(max(1.0, clauses.policies / FITTED_AMONG))
        """How much less likely a clause with phrasings is meant beside so many documents, in log odds."""
        self._counting = [(name, weight) for name in SIGNALS if (weight := weights.signal.get(name, 0.0))]

    def find(self, asking: Asking) -> list[Found]:
        """Candidates, most probable first; the probabilities leave the rest for "none of them"."""
        return list(self._found(asking))

    def _weighed(self, asking: Asking) -> list[Found]:
        rows = [(target, row) for target, row in self.signals(asking) if row["much"] > NOTHING or row["named"]]
        utility = [self._utility(target, row) + self._whose(target, asking) for target, row in rows]
        top = max([0.0, *utility])
        weights = [math.exp(u - top) for u in utility]
        whole = math.exp(-top) + sum(weights)
        found = [Found(t, p / whole, row) for (t, row), p in zip(rows, weights, strict=True)]
        return sorted(found, key=lambda f: -f.probability)

    def _utility(self, target: str, row: Mapping[str, float]) -> float:
        """The log odds of a candidate by its signals."""
        signals = sum(weight * row[name] for name, weight in self._counting)
        return self._weights.bias + signals - FORM * self._text(target).form

    def _whose(self, target: str, asking: Asking) -> float:
        """Log odds that a target's document is meant, where several are asked."""
        return 0.0 if asking.only else self.jurisdiction.odds(policy_of(target), asking.places, asking.levels)

    def signals(self, asking: Asking) -> list[tuple[str, dict[str, float]]]:
        """The candidates with their signals, in the order of the search."""
        look = self._look(asking)
        if look is None:
            return []
        found = self._candidates(asking)
        best = found[0][1] if found else 0.0
        return [
            (target, self._row(look, target, max(0.0, score / best) if best > 0 else 0.0)) for target, score in found
        ]

    def against(self, asking: Asking, taught: str, found: str) -> dict[str, float]:
        """How much more of the question's words and pairs the clause ``found`` holds than the clause ``taught``."""
        look = self._look(asking, topical=False)
        if look is None:
            return {}
        one, other = self._text(found), self._text(taught)
        return {
            "more_cover": (_most_held(look, one) - _most_held(look, other)) / look.whole,
            "more_pairs": _paired(look, one) - _paired(look, other),
        }

    def _look(self, asking: Asking, topical: bool = True) -> _Look | None:
        """None without words; ``topical``: with the topics that the question is like."""
        words = asking.words
        if not words:
            return None
        called = self._called(asking.reading.plain, words)
        sought = [self._sought(word, called.get(word, {})) for word in words]
        pairs = {pair: self.rarity(pair) for word in words for pair in pairs_of(word)}
        return _Look(
            asking,
            sought,
            sum(word.rarity for word in sought),
            pairs,
            sum(pairs.values()) or 1.0,
            _NOT_WORD.sub("", asking.reading.plain),
            self.clauses.topics.of_question(tokens(words)) if topical and self.clauses.topics is not None else {},
            [self._sought(word, {}) for word in asking.near],
        )

    def _row(self, look: _Look, target: str, ahead: float) -> dict[str, float]:
        """The signals of one clause; ``ahead``: how its score compares with the best one's."""
        asking, text, whole = look.asking, self._text(target), look.whole
        sought = asking.numbers
        standing, most = standing_in(look.words, text.whole)
        held = most_held_in(standing, most, windows(text.whole))
        much = min(1.0, held / ENOUGH)
        row = {
            "cover": held / whole,
            "sentence": most_held_in(standing, most, text.sentences) / whole,
            "pairs": _paired(look, text),
            "run": longest_run(look.plain, text.whole) / max(len(look.plain), 1),
            "ahead": ahead,
            "much": much,
            "weight": much * held / whole,
            **self._topical(look.topics, target, held / whole),
            "title": held_in(look.words, text.title) / whole,
            "above": held_in(standing, text.above) / whole,
            "stated": float(bool(sought & text.numbers)),
            "silent": float(bool(sought) and not sought & text.numbers),
            "units": float(asking.units and text.units),
            "length": text.length,
            "named": float(bool(asking.only)),
            "outside": 0.0 if asking.only else asking.outside * (1.0 - held / whole),
            "off_topic": asking.outside * float(any(not word.held(text.whole) for word in look.near)),
        }
        return {name: round(value, 3) for name, value in row.items()}

    def speak_of(self, place: str, policy_id: str = "") -> bool:
        """Whether a document, or any, speaks of a place in some clauses."""
        return self.clauses.holding(place, policy_id) >= MENTIONS

    def lacking(self, asking: Asking, target: str, words: Iterable[str]) -> list[str]:
        """Of these words of a question those that stand in no form in the clause nor in the titles above it."""
        words, text = list(words), self._text(target).whole
        called = self._called(asking.reading.plain, words)
        return [word for word in words if not self._sought(word, called.get(word, {})).held(text)]

    def often(self, word: str) -> int:
        """How often a word stands in jieba's corpus, where it is one of its common words; else 0."""
        return self._freq.get(word, 0)

    def says(self, target: str, words: Iterable[str]) -> bool:
        """Whether one of these words stands in a clause or the titles above it."""
        text = self._text(target).whole
        return any(word in text for word in words)

    def speaking_of(self, place: str) -> list[str]:
        """The documents that speak of a place."""
        return self.clauses.policies_holding(place, MENTIONS)

    def trust(self, values: Mapping[str, float], ahead: float = 0.0) -> float | None:
        """How probably the best clause with phrasings is meant, where it has these of TRUST, and not one without.

        ``ahead``: the log odds of its document, for place and level, less those of the other's. The more documents
        there are, the less likely it is that this one is meant. None where nothing was fitted.
        """
        w = self._weights.taught
        if not w:
            return None
        odds = ahead - self.crowd + w.get("bias", 0.0) + sum(w.get(name, 0.0) * values.get(name, 0.0) for name in TRUST)
        return 1.0 / (1.0 + math.exp(-odds))

    def _candidates(self, asking: Asking) -> list[tuple[str, float]]:
        plain = asking.reading.plain
        found = self.clauses.search(plain, CANDIDATES, asking.only)
        if not asking.also:
            return found
        further = dict(pair for policy in asking.also for pair in self.clauses.search(plain, ALSO, policy))
        return sorted({**further, **dict(found)}.items(), key=lambda pair: -pair[1])

    def _topical(self, near: Mapping[int, float], target: str, cover: float) -> dict[str, float]:
        """topic, first_topic and other_topic of a clause. ``near``: the question's topics, the nearest first."""
        if not near:
            return {"topic": 0.0, "first_topic": 0.0, "other_topic": 0.0}
        has = self.clauses.topics_of(target)
        first, alike = next(iter(near.items()))
        return {
            "topic": max(like * has.get(topic, 0.0) for topic, like in near.items()),
            "first_topic": min(1.0, FIRST_TOPIC * alike) * has.get(first, 0.0),
            "other_topic": min(1.0, CLEAR_TOPIC * alike) * (1.0 - has.get(first, 0.0)) * (1.0 - cover),
        }

    def _called(self, plain: str, words: Sequence[str]) -> dict[str, Mapping[str, float]]:
        """What official texts call the question's words, with the rarity of each, by word."""
        out: dict[str, Mapping[str, float]] = {}
        for said, called in self.clauses.called(plain).items():
            worth = {term: self.rarity(term) for term in called}
            for word in words:
                if word in said or said in word:
                    out[word] = {**out.get(word, {}), **worth}
        return out

    def _sought(self, word: str, called: Mapping[str, float]) -> SoughtWord:
        return SoughtWord.of(word, self.rarity(word), self._others(word), called.items())

    def _others(self, word: str) -> Sequence[str]:
        """The words of a word's concept."""
        return self._said.get(self._reader.vocabulary.term_of.get(word, ""), ())

    def stands(self, word: str, text: str) -> bool:
        """Whether a word, another of its concept, or all of its pairs of characters stand in a text."""
        return stands(word, self._others(word), pairs_of(word), text)

    def _rarity(self, word: str) -> float:
        """The rarity of a word among the clauses, with common language as so many clauses more."""
        chance = min(1.0, USUAL_WORDS * self._freq.get(word, 0) / self._total)
        held = self.clauses.holding(word) + BACKGROUND * chance
        return math.log((len(self.clauses) + BACKGROUND + 1.0) / (held + 0.5))

    def _read(self, target: str) -> _Text:
        at = Target.parse(target)
        policy = self._policies[at.policy]
        clause = policy.clause(at.clause)
        title = f"{clause.title if clause.titled else ''}\n{policy.section_of(clause).title}"
        return _Text(
            _tight(f"{headings(policy, clause)}\n{clause.text[:READ]}"),
            [tight for sentence in _SENTENCE.split(clause.text[:READ]) if (tight := _tight(sentence))],
            _tight(title),
            _tight(policy.title or policy.display_name),
            frozenset(kind for figure in clause.figures for kind in kinds_of(figure)),
            bool(clause.responsible),
            math.log(len(clause.text) + 1) / LONG,
            not clause.figures and not _ENDS.search(clause.text),
        )


def _most_held(look: _Look, text: _Text) -> float:
    """What the window of a text holds that holds most."""
    return most_held_in(*standing_in(look.words, text.whole), windows(text.whole))


def _paired(look: _Look, text: _Text) -> float:
    """The share of the question's pairs of characters, by rarity, that stand in a text."""
    return sum(r for p, r in look.pairs.items() if p in text.whole) / look.all_pairs


def _tight(text: str) -> str:
    return _NOT_WORD.sub("", fold_whole(text))
