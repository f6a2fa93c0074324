"""Money and percentages of a clause: what is paid, to whom, up to what, by whom; and money that is a mere measure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.importing.facts.cases import FAR, GIVES, PAYER, PER, Case, Paid, cases, is_of_row, said_to_pay
from knowledge.importing.facts.spans import Spans, Stretch
from knowledge.importing.facts.stated import AFTER_LESS, AFTER_MORE, LESS, MORE, NUMBER, Bound, Stated, bounds, number
from knowledge.importing.facts.tier_tables import placed
from knowledge.importing.facts.tiers import inside, measures, tiers
from knowledge.text.money import MONEY, amount, currency
from knowledge.text.printed import View

_DASH = "-|~|—+|–|至|到"
_SHARE = re.compile(
    rf"(?P<before>{LESS}|{MORE})?(?:约)?(?:(?P<low>(?<![\d.A-Za-z〔\[-])\d+(?:\.\d+)?)(?P<sign>%|‰)?(?:{_DASH})(?=\d+(?:\.\d+)?[%‰个]))?"
    rf"(?:(?<=[-~—–至到])(?P<high>\d+(?:\.\d+)?)|{NUMBER})(?:%|‰|个百分点)(?P<after>{AFTER_MORE}|{AFTER_LESS}|左右)?"
)
_LOW = re.compile(rf"(?<![\d.A-Za-z〔\[-])(\d+(?:\.\d+)?)(百|千|万|亿)?(?:{_DASH})$")
"""The lower end of 10-50万元, which has no 元 of its own."""
_BOUNDED = r"(?:\([^()]{1,4}\))?(?:及?以上|及?以下|以内)(?:\([^()]{1,6}\)|、含[一-鿿]{1,3})?"
_LIMIT_AFTER = re.compile(
    rf"{_BOUNDED}(?:[、,至到-]?{MONEY.pattern}{_BOUNDED})?的"
    r"(?!(?:奖励|奖(?!励)|补[助贴偿]|资助|支持|扶持|贴息|资金)(?!\d|最高|每|按|一次性|不超过))"
)
"""After the amount: 500万元以上(含)的项目, 1亿元以上的奖励500万元; not 50万元以内的补助."""
_LISTED_LIMIT = re.compile(
    rf"(?:\((?:含|不含)\))?(?:(?:{_BOUNDED})?(?:、|和|及|或|至|-|到)(?:不足)?{MONEY.pattern}(?:\((?:含|不含)\))?)*(?:{_BOUNDED})?"
    r"(?:之间)?的(?:[一-鿿]{0,10}(?:企业|项目|单位|机构|平台|主体|公司|人才|团队|部分))?(?=$|[,。;]|给予|予以|分别|一次性|按|每|奖励|补助|补贴|最高|可)"
)
"""After the amount: 达到2000万元、5000万元的, 达到1亿元的企业."""
_REACHES = re.compile(
    r"(?:达到?|超过?|突破|满|不低于|不少于|高于|低于|首次|实现|完成|累计|至少|上年|当年|年度?)[^,。;]{0,24}$"
)
_LIMIT_BEFORE = re.compile(
    r"(?:总投资|投资额|投资总额|营业收入|业务收入|销售收入|产值|注册资本)(?:[^,。;、:\d%的按]{0,12})$"
)
_MEASURED = re.compile(
    r"(?:规模|收入|产值|零售额|销售额|交易额|成交额|营业额|进出口|出口额|外贸额|增加值|余额|利润|效益|损失|总额|研发投入|研发经费|投资额?|市值|"
    r"产量|消费额|资产|贷款额|融资额|担保额|担保金额|合同额|合同金额|订单额|净资产|纳税额|税收|实缴资本|注册资金|基金|资金)(?:[^,。;、:%]{0,6}?(?:预计|已经?|将|首次|累计|合计|共)*(?:达到?|超过?|突破|近|约|为|实现|增长至|增长到|从|到|由|不低于|不少于|过|大于))*"
    r"(?:\d{4}年的?|[^\d,。;、]{0,3})$"
)
_PAID_BEFORE = re.compile(
    r"(?:给予|予以|提供|享受|发放|安排|最高|最多|不超过|补贴|补助|奖励|奖补|资助|支持)[^,。;对的]{0,8}$"
)
_IS_PAID = re.compile(
    r"补贴|补助|奖励|奖补|资助|配套|支持|给予|予以|补偿|扶持|贴息|安排|发放|扣除|标准|奖金|限额|额度|收取|缴纳|罚|贷款|申请|授信"
)
_SHARE_AFTER = re.compile(
    r"^(?:以?上|以内)?的?(?:比例|标准|额度|幅度)?,?(?:[^,。;%]{0,10}?)(?:给予|予以|奖励|补助|补贴|奖补|资助|支持|扶持|配套|贴息|补偿|兑现|发放|安排)"
)
_SHARE_BEFORE = re.compile(
    r"(?:给予|予以|最高|补贴|补助|奖补|资助|奖励|贴息|补偿)[^,。;]{0,40}$|按照?[^,。;]{2,40}(?:的|[一-鿿])$"
)
_NOT_PAID = re.compile(
    r"(?:增长|提高|提升|降低|下降|减少|占比?|达到?|完成|覆盖率?|下调|上浮|上调|减免?|减征|扣除)[^,。;给予按]{0,14}$"
)
_CAP = re.compile(r"^[^。;!?%]{0,60}?(?:最高|不超过|不高于|最多|至多|上限|不得超过|封顶|限额)[^,。;!?%]{0,16}$")
"""Between a percentage and the most that is paid."""
_NEW_CASE = re.compile(r"[,、](?:对|其中|重新|首次|凡)|的,")
_FUND = re.compile(
    r"(?:所需|上述|以上|奖励|奖补|补贴|补助|扶持|相关|配套|该项|专项)+(?:资金|经费|费用)[^,。;]{0,12}?由([^,。;由]{2,24}?)"
    r"(?=(?:按照?[\d:比例%的]*|各自?|共同|分别|全额|各)*(?:分担|承担|负担|列支|安排|兑现|解决|共担|统筹))"
)
_PAID_BY = re.compile(
    r"(?<=,)由([一-鿿]{0,4}(?:省|市|区|县)?(?:级|本级)?(?:(?:、|和|与)?[市区县]级?)?(?:两级)?财政)(?:局|部门)?(?=[^,。;\d]{0,8}(?:发放|兑现|拨付|承担|负担|列支|安排|支付|保障)[。;,]?)"
)
"""…,由区财政按月发放, after what is paid."""
_SPLIT = re.compile(r"(?:^|由)([^,。;由]{1,16}?(?:级|财政|政府|区|县|市))按")


@dataclass
class _Found:
    """A number on the way to a figure."""

    stated: Stated
    start: int
    end: int
    paid: bool


def payments(view: View, around: Spans, masked: str) -> list[tuple[Stated, Stretch]]:
    """The amounts and percentages of a clause, with where each stands, in the order of the text.

    ``masked``: the text of the view without what only looks like a number.
    """
    found = [_money(view, around, match) for match in MONEY.finditer(view.text) if not _repeated(view, match)]
    taken = [(one.start, one.end) for one in found]
    for match in _SHARE.finditer(masked):
        if not any(a < match.end() and match.start() < b for a, b in taken):
            found.append(_share(view, around, match))
    found.sort(key=lambda one: one.start)
    tiered = tiers(view.text)
    _bound_tiers(found, [*tiered, measures(view.text)])
    _measures(view, found)
    _rows(view, around, found)
    _spread(view, found)
    paid = [one for one in found if one.paid]
    told = cases(around, [Paid(one.start, one.end, one.stated.kind == "amount") for one in paid], tiered)
    for one, case in zip(paid, told, strict=True):
        if case is not None:
            _case(view, around, one, case)
    _by_table(view, found)
    kept = _capped(view, around, found)
    _funded(view, around, kept)
    return [(one.stated, (one.start, one.end)) for one in kept]


SENTENCE = 24
"""Characters of a cell that may state conditions of its own."""


def _by_table(view: View, found: Sequence[_Found]) -> None:
    """In a table an amount goes by the heads of its row and of its column, whatever stands before it in the text."""
    for cell in placed(view) if MONEY.search(view.text) or "%" in view.text else ():
        for one in found:
            if (
                cell.cell[0] <= one.start
                and one.end <= cell.cell[1]
                and one.stated.kind in ("amount", "ratio", "share")
            ):
                one.stated.case = view.quote(*cell.row)
                one.stated.subject = view.quote(*cell.column) if cell.column else None
                one.stated.quote = view.quote(min(cell.row[0], cell.cell[0]), cell.cell[1])
                one.stated.note = None


def _bound_tiers(found: Sequence[_Found], tiered: Sequence[Sequence[Stretch]]) -> None:
    """What bounds a tier is no payment."""
    for one in found:
        if inside(tiered, one.start, one.end):
            one.stated.kind, one.paid = ("limit" if one.stated.kind in ("amount", "limit") else "share"), False


def _repeated(view: View, match: re.Match[str]) -> bool:
    """500万元(含500万元)."""
    return re.search(rf"{re.escape(match.group())}\((?:含|不含)$", view.text[: match.start()]) is not None


def _money(view: View, around: Spans, match: re.Match[str]) -> _Found:
    text = view.text
    start, end = match.span()
    first, last = clause(around, start, end)
    piece = first
    stated = Stated("amount", view.quote(start, end), "", amount(match.group()), currency(match.group()), at=start)
    before, after = text[first:start], text[end:last]
    stated.bound = _bound(before, after)
    if low := _LOW.search(before):
        scale = low[2] or match[2] or ""
        stated.least = amount(f"{low[1]}{scale}元")
        if stated.least < stated.value:
            start = first + low.start()
            stated.text, stated.bound = view.quote(start, end), "at_most"
        else:
            stated.least = None
    whole = around.back(start, "。;,!?:")
    if _is_limit(text, first, whole, start, end):
        stated.kind = "limit"
    part, stop = around.back(start, "。!?"), around.on(end, "。;!?")
    if stated.kind == "limit" and re.search(rf"{MONEY.pattern}(?:\([^()]*\))?(?:、|和|及|或)$", text[whole:start]):
        first = whole
    paid = stated.kind == "amount" and _IS_PAID.search(text[max(0, part - 80) : stop]) is not None
    if paid:
        first = whole
    stated.quote = view.quote(first, _quote_end(text, end, last))
    stated.per = per(view, piece, start, last)
    _pays(view, around, stated, whole, start, last)
    return _Found(stated, start, end, paid)


def _quote_end(text: str, end: int, last: int) -> int:
    return end if re.match(r"[,。;]|$", text[end : end + 1]) else last


def _bound(before: str, after: str) -> Bound:
    """How an amount is bounded by the words of its comma clause."""
    ranged = re.search(rf"(\d+(?:\.\d+)?(?:万|亿)?元?)(?:{_DASH})$", before)
    if re.search(rf"(?:{LESS})(?:[^\d,。;、]{{0,10}})?$", before) or re.match(
        rf"(?:\([^()]*\))?(?:{AFTER_LESS})", after
    ):
        return "at_most"
    if (re.search(rf"(?:{MORE})(?:为|人民币)?$", before) and not re.search(r"达到?$", before)) or re.match(
        rf"(?:\([^()]*\))?(?:{AFTER_MORE})", after
    ):
        return "at_least"
    if ranged:
        return "at_most"
    if re.match(rf"(?:{_DASH})\d+(?:\.\d+)?(?:百|千|万|亿)*元", after):
        return "at_least"
    return "exact"


def _is_limit(text: str, first: int, whole: int, start: int, end: int) -> bool:
    """Whether the amount tells who or what is meant (对总投资500万元以上的项目), and isn't what is paid."""
    before = text[first:start]
    measured = _LIMIT_BEFORE.search(before)
    if measured:
        return not GIVES.search(measured.group()) and not re.search(r"最高|封顶|上限", measured.group())
    after = _LIMIT_AFTER.match(text, end) is not None
    if after and re.search(r"(?:担保|贷款|投资|合同|交易|营业|销售)[一-鿿]{0,4}(?:额|收入)(?:在|为)?$", before):
        return True
    if _PAID_BEFORE.search(before) is not None:
        return False
    if after:
        return True
    own = text[whole:start]
    if _LISTED_LIMIT.match(text, end) and _REACHES.search(own) and not re.search("给予|予以", own):
        return True
    measured = _MEASURED.search(own)
    return measured is not None and not GIVES.search(own)


