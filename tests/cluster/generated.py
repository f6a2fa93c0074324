"""Clauses and questions without end, the same each time: documents of invented towns, all figures made up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.retrieval import Entry

TOWNS = (
    *("江城", "澜州", "砚川", "禾津", "云岫", "鹭汀", "澄垣", "岚渡", "汀峪", "青榆", "霁州", "墨坞", "岱霞", "泊澜"),
    *("朔桥", "溪屏", "绮川", "乌橹", "临枧", "松洲", "桐浦", "雁回", "栖霞里", "望湖"),
)
FIELDS = (
    *("高新技术企业培育", "专精特新发展", "智能制造改造", "数字经济", "绿色低碳转型", "外贸稳定增长", "跨境电商"),
    *("现代物流", "文化旅游", "体育产业", "养老服务", "托育服务", "职业技能培训", "创业带动就业", "人才引进"),
    *("科技成果转化", "集成电路", "生物医药", "新能源汽车", "充电设施建设", "节水节能", "农产品加工", "乡村民宿"),
    *("消费促进", "首店经济", "商业街改造", "企业上市", "股权投资", "融资担保", "贷款贴息", "工业用地", "标准厂房"),
)
WHO = (
    *("首次认定的企业", "年营业收入超过{n}00万元的企业", "新入驻园区的企业", "租用标准厂房的中小企业", "行业协会"),
    *("吸纳高校毕业生{n}人以上的用人单位", "返乡创业人员", "取得职业资格证书的职工", "开展技术攻关的科研院所"),
    *("通过评审的示范项目", "出口额增长{n}%以上的外贸企业", "举办展会的主办单位", "建设公共充电桩的运营单位"),
)
DO = (
    *("给予一次性奖励{n}万元", "按实际投资额的{n}%给予补助，最高不超过{m}万元", "按每平方米每月{n}元补贴租金"),
    *("给予贷款贴息，期限不超过{n}年", "每年安排专项资金{m}万元予以支持", "免收城市基础设施配套费", "优先安排用地指标"),
    *("开通审批绿色通道，{n}个工作日内办结", "给予每人每年{n}000元的社会保险补贴", "按设备购置额的{n}%给予补贴"),
)
HOW = (
    *("由市科技局会同市财政局组织申报。", "申请人应当在每年{n}月底前提交申请表和证明材料。", "同一项目不重复享受。"),
    *(
        "弄虚作假骗取资金的，追回已拨付的资金，{n}年内不得申报。",
        "具体办法由主管部门另行制定。",
        "所需资金由市级财政承担。",
    ),
    *(
        "已享受同类政策的，按照就高不重复的原则执行。",
        "主管部门应当在{n}日内完成审核并公示。",
        "鼓励各区给予配套支持。",
    ),
    *("符合条件的，可以委托园区平台公司代为办理。", "对连续{n}年评价优秀的，上浮一个档次。", "每个单位每年限报{n}项。"),
)
ASKED = (
    *("{field}有什么补贴", "{town}{field}怎么申请", "{who}能拿多少钱", "{town}对{who}有没有奖励", "{do}是哪条规定的"),
    *("我们是{who}，想问{field}的政策", "{field}资金由谁负责", "申报{field}要交什么材料", "老板想做{field}，有扶持吗"),
)


@dataclass(frozen=True)
class Corpus:
    """Clauses by number, those of a document side by side, and what is asked of them."""

    entries: tuple[Entry, ...]
    town: dict[str, str]
    """Of each document."""
    questions: tuple[str, ...]


def corpus(clauses: int, questions: int, seed: int = 15) -> Corpus:
    """At least that many clauses."""
    chance = random.Random(seed)
    entries: list[Entry] = []
    town: dict[str, str] = {}
    while len(entries) < clauses:
        policy = f"p{len(town):05}"
        town[policy] = chance.choice(TOWNS)
        entries += _document(chance, policy, town[policy])
    return Corpus(tuple(entries), town, tuple(_question(chance) for _ in range(questions)))


def _document(chance: random.Random, policy: str, town: str) -> Iterator[Entry]:
    field = chance.choice(FIELDS)
    title = f"{town}市关于支持{field}的{chance.choice(('若干措施', '实施意见', '管理办法', '行动方案'))}"
    for _ in range(int(chance.paretovariate(1.1) * 6) % 200 + 3):
        own = chance.choice((field, chance.choice(FIELDS)))
        parts = [f"支持{own}。对{chance.choice(WHO)}，{chance.choice(DO)}。", *chance.sample(HOW, chance.randint(0, 5))]
        yield Entry(f"{title}\n{own}\n{_filled(''.join(parts), chance)}", policy)


def _question(chance: random.Random) -> str:
    return _filled(
        chance.choice(ASKED).format(
            town=chance.choice(TOWNS),
            field=chance.choice(FIELDS),
            who=chance.choice(WHO).replace("{n}", "3"),
            do=chance.choice(DO).replace("{n}", "20").replace("{m}", "100"),
        ),
        chance,
    )


def _filled(text: str, chance: random.Random) -> str:
    while "{" in text:
        number = chance.choice((2, 3, 5, 6, 8, 10, 12, 15, 20, 30, 50))
        text = text.replace("{n}", str(number), 1).replace("{m}", str(number * chance.choice((5, 10, 40))), 1)
    return text
