"""Numbers that a clause states, each with the words that state it; whatever isn't surely a measure's number is left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from knowledge.money import MONEY, amount, currency
from knowledge.verify import ordinal
from knowledge.view import View

Kind = Literal["amount", "ratio", "share", "count", "limit", "duration", "deadline"]
Bound = Literal["exact", "at_least", "at_most"]

_N = r"(?<![\d.A-Za-z〔\[-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)"
_CLASS = (
    "项|个|家|名|人次|人|户|件|款|条|所|座|台|套|辆|支|场|次|处|批|种|类|亩|公顷|平方公里|平方米|公里|米|吨|千瓦|兆瓦|万千瓦|"
    "周岁|岁|张|部|门|篇|倍|位|只|间|床|周|小时|分钟|课时|学分|标准煤|机架"
)
_LESS = "(?<!不)(?:低于|小于|少于)|不超过|不高于|不多于|最高|最多|至多|上限为?|不得超过|不能超过|控制在"
_MORE = "不低于|不少于|不得低于|不得少于|至少|超过|突破|达到?|高于|力争达到?"
_AFTER_MORE = "以上|及以上"
_AFTER_LESS = "以下|以内|及以下|之内"
_COUNT = re.compile(
    rf"(?P<before>{_LESS}|{_MORE})?(?:约)?{_N}(?P<scale>万|亿|千|百)?(?:余|多)?(?P<unit>{_CLASS})(?P<after>(?:\([^()]{{1,4}}\))?(?:{_AFTER_MORE}|{_AFTER_LESS}|左右))?"
)
_SHARE = re.compile(
    rf"(?P<before>{_LESS}|{_MORE})?(?:约)?{_N}(?:%|‰|个百分点)(?P<after>{_AFTER_MORE}|{_AFTER_LESS}|左右)?"
)
_RATIO = re.compile(
    rf"(?P<before>{_LESS}|{_MORE})?(?<![\d:.])(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)(?![\d:])(?=.{{0,6}}(?:比例|配套|配比|匹配|给予|予以))"
)
_DURATION = re.compile(
    rf"(?P<before>{_LESS}|{_MORE})?{_N}(?P<unit>个?工作日|个月|年|日|天|个自然日)(?!度|代|级|底|初|末|前|起|\d|月|以来|版|至|-|、\d|和\d|的?[《])(?P<after>内|以内|之内|以上|以下)?"
)
_DEADLINE = re.compile(
    r"(?:到|至|在|于|力争)?((?:19|20)\d{2})年(?:\d{1,2}月(?:\d{1,2}日|底|末)?|底|末|年底|上半年|下半年)?(?:以?前|之前|底前)"
    r"|(?:到|至)((?:19|20)\d{2})年(?:底|末)?(?=,|[一-鿿])"
)
_BIG = re.compile(
    r"(?<![第十百一二三四五六七八九])([二两三四五六七八九十]|十[一二])大(?:[万千百亿]+级)?(?=[一-鿿“])(?!以来|会议|精神|报告|学|道|陆|家|批|代表)"
)
_LISTED = re.compile(r"[“]([二两三四五六七八九十])([一-鿿]{1,2})([一-鿿]{0,4})[”]")
_MASK = re.compile(
    r"《[^《》]*》|[〔\[](?:19|20)\d{2}[〕\]]\d*号?|https?://[\w./?=&%-]+|[\w.-]+@[\w.-]+|\d{3,4}-\d{7,8}"
)
_POINT = re.compile(r"(?<=[。;:)])(\d{1,2}[.、](?!\d)|\([一二三四五六七八九十\d]{1,3}\)|[①-⑳])")
"""The marker of a point inside a clause."""
_PER = re.compile(
    r"(每(?:个|家|户|人|名|月|季度|年|件|项|亩|吨|次|平方米|套|辆|台|条|批|天|日|学年|生|学期|度|千瓦时|公斤|位|款|种|场|所|支|篇)"
    r"(?:每(?:年|月|次|天|人|日|学年))?)"
)
_PER_STOP = re.compile(
    r"年|月|限|补贴|补助|奖励|奖补|给予|资助|支持|发放|按|可|最高|不超过|不高于|不低于|不少于|至少|新增|建设|培育|发布|扣除|一次性|标准|超过|最多|提高|增加|达|为|不|在|由|享受|\d|,|、"
)
_PAYER = re.compile(
    r"^(?:由)?((?:中央|国家|省级?|市级?|区级?|县级?|各级|各区|各市|省市|市区|市、区|区\(市、县\)|(?!每)[一-鿿]{0,4}(?:省|市|区|县))"
    r"(?:和[市区县]级?)?(?:本级)?(?:财政|人民政府|政府|财政部门|财政局)?)(?=(?:按|每|给予|予以|一次性|再|对|补|奖|安排|分别|另行|再给予|配套))"
)
_GIVES = re.compile(r"补贴|补助|奖励|奖补|资助|配套|支持|给予|补偿|扶持|贴息|安排|发放")
_BOUNDED = r"(?:\([^()]{1,4}\))?(?:及?以上|及?以下|以内)(?:\([^()]{1,6}\)|、含[一-鿿]{1,3})?"
_LIMIT_AFTER = re.compile(
    rf"{_BOUNDED}(?:[、,至到-]?{MONEY.pattern}{_BOUNDED})?的(?!(?:奖|补|资助|支持|扶持|贴息|资金))"
)
"""After the amount: 500万元以上(含)的项目, 500万元以上1000万元以下的; not 50万元以内的补助."""
_LIMIT_BEFORE = re.compile(
    r"(?:总投资|投资额|投资总额|营业收入|业务收入|销售收入|产值|注册资本)(?:[^,。;、:\d%的按]{0,12})$"
)
_PAID_BEFORE = re.compile(
    r"(?:给予|予以|提供|享受|发放|安排|最高|最多|不超过|补贴|补助|奖励|奖补|资助|支持)[^,。;对的]{0,8}$"
)
_CASE = re.compile(r"^(?:对于?|凡|经)?(.+)$")


@dataclass
class Stated:
    """One figure; the strings are verbatim."""

    kind: Kind
    text: str
    quote: str
    value: float
    unit: str
    bound: Bound = "exact"
    subject: str | None = None
    case: str | None = None
    per: str | None = None
    payer: str | None = None
    note: str | None = None
    matching: int | None = None
    """Place in the clause's list of the figure by which others match this amount."""
    at: int = 0


