"""For whom and when an amount is paid: the condition in the words before it, wherever in the sentence it stands.

A sentence states first for whom (对…的企业), then perhaps of which kind (首次认定的, 特等奖), then how much. What comes
later in the sentence without a condition of its own goes by the one before it. 分别 pairs conditions and amounts in
their order, where there are as many of the one as of the other; otherwise the whole sentence is the case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.importing.facts.enumerations import form, members, short_kinds
from knowledge.importing.facts.spans import Spans, Stretch
from knowledge.importing.facts.tiers import tiers_before

GIVES = re.compile(r"补贴|补助|奖励|奖补|资助|配套|支持|给予|予以|补偿|扶持|贴息|安排|发放")
PAYER = re.compile(
    r"^(?:(?:所需|奖励|补贴|补助|相关)?(?:资金|经费|费用))?(?:由)?"
    r"((?:中央|国家|省级?|市级?|区级?|县级?|各级|各区|各市|省市|市区|市、区|区\(市、县\)|(?!每)[一-鿿]{0,4}(?:省|市|区|县))"
    r"(?:(?:和|与|、)?[市区县]级?)?(?:本级|两级)?(?:财政|人民政府|政府|财政部门|财政局)?)"
    r"(?=(?:按|每|给予|予以|一次性|再|对|补|奖|安排|分别|另行|再给予|配套|承担|分担|负担|共担|各))"
)
_PER_WORD = (
    "人次|间夜|晚|夜|桌|餐|个|家|户|人|名|月|季度|年度?|件|项|亩|吨|次|平方米|平方公里|公里|立方米|套|辆|台|条|批|天|日|学年|生|学期|度|千瓦时|千瓦|公斤|"
    "位|款|种|场|所|支|篇|座|张|间|栋|层|班|村|只|头|株|标箱|班次|航次|单|床|艘|车|处|期|课时|小时|米|区县|区|县|村|社区|街道"
)
PER = re.compile(
    rf"(每(?:新增|新建|引进|认定|培育|培训|招用|吸纳|建成|购置)[一-鿿]{{0,8}}?\d*(?:家|个|名|人|项|台|套|座)"
    rf"|每(?:满|增加|新增|超过?|达到?|完成|实现)?(?:\d+(?:\.\d+)?|[一二两三四五六七八九十]+)?[百千万亿]*(?:{_PER_WORD}|元|美元)"
    r"(?:每(?:年|月|次|天|人|日|学年|平方米|晚|夜))?)"
)
"""Per what: 每户, 每人每月, 每认定1家."""
_SINGLE = (
    r"(?:单(?:个|家|户|笔|次|项|台|套|位)|同一)[一-鿿]{0,6}?"
    r"(?=最高|最多|不|每|累计|合计|补|奖|给|贴|年|支持|资助|总|上限|封顶)"
)
_FRAME = re.compile(
    rf"(?:{PER.pattern}|{_SINGLE}|给予|予以|申请|申报|一次性|分别|依次|按照?|最高|最多|至多|不超过|不高于|不低于|不少于|不得超过|超过|奖励|补助|补贴|奖补|"
    r"资助|扶持|支持|发放|享受|安排|提供|兑现|贴息|补偿|配套|可|再|另外?|还|均|各(?!级|区|市|县)|共|约|为|是|人民币|标准|金额|额度|总额|奖金|财政|资金|经费|费用|强度|扣除|定额|不能|"
    r"直接|相应|连续|上限|封顶|累计|合计|总计|年度|原则上|至少|其中|的|由|(?:最长|连续)?(?<![前第后])[\d一二两三四五]+(?:个月|年)内?|[:,(、])+"
)
"""Words that lead to an amount and say nothing of for whom it is."""
_STRONG = re.compile(r"给予|予以|一次性|分别|依次")
_FIRST = re.compile(
    rf"给予|予以|一次性|分别|依次|按照?|最高|最多|不超过|不低于|不少于|{PER.pattern}|奖励|补助|补贴|奖补|资助|扶持|支持|发放|享受|安排|贴息|配套"
)
_TOWARDS = re.compile(r"(?:\(\d+\)|\d+[.、])?(?:其中[,:]?)?(对于?)(?!接|外|标|口|照|应|策|象|比|称|手)(?=.{2})")
_NOUN = (
    "企业|项目|单位|机构|个人|团队|孵化器|平台|园区|人才|基地|载体|公司|中心|组织|院校|高校|家庭|人员|主体|实验室|合作社|农户|居民|集群|"
    "商户|车辆|船舶|厂房|楼宇|示范区|学校|医院|协会|劳动者|毕业生|创业者|经营者|投资者|职工|品牌|产品"
)
_SUCH = re.compile(rf"(?:的[一-鿿]{{0,8}}(?:{_NOUN})|的)(?:\([^()]*\))?$")
_RECIPIENT = re.compile(rf"(?:{_NOUN})$")
_HEADED = re.compile(r"^(?:对于?|凡是?|鼓励|支持)")
_LEADS = re.compile(r"^(?:对于?|凡是?|鼓励|支持|并?且)")
_ACTS = re.compile(
    r"^(?:加快|加强|完善|建立|实施|落实|推动|推进|优化|设立|依托|围绕|发挥|探索|深化|按照|根据|依据|可|并|以及|且不)"
)
_URGES = re.compile(r"鼓励|支持|引导|推动|推进|加快")
_TIES = re.compile(
    rf"^(?:元|人)?(?:\([^()]*\))?(?:/[一-鿿]{{1,3}}(?:[./·][年月次天日人])?)?(?:、|,|和|及|以及|/)(?:{_FRAME.pattern})?$"
)
_BASE = re.compile(
    r"[一-鿿()]{0,16}(?:额|费用?|利率|利息|成本|投入|金额|支出|总额|价格?|价款|租金|保费|工资|税款?|收入|贡献|投资|资本|部分|比例|标准|造价|款)的?"
    r"(?:给予|为|是)?(?:最高|不超过|不高于|不低于|最多)*(?:的)?$"
)
"""What a percentage is of."""
_WHEN = re.compile(r"(?:于|自|从)[^的]*$|[^的]{0,8}年度?$")
_AFTER = re.compile(r"\(((?!含|不含|以|税|以下|人民币)[^()\d,。]{2,20})\)")
"""500万元(国家级): the case behind the number."""
FAR = 500
"""Characters of a quote; a condition further back is told without being quoted along."""


@dataclass(frozen=True)
class Paid:
    """An amount or a percentage that is paid: ``[start, end)`` is its number with the unit."""

    start: int
    end: int
    money: bool


@dataclass(frozen=True)
class Case:
    """For whom and when a number holds; stretches of the view."""

    begins: int
    """Where the words begin that state the number with its condition."""
    subject: Stretch | None = None
    case: Stretch | None = None
    unpaired: bool = False
    """Whether conditions and numbers of 分别 don't agree: the case is the whole sentence then."""


