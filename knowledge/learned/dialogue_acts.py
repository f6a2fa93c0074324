"""What a message does in a conversation: asks for the words of what was shown, for less, for who leads the whole plan.

People say each of these in hundreds of ways, so they are learned from phrasings (lexicon/dialogue_acts), with questions
on what the documents are about beside them. Another classifier than the index of targets: what is learned here says
nothing of any document, and must not move the scores of those.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.learned import regression
from knowledge.learned.index import vector, worths
from knowledge.learned.regression import Floats
from knowledge.reading.reader import Reading

QUESTION = "question"
"""The act of what asks or says something of a subject."""
OF_SUBJECTS = (QUESTION, "mentioned")
"""Acts that name a subject."""
BESIDE = 0.4
"""Questions on subjects that are learned from beside each phrasing of an act."""
PASSES = 4
"""Passes over the phrasings: with more of them no more is read right, and each compiling takes longer."""
ARRAYS = ("act_worth", "act_weights", "act_bias")
"""Names of the arrays in a compiled form."""


@dataclass(frozen=True)
class DialogueActs:
    """Reads acts; pure."""

    acts: Sequence[str]
    feature_ids: Mapping[str, int]
    worth: Floats
    """Per feature, what it counts in a vector: index.worths()."""
    weights: Floats
    """(features, acts)."""
    bias: Floats
    words: frozenset[str]
    """Those in which people put the acts: any other one names a subject."""

    def read(self, reading: Reading) -> tuple[str, float]:
        """The likeliest act and its probability; a question with 0 where nothing is known of the words."""
        ids, values = vector(reading.features, self.feature_ids, self.worth)
        if not len(ids):
            return QUESTION, 0.0
        logits = values @ self.weights[ids] + self.bias
        p = np.exp(logits - np.maximum.reduce(logits))
        best = int(p.argmax())
        return self.acts[best], float(p[best] / np.add.reduce(p))

    @staticmethod
    def learn(
        phrasings: Mapping[str, Sequence[str]], subjects: Sequence[str], read: Callable[[str], Reading]
    ) -> DialogueActs:
        """``phrasings``: by act; ``subjects``: questions on what documents are about."""
        pairs = [(text, act) for act, texts in phrasings.items() for text in texts]
        pairs += [(text, QUESTION) for text in _some(subjects, int(BESIDE * len(pairs)))]
        readings = [(read(text), act) for text, act in pairs]
        df: Counter[str] = Counter()
        for reading, _ in readings:
            df.update(set(reading.features))
        feature_ids = {f: i for i, f in enumerate(sorted(f for f, n in df.items() if n >= 2 or f[0] in "wt"))}
        idf = np.array([math.log(1 + len(pairs) / df[f]) for f in feature_ids], dtype=np.float32)
        worth = worths(feature_ids, idf)
        acts = sorted({act for _, act in pairs})
        number = {act: i for i, act in enumerate(acts)}
        weights, bias = regression.train(
            [vector(reading.features, feature_ids, worth) for reading, _ in readings],
            np.array([number[act] for _, act in pairs], dtype=np.int32),
            [f"{act} {text}" for text, act in pairs],
            (len(feature_ids), len(acts)),
            PASSES,
        )
        words = {word for reading, act in readings if act not in OF_SUBJECTS for word in reading.words}
        return DialogueActs(acts, feature_ids, worth, weights, bias, frozenset(words))

    def to_json(self) -> tuple[dict[str, Sequence[str]], dict[str, Floats]]:
        """(plain data, arrays), for storing."""
        plain: dict[str, Sequence[str]] = {
            "acts": list(self.acts),
            "features": list(self.feature_ids),
            "words": sorted(self.words),
        }
        return plain, dict(zip(ARRAYS, (self.worth, self.weights, self.bias), strict=True))

    @staticmethod
    def from_json(plain: Mapping[str, Sequence[str]], arrays: Mapping[str, Floats]) -> DialogueActs:
        """The reverse of to_json()."""
        feature_ids = {feature: i for i, feature in enumerate(plain["features"])}
        worth, weights, bias = (arrays[name] for name in ARRAYS)
        return DialogueActs(plain["acts"], feature_ids, worth, weights, bias, frozenset(plain["words"]))


def _some(texts: Sequence[str], most: int) -> list[str]:
    """At most so many of them, evenly from first to last."""
    step = max(1.0, len(texts) / max(1, most))
    return [texts[int(n * step)] for n in range(min(len(texts), most))]
