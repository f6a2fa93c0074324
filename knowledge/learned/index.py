"""Scores every target for a question, and says why.

A target is what a question can be about: a clause of a policy, a topic of a document as a whole, small talk, a topic
near the documents that none covers, or something far from all of them. Five signals a target, each explainable:

- ``linear``: learned word weights (learn.py), as a log probability
- ``nearest``: cosine to the most alike known phrasing
- ``fuzzy``: RapidFuzz ratio to the most alike known phrasings (the nearest few only, so that time stays flat)
- ``text``: share of the question's words, by rarity, that stand in the clause itself (keyword score)
- ``cover``: share of the question's words, by rarity, that are known to go with the target at all

weights.yaml, fitted by cross-validation over writers (tuning.py), turns them into one calibrated probability.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz

from knowledge import ROOT
from knowledge.base.target import kind_of, policy_of
from knowledge.learned import regression
from knowledge.learned.regression import Floats, Ints
from knowledge.reading.reader import Reading

SIGNALS = ("linear", "nearest", "fuzzy", "text", "cover")
KINDS = ("clause", "info", "chat", "near", "far")
"""Targets of one kind share their weights."""
FEATURE_WEIGHT = {"w": 1.0, "t": 1.4, "c": 0.7, "p": 0.5}
"""How much a word, a concept, a character n-gram and a sound pair count."""
FUZZY_CANDIDATES = 24
"""Phrasings that RapidFuzz looks at: the nearest ones by cosine."""
BLOCK = 16
"""Phrasings among which the nearest is looked for first."""
LINEAR_FLOOR = -9.0
"""Log probabilities below say nothing more."""
_NOT_WORD = re.compile(r"[\W_]+")
REMEMBERED = 500
"""Readings whose signals are remembered: the same question is asked in many conversations."""
TOP = 6
"""Candidates that are returned."""


@dataclass(frozen=True)
class Example:
    """A known question and what it is about."""

    target: str
    """``<policy>/<clause>``, ``info:<topic>``, ``chat:<topic>``, ``near`` or ``far``."""
    writer: str
    text: str
    topic: str = ""
    """For near ones the not-covered topic."""


@dataclass(frozen=True)
class Match:
    """One target's score."""

    target: str
    probability: float
    signals: dict[str, float]
    phrasing: str
    """The most alike known phrasing of this target; empty when nothing is alike."""
    topic: str = ""

    @property
    def found(self) -> bool:
        """Whether it is a clause that was found by its own words (retrieval), not by phrasings."""
        return "run" in self.signals


@dataclass(frozen=True)
class Weights:
    """weights.yaml: what each signal counts, by kind of target."""

    signal: Mapping[str, Mapping[str, float]]
    bias: Mapping[str, float]


@dataclass
class Tables:
    """All of the index as plain arrays and lists, so that it can be stored."""

    targets: list[str]
    feature_ids: dict[str, int]
    idf: Floats
    worth: Floats
    """Per feature, what it counts in a vector: worths()."""
    weights: Floats
    bias: Floats
    phrase_key: list[str]
    """Per phrasing, its plain text: sorted by target."""
    phrase_topic: list[str]
    phrase_start: Ints
    """Per target, the row of its first phrasing."""
    posting_start: Ints
    posting_row: Ints
    posting_value: Floats
    word_idf: dict[str, float]
    word_text: dict[str, dict[int, float]]
    """Word or concept -> target number -> how strongly it stands in the clause's own text (0 to 1)."""
    word_known: dict[str, list[int]]
    """Word or concept -> numbers of the targets that it is known to go with."""