@dataclass(frozen=True)
class _State:
    """What the number before has made known."""

    spans: tuple[Stretch, ...] = ()
    """Conditions in the order of the text: for whom, then of which kind."""
    labelled: bool = False
    """Whether the last of them stands right before the number (特等奖150万元)."""
    recipient: bool = False
    """Whether the last of them is who gets it (给予企业20万元)."""
    told: int = 0
    """Numbers so far that share what they are for with it."""

    @property
    def whose(self) -> tuple[Stretch, ...]:
        """Those that what follows may share."""
        return self.spans[:-1]


def cases(spans: Spans, paid: Sequence[Paid], tiered: Sequence[Sequence[Stretch]] = ()) -> list[Case | None]:
    """The case of each of ``paid``, which are in the order of the text; None where its words name none.

    ``tiered``: the lists of tiers in the text.
    """
    out: list[Case | None] = []
    before = _State()
    last: Paid | None = None
    for group in _groups(spans, paid):
        state = _state(spans, group, before, last)
        told = _by_tier(spans, group, state, tiered) or _told(spans, group, state)
        for one, case in zip(group, told, strict=True):
            out.append(_behind(spans, one, case, state))
        last = group[-1]
        if spans.depth[group[0].start] == 0:  # what stands in brackets says nothing of what follows them
            before = state
    return out


def _groups(spans: Spans, paid: Sequence[Paid]) -> list[list[Paid]]:
    """Numbers that stand in a row without words of their own: 20万元、10万元."""
    groups: list[list[Paid]] = []
    for one in paid:
        if groups:
            between = spans.text[groups[-1][-1].end : one.start]
            same = one.money == groups[-1][-1].money and spans.back(one.start, "。;!?") <= groups[-1][0].start
            if same and _TIES.match(between) and not re.search(r"最高|不超过|其中|每", between.partition(",")[2]):
                groups[-1].append(one)
                continue
        groups.append([one])
    return groups


