"""A short chaos on each messenger: kill -9 while questions come."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.chaos import Plan, run
from tests.channels.scenes import SCENES
from tests.patience import PATIENCE


@pytest.mark.parametrize("channel", sorted(SCENES))
async def test_nothing_is_lost_out_of_order_or_answered_twice(channel: str, tmp_path: Path) -> None:
    outcome = await run(Plan(channel, people=10, kills=2, quiet=PATIENCE), tmp_path)
    assert outcome.asked >= 150
    assert outcome.wrong() == [], outcome.row()
