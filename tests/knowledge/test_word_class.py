"""Classes of words, by jieba's dictionary."""

from __future__ import annotations

import pytest

from knowledge.reading.word_class import names_thing, word_class


@pytest.mark.parametrize(("word", "known"), [("大学", "n"), ("摘牌", "v"), ("南昌", "ns"), ("岚谷夜市券", "")])
def test_the_class_of_a_word(word: str, known: str) -> None:
    assert word_class(word) == known


@pytest.mark.parametrize("word", ["大学", "酸奶", "岚谷夜市券"])
def test_nouns_and_unclassed_words_name_things(word: str) -> None:
    assert names_thing(word)


@pytest.mark.parametrize("word", ["摘牌", "不是", "南昌", "券", "HNTE"])
def test_other_words_name_none(word: str) -> None:
    assert not names_thing(word)
