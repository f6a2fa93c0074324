"""How people ask about one policy."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field

from knowledge.base.record import ClauseId, Record, Text

TAUGHT = "taught"
"""The writer under whom the phrasings stand that staff taught the running bot (overlay.py)."""


IMPORTED = "faq-"
"""What the name of a writer begins with whose phrasings come from a table of questions and answers."""


InfoTopic = Literal[
    "validity",
    "effective",
    "basis",
    "addressees",
    "purpose",
    "structure",
    "definition",
    "units",
    "number",
    "issuer",
    "published",
    "goals",
    "leads",
    "interprets",
    "review",
]
"""What people ask about a document as a whole."""


class FigureAsked(Record):
    """How people ask for one figure."""

    subject: tuple[Text, ...] = Field(min_length=1)
    """Words of which one must be in the question (or in what is talked about) before the figure is put forward."""
    case: tuple[Text, ...] = ()
    """Words of which one tells this figure from its siblings; none: it goes with its subject."""
    unless: tuple[Text, ...] = ()
    """Words that speak against this figure though its case fits."""
    against: tuple[Text, ...] = ()
    """Words that speak against the case's own condition: then all cases are shown, for the reader to judge."""
    also: tuple[Text, ...] = ()
    """Words by which the case is told so plainly that it is meant beside another one: 搬来的,又是首次认定."""
    others: tuple[Text, ...] = ()
    """Words for somebody or something else: a question with one of them is not about this figure at all."""
    mask: tuple[Text, ...] = ()
    """Names that contain a subject word without meaning it (高企园 for 高企), taken out before it is looked for."""
    ask: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    """Questions by writer."""


class Misreading(Record):
    """A wrong belief about a clause that people have, and the words that correct it."""

    clause: ClauseId
    all: tuple[tuple[Text, ...], ...] = Field(min_length=1)
    """It is met when of each group one word is in the question."""
    unless: tuple[Text, ...] = ()
    quote: Text
    """What the clause says, verbatim."""


class Phrasings(Record):
    """How people ask about one policy: what the engine learns from. Each list is kept by writer (see CONTRIBUTING).

    A policy without them is found by its own words alone.
    """

    clauses: dict[ClauseId, dict[str, tuple[Text, ...]]] = Field(default_factory=dict)
    figures: dict[str, FigureAsked] = Field(default_factory=dict)
    """By clause and figure id: 4.2/first."""
    info: dict[InfoTopic, dict[str, tuple[Text, ...]]] = Field(default_factory=dict)
    misreadings: tuple[Misreading, ...] = ()

    @property
    def written(self) -> bool:
        """Whether somebody has set out to write down how people ask, clause by clause, not taught or imported some."""
        by_writer = [*self.clauses.values(), *(figure.ask for figure in self.figures.values()), *self.info.values()]
        return bool(self.misreadings) or any(
            writer != TAUGHT and not writer.startswith(IMPORTED) for writers in by_writer for writer in writers
        )


ALIKE = 92
"""RapidFuzz ratio from which two phrasings are near copies."""


_BLANKS = re.compile(r"\s+")


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def tidy(ask: str) -> str:
    """A phrasing on one line, without characters that can't be seen."""
    return _BLANKS.sub(" ", _CONTROL.sub("", ask)).strip()


MIN_CHARS = 5
"""Shorter phrasings are alike without being copies."""


LONGEST = 200
"""Characters of a phrasing; more is a story of several things."""
