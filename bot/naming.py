"""Which document a question names: by title, short name, number in any typed form, or a distinctive part of a title."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.fold import fold, key
from knowledge.model import Policy

TYPES = (
    "实施意见|指导意见|实施方案|行动计划|工作方案|实施细则|管理办法|暂行办法|若干措施|若干意见|若干政策|意见|办法|通知|方案|"
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
_TAIL = re.compile(rf"(?:\((?:试行|暂行|修订|征求意见稿|\d{{4}}年?(?:版|修订)?)\))?(?:的(?:{TYPES}))?$")
LEAST_QUOTED = 4
"""Letters of a title in 《》 that name a document."""
LEAST_SHORT = 2
LEAST_TITLE = 4
"""Letters of a short name, and of a whole title, that is looked for."""
LEAST_CORE = 8
"""Letters of a title without its frame (国务院关于…的意见) that name it when they stand in a question."""
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
            names = {**dict.fromkeys(parts, LEAST_CORE), **names, policy.title: LEAST_TITLE}
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

    def _by_number(self, folded: str) -> Named | None:
        for pattern in (_NUMBER, _NUMBER_SPACED, _ORDER):
            for match in pattern.finditer(folded):
                known = self._numbers.get(_place(match), ())
                fitting = [
                    (code, p) for code, p in known if match["code"].endswith(code) or code.endswith(match["code"])
                ]
                if fitting:
                    begins = match.start() + max(len(match["code"]) - max(len(code) for code, _ in fitting), 0)
                    rest = _without(folded, begins, match.end())
                    return Named(tuple(dict.fromkeys(p for _, p in fitting)), rest)
        return None

    def _quoted(self, folded: str) -> Named | None:
        for match in _QUOTED.finditer(folded):
            wanted = key(match[1])
            if len(wanted) < LEAST_QUOTED:
                continue
            found = self._titles.get(wanted) or self._holding(wanted)
            if found:
                return Named(tuple(found), _without(folded, match.start(), match.end()))
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
                    return Named(tuple(owners), _without(folded, at[i], end + (kind.end() if kind else 0)))
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
                    return Named((found[0],), _without(folded, begins - len(part) + start, match.end()))
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


def _without(text: str, start: int, end: int) -> str:
    return f"{text[:start].rstrip('《')} {text[end:].lstrip('》')}".strip()


def _letters(text: str) -> tuple[str, list[int]]:
    """The letters and digits of a folded text, and where each stands."""
    at = [i for i, char in enumerate(text) if char.isalnum()]
    return "".join(text[i] for i in at), at
