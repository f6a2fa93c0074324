"""The two bases that several modules ask: each is compiled once, by the first one who wants it."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.staff.question_tests import DAY
from knowledge.importing.job import run
from tests.bases import DOCUMENTS, beside_the_seed, shared
from tests.smallbase import small_base

CITIES = (
    "jiangcheng-hightech",
    "jiangcheng-pilot",
    "jiangcheng-old",
    "chengchuan-night-works",
    "chengchuan-digital-2025",
    "chengchuan-digital-2022",
    "songzhou-data",
    "songzhou-parks",
)
IMPORTED = ("langu-cards.txt", "payments.txt")


@pytest.fixture(scope="session")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The project's document and eight of three invented cities, some without phrasings."""
    folder = beside_the_seed(tmp_path_factory.mktemp("cities"), CITIES)
    return Assistant(shared(folder), today=lambda: DAY)


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The project's document, with a tenth of its phrasings, and two that were imported and that nobody taught."""
    root = small_base(tmp_path_factory.mktemp("imported"))
    for name in IMPORTED:
        assert run(str(DOCUMENTS / name), root / "policies", set(), set(), force=False).written
    return Assistant(shared(root), today=lambda: DAY)
