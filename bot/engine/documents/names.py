"""Which document a question names: by title, short name, number in any typed form, or a distinctive part of a title.

The title of an attachment names the document to which it is attached: people cite a plan, not the notice of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from knowledge.base.document import Policy
from knowledge.text.fold import fold, key

TYPES = (
    "实施意见|指导意见|实施方案|行动计划|行动方案|工作方案|实施细则|管理办法|暂行办法|若干措施|若干意见|若干政策|意见|办法|通知|方案|"
    "规定|计划|规划|条例|细则|措施|决定|批复|公告|通告|纲要|标准|指南|文件|政策"
)
_NUMBER = re.compile(
    r"(?P<code>[一-鿿]{1,16})\s*[\[(<《]?\s*(?P<year>(?:19|20)\d\d)\s*[\])>》年]?\s*第?\s*(?P<n>\d{1,4})\s*号"
)
_NUMBER_SPACED = re.compile(
    r"(?P<code>[一-鿿]{1,16})\s*[\[(<《]?\s*(?P<year>(?:19|20)\d\d)\s*[\])>》年 ]\s*第?\s*"
    r"(?P<n>\d{1,4})(?!\d|\s*[年月])"
)
_ORDER = re.compile(r"(?P<code>[一-鿿]{1,24}令)\s*[(]?\s*第?\s*(?P<n>\d{1,5})\s*号")
"""江城市人民政府令第123号: of no year."""
_QUOTED = re.compile(r"《([^《》]{2,120})》")
_TYPE = re.compile(rf"(?P<type>{TYPES})")
_ISSUED = re.compile(r"^.{0,30}?(?:关于)(?:印发|转发|公布|发布|批转)?")
_TAIL = re.compile(
    rf"(?:\((?:试行|暂行|修订|征求意见稿|\d{{4}}年?(?:版|修订)?)\))?(?:的(?:{TYPES}|函|复函|报告|请示|答复|公函))?$"
)
_ENDS_AS_NAMED = re.compile(r"(?:办法|规则|预案|规范|条例|规定|细则|章程|方案|规划|纲要|行动计划)$")
MASK = "□"
"""Stands for the letters of a name that was found, where further names are looked for: it is no letter."""
_JOINING = re.compile(
    r"[\s》\"]*(?:\([^()]*\))?的?\s*(?:和|与|跟|同|及|以及|还有|比|对比|相比|vs|,|、)?\s*[《\"]?(?:[那这]一?[份个])?\s*"
)
LEAST_QUOTED = 4
"""Letters of a title in 《》 that name a document."""
LEAST_SHORT = 2
LEAST_TITLE = 4
"""Letters of a short name, and of a whole title, that is looked for."""
LEAST_CORE = 8
"""Letters of a title without its frame (国务院关于…的意见) that name it when they stand in a question."""
LEAST_NAMED = 6
"""The same where what is left ends as names of documents do: 国务院工作规则."""
LEAST_PART = 3
"""Letters of a title that name it when a kind of document (…办法) follows them."""
LONGEST_PART = 24
MOST = 5
"""Documents that one name is looked for among; more is no name."""


@dataclass(frozen=True)
class Named:
    """The documents that a question names."""

    policies: tuple[str, ...]
    """Ids; several where the name fits several."""
    rest: str
    """The question without the name."""
    start: int = 0
    end: int = 0
    """Where the name stands in the question."""
    sure: bool = True
    """Whether it is a name, and not only a part of a title before a kind of document."""


class Names:
    """All names of the documents, ready to look up."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._numbers: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._titles: dict[str, list[str]] = {}
        self._keys: dict[str, str] = {}
        self._grams: dict[str, set[str]] = {}
        for policy in policies:
            self._add(policy)
        self._sizes: dict[str, list[int]] = {}
        for name in self._titles:
            sizes = self._sizes.setdefault(name[:2], [])
            if len(name) not in sizes:
                sizes.append(len(name))
        for sizes in self._sizes.values():
            sizes.sort(reverse=True)

    def _add(self, policy: Policy) -> None:
        printed = fold(policy.number or "")
        number = _NUMBER.search(printed) or _ORDER.search(printed)
        if number:
            place = _place(number)
            self._numbers.setdefault(place, []).append((number["code"], policy.id))
        names = dict.fromkeys(policy.short_names, LEAST_SHORT)
        names[policy.display_name] = LEAST_TITLE
        if policy.title:
            parts = [core(policy.title), *_QUOTED.findall(fold(policy.title))]
            names = {**{part: _least(part) for part in parts}, **names, policy.title: LEAST_TITLE}
        attached = [re.sub(r"\s+", "", title) for title in policy.attached_titles]
        names = {**{title: _least(title) for title in attached}, **names}
        for name, least in names.items():
            wanted = key(name)
            if len(wanted) >= least:
                owners = self._titles.setdefault(wanted, [])
                if policy.id not in owners:
                    owners.append(policy.id)
        whole = self._keys[policy.id] = key("".join((policy.title or "", *names)))
        for i in range(len(whole) - LEAST_PART + 1):
            self._grams.setdefault(whole[i : i + LEAST_PART], set()).add(policy.id)

    def find(self, folded: str) -> Named | None:
        """What a folded question names, if anything."""
        return self._by_number(folded) or self._quoted(folded) or self._by_title(folded) or self._by_part(folded)

    def all(self, folded: str) -> list[Named]:
        """The documents that a question names, in its order, each with the question without any of the names.

        A part of a title counts only when nothing else names a document, or when 和 or the like joins it to one.
        """
        found: list[Named] = []
        masked = folded
        while len(found) <= MOST and (named := self.find(masked)) is not None:
            found.append(named)
            masked = masked[: named.start] + MASK * (named.end - named.start) + masked[named.end :]
        found = [n for n in found if n is found[0] or n.sure or any(_joined(folded, n, other) for other in found)]
        rest = folded
        for named in sorted(found, key=lambda n: -n.start):
            rest = _without(rest, named.start, named.end)
        once: dict[tuple[str, ...], Named] = {}
        for named in sorted(found, key=lambda n: n.start):
            once.setdefault(named.policies, replace(named, rest=rest))
        return list(once.values())

    def _by_number(self, folded: str) -> Named | None:
        for pattern in (_NUMBER, _NUMBER_SPACED, _ORDER):
            for match in pattern.finditer(folded):
                known = self._numbers.get(_place(match), ())
                fitting = [
                    (code, p) for code, p in known if match["code"].endswith(code) or code.endswith(match["code"])
                ]
                if fitting:
                    begins = match.start() + max(len(match["code"]) - max(len(code) for code, _ in fitting), 0)
                    return _named(dict.fromkeys(p for _, p in fitting), folded, begins, match.end())
        return None

    def _quoted(self, folded: str) -> Named | None:
        for match in _QUOTED.finditer(folded):
            wanted = key(match[1])
            if len(wanted) < LEAST_QUOTED:
                continue
            found = self._titles.get(wanted) or self._holding(wanted)
            if found:
                return _named(found, folded, match.start(), match.end())
        return None

    def _by_title(self, folded: str) -> Named | None:
        """A whole title, short name or core of a title."""
        letters, at = _letters(folded)
        for i in range(len(letters)):
            for size in self._sizes.get(letters[i : i + 2], ()):
                owners = self._titles.get(letters[i : i + size])
                if owners and len(owners) <= MOST and i + size <= len(letters):
                    end = at[i + size - 1] + 1
                    kind = re.match(rf"[》\"]?(?:的?(?:{TYPES}))?", folded[end:])
                    return _named(owners, folded, at[i], end + (kind.end() if kind else 0))
        return None

    def _by_part(self, folded: str) -> Named | None:
        """A part of a title that only one document has, before the kind of document: 传感器行动计划."""
        for match in _TYPE.finditer(folded):
            if match["type"] in ("文件", "政策", "措施", "标准", "规定"):
                continue
            before = re.search(r"[一-鿿\w]+$", folded[: match.start()].removesuffix("的"))
            if before is None:
                continue
            part = before.group()[-LONGEST_PART:]
            for start in range(len(part) - LEAST_PART + 1):
                wanted = key(part[start:])
                found = [p for p in self._holding(wanted) if match["type"] in self._keys[p]]
                if len(found) == 1:
                    begins = (
                        match.start() - len(folded[: match.start()]) + len(folded[: match.start()].removesuffix("的"))
                    )
                    named = _named(found, folded, begins - len(part) + start, match.end())
                    return replace(named, sure=False)
        return None

    def _holding(self, wanted: str) -> list[str]:
        """Documents with these letters in their names; none when too many have them."""
        if len(wanted) < LEAST_PART:
            return []
        sets = [self._grams.get(wanted[i : i + LEAST_PART], set()) for i in range(len(wanted) - LEAST_PART + 1)]
        found = sorted(p for p in set.intersection(*sets) if wanted in self._keys[p]) if all(sets) else []
        return found if len(found) <= MOST else []


