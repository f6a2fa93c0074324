"""Shared parts: the ready base and an assistant with a fixed day, made once."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression
from hypothesis import HealthCheck, settings

from bot.engine.assistant import Assistant
from bot.serving.base_files import BaseFiles
from bot.serving.reply_cache import RecentReplies
from bot.staff.question_tests import DAY
from bot.store.store import Store
from knowledge import compiled
from knowledge.base import load, verify
from knowledge.compiled import Ready
from knowledge.files import yamlparts
from knowledge.files.yamlfile import YamlFile, read_yaml
from tests.bases import beside, uncounted
from tests.botapi import BotApi
from tests.smallbase import FEWEST, small_base
from tests.telegram.postgres import REQUIRED, NoPostgres, throwaway

LANES = {
    "process": (
        "channels/test_channels_chaos",
        "channels/test_one_process",
        "channels/test_serve",
        "cli/test_cli",
        "cli/test_new",
        "docs/test_pictures",
        "importing/test_import_scans",
        "replicas/test_accounts",
        "replicas/test_lines",
        "replicas/test_sharing",
        "replicas/test_shared_limit",
        "staff/test_expiry",
        "store/test_backup",
        "store/test_restore",
        "telegram/test_handoff_end_to_end",
        "telegram/test_mending_end_to_end",
        "telegram/test_telegram_chaos",
        "telegram/test_telegram_end_to_end",
        "telegram/test_telegram_records",
        "web/test_browser",
        "web/test_console_browser",
        "web/test_drawn_pages",
        "web/test_nginx",
        "web/test_web_process",
    ),
    "deploy": ("deploy/test_deploy_runs", "deploy/test_security"),
    "cluster": ("cluster/test_cluster",),
    "compile": (
        "channels/test_limits",
        "engine/test_across",
        "engine/test_clause_numbers",
        "engine/test_examples",
        "engine/test_likely",
        "engine/test_many",
        "engine/test_named_places",
        "engine/test_other_subjects",
        "engine/test_which_document",
        "importing/test_import",
        "knowledge/test_compiled",
        "knowledge/test_import_faq",
        "knowledge/test_tuning",
        "serving/",
        "staff/test_teaching",
        "talk/test_strangers",
        "telegram/test_telegram_empty_base",
        "web/test_papers",
    ),
}
"""Folders (with a slash) and modules that the fast lane (make test) leaves to make test-all."""

LONGEST = (
    "telegram/test_mending_end_to_end",
    "cluster/test_cluster",
    "cli/test_cli",
    "web/test_browser",
    "web/test_papers",
    "channels/test_channels_chaos",
    "staff/test_teaching",
    "engine/test_examples",
    "serving/test_reload",
    "store/test_backup",
    "store/test_restore",
    "web/test_web_process",
    "engine/test_many",
    "serving/test_lastgood",
    "importing/test_import",
    "engine/test_clause_numbers",
    "telegram/test_handoff_end_to_end",
    "channels/test_one_process",
    "telegram/test_telegram_records",
    "knowledge/test_compiled",
    "knowledge/test_import_faq",
    "channels/test_limits",
    "engine/test_across",
    "knowledge/test_retrieval",
    "channels/test_contract",
    "knowledge/test_opensearch",
    "channels/test_callbacks",
    "importing/test_fitting_documents",
    "telegram/test_handoff",
    "talk/test_kinds",
    "knowledge/test_check",
    "knowledge/test_own_lexicon",
    "telegram/test_telegram_core",
    "staff/test_stats",
    "engine/test_questions",
    "engine/test_properties",
    "web/test_console",
    "telegram/test_telegram_handlers",
    "engine/test_noise",
    "store/test_store",
    "web/test_safety",
    "engine/test_acts",
    "replicas/test_web_of_replicas",
    "replicas/test_restored",
)
"""Modules that take longest: they begin first, so that none runs on alone when the other workers have ended."""


REPEATING = (
    "channels/test_contract",
    "channels/test_more",
    "engine/test_noise",
    "engine/test_properties",
    "importing/test_fitting_documents",
    "knowledge/test_cards",
    "knowledge/test_check",
    "knowledge/test_diff",
    "knowledge/test_own_lexicon",
    "replicas/test_shared_limits_of_addresses",
    "staff/test_records",
    "staff/test_stats",
    "telegram/test_telegram_render",
)
"""Modules that take a third of the fast lane's time, and run one branch in a hundred and thirty that the others don't:
in them nothing is counted (make test-all)."""


MARKS = (*LANES, "long", "slow")
"""Marks by which a lane takes a test or leaves it."""


def home(path: Path) -> str:
    """A module as LANES names it."""
    return path.relative_to(Path(__file__).parent).with_suffix("").as_posix()


def lane(path: Path) -> str:
    """The lane of a module that isn't in the fast one."""
    of = home(path)
    found = (name for name, places in LANES.items() for p in places if of == p or (p[-1] == "/" and of.startswith(p)))
    return next(found, "")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Modules of which a lane takes no test are not imported: that takes each of the workers as long as many tests."""
    if not collection_path.name.startswith("test_") or collection_path.suffix != ".py" or not config.option.markexpr:
        return None
    takes = Expression.compile(config.option.markexpr).evaluate
    whole, text = lane(collection_path), collection_path.read_text(encoding="utf-8")
    marked = [name for name in MARKS if f"mark.{name}" in text]
    may_be = [{whole} - {""}, *({whole, name} for name in marked)]
    return None if any(takes(lambda name, /, **_: name in marks) for marks in may_be) else True  # noqa: B023


gc.disable()
"""While tests are collected: see below."""


def pytest_collection_finish() -> None:
    """What was collected stays to the end: looking at it for garbage again and again would take a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if name := lane(item.path):
            item.add_marker(name)
    rank = {name: n for n, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(home(item.path), len(rank)))


