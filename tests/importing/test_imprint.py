"""The last line of a printed document (版记): who printed it, and when."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.importing.job import run
from knowledge.importing.structure.lines import imprint, lines

TEXT = """一、总体要求

（一）工作目标。到2027年建成示范园区20个。（市发展改革委负责）

（二）加强统筹。每季度通报一次进展。（市发展改革委负责）

{end}
"""


@pytest.mark.parametrize(
    ("line", "organ", "printed"),
    [
        ("岚谷市人民政府办公厅2024年3月5日印发", "岚谷市人民政府办公厅", date(2024, 3, 5)),
        ("岚谷市财政局办公室　　2024年12月10日印发", "岚谷市财政局办公室", date(2024, 12, 10)),
    ],
)
def test_an_imprint_is_read(line: str, organ: str, printed: date) -> None:
    found = imprint(lines(line, 0, len(line))[0])
    assert found is not None
    assert (found.organ, found.printed) == (organ, printed)


@pytest.mark.parametrize("line", ["岚谷市人民政府办公厅2024年3月5日", "会议纪要2024年3月5日印发", "2024年3月5日印发"])
def test_what_is_no_imprint(line: str) -> None:
    assert imprint(lines(line, 0, len(line))[0]) is None


def test_it_gives_what_nothing_else_states_and_that_is_to_be_confirmed(tmp_path: Path) -> None:
    source = tmp_path / "plan.txt"
    source.write_text(TEXT.format(end="岚谷市人民政府办公厅2024年3月5日印发"), encoding="utf-8")
    done = run(str(source), tmp_path / "out", set(), set(), force=False)
    assert done.written
    folder = next((tmp_path / "out").iterdir())
    text = (folder / "policy.yaml").read_text(encoding="utf-8")
    assert "issuer: 岚谷市人民政府办公厅" in text
    assert "published: 2024-03-05" in text
    assert "版记" in (folder / "review.md").read_text(encoding="utf-8")
