"""Questions in the store: one row each, counts when they are old, nothing when they are to be forgotten."""

from __future__ import annotations

import json
import time

import pytest
from sqlalchemy import create_engine, select, text

from bot.days import day_of
from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.staff.asker_hash import Askers
from bot.staff.question_record import LONGEST, record
from bot.store import questions as records
from bot.store.questions import Asked, Forgotten
from bot.store.store import Change, Received, Store, Verdict
from bot.store.tables import daily, feedback, questions
from tests.store.test_store import kept, of, opened, received, talk, url

__all__ = ["url"]

ASKERS = Askers(b"a key for tests only")
DAY = 86_400.0


def asked(number: int | None, what: str = "谁负责招商引资", at: float | None = None, **more: object) -> Asked:
    at = time.time() if at is None else at
    row = {"asker": ASKERS.of(1), "outcome": "answer", "target": "p/1.1", "units": "甲局\n乙局"} | more
    delivery = of(number) if number is not None else None
    return Asked(delivery, at, day_of(at), "private", text=what, words=what, **row)  # type: ignore[arg-type]


async def rows(store: Store) -> list[tuple[int | None, str]]:
    query = select(questions.c.delivery, questions.c.text).order_by(questions.c.id)
    return [(int(row[0]) if row[0] else None, row[1]) for row in await store.look(lambda c: c.execute(query).all())]


async def counts(store: Store) -> dict[tuple[str, str], int]:
    query = select(daily.c.kind, daily.c.name, daily.c["count"])
    return {(kind, name): n for kind, name, n in await store.look(lambda c: c.execute(query).all())}


async def test_a_question_is_written_with_the_tick_off_and_once_however_often(url: str) -> None:
    async with opened(url) as store:
        await store.receive(received(7))
        for _ in range(3):  # as when a commit's answer was lost, and it was made again
            await store.change(Change(done=of(7), asked=[asked(7)]))
        await store.change(Change(done=of(7), asked=[asked(7, "改过的")]))
        assert await rows(store) == [(7, "改过的")]
        assert await store.counts() == {"done": 1}


async def test_many_questions_of_one_commit_and_ones_without_update(url: str) -> None:
    async with opened(url) as store:
        for n in range(300):
            store.change_soon(Change(asked=[asked(n)]))
        await store.change(Change(asked=[asked(None), asked(None)]))
        assert len(await rows(store)) == 302


async def test_a_long_reading_sees_what_still_waits_to_be_written(url: str) -> None:
    """So that /unanswered shows the question that was declined just before it."""
    async with opened(url) as store:
        for n in range(50):
            store.change_soon(Change(asked=[asked(n)]))
            assert len(await rows(store)) == n + 1


async def test_what_was_only_the_beginning_gives_way(url: str) -> None:
    async with opened(url) as store:
        await store.change(Change(asked=[asked(1, "高")]))
        store.change_soon(Change(asked=[asked(2, "高新")], replaced=[of(1)]))
        store.change_soon(Change(asked=[asked(3, "高新技术")], replaced=[of(2)]))
        await store.change(Change())
        assert await rows(store) == [(3, "高新技术")]


async def test_what_is_settled_stays_so_when_the_question_is_written_again(url: str) -> None:
    async with opened(url) as store:
        await store.change(Change(asked=[asked(1)]))
        with store.engine.begin() as connection:
            connection.execute(questions.update().values(settled="taught"))
        await store.change(Change(asked=[asked(1)]))
        with store.engine.connect() as connection:
            assert connection.execute(select(questions.c.settled)).scalars().all() == ["taught"]


async def test_text_that_no_database_takes_is_recorded_without_what_is_odd(url: str, assistant: Assistant) -> None:
    odd = "高企\x00补贴\ud83d多少" + "？" * 1000
    row = record(odd, assistant.reply(odd), "private", delivery=of(1))
    async with opened(url) as store:
        await store.change(Change(asked=[row]))
        ((_, kept),) = await rows(store)
    assert kept.startswith("高企补贴?多少")
    assert len(kept) <= LONGEST


async def test_old_questions_become_counts_and_no_more(url: str) -> None:
    now = time.time()
    async with opened(url) as store:
        old = [asked(n, at=now - 91 * DAY - n) for n in range(3)]
        verdicts = [Verdict("a", "p/1.1", "up", "", now - 92 * DAY), Verdict("b", "p/1.1", "down", "wrong", now)]
        await store.change(Change(asked=[*old, asked(9, outcome="none", target="", units="")], verdicts=verdicts))
        for _ in range(2):  # folding once more changes nothing
            with store.engine.begin() as connection:
                records.fold(connection, 90, now)
        assert await rows(store) == [(9, "谁负责招商引资")]
        assert await counts(store) == {
            ("outcome", "answer"): 3,
            ("channel", "private"): 3,
            ("messenger", "telegram"): 3,
            ("clause", "p/1.1"): 3,
            ("unit", "甲局"): 3,
            ("unit", "乙局"): 3,
            ("verdict", "up"): 1,
        }
        with store.engine.connect() as connection:
            assert connection.execute(select(feedback.c.key)).scalars().all() == ["b"]


