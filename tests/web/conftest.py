"""A web of each test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from tests.web.web import Browser, Web


@pytest.fixture
async def web(store: Store, recent: RecentReplies) -> AsyncIterator[Web]:
    made = await Web(store, recent).open()
    yield made
    await made.close()


@pytest.fixture
async def browser(web: Web) -> AsyncIterator[Browser]:
    async with web.browser() as made:
        yield await made.open("/")
