"""Documents by number or 《title》: those that the base holds or cites, and ones that it knows nothing of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from rapidfuzz import fuzz

from bot.engine.values.thresholds import CITED_ALIKE
from knowledge.base.document import Policy
from knowledge.text.fold import fold_whole, key

_NUMBER = re.compile(
    r"(?P<code>[一-鿿]{1,16})\s*[\[(<《]\s*(?P<year>(?:19|20)\d\d)\s*[\])>》]\s*第?\s*(?P<n>\d{1,4})\s*号"
)
"""As printed, with brackets around the year: without them 2023年1号 is a date or a building."""
_LEADING = re.compile(r"^.*?(?:请问|根据|按照|依据|关于|是不是|有没有|我想问|想问|查一下|查|按|和|与|那)(?=[一-鿿]{2})")
_TITLE = re.compile(r"《([^《》]{4,60}(?:意见|办法|措施|通知|方案|规定|规划|计划|条例|细则|决定|政策|纲要))》")


class Citations:
    """Numbers and titles that stand anywhere in the base. Read when a question first has one."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._policies = tuple(policies)

    @staticmethod
    def stand_in(text: str) -> bool:
        """Whether a text cites a document by number."""
        return _NUMBER.search(fold_whole(text)) is not None

    def unknown(self, question: str) -> str:
        """A number or title in a folded question of a document that no text of the base names; empty: none."""
        for match in _NUMBER.finditer(question):
            codes = self._known.get((match["year"], int(match["n"])), ())
            if not any(match["code"].endswith(code) or code.endswith(match["code"]) for code in codes):
                code = _LEADING.sub("", match["code"])
                return f"{code}〔{match['year']}〕{int(match['n'])}号"
        for match in _TITLE.finditer(question):
            wanted = key(match[1])
            if (
                all(fuzz.partial_ratio(wanted, name) < CITED_ALIKE for name in self._names)
                and wanted not in self._letters
            ):
                return f"《{match[1]}》"
        return ""

    @cached_property
    def _names(self) -> list[str]:
        return [key(n) for p in self._policies for n in (p.display_name, p.title or "", *p.short_names) if n]

    @cached_property
    def _letters(self) -> str:
        return "\n".join(key(text) for policy in self._policies for text in _texts(policy, "《"))

    @cached_property
    def _known(self) -> dict[tuple[str, int], set[str]]:
        known: dict[tuple[str, int], set[str]] = {}
        for policy in self._policies:
            for text in _texts(policy, "号"):
                for match in _NUMBER.finditer(text):
                    known.setdefault((match["year"], int(match["n"])), set()).add(match["code"])
        return known


def _texts(policy: Policy, mark: str) -> Iterator[str]:
    """The folded texts of a policy that hold a character."""
    basis = (text for b in policy.basis for text in (b.title, b.number))
    clauses = (clause.text for clause in policy.clauses)
    for text in (policy.number, *policy.masthead, policy.preamble, *basis, *clauses):
        if text and (mark in text or text == policy.number):
            yield fold_whole(text)
