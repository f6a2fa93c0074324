"""Telegram shows "typing" while an answer is thought over, and only then."""

from __future__ import annotations

import pytest

from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from tests.botapi import BotApi
from tests.telegram.direct import Played
from tests.telegram.test_telegram_handlers import SUBSIDY, TWENTY, text_of


async def test_typing_is_shown_where_the_answer_takes_longer(
    server: BotApi, store: Store, recent: RecentReplies, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = recent.reply_soon

    async def after_typing(question: str, conversation: Conversation) -> Reply:
        await server.until(lambda: bool(server.world.actions), "typing is shown")
        return await at_once(question, conversation)

    monkeypatch.setattr(recent, "reply_soon", after_typing)
    bot = Played(server, store, recent, busy=False)
    await bot.application.initialize()
    server.say(bot.chat, bot.alice, SUBSIDY)
    assert TWENTY in text_of(await bot.after())
    assert [action[1:] for action in server.world.actions] == [(bot.chat.id, "typing")]
    await bot.application.shutdown()
