"""Lines of a document, and what a line by itself looks like: a date, a document number, an issuer, a title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from knowledge.base.verify import ordinal
from knowledge.text.printed import View, half_width, without_blanks

NUMBER = re.compile(r"[一-鿿]{1,12}[〔\[【(](?:19|20)\d{2}(?:年)?[〕\]】)](?:第)?\d{1,5}号")
"""A document number, in half width and without blanks."""
ORDER = re.compile(
    r"(?:国|[一-鿿]{2,30})令\(?第\d{1,5}号\)?|[一-鿿]{0,30}(?:公告|通告)\(?(?:(?:19|20)\d{2}年)?第\d{1,5}号\)?"
)
"""江城市人民政府令第123号, 公告2023年第5号."""
SERIAL = re.compile(r"\(?(?:(?:19|20)\d{2}年|〔[一-鿿]{2,4}〕)?第\d{1,5}号\)?")
"""What stands in a line of its own below 江城市人民政府令 or a title."""
SERIES = re.compile(r"(?:(?!关于)[一-鿿]){2,30}(?:令|公告|通告)")
"""The line above it."""
_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_WORD_DATE = re.compile(
    r"([一二][零〇○ＯOo0一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_ORGAN = re.compile(
    r"(?:部|委|委员会|局|厅|院|府|会|办|办公室|室|署|总署|银行|中心|小组|公司|集团|党委|处|科|法院|检察院|联合会|联席会议)$"
)
_TITLE = re.compile(
    r"(?:意见|通知|办法|措施|规定|方案|细则|规划|计划|条例|决定|公告|通告|通报|批复|函|请示|报告|纲要|指南|要点|"
    r"清单|政策|制度|标准|规程|章程|规则|议案|命令|令|白皮书|答复|复函|提案|建议|目录|倡议|说明|解读|指引|准则|行动|体系|名单|预案|导则)"
    r"(?:\([^()]{1,30}\))*$"
)
_IMPRINT = re.compile(r"([一-鿿]{3,30}?)\d{4}年\d{1,2}月\d{1,2}日印发")
_DIGITS = str.maketrans("〇○ＯOo零一二三四五六七八九", "000000123456789")


@dataclass(frozen=True)
class Line:
    """A line that isn't blank; ``source[start:end]`` is it, without blanks at its ends."""

    start: int
    end: int
    text: str
    plain: str
    """In half width and without blanks."""


def lines(source: str, start: int, end: int) -> list[Line]:
    """The lines of ``source[start:end]`` that aren't blank."""
    found = []
    for match in re.finditer(r"[^\r\n\u2028\u2029\x0b\x0c\x1c-\x1e\x85]+", source[start:end]):
        text = match.group().strip()
        if text:
            first = start + match.start() + len(match.group()) - len(match.group().lstrip())
            found.append(Line(first, first + len(text), text, half_width(without_blanks(text))))
    return found


def stated_date(plain: str) -> date | None:
    """The first full date in ``plain``, in digits or in words; None where there is none that exists."""
    if found := _DATE.search(plain):
        year, month, day = map(int, found.groups())
    elif found := _WORD_DATE.search(plain):
        year = int(found[1].translate(_DIGITS))
        month, day = ordinal(found[2]) or 0, ordinal(found[3]) or 0
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_date(line: Line) -> bool:
    """Whether the line is a date (with 印发, 发布 or 签发 at most)."""
    text = line.plain.strip("()")
    found = _DATE.search(text) or _WORD_DATE.search(text)
    return (
        found is not None
        and found.start() == 0
        and re.fullmatch(r"(?:印发|发布|公布|签发)?", text[found.end() :]) is not None
    )


@dataclass(frozen=True)
class Imprint:
    """The last line of a printed document (版记): 江城市人民政府办公厅 2020年12月10日印发."""

    organ: str
    """Who printed it, as printed."""
    printed: date


def imprint(line: Line) -> Imprint | None:
    """What a line says as an imprint; None where it is none."""
    found = _IMPRINT.fullmatch(line.plain)
    printed = stated_date(line.plain) if found else None
    if found is None or printed is None or _ORGAN.search(found[1]) is None:
        return None
    return Imprint(View(line.text).quote(*found.span(1)), printed)


def is_number(line: Line) -> bool:
    """Whether the line is a document number and nothing else."""
    return any(form.fullmatch(line.plain) for form in (NUMBER, ORDER, SERIAL))


def is_organ(line: Line) -> bool:
    """Whether the line is a name of an authority, or several."""
    return len(line.plain) <= 40 and not re.search(r"[。;:,!?]", line.plain) and _ORGAN.search(line.plain) is not None


def ends_title(plain: str) -> bool:
    """Whether a title may end so."""
    return _TITLE.search(plain) is not None


_ISSUES = re.compile(r"印发|转发|批转")
_ISSUED = re.compile(r"(?:通知|决定|公告|通告|函|批复|通报|令|报告|请示|意见)(?:\([^()]{1,30}\))*$")
_KINDS = (
    "意见|通知|办法|措施|规定|方案|细则|规划|计划|条例|决定|纲要|指南|要点|清单|政策|制度|标准|规程|章程|规则|目录|"
    "解读|指引|准则|体系|名单|预案|导则"
)
_FRAGMENT = re.compile(
    rf"(?:的|和|及|与)?(?:实施|操作|管理|补充|配套|暂行|试行|若干|工作|行动|发展|奖励|扶持|组成|议事)*(?:{_KINDS})"
    r"(?:的(?:通知|公告|决定|通告|函|批复|通报|意见|报告))?(?:\([^()]{1,30}\))?|的.{0,30}"
)
_EDITION = re.compile(r"\((?:试行|暂行|修订|修正|征求意见|草案|送审|\d{4}年)[^()]{0,12}\)")


def calls_for_more(plain: str) -> bool:
    """Whether a title that issues something (关于印发…办法) still lacks the 的通知 that ends it."""
    return _ISSUES.search(plain) is not None and _ISSUED.search(plain) is None


def is_fragment(plain: str) -> bool:
    """Whether a line is the rest of a title, and none by itself: 实施细则的通知, 的通知, (试行)."""
    return any(form.fullmatch(plain) for form in (_FRAGMENT, _EDITION))


def is_short(line: Line, most: int = 50) -> bool:
    """Whether the line may be (a line of) a title: short, and no sentence."""
    return len(line.plain) <= most and not re.search(r"[。;!?,:]$|。", line.plain)
