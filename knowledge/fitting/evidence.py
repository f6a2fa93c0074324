"""Fits evidence.yaml: what the signals of knowledge/retrieval/evidence.py are worth, from people's questions.

The questions are on documents that nobody wrote phrasings for, by people who saw only the documents (tests/fitting):
each with a passage that answers it, or with none. Beside them stand short ones derived from the documents' sentences,
for people who know a text ask in its words, and writers of hard questions don't. Each is asked twice, of its own
document and of all of them, for the weights serve both. What can only speak for a clause never counts against it, nor
the reverse. The report is of documents that had no part in the fit, and of questions of the other half's writer.
Nothing is random between runs.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.base.contents import Base
from knowledge.files.faults import KnowledgeError
from knowledge.files.yamlfile import read_yaml
from knowledge.learned.regression import Floats
from knowledge.retrieval.evidence import CANDIDATES, FILE, SIGNALS, TRUST, Asking, Evidence, Weights

INSIDE, DERIVED = 0.5, 0.2
"""Shares of people's questions that a document answers, and of derived ones; the rest is about what none covers."""
DERIVED_COUNT = 600
SEED = 20251009
WORDS = (2, 6)
"""Fewest and most words of a derived question, which follow one another in a sentence."""
AGAINST = frozenset({"other_topic", "silent", "outside", "off_topic"})
"""Signals that never speak for a clause."""
EITHER = frozenset({"length", "named", "above"})
"""Signals that may do both; all others never speak against it."""
FLOORS = {"units": 0.3}
"""What a signal is worth at least: few questions in tests/fitting ask who is responsible, so that the fit knows
little of it; but who asks it is better served by a clause that names units."""
FOLDS = 5
STEPS, STEP, RIDGE = 1_200, 0.05, 2e-3
NEWTON = 30
MEANT = 0.8
"""Share of the questions that are for a clause with phrasings, where one is the best match: they are what it knows."""
SURENESS = (0.2, 0.3, 0.5)
"""Probabilities at which the report looks."""
SENTENCE = (8, 200)
"""Shortest and longest sentence from which a question is derived."""
_SENTENCE = re.compile(r"[。；;\n]")
_CONTENT = re.compile(r"[一-鿿]{2,}")
_BLANKS = re.compile(r"\s+")

Ask = Callable[[str, str], Asking]
"""(text, policy id or empty for all) -> what is looked for."""


@dataclass(frozen=True)
class Question:
    """A question on one document."""

    document: str
    """Name of its file."""
    ask: str
    quote: str
    """A passage that answers it; empty: none does."""
    derived: bool = False
    """Whether it is made of the passage's own words."""


@dataclass(frozen=True)
class Row:
    """A question's candidates and which of them are right."""

    document: str
    named: bool
    derived: bool
    inside: bool
    signals: Sequence[Mapping[str, float]]
    right: tuple[int, ...]
    """Numbers of the candidates that hold the passage; empty when none does."""


def read_questions(folder: Path) -> list[Question]:
    """Of all files of a folder, in order. Raises KnowledgeError, with the line, where one is no YAML."""
    out = []
    for path in sorted(folder.glob("*.yaml")):
        file = read_yaml(path)
        if file.faults:
            raise KnowledgeError(file.faults)
        for one in file.data["questions"]:
            out.append(Question(file.data["document"], str(one["ask"]), str(one.get("quote", ""))))
    return out


def derived(policies: Mapping[str, str], base: Base, read: Callable[[str], Sequence[str]]) -> list[Question]:
    """Questions of a few words that follow one another in a sentence. ``read``: cuts a text into words."""
    chance = random.Random(SEED)
    by_id = {p.id: p for p in base.policies}
    sentences = [
        (document, s)
        for document, policy_id in sorted(policies.items())
        for clause in by_id[policy_id].clauses
        for s in _SENTENCE.split(clause.text)
        if SENTENCE[0] <= len(s) <= SENTENCE[1]
    ]
    out = []
    for document, sentence in chance.sample(sentences, min(DERIVED_COUNT, len(sentences))):
        words = [w for w in read(sentence) if _CONTENT.fullmatch(w)]
        size = min(chance.randint(*WORDS), len(words))
        if size >= WORDS[0]:
            start = chance.randint(0, len(words) - size)
            out.append(Question(document, "".join(words[start : start + size]), sentence, derived=True))
    return out