class Index:
    """Scores readings against tables; pure."""

    def __init__(self, tables: Tables, weights: Weights) -> None:
        self.tables = tables
        self.targets = tables.targets
        self._number = {target: i for i, target in enumerate(tables.targets)}
        self.weights = weights
        kinds = [kind_of(target) for target in tables.targets]
        self._signal_weights = np.array(
            [[weights.signal[kind].get(s, 0.0) for s in SIGNALS] for kind in kinds], dtype=np.float32
        )
        self._bias = np.array([weights.bias[kind] for kind in kinds], dtype=np.float32)
        self._max_idf = max(tables.word_idf.values(), default=1.0)
        self._remembered = lru_cache(REMEMBERED)(self.signals)
        self._plainly = lru_cache(REMEMBERED)(self._match)

    def match(self, reading: Reading, prior: Mapping[str, float] | None = None) -> list[Match]:
        """The best targets, most probable first; none when there is nothing to go by.

        ``prior``: target -> log odds to add, for what the conversation is about; without one, several rules ask alike.
        """
        return self._match(reading, prior) if prior else list(self._plainly(reading))

    def _match(self, reading: Reading, prior: Mapping[str, float] | None = None) -> list[Match]:
        signals, nearest = self._remembered(reading)
        if signals is None:
            return []
        utility = np.add.reduce(signals * self._signal_weights, axis=1) + self._bias
        for target, odds in (prior or {}).items():
            if target in self._number:
                utility[self._number[target]] += odds
        p = np.exp(utility - np.maximum.reduce(utility))
        p /= np.add.reduce(p)
        best = (-p).argsort()[:TOP]
        phrases, topics = self.tables.phrase_key, self.tables.phrase_topic
        shown = signals[best].astype(np.float64).round(3)
        columns = (best.tolist(), p[best].tolist(), shown.tolist(), nearest[best].tolist())
        return [
            Match(
                target=self.targets[i],
                probability=probability,
                signals=dict(zip(SIGNALS, of_target, strict=True)),
                phrasing=phrases[row] if row >= 0 else "",
                topic=topics[row] if row >= 0 else "",
            )
            for i, probability, of_target, row in zip(*columns, strict=True)
        ]

    def signals(self, reading: Reading) -> tuple[Floats | None, Ints]:
        """(targets, signals) and each target's most alike phrasing (-1: none); None without any known feature."""
        t = self.tables
        n = len(self.targets)
        ids, values = vector(reading.features, t.feature_ids, t.worth)
        nearest = [-1] * n
        if not len(ids):
            return None, np.array(nearest, dtype=np.int32)
        out = np.zeros((n, len(SIGNALS)), dtype=np.float32)
        logits = values @ t.weights[ids] + t.bias
        logits -= np.maximum.reduce(logits)
        out[:, 0] = np.maximum(logits - math.log(float(np.add.reduce(np.exp(logits)))), LINEAR_FLOOR)

        likeness = self._likeness(ids, values)
        if len(likeness):
            out[:, 1] = np.maximum.reduceat(likeness, t.phrase_start)
            rows = highest(likeness, FUZZY_CANDIDATES)
            owner = t.phrase_start.searchsorted(rows, side="right") - 1
            plain = _compact(reading.plain)
            fuzzy = [0.0] * n
            for row, target in zip(rows.tolist(), owner.tolist(), strict=True):
                most = fuzzy[target]
                if nearest[target] < 0:
                    nearest[target] = row
                alike = fuzz.ratio(plain, t.phrase_key[row]) / 100
                if alike > most:
                    fuzzy[target] = alike
            out[:, 2] = fuzzy
        self._keywords(reading, out)
        return out, np.array(nearest, dtype=np.int32)

    def phrasings(self, policy_id: str) -> Iterator[str]:
        """The known phrasings of all clauses of a document, as letters and digits."""
        starts = [*self.tables.phrase_start.tolist(), len(self.tables.phrase_key)]
        for number, target in enumerate(self.targets):
            if kind_of(target) == "clause" and policy_of(target) == policy_id:
                yield from self.tables.phrase_key[starts[number] : starts[number + 1]]

    def why(self, reading: Reading, target: str, most: int = 8) -> list[tuple[str, float]]:
        """The features that pulled most towards ``target``, with their pull."""
        t = self.tables
        ids, values = vector(reading.features, t.feature_ids, t.worth)
        pulls = values * (t.weights[ids, self.targets.index(target)] - t.weights[ids].mean(axis=1))
        names = {i: f for f, i in t.feature_ids.items()}
        best = np.argsort(-pulls)[:most]
        return [(names[int(ids[i])], round(float(pulls[i]), 2)) for i in best if pulls[i] > 0]

    def _likeness(self, ids: Ints, values: Floats) -> Floats:
        """Cosine to every phrasing."""
        t = self.tables
        if not len(t.phrase_key):
            return np.zeros(0, dtype=np.float32)
        starts = t.posting_start[ids]
        lengths = t.posting_start[ids + 1] - starts
        ends = lengths.cumsum()
        postings = np.arange(ends[-1])
        postings += (starts - ends + lengths).repeat(lengths)
        shares = t.posting_value.take(postings)
        shares *= values.repeat(lengths)
        rows = t.posting_row.take(postings)
        return np.bincount(rows, weights=shares, minlength=len(t.phrase_key)).astype(np.float32)

    def _keywords(self, reading: Reading, out: Floats) -> None:
        t = self.tables
        text, cover = [0.0] * len(out), [0.0] * len(out)
        total = 0.0
        for word in dict.fromkeys(_keywords_of(reading)):
            idf = t.word_idf.get(word, self._max_idf)
            total += idf
            for target, strength in t.word_text.get(word, {}).items():
                text[target] += idf * strength
            for target in t.word_known.get(word, ()):
                cover[target] += idf
        if total:
            out[:, 3] = text
            out[:, 4] = cover
            out[:, 3:5] /= total