class _Sentence:
    """Where the sentence, the comma clause and the enumerated piece around a place begin and end."""

    def __init__(self, text: str, breaks: set[int]) -> None:
        self.text = text
        self.breaks = breaks
        self.depth = _depths(text)

    def back(self, at: int, stops: str) -> int:
        level = self.depth[at]
        i = at
        while i > 0 and i not in self.breaks and not (self.text[i - 1] in stops and self.depth[i - 1] <= level):
            i -= 1
        return i

    def on(self, at: int, stops: str) -> int:
        level = self.depth[min(at, len(self.text) - 1)]
        i = at
        while i < len(self.text) and not (self.text[i] in stops and self.depth[i] <= level):
            if i > at and i in self.breaks:
                break
            i += 1
        return i


def figures(text: str, skip: list[str], marker: int = 0) -> list[Stated]:
    """The figures of a clause's text, in the order of the text.

    ``skip``: verbatim stretches that state none (lists of units); ``marker``: characters of its own number.
    """
    view = View(text)
    masked = _masked(view, skip, marker)
    around = _Sentence(_stopped(view, skip, marker), _row_ends(view))
    taken: list[tuple[int, int]] = []
    found: list[Stated] = []

    def free(start: int, end: int) -> bool:
        return not any(a < end and start < b for a, b in taken)

    def add(stated: Stated | None, start: int, end: int) -> None:
        if stated is not None:
            found.append(stated)
            taken.append((start, end))

    for match in MONEY.finditer(view.text):
        if re.search(rf"{re.escape(match.group())}\((?:含|不含)$", view.text[: match.start()]):
            continue
        add(_amount(view, around, match), match.start(), match.end())
    for match in _DEADLINE.finditer(masked):
        if free(*match.span()):
            add(_deadline(view, around, match), *match.span())
    for match in re.finditer(r"(?:19|20)\d{2}年(?:\d{1,2}月)?(?:\d{1,2}日)?|(?:19|20)\d{2}[-—~](?:19|20)\d{2}", masked):
        taken.append(match.span())
    for pattern, make in ((_RATIO, _ratio), (_SHARE, _share), (_DURATION, _duration), (_COUNT, _count)):
        for match in pattern.finditer(masked):
            if free(*match.span()):
                add(make(view, around, match, masked), *match.span())
    for match in _BIG.finditer(masked):
        add(_big(view, around, match), *match.span())
    for match in _LISTED.finditer(masked):
        if free(*match.span()):
            add(_listed(view, around, match), *match.span())
    found = [stated for stated in found if stated.text and stated.text in stated.quote and stated.quote in text]
    found.sort(key=lambda stated: stated.at)
    _match(found, view.text, around)
    return found