async def test_days_at_the_edge_are_kept_whole(url: str) -> None:
    now = time.time()
    async with opened(url) as store:
        await store.change(Change(asked=[asked(1, at=now - 90 * DAY), asked(2, at=now - 91 * DAY)]))
        with store.engine.begin() as connection:
            records.fold(connection, 90, now)
        assert [number for number, _ in await rows(store)] == [1]


async def test_tidying_happens_by_itself(url: str) -> None:
    store = Store(url, keep_days=7)
    store.prepare()
    store.open()
    try:
        await store.change(Change(asked=[asked(1, at=time.time() - 9 * DAY)]))  # the first commit tidies
        assert await rows(store) == []
        assert (await counts(store))["outcome", "answer"] == 1
    finally:
        await store.close()


async def test_counts_add_up(url: str) -> None:
    async with opened(url) as store:
        for _ in range(3):
            store.change_soon(Change(counted=[("2026-01-01", "refusal", "stats"), ("2026-01-01", "refusal", "export")]))
        await store.change(Change(counted=[("2026-01-01", "refusal", "stats")]))
        assert await counts(store) == {("refusal", "stats"): 4, ("refusal", "export"): 3}


async def test_forgetting_takes_all_of_a_persons_and_nothing_else(url: str) -> None:
    person, other = 42, 142
    async with opened(url) as store:
        raw = {"update_id": 5, "message": {"message_id": 1, "from": {"id": person}, "text": "机密"}}
        await store.receive([Received(of(5), json.dumps(raw), time.time(), "ValueError", str(person))])
        await store.receive([Received(of(6), json.dumps(raw), time.time(), "ValueError", str(other))])
        await store.receive([Received(of(8), "no JSON", time.time(), aside="unreadable")])
        for n, who in enumerate((person, other)):
            await store.change(
                Change(
                    asked=[asked(10 + n, asker=ASKERS.of(who)), asked(20 + n, asker=ASKERS.of(who))],
                    kept=[kept(f"-5:{who}", "{}", time.time()), kept(f"{who}:{who}", "{}", time.time())],
                    verdicts=[
                        Verdict(f"hash{n}", "p/1.1", "up", "", time.time(), ASKERS.of(who), of(10 + n)),
                        Verdict(f"-5:7:{who}", "p/1.1", "up", "", time.time()),  # as earlier versions kept it
                    ],
                )
            )
        assert await store.forget(ASKERS.of(person), "telegram", str(person)) == Forgotten(2, 2, 2, 1)
        assert not await store.forget(ASKERS.of(person), "telegram", str(person)), "once more there is nothing left"
        assert [number for number, _ in await rows(store)] == [11, 21]
        assert await store.conversation(talk("-5:42")) is None
        assert await store.conversation(talk("-5:142")) == "{}"
        assert await store.counts() == {"aside": 2}
        with store.engine.connect() as connection:
            assert set(connection.execute(select(feedback.c.key)).scalars()) == {"hash1", "-5:7:142"}


def test_a_database_of_the_version_before_keeps_what_it_holds(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    from bot.store.migrate import MIGRATIONS

    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text("INSERT INTO feedback (key, target, verdict, reason, at) VALUES ('a', 'p/1', 'up', '', 1)")
        )
        command.upgrade(config, "0002")
        assert connection.execute(text("SELECT key, asker, update_id FROM feedback")).all() == [("a", "", None)]
        command.downgrade(config, "0001")
        assert connection.execute(text("SELECT key, verdict FROM feedback")).all() == [("a", "up")]
        command.upgrade(config, "head")
    engine.dispose()


@pytest.mark.parametrize(
    ("question", "outcome", "target"),
    [
        ("首次认定的高企补贴多少", "answer", "wuhan-development-zones/4.2"),
        ("三(二)", "answer", "wuhan-development-zones/3.2"),
        ("文件还有效吗", "info", "info:validity"),
        ("市科技局负责哪些", "answer", ""),
        ("火星移民补贴怎么申请", "none", None),
        ("你好", "chat", ""),
        ("？！", "clarify", ""),
    ],
)
def test_what_is_recorded_of_a_reply(assistant: Assistant, question: str, outcome: str, target: str | None) -> None:
    reply = assistant.reply(question, Conversation())
    row = record(question, reply, "group", "hash", of(5))
    assert (row.outcome, row.place, row.asker, row.delivery, row.text) == (outcome, "group", "hash", of(5), question)
    if target is not None:
        assert row.target == target
    assert row.rule == reply.why.name
    assert all("/" in near for near in row.near.split())
    if row.margin is not None:
        assert 0 <= row.margin <= (row.score or 0)


def test_where_no_text_may_be_kept_none_is_recorded(assistant: Assistant) -> None:
    row = record("首次认定的高企补贴多少", assistant.reply("首次认定的高企补贴多少"), "private", keep_text=False)
    assert (row.text, row.words, row.outcome) == ("", "", "answer")