def _state(spans: Spans, group: list[Paid], before: _State, last: Paid | None) -> _State:
    start = group[0].start
    part = spans.back(start, "。;!?")
    first = spans.back(start, "。;,!?:")
    if (inner := spans.text.rfind("(", first, start)) >= 0 and ")" not in spans.text[inner:start]:
        first = inner + 1
    bound = max(part, last.end if last and last.end > part else part)
    found = [] if last and last.end > first else _before(spans, bound, first)
    own = _own(spans, max(first, bound), start, group[0].money)
    label = own[-1] if own and own[-1][0] == "label" else None
    stretches = [*found, *(stretch for _, stretch in own)]
    sentence = spans.back(start, "。!?")
    goes_on = last is not None and last.start >= sentence
    if not stretches:
        plain = _noun_before(spans, part, first)
        if last is not None and part >= last.end and first > part:  # of its own, though not surely understood
            return _State((plain,)) if plain else _State()
        if goes_on:
            return _State(before.whose) if before.told > 1 else before
        return _State((plain,)) if plain else _State()
    towards = _TOWARDS.match(spans.text, stretches[0][0])
    told = 1
    if last is not None and last.end <= part and (own_subject := _new_subject(spans, part, stretches[0])):
        begins_anew = own_subject[0] == stretches[0][0]
        stretches = stretches if begins_anew else [own_subject, *stretches]
    elif not towards and not _HEADED.match(spans.text[stretches[0][0] : stretches[0][1]]):
        if goes_on:
            shared = before.spans if label and not before.labelled and len(stretches) == 1 else before.whose
            stretches = [*shared, *stretches]
            told = before.told + 1
        elif spans.text.startswith("其中", sentence) and (whose := _whose_before(spans, sentence)):
            stretches = [whose, *stretches]
    last_words = spans.text[stretches[-1][0] : stretches[-1][1]]
    plainly = bool(own) and "的" not in last_words and not _HEADED.match(last_words)
    recipient = bool(own) and own[-1][0] == "subject"
    return _State(tuple(stretches), label is not None or plainly, recipient, told)


def _new_subject(spans: Spans, part: int, first: Stretch) -> Stretch | None:
    """After a semicolon, something else that is meant: 引进二类新药,年销售额…的, and 企业完成…的."""
    text = spans.text
    part += _marker(text[part : first[1]])
    if first[0] == part:
        words = text[part : first[1]]
        return first if re.match(rf"(?:{_NOUN})(?!的)[^,]{{2,}}的$", words) else None
    end = spans.on(part, ",。;!?:")
    words = text[part:end]
    if end > first[0] or not 3 < len(words) <= 30 or text[end : end + 1] != ",":
        return None
    if _SUCH.search(words) or _ACTS.match(words) or re.search(r"给予|予以|奖励|补助|补贴|其中|同时|\d", words):
        return None
    return part, end


def _before(spans: Spans, part: int, first: int) -> list[Stretch]:
    """The conditions among the comma clauses of ``[part, first)``."""
    found: list[Stretch] = []
    at = part
    while at < first:
        end = min(spans.on(at, "。;,!?:"), first)
        words = spans.text[at:end]
        if len(words) > 3 and (
            _TOWARDS.match(words[_marker(words) :]) or (_SUCH.search(words) and not re.search("给予|予以", words))
        ):
            if _TOWARDS.match(words[_marker(words) :]):
                found = [span for span in found if not _URGES.match(spans.text[span[0] : span[1]])]
            found.append((at + _marker(words), end))
        at = end + 1
    return found


def _marker(words: str) -> int:
    found = re.match(r"(?:\(\d+\)|\d+[.、])?(?:其中[,:]?)?(?:由?[一-鿿]{0,4}财政(?=对))?", words)
    return found.end() if found else 0


