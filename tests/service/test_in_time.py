"""Where an answer must come soon: what takes longer is announced in time."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.service import in_time
from bot.service.visit import Visit
from bot.serving.reply_cache import RecentReplies, _key
from bot.store.store import Store
from bot.store.tables import questions
from tests.patience import PATIENCE
from tests.service.channel import WITH_BUTTONS
from tests.service.town import Town, texts

SUBSIDY = "首次认定的高企补贴多少"
TWENTY = "20万元"


class Slow:
    """Answers that are worked out when they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go = asyncio.Event()
        at_once = RecentReplies.reply_soon

        async def reply_soon(recent: RecentReplies, question: str, conversation: Conversation) -> Reply:
            key = _key(recent.assistant, question, conversation)
            known = recent._find(recent.assistant, key)
            if known is None:
                await asyncio.wait_for(self.go.wait(), PATIENCE)
            return known or await at_once(recent, question, conversation)

        monkeypatch.setattr(RecentReplies, "reply_soon", reply_soon)


WITHIN = 2.0
SOON = replace(WITH_BUTTONS, reply_within=WITHIN)
SLOWLY = "整体搬迁来的高企补多少"
FIFTY = "50万元"


async def test_an_answer_that_takes_longer_than_may_be_is_announced_and_follows(
    store: Store, recent: RecentReplies, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, town, waited = Slow(monkeypatch), Town(store, recent, SOON), list[float]()
    announce = in_time._announce

    async def noted(visit: Visit, wait: float) -> None:
        waited.append(wait)
        await announce(visit, wait)

    monkeypatch.setattr(in_time, "_announce", noted)
    await town.intake.take([town.raw(**{"in": "with-甲", "by": "甲", "text": SLOWLY})])
    await town.until(lambda: bool(town.channel.shown))
    assert texts(town.channel.shown) == town.words("asking.coming")
    assert waited[0] < WITHIN - 0.2, "some of the time is left for the way"
    slow.go.set()
    await town.intake.idle()
    assert FIFTY in texts(town.channel.shown)
    assert await store.counts() == {"done": 1}


async def test_where_nothing_more_may_be_said_the_question_is_answered_when_it_comes_again(
    store: Store, recent: RecentReplies, monkeypatch: pytest.MonkeyPatch
) -> None:
    recent.swap(recent.assistant)
    slow, town = Slow(monkeypatch), Town(store, recent, replace(SOON, push=False))
    await town.intake.take([town.raw(**{"in": "with-甲", "by": "甲", "text": SLOWLY})])
    await town.until(lambda: bool(town.channel.shown))
    slow.go.set()
    await town.intake.idle()
    assert texts(town.channel.shown) == town.words("asking.once_more")
    slow.go.clear()
    assert FIFTY in texts(await town.tell(SLOWLY)), "it was worked out meanwhile"
    rows = await store.look(lambda c: c.execute(select(questions.c.text)).all())
    assert rows == [(SLOWLY,)], "asked once"
    assert await store.counts() == {"done": 2}


async def test_an_answer_in_time_is_not_announced(store: Store, recent: RecentReplies) -> None:
    town = Town(store, recent, SOON)
    assert TWENTY in texts(await town.tell(SUBSIDY))
    assert await town.tell(SUBSIDY, **{"in": "企业群", "place": "group"}) == [], "nor what nobody asked the bot"
    await asyncio.sleep(WITHIN + 0.1)
    assert "请稍等" not in texts(town.channel.shown)