def _share(view: View, around: Spans, match: re.Match[str]) -> _Found:
    text = view.text
    first, last = clause(around, match.start(), match.end())
    whole = around.back(match.start(), "。;,!?:")
    start = match.start()
    if match["before"] in ("达", "达到", "超过", "突破", "高于", "力争达到", "控制在"):
        start += len(match["before"])
    printed = match["high"] or match[match.re.groups - 1]
    unit = next(sign for sign in ("个百分点", "‰", "%") if sign in match.group()[-6:])
    stated = Stated("share", view.quote(start, match.end()), view.quote(first, last), number(printed), unit)
    stated.bound, stated.at = bounds(match), match.start()
    if match["low"]:
        stated.least, stated.bound = number(match["low"]), "at_most"
    before = text[whole : match.start()]
    if re.search(rf"(?:{LESS})[^\d,。;、]{{1,12}}$", before):
        stated.bound = "at_most"
    after = text[match.end() : around.on(match.end(), "。;!?")]
    gives = (
        GIVES.search(text[whole:last]) is not None or re.match(r"(?:的(?:比例|标准))?,(?:给予|予以)", after) is not None
    )
    paid = (
        gives
        and unit != "个百分点"
        and not _NOT_PAID.search(before)
        and (_SHARE_AFTER.match(after) is not None or _SHARE_BEFORE.search(before) is not None)
        and not re.match(
            rf"(?:{AFTER_MORE}|{AFTER_LESS})?(?:\([^()]*\))?的(?!比例|标准|额度|幅度|资金|奖|补|资助|贴|支持|一次|财政|经费|后)",
            after,
        )
    )
    if paid:
        stated.kind = "ratio"
        stated.quote = view.quote(whole, last)
    if gives or re.search("承担|分担|负担", text[whole:last]):
        _pays(view, around, stated, whole, match.start(), last)
    return _Found(stated, match.start(), match.end(), paid)


