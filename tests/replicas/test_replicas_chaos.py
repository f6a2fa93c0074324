"""Replicas behind nginx, killed, frozen and exchanged, PostgreSQL restarted and killed: short `make chaos-replicas`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.replicas.chaos import Plan, Result, run
from tests.telegram.postgres import REQUIRED, NoPostgres, server

SHORT = Plan(questions=300, chats=40, kills=2, restarts=1, freezes=1, api=20, seconds=50.0)


EXCHANGED = Plan(questions=120, chats=30, kills=0, restarts=0, freezes=0, rolls=2, crashes=2, api=10, seconds=20.0)
"""Replicas are exchanged for new ones, and PostgreSQL is killed twice under them: nobody needs to be told twice."""


def seen(plan: Plan, folder: Path) -> Result:
    try:
        with server() as database:
            return asyncio.run(run(plan, folder, database))
    except NoPostgres as reason:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, but: {reason}")
        pytest.skip(f"{reason}; install the package postgresql to run this test")


@pytest.mark.slow
def test_every_question_is_answered_once_and_in_order_whatever_happens_to_replicas(tmp_path: Path) -> None:
    result = seen(SHORT, tmp_path)
    assert result.wrong() == [], result.told()
    assert result.events["leases_lapsed"] >= 1, "the frozen one noticed"


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_by_a_new_version_or_a_database_that_crashes(tmp_path: Path) -> None:
    result = seen(EXCHANGED, tmp_path)
    assert result.wrong() == [], result.told()
    assert result.outcome.twice == 0, result.told()
    assert result.events["store_failing"] >= 1, "the crashes were noticed"
