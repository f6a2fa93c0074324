"""Cards of measures: who gets how much, with which papers, by when, and what takes it away; verbatim or empty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import main
from knowledge.base.card import PARTS, Card
from knowledge.base.document import Clause, Policy
from knowledge.base.load import examine
from knowledge.importing.draft import build
from knowledge.importing.job import run
from knowledge.importing.open_points import open_points

HERE = Path(__file__).parent
DOCUMENTS = HERE.parent / "documents"
ASKED = yaml.safe_load((HERE / "import_cards.yaml").read_text(encoding="utf-8"))
WHOLE = DOCUMENTS / "langu-cards.txt"


def made(text: str) -> Policy:
    return build(text, "langu", "岚谷市补贴办法").policy


def quotes(card: Card | None) -> dict[str, list[str]]:
    if card is None:
        return {}
    return {part: [said.quote for said in card.part(part)] for part in PARTS if card.part(part)}


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case["say"][:14])
def test_a_sentence_gives_its_card_and_no_more(case: dict[str, Any]) -> None:
    text = f"岚谷市补贴办法\n第一条　制定本办法。\n第二条　{case['say']}\n第三条　{ASKED[0]['say']}\n"
    card = quotes(made(text).clauses[1].card)
    subject = card.pop("subject", [])
    assert card == {part: said for part, said in case.items() if part not in ("say", "subject")}
    assert [name for name in case.get("subject", ()) if name not in subject] == []


def cards() -> dict[str, Clause]:
    return {clause.id: clause for clause in made(WHOLE.read_text(encoding="utf-8")).clauses}


def test_parts_under_their_own_headings_in_a_clause() -> None:
    card = cards()["2.4"].card
    assert card is not None
    assert [(said.point, said.quote) for said in card.materials] == [
        ("二.1", "夜间集市补助申请表"),
        ("二.2", "投资专项审计报告"),
        ("二.3", "摊位租赁合同（含明细、发票、付款凭证）"),
    ]
    assert [(said.point, said.quote) for said in card.conditions[1:]] == [
        ("一.1", "取得占道经营许可"),
        ("一.2", "近两年内无食品安全责任事故"),
    ]
    assert [(said.point, said.quote) for said in card.phone] == [("三.句1", "联系电话：000-12347788")]
    assert [said.quote for said in card.limits] == ["补助期间不得转租摊位"]


def test_common_clauses_govern_the_measures_they_mean() -> None:
    found = cards()
    measures = ("2.3", "2.4", "2.5", "2.6", "2.7")
    governs = {name: clause.card.governs for name, clause in found.items() if clause.card}
    assert {name: who for name, who in governs.items() if who} == {
        "1.2": measures,
        "3.8": measures,
        "3.9": measures,
        "3.10": measures,
        "3.11": measures,
        "3.12": ("2.3",),
        "4.13": measures,
        "4.14": measures,
    }


def test_a_case_within_a_sum_is_one_of_its_own() -> None:
    clause = cards()["2.5"]
    assert quotes(clause.card)["audience"] == ["年直播销售额达到200万元以上的餐饮企业", "市级老字号企业"]
    assert quotes(clause.card)["standard"] == ["一次性奖励3万元", "奖励5万元"]


def test_figures_that_name_nobody_get_the_words_before_them() -> None:
    figures = {one.text: one for one in cards()["2.7"].figures}
    assert "民宿经营者" in f"{figures['50%'].subject}{figures['50%'].case}"


def test_every_quote_stands_in_its_point_and_check_agrees(tmp_path: Path) -> None:
    outcome = run(str(WHOLE), tmp_path / "out", set(), set(), force=False)
    assert outcome.error is None
    base, faults = examine(tmp_path / "out")
    assert faults == []
    assert base is not None
    clauses = base.policies[0].clauses
    assert sum(clause.card is not None for clause in clauses) == 13
    for clause in clauses:
        for _, _, said in clause.card.said() if clause.card else ():
            assert said.point is not None
            assert said.quote in clause.point(said.point).of(clause.text)


def test_what_is_left_open_in_a_review(tmp_path: Path) -> None:
    run(str(WHOLE), tmp_path / "out", set(), set(), force=False)
    (folder,) = (tmp_path / "out").iterdir()
    review = (folder / "review.md").read_text(encoding="utf-8")
    assert "| [ ] | 2.4 | **支持对象** 「新设夜间集市连续营业满一年、摊位60个以上」（句1）" in review
    assert "**这一条也管** 2.3、2.4" in review
    before = open_points(folder)
    assert before is not None
    assert len(before.cards) == 13
    assert before.ticked == 0
    (folder / "review.md").write_text(review.replace("| [ ] | 2.4 |", "| [x] | 2.4 |"), encoding="utf-8")
    after = open_points(folder)
    assert after is not None
    assert set(before.cards) - set(after.cards) == {"2.4"}
    assert after.ticked == 1
    assert open_points(tmp_path) is None


def test_a_sum_without_anybody_is_put_before_a_person(tmp_path: Path) -> None:
    source = tmp_path / "办法.txt"
    source.write_text(
        "岚谷市补贴办法\n第一条　制定本办法。\n第二条　补助最高300万元。\n第三条　联系电话：见附表。\n",
        encoding="utf-8",
    )
    run(str(source), tmp_path / "out", set(), set(), force=False)
    review = next((tmp_path / "out").glob("*/review.md")).read_text(encoding="utf-8")
    assert "的「300万元」" in review
    assert "在 policy.yaml 里找「id: 0.2」，在「figures:」里找这个数，加一行「case: 」" in review
    assert "提到了咨询电话，而没有认出：在 policy.yaml 里找「id: 0.3」，在「card:」下写「phone:」" in review


def test_each_thing_to_look_at_says_what_to_write_where(tmp_path: Path) -> None:
    source = tmp_path / "无题.txt"
    source.write_text("岚谷市的民宿由市文旅局管理。本办法有效期三年。\n", encoding="utf-8")
    run(str(source), tmp_path / "out", set(), set(), force=False)
    review = next((tmp_path / "out").glob("*/review.md")).read_text(encoding="utf-8")
    open_ = [line for line in review.splitlines() if line.startswith("- [ ] ")]
    assert open_ != []
    assert [line for line in open_ if "怎样改：" not in line and "policy.yaml" not in line] == []


def test_check_says_what_nobody_has_ticked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(str(WHOLE), tmp_path / "out", set(), set(), force=False)
    (folder,) = (tmp_path / "out").iterdir()
    review = folder / "review.md"
    review.write_text("- [ ] 一\n- [ ] 二\n- [x] 三\n- [ ] 四\n- [ ] 五\n| [ ] | 2.4 | 卡片 |\n", encoding="utf-8")
    assert main(["check", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert f"{folder.name}：{review} 里还有 4 处没有打勾，1 条的卡片没有核对" in told
    assert "  还没看：四\n  另有 1 处\n" in told
    review.write_text("- [x] 一\n| [x] | 2.4 | 卡片 |\n", encoding="utf-8")
    assert main(["check", str(tmp_path / "out")]) == 0
    assert "没有打勾" not in capsys.readouterr().out
