"""How often a person may ask: what is counted, and how little of it is kept."""

from __future__ import annotations

import tracemalloc

from bot.service.limits import MOST_PEOPLE, WINDOW, UserLimit
from bot.store.keys import Delivery


def one(number: int) -> Delivery:
    return Delivery("telegram", str(10_000_000 + number))


def test_a_question_counts_for_a_minute_and_once() -> None:
    now = [0.0]
    limit = UserLimit(2, lambda: now[0])
    assert [limit.check("甲", one(1)), limit.check("甲", one(1)), limit.check("甲", one(1))] == ["ok"] * 3
    now[0] = 10.0
    assert [limit.check("甲", one(n)) for n in (2, 3, 2, 4)] == ["ok", "notice", "ok", "drop"]
    assert (limit.left_out("甲"), limit.seconds("甲")) == (2, 50)
    now[0] = WINDOW
    assert [limit.check("甲", one(n)) for n in (5, 6)] == ["ok", "drop"], "the first counts no more, the second does"
    assert limit.seconds("甲") == 10


def test_what_is_counted_in_a_minute_takes_little_room() -> None:
    """It grows with the questions of a minute, so with how fast they come: it is memory that a load test sees."""
    people, rounds = 1_000, 12
    limit = UserLimit(10_000, lambda: 0.0)
    for person in range(people):
        limit.check(person, one(person))
    tracemalloc.start()
    try:
        for number in range(people, rounds * people):
            limit.check(number % people, one(number))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held / ((rounds - 1) * people) < 48, "bytes a question; kept as a delivery and its time it took 173"


def test_only_so_many_people_are_remembered() -> None:
    limit = UserLimit(1, lambda: 0.0)
    for person in range(MOST_PEOPLE + 10):
        limit.check(person, one(person))
    assert limit.check(MOST_PEOPLE + 9, one(-1)) == "notice"
    assert limit.check(0, one(-2)) == "ok", "the longest unseen was forgotten"
