"""When documents end: what is due on which day, told once each, over restarts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram.request import RequestData

from bot.channels.telegram.channel import TelegramChannel
from bot.days import BEIJING
from bot.replies.texts import Texts
from bot.service.expiry import ExpiryWatch
from bot.service.notices import Notices
from bot.service.port import Address
from bot.service.staffroom import StaffRoom
from bot.staff.expiry import STAGES, due, endings
from bot.staff.hours import Hours
from bot.staff.roles import parse_staff
from bot.store.store import Store
from knowledge.base.document import Policy
from knowledge.compiled import Ready
from tests.store.test_store import url  # noqa: F401  SQLite and PostgreSQL

UNTIL = date(2025, 10, 8)


def policies(ready: Ready, *until: date | None) -> tuple[Policy, ...]:
    (policy,) = ready.base.policies
    return tuple(
        policy.model_copy(update={"id": f"p{n}", "validity": policy.validity.model_copy(update={"until": day})})
        for n, day in enumerate(until)
    )


def told_over(ready: Ready, days: Sequence[date]) -> dict[date, int]:
    """Days on which something is told, and how many days are left then; the watch runs on these days only."""
    told: set[str] = set()
    out = {}
    for day in days:
        for ending in due(policies(ready, UNTIL), day, told):
            told.add(ending.key)
            out[day] = ending.days
    return out


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def test_each_stage_is_told_on_its_day_and_only_once(ready: Ready) -> None:
    every_day = days(date(2025, 1, 1), date(2026, 3, 1))
    assert told_over(ready, every_day) == {UNTIL - timedelta(stage): stage for stage in STAGES}
    assert told_over(ready, [day for day in every_day for _ in range(3)]).keys() == {
        UNTIL - timedelta(stage) for stage in STAGES
    }


@pytest.mark.parametrize(
    ("up", "left"),
    [
        ([date(2025, 8, 1)], [68]),
        ([date(2025, 10, 3), date(2025, 10, 4)], [5]),
        ([date(2025, 10, 2), date(2025, 10, 9), date(2025, 10, 10)], [6, -1]),
        ([date(2025, 10, 8), date(2025, 10, 9)], [0]),
        ([date(2026, 11, 24), date(2026, 11, 25)], [-412]),
        ([date(2025, 7, 9)], []),
    ],
)
def test_a_bot_that_was_down_tells_the_latest_missed_stage(ready: Ready, up: list[date], left: list[int]) -> None:
    assert list(told_over(ready, up).values()) == left


def test_a_renewed_document_is_told_of_anew_and_one_that_was_replaced_is_not(ready: Ready) -> None:
    today = date(2025, 10, 1)
    told = {e.key for e in due(policies(ready, UNTIL), today, ())}
    renewed = policies(ready, date(2025, 10, 20))
    assert due(renewed, today, told)
    assert due(policies(ready, None), today, ()) == []
    replaced = renewed[0].model_copy(update={"superseded_by": "other"})
    assert endings([replaced], today) == []
    assert [e.policy for e in endings(policies(ready, date(2026, 1, 1), UNTIL), today)] == ["p1", "p0"]


class Chats:
    """Stands for the Bot API: remembers, and refuses chats that can't be reached."""

    def __init__(self, unreachable: Sequence[int] = ()) -> None:
        self.sent: list[tuple[int, str]] = []
        self.unreachable = unreachable

    rate_limiter, base_url = None, ""

    @property
    def request(self) -> Chats:
        return self

    async def post(self, _: str, data: RequestData) -> dict[str, Any]:
        from telegram.error import BadRequest

        wanted: dict[str, Any] = dict(data.parameters)
        chat = wanted["chat_id"]
        if chat in self.unreachable:
            raise BadRequest("chat not found")
        self.sent.append((chat, wanted["text"]))
        return {"chat": {"id": chat}, "message_id": 1}


def watch(ready: Ready, store: Store, chats: Chats, today: date) -> ExpiryWatch:
    words = Texts.load()
    staff = parse_staff("1:admin,2:editor,3:viewer", [])
    channels = {"telegram": TelegramChannel(chats)}  # type: ignore[arg-type]
    room = StaffRoom(Address("telegram", "-100"), channels, store, words, Hours(), lambda: datetime.now(BEIJING))
    notices = Notices(channels, staff, room, words)
    return ExpiryWatch(store, notices, lambda: policies(ready, UNTIL), lambda: today, words)


async def test_editors_are_told_once_over_restarts(ready: Ready, url: str) -> None:  # noqa: F811
    async def start(today: date, chats: Chats) -> int:
        store = Store(url)
        store.prepare()
        store.open()
        try:
            looker = watch(ready, store, chats, today)
            return await looker.look() + await looker.look()
        finally:
            await store.close()

    nobody, chats = Chats(unreachable=(1, 2, -100)), Chats(unreachable=(2,))
    assert await start(UNTIL - timedelta(7), nobody) == 0
    assert await start(UNTIL - timedelta(7), chats) == 1, "what reached nobody is told at the next start"
    assert [chat for chat, _ in chats.sent] == [-100, 1], (
        "viewers are not told, and one who can't be reached stops nothing"
    )
    assert "还有 7 天" in chats.sent[0][1]
    assert await start(UNTIL - timedelta(6), chats) == 0
    assert await start(UNTIL, chats) == 1
    assert "今天" in chats.sent[-1][1]
    assert await start(UNTIL + timedelta(1), chats) == 0


def test_the_command() -> None:
    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "bot.cli", "expiring", *arguments]
        done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
        return done.stdout

    assert "还有 7 天" in run("--on", "2025-10-01")
    assert "今天是最后一天" in run("--on", "2025-10-08")
    assert "已过有效期" in run("--on", "2025-10-09")
    assert "没有文件到期" in run("--on", "2025-10-01", "--days", "3")
    assert "wuhan-development-zones" in run("--on", "2025-10-01")