def clause(around: Spans, start: int, end: int) -> Stretch:
    """The comma clause, from the piece of an enumeration that has a number of its own."""
    first = around.back(start, "。;,!?:")
    last = around.on(end, "。;,!?")
    piece = around.back(start, "。;,!?:、")
    while piece > first:
        before = around.back(piece - 1, "。;,!?:、")
        if re.search(r"\d(?:万|亿|千|百)?(?:余|多)?(?:元|%|年|[一-鿿]{1,2})", around.text[before : piece - 1]):
            break
        piece = before
    return max(first, piece), last


def _measures(view: View, found: Sequence[_Found]) -> None:
    """2000万元至1亿元之间的; 不低于50万元,且不超过1000万元的: what goes on with a measure is one."""
    for one, other in pairwise(found):
        between = view.text[one.end : other.start]
        if (
            one.stated.kind == "limit"
            and one.stated.unit == other.stated.unit
            and re.fullmatch(
                rf"(?:以上)?(?:\([^()]*\))?(?:{_DASH}|(?:增长|增加|提高|扩大|上升|下降|减少)[到至](?:\d{{4}}年的?)?|,?(?:且|并且|同时)(?:{LESS}|{MORE}))",
                between,
            )
        ):
            other.stated.kind, other.paid = "limit", False


