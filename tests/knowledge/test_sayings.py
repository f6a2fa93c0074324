"""What people say, found as it stands and word by word."""

from __future__ import annotations

import pytest

from knowledge.retrieval.local.sayings import Sayings, apart_of

SAID = {
    "老板 跑路 工资": ("欠薪逃匿",),
    "狗咬": ("犬只伤人",),
    "被狗咬": ("动物致害",),
    "交税": ("纳税",),
    "房租 太贵": ("租金补贴",),
}
COUNTS = {"老板": 500, "跑路": 3, "工资": 900, "房租": 80, "太贵": 60, "交税": 40}


def sayings() -> Sayings:
    """Of words that are divided by blanks."""
    return Sayings(SAID, apart_of(SAID, str.split, COUNTS), str.split, COUNTS)


@pytest.mark.parametrize(
    ("plain", "called"),
    [
        ("老板 跑路 工资", ["欠薪逃匿"]),
        ("跑路 的 是 老板 三个月 工资 没 发", ["欠薪逃匿"]),
        ("老板 发 工资", []),
        ("工资 跑路", []),
        ("被狗咬 了", ["动物致害", "犬只伤人"]),
        ("我 房租 贵", []),
        ("贵 的 是 房租", []),
        ("太贵 了 这 房租", ["租金补贴"]),
        ("", []),
    ],
)
def test_called(plain: str, called: list[str]) -> None:
    found = sayings().called(plain)
    assert [term for terms in found.values() for term in terms] == called


def test_a_short_one_is_found_only_as_it_stands() -> None:
    assert apart_of({"交 税": ("纳税",)}, str.split, {}) == {}


def test_a_longer_one_is_kept_by_the_two_rarest_of_its_words() -> None:
    assert list(apart_of(SAID, str.split, COUNTS)) == ["跑路\t老板", "太贵\t房租"]