def _masked(view: View, skip: list[str], marker: int) -> str:
    chars = list(view.text)
    for match in _MASK.finditer(view.text):
        chars[match.start() : match.end()] = "\0" * len(match.group())
    for words in skip:
        plain = View(words).text
        at = view.text.find(plain)
        if at >= 0:
            chars[at : at + len(plain)] = "\0" * len(plain)
    chars[:marker] = "\0" * min(marker, len(chars))
    return "".join(chars)


def _stopped(view: View, skip: list[str], marker: int) -> str:
    """The text with a full stop for each character of a marker or a list of units: quotes go no further."""
    chars = list(view.text)
    for match in _POINT.finditer(view.text):
        chars[match.start(1) : match.end(1)] = "。" * len(match[1])
    for words in skip:
        plain = View(words).text
        at = view.text.find(plain)
        if at >= 0:
            chars[at : at + len(plain)] = "。" * len(plain)
    chars[:marker] = "。" * min(marker, len(chars))
    return "".join(chars)


def _row_ends(view: View) -> set[int]:
    """Places at which a row of a table begins or a line after it."""
    if "\t" not in view.source:
        return set()
    ends = set()
    for i in range(1, len(view.text)):
        gap = view.source[view.offset(i - 1) + 1 : view.offset(i)]
        if "\n" in gap:
            ends.add(i)
    return ends


def _depths(text: str) -> list[int]:
    depths, depth = [], 0
    for char in text:
        if char in "([〈《“":
            depths.append(depth)
            depth += 1
            continue
        if char in ")]〉》”":
            depth = max(0, depth - 1)
        depths.append(depth)
    return depths


def _clause(around: _Sentence, start: int, end: int) -> tuple[int, int]:
    """The comma clause, from the piece of an enumeration that has a number of its own."""
    first = around.back(start, "。;,!?:")
    last = around.on(end, "。;,!?")
    piece = around.back(start, "。;,!?:、")
    while piece > first:
        before = around.back(piece - 1, "。;,!?:、")
        if re.search(r"\d+(?:\.\d+)?(?:万|亿)?(?:元|%|年|" + _CLASS + ")", around.text[before : piece - 1]):
            break
        piece = before
    return max(first, piece), last


