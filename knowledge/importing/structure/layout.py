"""The frame of a document: what stands above its text and below it, and where documents that are attached begin."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from knowledge.importing.structure.lines import (
    NUMBER,
    SERIAL,
    SERIES,
    Line,
    calls_for_more,
    ends_title,
    is_date,
    is_fragment,
    is_number,
    is_organ,
    is_short,
    lines,
)
from knowledge.importing.structure.numbering import Mark, marks
from knowledge.text.printed import half_width

_LABEL = re.compile(r"^(?:附件|附录|附表|附)[\d一二三四五六七八九十]{0,3}(?:-\d+)?[:.、]?$")
_LABELLED = re.compile(
    r"^(?:附件|附录|附表)[\d一二三四五六七八九十]{1,3}[:.、]?(?=[^\d一二三四五六七八九十、和及,。;的)])"
)
_LIST = re.compile(r"^附(?:件|表|录)?[:]")
_ENTRY = re.compile(r"^(?:附件)?\d{1,2}(?:-\d+)?[.、:]?")
_CONTENTS = re.compile(r"^目(?:录|次)$")
_LEADER = re.compile(r"(?:\.{4,}|…{2,}|·{4,})[-\d]*$")
_FOOT = re.compile(
    r"^[(]?(?:此件|联系人|联系电话|联系方式|电话|抄送|主送|传真|邮箱|信息公开|公开属性|主办单位)|^(?:(?!关于|转发|批转).)*印发$|^-?\d{1,3}-?$|^\([^()]{2,20}\)$"
)
_NO_TITLE = re.compile(r"[,。;]|^(?:为|根据|按照|近年|当前|[、\d])|^(?:19|20)\d\d年")
"""What no title has, or begins with."""
_CLOSING = re.compile(
    r"^(?:本[一-鿿]{1,12}(?:自|由|从|有效期|试行|的有效期)|自[^。]{2,30}起(?:施行|实施|执行)|以上[一-鿿]{0,6}(?:意见|请示|报告|如无)|特此|专此"
    r"|有效期|此复|请[^。]{0,12}(?:贯彻执行|遵照执行|认真落实)|现予|未尽事宜|此前[^。]*(?:不一致|为准))"
)
ENDS_ATTACHMENT = re.compile(
    r"本[一-鿿]{0,6}(?:意见|办法|措施|规定|通知|细则|方案|政策|条例|规划|计划|决定|制度|规则|规程)"
    r"(?:自|由|从|的?有效期|试行)[^。]*(?:施行|实施|执行|有效|解释)"
)
"""The paragraph after an attached document's last item: it is of the whole document."""
_LAST_SENTENCE = re.compile(
    r"(?<=[。)）])\s*(本[一-鿿]{1,8}自[^。]{2,60}(?:施行|实施|执行)[^。]*。(?:[^。]*有效期[^。]*。)?)$"
)
"""In a document without line breaks."""
_ADDRESSED = re.compile(r"^[^。;]{2,300}:$")
_NOT_ADDRESSED = re.compile(
    r"(?:如下|包括|是|为|有|指|附件|附|下列|说明|注|摘要|关键词|来源|日期|作者|编号|(?:责任|牵头|主办|联系)单位)\S{0,2}:$"
)
_ABOVE = 60
"""Lines within which the masthead ends: longer ones are of no document, but a contents list may be long."""


@dataclass
class Segment:
    """A document by itself: the main one, or one that is attached. Spans are of the source."""

    start: int
    end: int
    above: list[Line] = field(default_factory=list)
    """Lines above the salutation (of an attached one: its label and title)."""
    title_lines: list[Line] = field(default_factory=list)
    salutation: Line | None = None
    text_start: int = 0
    text_end: int = 0
    closing: tuple[int, int] | None = None
    below: list[Line] = field(default_factory=list)
    """Lines below the text: issuer, date, list of attachments."""
    attached: bool = False
    contents: bool = False
    """Whether a contents list was found; it stands in ``above``."""


