"""Which of a clause's caps a turn means: 有上限吗, 省里的最高呢.

A turn names a case by a character or two; what all figures share tells nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from knowledge.base.document import Clause, Figure
from knowledge.text.fold import fold

_PERCENT = frozenset({"%", "‰"})
_TOKEN = re.compile(r"[a-z0-9.]+|[一-鿿]+")
_CLAUSE = re.compile(r"[。;；]")


def told_apart(figures: Sequence[Figure], said: str, least: int = 2) -> tuple[Figure, ...]:
    """The figures whose own words the text names most; none where it names what all have, or nothing.

    ``least``: characters in words of theirs, that not all have, that it must name.
    """
    grams = _grams(said)
    own = [_grams(_own_words(f)) for f in figures]
    held = Counter(gram for words in own for gram in words)
    scores = [sum(len(g) for g in grams & words if held[g] < len(figures) or len(figures) == 1) for words in own]
    most = max(scores, default=0)
    return tuple(f for f, score in zip(figures, scores, strict=True) if score == most and most >= least)


def _own_words(figure: Figure) -> str:
    """Its case; of a quote that tells of others before it, what stands last."""
    last = _CLAUSE.split(figure.quote)[-1]
    return f"{figure.case or ''} {figure.subject or ''} {last}" if figure.case is None else figure.case


def _grams(text: str) -> frozenset[str]:
    """Words of letters and digits, pairs of characters, and single ones."""
    out: set[str] = set()
    for token in _TOKEN.findall(fold(text)):
        if token[0] < "一":
            out.add(token)
        else:
            out |= {*token, *(token[i : i + 2] for i in range(len(token) - 1))}
    return frozenset(out) - _SAY_NOTHING


_SAY_NOTHING = frozenset("那我你他她它呢吗的了是有多少几个一要能给得还又也就都在不这和按补奖助对为")
"""Characters of asking, not of a case."""


def is_cap(figure: Figure) -> bool:
    """Whether it says how much at most."""
    return figure.cap is not None or (figure.bound == "at_most" and (figure.is_money or figure.unit in _PERCENT))


def caps(clause: Clause, plain: str, said: str, before: Sequence[str]) -> tuple[Figure, ...]:
    """The clause's caps that are meant: those put forward last, those that the turn names, or what was said before."""
    found = tuple(f for f in clause.figures if f.is_money and is_cap(f))
    last = tuple(f for f in found if f.id in before)
    return last or told_apart(found, plain, 1) or told_apart(found, said) or found