def _own(spans: Spans, begin: int, start: int, money: bool = True) -> list[tuple[str, Stretch]]:
    """The condition in the number's own clause, before what leads to the number, and the label after it."""
    text = spans.text
    begin += _marker(text[begin:start])
    if bounded := re.match(r"及?以[上下内](?:\([^()]*\))?(?=[、,和及])", text[begin:start]):
        begin += bounded.end()
    while begin < start and text[begin] in "、,和及":
        begin += 1
    if not money:
        start = _before_base(text, begin, start)
    words = text[begin:start]
    payer = None if _is_level(spans, begin, words) else PAYER.match(words)
    strong = max((m.start() for m in _STRONG.finditer(words)), default=-1)
    if payer and payer.end() < len(words):
        stop = 0
    elif strong >= 0:
        stop = strong
        while (back := re.search(rf"(?:{_FIRST.pattern}|并|可)$", words[:stop])) and back.start() < stop:
            if re.search(r"的$", words[: back.start()]) is None and back.group() in ("支持", "奖励", "补助", "补贴"):
                break
            stop = back.start()
    else:
        after = words.rfind("的") + 1
        lead = _FIRST.search(words, after)
        stop = lead.start() if lead else len(words)
    found: list[tuple[str, Stretch]] = []
    whole = stop == len(words) or (stop > 0 and _is_level(spans, begin, words))
    if prefix := _bare(text, begin, begin + stop, whole):
        shown = text[prefix[0] : prefix[1]]
        kind = "label" if whole and "的" not in shown and not _HEADED.match(shown) else "prefix"
        found.append((kind, prefix))
    rest = begin + (payer.end() if payer and stop == 0 else stop)
    if stop < len(words) and (label := _bare(text, rest, start, label=True)):
        shown = text[label[0] : label[1]]
        after_per = re.search(rf"(?:{PER.pattern})$", text[rest : label[0]]) and not is_of_row(text, start)
        if len(shown) <= 20 and "," not in shown and not after_per and not re.search(r"\d", shown):
            found.append(("subject" if _RECIPIENT.search(shown) else "label", label))
    return found


_BARE_LEVEL = re.compile(r"(?:国家|省|市|区|县)级?(?=奖|补|给|按|一次性|每|最高)")
_SAID_TO_PAY = re.compile(
    r"由((?:中央|国家|[一-鿿]{0,4}(?:省|市|区|县|镇|乡|州|旗|街道)|本级|同级|受益)[^,。;!?由]{0,8}?财政)(?:局|部门)?(?!按.{0,8}分担)"
    r"(?=[^,。;!?]{0,12}(?:给予|予以|兑现|拨付|承担|负担|列支|安排|支付|保障|发放|奖励|补助|补贴))"
)


def said_to_pay(spans: Spans, at: int) -> Stretch | None:
    """Who the sentence around ``at`` says pays (由县财政兑现): the last one before, or else the first one after."""
    begin, end = spans.back(at, "。!?"), spans.on(at, "。!?")
    found = [match.span(1) for match in _SAID_TO_PAY.finditer(spans.text, begin, end)]
    before = [span for span in found if span[1] <= at]
    return before[-1] if before else found[0] if found else None


def _is_level(spans: Spans, begin: int, words: str) -> bool:
    """Whether 市级 of 市级奖励2万元 tells of which level an award is, as the sentence says who pays."""
    return _BARE_LEVEL.match(words) is not None and said_to_pay(spans, begin) is not None


def is_of_row(text: str, start: int) -> bool:
    """Whether the number at ``start`` and the next one each have a label: 一级120元、二级100元."""
    return re.match(r"[\d.]+[百千万亿]*元?%?(?:\([^()]*\))?、[一-鿿]{1,10}\d", text[start : start + 40]) is not None


def _before_base(text: str, begin: int, start: int) -> int:
    """Where the words end that stand before what a percentage is of: 按实际投资额的, 贷款利率的, 不超过合同金额."""
    words = text[begin:start]
    by = list(re.finditer(r"按照?(?!规定|要求)", words))
    if by:
        return begin + by[-1].start()
    given = max((m.end() for m in re.finditer("给予|予以", words)), default=0)
    base = _BASE.search(words, given)
    return begin + base.start() if base else start


def _bare(text: str, start: int, end: int, label: bool) -> Stretch | None:
    """The stretch without words that merely lead to an amount; None where nothing is left."""
    while lead := _FRAME.match(text, start, end):
        start = lead.end()
    while (words := text[start:end]) and (tail := re.search(rf"(?:{_FRAME.pattern})$", words)):
        if tail.start() == 0 or not tail.group():
            break
        if tail.group().startswith("的"):
            end = start + tail.start() + 1  # 首次认定的
            break
        end = start + tail.start()
    words = text[start:end]
    if len(words) < 2 or not re.search(r"[一-鿿]{2}", words) or (not label and PAYER.match(words + "按")):
        return None
    if not label and _WHEN.match(words):
        return None
    return start, end


