"""Whether a quotation of a policy is true: exact, or what it was probably made from and where it differs, or nothing.

White space does not count, nor do quotation marks around the whole. Everything else does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, Literal

from rapidfuzz import fuzz

from bot.engine.documents.library import Library
from knowledge.base.document import Policy

LONGEST = 2_000
"""Characters of a quotation."""
LEAST = 60.0
"""Likeness, of a hundred, from which a text is told as the nearest; below it is another text."""
CANDIDATES = 12
"""Clauses that are compared closely."""
_MARKS = "「」『』“”\"'‘’《》"
_SPACE = re.compile(r"\s+")
_ENDS = "。！？；;\n"


@dataclass(frozen=True)
class Verdict:
    """What became of a quotation."""

    result: Literal["exact", "nearest", "none"]
    policy: str | None = None
    clause: str | None = None
    """None for what stands outside the clauses, such as the preamble."""
    text: str | None = None
    """The document's words, verbatim."""
    difference: list[dict[str, str]] = field(default_factory=list)
    """What was quoted otherwise, in order: {"quoted", "original"}; one of them is empty where words are missing."""

    def to_json(self) -> dict[str, Any]:
        """As the API gives it."""
        return dict(vars(self))


@dataclass(frozen=True)
class _Text:
    policy: str
    clause: str | None
    text: str

    @cached_property
    def squeezed(self) -> str:
        return _SPACE.sub("", self.text)

    @cached_property
    def pairs(self) -> frozenset[str]:
        return frozenset(_pairs(self.squeezed))

    def verbatim(self, start: int, end: int) -> str:
        """The words between two places of the squeezed text, as they are printed."""
        places = [n for n, ch in enumerate(self.text) if not ch.isspace()]
        return self.text[places[start] : places[end - 1] + 1]


class Quotations:
    """Compares with one base."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @cached_property
    def _texts(self) -> Sequence[_Text]:
        ordered = (self._library.by_id[p] for p in self._library.ordered(self._library.by_id))
        return [text for policy in ordered for text in _of(policy) if text.squeezed]

    @cached_property
    def _held(self) -> Counter[str]:
        """In how many texts each pair of characters stands."""
        return Counter(pair for text in self._texts for pair in text.pairs)

    def verify(self, quote: str) -> Verdict:
        """What became of it; ``quote``: at most LONGEST characters."""
        asked = _SPACE.sub("", quote).strip(_MARKS)
        if not asked:
            return Verdict("none")
        for text in self._texts:
            at = text.squeezed.find(asked)
            if at >= 0:
                return Verdict("exact", text.policy, text.clause, text.verbatim(at, at + len(asked)))
        return self._nearest(asked)

    def _nearest(self, asked: str) -> Verdict:
        best, found, span = LEAST, None, (0, 0)
        for text in self._candidates(asked):
            alike = fuzz.partial_ratio_alignment(asked, text.squeezed, score_cutoff=best)
            if alike is None or alike.score < best or (found is not None and alike.score == best):
                continue
            start, end = (
                (alike.dest_start, alike.dest_end) if len(asked) <= len(text.squeezed) else (0, len(text.squeezed))
            )
            best, found, span = alike.score, text, (start, end)
        if found is None or len(asked) > 3 * len(found.squeezed):
            return Verdict("none")
        start, end = _whole(found.squeezed, *_fitted(asked, found.squeezed, *span), len(asked))
        original = found.squeezed[start:end]
        return Verdict("nearest", found.policy, found.clause, found.verbatim(start, end), _difference(asked, original))

    def _candidates(self, asked: str) -> list[_Text]:
        """The texts that share most with it, what is rare counting more."""
        wanted = set(_pairs(asked))
        scored = []
        for n, text in enumerate(self._texts):
            shared = wanted & text.pairs
            if shared:
                scored.append((-sum(1.0 / self._held[pair] for pair in shared) - 0.01 * len(shared), n))
        return [self._texts[n] for _, n in sorted(scored)[:CANDIDATES]]


def _of(policy: Policy) -> Iterator[_Text]:
    for clause in policy.clauses:
        yield _Text(policy.id, clause.id, clause.text)
    around = (policy.title, policy.preamble, policy.closing, *policy.masthead, *policy.signature)
    headings = (section.heading for section in policy.all_sections)
    for text in (*around, *headings, *(a.preamble for a in policy.attachments)):
        if text:
            yield _Text(policy.id, None, text)


def _pairs(text: str) -> Iterator[str]:
    return (text[n : n + 2] for n in range(len(text) - 1))


def _fitted(asked: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The window moved so that it begins and ends where the two really meet."""
    wide = max(0, start - len(asked)), min(len(text), end + len(asked))
    blocks = [
        b for b in SequenceMatcher(None, text[slice(*wide)], asked, autojunk=False).get_matching_blocks() if b.size > 1
    ]
    inside = [b for b in blocks if start - 8 <= wide[0] + b.a <= end + 8]
    if not inside:
        return start, end
    first, last = inside[0], inside[-1]
    begun = wide[0] + first.a - first.b
    ended = wide[0] + last.a + last.size + (len(asked) - last.b - last.size)
    return max(0, min(begun, wide[0] + first.a)), min(len(text), max(ended, wide[0] + last.a + last.size))


def _whole(text: str, start: int, end: int, length: int) -> tuple[int, int]:
    """Up to the ends of the sentences where these are near: a part of a word says little."""
    reach = max(6, length // 4)
    before = max((text.rfind(ch, 0, start) for ch in _ENDS), default=-1) + 1
    last = max(text.rfind(ch, start, end) for ch in _ENDS)
    if 0 < end - last - 1 <= 3 and last > start:  # a beginning of the next sentence
        end = last + 1
    after = min((at for ch in _ENDS if (at := text.find(ch, max(start, end - 1))) >= 0), default=len(text) - 1) + 1
    return (before if start - before <= reach else start), (after if 0 <= after - end <= reach else end)


def _difference(asked: str, original: str) -> list[dict[str, str]]:
    found = SequenceMatcher(None, asked, original, autojunk=False).get_opcodes()
    return [{"quoted": asked[a:b], "original": original[c:d]} for kind, a, b, c, d in found if kind != "equal"]
