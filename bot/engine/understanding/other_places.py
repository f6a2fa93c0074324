"""Another city or province whose own policy is asked for; not one from which somebody comes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.engine.documents.issuers import region
from bot.engine.understanding.patterns import pattern
from knowledge.base.contents import Base
from knowledge.text.fold import fold

_LEVEL = "(?:市|省)?"


class OtherPlaces:
    """Finds them; the words for it come from lexicon/variants (the documents' own too) and lexicon/talk.yaml."""

    def __init__(self, base: Base) -> None:
        talk, words = base.lexicon.talk.places, base.lexicon.variants
        self._cities = tuple({fold(name) for policy in base.policies if (name := region(policy))})
        known = sorted(map(fold, words.elsewhere), key=len, reverse=True)
        places = _any(map(re.escape, known))
        self._of = re.compile(rf"(?P<place>{places}){_LEVEL}(?=的?(?:{_any(_escaped(words.whose))}))")
        self._comes = pattern(_escaped(words.moves))
        self._leaves = re.compile(
            rf"(?:{_any(talk.leaves)})(?P<to>{places})|(?<!从)(?P<there>{places}){_LEVEL}(?:{_any(talk.left)})"
        )
        self._last = re.compile(rf"(?P<place>{places}){_LEVEL}$")

    def find(self, plain: str, unit_starts: Iterable[int]) -> str:
        """The place whose policy a plain question asks for; empty: none.

        ``unit_starts``: where units are named in it, which a place may stand before (深圳市科技局).
        """
        leaves = self._leaves.search(plain)
        if leaves and leaves["to"]:  # 武汉的高企搬到长沙去: wherever it leaves
            return leaves["to"]
        if any(city in plain for city in self._cities):
            return ""
        if leaves:
            return leaves["there"]
        ahead = (self._last.search(plain[:start]) for start in unit_starts)
        match = self._of.search(plain) or next((found for found in ahead if found is not None), None)
        return "" if match is None or self._comes.search(plain) else match["place"]


def _escaped(words: Iterable[str]) -> list[str]:
    return [re.escape(fold(word)) for word in words]


def _any(expressions: Iterable[str]) -> str:
    return "|".join(expressions) or "(?!)"