def segments(source: str) -> list[Segment]:
    """The main document, then those that are attached."""
    all_lines = lines(source, 0, len(source))
    cuts = _cuts(source, all_lines)
    bounds = [0, *cuts, len(source)]
    found = []
    for n, (start, end) in enumerate(itertools.pairwise(bounds)):
        segment = Segment(start, end, attached=n > 0)
        _head(source, segment)
        _tail(source, segment)
        found.append(segment)
    return found


def _cuts(source: str, all_lines: list[Line]) -> list[int]:
    """Where attached documents begin."""
    contents_end = _contents(all_lines)
    contents_start = next((i for i, x in enumerate(all_lines[:40]) if _CONTENTS.match(x.plain)), 0)
    cuts: list[int] = []
    in_list = False
    signed = False
    spoken = False
    for i, line in enumerate(all_lines):
        following = all_lines[i + 1] if i + 1 < len(all_lines) else None
        if contents_start <= i < contents_end or _LEADER.search(line.plain):
            continue
        if _LIST.match(line.plain) or (in_list and _ENTRY.match(line.plain) and len(line.plain) < 80):
            in_list = True
            if not (_LABEL.match(line.plain) and following and _opens(following) and signed):
                continue
        else:
            in_list = False
        if i == 0 or following is None:
            continue
        if _LABEL.match(line.plain):
            listing = _ENTRY.match(following.plain) and len(following.plain) < 80 and not signed
            goes_on = bool(cuts) and any(char.isdigit() or char in "一二三四五六七八九十" for char in line.plain)
            if (spoken and not listing and len(source) - line.end > 40) or goes_on:
                cuts.append(line.start)
                signed = False
        elif (_LABELLED.match(line.plain) and spoken and is_short(line) and not _ENTRY.fullmatch(line.plain)) or (
            signed and spoken and not cuts and _opens(line) and _goes_on(all_lines, i)
        ):
            cuts.append(line.start)
            signed = False
        if is_date(line):
            signed = spoken
        elif re.search(r"[。;]", line.plain) and len(line.plain) > 15:
            spoken = True
    return cuts


def _opens(line: Line) -> bool:
    """Whether a line may be the first of a document's title."""
    return (
        is_short(line)
        and len(line.plain) > 3
        and not is_date(line)
        and not is_organ(line)
        and not _FOOT.search(line.plain)
        and not is_number(line)
        and not line.plain.startswith(("(", "附"))
        and not re.match(r"^[\d\W]|^[一二三四五六七八九十]{1,3}、|^第[一二三四五六七八九十\d]{1,3}[章条节]", line.plain)
    )


def _goes_on(all_lines: list[Line], i: int) -> bool:
    """Whether a document's text follows the title that begins at line ``i``."""
    after = all_lines[i : i + 40]
    titled = any(ends_title(line.plain) for line in after[:5] if is_short(line))
    return titled and any(len(line.plain) > 60 or re.match(r"^(?:第一[章条]|一、)", line.plain) for line in after[1:])


def _head(source: str, segment: Segment) -> None:
    own = lines(source, segment.start, segment.end)
    segment.text_start, segment.text_end = segment.start, segment.end
    if not own:
        return
    first = _first_mark(source, segment)
    above: list[Line] = []
    rest = own
    if segment.attached:
        above, rest = own[:1], own[1:]
        if not (_LABEL.match(own[0].plain) or _LABELLED.match(own[0].plain)):
            above, rest = [], own
    taken = len(above)
    at = 0
    contents_end = _contents(rest)
    for at, line in enumerate(rest[:_ABOVE]):
        if at < contents_end:
            above.append(line)
            continue
        if (
            _ADDRESSED.match(line.plain)
            and not _NOT_ADDRESSED.search(line.plain)
            and (first is None or line.start < first)
        ):
            segment.salutation = line
            at += 1
            break
        if first is not None and line.start >= first and at >= contents_end:
            break
        if not (is_short(line, 60) or (NUMBER.search(line.plain) and len(line.plain) < 40) or _is_passing_note(line)):
            break
        if segment.attached and not _still_title(rest, at, len(above) - taken):
            break
        above.append(line)
    else:
        at = min(len(rest), _ABOVE)
    if segment.salutation is None and not segment.attached:
        above = _really_above(own, above, contents_end)
    segment.above = above
    segment.contents = contents_end > 0
    segment.title_lines = _title(above, segment.attached)
    last = segment.salutation or (above[-1] if above else None)
    segment.text_start = last.end if last else own[0].start