def _amount(view: View, around: _Sentence, match: re.Match[str]) -> Stated:
    text = view.text
    start, end = match.span()
    first, last = _clause(around, start, end)
    stated = Stated("amount", view.quote(start, end), "", amount(match.group()), currency(match.group()), at=start)
    before, after = text[first:start], text[end:last]
    ranged = re.search(r"(\d+(?:\.\d+)?(?:万|亿)?元?)(?:-|~|—+|至|到)$", before)
    if re.search(rf"(?:{_LESS})(?:[^\d,。;、]{{0,10}})?$", before) or re.match(
        rf"(?:\([^()]*\))?(?:{_AFTER_LESS})", after
    ):
        stated.bound = "at_most"
    elif (re.search(rf"(?:{_MORE})(?:为|人民币)?$", before) and not re.search(r"达到?$", before)) or re.match(
        rf"(?:\([^()]*\))?(?:{_AFTER_MORE})", after
    ):
        stated.bound = "at_least"
    elif ranged:
        stated.bound = "at_most"
        if "元" not in ranged[1]:
            stated.note = f"原文是区间：{ranged.group()}{match.group()}"
    elif re.match(r"(?:-|~|—+|至|到)\d+(?:\.\d+)?(?:百|千|万|亿)*元", after):
        stated.bound = "at_least"
    if (
        stated.bound == "exact"
        and "分别" in before
        and re.search(rf"(?:{_LESS})[^,。;]*元(?:\([^()]*\))?、[^,。;、]{{0,8}}$", before)
    ):
        stated.bound = "at_most"
    if _is_limit(text, first, start, end):
        stated.kind = "limit"
    sentence = around.back(start, "。;!?")
    condition = _condition(around, sentence, first)
    begins = first
    if condition is not None:
        begins = condition[0]
        _case(view, stated, *condition)
    stated.quote = view.quote(begins, end if re.match(r"[,。;]|$", text[end : end + 1]) else last)
    stated.per = _per(view, first, start, text, last)
    payer = _PAYER.match(text[first:start]) or (_PAYER.match(text[sentence:start]) if sentence != first else None)
    if payer and stated.kind == "amount" and _GIVES.search(text[first:last]):
        base = first if _PAYER.match(text[first:start]) else sentence
        if base >= begins or base == first:
            stated.payer = view.quote(base + payer.start(1), base + payer.end(1))
    return stated


def _is_limit(text: str, first: int, start: int, end: int) -> bool:
    """Whether the amount tells who or what is meant (对总投资500万元以上的项目), and isn't what is paid."""
    before = text[first:start]
    measured = _LIMIT_BEFORE.search(before)
    if measured:
        return not _GIVES.search(measured.group()) and not re.search(r"最高|封顶|上限", measured.group())
    return _LIMIT_AFTER.match(text, end) is not None and _PAID_BEFORE.search(before) is None


def _condition(around: _Sentence, sentence: int, first: int) -> tuple[int, int] | None:
    """The comma clause that begins with 对 before the one with the number, if there is one: (start, end)."""
    at = first
    for _ in range(4):
        start = around.back(max(at - 1, sentence), "。;,!?:") if at > sentence else at
        words = around.text[start:at].rstrip(",")
        if re.match(r"(?:\(\d+\)|\d+[.、])?对(?!接|外|标|口|照|应|策|象|比)", words) and len(words) > 3:
            offset = re.match(r"(?:\(\d+\)|\d+[.、])?", words)
            return start + (offset.end() if offset else 0), start + len(words)
        if start <= sentence:
            break
        at = start
    own = around.text[first : around.on(first, "。;,!?")]
    if own.startswith("对") and (stop := re.search(r"(?:一次性)?(?:给予|予以|按|最高)", own)):
        return first, first + stop.start()
    return None


def _case(view: View, stated: Stated, start: int, end: int) -> None:
    words = view.text[start:end]
    skip = 2 if words.startswith("对于") else 1
    split = words.rfind("的")
    if split > skip:
        stated.case = view.quote(start + skip, start + split)
        if split + 1 < len(words):
            stated.subject = view.quote(start + split + 1, end)
    elif len(words) - skip <= 40:
        stated.subject = view.quote(start + skip, end)


def _per(view: View, first: int, start: int, text: str, last: int) -> str | None:
    """每户, 每年, 每个开发区: before the number in its comma clause, or right after it (元/人)."""
    found = None
    for match in _PER.finditer(text, first, start):
        found = match
    if found is None:
        after = re.match(r"[\d.,百千万亿]+元/([一-鿿]{1,3}(?:[./·][年月次天日])?)(?![一-鿿])", text[start:last])
        return view.quote(start + after.start(1), start + after.end(1)) if after else None
    end = found.end()
    begin = found.start()
    before = re.search(_PER.pattern + r"([一-鿿]{0,3})$", text[first:begin])
    if before and not _PER_STOP.search(before[2]):
        begin = first + before.start()
    if _PER_STOP.match(text[end:]) is None:
        stop = _PER_STOP.search(text, end, start)
        far = stop.start() if stop else start
        if 0 < far - end <= 8 and "的" not in text[end:far]:
            end = far
    return view.quote(begin, end)