def _place(number: re.Match[str]) -> tuple[str, str]:
    """Year (empty for an order's number) and number."""
    return number.groupdict().get("year", ""), str(int(number["n"]))


def core(title: str) -> str:
    """A title without its frame: 国务院关于推进…的意见 -> 推进…; the whole where nothing is left."""
    plain = fold(title)
    shorter = _TAIL.sub("", _ISSUED.sub("", plain))
    return shorter.strip("《》") or plain


def _least(title: str) -> int:
    """Letters from which a title without its frame, or of an attachment, names the document."""
    return LEAST_NAMED if _ENDS_AS_NAMED.search(title) else LEAST_CORE


def _named(policies: Iterable[str], folded: str, start: int, end: int) -> Named:
    return Named(tuple(policies), _without(folded, start, end), start, end)


def _joined(folded: str, one: Named, other: Named) -> bool:
    """Whether two names stand side by side: A和B."""
    first, second = sorted((one, other), key=lambda n: n.start)
    return first is not second and _JOINING.fullmatch(folded[first.end : second.start]) is not None


def _without(text: str, start: int, end: int) -> str:
    return f"{text[:start].rstrip('《')} {text[end:].lstrip('》')}".strip()


def _letters(text: str) -> tuple[str, list[int]]:
    """The letters and digits of a folded text, and where each stands."""
    at = [i for i, char in enumerate(text) if char.isalnum()]
    return "".join(text[i] for i in at), at
