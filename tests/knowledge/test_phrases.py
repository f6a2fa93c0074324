"""Phrases are found left to right, the longest at each place, Latin ones as whole words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.text.phrases import Phrases

TABLES = st.dictionaries(st.text(alphabet="ab甲乙", min_size=1, max_size=4), st.integers(), max_size=6)
TEXTS = st.text(alphabet="ab甲乙 ", max_size=12)


def plainly(table: dict[str, int], text: str) -> list[tuple[int, int, int]]:
    """The same by trying every length at every place."""
    out, i = [], 0
    while i < len(text):
        fitting = [n for n in range(4, 0, -1) if len(text[i : i + n]) == n and stands(table, text, i, i + n)]
        if fitting:
            out.append((i, i + fitting[0], table[text[i : i + fitting[0]]]))
        i += fitting[0] if fitting else 1
    return out


def stands(table: dict[str, int], text: str, start: int, end: int) -> bool:
    phrase, around = text[start:end], text[start - 1 : start] + text[end : end + 1]
    latin = phrase.isascii() and any(char.isascii() and char.isalnum() for char in around)
    return phrase in table and not latin


@given(TABLES, TEXTS)
def test_scanning_finds_what_trying_everything_finds(table: dict[str, int], text: str) -> None:
    found = [(f.start, f.end, f.value) for f in Phrases(table).scan(text)]
    assert found == plainly(table, text)
    rest = Phrases(table).without(text, "#")
    assert rest.count("#") == len(found)
    assert len(rest) == len(text) - sum(end - start - 1 for start, end, _ in found)
