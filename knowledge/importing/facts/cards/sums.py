"""How much a bit gives and to whom: the runs of comma clauses that state sums, and the words before each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from knowledge.base.document import Clause, Figure
from knowledge.importing.facts.cards.bits import Bit, body, pieces
from knowledge.importing.facts.cards.words import words
from knowledge.importing.facts.spans import Stretch
from knowledge.text.printed import View, without_blanks

_TOWARDS = re.compile(
    r"(?:其中,?)?(?:对于?(?!接|外|标|口|照|应|策|象|比|称)|凡是?|鼓励(?:和支持)?|支持(?!标准|方式|额度|强度)"
    r"|给予(?=[^\d]{2,20}(?:企业|单位|个人|项目)))"
)
_ALSO_TOWARDS = re.compile(
    r"[^,。;]{0,16}(?:可|要|应|将|并|财政|各区)对于?(?=.{4})|拟资助(?=[^,。;强额]{2,14}约?\d*项)"
)
_RECIPIENT = re.compile(
    r"(?:的|企业|项目|单位|机构|个人|团队|平台|园区|人才|基地|公司|中心|院校|家庭|人员|主体|合作社|农户|居民|车辆|毕业生|"
    r"[一-鿿]者|园|站|展会|库|仓|店|论坛|赛事|剧目|作品|专利|成果|街区|商圈|酒店|学校|医院|集群|联盟|协会|室|院|所|馆|城市|支出|业务|贷款|子女|集群|基站|活动|等|工厂|车间|品牌|产品|载体|技师|博士|硕士|职工|孵化器|民宿|商户|学员|老人)(?:\([^()]*\))?$"
)
_LEAD = re.compile(
    r"(?:由?[一-鿿、()]{0,8}财政)?(?:分别|一次性|按照?(?!规定|要求|期|时|月缴)|每(?!年度?营|月缴)|给予|予以|最高|最多|不超过|不高于"
    r"|奖励|补助|补贴|资助|奖补|再|追加|各(?!级|类|地|区|县|市)|可(?:享受|获|申请)|单(?:个|项|家|一)|享受|发放|免(?:收|征|缴|费|除)"
    r"|减半|全额|标准|以)"
)
_BACKGROUND = re.compile(
    r"^(?:为了?|按照|根据|依据|加强|完善|建立|推动|推进|加快|引导|围绕|落实|实施|同时|此外|另外|原则上|以.{2,20}为|设立|发挥)(?!.*的$)"
)
_NOUN = re.compile(r"(?:企业|项目|单位|机构|个人|团队|人员|主体|人才|[一-鿿]者)$")
_DOER = re.compile(
    r"(?:[一-鿿]{0,6}(?:企业|单位|机构|个人|项目|人员|农户)|新(?!增)|首次|获|入选|被|取得|列入|参加|承办|举办)(?=.{4})"
)
"""How a clause may open that says whom a sum is for, though it ends with the name of something."""
_NOT_WHO = re.compile(r"^(?:经(?!认定|评审|备案)|自(?!建|主|行)|按|以|年|上年|当年|并|且|其中|累计|参照|依|于)")
_NO_SUM = re.compile(
    r"(?:规模|投资额?|收入|产值|市值|融资额?|总值|增加值|营收|利润|募集|资产|注册资[本金]|交易额|产量)[^,。;]{0,10}?"
    r"(?:达到?|超|突破|约|为|在)?[^,。;给补奖]{0,6}$"
)
_SURELY = re.compile(
    r"费率|收费|返还|报销|免除|补贴|补助|奖励|给予|上浮|拨付|扣除|资助|补偿|减征|减免|优惠|支付|贴息|贴费"
)
_CONDITION = re.compile(
    r"的$|^(?:且|并|符合|取得|通过|连续|上年|近[一二三两]年|经[^,]{2,20}(?:认定|备案|批准|同意|验收))"
)
_THRESHOLD = re.compile(
    r"\d[\d.,]*[百千万亿]*(?:美?元|%|家|人|名|个|项|平方米|亩|年|月|岁|吨|台|次|天|日|课时)|以上|满[一二三半]"
)
_LEADS_IN = re.compile(
    r"(?:给予|予以|提供)[^,]{0,16}(?:补贴|补助|奖励|支持|扶持|资助|贴息|奖补)$|^每(?!年度?营|年$|家企业$|个企业$|月缴)[^,]{2,30}$"
)
"""Before a sum, and part of how much: 根据投入情况给予财政补贴, 每招收一名博士后进站."""
_DOER = re.compile(
    r"(?:[一-鿿]{0,6}(?:企业|单位|机构|个人|项目|人员|农户)|新(?!增)|首次|获|入选|被|取得|列入|参加|承办|举办)(?=.{4})"
)
"""How a clause may open that says whom a sum is for, though it ends with the name of something."""
_NOT_WHO = re.compile(r"^(?:经(?!认定|评审|备案)|自(?!建|主|行)|按|以|年|上年|当年|并|且|其中|累计|参照|依|于)")
_NO_SUM = re.compile(
    r"(?:规模|投资额?|收入|产值|市值|融资额?|总值|增加值|营收|利润|募集|资产|注册资[本金]|交易额|产量)[^,。;]{0,10}?"
    r"(?:达到?|超|突破|约|为|在)?[^,。;给补奖]{0,6}$"
)
_SURELY = re.compile(
    r"费率|收费|返还|报销|免除|补贴|补助|奖励|给予|上浮|拨付|扣除|资助|补偿|减征|减免|优惠|支付|贴息|贴费"
)
_CONDITION = re.compile(
    r"的$|^(?:且|并|符合|取得|通过|连续|上年|近[一二三两]年|经[^,]{2,20}(?:认定|备案|批准|同意|验收))"
)
_THRESHOLD = re.compile(
    r"\d[\d.,]*[百千万亿]*(?:美?元|%|家|人|名|个|项|平方米|亩|年|月|岁|吨|台|次|天|日|课时)|以上|满[一二三半]"
)
_PER = re.compile(r"每(?!年度?营|年$|家企业$|个企业$|月缴)[^,]{2,30}$")
"""每招收一名博士后进站, before the sum."""
_TELLS_WHO = re.compile(
    r"(?:及?以[上下内])?的(?!比例|标准|额度|幅度|部分|[^,。;]{0,6}(?:补贴|补助|奖励|资助|支持|扶持|贴息|配套|资金|奖补|优惠|贷款|补偿|经费|津贴))"
)
"""After a number: 担保费率不超过1%的业务 tells who is meant."""
_SHARED = re.compile(
    r"(?:财政|资金|费用|政府|基金)[^,。;]{0,30}(?:承担|分担|列支|负担)|按[\d:]+(?:的?比例)?(?:承担|分担)"
)
"""Who bears the cost is no sum given."""
_SAME = re.compile(
    r"(?:(?:对|其中)?(?:同一|单个|单一|每个|每家|单家|每户|每位|个人|同时)[一-鿿]{0,8}|[一-鿿]{0,4}(?:最多|资金|额度|金额|总额))"
)
_WHOLLY = re.compile(r"全额(?:补|奖|资助)|减半(?:收|征)|免(?:收|征|缴|除)[^,]{0,8}(?:费|税|租金?|押金)|零租金")
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
    paid = [_paid(view, part, own) for part in parts]
    found: list[Sum] = []
    before: list[Stretch] = []
    n = 0
    while n < len(parts):
        if not paid[n] and not _WHOLLY.search(view.text, *parts[n]):
            before.append(parts[n])
            n += 1
            continue
        first = n
        while n + 1 < len(parts) and _goes_on(view.text, parts[n + 1], paid[n + 1]):
            n += 1
        run = [one for part in paid[first : n + 1] for one in part]
        found.append(_sum(view.text, before, (parts[first], parts[n]), run))
        before = []
        n += 1
    return found


def _paid(view: View, part: Stretch, figures: Sequence[Placed]) -> list[Placed]:
    """The figures of a comma clause that are sums given."""
    return [one for one in figures if part[0] <= one.at < part[1] and _is_sum(view, part, one)]


def _is_sum(view: View, part: Stretch, one: Placed) -> bool:
    if one.figure.kind not in ("amount", "ratio", "share"):
        return False
    around = view.text[_from(view.text, min(one.begins, part[0])) : part[1]]
    known = words().one
    if known["not_given"].search(around) or not known["gives"].search(around):
        return False
    before = view.text[part[0] : one.at]
    if _TELLS_WHO.match(view.text, one.at + len(without_blanks(one.figure.text))):
        return False
    if one.figure.kind != "amount" and _SHARED.search(view.text[part[0] : part[1]]):
        return False
    if one.figure.kind == "share":
        return _SURELY.search(around) is not None
    return not (one.figure.kind == "amount" and _NO_SUM.search(before) and not _SURELY.search(before))


def _from(text: str, begin: int) -> int:
    """Where the words begin that tell what a sum is: with the comma clause before, of 其中前两年100%."""
    return max(text.rfind(mark, 0, begin - 1) for mark in ",。;:") + 1 if text.startswith("其中", begin) else begin


def _goes_on(text: str, part: Stretch, paid: Sequence[Placed]) -> bool:
    """Whether a comma clause goes on with the sum before it, and begins no other case."""
    shown = text[part[0] : part[1]]
    if paid:
        prefix = shown[: _lead_of(shown)]
        same = len(prefix) < 3 or _SAME.fullmatch(prefix)
        return bool(same) or not (_TOWARDS.match(shown) or _RECIPIENT.search(prefix))
    one = words().one
    capped = one["caps"].search(shown) and _DIGITS.search(shown) and not shown.endswith("的")
    return bool(one["pays"].search(shown) or one["periods"].search(shown) or capped)


def _lead_of(shown: str, *, alone: bool = True) -> int:
    """Where in a comma clause the words begin that give; ``alone``: nothing on whom it is for stands before it."""
    leads = [match.start() for match in _LEAD.finditer(shown)]
    for at in leads:
        if at == 0 or _RECIPIENT.search(shown[:at]):
            return at
    return leads[0] if leads and alone else 0


def _sum(text: str, before: list[Stretch], run: tuple[Stretch, Stretch], paid: Sequence[Placed]) -> Sum:
    """``run`` is the first and the last comma clause."""
    first, last = run
    alone = not any(_RECIPIENT.search(text[a:b]) for a, b in before)
    lead = first[0] + _lead_of(text[first[0] : first[1]], alone=alone)
    lead = min([lead, *(one.at for one in paid)])
    start, prefix = first[0], list(before)
    if lead - first[0] >= 2:
        start, prefix = lead, [*before, (first[0], lead)]
    elif before and _LEADS_IN.search(text[slice(*before[-1])]):
        start, prefix = before[-1][0], before[:-1]
    audience, conditions = _whose(text, prefix)
    return Sum((start, last[1]), audience, conditions, [one.figure for one in paid])


def _whose(text: str, prefix: Sequence[Stretch]) -> tuple[Stretch | None, list[Stretch]]:
    """Of the comma clauses before a sum: whom it is for, and the conditions beside."""
    towards = _towards(text, prefix)
    able = (n for n in range(len(prefix)) if _able(text, prefix, n))
    first = towards if towards is not None else next(able, None)
    if first is None:
        return None, []
    last = first
    while towards is not None and last + 1 < len(prefix) and not _RECIPIENT.search(text[slice(*prefix[last])]):
        last += 1
    start = prefix[first][0]
    if found := _TOWARDS.match(text, start) or _ALSO_TOWARDS.match(text, start, prefix[first][1]):
        start = found.end()
    whole = (start, prefix[last][1])
    if whole[1] - whole[0] <= 2:
        return None, []
    conditions = [part for n, part in enumerate(prefix) if not first <= n <= last and _is_condition(text[slice(*part)])]
    if _THRESHOLD.search(text[slice(*whole)]):
        conditions.insert(0, whole)
    return whole, conditions


def _towards(text: str, prefix: Sequence[Stretch]) -> int | None:
    """The comma clause that begins 对…; else one that begins 鼓励…, or has 可对… in it."""
    clearly = [n for n, (a, b) in enumerate(prefix) if text[a] in "对凡其给" and _TOWARDS.match(text, a, b)]
    if clearly:
        return clearly[-1]
    for pattern in (_ALSO_TOWARDS, _TOWARDS):
        if (found := next((n for n, part in enumerate(prefix) if pattern.match(text, *part)), None)) is not None:
            return found
    return None


def _is_condition(shown: str) -> bool:
    return _CONDITION.search(shown) is not None and not re.match(r"按|参照|以|根据|依|并按|分别", shown)


def _able(text: str, prefix: Sequence[Stretch], n: int) -> bool:
    """Whether a comma clause may say whom a sum is for: it ends so, or one of the next ends with 的."""
    shown = text[slice(*prefix[n])]
    if _BACKGROUND.match(shown) or (_NOT_WHO.match(shown) and not _NOUN.search(shown)):
        return False
    if _RECIPIENT.search(shown) or any(text[b - 1] == "的" for _, b in prefix[n + 1 :]):
        return True
    return n == 0 and _DOER.match(shown) is not None


_GIVEN = re.compile(
    r"(?:给予|予以|享受|发放)[^,。;]{0,24}(?:奖励|补贴|补助|资助|贴息|资金|优惠|减免|支持|扶持|配套|倾斜|优先|激励|奖补|补偿|待遇|政策)"
    r"|进行资金扶持"
)


def promised(view: View, bit: Bit) -> Iterator[Stretch]:
    """Whom a bit promises something without a sum: 对…企业,给予优先支持."""
    found = _GIVEN.search(view.text, bit.start, bit.end)
    if found is None:
        return
    parts = pieces(view.text, body(view, bit)[0], found.start())
    own = _towards(view.text, parts)
    if own is None or view.text[parts[own][0]] in "鼓支":
        return
    audience, _ = _whose(view.text, parts[own:])
    if audience and audience[1] - audience[0] > 2:
        yield audience
