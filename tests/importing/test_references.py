"""Which documents one rests on: those that its opening names, but not the one that it makes."""

from __future__ import annotations

import pytest

from knowledge.importing.draft import build
from knowledge.importing.facts.references import references
from tests.bases import DOCUMENTS


def test_what_is_made_is_no_basis_and_a_name_runs_over_lines() -> None:
    policy = build((DOCUMENTS / "opening.txt").read_text(encoding="utf-8"), "x", "x").policy
    assert [(b.title, b.level, b.role) for b in policy.basis] == [
        ("渠州市现代流通体系建设规划（2024—2028年）", "市", "basis"),
        ("冷链物流质量提升倡议", None, "basis"),
    ]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("根据《冷链条例》，现制定《渠州市冷链办法》。", [False, True]),
        ("组织编制了《冷链标准体系建设指南》。", [True]),
        ("为落实市政府印发的《冷链规划》，制定本办法。", [False]),
        ("结合《冷链规划》提出的任务，形成《冷链清单（2025年版）》。", [False, True]),
    ],
)
def test_what_is_made_is_told_from_what_is_carried_out(text: str, made: list[bool]) -> None:
    assert [one.made for one in references(text)] == made