def _is_passing_note(line: Line) -> bool:
    """(2019年5月22日国务院第49次常务会议通过) and the like."""
    return line.plain.startswith("(") and line.plain.endswith(")") and len(line.plain) < 120


def _still_title(rest: list[Line], at: int, taken: int) -> bool:
    """Whether the line still is one of an attached document's title lines."""
    line = rest[at]
    if taken >= 6:
        return False
    before = rest[at - 1] if at else None
    if before is not None and taken and ends_title(before.plain):
        joined = "".join(other.plain for other in rest[at - taken : at])
        return line.plain.startswith("(") or is_date(line) or _titled_on(joined, line)
    if taken >= 1 and before is not None:
        following = rest[at : at + 4]
        return any(ends_title(other.plain) and is_short(other) for other in following)
    return True


def _really_above(own: list[Line], above: list[Line], contents_end: int) -> list[Line]:
    """Without a salutation only lines up to the title's end, the number, the date or the contents list are above."""
    keep = 0
    for i, line in enumerate(above):
        known = (
            (ends_title(line.plain) and not _NO_TITLE.search(line.plain))
            or NUMBER.search(line.plain)
            or is_number(line)
            or is_date(line)
            or _is_passing_note(line)
        )
        if known or i < contents_end or (i < 6 and is_organ(line)):
            keep = i + 1
    if (
        keep == 0
        and above
        and own
        and above[0] is own[0]
        and len(own) > 1
        and len(above[0].plain) <= 30
        and not _NO_TITLE.search(above[0].plain)
    ):
        keep = 1
    return above[:keep]


def _contents(rest: list[Line]) -> int:
    """Number of lines up to the end of a contents list among the first ones; 0 where there is none."""
    end = 0
    for i, line in enumerate(rest[:40]):
        if _CONTENTS.match(line.plain):
            end = _repeats(rest, i)
            break
    for i, line in enumerate(rest[:200]):
        if _LEADER.search(line.plain):
            end = max(end, i + 1)
        elif i > end + 40:
            break
    return end


def _repeats(rest: list[Line], at: int) -> int:
    """The line at which the first heading of a contents list stands again."""
    for first in rest[at + 1 : at + 3]:
        wanted = _bare(first.plain)
        for i in range(at + 2, len(rest)):
            if wanted and rest[i] is not first and _bare(rest[i].plain).startswith(wanted):
                return i
    return at + 1


def _bare(plain: str) -> str:
    return re.sub(r"[.…·_]*[-\d]*$", "", plain)


def _first_mark(source: str, segment: Segment) -> int | None:
    """The first number at the start of a line, beyond a contents list."""
    own = lines(source, segment.start, segment.end)
    skip = 1 if segment.attached and len(own) > 1 else 0
    end = _contents(own[skip:])
    begin = own[skip + end].start if own and skip + end < len(own) else segment.start
    for mark in marks(source, begin, segment.end):
        if mark.ordinal == 1 and (mark.line_start or _flattened(source, mark)):
            if mark.kind == "point" and _is_entry(source, mark):
                continue
            return mark.start
    return None


def _is_entry(source: str, mark: Mark) -> bool:
    before = half_width(source[max(0, mark.start - 12) : mark.start]).rstrip()
    return before.endswith(("附件:", "附:", "附件"))


def _flattened(source: str, mark: Mark) -> bool:
    before = half_width(source[: mark.start].rstrip()[-1:])
    return mark.kind in ("part", "chapter", "article") and before in "。:;"


