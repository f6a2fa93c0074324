from __future__ import annotations

import pytest

from knowledge.text.numbers import is_article, numbers, ordinal


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("给20万元", 200_000, "元"),
        ("二十万块", 200_000, "元"),
        ("20w", 200_000, "元"),
        ("50 万", 500_000, "元"),
        ("32项指标", 32, "项"),
        ("三十二项", 32, "项"),
        ("5个主导产业", 5, "个"),
        ("3年", 3, "年"),
        ("1.5亿", 150_000_000, "元"),
        ("能报俩吗", 2, "个"),
    ],
)
def test_numbers_in_all_forms(text: str, value: float, unit: str) -> None:
    assert [(n.value, n.unit) for n in numbers(text)] == [(value, unit)]


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("听说发一种券", True),
        ("有这一类动作吗", True),
        ("只有一家", False),
        ("最多一项", False),
        ("一年给多少", False),
        ("就一个名额", False),
    ],
)
def test_an_article_counts_nothing(text: str, article: bool) -> None:
    assert [is_article(number, text) for number in numbers(text)] == [article]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("营收六十多亿", 6e9, "元"),
        ("花了二三十万", 200_000, "元"),
        ("七八个人", 7, "个"),
        ("两三百万的设备", 2_000_000, "元"),
        ("流水上千万", 10_000_000, "元"),
        ("产值上亿", 1e8, "元"),
        ("近百人的厂", 100, "人"),
    ],
)
def test_numbers_of_the_askers_that_claim_nothing(text: str, value: float, unit: str) -> None:
    assert [(n.value, n.unit) for n in numbers(text, own=True)] == [(value, unit)]
    assert numbers(text) == []


@pytest.mark.parametrize("text", ["我们俩", "一网通办", "第三部分", "4.2", "2025", "五g"])
def test_what_is_no_amount(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("三", 3), ("十", 10), ("十二", 12), ("二十", 20), ("三十五", 35), ("7", 7), ("头", 1), ("甲", None)],
)
def test_ordinals(text: str, value: int | None) -> None:
    assert ordinal(text) == value
