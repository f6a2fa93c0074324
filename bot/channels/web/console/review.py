"""A draft as it is looked over: the file's text beside what was recognised, quotations marked where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.base.card import part_names
from knowledge.base.document import Clause, Policy


@dataclass(frozen=True)
class Piece:
    """Some text of a clause, and what quotes it."""

    text: str
    figure: bool = False
    parts: str = ""
    """Names of the parts of its card: 条件、标准; empty for none."""


@dataclass(frozen=True)
class Part:
    """What a clause says of one thing that people ask."""

    label: str
    quotes: Sequence[str]


def pieces(clause: Clause) -> list[Piece]:
    """The clause's text in order, cut wherever a quotation begins or ends."""
    labels, text = part_names(), clause.text
    figures = [_span(text, figure.quote) for figure in clause.figures]
    told = clause.card.said() if clause.card is not None else ()
    said = [(labels[part].label, _span(text, one.quote)) for part, _, one in told]
    ends = {0, len(text), *(end for span in (*figures, *(span for _, span in said)) for end in span)}
    cuts = sorted(ends)
    found = []
    for start, end in pairwise(cuts):
        figure = any(a <= start and end <= b for a, b in figures)
        parts = dict.fromkeys(label for label, (a, b) in said if a <= start and end <= b)
        found.append(Piece(text[start:end], figure, "、".join(parts)))
    return found


def _span(text: str, quote: str) -> tuple[int, int]:
    at = text.find(quote)
    return (at, at + len(quote)) if at >= 0 else (0, 0)


def parts(clause: Clause) -> list[Part]:
    """The clause's card, part by part; those of which it says nothing are left out."""
    if clause.card is None:
        return []
    told = [(name.label, clause.card.part(part)) for part, name in part_names().items()]
    return [Part(label, [one.quote for one in said]) for label, said in told if said]


@dataclass(frozen=True)
class Passage:
    """Some of the file's text."""

    text: str
    clause: int
    """Number of the clause, from 1, that it became; 0: none."""


def passages(source: str, policy: Policy) -> list[Passage]:
    """The whole text of the file, cut into what became a clause and what did not."""
    found, end = [], 0
    for number, clause in enumerate(policy.clauses, 1):
        at = source.find(clause.text, end)
        if at >= 0:
            found += [Passage(source[end:at], 0), Passage(clause.text, number)]
            end = at + len(clause.text)
    return [one for one in (*found, Passage(source[end:], 0)) if one.text.strip()]