def _noun_before(spans: Spans, part: int, first: int) -> Stretch | None:
    """国家级孵化器,给予100万元: a clause before the number's own that names something, and no more."""
    if first <= part or not (GIVES.match(spans.text, first) or _FIRST.match(spans.text, first)):
        return None
    at = spans.back(first - 1, "。;,!?:")
    at += _marker(spans.text[at:first])
    words = spans.text[at : first - 1]
    if not 3 < len(words) <= 80 or _ACTS.match(words) or re.search("给予|予以", words):
        return None
    return at, first - 1


def _whose_before(spans: Spans, sentence: int) -> Stretch | None:
    """For whom the sentence before one that begins with 其中 provides."""
    begin = spans.back(max(sentence - 1, 0), "。!?")
    while begin < sentence:
        end = spans.on(begin, "。;,!?")
        if _TOWARDS.match(spans.text, begin):
            found = _own(spans, begin, min(end, sentence)) if GIVES.search(spans.text[begin:end]) else []
            return found[0][1] if found else (begin, min(end, sentence))
        begin = end + 1
    return None


_GIVEN_TO = re.compile(
    rf"(?:\([^()]*\))?(?:的(?:标准|比例|额度))?(?:给予|奖励|补助|补贴)([一-鿿]{{0,10}}(?:{_NOUN}))(?=一次性|奖励|补助|补贴|资助|奖补|支持|$|[,。;])"
)
"""After the number: 按合同额的5%给予服务机构奖励."""


def _told(spans: Spans, group: list[Paid], state: _State) -> list[Case | None]:
    if len(group) > 1:
        return _paired(spans, group, state)
    behind = _GIVEN_TO.match(spans.text, group[0].end)
    if not state.spans:
        return [Case(group[0].start, behind.span(1)) if behind else None]
    told = _single(spans, state)
    return [replace(told, subject=behind.span(1)) if behind and told.subject is None else told]


def _by_tier(
    spans: Spans, group: list[Paid], state: _State, tiered: Sequence[Sequence[Stretch]]
) -> list[Case | None] | None:
    """Each of a row of numbers with its own of as many tiers."""
    text = spans.text
    begin = spans.back(group[0].start, "。;!?")
    members = tiers_before(tiered, begin, group[0].start, len(group)) if len(group) > 1 else None
    if members is None:
        return None
    first = spans.back(members[0][0], "。;,!?:")
    towards = _TOWARDS.match(text, first)
    whose = next((span for span in state.spans if span[1] <= first), None)
    subject = _named(text, whose) if whose else _of_tiers(spans, members[-1][1])
    if towards is None and members[0][0] - first <= MEASURE and _marker(text[first : members[0][0]]) == 0:
        members[0] = (first, members[0][1])
    begins = min([first, *(a for a, _ in state.spans)])
    return [Case(begins, subject, member) for member in members]


MEASURE = 14
"""Characters of what a tier measures: 固定资产投资."""


def _of_tiers(spans: Spans, at: int) -> Stretch | None:
    """对投资…的项目: what is named after the last tier."""
    found = re.compile(rf"的([一-鿿]{{0,8}}(?:{_NOUN}))(?=,|给予|分别|按)").match(spans.text, at)
    return found.span(1) if found else None


def _behind(spans: Spans, one: Paid, told: Case | None, state: _State) -> Case | None:
    """The case that stands in brackets behind the number, where one does."""
    found = _AFTER.match(spans.text, one.end)
    if not found:
        return told
    subject = (state.spans[0][0], state.spans[-1][1]) if state.spans else None
    return Case(
        min((a for a, _ in state.spans), default=one.start),
        _named(spans.text, subject) if subject else None,
        found.span(1),
    )


def _single(spans: Spans, state: _State) -> Case:
    begins = min(a for a, _ in state.spans)
    if state.recipient:
        whose = (state.spans[0][0], state.spans[-2][1]) if len(state.spans) > 1 else None
        return Case(begins, state.spans[-1], _named(spans.text, whose) if whose else None)
    if len(state.spans) == 1:
        subject, case = _parted(spans.text, state.spans[0], state.labelled)
        return Case(begins, subject, case)
    if state.labelled:
        shared = state.spans[:-1]
        return Case(begins, _named(spans.text, (shared[0][0], shared[-1][1])), _named(spans.text, state.spans[-1]))
    rest = state.spans[1:]
    case = (rest[0][0], rest[-1][1])
    shown = spans.text[case[0] : case[1]]
    if _RECIPIENT.search(shown) and len(rest) == 1 and "的" not in shown:
        subject, kind = _parted(spans.text, state.spans[0], labelled=False)
        return Case(begins, subject or _named(spans.text, case), kind)
    return Case(begins, _named(spans.text, state.spans[0]), _named(spans.text, case))