def highest(values: Floats, most: int) -> Ints:
    """The rows of the highest values above 0, at most ``most``, highest first, of equal ones the first.

    Only rows as high as the lowest of as many blocks' peaks can be among them, so that few of all need to be sorted.
    """
    blocks = len(values) // BLOCK
    least = 0.0
    if blocks >= most:
        peaks = np.maximum.reduce(values[: blocks * BLOCK].reshape(BLOCK, blocks))
        peaks.partition(blocks - most)
        least = float(peaks[blocks - most])
    rows = (values >= least if least > 0 else values > 0).nonzero()[0]
    return rows[(-values[rows]).argsort(kind="stable")[:most]].astype(np.int32)


def worths(feature_ids: Mapping[str, int], idf: Floats) -> Floats:
    """What each feature counts in a vector: its idf, by its kind."""
    return idf * np.array([FEATURE_WEIGHT[feature[0]] for feature in feature_ids], dtype=np.float32)


def vector(features: Iterable[str], feature_ids: Mapping[str, int], worth: Floats) -> tuple[Ints, Floats]:
    """Feature ids and unit-length TF-IDF values of the known features."""
    number = feature_ids.get
    counts = Counter(features)
    known = [(i, count) for feature, count in counts.items() if (i := number(feature)) is not None]
    if not known:
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
    numbers, times = zip(*known, strict=True)
    ids = np.array(numbers, dtype=np.int32)
    values = worth[ids]
    if max(times) > 1:
        values *= 1 + np.log(times, dtype=np.float32)
    values /= math.sqrt(float(values @ values)) or 1.0
    return ids, values


