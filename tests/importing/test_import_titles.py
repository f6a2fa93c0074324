"""Titles that are broken over lines where a line looks like an end, a red head or an authority; and who issued."""

from __future__ import annotations

import pytest

from knowledge.importing.draft import build
from knowledge.importing.formats.read import Read
from knowledge.importing.job import prove

REST = """
临政办发〔2024〕5号
各县区人民政府：
现将有关事项通知如下，请认真贯彻执行。
一、支持范围
（一）适用对象。本市依法登记的民宿。
（二）奖励标准。对甲级民宿奖励8万元。
{signed}
2024年3月4日
"""
OFFICE = "临溪市人民政府办公室"
TITLES = {
    "临溪市人民政府办公室关于印发\n临溪市民宿管理办法的通知": OFFICE,
    "临溪市人民政府办公室\n关于印发临溪市民宿管理办法的通知": OFFICE,
    "临溪市人民政府办公室关于印发临溪市民宿管理办法\n实施细则的通知": OFFICE,
    "临溪市人民政府办公室关于印发《临溪市民宿管理办法》\n的通知": OFFICE,
    "临溪市人民政府办公室关于印发临溪市民宿管理办法和\n临溪市民宿评定标准的通知": OFFICE,
    "临溪市人民政府办公室关于印发临溪市民宿管理办法\n临溪市民宿评定标准的通知": OFFICE,
    "临溪市人民政府办公室关于清理规范性文件\n的通知": OFFICE,
    "临溪市人民政府办公室关于公布行政规范性文件\n目录的通知": OFFICE,
    "临溪市人民政府办公室转发市民政局\n关于加强养老服务意见的通知": OFFICE,
    "临溪市人民政府办公室转发\n市民政局关于加强养老服务意见的通知": OFFICE,
    "临溪市人民政府办公室转发市民政局关于\n加强养老服务意见的通知": OFFICE,
    "临溪市人民政府办公室批转市商务局市财政局\n关于支持夜市发展意见的通知": OFFICE,
    "临溪市人民政府办公室关于转发市文化和旅游局\n民宿管理办法的通知": OFFICE,
    "临溪市人民政府办公室关于成立临溪市旅游发展委员会\n的通知": OFFICE,
    "临溪市人民政府办公室关于调整市防汛抗旱联席会\n组成人员的通知": OFFICE,
    "临溪市人民政府办公室关于进一步支持市民政局\n做好养老服务工作的通知": OFFICE,
    "临溪市民宿发展协会\n管理办法": OFFICE,
    "临溪市民宿管理办法\n实施细则": OFFICE,
    "临溪市民宿管理办法\n（试行）": OFFICE,
    "临溪市支持民宿发展\n若干措施": OFFICE,
}


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("above", ["", "临溪市人民政府办公室文件\n", "临溪市人民政府文件\n"])
def test_a_title_is_taken_whole(title: str, above: str) -> None:
    source = above + title + REST.format(signed=OFFICE)
    policy = build(source, "x", "x").policy
    joined = title.replace("\n", "")
    assert policy.title in (joined, joined.removeprefix(OFFICE))
    assert policy.issuer == TITLES[title]
    assert policy.number == "临政办发〔2024〕5号"
    assert prove(policy, Read(source.encode(), "txt")) == []


def test_the_one_who_passes_on_is_the_issuer() -> None:
    title = "临溪市商务局\n转发省商务厅关于支持夜市发展的通知"
    policy = build(title + REST.format(signed="2024年3月4日印发"), "x", "x").policy
    assert policy.issuer == "临溪市商务局"
    alone = build("转发省商务厅关于支持夜市发展的通知" + REST.format(signed=OFFICE), "x", "x").policy
    assert (alone.title, alone.issuer) == ("转发省商务厅关于支持夜市发展的通知", OFFICE)


def test_two_titles_below_one_another_are_not_joined() -> None:
    source = "临溪市人民政府办公室关于印发临溪市民宿管理办法的通知" + REST.format(signed=OFFICE)
    attached = (
        source
        + "\n附件\n临溪市民宿管理办法\n实施细则\n第一条　本细则所称民宿，是指小型住宿设施。\n第二条　民宿应当登记。\n"
    )
    policy = build(attached, "x", "x").policy
    assert policy.title == "临溪市人民政府办公室关于印发临溪市民宿管理办法的通知"
    assert policy.attachments[0].title == "临溪市民宿管理办法实施细则"