def _parted(text: str, span: Stretch, labelled: bool) -> tuple[Stretch | None, Stretch | None]:
    """对…的企业 as (subject, case)."""
    start, end = _named(text, span)
    if span[0] == start and labelled:
        return None, (start, end)
    words = text[start : span[1]]
    split = words.rfind("的")
    if split > 0:
        rest = (start + split + 1, span[1])
        return (rest if rest[0] < rest[1] else None), (start, start + split)
    return ((start, end), None) if end - start <= 60 else (None, None)


def _named(text: str, span: Stretch) -> Stretch:
    """Without 对 before and 的 behind it."""
    start, end = span
    if lead := _LEADS.match(text[start:end]):
        start += lead.end()
    if text[end - 1] == "的" and end - 1 > start:
        end -= 1
    return start, end


def _paired(spans: Spans, group: list[Paid], state: _State) -> list[Case | None]:
    text = spans.text
    part = spans.back(group[0].start, "。;!?")
    begins = min((a for a, _ in state.spans), default=part)
    clearly = re.search(r"分别|依次|各(?=给予|奖励|补)", text[min(begins, part) : group[-1].end]) is not None
    whose = _named(text, state.spans[0]) if state.spans else None
    if kinds := short_kinds(spans, part, group[0].start, len(group)):
        return [Case(min(begins, kinds[0][0]), whose, kind) for kind in kinds]
    if clearly:
        several = [span for span in state.spans if text[span[1] - 1] == "的"]
        if len(several) == len(group) and len(state.spans) <= len(group) + 1:
            shared = state.spans[0] if len(state.spans) > len(group) else None
            nouns = _parallel(spans, shared, len(group)) if shared and not _of_oneform(text, several) else None
            if shared and nouns:
                return [Case(begins, _named(text, shared), noun) for noun in nouns]
            subject = _named(text, shared) if shared else None
            return [Case(begins, subject, _named(text, span)) for span in several]
        own = [span for span in state.spans if span[0] >= part] or state.spans
        for span in reversed(own):
            if pieces := members(spans, _named(text, span), len(group)):
                inside = pieces[0][0] > _named(text, span)[0]  # kinds within a name: 新认定的国家、省级中心
                subject = _named(text, span) if inside else whose
                if span == state.spans[0] and not inside:
                    subject = _after_kind(text, span, pieces)
                return [Case(begins, subject, piece) for piece in pieces]
        if pieces := _listed_before(spans, part, group[0].start, len(group)):
            return [Case(min(begins, pieces[0][0]), whose, piece) for piece in pieces]
    end = spans.on(group[-1].end, "。;!?")
    return [Case(begins, None, (begins, end), unpaired=True) for _ in group]


def _listed_before(spans: Spans, part: int, start: int, count: int) -> list[Stretch] | None:
    """The kinds that a comma clause before the numbers lists, where there are as many."""
    end = spans.back(start, "。;,!?:")
    while end > part:
        begin = spans.back(end - 1, "。;,!?:")
        if pieces := members(spans, _named(spans.text, (begin + _marker(spans.text[begin:end]), end - 1)), count):
            return pieces
        end = begin
    return None


def _parallel(spans: Spans, span: Stretch, count: int) -> list[Stretch] | None:
    """The nouns that stand side by side in what the sentence is for: 对取得中级、高级导游证人员."""
    return members(spans, _named(spans.text, span), count)


def _of_oneform(text: str, several: Sequence[Stretch]) -> bool:
    """Whether conditions are kinds of one thing, each with its own amount: 首次认定的,重新认定的."""
    words = [text[a:b].rstrip("的") for a, b in several]
    return len({word[-2:] for word in words}) == 1 or len({form(word) for word in words}) == 1


def _after_kind(text: str, span: Stretch, pieces: list[Stretch]) -> Stretch | None:
    """对获得国家级、省级认定的企业: what is named after the kinds."""
    split = text.rfind("的", pieces[-1][0], span[1])
    return (split + 1, span[1]) if 0 <= split < span[1] - 1 else None
