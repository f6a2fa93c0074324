"""Questions that people are shown: those that the documents bring along, else made of their own clauses and units.

What is made is asked first: a question that isn't answered rightly is shown to nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from threading import RLock
from typing import Protocol

from bot.engine.documents.responsible import Responsible
from bot.engine.values.reply import Reply
from bot.engine.values.why import Rule
from bot.replies.texts import Texts
from knowledge.base.document import Clause, Policy

MOST = 5
"""Questions that are shown."""
DOCUMENTS = 5
"""Documents from which questions are made."""
LEAST = 3
"""Questions that are shown where a document has so many."""
TRIED = 4
"""Questions of a kind that are asked before the kind is left out."""
LONGEST = 18
"""Characters of a title that a question may hold: longer ones nobody reads to the end."""
Ask = Callable[[str], Reply]


class Documents(Protocol):
    """What is known of the documents."""

    words: Texts
    many: bool

    @property
    def own_examples(self) -> Mapping[str, tuple[str, ...]]:
        """By policy, the questions that it brings along."""

    def responsible_of(self, policy_id: str) -> Responsible:
        """Who is responsible for the clauses of a policy."""

    def leading(self) -> list[Policy]:
        """The documents, the one that is meant and those that hold first."""


@dataclass(frozen=True)
class Candidate:
    """A question, and what its reply must be."""

    question: str
    fits: Callable[[Reply], bool]


class Examples:
    """The questions of one base, found out when somebody first needs them."""

    def __init__(self, documents: Documents, ask: Ask) -> None:
        self._documents = documents
        self._ask = ask
        self._lock = RLock()
        self._found: tuple[str, ...] | None = None

    @property
    def questions(self) -> tuple[str, ...]:
        """At most MOST; none while they are being found out, for the replies that are tried meanwhile."""
        with self._lock:
            if self._found is None:
                self._found = ()
                self._found = brought(self._documents) or made(self._documents, self._ask)
            return self._found

    @property
    def line(self) -> str:
        """All of them in one line."""
        return " / ".join(self.questions)


def brought(documents: Documents) -> tuple[str, ...]:
    """The questions that documents bring along, those of the first document first."""
    own = documents.own_examples
    return tuple(dict.fromkeys(q for p in documents.leading() for q in own.get(p.id, ())))[:MOST]


def made(documents: Documents, ask: Ask) -> tuple[str, ...]:
    """One question of each kind, each answered rightly by ``ask``; further ones where these are fewer than LEAST."""
    out: list[str] = []
    for kind in kinds(documents):
        out += _first(kind, out, ask)
    for kind in kinds(documents):
        if len(out) < LEAST:
            out += _first(kind, out, ask)
    return tuple(out)[:MOST]


def _first(kind: Iterator[Candidate], known: Sequence[str], ask: Ask) -> list[str]:
    """The first question of a kind, beside those that are known, that is answered rightly; none where none is."""
    tried = (c for c, _ in zip(kind, range(TRIED), strict=False) if c.question not in known)
    return [*islice((c.question for c in tried if c.fits(ask(c.question))), 1)]


def kinds(documents: Documents) -> Iterator[Iterator[Candidate]]:
    """The kinds of questions, each with its candidates, the likeliest first."""
    policies = documents.leading()[:DOCUMENTS]
    clauses = [(policy, clause) for policy in policies for clause in policy.clauses]
    yield (c for policy, clause in clauses for c in _money(documents.words, policy, clause))
    yield (c for policy, clause in clauses for c in _who(documents.words, policy, clause))
    yield (
        c
        for policy in policies
        for unit in documents.responsible_of(policy.id).counts()
        for c in _tasks(documents.words, unit)
    )
    yield (c for policy, clause in clauses for c in _place(policy, clause, documents.many))
    yield (c for policy in policies for c in _validity(documents.words, policy, documents.many))


def _money(words: Texts, policy: Policy, clause: Clause) -> Iterator[Candidate]:
    if not any(figure.kind == "amount" for figure in clause.figures):
        return
    card = clause.card.subject if clause.card is not None else ()
    subjects = [
        *([clause.title] if clause.titled else []),
        *(f.subject for f in clause.figures if f.subject),
        *(said.quote for said in card),
    ]
    for subject in subjects:
        if len(subject) <= LONGEST:
            question = words("made_examples.money", subject=subject)
            yield Candidate(question, lambda reply: _answers(reply, policy, clause) and bool(reply.figures))


def _who(words: Texts, policy: Policy, clause: Clause) -> Iterator[Candidate]:
    if clause.responsible and clause.titled and len(clause.title) <= LONGEST:
        question = words("made_examples.who", subject=clause.title)
        yield Candidate(question, lambda reply: _answers(reply, policy, clause) and bool(reply.units))


def _tasks(words: Texts, unit: str) -> Iterator[Candidate]:
    yield Candidate(
        words("made_examples.tasks", unit=unit), lambda reply: reply.status == "answer" and unit in reply.units
    )


def _place(policy: Policy, clause: Clause, many: bool) -> Iterator[Candidate]:
    number = policy.marker(clause) if policy.articled else clause.number
    if number and not many:
        yield Candidate(number, lambda reply: _answers(reply, policy, clause))


def _validity(words: Texts, policy: Policy, many: bool) -> Iterator[Candidate]:
    named = [*policy.short_names, policy.display_name] if many else [""]
    for name in named:
        question = words("made_examples.validity_of", name=name) if name else words("made_examples.validity")
        yield Candidate(question, lambda reply: reply.info == "validity" and reply.policy == policy.id)


def _answers(reply: Reply, policy: Policy, clause: Clause) -> bool:
    """Whether a reply is surely the clause."""
    first = reply.clauses[0] if reply.clauses and reply.why.rule is not Rule.LIKELIEST else None
    return reply.status == "answer" and first is not None and (first.policy, first.clause) == (policy.id, clause.id)
