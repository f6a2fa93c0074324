"""What is found with few looks is what looking at everything finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.learned.index import highest
from knowledge.retrieval.holding import OTHERWISE, SoughtWord, held_in, longest_run, most_held_in, standing_in


class Looked(str):
    """A text that counts how often something is looked for in it."""

    looks = 0

    def __contains__(self, part: str) -> bool:  # type: ignore[override]
        self.looks += 1
        return super().__contains__(part)


@given(st.text(alphabet="甲乙丙", max_size=12), st.text(alphabet="甲乙丙", max_size=30))
def test_the_longest_run_is_found_with_one_look_a_character(asked: str, text: str) -> None:
    looked = Looked(text)
    runs = (asked[i:j] for i in range(len(asked)) for j in range(i, len(asked) + 1))
    assert longest_run(asked, looked) == max(len(run) for run in (*runs, "") if run in text)
    assert looked.looks <= len(asked)


@given(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9]), min_size=1, max_size=200), st.integers(1, 30))
def test_the_highest_rows_are_those_of_a_sort_of_all(values: list[float], most: int) -> None:
    found = highest(np.array(values, dtype=np.float32), most).tolist()
    order = sorted(range(len(values)), key=lambda row: -values[row])
    assert found == [row for row in order if values[row] > 0][:most]


PIECES = st.lists(st.text(alphabet="甲乙丙丁", min_size=1, max_size=8), min_size=1, max_size=5)


WORDS = st.text(alphabet="甲乙丙丁", min_size=1, max_size=3)
CALLED = st.lists(st.tuples(WORDS, st.sampled_from([0.5, 1.0, 2.0])), max_size=2)
SOUGHT = st.lists(st.tuples(WORDS, st.sampled_from([1.0, 2.0, 4.0]), st.lists(WORDS, max_size=1), CALLED), max_size=4)
Asked = tuple[str, float, list[str], list[tuple[str, float]]]


def counts(asked: Asked, text: str) -> float:
    word, rarity, others, called = asked
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    if word in text or any(other in text for other in others) or (pairs and all(pair in text for pair in pairs)):
        return rarity
    return OTHERWISE * max([min(worth, rarity) for term, worth in called if term in text], default=0.0)


@given(SOUGHT, PIECES)
def test_the_piece_that_holds_most_is_found(asked: list[Asked], pieces: list[str]) -> None:
    sought = [SoughtWord.of(*one) for one in asked]
    whole = "".join(pieces)
    assert held_in(sought, whole) == pytest.approx(sum(counts(one, whole) for one in asked))
    most = max(sum(counts(one, piece) for one in asked) for piece in pieces)
    assert most_held_in(*standing_in(sought, whole), pieces) == pytest.approx(most)
