"""For which places a question asks: a document that holds for another city is none that it means."""

from __future__ import annotations

import re

from knowledge.base.contents import Base
from knowledge.text.fold import fold


class PlaceNames:
    """Cities of the documents, and the other places of lexicon/variants."""

    def __init__(self, base: Base) -> None:
        words = base.lexicon.variants
        cities = {fold(policy.city) for policy in base.policies if policy.city}
        known = sorted({*cities, *map(fold, words.elsewhere)}, key=lambda name: (-len(name), name))
        self._places = re.compile("|".join(map(re.escape, known)) or "(?!)")
        self._to = re.compile(f"(?:{'|'.join(base.lexicon.talk.places.comes_to) or '(?!)'})({self._places.pattern})")
        self._comes = re.compile("|".join(re.escape(fold(word)) for word in words.moves) or "(?!)")

    def asked_for(self, plain: str) -> frozenset[str]:
        """The places that a plain question names; where somebody moves, only the one moved to (搬来江城)."""
        found = frozenset(self._places.findall(plain))
        return frozenset(self._to.findall(plain)) if found and self._comes.search(plain) else found
