"""Classes of words, by jieba's dictionary."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.reading.cutter import jieba
from knowledge.reading.word_class import names_thing, word_class


@pytest.mark.parametrize(("word", "known"), [("大学", "n"), ("摘牌", "v"), ("南昌", "ns"), ("岚谷夜市券", "")])
def test_the_class_of_a_word(word: str, known: str) -> None:
    assert word_class(word) == known


def test_every_word_is_found_where_the_dictionary_is_out_of_order_as_well() -> None:
    lines = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    words = [line.split(" ") for line in lines]
    odd = {n for n in range(1, len(words)) if words[n][0].encode() < words[n - 1][0].encode()}
    assert odd, "this dictionary is in order: then word_class() needs not look around"
    looked = [near for n in (*odd, *range(10, len(words), 300)) for near in words[max(1, n - 3) : n + 8]]
    assert [(word, word_class(word)) for word, _, _ in looked] == [(word, known) for word, _, known in looked]


@pytest.mark.parametrize("word", ["大学", "酸奶", "岚谷夜市券"])
def test_nouns_and_unclassed_words_name_things(word: str) -> None:
    assert names_thing(word)


@pytest.mark.parametrize("word", ["摘牌", "不是", "南昌", "券", "HNTE"])
def test_other_words_name_none(word: str) -> None:
    assert not names_thing(word)
