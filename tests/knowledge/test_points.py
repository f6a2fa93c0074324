"""Points of a clause: where it falls into items and sentences, what they are called, and that nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.base.document import Clause
from knowledge.base.load import load_base
from knowledge.base.points import leaves, points, walk
from knowledge.importing.draft import build

FITTING = sorted((Path(__file__).parents[1] / "fitting" / "documents").glob("*.txt"))


def shown(text: str, title: str = "") -> dict[str, str]:
    return {point.address: point.of(text) for point in walk(points(text, title))}


def plain(text: str) -> str:
    return "".join(text.split())


def test_items_and_what_stands_before_and_behind_them() -> None:
    text = (
        "第六条　申请岚谷市租金补贴的，应当符合下列条件：\n"
        "（一）在本市登记；\n（二）租期一年以上。\n连续申请的，不重复审查第一项。"
    )
    assert shown(text) == {
        "句1": "第六条　申请岚谷市租金补贴的，应当符合下列条件：",
        "一": "（一）在本市登记；",
        "二": "（二）租期一年以上。",
        "句2": "连续申请的，不重复审查第一项。",
    }


def test_items_in_items_have_the_path_for_an_address() -> None:
    text = "（二）支持租房。对新设企业补贴租金，标准如下：1.首年每平方米30元；2.次年每平方米15元。（三）不在这里。"
    assert shown(text, "支持租房") == {
        "题": "（二）支持租房。",
        "句1": "对新设企业补贴租金，标准如下：",
        "1": "1.首年每平方米30元；",
        "2": "2.次年每平方米15元。（三）不在这里。",
        "2.句1": "2.次年每平方米15元。",
        "2.句2": "（三）不在这里。",
    }
    nested = "三、申报。\n（一）材料。下列材料：\n1.申请表；\n2.发票。\n（二）时间。每年三月。"
    assert shown(nested, "申报")["一.2"] == "2.发票。"
    assert shown(nested, "申报")["一.题"] == "（一）材料。"
    assert shown(nested, "申报")["二.句1"] == "每年三月。"


def test_sentences_and_their_parts() -> None:
    text = (
        "（一）培育企业。对首次入库的，奖励3万元；对升规的，奖励8万元。按“先认定。后兑现”办理。（责任单位：市工信局）"
    )
    assert shown(text, "培育企业") == {
        "题": "（一）培育企业。",
        "句1": "对首次入库的，奖励3万元；对升规的，奖励8万元。",
        "句1.分1": "对首次入库的，奖励3万元；",
        "句1.分2": "对升规的，奖励8万元。",
        "句2": "按“先认定。后兑现”办理。",
        "注1": "（责任单位：市工信局）",
    }


def test_counted_clauses_of_a_sentence() -> None:
    text = "主要做法：一是减租，二是贴息；三是培训。"
    assert shown(text) == {"句1": "主要做法：", "一": "一是减租，", "二": "二是贴息；", "三": "三是培训。"}


def test_rows_of_a_table_and_circles() -> None:
    text = "标准见下表：\n等级\t标准\n一级\t500元\n二级\t800元\n说明：①含税；②按月发放。"
    assert [(p.address, p.kind) for p in walk(points(text))] == [
        ("句1", "sentence"),
        ("行1", "row"),
        ("行2", "row"),
        ("行3", "row"),
        ("句2", "sentence"),
        ("①", "item"),
        ("②", "item"),
    ]


def test_a_count_that_begins_anew_keeps_its_addresses_apart() -> None:
    text = "条件：\n1.有厂房；\n2.有订单。\n材料：\n1.申请表；\n2.合同。"
    assert [p.address for p in points(text)] == ["句1", "1", "2", "1-2", "2-2"]


@pytest.mark.parametrize(
    "text",
    [
        "第三条　奖励按2.5%计算，增长10.2个百分点，投资1.5亿元，第一批完成3个项目。",
        "第四条　依照第六条第（一）项、第（二）项执行。",
        "第五条　一是否符合条件由市局认定。",
    ],
)
def test_what_only_looks_like_a_number(text: str) -> None:
    assert [p.address for p in walk(points(text))] == ["句1"]


def test_lines_of_a_fixed_width_are_one_sentence() -> None:
    text = "对在园区内租用标准厂房从事生产经营活动并且按期足额缴纳租\n金的企业给予补贴。"
    assert list(shown(text)) == ["句1"]


def held(clause: Clause) -> None:
    found = clause.points
    assert "".join(plain(leaf.of(clause.text)) for leaf in leaves(found)) == plain(clause.text)
    addresses = [point.address for point in walk(found)]
    assert len(set(addresses)) == len(addresses)
    for point in walk(found):
        assert clause.point(point.address) == point
        for inner in point.points:
            assert point.start <= inner.start <= inner.end <= point.end


@pytest.mark.parametrize("path", FITTING, ids=lambda path: path.stem[:2])
def test_points_cover_every_clause_of_a_document(path: Path) -> None:
    for clause in build(path.read_text(encoding="utf-8"), "x", path.stem).policy.clauses:
        held(clause)


def test_points_cover_the_seed() -> None:
    policy = load_base().policies[0]
    for clause in policy.clauses:
        held(clause)
    clause = policy.clause("4.2")
    figure = next(one for one in clause.figures if one.id == "renew")
    point = clause.point_of(figure.quote, figure.text)
    assert point is not None
    assert point.address == "句3.分2"
    with pytest.raises(KeyError):
        clause.point("九")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="甲乙。；：，（）()一二1.2、①\n \t第条款”“", max_size=60))
def test_no_text_loses_a_character(text: str) -> None:
    assert "".join(plain(leaf.of(text)) for leaf in leaves(points(text))) == plain(text)
