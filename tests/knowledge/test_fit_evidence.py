"""The fit of evidence.yaml: what speaks for a clause without phrasings, and beside one with phrasings."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.base.contents import EvidenceFile
from knowledge.fitting import evidence as fitting
from knowledge.retrieval.evidence import SIGNALS, Weights, load_weights

NONE: dict[str, float] = dict.fromkeys(SIGNALS, 0.0)


def rows() -> list[fitting.Row]:
    """Questions whose right clause covers them, and some that nothing covers, of two documents."""
    out = []
    for n in range(40):
        document, named = f"d{n % 2}", n % 4 < 2
        good, poor = {**NONE, "cover": 0.9, "ahead": 1.0}, {**NONE, "cover": 0.2, "ahead": 0.8}
        out.append(fitting.Row(document, named, False, True, [good, poor], (0,)))
        out.append(fitting.Row(document, named, False, False, [poor, poor], ()))
    return out


def test_what_tells_the_right_clause_gets_the_weight() -> None:
    weights = fitting.fit(rows())
    assert weights.signal["cover"] > 1
    assert weights.bias < 0
    assert set(weights.signal) == set(SIGNALS)


def test_the_report_is_of_documents_that_had_no_part_in_the_fit() -> None:
    said = fitting.report(rows())
    assert "documents held out; the document named" in said
    assert "right clause first 1.000" in said


def test_a_match_near_a_phrasing_is_trusted() -> None:
    near, far = (
        {"linear": -0.1, "nearest": 0.7, "cover": 1.0, "found": 0.2},
        {"linear": -2.0, "nearest": 0.2, "cover": 0.6},
    )
    trust = fitting.fit_trust([(near, True), ({**far, "found": 0.5}, False)] * 10)
    assert trust["nearest"] > 0
    assert trust["found"] < 0


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    weights = Weights({"cover": 1.0, "topic": -0.5}, bias=-2.0, taught={"nearest": 2.0, "bias": 0.5})
    fitting.save(weights, tmp_path, "said\nso")
    assert load_weights(tmp_path) == weights
    assert (tmp_path / "evidence.yaml").read_text(encoding="utf-8").startswith("# said\n# so\n")


def test_the_signals_are_those_that_the_file_may_hold() -> None:
    signal = EvidenceFile.model_validate({"signal": dict.fromkeys(SIGNALS, 0.0), "bias": 0.0}).signal
    assert set(signal) == set(SIGNALS)
    with pytest.raises(ValueError, match="unheard"):
        EvidenceFile.model_validate({"signal": {"unheard": 1.0}, "bias": 0.0})
