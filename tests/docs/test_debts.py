"""Limits: what is too long is named, and so is a debt that nobody owes any more."""

from __future__ import annotations

from pathlib import Path

from tests import debts

LINES = {".py": 3, ".yaml": 5}


def test_what_is_too_long_is_named_and_a_paid_debt_too(tmp_path: Path) -> None:
    room = tmp_path / "bot" / "room"
    (room / ".hidden").mkdir(parents=True)
    for name, lines in (
        ("short.py", 3),
        ("long.py", 4),
        ("owed.py", 9),
        ("grown.py", 9),
        ("paid.yaml", 5),
        ("x.md", 99),
    ):
        (room / name).write_text("\n" * lines, encoding="utf-8")
    (room / ".hidden" / "made.yaml").write_text("\n" * 99, encoding="utf-8")
    longer = {
        f"bot/room/{name}": lines for name, lines in (("owed.py", 9), ("grown.py", 8), ("paid.yaml", 9), ("no.py", 9))
    }
    found = list(debts.too_long(debts.lengths(tmp_path, LINES), LINES, longer))
    assert [said.partition(":")[0].removeprefix("bot/room/") for said in found] == [
        "grown.py", "long.py", "paid.yaml", "no.py"
    ]  # fmt: skip
    assert "4 lines, over 3" in found[1]
    assert "paid" in found[2]


def test_an_exception_that_nothing_needs_is_named(tmp_path: Path) -> None:
    ignores = {"bot/a.py": ["C901", "PTH108"], "bot/b.py": ["PLR0913"]}
    (said,) = debts.paid(tmp_path, ignores, {("bot/a.py", "C901")})
    assert said.startswith("bot/b.py: PLR0913 is paid")


def test_the_debts_of_the_project_are_read() -> None:
    assert len(debts.lengths(debts.ROOT, LINES)) > 400, "else this looks at nothing"
    assert len(debts.owed(debts.ROOT)) > 10
    assert debts.faults() == []


def test_a_loose_end_is_named(tmp_path: Path) -> None:
    written = {"whole": "a\n", "none": "a", "two": "a\n\n", "empty": "", "broken": "\n\n"}
    for name, text in written.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = debts.loose_ends(tmp_path / name for name in written)
    assert [Path(said.partition(":")[0]).name for said in found] == ["none", "two", "broken"]