def _rows(view: View, around: Spans, found: Sequence[_Found]) -> None:
    """小型企业按50%、微型企业按80%给予补助: what gives the last one gives those before it in its comma clause."""
    shares = [one for one in found if one.stated.kind in ("share", "ratio")]
    for one, other in reversed(list(pairwise(shares))):
        first = around.back(other.start, "。;,!?:")
        if other.stated.kind == "ratio" and one.stated.kind == "share" and one.stated.unit == other.stated.unit:
            before = view.text[first : one.start]
            between = view.text[one.end : other.start]
            joined = re.search("、|和|及|与", between) is not None and "的" not in between[:2]
            if one.start >= first and joined and not _NOT_PAID.search(before):
                one.stated.kind, one.paid = "ratio", True


def _spread(view: View, found: Sequence[_Found]) -> None:
    """最高50万元、20万元: a bound, a per and a payer before the first of a row hold for the others."""
    for one, other in pairwise(found):
        between = view.text[one.end : other.start]
        if one.stated.kind != other.stated.kind or not re.fullmatch(
            r"(?:/[一-鿿]{1,3}(?:[./·][年月次天日人])?)?(?:\([^()]*\))?(?:、|和|及|以及|/)", between
        ):
            continue
        if other.stated.bound == "exact" and not re.match(rf"(?:\([^()]*\))?(?:{AFTER_LESS}|{AFTER_MORE})", between):
            other.stated.bound = one.stated.bound
        other.stated.per = other.stated.per or one.stated.per
        other.stated.payer = other.stated.payer or one.stated.payer


