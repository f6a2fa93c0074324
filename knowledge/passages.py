"""Clauses without phrasings, found by their own words: BM25 over words, concepts and pairs of characters.

The tables are plain arrays (a row a clause), so that they are stored with the compiled form and a search reads only the
lists of the question's own features. `search` is all that the rest of the program asks of it.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge.learn import Floats, Ints
from knowledge.model import Base, Clause, Policy
from knowledge.tokens import Reader, Reading

K1, B = 1.2, 0.6
TITLES = 2
"""How often the titles above a clause and its own count."""
WEIGHT = {"w": 1.0, "t": 1.0, "c": 0.6}
"""How much a word, a concept and a pair of characters count."""


@dataclass
class Postings:
    """Which features stand in which clause, and what they are worth there."""

    targets: list[str]
    """``<policy>/<clause>``, those of a policy side by side."""
    features: list[str]
    start: Ints
    """Per feature, where its list begins; one more at the end."""
    row: Ints
    worth: Floats


def untaught(base: Base) -> list[Policy]:
    """The policies that came without phrasings."""
    return [p for p in base.policies if not base.phrasings[p.id].clauses]


def headings(policy: Policy, clause: Clause) -> str:
    """The titles under which a clause stands, its own last."""
    section = policy.section_of(clause)
    own = clause.title if clause.titled else ""
    return "\n".join((policy.title or policy.display_name, section.title, own))


def build(base: Base, reader: Reader) -> Postings:
    """Postings of all clauses of the policies without phrasings."""
    targets: list[str] = []
    lists: dict[str, tuple[array[int], array[int]]] = {}
    sizes: list[int] = []
    for policy in untaught(base):
        for clause in policy.clauses:
            counts: Counter[str] = Counter(reader.document(clause.text))
            for feature, n in Counter(reader.document(headings(policy, clause))).items():
                counts[feature] += n * (TITLES - 1)
            for feature, n in counts.items():
                rows, ns = lists.setdefault(feature, (array("i"), array("i")))
                rows.append(len(targets))
                ns.append(n)
            targets.append(f"{policy.id}/{clause.id}")
            sizes.append(sum(counts.values()))
    features = sorted(lists)
    length = np.array(sizes, dtype=np.float32)
    usual = K1 * (1 - B + B * length / max(float(length.mean()) if len(sizes) else 1.0, 1.0))
    start = np.concatenate([[0], np.cumsum([len(lists[f][0]) for f in features])]).astype(np.int32)
    row = np.zeros(int(start[-1]), dtype=np.int32)
    worth = np.zeros(int(start[-1]), dtype=np.float32)
    for i, feature in enumerate(features):
        in_rows, counted = (np.frombuffer(part, dtype=np.int32) for part in lists[feature])
        idf = math.log(1 + (len(targets) - len(in_rows) + 0.5) / (len(in_rows) + 0.5))
        row[start[i] : start[i + 1]] = in_rows
        worth[start[i] : start[i + 1]] = WEIGHT[feature[0]] * idf * counted * (K1 + 1) / (counted + usual[in_rows])
    return Postings(targets, features, start, row, worth)


class Passages:
    """Searches postings; pure."""

    def __init__(self, postings: Postings) -> None:
        self.postings = self._p = postings
        self.targets = postings.targets
        self._ids = {feature: i for i, feature in enumerate(postings.features)}
        self._span: dict[str, tuple[int, int]] = {}
        for n, target in enumerate(self.targets):
            policy = target.split("/")[0]
            self._span[policy] = (self._span.get(policy, (n, n))[0], n + 1)

    def __len__(self) -> int:
        return len(self.targets)

    def search(self, reading: Reading, most: int, only: str = "") -> list[tuple[str, float]]:
        """The clauses that share most with the reading, best first, with their scores; ``only``: a policy's id."""
        ids = [self._ids[f] for f in dict.fromkeys(reading.features) if f in self._ids]
        first, last = self._span.get(only, (0, 0)) if only else (0, len(self.targets))
        if not ids or first == last:
            return []
        p = self._p
        spans = [(int(p.start[i]), int(p.start[i + 1])) for i in ids]
        rows = np.concatenate([p.row[a:b] for a, b in spans])
        worth = np.concatenate([p.worth[a:b] for a, b in spans])
        scores = np.bincount(rows, weights=worth, minlength=last)[first:last]
        few = min(most, len(scores))
        best = np.argpartition(-scores, few - 1)[:few]
        ranked = sorted(((float(scores[i]), -int(i)) for i in best if scores[i] > 0), reverse=True)
        return [(self.targets[first - i], score) for score, i in ranked]

    def stands(self, feature: str, policy_id: str) -> bool:
        """Whether a feature stands in any clause of a policy."""
        i, (first, last) = self._ids.get(feature), self._span.get(policy_id, (0, 0))
        if i is None:
            return False
        rows = self._p.row[self._p.start[i] : self._p.start[i + 1]]
        at = int(np.searchsorted(rows, first))
        return at < len(rows) and int(rows[at]) < last

    def holding(self, feature: str) -> int:
        """In how many clauses a feature stands."""
        i = self._ids.get(feature)
        return 0 if i is None else int(self._p.start[i + 1] - self._p.start[i])


def to_json(postings: Postings) -> tuple[dict[str, Any], dict[str, Any]]:
    """(plain data, arrays) for storing."""
    plain = {"targets": postings.targets, "features": postings.features}
    arrays = {f"passages_{name}": getattr(postings, name) for name in ("start", "row", "worth")}
    return plain, arrays


def from_json(plain: dict[str, Sequence[str]], arrays: dict[str, Any]) -> Postings:
    """The reverse of to_json; takes its arrays out of ``arrays``."""
    found = {name: arrays.pop(f"passages_{name}") for name in ("start", "row", "worth")}
    return Postings(list(plain["targets"]), list(plain["features"]), **found)
