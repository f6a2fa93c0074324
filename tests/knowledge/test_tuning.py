"""Learning, fitting and linting, on small bases made for the test."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.base.target import kind_of
from knowledge.compiled import ROOT, Ready
from knowledge.fitting import lint
from knowledge.fitting import weights as tuning
from knowledge.fitting.weights import HeldOut
from knowledge.learned import index, regression
from knowledge.learned.examples import examples
from knowledge.learned.index import KINDS, SIGNALS, START, Example, Index, Weights, load_weights


def test_learning_tells_two_classes_apart_and_is_the_same_each_time() -> None:
    a = (np.array([0, 1], dtype=np.int32), np.array([0.6, 0.8], dtype=np.float32))
    b = (np.array([2, 1], dtype=np.int32), np.array([0.6, 0.8], dtype=np.float32))
    labels = np.array([0, 1] * 20, dtype=np.int32)
    keys = [str(n) for n in range(40)]
    first = regression.train([a, b] * 20, labels, keys, (3, 2))
    again = regression.train([a, b] * 20, labels, keys, (3, 2))
    assert np.array_equal(first[0], again[0])
    weights, bias = first
    assert (a[1] @ weights[a[0]] + bias).argmax() == 0
    assert (b[1] @ weights[b[0]] + bias).argmax() == 1


@pytest.fixture(scope="module")
def small(ready: Ready) -> Index:
    """An index over a handful of phrasings."""
    known = [
        Example("p/1", "a", "高企首次认定补贴多少"),
        Example("p/1", "b", "刚评上高新技术企业给多少钱"),
        Example("p/2", "a", "招商引资怎么奖励"),
        Example("p/2", "b", "中介引进项目有奖励吗"),
        Example("far", "a", "今天天气怎么样"),
        Example("far", "b", "晚上吃什么好"),
    ]
    readings = {e.text: ready.reader.read(e.text) for e in known}
    texts = {"p/1": [(ready.reader.read("高新技术企业补贴"), 1.0)], "p/2": [(ready.reader.read("招商引资奖励"), 1.0)]}
    return Index(index.build(known, readings, texts, ["p/1", "p/2", "far"]), START)


def test_a_match_says_why(small: Index, ready: Ready) -> None:
    reading = ready.reader.read("首次认定的高企能补贴多少")
    best = small.match(reading)[0]
    assert best.target == "p/1"
    assert set(best.signals) == set(SIGNALS)
    assert best.phrasing
    assert small.why(reading, "p/1")[0][1] > 0
    assert sum(m.probability for m in small.match(reading)) == pytest.approx(1.0, abs=1e-5)


def test_nothing_known_matches_nothing(small: Index, ready: Ready) -> None:
    assert small.match(ready.reader.read("zzz")) == []


def test_what_is_talked_about_weighs_in(small: Index, ready: Ready) -> None:
    reading = ready.reader.read("奖励多少钱")
    plain = {m.target: m.probability for m in small.match(reading)}
    leaning = {m.target: m.probability for m in small.match(reading, {"p/1": 3.0})}
    assert leaning["p/1"] > plain["p/1"]


def test_the_fit_prefers_the_signal_that_tells() -> None:
    """Of two signals one is right and one is noise: the first gets the weight, and the fit beats the start."""
    noise = np.random.default_rng(3)
    rows = []
    targets = ["p/1", "p/2", "far"]
    for n in range(300):
        gold = n % 3
        signals = np.zeros((3, len(SIGNALS)), dtype=np.float32)
        signals[gold, 1] = 1.0
        signals[:, 2] = noise.random(3)
        rows.append(HeldOut(Example(targets[gold], "a", str(n)), signals))
    weights = tuning.fit(targets, rows)
    assert weights.signal["clause"]["nearest"] > 3 * abs(weights.signal["clause"]["fuzzy"])
    assert tuning.quality(targets, rows, weights).loss < tuning.quality(targets, rows, START).loss


def test_weights_are_stored_and_read_back(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    assert load_weights(folder) == load_weights(ROOT), "the ones that come with the project"
    weights = Weights({k: dict.fromkeys(SIGNALS, 1.25) for k in KINDS}, dict.fromkeys(KINDS, -0.5))
    tuning.save_weights(weights, folder, "a report\nof two lines")
    assert load_weights(folder) == weights


def test_the_stored_weights_carry_their_report() -> None:
    text = (ROOT / index.FILE).read_text(encoding="utf-8")
    assert "Fitted by `policybot tune`" in text
    assert "Calibration" in text


def test_enough_phrasings_for_each_clause_and_figure(ready: Ready) -> None:
    assert lint.thin(ready.base) == []
    assert len(ready.base.lexicon.not_covered.topics) >= 150


def test_copies_under_two_targets_are_found(ready: Ready) -> None:
    known = [
        Example("p/1", "a", "首次认定的高企补贴多少钱呢"),
        Example("p/2", "b", "首次认定的高企补贴多少钱"),
        Example("p/2", "c", "招商引资有什么奖励"),
    ]
    assert [f.kind for f in lint.copies(known)] == ["copy"]
    assert lint.copies(examples(ready.base)) == []


def test_a_phrasing_that_pulls_elsewhere_is_found() -> None:
    signals = np.zeros((2, len(SIGNALS)), dtype=np.float32)
    signals[1, 1] = 5.0
    rows = [HeldOut(Example("p/1", "a", "问法"), signals)]
    (found,) = lint.pulls(["p/1", "p/2"], rows, START)
    assert "被拉向 p/2" in found.text


def test_kinds_of_targets() -> None:
    assert [kind_of(t) for t in ("p/4.2", "info:basis", "chat:bye", "near", "far")] == list(KINDS)
