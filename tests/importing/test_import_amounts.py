"""Amounts of a sentence: each with whom or what it is for, per what, by whom it is paid, up to what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from knowledge.importing.facts.figures import figures
from knowledge.importing.facts.stated import Stated

SENTENCES = (Path(__file__).parent / "import_amounts.txt").read_text(encoding="utf-8")
"""Sentence => amount:words of its subject and case@per$payer^cap | …; as a careful reader makes them out."""
WANTED = re.compile(
    r"(?P<text>[^:]+):(?P<words>[^@$^]*)(?:@(?P<per>[^$^]+))?(?:\$(?P<payer>[^^]+))?(?:\^(?P<cap>\d+))?"
)
ROWS = [line.replace("\\n", "\n").replace("\\t", "\t").split("=>") for line in SENTENCES.splitlines()[1:]]


def paid(sentence: str) -> list[Stated]:
    return [one for one in figures(sentence, []) if one.kind in ("amount", "ratio")]


@pytest.mark.parametrize("row", ROWS, ids=[f"amount-{n}" for n in range(1, len(ROWS) + 1)])
def test_each_amount_has_its_own_case(row: list[str]) -> None:
    sentence, wanted = row[0].strip(), [one.strip() for one in row[1].split(" | ") if one.strip()]
    found = paid(sentence)
    assert [one.text for one in found] == [WANTED.fullmatch(one)["text"] for one in wanted]  # type: ignore[index]
    for one, told in zip(found, wanted, strict=True):
        want = WANTED.fullmatch(told)
        assert want is not None
        assert all(word in f"{one.subject} {one.case}" for word in want["words"].split("+"))
        assert (one.per, one.payer) == (want["per"], want["payer"])
        assert one.cap == (float(want["cap"]) if want["cap"] else None)
        assert one.text in one.quote


def test_parts_of_dates_and_ages_are_no_amounts_or_durations() -> None:
    text = "年满3岁的，于3月06日前申请，最长领取二十四个月，每月10日前发放，自2024-03-06起两个月内办结。"
    found = [(one.kind, one.text) for one in figures(text, [])]
    assert found == [
        ("limit", "3岁"),
        ("deadline", "3月06日前"),
        ("duration", "二十四个月"),
        ("deadline", "每月10日前"),
        ("duration", "两个月内"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("申报时间为每年5月10日至6月10日，以通知为准。", [("每年5月10日至6月10日", 5, "月")]),
        ("每年10月底前报送，次年3月31日前拨付。", [("每年10月底前", 10, "月"), ("次年3月31日前", 3, "月")]),
        ("每月15日前报送。", [("每月15日前", 15, "日")]),
        ("2024年5月1日至6月30日集中受理。", [("2024年5月1日至6月30日", 2024, "年")]),
        ("申报截止时间为2024年10月31日。", [("2024年10月31日", 2024, "年")]),
        ("自2024年1月1日至2026年12月31日施行，有效期为2024年1月1日至2026年12月31日。", []),
        ("满3月前不得转让，1997年4月5日成立，每年3月启动。", []),
    ],
)
def test_times_by_which_something_is_due(text: str, found: list[tuple[str, float, str]]) -> None:
    told = [(one.text, one.value, one.unit) for one in figures(text, []) if one.kind == "deadline"]
    assert told == found