def _title(above: list[Line], attached: bool) -> list[Line]:
    """The lines that are the title: to the first that a title may end with (whole ones are preferred)."""
    chosen: list[Line] = []
    if not attached and (repeated := _repeated(above)):
        return [repeated]
    for i, line in enumerate(above):
        if _CONTENTS.match(line.plain) or _LEADER.search(line.plain):
            break
        label = attached and line is above[0] and _LABEL.match(line.plain)
        goes_on = bool(chosen) and is_fragment(line.plain)
        if label or is_number(line) or is_date(line) or (_FOOT.search(line.plain) and not goes_on):
            if chosen:
                break
            continue
        if _is_passing_note(line) and len(line.plain) > 14:
            break
        if not chosen and _is_series(above, i):
            continue
        following = above[i + 1] if i + 1 < len(above) else None
        if not chosen and _is_red_head(line, following) and len(above) > 1:
            continue
        if not chosen and _NO_TITLE.search(line.plain):
            break
        chosen.append(line)
        joined = "".join(one.plain for one in chosen)
        whole = ends_title(line.plain) or goes_on
        if whole and not (following and _titled_on(joined, following)):
            return chosen
    return chosen if (len(chosen) == 1 and len(chosen[0].plain) <= 30) or attached else chosen[:1]


def _is_red_head(line: Line, following: Line | None) -> bool:
    """江城市人民政府文件 and 江城市商务局 above a title; not a line of the title that ends like one of these."""
    if re.search(r"关于|转发|批转|印发", line.plain):
        return False
    if line.plain.endswith("文件"):
        return len(line.plain) < 20
    return is_organ(line) and not ends_title(line.plain) and not (following and _titled_after_organ(following.plain))


def _titled_after_organ(plain: str) -> bool:
    return is_fragment(plain) and plain not in ("决定", "通知", "意见") and not plain.startswith("(")


def _titled_on(joined: str, line: Line) -> bool:
    """Whether a title goes on with ``line`` though it could have ended before."""
    if is_fragment(line.plain):
        return True
    if is_number(line) or is_date(line) or _FOOT.search(line.plain):
        return False
    return calls_for_more(joined) and is_short(line) and ends_title(line.plain) and not _NO_TITLE.search(line.plain)


def _is_series(above: list[Line], i: int) -> bool:
    """江城市人民政府令 above 第123号, 江城市商务局通告 above 2023年第7号 and a title."""
    if not SERIES.fullmatch(above[i].plain) or i + 1 == len(above) or not SERIAL.fullmatch(above[i + 1].plain):
        return False
    return above[i].plain.endswith("令") or any(ends_title(other.plain) for other in above[i + 2 :])


def _repeated(above: list[Line]) -> Line | None:
    """The first line, where the next ones print it once more, broken."""
    joined = ""
    for line in above[1:6]:
        joined += line.plain
        if joined.startswith(above[0].plain) and len(above[0].plain) > 8:
            return above[0]
    return None


def _tail(source: str, segment: Segment) -> None:
    own = list(lines(source, segment.text_start, segment.end))
    if not own:
        segment.text_end = segment.text_start
        return
    keep = len(own)
    for i in range(len(own) - 1, -1, -1):
        if (_LIST.match(own[i].plain) or _LABEL.match(own[i].plain)) and i > 0:
            if all(len(line.plain) <= 90 and not line.plain.endswith("。") for line in own[i:]) and len(own) - i < 60:
                keep = i
            break
    keep = _signature(own, keep)
    if keep == 0:
        keep = len(own)
    segment.below = own[keep:]
    segment.text_end = own[keep - 1].end
    first = keep
    while first > 1 and _CLOSING.match(own[first - 1].plain) and own[first - 2].plain[-1] in "。;)!?":
        first -= 1
    last = own[keep - 1]
    if first == keep and not re.match(r"^第[^。]{1,6}条", last.plain):
        ended = _LAST_SENTENCE.search(last.text)
        if ended:
            segment.closing = (last.start + ended.start(1), segment.text_end)
            segment.text_end = last.start + ended.start(1)
    if first < keep:
        segment.closing = (own[first].start, segment.text_end)
        segment.text_end = own[first - 1].end


def _signature(own: list[Line], keep: int) -> int:
    """The line from which on only issuer, date and notes for the file follow."""
    dated = False
    i = keep
    while i > 0:
        line = own[i - 1]
        if is_date(line):
            dated = True
        elif _FOOT.search(line.plain) and len(line.plain) < 80:
            pass
        elif not (
            is_organ(line)
            and (dated or (i == keep and len(line.plain) <= 20 and i > 1 and own[i - 2].plain[-1] in "。"))
        ):
            break
        i -= 1
    return i
