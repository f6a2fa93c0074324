from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text.fold import MAX_CHARS, fold, key


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("第４部分（二）", "第4部分(二)"),
        ("1∶1", "1:1"),
        ("〔2019〕6号", "[2019]6号"),
        ("【2019】6号", "[2019]6号"),
        ("瞪羚企業　有補貼嗎", "瞪羚企业 有补贴吗"),
        ("一 、 ( 六 )", "一,(六)"),
        ("首 次 认 定,补 多 少?", "首次认定,补多少?"),
        ("下 一 条", "下一条"),
        ("高企 补贴 上限", "高企 补贴 上限"),
        ("1 2", "1 2"),
        ("高\u200b企\ufeff", "高企"),
        ("\u202a产业地图\u202c", "产业地图"),
        ("补贴😀多少", "补贴 多少"),
        ("HNTE", "hnte"),
        ("\ud800\x00", ""),
    ],
)
def test_one_plain_form(typed: str, plain: str) -> None:
    assert fold(typed) == plain


def test_key_ignores_punctuation_and_spaces() -> None:
    assert key("谁 负责？") == key("誰負責")


@given(st.text())
def test_folding_twice_changes_nothing_that_a_key_sees(text: str) -> None:
    assert key(fold(text)) == key(text)


@given(st.text(alphabet=st.sampled_from("e中か가한ü①㎡。\u0301\u0308\u3099\u11a8\ufe0f\u20e3")) | st.text())
def test_texts_that_unicode_holds_for_the_same_are_the_same(text: str) -> None:
    """Characters are looked up one by one, unless some of them join: 가 in two parts, é with its mark apart."""
    assert fold(text) == fold(unicodedata.normalize("NFKC", text)) == fold(unicodedata.normalize("NFKD", text))


def test_long_text_keeps_both_ends() -> None:
    folded = fold("头" + "水" * 50_000 + "尾")
    assert folded.startswith("头")
    assert folded.endswith("尾")
    assert len(folded) <= MAX_CHARS + 1