def _bounds(match: re.Match[str]) -> Bound:
    before, after = match["before"] or "", match["after"] or ""
    if re.fullmatch(_LESS, before) or re.search(_AFTER_LESS, after):
        return "at_most"
    if (re.fullmatch(_MORE, before) and before not in ("达", "达到")) or re.search(_AFTER_MORE, after):
        return "at_least"
    return "exact"


def _number(text: str, scale: str | None = None) -> float:
    value = float(text.replace(",", ""))
    return round(value * {"万": 1e4, "亿": 1e8, "千": 1e3, "百": 1e2}.get(scale or "", 1), 6)


def _shown(view: View, match: re.Match[str]) -> tuple[str, int]:
    """The figure as printed, with a bound that is a word of limit (不超过, 不低于), and where it begins."""
    start = match.start()
    before = match["before"]
    if before and before in ("达", "达到", "超过", "突破", "高于", "力争达", "力争达到", "控制在"):
        start += len(before)
    return view.quote(start, match.end()), start


def _ratio(view: View, around: _Sentence, match: re.Match[str], _: str) -> Stated | None:
    if float(match[3]) == 0:
        return None
    first, last = _clause(around, match.start(), match.end())
    text, _start = _shown(view, match)
    stated = Stated("ratio", text, view.quote(first, last), round(float(match[2]) / float(match[3]), 6), "比例")
    stated.bound, stated.at = _bounds_ratio(match), match.start()
    if (payer := _PAYER.match(view.text[first : match.start()])) and _GIVES.search(view.text[first:last]):
        stated.payer = view.quote(first + payer.start(1), first + payer.end(1))
    return stated


def _bounds_ratio(match: re.Match[str]) -> Bound:
    before = match["before"] or ""
    if re.fullmatch(_LESS, before):
        return "at_most"
    return "at_least" if re.fullmatch(_MORE, before) else "exact"


def _share(view: View, around: _Sentence, match: re.Match[str], _: str) -> Stated | None:
    first, last = _clause(around, match.start(), match.end())
    text, _start = _shown(view, match)
    unit = next(sign for sign in ("个百分点", "‰", "%") if sign in match.group())
    stated = Stated("share", text, view.quote(first, last), _number(match[2]), unit)
    stated.bound, stated.at = _bounds(match), match.start()
    if re.search(rf"(?:{_LESS})[^\d,。;、]{{1,12}}$", view.text[first : match.start()]):
        stated.bound = "at_most"
    if _GIVES.search(view.text[first:last]):
        if payer := _PAYER.match(view.text[first : match.start()]):
            stated.payer = view.quote(first + payer.start(1), first + payer.end(1))
        condition = _condition(around, around.back(match.start(), "。;!?"), first)
        if condition is not None:
            stated.quote = view.quote(condition[0], last)
            _case(view, stated, *condition)
    return stated


def _count(view: View, around: _Sentence, match: re.Match[str], masked: str) -> Stated | None:
    text, start = _shown(view, match)
    first, last = _clause(around, match.start(), match.end())
    if masked[max(0, match.start() - 1) : match.start()] in "第-~—\0" and match.start():
        return None
    rest = view.text[match.end() : match.end() + 2]
    if match["unit"] in ("人", "部", "门", "类", "级", "次", "位", "条", "所", "类") and re.match(r"[民类级]", rest):
        return None
    bound = _bounds(match)
    kind: Kind = "limit" if bound == "at_most" or (text[0] in "不至" and bound != "exact") else "count"
    stated = Stated(kind, text, view.quote(first, last), _number(match[2], match["scale"]), match["unit"])
    stated.bound, stated.at = bound, start
    timed = re.match(r"(每年|每季度|每月|\d+年)(?:内)?[一-鿿]{1,8}$", view.text[first : match.start()])
    if (timed and "0" <= timed[1][0] <= "9") or (timed and timed[1].startswith("每")):
        stated.case = view.quote(first, match.start())
        stated.per = view.quote(first, first + len(timed[1]))
    else:
        stated.per = _per(view, first, match.start(), view.text, last)
    return stated


