"""Shared parts: the ready base and an assistant with a fixed day, made once."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from bot.assistant import Assistant
from bot.judging import DAY
from knowledge import compiled
from knowledge.compiled import Ready
from tests.telegram.postgres import REQUIRED, NoPostgres, throwaway


@pytest.fixture(scope="session")
def ready() -> Ready:
    return compiled.ready()


@pytest.fixture(scope="session")
def assistant(ready: Ready) -> Assistant:
    return Assistant(ready, today=lambda: DAY)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL, empty at first; without one the test is skipped, or fails where one is required (CI)."""
    running = throwaway()
    try:
        url = running.__enter__()
    except NoPostgres as reason:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, but: {reason}")
        pytest.skip(f"{reason}; install the package postgresql to run this test")
    yield url
    running.__exit__(None, None, None)
