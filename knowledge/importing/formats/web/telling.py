"""What a page says of its document beside it: 文号, 实施日期, 失效日期, 文件状态, and its title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from knowledge.importing.formats.read import Told

_DAY = r"(?:19|20)\d{2}\s*(?:年|[-./])\s*\d{1,2}\s*(?:月|[-./])\s*\d{1,2}+(?:\s*日)?+"
_APART = r"[ \t\u3000]*(?:[:：][ \t\u3000]*|\t)"
_FIELDS = {
    "effective": re.compile(
        rf"(?<![一-鿿])(?:(?:实施|施行|生效|执行)日期|(?:实施|施行|生效)时间){_APART}{_DAY}(?!\s*(?:至|到|[-—~～]))"
    ),
    "until": re.compile(rf"(?<![一-鿿])(?:(?:失效|废止|终止)(?:日期|时间)|有效期(?:至|止|截止)){_APART}{_DAY}"),
    "state": re.compile(
        rf"(?<![一-鿿])(?:(?:文件|有效|效力|时效)状态|有效性|效力|时效性|(?:文件)?是否有效|状态){_APART}[一-鿿]{{1,8}}"
    ),
    "number": re.compile(
        rf"(?<![一-鿿])(?:发文|文件)?(?:文号|字号|编号){_APART}"
        r"[一-鿿]{1,12}[〔\[【（(](?:19|20)\d{2}(?:年)?[〕\]】）)]\s*(?:第)?\s*\d{1,5}\s*号"
    ),
}
_PAIR = re.compile(r"[一-鿿]{2,8}[ \t\u3000]*[:：]")
LONGEST = 300
"""Characters of a line that may tell such things; longer ones are text."""
_META = ("articletitle", "article_title", "og:title", "dc.title", "title")
_SITE = re.compile(r"\s*(?:[-—–_|｜]+|\s--\s)\s*[^-—–_|｜]{2,40}$")
"""The site's name after a page's title."""
_TITLED = re.compile(
    r"(?:通知|办法|措施|意见|规定|方案|细则|规划|计划|条例|决定|公告|通告|通报|批复|函|纲要|指南|要点|清单|政策|制度"
    r"|标准|规程|规则|令|目录|预案|导则)[》]?(?:[（(][^（）()]{1,30}[）)])*$"
)


@dataclass
class Telling:
    """The fields that were found, each word for word."""

    effective: str | None = None
    until: str | None = None
    state: str | None = None
    number: str | None = None

    @property
    def told(self) -> Told | None:
        """What goes on to the policy."""
        if not (self.effective or self.until or self.state):
            return None
        return Told(self.effective, self.until, self.state)


def telling(lines: list[str]) -> Telling:
    """The fields in the page's lines; the first of each counts."""
    found = Telling()
    for line in lines:
        if len(line) > LONGEST or "。" in line:
            continue
        for name, pattern in _FIELDS.items():
            if getattr(found, name) is None and (match := pattern.search(line)):
                setattr(found, name, match.group().strip())
    return found


def is_telling(line: str) -> bool:
    """Whether a line only tells such things, each with its name: it isn't the document's."""
    if len(line) > LONGEST or "。" in line or not any(pattern.search(line) for pattern in _FIELDS.values()):
        return False
    rest = line
    for pattern in _FIELDS.values():
        rest = pattern.sub(" ", rest)
    return all(_PAIR.match(part) for part in re.split(r"[\s|｜；;，,]+", rest.strip()) if part)


def above(page: list[str], first: str) -> str:
    """The line above a document's first that may be its title; "" where there is none."""
    at = page.index(first) if first in page else 0
    near = [line.strip() for line in page[max(0, at - 5) : at]]
    return next((line for line in reversed(near) if 6 <= len(line) <= 100 and _TITLED.search(line)), "")


def title(tree: Any) -> tuple[str, bool]:
    """The document's title as the page's head says it, and whether it is surely one; "" where it says none."""
    for wanted in _META:
        for meta in tree.css("meta"):
            name = (meta.attributes.get("name") or meta.attributes.get("property") or "").lower()
            content = " ".join((meta.attributes.get("content") or "").split())
            if name == wanted and content:
                named = wanted.startswith("article")
                content = content if named else _SITE.sub("", content)
                if named or _TITLED.search(content):
                    return content, named
    heading = tree.css_first("h1")
    if heading is not None and (words := " ".join(heading.text().split())):
        return words, True
    head = tree.css_first("head title")
    words = " ".join(head.text().split()) if head is not None else ""
    while words and not _TITLED.search(words) and _SITE.search(words):
        words = _SITE.sub("", words)
    return (words, False) if _TITLED.search(words) else ("", False)