def _case(view: View, around: Spans, one: _Found, told: Case) -> None:
    stated = one.stated
    subject, case = told.subject, told.case
    stated.subject = view.quote(*subject) if subject else None
    stated.case = view.quote(*case) if case else None
    last = around.on(one.end, "。;,!?")
    begins = min(told.begins, around.back(one.start, "。;,!?:"))
    if told.unpaired:
        stated.note = "几个数字与几种情形对不上，情形写的是整句；请核对"
    if one.start - begins <= FAR:
        stated.quote = view.quote(begins, _quote_end(view.text, one.end, last))


def _capped(view: View, around: Spans, found: list[_Found]) -> list[_Found]:
    """按投资额的10%给予补贴,最高不超过500万元: one figure, with the most that is paid."""
    kept: list[_Found] = []
    n = 0
    while n < len(found):
        one = found[n]
        kept.append(one)
        n += 1
        if one.stated.kind != "ratio":
            continue
        run = [one]
        while (
            n < len(found)
            and found[n].stated.kind == "ratio"
            and not re.search(r"[,。;!?]", view.text[run[-1].end : found[n].start])
        ):
            run.append(found[n])
            kept.append(found[n])
            n += 1
        caps: list[_Found] = []
        while n < len(found) and found[n].stated.kind == "amount":
            between = view.text[(caps or run)[-1].end : found[n].start]
            if not (len(between) <= 2 if caps else _CAP.match(between) and not _NEW_CASE.search(between)):
                break
            caps.append(found[n])
            n += 1
        if not caps:
            continue
        last = caps[-1]
        stop = _quote_end(view.text, last.end, around.on(last.end, "。;,!?"))
        if len(caps) not in (1, len(run)):
            n -= len(caps)
            continue
        for i, ratio in enumerate(run):
            cap = caps[i] if len(caps) == len(run) else caps[0]
            ratio.stated.cap = cap.stated.value
            ratio.stated.quote = view.quote(_begin(view, ratio), stop)
        if len(run) == 1:
            inside = "(" in view.text[one.end : last.start] and view.text[last.end : last.end + 1] == ")"
            one.stated.text = view.quote(one.start + _led(view.text, one), last.end + inside)
            one.end = last.end
            one.stated.payer = one.stated.payer or last.stated.payer
            continue
        kept += caps
        for cap, ratio in zip(caps, run, strict=False):
            cap.stated.bound = "at_most"
            cap.stated.quote = ratio.stated.quote
            if len(caps) > 1:
                cap.stated.subject, cap.stated.case, cap.stated.note = (
                    ratio.stated.subject,
                    ratio.stated.case,
                    ratio.stated.note,
                )
    return kept


def _begin(view: View, one: _Found) -> int:
    """Where the quote of a figure begins in the view."""
    plain = View(one.stated.quote).text
    return view.text.rfind(plain, 0, one.end + len(plain)) if plain else one.start


