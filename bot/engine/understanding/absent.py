"""What people ask that documents seldom say: a person's name, a telephone, a website (lexicon/talk.yaml, absent)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.engine.understanding.patterns import pattern
from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.thresholds import SHORT

LONGEST = 2 * SHORT
"""Characters of the longest question; a longer one has another subject."""


@dataclass(frozen=True)
class Particular:
    """One thing that is asked, and what texts that say it hold."""

    name: str
    """As lexicon/talk.yaml and the replies call it: phone."""
    asks: re.Pattern[str]
    unless: re.Pattern[str]
    around: re.Pattern[str]
    says: re.Pattern[str]


class Particulars:
    """Reads questions for them."""

    def __init__(self, understanding: Understanding) -> None:
        self._document = pattern(understanding.talk.follow_up.this_document)
        self._known = [
            Particular(name, pattern(one.asks), pattern(one.unless), pattern(one.around), pattern(one.says))
            for name, one in understanding.talk.absent.items()
        ]

    def asked(self, question: Question) -> tuple[Sequence[Particular], str]:
        """(those that are asked for, what the question says besides)."""
        text = question.reading.folded
        if len(text) > LONGEST:
            return (), text
        found = [one for one in self._known if one.asks.search(text) and not one.unless.search(text)]
        rest = self._document.sub(" ", text)
        for one in found:
            rest = one.around.sub(" ", one.asks.sub(" ", rest))
        return found, rest.strip()
