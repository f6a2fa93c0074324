"""Whose documents a question asks for: a place's (江城的, 苏州那份), or those that a body issued (科技部发的).

Names come from the documents themselves: the city for which one holds, the province with which its title or issuer
begins, its issuer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from knowledge.base.document import Policy
from knowledge.text.fold import fold
from knowledge.text.phrases import Phrases

_PROVINCE = re.compile(
    r"^(?:关于(?:印发|发布|公布))?[《“\"]?(?P<name>[一-鿿]{2,3}?)(?:省|自治区)(?![一-鿿]{0,3}(?:级|际))"
)
_ISSUED = r"(?:发|印发|出台|制定|下发|发布|公布)的"
_KIND = r"(?:文件|政策|通知|意见|办法|措施|方案|规定|文)"
_POINTING = re.compile(
    rf"(?:{_ISSUED}|[那这]边的?|的)?(?:(?:[那这]一?[份个部项件])(?:{_KIND}(?!是|规定))?|{_KIND}(?=$|[^一-鿿]|[有还是已的里能现什到过]))"
    rf"|{_ISSUED}"
)
"""What stands behind a name when documents are meant: 那份, 的文件, 印发的通知."""
_TOGETHER = re.compile(r"\s*(?:市|省)?\s*(?:和|与|跟|同|及|以及|还有|,|、|比|对比|vs)\s*")


@dataclass(frozen=True)
class Whose:
    """A place or body that a question names."""

    name: str
    """As known: 江城, 国务院办公厅."""
    policies: tuple[str, ...]
    """Ids of its documents."""
    start: int
    end: int
    """Where it stands in the question, with the words that point at documents."""
    pointed: bool
    """Whether words behind it say that documents are meant."""


class Regions:
    """Places and issuing bodies of the documents, ready to look up."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        places: dict[str, list[str]] = {}
        bodies: dict[str, list[str]] = {}
        for policy in policies:
            name = region(policy)
            if name:
                places.setdefault(fold(name), []).append(policy.id)
            for body in _bodies(policy):
                bodies.setdefault(fold(body), []).append(policy.id)
        self._owners = {**bodies, **places}
        self._places = frozenset(places)
        called = {name: name for name in self._owners}
        called |= {f"{name}{kind}": name for name in places for kind in "市省" if f"{name}{kind}" not in called}
        self._phrases = Phrases(called)

    def find(self, folded: str) -> list[Whose]:
        """The places, and the bodies whose documents are pointed at, in the order of the question."""
        out = []
        for found in self._phrases.scan(folded):
            behind = _POINTING.match(folded, found.end)
            if behind is None and found.value not in self._places:
                continue
            end = behind.end() if behind else found.end
            policies = tuple(dict.fromkeys(self._owners[found.value]))
            out.append(Whose(found.value, policies, found.start, end, behind is not None))
        return out

    def one(self, folded: str) -> Whose | None:
        """The only place or body that the question names."""
        found = self.find(folded)
        return found[0] if len({w.policies for w in found}) == 1 else None

    def apart(self, folded: str) -> list[tuple[str, str]]:
        """(name, the question with that name alone) for places named side by side: 江城和苏州的补贴."""
        found = self.find(folded)
        for first, second in pairwise(found):
            between = folded[first.end : second.start]
            if first.policies != second.policies and _TOGETHER.fullmatch(between):
                head, tail = folded[: first.start], folded[second.end :]
                said = folded[second.start : second.end].removeprefix(second.name)
                return [(w.name, f"{head}{w.name}{said}{tail}") for w in (first, second)]
        return []


def region(policy: Policy) -> str | None:
    """The place whose document it is: its city, else the province that its title or issuer begins with."""
    if policy.city:
        return policy.city
    for words in (policy.issuer, policy.title, policy.display_name):
        if words and (found := _PROVINCE.match(words)):
            return found["name"]
    return None


def without(folded: str, whose: Whose) -> str:
    """The question without the name and the words that point at documents."""
    return f"{folded[: whose.start]} {folded[whose.end :].lstrip('的')}".strip()


def _bodies(policy: Policy) -> list[str]:
    """Its issuers as people write them, with and without the name of their city."""
    if not policy.issuer:
        return []
    out = []
    for body in re.split(r"[、,，]", policy.issuer):
        name = re.sub(r"\s+", "", body)
        short = name.removeprefix(policy.city) if policy.city else name
        out += [n for n in dict.fromkeys((name, short, short.removeprefix("市"))) if len(n) > 2]
    return out
