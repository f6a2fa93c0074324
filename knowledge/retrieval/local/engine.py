"""The search engine on this machine: BM25 over words and characters, then a second look at the best.

Nothing is scanned: the first look reads the postings of the question's terms, the second the texts of some fifty
candidates. Everything lies in arrays that are mapped into memory, so that a start reads next to nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.files import storedform
from knowledge.retrieval.interface import Entry, Found
from knowledge.retrieval.local import postings, rerank
from knowledge.retrieval.local.postings import Postings, Scores
from knowledge.retrieval.local.terms import Question, Terms, asking, dictionary, grams, plain_text, tight
from knowledge.text.fold import fold

SETTINGS = Path(__file__).with_name("settings.yaml")
LONG = 400
"""Mean characters of an entry from which on entries count as long texts of many passages, not as clauses."""
KINDS = {"words": 0, "pairs": 2, "triples": 3}
"""Kinds of terms, and how many characters each has; 0 for words."""


@dataclass(frozen=True)
class Settings:
    """settings.yaml, for entries of one length."""

    k1: float
    b: float
    """BM25's two: how soon repeats stop counting, and how much longer texts lose."""
    kinds: Mapping[str, float]
    """Kind of term -> what it counts in the first look; 0: not indexed."""
    everyday: float
    """What the law's words for everyday ones count."""
    breadth: float
    """What the log of the group's size counts: a code of a thousand articles is likelier than a by-law of ten."""
    candidates: int
    """How many get a second look."""
    second: Mapping[str, float]
    """Feature of rerank.py -> weight."""


