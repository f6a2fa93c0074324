"""Documents of invented places, and questions on them by people who saw only them: what fits are made on.

Each is imported whole, and each quote that answers a question stands in exactly the text of some clause or attachment.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from knowledge.base.load import examine
from knowledge.importing.job import run

HOME = Path(__file__).parents[1] / "fitting"
SETS = sorted((HOME / "questions").glob("*.yaml"))
_BLANKS = re.compile(r"\s+")


def plain(text: str) -> str:
    return _BLANKS.sub("", text)


def test_there_are_as_many_as_told() -> None:
    assert len(SETS) == len(list((HOME / "documents").glob("*.txt"))) == 26


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_a_document_is_imported_and_every_question_has_its_clause(path: Path, tmp_path: Path) -> None:
    asked = yaml.safe_load(path.read_text(encoding="utf-8"))
    source = HOME / "documents" / asked["document"]
    outcome = run(str(source), tmp_path / "out", set(), set(), force=False)
    assert outcome.error is None
    assert outcome.coverage == 1.0
    base, faults = examine(tmp_path / "out")
    assert faults == []
    assert base is not None
    texts = [plain(clause.text) for clause in base.policies[0].clauses]
    questions = asked["questions"]
    assert len(questions) == 20
    assert sum(question["kind"] == "none" for question in questions) == 5
    lost = [q["ask"] for q in questions if q["kind"] != "none" and not any(plain(q["quote"]) in t for t in texts)]
    assert lost == []
