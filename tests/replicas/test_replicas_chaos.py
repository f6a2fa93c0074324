"""Replicas behind nginx, killed and frozen, PostgreSQL restarted: the short form of `make chaos-replicas`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.replicas.chaos import Plan, run
from tests.telegram.postgres import REQUIRED, NoPostgres, server

SHORT = Plan(questions=300, chats=40, kills=2, restarts=1, freezes=1, api=20, seconds=50.0)


@pytest.mark.slow
def test_every_question_is_answered_once_and_in_order_whatever_happens_to_replicas(tmp_path: Path) -> None:
    try:
        with server() as database:
            result = asyncio.run(run(SHORT, tmp_path, database))
    except NoPostgres as reason:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, but: {reason}")
        pytest.skip(f"{reason}; install the package postgresql to run this test")
    assert result.wrong() == [], result.told()
    assert result.events["leases_lapsed"] >= 1, "the frozen one noticed"
