"""Document numbers: those that the base holds or cites, and ones in a question that it knows nothing of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from knowledge.fold import fold, fold_whole
from knowledge.model import Policy

_NUMBER = re.compile(
    r"(?P<code>[一-鿿]{1,16})\s*[\[(<《]\s*(?P<year>(?:19|20)\d\d)\s*[\])>》]\s*第?\s*(?P<n>\d{1,4})\s*号"
)
"""As printed, with brackets around the year: without them 2023年1号 is a date or a building."""
_LEADING = re.compile(r"^.*?(?:请问|根据|按照|依据|关于|是不是|有没有|我想问|想问|查一下|查|按|和|与|那)(?=[一-鿿]{2})")


class Citations:
    """Numbers that stand anywhere in the base. Read when a question first has one."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._policies = tuple(policies)

    def unknown(self, question: str) -> str:
        """A number in a folded question of a document that no text of the base names; empty when there is none."""
        for match in _NUMBER.finditer(question):
            codes = self._known.get((match["year"], int(match["n"])), ())
            if not any(match["code"].endswith(code) or code.endswith(match["code"]) for code in codes):
                code = _LEADING.sub("", match["code"])
                return f"{code}〔{match['year']}〕{int(match['n'])}号"
        return ""

    @cached_property
    def _known(self) -> dict[tuple[str, int], set[str]]:
        known: dict[tuple[str, int], set[str]] = {}
        for policy in self._policies:
            for text in _texts(policy):
                for match in _NUMBER.finditer(text):
                    known.setdefault((match["year"], int(match["n"])), set()).add(match["code"])
        return known


def _texts(policy: Policy) -> Iterator[str]:
    if policy.number:
        yield fold(policy.number)
    for basis in policy.basis:
        if basis.number:
            yield fold(basis.number)
    for clause in policy.clauses:
        if "号" in clause.text:
            yield fold_whole(clause.text)