def trusted(
    questions: Sequence[tuple[str, bool]], match: Callable[[str], Mapping[str, float] | None]
) -> list[tuple[Mapping[str, float], bool]]:
    """Rows for fit_trust(). ``questions``: each with whether it is for a clause with phrasings.

    ``match``: what there is of TRUST, where such a clause is the best match.
    """
    found = [(match(ask), meant) for ask, meant in questions]
    return [(values, meant) for values, meant in found if values is not None]


def rows(
    questions: Sequence[Question], policies: Mapping[str, str], base: Base, evidence: Evidence, ask: Ask
) -> list[Row]:
    """Every question, asked of its own document and of all, with the signals of its candidates.

    ``policies``: id by the name of a document's file.
    """
    by_id = {p.id: p for p in base.policies}
    out = []
    for named in (True, False):
        for question in questions:
            policy = by_id[policies[question.document]]
            quote = tight(question.quote)
            holding = {f"{policy.id}/{c.id}" for c in policy.clauses if quote and quote in tight(c.title + c.text)}
            found = evidence.signals(ask(question.ask, policy.id if named else ""))[:CANDIDATES]
            right = tuple(n for n, (target, _) in enumerate(found) if target in holding)
            out.append(Row(question.document, named, question.derived, bool(quote), [s for _, s in found], right))
    return [row for row in out if row.signals]


def tight(text: str) -> str:
    """A text without blanks."""
    return _BLANKS.sub("", text)


def fit(found: Sequence[Row]) -> Weights:
    """Maximum likelihood weights, with a ridge towards none; any right candidate will do."""
    x, there, right, share = _arrays(found)
    w = np.zeros(x.shape[2], dtype=np.float32)
    floors = [-np.inf if name in AGAINST | EITHER else FLOORS.get(name, 0.0) for name in SIGNALS]
    least = np.array([*floors, -np.inf])
    most = np.array([0.0 if name in AGAINST else np.inf for name in SIGNALS] + [np.inf])
    moment, second = np.zeros_like(w), np.zeros_like(w)
    for step in range(1, STEPS + 1):
        p = _probabilities(x, there, w)
        wanted = p * right
        wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1e-9)
        grad = np.einsum("n,nk,nkf->f", share, p - wanted, x) + RIDGE * w
        moment += 0.1 * (grad - moment)
        second += 0.01 * (grad * grad - second)
        w -= STEP * (moment / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-9)
        w = np.clip(w, least, most).astype(np.float32)
    return Weights({name: round(float(w[i]), 3) for i, name in enumerate(SIGNALS)}, bias=round(float(w[-1]), 3))


