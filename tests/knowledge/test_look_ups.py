"""What is found with few looks is what looking at everything finds."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.learned.index import highest
from knowledge.retrieval.holding import SoughtWord, longest_run, most_held_in, standing_in


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


@given(st.sets(st.sampled_from(["甲乙", "丙丁", "乙丙", "丁"])), PIECES)
def test_the_piece_that_holds_most_is_found(words: set[str], pieces: list[str]) -> None:
    sought = [SoughtWord(word, float(len(word)), (), (), ()) for word in sorted(words)]
    most = max(sum(len(word) for word in words if word in piece) for piece in pieces)
    assert most_held_in(*standing_in(sought, "".join(pieces)), pieces) == most
