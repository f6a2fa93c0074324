"""How words are read aloud: as pypinyin reads them."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin

from knowledge.reading.cutter import counted
from knowledge.reading.sounds import syllables
from knowledge.reading.typos import HAN

ODD = ("女", "旅游", "嗯", "呣", "长江", "校长", "重庆", "银行", "行政", "𠮷", "\u9fff", "々", "中国人民银行重新开张")
EVERY = 70
"""Of how many words one is tried."""


def test_as_pypinyin_reads_them() -> None:
    words = [word for word in counted() if HAN.fullmatch(word)][::EVERY]
    assert len(words) > 4000
    for word in (*ODD, *words):
        assert syllables(word) == lazy_pinyin(word, style=Style.NORMAL), word
