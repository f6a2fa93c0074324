"""The topics of the field: where a question in people's words and a clause in official ones meet.

A question is about a topic as far as it is like what people ask of it: cosine of words and of pairs of characters by
log count and rarity (tf-idf). A clause is about a topic as far as it holds what official texts call it, its titles
counting double. Learnt once, it serves every document.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.base.field import Field, FieldTopic, from_bytes, to_bytes
from knowledge.reading.reader import Reader
from knowledge.retrieval.local.postings import word_keys
from knowledge.text.fold import fold_whole

OWN = "topic_own"
ARRAYS = (
    *("topic_keys", "topic_starts", "topic_of", "topic_weights"),
    *("entry_starts", "entry_topics", "entry_strengths"),
    OWN,
)
"""Names of the arrays: the topics of each token, those of each entry, and the field that the base brings itself."""
CLOSEST = 6
"""Topics that a question may be about."""
BEGINNING = 2
"""Characters by which the official expressions are looked up; each has at least so many."""
FULL = 4.0
"""Characters from which an official expression counts whole: short ones stand in a text by chance."""
TITLE = 2.0
"""What an expression in a title counts."""
ENOUGH = 1.5
"""Expressions from which a clause is surely about a topic: strength is 1 - exp(-counted / ENOUGH)."""
NAME = 2.0
"""What a word of a topic's name counts beside one of a phrasing."""
UNKNOWN = 7.0
"""Rarity of a token that no topic has."""


