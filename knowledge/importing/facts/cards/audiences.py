"""Whom a sum is for, in the comma clauses before it, and the conditions that stand beside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from knowledge.importing.facts.cards.bits import Bit, body, pieces
from knowledge.importing.facts.spans import Stretch
from knowledge.text.printed import View

TOWARDS = re.compile(
    r"(?:其中,?)?(?:对于?(?!接|外|标|口|照|应|策|象|比|称)|凡是?|向(?=[^,]{4,}发放)|鼓励(?:和支持)?|支持(?!标准|方式|额度|强度)"
    r"|给予(?=[^\d]{2,20}(?:企业|单位|个人|项目)))"
)
_ALSO_TOWARDS = re.compile(
    r"[^,。;]{0,16}(?:可|要|应|将|并|财政|各区|方)对于?(?=.{4})|其中(?!(?:市|省|区|县|中央)级?(?:财政|补助|资金|承担|配套)|首|前|第|每|最|补)(?=[一-鿿]{5,})|拟资助(?=[^,。;强额]{2,14}约?\d*项)"
)
RECIPIENT = re.compile(
    r"(?:\d项|的|企业|项目|单位|机构|个人|团队|平台|园区|人才|基地|公司|中心|院校|家庭|人员|主体|合作社|农户|居民|车辆|毕业生|"
    r"[一-鿿]者|园|站|展会|库|仓|店|论坛|赛事|剧目|作品|专利|成果|街区|商圈|酒店|学校|医院|集群|联盟|协会|室|院|所|馆|总部|床位|托位|工位|食堂|线路|航线|(?:的|各)[一-鿿]{0,6}(?:县|区|市|镇|乡|村|街道|社区)|城市|支出|业务|投入|部分|贷款|子女|集群|基站|活动|等|工厂|车间|品牌|产品|载体|技师|博士|硕士|职工|孵化器|民宿|商户|学员|老人)(?:\([^()]*\))?$"
)
_BACKGROUND = re.compile(
    r"^(?:为了?|按照|根据|依据|加强|完善|建立|推动|推进|加快|引导|围绕|落实|实施|同时|此外|另外|原则上|以.{2,20}为|设立|发挥)(?!.*的$)"
)
_NOBODY = re.compile(r"(?:贴息|补贴|补助|奖励|资助|收费)标准|按照|^(?:单|每|同一)[一-鿿](?:企业|单位|机构|项目)?$")
_NAMED = re.compile(r"[一-鿿]{0,4}对象(?:为|是|包括)")
_DOER = re.compile(
    r"(?:[一-鿿]{0,6}(?:企业|单位|机构|个人|项目|人员|农户)|纳税人|申请人|个人|居民|职工|劳动者|参保人|新(?!增)|首次|获|入选|被|取得|列入|参加|承办|举办)(?=.{4})"
)
"""How a clause may open that says whom a sum is for, though it ends with the name of something."""
_NOUN = re.compile(r"(?:企业|项目|单位|机构|个人|团队|人员|主体|人才|[一-鿿]者)$")
_NOT_WHO = re.compile(
    r"^(?:经(?![^,]{0,12}(?:认定|评审|备案|批准)的)|自(?!建|主|行)|按|以|(?:年|上年|当年)(?=[^,]*\d)|并|且|其中|累计|参照|依|于)"
)
_CONDITION = re.compile(
    r"的$|^(?:且|并|符合|取得|通过|连续|上年|近[一二三两]年|经[^,]{2,20}(?:认定|备案|批准|同意|验收))"
)
_THRESHOLD = re.compile(
    r"\d[\d.,]*[百千万亿]*(?:美?元|%|家|人|名|个|项|平方米|亩|年|月|岁|吨|台|次|天|日|课时)|(?<![级模])以上|满[一二三半]"
)


def whose(text: str, prefix: Sequence[Stretch]) -> tuple[Stretch | None, list[Stretch]]:
    """Of the comma clauses before a sum: whom it is for, and the conditions beside."""
    towards = _towards(text, prefix)
    able = (n for n in range(len(prefix)) if _able(text, prefix, n))
    first = towards if towards is not None else next(able, None)
    if first is None:  # 年单笔贷款额不低于50万元的贷款: a measure, but nothing else says whom it is for
        first = next(
            (n for n, (a, b) in enumerate(prefix) if text[b - 1] != "的" and RECIPIENT.search(text[a:b])), None
        )
    if first is None:
        return None, []
    last = first
    if first + 1 < len(prefix) and re.match(
        r"(?:发生|产生|取得)的[^的]*(?:支出|费用|部分)$", text[slice(*prefix[first + 1])]
    ):
        last += 1
    while towards is not None and last + 1 < len(prefix) and not RECIPIENT.search(text[slice(*prefix[last])]):
        last += 1
    start = prefix[first][0]
    if found := TOWARDS.match(text, start) or _ALSO_TOWARDS.match(text, start, prefix[first][1]):
        start = found.end()
    whole = (start, prefix[last][1])
    if whole[1] - whole[0] <= 2 or _NOBODY.search(text[slice(*whole)]):
        return None, []
    conditions = [part for n, part in enumerate(prefix) if not first <= n <= last and _is_condition(text[slice(*part)])]
    if _THRESHOLD.search(text[slice(*whole)]):
        conditions.insert(0, whole)
    return whole, conditions


def _towards(text: str, prefix: Sequence[Stretch]) -> int | None:
    """The comma clause that begins 对…; else one that begins 鼓励…, or has 可对… in it."""
    clearly = [n for n, (a, b) in enumerate(prefix) if text[a] in "对凡其给向" and TOWARDS.match(text, a, b)]
    if clearly:
        return clearly[-1]
    for pattern in (_ALSO_TOWARDS, TOWARDS):
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
    if RECIPIENT.search(shown) or _NAMED.match(shown) or any(text[b - 1] == "的" for _, b in prefix[n + 1 :]):
        return True
    return n == 0 and _DOER.match(shown) is not None


_GIVEN = re.compile(
    r"(?:给予|予以|享受|发放)[^,。;]{0,24}(?:奖励|补贴|补助|资助|贴息|资金|优惠|减免|支持|扶持|配套|倾斜|优先|激励|奖补|补偿|待遇|政策)"
    r"|进行资金扶持|返还[^,。;]{0,6}(?:费|税|资金)"
)


_BY_RULE = re.compile(r"(?:可以?|应)?(?:按照?(?:有关|相关)?(?:规定|政策)|优先|依法)$")
"""企业可按规定 before 享受优惠."""


def promised(view: View, bit: Bit) -> Iterator[Stretch]:
    """Whom a bit promises something without a sum: 对…企业,给予优先支持."""
    found = _GIVEN.search(view.text, bit.start, bit.end)
    if found is None:
        return
    parts = [(a, b) for a, b in pieces(view.text, body(view, bit)[0], found.start()) if b - a > 3]
    own = _towards(view.text, parts)
    if (own is None or view.text[parts[own][0]] in "鼓支") and parts:
        last = parts[-1]
        own = len(parts) - 1 if view.text[last[1] - 1] == "的" and not _BACKGROUND.match(view.text, *last) else None
    if own is None:
        return
    if by_rule := _BY_RULE.search(view.text, *parts[-1]):
        parts[-1] = (parts[-1][0], by_rule.start())
    audience, _ = whose(view.text, parts[own:])
    if audience and audience[1] - audience[0] > 2:
        yield audience
