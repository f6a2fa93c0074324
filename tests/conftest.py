"""Shared parts: the ready base and an assistant with a fixed day, made once."""

from __future__ import annotations

import pytest

from bot.assistant import Assistant
from knowledge import compiled
from knowledge.compiled import Ready
from tests.judging import DAY


@pytest.fixture(scope="session")
def ready() -> Ready:
    return compiled.ready()


@pytest.fixture(scope="session")
def assistant(ready: Ready) -> Assistant:
    return Assistant(ready, today=lambda: DAY)
