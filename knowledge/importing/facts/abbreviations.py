"""What a text calls itself and its units for short: 江城市工业和信息化局（以下简称市工信局）."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from knowledge.base.document import Policy
from knowledge.importing.structure.tables import ORGAN
from knowledge.text.printed import View, half_width, without_blanks

_DEFINED = re.compile(
    r"\((?:[^()]{0,30}?[,;])?(?:以下|下文?|下面)(?:统一)?(简称|统称|称)(?:为|:)?[“\"《]?([^()“”\"《》]{2,30})[”\"》]?\)"
)
_BEFORE = re.compile(r"(?:《([^《》]{4,80})》(?:\([^()]*\))?|([一-鿿A-Za-z0-9·()]{3,40}))$")
_KIND = (
    "(?:若干|实施|指导|工作|行动|管理|暂行|试行)?(?:意见|通知|办法|措施|规定|方案|细则|规划|计划|条例|决定|公告|通告|政策|制度|规则|章程|"
    "规程|标准|指南|导则|预案|纲要|目录)"
)
_ANY_DOCUMENT = re.compile(rf"本?{_KIND}")
_ANY_UNIT = re.compile(
    r"(?:本|该|各|相关|有关)?(?:管委会|管理委员会|委员会|办公室|领导小组|工作组|专班|中心|平台|部门|单位|公司|企业|机构|集团|委|办|局|园区|开发区|新区)"
)
_LEADS = re.compile(
    r"^.*(?:由|对|向|经(?!济)|从|是指|设立|成立|组建|委托|报(?!告|刊)|(?:部|委|局|厅|办|院|会|府|心|司)(?:和|与|及|、))(?=[一-鿿]{4})"
)


@dataclass(frozen=True)
class Short:
    """A short name and what it stands for, in the document's words."""

    name: str
    full: str
    quote: str
    kind: str
    """document (this one), unit, or other."""
    generic: bool
    """Whether other documents call other things the same (《若干措施》, 管委会): no name for it beyond its own text."""


def shorts(policy: Policy) -> list[Short]:
    """The short names that the document defines, each once."""
    found: dict[str, Short] = {}
    for text in _texts(policy):
        for short in _defined(text, policy):
            found.setdefault(short.name, short)
    return list(found.values())


def _texts(policy: Policy) -> Iterator[str]:
    attached = (a.preamble for a in policy.attachments)
    yield from (text for text in (policy.preamble, *attached, policy.closing) if text)
    yield from (clause.text for clause in policy.clauses)


def _defined(text: str, policy: Policy) -> Iterator[Short]:
    view = View(text)
    for match in _DEFINED.finditer(view.text):
        before = _BEFORE.search(view.text[: match.start()])
        if before is None or match[1] == "统称":
            continue
        group = 1 if before[1] else 2
        start = before.start(group)
        if group == 2 and (lead := _LEADS.match(before[2])):
            start += lead.end()
        full, name = view.text[start : before.end(group)], match[2].strip()
        quote = view.quote(start - (group == 1), match.end())
        if group == 1:
            own = _is_own(full, policy)
            yield Short(name, full, quote, "document" if own else "other", _ANY_DOCUMENT.fullmatch(name) is not None)
        elif ORGAN.search(full) and ORGAN.search(name) and len(full) > len(name):
            yield Short(name, full, quote, "unit", _ANY_UNIT.fullmatch(name) is not None or len(name) < 3)
        else:
            yield Short(name, full, quote, "other", generic=False)


def _is_own(full: str, policy: Policy) -> bool:
    """Whether a title is that of the document, or of what it issues."""
    wanted = half_width(without_blanks(full))
    titles = [policy.title, *(a.title for a in policy.attachments[:1])]
    return any(title and wanted in half_width(without_blanks(title)) for title in titles) and len(wanted) > 5


@dataclass
class Called:
    """What a unit of the document is called besides its name."""

    name: str
    official: str | None
    aliases: tuple[str, ...]
    quote: str


def units_called(found: Iterable[Short], named: Iterable[str]) -> dict[str, Called]:
    """The units among ``named`` (of the document's lists) that have a short name or a full one, by name."""
    names = set(named)
    out: dict[str, Called] = {}
    for short in found:
        if short.kind != "unit":
            continue
        if short.name in names:
            out.setdefault(short.name, Called(short.name, short.full, (), short.quote))
        elif short.full in names and not short.generic:
            out.setdefault(short.full, Called(short.full, None, (short.name,), short.quote))
    return out