def _led(text: str, one: _Found) -> int:
    led = re.match(r"达到?|超过|突破|高于|控制在", text[one.start : one.end])
    return led.end() if led else 0


_UNIT = (
    r"(?:\d{0,3}(?:人次|间夜|平方米|平方公里|公里|立方米|千瓦时|千瓦|标箱|航次|班次|年度|学年|学期|季度|课时|小时|公斤|"
    "[个家户人名月年次亩吨天日夜晚桌间床件项套辆台条批期班场平车头只株度位季]))"
)
"""What stands after 元/."""


def per(view: View, first: int, start: int, last: int) -> str | None:
    """每户, 每年, 每个开发区: before the number in its comma clause, or right after it (元/人)."""
    text = view.text
    found = None
    for match in PER.finditer(text, first, start):
        found = match
    if found is None:
        after = re.match(rf"[\d.,一二两三四五六七八九十百千万亿-]+元/({_UNIT}(?:[./·每]{_UNIT})*)", text[start:last])
        return view.quote(start + after.start(1), start + after.end(1)) if after else None
    end = found.end()
    begin = found.start()
    before = re.search(PER.pattern + r"([一-鿿]{0,3})$", text[first:begin])
    if before and not _PER_STOP.search(before[2]):
        begin = first + before.start()
    if _PER_STOP.match(text[end:]) is None:
        stop = _PER_STOP.search(text, end, start)
        far = stop.start() if stop else end if is_of_row(text, start) else start
        if 0 < far - end <= 8 and "的" not in text[end:far]:
            end = far
    return view.quote(begin, end)


_PER_STOP = re.compile(
    r"年|月|限|补贴|补助|奖励|奖补|给予|资助|支持|发放|按|可|最高|不超过|不高于|不低于|不少于|至少|新增|建设|培育|发布|扣除|一次性|标准|超过|最多|提高|增加|达|为|不|在|由|享受|分别|累计|合计|总计|\d|,|、"
)


def _pays(view: View, around: Spans, stated: Stated, whole: int, start: int, last: int) -> None:
    """Who pays, where the comma clause or the sentence begins with it."""
    text = view.text
    if stated.kind not in ("amount", "ratio", "share") or not re.search(
        rf"{GIVES.pattern}|承担|分担|负担", text[whole:last]
    ):
        return
    first = clause(around, start, start + 1)[0]
    sentence = around.back(start, "。;!?")
    if (said := said_to_pay(around, start)) and not re.match(r"[^,]*财政", text[first:start]):
        stated.payer = view.quote(*said)
        return
    for base in dict.fromkeys((first, whole, sentence)):
        if payer := PAYER.match(text[base:start]):
            stated.payer = view.quote(base + payer.start(1), base + payer.end(1))
            return
    own = text[whole:start]
    inside = re.search(
        r"(?:由|,|的)((?:中央|省级?|市级?|区级?|县级?|各区|[一-鿿]{1,3}(?:省|市|区|县))(?:、?[市区县]级?)?(?:本级|两级)?财政)(?:局|部门)?(?:按|给予|予以|一次性|每|承担|分担)",
        own,
    )
    if inside:
        stated.payer = view.quote(whole + inside.start(1), whole + inside.end(1))


def payer_of_split(view: View, whole: int, start: int) -> str | None:
    """市、区财政 of 由市、区财政按1:1比例分担."""
    found = _SPLIT.search(view.text[whole:start])
    return view.quote(whole + found.start(1), whole + found.end(1)) if found else None


def _funded(view: View, around: Spans, found: Sequence[_Found]) -> None:
    """所需资金由市财政承担: who pays what its sentence, or else all before it, provides."""
    for match in (*_FUND.finditer(around.text), *_PAID_BY.finditer(around.text)):
        payer = view.quote(match.start(1), match.end(1))
        sentence = around.back(match.start(), "。!?")
        own = [one for one in found if sentence <= one.start < match.start()]
        earlier = [one for one in found if one.start < match.start()] if match.re is _FUND else []
        for one in own or earlier:
            if one.stated.kind in ("amount", "ratio") and one.stated.payer is None:
                one.stated.payer = payer
