"""A bot on a base that has no document yet, and on one with foreign documents without phrasings."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.engine.assistant import Assistant
from bot.service.commands import COMMANDS
from bot.serving.reply_cache import RecentReplies
from bot.staff.question_tests import DAY
from bot.store.store import Store
from tests.bases import shared
from tests.botapi import BotApi
from tests.telegram.direct import Played

DOCUMENTS = Path(__file__).parents[1] / "documents"


def recent_of(folder: Path, names: list[str]) -> RecentReplies:
    (folder / "policies").mkdir()
    for name in names:
        shutil.copytree(DOCUMENTS / name, folder / "policies" / name)
    return RecentReplies(Assistant(shared(folder), today=lambda: DAY))


@pytest.fixture(params=["none", "one", "two"])
async def bot(
    request: pytest.FixtureRequest, tmp_path: Path, server: BotApi, store: Store
) -> AsyncIterator[tuple[str, Played]]:
    names = {"none": [], "one": ["songzhou-parks"], "two": ["songzhou-parks", "jiangcheng-hightech"]}[request.param]
    base = tmp_path / "base"
    base.mkdir()
    played = Played(server, store, recent_of(base, names))
    await played.application.initialize()
    yield request.param, played
    await played.application.shutdown()
    assert server.refusals == []
    assert "aside" not in await store.counts(), "no handler failed"


async def test_every_command_is_answered(bot: tuple[str, Played]) -> None:
    which, played = bot
    for name in (command.name for command in COMMANDS if command.least is None):
        sent = await played.tell(f"/{name} 文件还有效吗" if name in ("ask", "clause") else f"/{name}")
        assert sent, name
    sent = await played.tell("文件还有效吗")
    assert ("还没有收录文件" in sent[0].text) is (which == "none")


async def test_the_examples_of_the_greeting_are_answered(bot: tuple[str, Played]) -> None:
    which, played = bot
    (greeting,) = await played.tell("/start")
    assert bool(played.labels(greeting)) is (which != "none")
    for example in played.labels(greeting):
        sent, _ = await played.press(greeting, example)
        assert sent[0].text.startswith(f"❓ {example}")
        assert "没有规定" not in sent[0].text