def build(
    examples: Sequence[Example],
    readings: Mapping[str, Reading],
    clause_texts: Mapping[str, Sequence[tuple[Reading, float]]],
    targets: Sequence[str],
) -> Tables:
    """Learn tables from examples.

    ``readings``: per example text, its reading; ``clause_texts``: per clause target, its fields with their weights;
    ``targets``: all targets, each with at least one example.
    """
    number = {target: i for i, target in enumerate(targets)}
    ordered = sorted(examples, key=lambda e: number[e.target])
    df: Counter[str] = Counter()
    for example in ordered:
        df.update(set(readings[example.text].features))
    feature_ids = {f: i for i, f in enumerate(sorted(f for f, n in df.items() if n >= 2 or f[0] in "wt"))}
    idf = np.zeros(len(feature_ids), dtype=np.float32)
    for f, i in feature_ids.items():
        idf[i] = math.log(1 + len(ordered) / df[f])
    worth = worths(feature_ids, idf)
    rows = [vector(readings[e.text].features, feature_ids, worth) for e in ordered]
    labels = np.array([number[e.target] for e in ordered], dtype=np.int32)
    keys = [f"{e.target} {e.text}" for e in ordered]
    weights, bias = regression.train(rows, labels, keys, (len(feature_ids), len(targets)))

    postings: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for row, (ids, values) in enumerate(rows):
        for i, v in zip(ids.tolist(), values.tolist(), strict=True):
            postings[i].append((row, v))
    sizes = [len(postings[i]) for i in range(len(feature_ids))]
    flat = [p for i in range(len(feature_ids)) for p in postings[i]]
    word_text, word_idf, word_known = _word_tables(ordered, readings, clause_texts, number)
    return Tables(
        targets=list(targets),
        feature_ids=feature_ids,
        idf=idf,
        worth=worth,
        weights=weights,
        bias=bias,
        phrase_key=[_compact(readings[e.text].plain) for e in ordered],
        phrase_topic=[e.topic for e in ordered],
        phrase_start=np.searchsorted(labels, np.arange(len(targets))).astype(np.int32),
        posting_start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
        posting_row=np.array([r for r, _ in flat], dtype=np.int32),
        posting_value=np.array([v for _, v in flat], dtype=np.float32),
        word_idf=word_idf,
        word_text=word_text,
        word_known=word_known,
    )


def _word_tables(
    examples: Sequence[Example],
    readings: Mapping[str, Reading],
    clause_texts: Mapping[str, Sequence[tuple[Reading, float]]],
    number: Mapping[str, int],
) -> tuple[dict[str, dict[int, float]], dict[str, float], dict[str, list[int]]]:
    strength: dict[str, dict[int, float]] = defaultdict(dict)
    known: dict[str, set[int]] = defaultdict(set)
    df: Counter[str] = Counter()
    for target, fields in clause_texts.items():
        for reading, weight in fields:
            for word in _keywords_of(reading):
                here = strength[word]
                here[number[target]] = max(here.get(number[target], 0.0), weight)
                known[word].add(number[target])
    for example in examples:
        words = set(_keywords_of(readings[example.text]))
        df.update(words)
        for word in words:
            known[word].add(number[example.target])
    n = len(examples)
    everything = set(df) | set(strength)
    idf = {word: round(math.log(1 + n / (1 + df[word])), 3) for word in everything}
    return dict(strength), idf, {word: sorted(ids) for word, ids in known.items()}


def _compact(plain: str) -> str:
    return _NOT_WORD.sub("", plain)


def _keywords_of(reading: Reading) -> list[str]:
    return [*reading.words, *("t:" + term for term in reading.terms)]


def tables_to_json(tables: Tables) -> tuple[dict[str, Any], dict[str, Any]]:
    """(plain data, arrays) of the tables, for storing."""
    plain: dict[str, Any] = {}
    arrays: dict[str, Any] = {}
    for name, value in vars(tables).items():
        (arrays if isinstance(value, np.ndarray) else plain)[name] = value
    plain["feature_ids"] = list(tables.feature_ids)  # their numbers are their places
    return plain, arrays


def tables_from_json(plain: Mapping[str, Any], arrays: Mapping[str, Any]) -> Tables:
    """The reverse of tables_to_json."""
    data = dict(plain)
    data["feature_ids"] = {feature: i for i, feature in enumerate(plain["feature_ids"])}
    data["word_text"] = {w: {int(i): v for i, v in by.items()} for w, by in plain["word_text"].items()}
    return Tables(**data, **{name: arrays[name] for name in arrays})


FILE = "weights.yaml"


START = Weights(
    signal={kind: {"linear": 1.0, "nearest": 2.0, "fuzzy": 1.0, "text": 1.0, "cover": 1.0} for kind in KINDS},
    bias=dict.fromkeys(KINDS, 0.0),
)
"""Where the fit begins, and what is used while there is no file yet."""


def load_weights(root: Path) -> Weights:
    """weights.yaml under ``root``, else the project's own; START where there is neither."""
    path = next((path for path in (root / FILE, ROOT / FILE) if path.exists()), None)
    if path is None:
        return START
    import yaml

    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Weights(signal=data["signal"], bias=data["bias"])
