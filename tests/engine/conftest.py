"""The two bases that several modules ask: each is compiled once, by the first one who wants it."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.staff.question_tests import DAY
from knowledge.importing.job import run
from tests.bases import DOCUMENTS, beside_the_seed, shared
from tests.smallbase import small_base

FITTING = DOCUMENTS.parent / "fitting" / "documents"
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
IMPORTED = (
    DOCUMENTS / "langu-cards.txt",
    DOCUMENTS / "payments.txt",
    DOCUMENTS / "emergency.txt",
    FITTING / "13-墨坞市贷款贴息与担保管理办法.txt",
    FITTING / "24-鹤浔市养老托育实施方案.txt",
)


@pytest.fixture(scope="session")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The project's document and eight of three invented cities, some without phrasings."""
    folder = beside_the_seed(tmp_path_factory.mktemp("cities"), CITIES)
    return Assistant(shared(folder), today=lambda: DAY)


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The project's document, with a tenth of its phrasings, and four that were imported and that nobody taught."""
    root = small_base(tmp_path_factory.mktemp("imported"))
    for path in IMPORTED:
        assert run(str(path), root / "policies", set(), set(), force=False).written
    return Assistant(shared(root), today=lambda: DAY)


@pytest.fixture(scope="session")
def langu(imported: Assistant) -> tuple[Assistant, str]:
    """The same, with the id of the one that is of Langu."""
    return imported, next(policy.id for policy in imported.library.policies if "岚谷" in (policy.title or ""))
