"""The search engine on this machine: BM25 over words and characters, then a second look at the best.

Nothing is scanned: the first look reads the postings of the question's terms, the second the texts of some fifty
candidates. Everything lies in arrays that are mapped into memory, so that a start reads next to nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge.base.field import read_field
from knowledge.files import storedform
from knowledge.retrieval.interface import Entry, Found, Members, Numbers, Question, Within
from knowledge.retrieval.local import likeness, postings, rerank
from knowledge.retrieval.local.likeness import Pairs
from knowledge.retrieval.local.postings import Postings, Scores
from knowledge.retrieval.local.sought import KINDS, Sought, sought
from knowledge.retrieval.local.terms import Terms, asking, dictionary, grams, plain_text, spelt, tight

Made = TypeVar("Made", Postings, Pairs)

SETTINGS = Path(__file__).with_name("settings.yaml")
Texts = Literal["clauses", "articles", "passages"]
"""What the entries are: clauses of policies; articles of laws, where a code is likelier meant than a by-law; or long
texts of many passages."""
LONG = 400
"""Mean characters of an entry from which on entries count as passages, where nobody says what they are."""

BLOCK = 16
"""Entries whose highest score is looked at first when the best are sought."""


@dataclass(frozen=True)
class Settings:
    """settings.yaml, for entries of one kind."""

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
        self.texts: Texts = plain["texts"]
        self.version: str = plain["version"]
        self.settings = settings(self.texts)
        words = arrays["words"].tobytes().decode("utf-8").split("\n")
        counts = dict(zip(words, arrays["word_counts"].tolist(), strict=True))
        self._terms = Terms(counts, plain["said"], plain["asking"], plain["apart"])
        self._arrays = arrays
        self._kinds = {kind: _from(Postings, arrays, kind) for kind in KINDS if f"{kind}.keys" in arrays}
        self._group = arrays["group"]
        self._breadth: Scores = arrays["breadth"]
        self._prior: Scores = self._breadth * np.float32(self.settings.breadth)
        self._weights = np.array([self.settings.second.get(name, 0.0) for name in rerank.FEATURES])
        self._pairs = _from(Pairs, arrays, "pairs_of") if self.settings.second.get("alike") else None
        self._text, self._text_start = arrays["text"], arrays["text_start"]
        self._unknown = math.log1p(2 * len(self) + 1)

    def __len__(self) -> int:
        return len(self._text_start) - 1

    @classmethod
    def build(
        cls,
        entries: Sequence[Entry],
        sayings: Mapping[str, Sequence[str]] | None = None,
        kind: Texts | None = None,
    ) -> LocalRetriever:
        """Make it ready; 58,604 articles take about half a minute.

        ``sayings``: what people say -> what official texts call it, folded; the project's own where none are given.
        ``kind``: None for articles or passages, by their length.
        """
        texts = [plain_text(entry.text) for entry in entries]
        if kind is None:
            kind = "passages" if sum(map(len, texts)) >= LONG * max(1, len(texts)) else "articles"
        chosen = settings(kind)
        said = read_field().sayings if sayings is None else sayings
        terms = Terms(dictionary(texts), said, asking())
        arrays: dict[str, NDArray[Any]] = {
            "words": np.frombuffer("\n".join(terms.counts).encode("utf-8"), dtype=np.uint8),
            "word_counts": np.array(list(terms.counts.values()), dtype=np.int32),
        }
        for terms_of, size in KINDS.items():
            if not chosen.kinds.get(terms_of):
                continue
            made = (
                postings.of_grams(texts, size, chosen.k1, chosen.b)
                if size
                else postings.of_words([terms.words(text) for text in texts], chosen.k1, chosen.b)
            )
            arrays |= {f"{terms_of}.{name}": value for name, value in vars(made).items()}
        sizes = Counter(entry.group for entry in entries)
        groups = {group: i for i, group in enumerate(group for group in sizes if group)}
        arrays["group"] = np.array([groups.get(e.group, -1) for e in entries], dtype=np.int32)
        arrays["breadth"] = np.array([math.log(sizes[e.group]) if e.group else 0.0 for e in entries], dtype=np.float32)
        tights = [tight(text) for text in texts]
        if chosen.second.get("alike"):
            arrays |= {f"pairs_of.{name}": value for name, value in vars(likeness.pairs(tights)).items()}
        stored = [text.encode("utf-8", "surrogatepass") for text in tights]
        arrays["text"] = np.frombuffer(b"".join(stored), dtype=np.uint8)
        arrays["text_start"] = np.concatenate([[0], np.cumsum([len(s) for s in stored])]).astype(np.int64)
        return cls(_plain(kind, _version(arrays), terms), arrays)

    def store(self, path: Path) -> None:
        """Write the compiled form; OSError where that can't be done."""
        storedform.write(path, _plain(self.texts, self.version, self._terms), self._arrays)

    @classmethod
    def load(cls, path: Path) -> LocalRetriever:
        """From the compiled form. Raises storedform.SpoiltError, or OSError where there is none."""
        plain, arrays = storedform.read(path)
        try:
            return cls(plain, arrays)
        except (KeyError, TypeError) as error:
            raise storedform.SpoiltError(f"{path} holds something else: {error}") from error

    def search(self, question: str, k: int = 10, within: Within = None) -> list[Found]:
        """See Retriever."""
        return self.look_up(self._terms.question(question), k, within)

    def look_up(self, asked: Question, k: int = 10, within: Within = None) -> list[Found]:
        """search() of a question that is cut."""
        return self.look_again(asked, *self.best(asked, self.settings.candidates, within), k)

    def look_again(self, asked: Question, numbers: Numbers, scores: Scores, k: int) -> list[Found]:
        """The best ``k`` of some candidates that a first look gave, best first, with its scores."""
        features = self._features(asked, numbers, scores)
        totals = features @ self._weights
        best = np.lexsort((np.arange(len(numbers)), -totals))[:k]  # the first look decides between equals
        why = features[best].round(3).tolist()
        return [
            Found(number, total, {name: v for name, v in zip(rerank.FEATURES, values, strict=True) if v})
            for number, total, values in zip(numbers[best].tolist(), totals[best].tolist(), why, strict=True)
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

    def tokens(self, text: str) -> dict[str, list[str]]:
        """The terms of a text by kind, in their order, with repeats: what the postings were made from."""
        plain = plain_text(text)
        return {
            kind: spelt(grams(plain, KINDS[kind]), KINDS[kind]) if KINDS[kind] else self._terms.words(plain)
            for kind in self._kinds
        }

    def candidates(self, asked: Question, within: Within = None) -> tuple[Numbers, NDArray[np.float64]]:
        """(candidates,) best first by the first look, and their (candidates, features)."""
        numbers, scores = self.best(asked, self.settings.candidates, within)
        return numbers, self._features(asked, numbers, scores)

    def sought(self, asked: Question) -> list[Sought]:
        """What the first look looks for."""
        kinds = {kind: self.settings.kinds[kind] for kind in self._kinds}
        return sought(asked, self._terms, kinds, self.settings.everyday)

    def best(self, asked: Question, most: int, within: Within = None) -> tuple[Numbers, Scores]:
        """See FirstLook."""
        scores = postings.totals(self._added(asked), len(self))
        scores += self._prior * (scores > 0)
        numbers = _best(scores, self.allowed(within), most)
        return numbers, scores[numbers]

    def scores_of(self, asked: Question, numbers: Numbers) -> Scores:
        """(some,): scores of the first look of ``numbers`` (some,), which grow: to the bit those of best()."""
        scores = postings.totals_of(numbers.astype(np.int32), self._added(asked))
        scores += self._prior[numbers] * (scores > 0)
        return scores

    def _added(self, asked: Question) -> Iterator[tuple[NDArray[np.int32], Scores, np.float32]]:
        """Of each term that the first look looks for its entries, their shares, and what the term counts."""
        return chain.from_iterable(self._kinds[t.kind].of(t.keys, t.weights) for t in self.sought(asked))

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of terms that are indexed."""
        return list(self._kinds)

    def known(self, terms: Sought) -> NDArray[np.bool_]:
        """(terms,): which of them stand anywhere."""
        return self._kinds[terms.kind].holds(terms.keys)

    def prior(self, number: int) -> float:
        """What is added to the score of an entry that has any: for the breadth of its group."""
        return float(self._prior[number])

    def allowed(self, within: Within) -> Sequence[int] | None:
        """Numbers of the entries that alone may be found."""
        return within.numbers if isinstance(within, Members) else within

    def _features(self, asked: Question, numbers: Numbers, scores: Scores) -> NDArray[np.float64]:
        """(candidates, features) of the second look; ``scores``: of the first."""
        features = np.zeros((len(numbers), len(rerank.FEATURES)))
        if not len(numbers):
            return features
        words = tuple(dict.fromkeys((*asked.content, *asked.words)))
        rarities = self._kinds["words"].rarities(postings.word_keys(words), self._unknown)
        rarity = dict(zip(words, rarities.tolist(), strict=True))
        look = rerank.SecondLook(asked, rarity, self.texts == "passages", self.settings.second)
        features[:, 0] = scores / 20
        features[:, 1] = self._breadth[numbers] / 5
        listed = numbers.tolist()
        features[:, 2:7] = look.values(self._tight(numbers), listed, self._pairs)
        features[:, 7] = rerank.siblings(self._group[numbers].tolist())
        if self._pairs is not None:
            features[:, 8] = self._pairs.alike(listed, features[:, 0])
        return features

    def _tight(self, numbers: Numbers) -> list[str]:
        ends = self._text_start[numbers + 1].tolist()
        spans = zip(self._text_start[numbers].tolist(), ends, strict=True)
        return [str(self._text[a:b].data, "utf-8", "surrogatepass") for a, b in spans]


@lru_cache(maxsize=3)
def settings(kind: Texts) -> Settings:
    """Of settings.yaml."""
    from knowledge.files.yamlfile import read_yaml

    data: Any = read_yaml(SETTINGS).data
    return Settings(**data[kind])


def _from(made: type[Made], arrays: Mapping[str, NDArray[Any]], name: str) -> Made:
    """A dataclass of arrays, stored under its name."""
    return made(**{field.name: arrays[f"{name}.{field.name}"] for field in fields(made)})


def _plain(texts: Texts, version: str, terms: Terms) -> dict[str, Any]:
    """What of an engine is no array."""
    sayings = terms.sayings
    return {
        "texts": texts,
        "said": sayings.said,
        "apart": sayings.apart,
        "asking": terms.asking,
        "version": version,
    }


def _version(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Of what is in the arrays: engines of one version find the same."""
    digest = blake2b(digest_size=8)
    for name, array in arrays.items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _best(scores: Scores, within: Sequence[int] | None, most: int) -> NDArray[np.int64]:
    """Numbers of the best entries with any score, best first, the earlier one of equals first."""
    if within is None:
        least = _least(scores, most)
        allowed = np.flatnonzero(scores >= least if least > 0 else scores > 0)
    else:
        allowed = np.unique(np.array(within, dtype=np.int64))
        allowed = allowed[scores[allowed] > 0]
    if len(allowed) > most:
        here = scores[allowed]
        allowed = allowed[here >= np.partition(here, len(here) - most)[len(here) - most]]
    return allowed[np.lexsort((allowed, -scores[allowed]))][:most]


def _least(scores: Scores, most: int) -> float:
    """A score that at least ``most`` entries have, when there are so many: blocks' peaks are few to sort."""
    rows = len(scores) // BLOCK
    if rows < most:
        return 0.0
    peaks = scores[: rows * BLOCK].reshape(BLOCK, rows).max(axis=0)
    return float(np.partition(peaks, rows - most)[rows - most])
