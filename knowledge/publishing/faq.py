"""The base as a table of questions and answers: how people ask, and the clause that answers, verbatim."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.base.card import part_names
from knowledge.base.document import Clause, Policy
from knowledge.base.phrasings import Phrasings
from knowledge.files.table import safe
from knowledge.text.fold import key

COLUMNS = ("question", "answer", "units", "place", "clause", "policy", "validity", "state", "part", "points")
"""``answer`` is the whole clause, ``place`` its printed number and title, ``validity`` the document's own sentence,
``state`` as model.State on the day of the export. A row for a part of a clause's card (材料, 程序, …) has the
part's name and the addresses of the points that say it; its answer is their words, a line each."""


def to_csv(policies: Sequence[tuple[Policy, Phrasings]], on: date, every: bool = False, mark: bool = True) -> bytes:
    """The table as UTF-8; ``every``: all phrasings instead of one a writer and clause.

    ``mark``: a byte order mark in front, without which Excel spoils the Chinese.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for policy, asked in policies:
        writer.writerows([safe(cell) for cell in row] for row in rows(policy, asked, on, every))
    return out.getvalue().encode("utf-8-sig" if mark else "utf-8")


def rows(policy: Policy, asked: Phrasings, on: date, every: bool) -> Iterator[tuple[str, ...]]:
    """A row for each question in COLUMNS, and one for each part of a card.

    A clause about which nobody has asked yet has its title for a question.
    """
    for clause in policy.clauses:
        placed = (
            "、".join(clause.unit_names),
            " ".join(filter(None, (clause.number, clause.title if clause.titled else None))),
            clause.id,
            policy.id,
            policy.validity.quote or "",
            policy.state(on),
        )
        for question in _questions(clause, asked, every) or [clause.title]:
            yield (question, clause.text, *placed, "", "")
        for question, answer, part, points in _of_card(clause):
            yield (question, answer, *placed, part, points)


def _of_card(clause: Clause) -> Iterator[tuple[str, str, str, str]]:
    """Question, answer, name and points of each part that the clause's card fills."""
    for part, name in part_names().items():
        if said := clause.card.part(part) if clause.card else ():
            points = dict.fromkeys(f"{clause.id}.{one.point}" if one.point else clause.id for one in said)
            question = name.ask.format(title=clause.title)
            yield question, "\n".join(one.quote for one in said), name.label, " ".join(points)


def _questions(clause: Clause, asked: Phrasings, every: bool) -> list[str]:
    by_writer = {writer: list(lines) for writer, lines in asked.clauses.get(clause.id, {}).items()}
    for name, figure in asked.figures.items():
        if name.split("/")[0] == clause.id:
            for writer, lines in figure.ask.items():
                by_writer.setdefault(writer, []).extend(lines)
    chosen = [q for lines in by_writer.values() if lines for q in (lines if every else [_typical(lines)])]
    return list({key(question): question for question in reversed(chosen)}.values())[::-1]


def _typical(lines: Sequence[str]) -> str:
    """The phrasing that is most like the writer's others; the first of several."""
    keys = [key(line) for line in lines]
    alike = process.cdist(keys, keys, scorer=fuzz.ratio, dtype=np.float64)
    return lines[int(alike.sum(axis=1).argmax())]