@pytest.fixture(scope="module", autouse=True)
def counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whether its lines are, where lines are counted."""
    with uncounted() if home(request.path) in REPEATING else nullcontext():
        yield


settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
"""An example that takes long says something of the machine, not of the program."""
os.environ.setdefault("POLICYBOT_DATA_DIR", tempfile.mkdtemp(prefix="policybot-tests-"))
"""Tests, and the commands that they run, neither read nor write what the one who runs them has recorded."""


@pytest.fixture(scope="session")
def ready() -> Ready:
    return compiled.ready()


@pytest.fixture(scope="session")
def assistant(ready: Ready) -> Assistant:
    return Assistant(ready, today=lambda: DAY)


@pytest.fixture(scope="session")
def small_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small base, compiled beside its files."""
    root = small_base(tmp_path_factory.mktemp("small"), each=FEWEST)
    beside(root)
    return root


@pytest.fixture(scope="session")
def whole() -> dict[bytes, YamlFile]:
    """YAML files without a fault, as they were read, by their bytes: for ``read_once``."""
    return {}


@pytest.fixture
def read_once(whole: dict[bytes, YamlFile], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the hundred files of a base a test has one of its own: the others need not be taken apart in each test."""

    def read(path: Path) -> YamlFile:
        text = path.read_bytes() if path.is_file() else b""
        if text in whole:
            return replace(whole[text], path=path)
        file = read_yaml(path)
        if not file.faults:
            whole[text] = file
        return file

    for reading in (load, verify, yamlparts):
        monkeypatch.setattr(reading, "read_yaml", read)


@pytest.fixture
def files(small_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_once: None) -> BaseFiles:
    """A small base of the test's own, with test questions, nothing taught yet, and its compiled form."""
    monkeypatch.delenv(compiled.CACHE_VARIABLE, raising=False)
    root = Path(shutil.copytree(small_template, tmp_path / "knowledge"))
    return BaseFiles(root, tmp_path / "data" / "overlay.yaml", root / "questions")


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


@pytest.fixture(scope="session")
def recent(assistant: Assistant) -> RecentReplies:
    return RecentReplies(assistant)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    store = Store(f"sqlite:///{path}")
    store.prepare()
    store.engine.dispose()
    return path


@pytest.fixture
async def store(tmp_path: Path, empty: Path) -> AsyncIterator[Store]:
    path = shutil.copy(empty, tmp_path / "store.db")
    store = Store(f"sqlite:///{path}")
    store.open()
    yield store
    await store.close()


@pytest.fixture
def server() -> BotApi:
    return BotApi()