class Topics:
    """Pure; made by build(), or from the arrays that it was stored as."""

    def __init__(self, ids: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> None:
        """``ids``: of the topics by number; ``arrays``: those of ARRAYS."""
        self.ids = ids
        self.arrays = arrays

    @classmethod
    def build(
        cls, topics: Sequence[FieldTopic], reader: Reader, entries: Iterable[tuple[str, str]], own: Field | None = None
    ) -> Topics:
        """``entries``: (titles, text) of each clause, in the order of the search engine's entries.

        ``own``: the field that the base brings itself, kept for whoever compiles it anew; None: it brings none.
        """
        kept = {OWN: np.frombuffer(to_bytes(own), dtype=np.uint8)}
        arrays = {**_of_questions(topics, reader), **_of_entries(topics, entries), **kept}
        return cls([topic.id for topic in topics], arrays)

    def of_question(self, tokens: Sequence[str]) -> dict[int, float]:
        """The topics nearest to a question, by number, the nearest first, with how like they are (0 to 1)."""
        counts = Counter(tokens)
        if not counts:
            return {}
        keys = self.arrays["topic_keys"]
        asked = word_keys(list(counts))
        at = np.searchsorted(keys, asked)
        known = (at < len(keys)) & (keys[np.minimum(at, len(keys) - 1)] == asked)
        starts, places = self.arrays["topic_starts"], at[known]
        held = starts[places + 1] - starts[places]
        rarities = [_rarity(len(self.ids), n) for n in held.tolist()]
        squared = UNKNOWN**2 * float(np.count_nonzero(~known)) + sum(rarity * rarity for rarity in rarities)
        spans = [np.arange(start, start + n) for start, n in zip(starts[places].tolist(), held.tolist(), strict=True)]
        of = np.concatenate([np.zeros(0, dtype=np.int64), *spans])
        shares = self.arrays["topic_weights"][of] * np.repeat(np.array(rarities, dtype=np.float32), held)
        near = np.bincount(self.arrays["topic_of"][of], shares, minlength=len(self.ids)) / math.sqrt(squared)
        best = np.argsort(-near, kind="stable")[:CLOSEST]
        return {int(n): float(near[n]) for n in best if near[n] > 0}

    def of_entry(self, number: int) -> dict[int, float]:
        """The topics of an entry of the search engine, by number, with how surely it is about them (0 to 1)."""
        starts = self.arrays["entry_starts"]
        of = slice(starts[number], starts[number + 1])
        pairs = zip(self.arrays["entry_topics"][of].tolist(), self.arrays["entry_strengths"][of].tolist(), strict=True)
        return dict(pairs)


def own_in(arrays: Mapping[str, NDArray[Any]]) -> Field | None:
    """The field that a base brought itself, from a stored form; None where it used the project's."""
    return from_bytes(arrays[OWN].tobytes()) if OWN in arrays else None


def tokens(words: Iterable[str]) -> list[str]:
    """Words, and the pairs of characters of the longer ones."""
    out = list(words)
    out += [w[i : i + 2] for w in out if len(w) > 2 and not w.isascii() for i in range(len(w) - 1)]
    return out


def _rarity(topics: int, held: int) -> float:
    return math.log((topics + 1) / (held + 0.5))


def _of_questions(field: Sequence[FieldTopic], reader: Reader) -> dict[str, NDArray[Any]]:
    counted: list[dict[str, float]] = []
    for topic in field:
        counts: dict[str, float] = {}
        said = [(topic.name, NAME), (topic.gist, 1.0), *((text, 1.0) for text in (*topic.official, *topic.asked))]
        for text, weight in said:
            for token in set(tokens(reader.words(text))):
                counts[token] = counts.get(token, 0.0) + weight
        counted.append(counts)
    held = Counter(token for counts in counted for token in counts)
    keys = word_keys(list(held)) if held else np.zeros(0, dtype=np.uint64)
    number = {token: n for n, token in enumerate(held)}
    rows = []
    for topic_number, counts in enumerate(counted):
        weights = {t: math.log1p(c) * _rarity(len(field), held[t]) for t, c in counts.items()}
        length = math.sqrt(sum(w * w for w in weights.values())) or 1.0
        rows += [(int(keys[number[t]]), topic_number, w / length) for t, w in weights.items()]
    rows.sort()
    distinct, starts = np.unique(np.array([row[0] for row in rows], dtype=np.uint64), return_index=True)
    return {
        "topic_keys": distinct,
        "topic_starts": np.append(starts, len(rows)).astype(np.int64),
        "topic_of": np.array([row[1] for row in rows], dtype=np.int32),
        "topic_weights": np.array([row[2] for row in rows], dtype=np.float32),
    }


def _of_entries(field: Sequence[FieldTopic], entries: Iterable[tuple[str, str]]) -> dict[str, NDArray[Any]]:
    called = {_run_on(text): n for n, topic in enumerate(field) for text in (topic.name, *topic.official)}
    beginning: dict[str, list[str]] = {}
    for expression in called:
        beginning.setdefault(expression[:BEGINNING], []).append(expression)
    starts, topics, strengths = [0], list[int](), list[float]()
    for titles, text in entries:
        counted: dict[int, float] = {}
        named = _standing(titles, beginning)
        for expression in named | _standing(text, beginning):
            weight = min(1.0, len(expression) / FULL) * (TITLE if expression in named else 1.0)
            counted[called[expression]] = counted.get(called[expression], 0.0) + weight
        topics += counted
        strengths += [1.0 - math.exp(-c / ENOUGH) for c in counted.values()]
        starts.append(len(topics))
    return {
        "entry_starts": np.array(starts, dtype=np.int64),
        "entry_topics": np.array(topics, dtype=np.int32),
        "entry_strengths": np.array(strengths, dtype=np.float32),
    }


def _standing(text: str, beginning: Mapping[str, Sequence[str]]) -> set[str]:
    """The official expressions that stand in a text; ``beginning``: all of them by their first characters."""
    plain = _run_on(text)
    return {
        expression
        for i in range(len(plain) - BEGINNING + 1)
        for expression in beginning.get(plain[i : i + BEGINNING], ())
        if plain.startswith(expression, i)
    }


def _run_on(text: str) -> str:
    return "".join(fold_whole(text).split())
