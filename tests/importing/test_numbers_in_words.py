"""Numbers that are written in words, as ranges, or counted by measures: each is read as printed, others are left."""

from __future__ import annotations

import pytest

from knowledge.importing.facts.figures import figures


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("改制企业五年内免缴房产税，此后仍可延长三年。", [("五年内", 5, "年"), ("三年", 3, "年")]),
        ("离任期届满两年以上的干部可以申请。", [("两年以上", 2, "年")]),
        ("平台应当达到二级以上安全保护。", [("二级以上", 2, "级")]),
        ("预警分为红色、橙色、黄色三级。", [("三级", 3, "级")]),
        ("最迟不超过6个小时报告。", [("不超过6个小时", 6, "个小时")]),
        ("应在期满2个月前提出申请。", [("2个月前", 2, "个月")]),
        ("一次调运在3亿公斤以下的，由指挥部决定。", [("3亿公斤以下", 3e8, "公斤")]),
        (
            "经三分之二以上成员同意，且占比不低于百分之四十。",
            [("三分之二以上", 66.6667, "%"), ("不低于百分之四十", 40, "%")],
        ),
        ("用2-3年时间建成20～25家示范站。", [("2-3年", 3, "年"), ("20～25家", 25, "家")]),
        ("每年服务企业超万家。", [("超万家", 10_000, "家")]),
        (
            "网上申报时间为2024年5月6日9:00至6月7日17:00。",
            [("2024年5月6日9:00至6月7日17:00", 2024, "年")],
        ),
    ],
)
def test_is_read_as_printed(text: str, stated: list[tuple[str, float, str]]) -> None:
    assert [(one.text, one.value, one.unit) for one in figures(text, [])] == stated


@pytest.mark.parametrize(
    "text",
    [
        "实施新一轮三年行动计划。",
        "近五年来未受处罚。",
        "建设二级学院和三级医院。",
        "2016-2018年为实施年度，第3-5条另行规定。",
        "一级学科、二等舱不在此列。",
    ],
)
def test_what_counts_nothing_is_left(text: str) -> None:
    assert figures(text, []) == []


def test_a_range_has_both_ends() -> None:
    (one,) = figures("评审专家为5-7名。", [])
    assert (one.least, one.value, one.bound) == (5, 7, "at_most")
