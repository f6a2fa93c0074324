"""How much a bit gives and to whom: the runs of comma clauses that state sums, and the words before each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.base.document import Clause, Figure
from knowledge.importing.facts.cards.audiences import RECIPIENT, TOWARDS, whose
from knowledge.importing.facts.cards.bits import Bit, body, pieces
from knowledge.importing.facts.cards.words import words
from knowledge.importing.facts.spans import Stretch
from knowledge.text.printed import View, without_blanks

_LEAD = re.compile(
    r"(?:由?[一-鿿、()]{0,8}财政)?(?:分别|一次性|按照?(?!规定|要求|期|时|月缴)|每(?!年度?营|月缴)|给予|予以|最高|最多|不超过|不高于"
    r"|奖励|补助|补贴|资助|奖补|再|追加|各(?!级|类|地|区|县|市)|可(?:享受|获|申请)|单(?:个|项|家|一)|享受|发放|免(?:收|征|缴|费|除)"
    r"|减半|全额|标准|增加|以(?!上|下|内|外|及))"
)
_NO_SUM = re.compile(
    r"(?:规模|投资额?|收入|产值|市值|融资额?|总值|增加值|营收|利润|募集|资产|注册资[本金]|交易额|产量)[^,。;]{0,10}?"
    r"(?:达到?|超|突破|约|为|在)?[^,。;给补奖]{0,6}$"
)
_SURELY = re.compile(
    r"费率|收费|返还|报销|免除|补贴|补助|奖励|给予|上浮|拨付|扣除|资助|补偿|减征|减免|优惠|支付|贴息|贴费"
)
_LEADS_IN = re.compile(
    r"(?:给予|予以|提供|发放)[^,]{0,16}(?:补贴|补助|奖励|支持|扶持|资助|贴息|奖补|券|津贴)$|由政府承担$"
    r"|每(?:培育|引进|招|新增|孵化|认定)[^,]{2,30}$|^每(?!年度?营|年$|家企业$|个企业$|月缴)[^,]{2,30}$"
)
"""Before a sum, and part of how much: 根据投入情况给予财政补贴, 每招收一名博士后进站."""
_TELLS_WHO = re.compile(
    r"(?:及?以[上下内])?的(?!比例|标准|额度|幅度|部分|[^,。;]{0,6}(?:补贴|补助|奖励|资助|支持|扶持|贴息|配套|资金|奖补|优惠|贷款|补偿|经费|津贴))"
)
"""After a number: 担保费率不超过1%的业务 tells who is meant."""
_FUND = re.compile(r"[\d.,]+[百千万亿]*元(?:人民币)?(?:的)?(?:设立|建立|组建)")
_BY_NAME = re.compile(r"[一-鿿]{0,4}(?:补贴|补助|奖励|补偿|贴息|扣除|资助)[一-鿿]{0,3}(?:标准|比例|额度)")
"""风险补偿比例为:…: every number after it is a sum."""
_SHARED = re.compile(
    r"(?:财政|资金|费用|政府|基金)[^,。;]{0,30}(?:承担|分担|列支|负担)(?!风险|保险)|按[\d:]+(?:的?比例)?(?:承担|分担)"
)
"""Who bears the cost is no sum given."""
_SAME = re.compile(
    r"(?:(?:对|其中)?(?:同一|单个|单一|单户|单笔|单项|每笔|每个|每家|单家|每户|每位|个人|同时)[一-鿿]{0,8}|[一-鿿]{0,4}(?:最多|资金|额度|金额|总额))"
)
_WHOLLY = re.compile(r"全额(?:补|奖|资助)|减半(?:收|征)|免(?:收|征|缴|除)[^,]{0,8}(?:费|税|租金?|押金)|零租金")
_APART = re.compile(
    r"其中(?!(?:市|省|区|县|中央)级?(?:财政|补助|资金|承担|配套)|首|前|第|每|最|补)[一-鿿]{5,}(?:按|给予|最高)"
)
"""其中集成电路企业按10%给予补助: another case."""
_TIME = re.compile(r"(?:前|后|首|次|第|每|当)[\d一二三四五]*(?:年|月|季度|期|续)")
"""前3年 of 前3年免收租金: part of how much."""
_DIGITS = re.compile(r"\d|[一二三四五六七八九十两]")


@dataclass
class Sum:
    """One run of sums of a bit; stretches of the view."""

    stated: Stretch
    audience: Stretch | None = None
    conditions: list[Stretch] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)


@dataclass(frozen=True)
class Placed:
    """A figure with where it stands in the view."""

    figure: Figure
    at: int
    begins: int
    """Where its quote begins."""


def placed(clause: Clause, view: View) -> list[Placed]:
    """The clause's figures in the order of the text, each once."""
    found = []
    after: dict[str, int] = {}
    for figure in clause.figures:
        begins = clause.text.find(figure.quote)
        at = clause.text.find(figure.text, max(begins, after.get(figure.text, 0)))
        if not begins <= at < begins + len(figure.quote):
            at = begins + figure.quote.find(figure.text)
        after[figure.text] = at + 1
        found.append(Placed(figure, view.place(at), view.place(begins)))
    return sorted(found, key=lambda one: one.at)


