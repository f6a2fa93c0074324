"""pdf: columns in their order, no heads and page numbers within sentences, and what isn't sure before a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.importing.draft import build
from knowledge.importing.formats import detect
from knowledge.importing.formats.read import Read
from knowledge.importing.formats.running import bare
from tests.importing.pdffile import Placed, pages


def read(content: list[list[Placed]], tmp_path: Path, *, blocks: bool = True) -> Read:
    path = tmp_path / "a.pdf"
    path.write_bytes(pages(content, blocks=blocks))
    return detect.read(path)


LEFT = [
    "一、停车收费",
    "（一）标准。对甲类车位每月",
    "收费80元，由市城管局负责",
    "收取，不得另收。",
    "（二）减免。对新能源车每月",
]
RIGHT = [
    "减免5元，对残疾人免费。",
    "二、附则",
    "本办法自2024年5月1日起施",
    "行，有效期至2027年12月",
    "31日，由市城管局解释。",
]


def columns(left: list[str], right: list[str], top: float = 640) -> list[Placed]:
    """Row by row, as most programs write them."""
    rows = enumerate(zip(left, right, strict=True))
    return [(x, top - 20 * n, text) for n, row in rows for x, text in zip((60, 320), row, strict=True)]


@pytest.mark.parametrize("blocks", [True, False])
def test_two_columns_are_read_one_after_the_other(blocks: bool, tmp_path: Path) -> None:
    head: list[Placed] = [(60, 780, "江城市停车管理办法"), (60, 760, "江政规〔2024〕3号"), (60, 740, "各区人民政府：")]
    got = read([head + columns(LEFT, RIGHT)], tmp_path, blocks=blocks)
    assert got.text.splitlines() == [*(text for *_, text in head), *LEFT, *RIGHT]
    assert got.must == []
    policy = build(got.text, "x", "x").policy
    assert [c.id for c in policy.clauses][:2] == ["1.1", "1.2"]
    assert "减免5元" in policy.clause("1.2").text


def test_columns_under_a_line_over_the_whole_page(tmp_path: Path) -> None:
    whole = "本办法经市人民政府第三次常务会议审议通过，现予公布，请各单位遵照执行。"
    got = read([[*columns(LEFT, RIGHT, 700), (60, 560, whole), *columns(LEFT, RIGHT, 520)]], tmp_path)
    assert got.text.splitlines() == [*LEFT, *RIGHT, whole, *LEFT, *RIGHT]


def test_a_table_is_no_two_columns_and_stands_before_a_person(tmp_path: Path) -> None:
    tasks = ["任务", "编制停车规划", "建立车位名录", "开展安全培训"]
    units = ["责任单位", "市城管局", "市公安局", "市应急局"]
    got = read([[(60.0, 700.0, "江城市停车任务分工，请各单位落实。"), *columns(tasks, units)]], tmp_path)
    assert [line for line in got.must if "并排" in line and "第 1 页" in line] == got.must != []
    assert got.text.splitlines()[1] == "任务 责任单位"


HEADS = {
    "alternating": ("江城市人民政府文件", "江城市人民政府公报 2024年第3期"),
    "with the page": ("江城市公报　{n}", "{n}　江城市公报"),
    "the same": ("江城市人民政府公报", "江城市人民政府公报"),
}
NUMBERS = [
    *("— {n} —", "- {n} -", "－ {n} －", "{n}", "第{n}页", "第 {n} 页 共 6 页", "{n}/6", "·{n}·", "Page {n} of 6")
]


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("number", NUMBERS)
def test_heads_and_numbers_of_pages(kind: str, number: str, tmp_path: Path) -> None:
    content: list[list[Placed]] = []
    text = []
    for n in range(1, 7):
        head = HEADS[kind][n % 2].format(n=n)
        body = [f"第{n}条　对符合条件的车位，由市城管局给予奖励", f"{n}万元，不得重复享受。对另一类车位，奖励标准为"]
        text += body
        own: list[Placed] = [] if n == 1 else [(60, 810, head)]
        content.append(
            [*own, *((60.0, 760.0 - 20 * k, one) for k, one in enumerate(body)), (280, 40, number.format(n=n))]
        )
    got = read(content, tmp_path)
    assert got.text.splitlines() == text
    assert all(line.startswith("页眉页脚没有取") for line in got.must)
    assert got.must


def test_an_amount_over_two_pages_is_one(tmp_path: Path) -> None:
    first: list[Placed] = [(60, 760, "（一）对甲类车位由市城管局给予一次性奖励1"), (280, 40, "— 1 —")]
    got = read([first, [(60, 760, "0万元，不得重复享受。"), (280, 40, "— 2 —")]], tmp_path)
    assert got.text == "（一）对甲类车位由市城管局给予一次性奖励10万元，不得重复享受。"


def test_numbers_and_lines_that_are_the_documents_stay() -> None:
    told = [["奖励", "20"], ["万元。", "35"], ["其余。", "8"]]
    assert bare(told).pages == told  # they don't count the pages
    repeated = [["奖励2万元，由市财政局负责。", f"第{n}条。"] for n in range(1, 7)]
    assert bare(repeated).pages == repeated  # a sentence is no head
    assert bare([["甲乙丙丁", "一。"], ["戊己庚辛", "二。"]]).dropped == 0


def test_a_page_without_text_is_named(tmp_path: Path) -> None:
    text: list[Placed] = [(60, 760 - 20 * n, line) for n, line in enumerate(LEFT)]
    got = read([text, [], text], tmp_path)
    assert any("第 2 页没有文字" in line for line in got.must)