def _duration(view: View, around: _Sentence, match: re.Match[str], masked: str) -> Stated | None:
    if match.start() and masked[match.start() - 1] in "第-~—\0/":
        return None
    if match["unit"] in ("年", "日") and float(match[2].replace(",", "")) >= 1900:
        return None
    first, last = _clause(around, match.start(), match.end())
    text, start = _shown(view, match)
    if match["after"] == "内":
        text = view.quote(start, match.end())
    stated = Stated("duration", text, view.quote(first, last), _number(match[2]), match["unit"])
    stated.bound, stated.at = _bounds(match), start
    if match["after"] in ("内", "以内", "之内"):
        stated.bound = "at_most"
    timed = re.match(
        rf"\d+年(?:内)?[一-鿿]{{1,8}}(?=(?:{_LESS}|{_MORE})?\d+(?:万)?(?:{_CLASS}))", view.text[match.start() : last]
    )
    if timed and match.start() == first:
        stated.case = view.quote(first, first + timed.end())
    return stated


def _deadline(view: View, around: _Sentence, match: re.Match[str]) -> Stated | None:
    start = match.start()
    last = around.on(match.end(), "。;!?")
    first = around.back(start, "。;,!?:")
    if re.match(r"[到至]", match.group()) and start and view.text[start - 1] in "0123456789年月日":
        return None
    comma = around.on(match.end(), "。;,!?")
    if comma == match.end() or comma - match.end() < 3:
        comma = around.on(min(comma + 1, len(view.text)), "。;,!?") if comma < last else comma
    year = match[1] or match[2]
    led = re.match(r"于|在|力争", match.group())
    lead = led.group() if led else ""
    return Stated(
        "deadline",
        view.quote(start + len(lead), match.end()),
        view.quote(first, comma),
        float(year),
        "年",
        "at_most",
        at=start,
    )


def _big(view: View, around: _Sentence, match: re.Match[str]) -> Stated | None:
    """三大…: so many of something that is named."""
    first, last = around.back(match.start(), "。;,!?:、"), around.on(match.end(), "。;,!?、")
    words = view.text[first:last]
    end = first + (m.start() if (m := re.search(r"等(?=为|方面|领域|[一-鿿]{0,3}$)", words)) else len(words))
    end = max(end, match.end() + 1)
    while first < match.start() and view.text[first] in "以在":
        first += 1
    value = 2 if match[1] == "两" else ordinal(match[1])
    if not value or value > 12:
        return None
    return Stated(
        "count", view.quote(match.start(), match.end()), view.quote(first, end), float(value), "个", at=match.start()
    )


def _listed(view: View, around: _Sentence, match: re.Match[str]) -> Stated | None:
    """“三权”(使用权、处置权、收益权), or 甲、乙、丙“三链”: a count in words is one where its members are listed."""
    value = 2 if match[1] == "两" else ordinal(match[1])
    after = re.match(r"\(([^()]+)\)", view.text[match.end() :])
    members = len(after[1].split("、")) if after else 0
    last = around.on(match.end(), "。;,!?、")
    if value == members:
        first = around.back(match.start(), "。;,!?:、")
        while first < match.start() and view.text[first] in "以在":
            first += 1
    else:
        first = around.back(match.start(), "。;,!?:")
        if len(view.text[first : match.start()].split("、")) != value or "、" not in view.text[first : match.start()]:
            return None
    text = view.quote(match.start(1), match.end(2) if len(match[2]) == 1 else match.start(2) + 1)
    return Stated("count", text, view.quote(first, last), float(value or 0), "项", at=match.start())


def _match(found: list[Stated], text: str, around: _Sentence) -> None:
    """Amounts of a sentence are matched by its ratio of 配套."""
    for n, ratio in enumerate(found):
        if ratio.kind == "ratio" and "配套" in ratio.quote:
            begins = around.back(ratio.at, "。!?")
            for other in found:
                if other.kind == "amount" and begins <= other.at < ratio.at and "。" not in text[other.at : ratio.at]:
                    other.matching = n
