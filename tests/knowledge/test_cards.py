"""Cards in policy.yaml: what check says of one that isn't the clause's, and whom a common clause governs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.base.document import Policy
from knowledge.base.load import examine

FIRST = "第一条　对在岚谷市租房的企业，补贴5万元。"
SECOND = "第二条　申请人应当：\n（一）依法登记；\n（二）按期纳税。"


def policy(first: dict[str, Any] | None = None, second: dict[str, Any] | None = None) -> dict[str, Any]:
    figure = {"id": "f", "kind": "amount", "text": "5万元", "quote": "补贴5万元", "value": 50000, "unit": "元"}
    measure = {"id": "0.1", "number": "第一条", "title": "租房", "titled": False, "text": FIRST, "figures": [figure]}
    common = {"id": "0.2", "number": "第二条", "title": "申请人", "titled": False, "text": SECOND}
    if first is not None:
        measure["card"] = first
    if second is not None:
        common["card"] = second
    section = {"id": "0", "number": None, "heading": None, "title": "正文", "clauses": [measure, common]}
    head = dict.fromkeys(("title", "number", "issuer", "published"))
    return {"id": "langu", "display_name": "租房补贴", **head, "sections": [section]}


def faults(tmp_path: Path, data: dict[str, Any]) -> list[str]:
    folder = tmp_path / "langu"
    folder.mkdir()
    (folder / "source.txt").write_text(f"{FIRST}\n{SECOND}\n", encoding="utf-8")
    (folder / "policy.yaml").write_text(yaml.dump(data, allow_unicode=True), encoding="utf-8")
    return [str(fault) for fault in examine(tmp_path)[1]]


WHOLE = {
    "audience": [{"quote": "在岚谷市租房的企业", "point": "句1"}],
    "standard": [{"quote": "补贴5万元"}],
    "subject": [{"quote": "企业"}],
}
COMMON = {"conditions": [{"quote": "（一）依法登记；", "point": "一"}], "governs": ["0.1"]}


def test_a_card_that_its_clause_says_is_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, policy(WHOLE, COMMON)) == []


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ({"audience": [{"quote": "在岚谷市买房的企业"}]}, None, "不在条款 0.1 的原文里"),
        ({"standard": [{"quote": "补贴5万元", "point": "三"}]}, None, "条款 0.1 里没有 三 这一处；有 句1"),
        (None, {"conditions": [{"quote": "（二）按期纳税。", "point": "一"}]}, "不在 0.2.一 里"),
        ({"phone": [{"quote": "企业"}, {"quote": "企业"}]}, None, "重复"),
        (None, COMMON | {"governs": ["0.9"]}, "没有条款 0.9"),
        (None, COMMON | {"governs": ["0.2"]}, "是这一条自己"),
        ({"audiance": [{"quote": "企业"}]}, None, "不认识的字段"),
    ],
)
def test_what_check_says_of_a_card(
    first: dict[str, Any] | None, second: dict[str, Any] | None, message: str, tmp_path: Path
) -> None:
    found = faults(tmp_path, policy(first, second))
    assert len(found) == 1
    assert message in found[0]


def test_a_common_clause_is_found_from_the_measure() -> None:
    own = Policy.model_validate(policy(WHOLE, COMMON))
    assert [clause.id for clause in own.governing(own.clause("0.1"))] == ["0.2"]
    assert own.governing(own.clause("0.2")) == ()


def test_a_card_within_a_point() -> None:
    own = Policy.model_validate(policy(None, COMMON | {"limits": [{"quote": "申请人"}]}))
    card = own.clause("0.2").card
    assert card is not None
    assert [said.quote for said in card.within("一").conditions] == ["（一）依法登记；"]
    assert list(card.within("二").said()) == []
    assert card.within("一").limits == ()
