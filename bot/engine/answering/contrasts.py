"""Which of several figures a question means that names one of cases that exclude one another: 省级的, 不是头一回."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.engine.understanding.patterns import pattern
from knowledge.base.document import Clause, Figure
from knowledge.base.lexicon import Lexicon
from knowledge.text.fold import fold

_STOP = re.compile(r"[，,、；;。（(]")
_PIECE = re.compile(r"[;。；\n]")


class Contrasts:
    """Looks up lexicon/contrasts.yaml. Pure."""

    def __init__(self, lexicon: Lexicon) -> None:
        data = lexicon.contrasts
        self._groups = [{name: pattern(says) for name, says in group.items()} for group in data.contrasts.values()]
        self._denied = re.compile(f"(?:{pattern(data.denied).pattern})[^,.;?!]{{0,2}}$")

    def narrowed(self, clause: Clause, figures: Sequence[Figure], text: str) -> list[Figure]:
        """Without those of other cases than a text names, and of those that it denies; all where none would be left."""
        left, plain = list(figures), fold(text)
        for group in self._groups:
            named, denied = self._said(group, plain)
            if not named and not denied:
                continue
            cases = {figure.id: self._case(group, clause, figure) for figure in left}
            kept = [figure for figure in left if _may_be_meant(cases[figure.id], named, denied - named)]
            left = kept or left
        return left

    def _said(self, group: Mapping[str, re.Pattern[str]], plain: str) -> tuple[set[str], set[str]]:
        """(cases that a text names, cases that it denies)."""
        named: set[str] = set()
        denied: set[str] = set()
        for name, says in group.items():
            for found in says.finditer(plain):
                (denied if self._denied.search(plain[: found.start()]) else named).add(name)
        return named, denied

    def _case(self, group: Mapping[str, re.Pattern[str]], clause: Clause, figure: Figure) -> set[str]:
        """The cases that a figure is for: as its own case says, else what it counts (100家以上省级平台), else the words
        of its sentence that stand before it.
        """
        texts = (figure.case or "", _counted(figure), before(clause, figure))
        return next(filter(None, (self._said(group, fold(text))[0] for text in texts)), set())


def _may_be_meant(cases: set[str], named: set[str], denied: set[str]) -> bool:
    """Whether a figure for these cases is for one that is named; where none is, for none that is denied."""
    return bool(cases & named) or not (cases & denied or (cases and named))


def _counted(figure: Figure) -> str:
    """The words behind a figure that is no money, up to a stop."""
    return "" if figure.is_money else _STOP.split(figure.quote.partition(figure.text)[2])[0]


def before(clause: Clause, figure: Figure) -> str:
    """The words of its sentence, or of a part between semicolons, that stand before a figure."""
    at = max(clause.text.find(figure.quote), 0)
    amount = max(figure.quote.find(figure.text), 0)
    return _PIECE.split(clause.text[: at + amount])[-1]
