"""What all tests of channels share."""

from __future__ import annotations

import pytest

from tests.patience import PATIENCE


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Platforms wait some seconds for the answer to a callback; a busy machine may take longer, and is no fault."""
    for limit in (
        "tests.standins.feishu.WITHIN",
        "tests.standins.wechat.calling.WITHIN",
        "bot.channels.wechat_mp.messenger.PASSIVE_WITHIN",
        "bot.channels.wechat_mp.channel.PASSIVE",
    ):
        monkeypatch.setattr(limit, PATIENCE)