def sums(view: View, bit: Bit, figures: Sequence[Placed]) -> list[Sum]:
    """The runs of sums in a bit, each with the words before it."""
    own = [one for one in figures if bit.start <= one.at < bit.end]
    parts = pieces(view.text, *body(view, bit))
    named = _BY_NAME.match(view.text, *body(view, bit)) is not None
    paid = [[one for one in own if part[0] <= one.at < part[1] and _is_sum(view, part, one, named)] for part in parts]
    found: list[Sum] = []
    before: list[Stretch] = []
    n = 0
    while n < len(parts):
        if not paid[n] and not _WHOLLY.search(view.text, *parts[n]):
            before.append(parts[n])
            n += 1
            continue
        first = n
        if before and _LEADS_IN.search(view.text[slice(*before[-1])]):
            first, before = n - 1, before[:-1]
        while n + 1 < len(parts) and _goes_on(view.text, parts[n + 1], paid[n + 1]):
            n += 1
        run = [one for part in paid[first : n + 1] for one in part]
        found.append(_sum(view.text, before, (parts[first], parts[n]), run))
        before = []
        n += 1
    return found


def _is_sum(view: View, part: Stretch, one: Placed, named: bool) -> bool:
    """Whether the figure of a comma clause is a sum given; ``named``: the sentence says that all of its numbers are."""
    if one.figure.kind not in ("amount", "ratio", "share"):
        return False
    around = view.text[_from(view.text, min(one.begins, part[0])) : part[1]]
    known = words().one
    if known["not_given"].search(view.text[slice(*part)]) or _FUND.match(view.text, one.at, part[1]):
        return False
    if (one.figure.kind != "ratio" or one.figure.unit == "比例") and not named and not known["gives"].search(around):
        return False
    before = view.text[part[0] : one.at]
    if _TELLS_WHO.match(view.text, one.at + len(without_blanks(one.figure.text))):
        return False
    if one.figure.kind != "amount" and _SHARED.search(view.text[part[0] : part[1]]):
        return False
    if one.figure.kind == "share":
        after = re.match(r",(?:给予|予以|提供)", view.text[part[1] : part[1] + 3])
        return named or after is not None or _SURELY.search(around) is not None
    return not (one.figure.kind == "amount" and _NO_SUM.search(before) and not _SURELY.search(before))


def _from(text: str, begin: int) -> int:
    """Where the words begin that tell what a sum is: with the comma clause before, of 其中前两年100%, 每家最高5万元."""
    before = max(text.rfind(mark, 0, max(begin - 1, 0)) for mark in ",。;:") + 1
    return before if text.startswith("其中", begin) or _LEADS_IN.search(text[before : begin - 1]) else begin


_ROW = re.compile(r"(?:[、,;:(]|其中|分别|按|^)((?!每|最|分|按|补|奖|给)[一-鿿A-Za-z]{2,12})$")


def label_of(text: str, at: int, end: int) -> Stretch | None:
    """前两年 of 前两年100%、后三年50%: the label before a number in a row of such; None where it has none."""
    in_row = text[end : end + 1] == "、" or re.search(r"(?:%|元)、[一-鿿]{2,12}$", text[max(0, at - 16) : at])
    found = _ROW.search(text[max(0, at - 16) : at]) if in_row else None
    return (at - len(found[1]), at) if found else None


def _goes_on(text: str, part: Stretch, paid: Sequence[Placed]) -> bool:
    """Whether a comma clause goes on with the sum before it, and begins no other case."""
    shown = text[part[0] : part[1]]
    if paid:
        prefix = shown[: _lead_of(shown)]
        if _APART.match(shown):
            return False
        same = len(prefix) < 3 or _SAME.fullmatch(prefix)
        if re.search(r"\d[^,]{0,6}以[上下]$", prefix):  # 80周岁以上每餐补贴4元
            return False
        return bool(same) or not (TOWARDS.match(shown) or RECIPIENT.search(prefix))
    one = words().one
    capped = one["caps"].search(shown) and _DIGITS.search(shown) and not shown.endswith("的")
    return bool(one["pays"].search(shown) or one["periods"].search(shown) or capped)


def _lead_of(shown: str, *, alone: bool = True) -> int:
    """Where in a comma clause the words begin that give; ``alone``: nothing on whom it is for stands before it."""
    leads = [match.start() for match in _LEAD.finditer(shown)]
    for at in leads:
        if at == 0 or RECIPIENT.search(shown[:at]):
            return at
    return leads[0] if leads and alone else 0


def _sum(text: str, before: list[Stretch], run: tuple[Stretch, Stretch], paid: Sequence[Placed]) -> Sum:
    """``run`` is the first and the last comma clause."""
    first, last = run
    alone = not any(RECIPIENT.search(text[a:b]) for a, b in before)
    lead = first[0] + _lead_of(text[first[0] : first[1]], alone=alone)
    lead = min([lead, *(one.at for one in paid)])
    start, prefix = first[0], list(before)
    own = text[first[0] : lead]
    if lead - first[0] >= 2 and (RECIPIENT.search(own) or TOWARDS.match(own) or not _TIME.match(own)):
        start, prefix = lead, [*before, (first[0], lead)]
    audience, conditions = whose(text, prefix)
    return Sum((start, last[1]), audience, conditions, [one.figure for one in paid])
