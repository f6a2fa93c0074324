"""Words are cut as jieba cuts them, in fewer steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.reading.cutter import jieba
from knowledge.reading.cutting import Cutter
from knowledge.reading.vocabulary import frequencies

WORDS = {
    "高新": 50, "高新技术": 300, "技术": 400, "企业": 900, "高新技术企业": 120, "术企": 2, "补贴": 300, "多少": 800,
    "少": 5, "5g": 40, "基站": 60, "业": 1, "新技": 1,
}  # fmt: skip
TABLE = frequencies(WORDS)
TEXTS = st.text(alphabet="高新技术企业补贴多少基站5gG%-. \r\n,，㐀𠀀", max_size=24)


def theirs() -> jieba.Tokenizer:
    """jieba's own cutter with the same table."""
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = dict(TABLE), sum(TABLE.values()), True
    return tokenizer


@settings(max_examples=400)
@given(TEXTS)
def test_any_text_is_cut_as_jieba_cuts_it(text: str) -> None:
    """Ties, blanks, Latin letters in a row, characters that no word has."""
    cutter, tokenizer = Cutter(TABLE), theirs()
    assert cutter.cut(text) == list(tokenizer.cut(text, HMM=False))
    assert list(cutter.finer(text)) == list(tokenizer.cut_for_search(text, HMM=False))
    assert "".join(cutter.cut(text)) == text


class Counted(Mapping[str, int]):
    """A table that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def __getitem__(self, word: str) -> int:
        self.asked[word] += 1
        return TABLE[word]

    def __iter__(self) -> Iterator[str]:
        return iter(TABLE)

    def __len__(self) -> int:
        return len(TABLE)


def test_each_place_is_looked_at_once_and_a_run_that_was_cut_before_not_at_all() -> None:
    """jieba asks twice for each word; the repair of typos and the reading cut the same run."""
    table = Counted()
    cutter = Cutter(table)
    table.asked.clear()
    cutter.cut("高新技术企业补贴多少")
    asked = sum(table.asked.values())
    assert max(table.asked.values()) == 1
    cutter.cut("高新技术企业补贴多少,高新技术企业补贴多少")
    assert sum(table.asked.values()) == asked
