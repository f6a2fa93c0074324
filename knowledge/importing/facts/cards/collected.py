"""The quotes that were found for the parts of a card, each in the smallest point that holds it."""

from __future__ import annotations

import re

from knowledge.base.card import Part, Said
from knowledge.base.document import Clause
from knowledge.base.points import around
from knowledge.importing.facts.spans import Stretch
from knowledge.text.printed import View

_WORDS = re.compile(r"[一-鿿]")


class Collected:
    """Quotes by part, each in its point, none inside another of its part."""

    def __init__(self, clause: Clause, view: View) -> None:
        self.clause, self.view = clause, view
        self.found: dict[Part, list[Stretch]] = {}

    def add(self, part: Part, span: Stretch) -> None:
        """Add a stretch of the view, where no longer one of that part holds it."""
        span = self._trimmed(span)
        own = self.found.setdefault(part, [])
        words_ = self.view.text[slice(*span)]
        if span[1] - span[0] < 2 or (part != "phone" and not _WORDS.search(words_)):
            return
        if any(a <= span[0] and span[1] <= b for a, b in own):
            return
        own[:] = [(a, b) for a, b in own if not (span[0] <= a and b <= span[1])]
        own.append(span)

    def _trimmed(self, span: Stretch) -> Stretch:
        """Without the 的 that leads on to what follows."""
        start, end = span
        return start, end - 1 if self.view.text[end - 1] == "的" else end

    def said(self, part: Part) -> tuple[Said, ...]:
        """What was found for the part, in printed order."""
        return tuple(dict.fromkeys(self._said(span) for span in sorted(self.found.get(part, ()))))

    def _said(self, span: Stretch) -> Said:
        start, end = self.view.offset(span[0]), self.view.offset(span[1] - 1) + 1
        point = around(self.clause.points, start, end)
        return Said(quote=self.clause.text[start:end], point=point.address if point else None)
