"""A list of nothing but offices that closes a paragraph names who does it, though nothing says so."""

from __future__ import annotations

import pytest

from knowledge.importing.facts.units import units


@pytest.mark.parametrize(
    ("text", "lists"),
    [
        ("开设启蒙课程。（基教处、装备信息中心、各区市）", [["基教处", "装备信息中心", "各区市"]]),
        (
            "1.小学开设课程。（基教处、教科院）\n2.中学开设课程。（教科院、职教处）",
            [["基教处", "教科院"], ["教科院", "职教处"]],
        ),
        ("面向三类学生（小学、初中、高中）举办比赛。（另行通知）", []),
        ("设三个等次。（一等奖、二等奖、三等奖）", []),
        ("由（教科院、职教处）共同研究。", []),
        ("召开会议。（教科院、职教处）随后公布。", []),
        ("开设课程。（教科院、职教处）（责任单位：市教育局）", [["市教育局"]]),
    ],
)
def test_the_offices_behind_a_paragraph(text: str, lists: list[list[str]]) -> None:
    found = units(text).lists
    assert [[unit.name for unit in listed.units] for listed in found] == lists
    assert all(listed.quote in text for listed in found)
