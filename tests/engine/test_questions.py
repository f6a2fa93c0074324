"""The test questions: people who saw only the document wrote them; shares below which a change is a step back.

`pytest -k 4.2` asks the questions of tests/questions/4.2.yaml alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import groupby

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.reply import Reply
from bot.staff.question_tests import IN_SCOPE, OUTSIDE, Case, cases, run, table

Results = list[tuple[Case, Reply, str]]
BY_FILE = {name: list(of_it) for name, of_it in groupby(cases(), key=lambda case: case.name.partition("#")[0])}
LEAST = 0.9
"""Share of every file: a clause or a writer that falls behind doesn't hide among the others."""


@pytest.fixture(scope="module")
def answered(assistant: Assistant) -> Callable[[str], Results]:
    """The results of a file, asked once."""
    return cache(lambda name: list(run(assistant, BY_FILE[name])))


@pytest.fixture(scope="module")
def results(answered: Callable[[str], Results]) -> Results:
    return [result for name in BY_FILE for result in answered(name)]


def share(results: Results, chosen: Results) -> float:
    right = sum(verdict == "right" for _, _, verdict in chosen)
    assert chosen
    return right / len(chosen)


@pytest.mark.parametrize("name", BY_FILE)
def test_every_file_by_itself(answered: Callable[[str], Results], name: str) -> None:
    found = answered(name)
    told = [f"{case.name} {verdict}: {case.ask}" for case, _, verdict in found if verdict != "right"]
    assert share(found, found) >= LEAST, "\n".join(told)


@pytest.mark.parametrize(
    ("name", "kinds", "hard", "least"),
    [
        ("in scope, the document's words", IN_SCOPE, (1,), 0.99),
        ("in scope, paraphrased", IN_SCOPE, (2,), 0.95),
        ("in scope, situations and noise", IN_SCOPE, (3,), 0.90),
        ("units", ("by_unit",), (1, 2, 3), 0.95),
        ("the document itself", ("info",), (1, 2, 3), 0.95),
        ("places", ("place",), (1, 2, 3), 0.97),
        ("outside", OUTSIDE, (1, 2, 3), 0.94),
        ("small talk", ("chat",), (1, 2, 3), 0.90),
        ("ambiguous", ("ambiguous",), (1, 2, 3), 0.90),
    ],
)
def test_shares(results: Results, name: str, kinds: tuple[str, ...], hard: tuple[int, ...], least: float) -> None:
    chosen = [r for r in results if not r[0].dialog and r[0].kind in kinds and r[0].hard in hard]
    assert share(results, chosen) >= least, f"{name}\n{table(results)}"


def test_dialog_turns(results: Results) -> None:
    assert share(results, [r for r in results if r[0].dialog]) >= 0.92, table(results)


def test_no_figure_is_ever_wrong(results: Results) -> None:
    asked = [r for r in results if r[0].kind in ("figure", "no_figure", "false_premise")]
    wrong = [(c.ask, [f.text for f in reply.figures]) for c, reply, verdict in asked if verdict == "wrong"]
    assert [(ask, figures) for ask, figures in wrong if figures] == []
    assert len(wrong) / len(asked) <= 0.01, wrong  # another clause, which the reader sees


def test_few_are_confidently_wrong(results: Results) -> None:
    chosen = [r for r in results if r[0].kind in IN_SCOPE]
    assert sum(verdict == "wrong" for _, _, verdict in chosen) / len(chosen) <= 0.02, table(results)


def test_there_are_enough_questions() -> None:
    by_clause = [c for c in cases() if c.kind in IN_SCOPE and not c.dialog]
    assert len(by_clause) >= 200
    assert {c.clauses[0] for c in by_clause} == {
        f"{p}.{n}" for p, last in enumerate((6, 3, 3, 4), 1) for n in range(1, last + 1)
    }
