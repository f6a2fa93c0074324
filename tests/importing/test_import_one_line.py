"""Items of one line (七、本通知自…起施行，有效期5年。): each is a clause, among headings and in a run of its like."""

from __future__ import annotations

import pytest

from bot.engine.understanding.places import find_place
from knowledge.importing.draft import build
from knowledge.importing.formats.read import Read
from knowledge.importing.job import prove
from knowledge.importing.review import review

HEAD = "临溪市人民政府办公室关于规范夜间集市管理的通知\n临政办发〔2024〕8号\n各县区人民政府：\n现将有关事项通知如下：\n"
TAIL = "\n临溪市人民政府办公室\n2024年4月2日\n"
HEADED = (
    "一、经营范围\n夜间集市可以经营小吃和手工艺品。\n二、管理责任\n"
    "（一）登记。由市商务局登记。\n（二）检查。由市城管局检查。\n"
)
LAST = "三、本通知自2024年5月1日起施行，有效期5年。"


def texts(source: str) -> list[str]:
    made = build(source, "x", "x")
    assert made.coverage == 1.0
    assert prove(made.policy, Read(source.encode(), "txt")) == []
    return [clause.text for clause in made.policy.clauses]


@pytest.mark.parametrize("last", [LAST, LAST.replace("，", "。"), LAST.rstrip("。"), LAST.replace("三、", "三、　")])
def test_the_last_item_among_headings_is_a_clause_and_read_for_validity(last: str) -> None:
    source = HEAD + HEADED + last + TAIL
    assert texts(source)[-1] == last
    validity = build(source, "x", "x").policy.validity
    assert (str(validity.effective_from), str(validity.until)) == ("2024-05-01", "2029-04-30")


def test_headings_stay_headings() -> None:
    policy = build(HEAD + HEADED + LAST + TAIL, "x", "x").policy
    assert [section.heading for section in policy.sections] == ["一、经营范围", "二、管理责任", None]
    assert [clause.id for clause in policy.clauses] == ["1.0", "2.1", "2.2", "3.0"]


RUN = ["一、登记：摊主应在每月5日前登记。", "二、消防：每季度检查一次消防设施。", "三、摊位不得转租。"]


@pytest.mark.parametrize("end", ["。", "；", ""])
def test_a_run_of_one_line_items(end: str) -> None:
    run = [line.rstrip("。") + end for line in RUN]
    last = "四、本通知自2024年5月1日起施行，有效期至2026年12月31日。"
    source = HEAD + "\n".join([*run, last]) + TAIL
    assert texts(source) == [*run, last]
    assert str(build(source, "x", "x").policy.validity.until) == "2026-12-31"


def test_short_ones_without_a_stop_are_a_run_too() -> None:
    run = ["一、登记机关为市商务局", "二、摊位费每日5元", "三、摊位数量200个"]
    assert texts(HEAD + "\n".join(run) + TAIL) == run


def test_a_rule_before_more_text_is_no_heading() -> None:
    own = "三、摊主应当保持环境整洁。违反的由市城管局责令改正。"
    assert own in texts(HEAD + HEADED + own + TAIL)
    repeal = "三、本通知自2024年5月1日起施行。原《临溪市夜间集市管理办法》同时废止。"
    assert repeal in texts(HEAD + HEADED + repeal + TAIL)


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("第 {} 条　", [*range(1, 13)]),
        ("第　{}　条 ", [*range(1, 13)]),
        ("第{} 条", [*"一二三四五六七八九", "十", "十 一", "十 二"]),
        ("第 {} 条 ", [*"一二三四五六七八九", "十", "十 一", "十 二"]),
        ("第 {} 条 ", [*"１２３４５６７８９", "１０", "１ １", "１ ２"]),
    ],
)
def test_articles_numbered_with_blanks_are_counted_and_found(form: str, numbers: list[object]) -> None:
    own = "\n".join(f"{form.format(n)}摊主应当遵守安全要求。" for n in numbers)
    source = f"临溪市夜间集市管理办法\n{own}\n"
    policy = build(source, "x", "x").policy
    assert [clause.id for clause in policy.clauses] == [f"0.{n}" for n in range(1, 13)]
    assert prove(policy, Read(source.encode(), "txt")) == []
    place = find_place("第9条", policy)
    assert place is not None
    assert list(place.clauses) == ["0.9"]


def test_the_report_writes_large_numbers_as_people_read_them() -> None:
    source = HEAD + "一、总规模1000亿元的基金，给予每家15000元、300元补助。" + TAIL
    report = review(build(source, "x", "x"), Read(source.encode(), "txt"), "x.txt", [])
    assert "| 1000亿元 | 1000亿 元 |" in report
    assert "| 15000元 | 1.5万 元 |" in report
    assert "| 300元 | 300 元 |" in report