def fit_trust(rows: Sequence[tuple[Mapping[str, float], bool]]) -> dict[str, float]:
    """What the signals of TRUST are worth; see MEANT.

    ``rows``: the signals of the best clause with phrasings, and whether it was meant; see trusted().
    """
    x = np.array([[*(row.get(name, 0.0) for name in TRUST), 1.0] for row, _ in rows])
    meant = np.array([float(is_meant) for _, is_meant in rows])
    share = np.where(meant > 0, MEANT / max(meant.sum(), 1.0), (1.0 - MEANT) / max((1 - meant).sum(), 1.0))
    w = np.zeros(x.shape[1])
    for _ in range(NEWTON):
        p = 1.0 / (1.0 + np.exp(-(x @ w)))
        slope = x.T @ (share * (p - meant)) + RIDGE * w
        curve = (x * (share * p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(len(w))
        w -= np.linalg.solve(curve, slope)
    return {name: round(float(value), 3) for name, value in zip((*TRUST, "bias"), w, strict=True)}


def report(found: Sequence[Row]) -> str:
    """How weights do that were fitted without the documents that are asked."""
    documents = sorted({row.document for row in found})
    half = len(documents) // 2
    lines = [
        "Fitted by `policybot tune evidence` on people's questions on documents without phrasings (tests/fitting)."
    ]
    for name, groups in (
        ("documents held out", [documents[n::FOLDS] for n in range(FOLDS)]),
        ("halves held out, each by a writer of its own", [documents[:half], documents[half:]]),
    ):
        held = [(row, p) for group in groups for row, p in held_out(found, set(group))]
        for named in (True, False):
            lines.append(f"  {name}; {'the document named' if named else 'all documents'}:")
            lines += _said([(row, p) for row, p in held if row.named is named and not row.derived])
    return "\n".join(lines)


def held_out(found: Sequence[Row], group: set[str]) -> Iterator[tuple[Row, Floats]]:
    """Questions on some documents, with the probabilities by weights fitted on all others; none of them last."""
    weights = fit([row for row in found if row.document not in group])
    asked = [row for row in found if row.document in group]
    x, there, _, _ = _arrays(asked)
    w = np.array([*(weights.signal[s] for s in SIGNALS), weights.bias], dtype=np.float32)
    yield from zip(asked, _probabilities(x, there, w), strict=True)


def _said(held: Sequence[tuple[Row, Floats]]) -> Iterator[str]:
    inside = [(row, p) for row, p in held if row.inside]
    outside = [p for row, p in held if not row.inside]
    order = [(row, np.argsort(-p[:-1])) for row, p in inside]
    first, three = (np.mean([bool(set(row.right) & set(o[:n].tolist())) for row, o in order]) for n in (1, 3))
    yield f"    right clause first {first:.3f}, among three {three:.3f} of {len(inside)} questions"
    for least in SURENESS:
        sure = [(p[:-1].max() >= least, int(p[:-1].argmax()) in row.right) for row, p in inside]
        right, wrong = (np.mean([s and r is want for s, r in sure]) for want in (True, False))
        leaks = np.mean([p[:-1].max() >= least for p in outside])
        none = f"where there is none {leaks:.3f} of {len(outside)}"
        yield f"    from {least}: right {right:.3f}, another {wrong:.3f}; {none}"


def _arrays(found: Sequence[Row]) -> tuple[Floats, Floats, Floats, Floats]:
    """(questions, candidates and none, signals and one), which candidates there are, the right ones, shares."""
    n, k = len(found), CANDIDATES + 1
    x = np.zeros((n, k, len(SIGNALS) + 1), dtype=np.float32)
    there, right = np.zeros((n, k), dtype=np.float32), np.zeros((n, k), dtype=np.float32)
    share = np.zeros(n, dtype=np.float32)
    kinds = [(row.inside, row.derived) for row in found]
    shares = {(True, False): INSIDE, (True, True): DERIVED, (False, False): 1.0 - INSIDE - DERIVED}
    for i, row in enumerate(found):
        for j, signals in enumerate(row.signals):
            x[i, j] = [*(signals[name] for name in SIGNALS), 1.0]
            there[i, j] = 1.0
        there[i, -1] = 1.0
        right[i, list(row.right) or [-1]] = 1.0
        share[i] = shares[kinds[i]] / kinds.count(kinds[i])
    return x, there, right, share / share.sum()


def _probabilities(x: Floats, there: Floats, w: Floats) -> Floats:
    utility = np.where(there > 0, x @ w, -1e9)
    p = np.exp(utility - utility.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return p  # type: ignore[no-any-return]


def save(weights: Weights, root: Path, said: str) -> None:
    """Write evidence.yaml with the report above it, as comments."""
    lines = [f"# {line}".rstrip() for line in said.splitlines()]
    lines.append("signal:")
    lines += [f"  {name}: {value}" for name, value in weights.signal.items()]
    lines.append(f"bias: {weights.bias}")
    lines.append("taught:")
    lines += [f"  {name}: {value}" for name, value in weights.taught.items()]
    (root / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
