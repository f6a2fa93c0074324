"""What each messenger does, and what others' users complain of: every cell of the two tables is a test that is there,
or says that the platform has no such thing.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.hosting.messengers import KNOWN

HERE = Path(__file__).resolve().parent
TABLES = ("features", "complaints")


@cache
def table(name: str) -> dict[str, dict[str, str]]:
    return dict(yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8")))


@cache
def named_in(file: str) -> dict[str, ast.AST]:
    """The tests of a file, by name; one that asserts nothing is none."""
    tree = ast.parse((HERE / f"{file}.py").read_text(encoding="utf-8"))
    functions = [one for one in tree.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {one.name: one for one in functions if _asserts(one)}


def _asserts(test: ast.AST) -> bool:
    """Whether it can fail: by an assertion, what has to be raised, or what is waited for."""
    inside = list(ast.walk(test))
    named = {one.attr for one in inside if isinstance(one, ast.Attribute)}
    named |= {one.id for one in inside if isinstance(one, ast.Name)}
    return any(isinstance(one, ast.Assert) for one in inside) or bool(named & {"raises", "until"})


def faults(cell: str) -> list[str]:
    """What is wrong with a cell."""
    if cell.startswith("none: "):
        return [] if len(cell) > len("none: ") + 8 else ["why there is none"]
    found = []
    for name in cell.split(", "):
        file, _, test = name.partition("::")
        if not (HERE / f"{file}.py").is_file() or test not in named_in(file):
            found.append(f"no such test: {name}")
    return found


@pytest.mark.parametrize("name", TABLES)
def test_every_cell_is_a_test_or_says_that_there_is_none(name: str) -> None:
    assert len(table(name)) > 10
    told = [
        f"{row} / {channel}: {fault}"
        for row, cells in table(name).items()
        for channel in sorted(KNOWN)
        for fault in (faults(cells[channel]) if channel in cells else ["no cell"])
    ]
    assert told == []
    assert all(sorted(cells) == sorted(KNOWN) for cells in table(name).values())


def test_a_cell_of_nothing_is_found() -> None:
    assert faults("none: ") == ["why there is none"]
    assert faults("test_contract::test_that_nobody_wrote")
    assert faults("test_nowhere::test_a_question_and_a_follow_up")
    assert faults("test_contract::test_a_question_and_a_follow_up") == []


def test_every_complaints_test_is_in_the_table() -> None:
    """Tests that are named after a complaint, with two underscores, are those of the table."""
    listed = {name for cells in table("complaints").values() for cell in cells.values() for name in cell.split(", ")}
    named = {
        f"{file.stem}::{test}"
        for file in HERE.glob("test_*.py")
        for test in named_in(file.stem)
        if "__" in test and not test.startswith(("test_rate__", "test_thirty_", "test_disconnect__"))
    }
    assert named - listed == set()
