"""Cases that exclude one another: a figure of another case than the one that is asked for isn't put forward."""

from __future__ import annotations

import pytest

from bot.engine.answering.contrasts import Contrasts
from knowledge.base.document import Clause, Figure
from knowledge.compiled import Ready

TEXT = (
    "新认定的国家级示范点每家奖励80万元；新认定的省级示范点每家奖励30万元；通过复核的每家奖励6万元；另给开办费2万元。"
)
AMOUNTS = ("80万元", "30万元", "6万元", "2万元")


@pytest.fixture(scope="module")
def contrasts(ready: Ready) -> Contrasts:
    return Contrasts(ready.base.lexicon)


def clause() -> Clause:
    quotes = [next(part for part in TEXT.rstrip("。").split("；") if amount in part) for amount in AMOUNTS]
    figures = [
        Figure.model_validate(
            {"id": f"f{n}", "text": amount, "quote": quote, "value": 1, "unit": "元", "kind": "amount"}
        )
        for n, (amount, quote) in enumerate(zip(AMOUNTS, quotes, strict=True))
    ]
    return Clause.model_construct(id="1.1", text=TEXT, figures=tuple(figures))


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("省里评的示范点奖多少", ["30万元", "6万元", "2万元"]),
        ("示范点是省级的，今年复核过了，奖多少", ["6万元", "2万元"]),
        ("示范点不是国家级的，奖多少", ["30万元", "6万元", "2万元"]),
        ("不是头一回评示范点了，奖多少", ["6万元", "2万元"]),
        ("示范点市里给多少", list(AMOUNTS)),
        ("示范点奖多少", list(AMOUNTS)),
    ],
)
def test_what_is_left(contrasts: Contrasts, asked: str, left: list[str]) -> None:
    of = clause()
    assert [figure.text for figure in contrasts.narrowed(of, of.figures, asked)] == left


def test_what_is_counted_says_the_case_before_the_rest_of_the_sentence_does(contrasts: Contrasts) -> None:
    text = "做强国家级平台，培育100家以上省级平台。建设10个左右园区。"
    figures = [
        Figure.model_validate(
            {"id": f"f{n}", "text": amount, "quote": quote, "value": 1, "unit": "家", "kind": "count"}
        )
        for n, (amount, quote) in enumerate([("100家以上", "培育100家以上省级平台"), ("10个左右", "建设10个左右园区")])
    ]
    of = Clause.model_construct(id="1.1", text=text, figures=tuple(figures))
    assert [figure.text for figure in contrasts.narrowed(of, of.figures, "省级平台几家")] == ["100家以上", "10个左右"]
    assert [figure.text for figure in contrasts.narrowed(of, of.figures, "国家级平台几家")] == ["10个左右"]