class LocalRetriever:
    """A Retriever over arrays."""

    def __init__(self, plain: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """From what arrays() gave."""
        self.long: bool = plain["long"]
        self.settings = settings("long" if self.long else "short")
        words = arrays["words"].tobytes().decode("utf-8").split("\n")
        counts = dict(zip(words, arrays["word_counts"].tolist(), strict=True))
        self._terms = Terms(counts, plain["said"], plain["asking"])
        self._arrays = arrays
        self._kinds = {
            kind: Postings(**{name: arrays[f"{kind}.{name}"] for name in Postings.__dataclass_fields__})
            for kind in KINDS
            if f"{kind}.keys" in arrays
        }
        self._group = arrays["group"]
        self._breadth: Scores = arrays["breadth"]
        self._prior: Scores = self._breadth * np.float32(self.settings.breadth)
        self._pair_rarity = arrays["pair_rarity"] if self.settings.second.get("alike") else None
        self._text, self._text_start = arrays["text"], arrays["text_start"]
        self._unknown = math.log1p(2 * len(self) + 1)

    def __len__(self) -> int:
        return len(self._text_start) - 1

    @classmethod
    def build(cls, entries: Sequence[Entry], sayings: Mapping[str, Sequence[str]] | None = None) -> LocalRetriever:
        """Make it ready; 58,604 articles take about half a minute.

        ``sayings``: what people say -> what official texts call it; the project's own where none are given.
        """
        texts = [plain_text(entry.text) for entry in entries]
        long = sum(map(len, texts)) >= LONG * max(1, len(texts))
        chosen = settings("long" if long else "short")
        said = {fold(word): tuple(map(fold, called)) for word, called in (sayings or read_sayings()).items()}
        terms = Terms(dictionary(texts), said, asking())
        arrays: dict[str, NDArray[Any]] = {
            "words": np.frombuffer("\n".join(terms.counts).encode("utf-8"), dtype=np.uint8),
            "word_counts": np.array(list(terms.counts.values()), dtype=np.int32),
        }
        for kind, size in KINDS.items():
            if not chosen.kinds.get(kind):
                continue
            made = (
                postings.of_grams(texts, size, chosen.k1, chosen.b)
                if size
                else postings.of_words([terms.words(text) for text in texts], chosen.k1, chosen.b)
            )
            arrays |= {f"{kind}.{name}": value for name, value in vars(made).items()}
        sizes = Counter(entry.group for entry in entries)
        groups = {group: i for i, group in enumerate(group for group in sizes if group)}
        arrays["group"] = np.array([groups.get(e.group, -1) for e in entries], dtype=np.int32)
        arrays["breadth"] = np.array([math.log(sizes[e.group]) if e.group else 0.0 for e in entries], dtype=np.float32)
        tights = [tight(text) for text in texts]
        if chosen.second.get("alike"):
            arrays["pair_rarity"] = rerank.pair_rarity(tights)
        stored = [text.encode("utf-8", "surrogatepass") for text in tights]
        arrays["text"] = np.frombuffer(b"".join(stored), dtype=np.uint8)
        arrays["text_start"] = np.concatenate([[0], np.cumsum([len(s) for s in stored])]).astype(np.int64)
        return cls({"long": long, "said": said, "asking": asking()}, arrays)

    def store(self, path: Path) -> None:
        """Write the compiled form; OSError where that can't be done."""
        plain = {"long": self.long, "said": self._terms.said, "asking": self._terms.asking}
        storedform.write(path, plain, self._arrays)

    @classmethod
    def load(cls, path: Path) -> LocalRetriever:
        """From the compiled form. Raises storedform.SpoiltError, or OSError where there is none."""
        plain, arrays = storedform.read(path)
        try:
            return cls(plain, arrays)
        except (KeyError, TypeError) as error:
            raise storedform.SpoiltError(f"{path} holds something else: {error}") from error

    def search(self, question: str, k: int = 10, within: Sequence[int] | None = None) -> list[Found]:
        """See Retriever."""
        return self.look_up(self._terms.question(question), k, within)

    def look_up(self, asked: Question, k: int = 10, within: Sequence[int] | None = None) -> list[Found]:
        """search() of a question that is cut."""
        numbers, features = self.candidates(asked, within)
        weights = np.array([self.settings.second.get(name, 0.0) for name in rerank.FEATURES])
        scores = features @ weights
        best = np.lexsort((np.arange(len(numbers)), -scores))[:k]  # the first look decides between equals
        return [
            Found(
                int(numbers[i]),
                float(scores[i]),
                {name: round(float(v), 3) for name, v in zip(rerank.FEATURES, features[i], strict=True) if v},
            )
            for i in best
        ]

    def entries(self, term: str) -> Sequence[int]:
        """See Retriever. A word that is not in the dictionary: where all of its pairs of characters stand."""
        found = self._kinds["words"].entries(postings.word_keys([term])[0])
        pairs = grams(term, 2) if not len(found) and "pairs" in self._kinds else ()
        for n, pair in enumerate(pairs):
            holding = self._kinds["pairs"].entries(pair)
            found = holding if n == 0 else np.intersect1d(found, holding, assume_unique=True)
        return found  # type: ignore[return-value]

    def called(self, text: str) -> Mapping[str, Sequence[str]]:
        """See Retriever."""
        return self._terms.called(text)

    def question(self, text: str) -> Question:
        """The text as the engine sees it."""
        return self._terms.question(text)

    def candidates(
        self, asked: Question, within: Sequence[int] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(candidates,) best first by the first look, and their (candidates, features)."""
        scores = self._first(asked)
        numbers = _best(scores, within, self.settings.candidates)
        features = np.zeros((len(numbers), len(rerank.FEATURES)))
        if not len(numbers):
            return numbers, features
        words = tuple(dict.fromkeys((*asked.content, *asked.words)))
        rarities = self._kinds["words"].rarities(postings.word_keys(words), self._unknown)
        rarity = dict(zip(words, rarities.tolist(), strict=True))
        look = rerank.SecondLook(asked, rarity, self.long, bool(self.settings.second.get("runs")))
        features[:, 0] = scores[numbers] / 20
        features[:, 1] = self._breadth[numbers] / 5
        texts = [self._tight(number) for number in numbers.tolist()]
        features[:, 2:7] = [look.values(text) for text in texts]
        features[:, 7] = rerank.siblings(self._group[numbers].tolist())
        if self._pair_rarity is not None:
            features[:, 8] = rerank.alike(texts, features[:, 0], self._pair_rarity)
        return numbers, features

    def _first(self, asked: Question) -> Scores:
        """(entries,): scores of the first look."""
        scores = np.zeros(len(self), dtype=np.float32)
        for kind, table in self._kinds.items():
            size = KINDS[kind]
            weight = np.float32(self.settings.kinds[kind])
            if size:
                keys, times = np.unique(grams(asked.runs, size), return_counts=True)
                table.add(scores, keys, times.astype(np.float32) * weight)
            else:
                words, counts = postings.counted(self._weighted(asked.words))
                table.add(scores, words, counts * weight)
            if size != 3 and asked.everyday:
                lawful, shares = self._lawful(asked, size)
                table.add(scores, lawful, shares * np.float32(self.settings.everyday))
        scores += self._prior * (scores > 0)
        return scores

    def _weighted(self, words: Sequence[str]) -> dict[str, float]:
        """Words with what each counts: one without Chinese characters has no pairs that would count beside it."""
        alone = sum(self.settings.kinds.values())
        return {word: count * (alone if word.isascii() else 1.0) for word, count in Counter(words).items()}

    def _lawful(self, asked: Question, size: int) -> tuple[NDArray[np.uint64], Scores]:
        weights: dict[Any, float] = {}
        for term, share in asked.everyday.items():
            for part in dict.fromkeys(grams(term, size).tolist() if size else self._terms.words(term)):
                weights[part] = max(weights.get(part, 0.0), share)
        if not size:
            return postings.counted(weights)
        return np.array(list(weights), dtype=np.uint64), np.array(list(weights.values()), dtype=np.float32)

    def _tight(self, number: int) -> str:
        a, b = self._text_start[number], self._text_start[number + 1]
        return self._text[a:b].tobytes().decode("utf-8", "surrogatepass")


@lru_cache(maxsize=2)
def settings(length: str) -> Settings:
    """Of settings.yaml; ``length``: long or short."""
    from knowledge.files.yamlfile import read_yaml

    data: Any = read_yaml(SETTINGS).data
    return Settings(**data[length])


def _best(scores: Scores, within: Sequence[int] | None, most: int) -> NDArray[np.int64]:
    """Numbers of the best entries with any score, best first, the earlier one of equals first."""
    allowed = np.flatnonzero(scores > 0) if within is None else np.unique(np.array(within, dtype=np.int64))
    allowed = allowed[scores[allowed] > 0]
    if len(allowed) > most:
        least = np.partition(scores[allowed], len(allowed) - most)[len(allowed) - most]
        allowed = allowed[scores[allowed] >= least]
    return allowed[np.lexsort((allowed, -scores[allowed]))][:most]
