"""What is taught or published in one replica is in the files of the others, and in the database for those to come."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.serving.base_files import BaseFiles
from bot.serving.replicas import sharing
from bot.serving.replicas.local_files import POLICIES, LocalFiles
from bot.serving.replicas.replica import Replica
from bot.serving.replicas.sharing import Sharing
from bot.store import shared_files
from bot.store.store import Store
from tests.replicas.echoes import until
from tests.telegram.postgres import fresh_database

DOCUMENT = "name: 青岚镇试用文件\n"


@dataclass
class Side:
    """A replica's files and store."""

    files: BaseFiles
    store: Store
    sharing: Sharing

    @property
    def document(self) -> Path:
        return self.files.root / "policies" / "qinglan" / "policy.yaml"

    def taught(self) -> str:
        return self.files.overlay.read_text(encoding="utf-8") if self.files.overlay.exists() else ""

    def teach(self, text: str) -> None:
        self.files.overlay.parent.mkdir(parents=True, exist_ok=True)
        self.files.overlay.write_text(text, encoding="utf-8")

    def publish(self, text: str) -> None:
        self.document.parent.mkdir(parents=True)
        (self.document.parent / "phrasings").mkdir()
        (self.document.parent / "phrasings" / "1.yaml").write_text("- 问\n", encoding="utf-8")
        self.document.write_text(text, encoding="utf-8")


def side(url: str, folder: Path) -> Side:
    (folder / "knowledge" / "policies" / "old").mkdir(parents=True)
    (folder / "knowledge" / "policies" / "old" / "policy.yaml").write_text("name: 旧\n", encoding="utf-8")
    files = BaseFiles(folder / "knowledge", folder / "data" / "overlay.yaml", None)
    store = Store(url)
    store.prepare()
    sharing = Sharing(files)
    with store.engine.connect() as connection:
        sharing.begin(connection)
    store.open()
    return Side(files, store, sharing)


@pytest.fixture
def url(postgres_url: str) -> str:
    return fresh_database(postgres_url)


@pytest.fixture
async def sides(url: str, tmp_path: Path) -> AsyncIterator[tuple[Side, Side]]:
    made = side(url, tmp_path / "a"), side(url, tmp_path / "b")
    yield made
    for one in made:
        await one.store.close()


async def test_what_is_taught_and_published_reaches_the_other(sides: tuple[Side, Side]) -> None:
    a, b = sides
    assert await a.sharing.share(a.store) == []
    a.teach("- 一\n")
    a.publish(DOCUMENT)
    assert await a.sharing.share(a.store) == []
    assert sorted(await b.sharing.share(b.store)) == ["overlay.yaml", f"{POLICIES}qinglan"]
    assert (b.taught(), b.document.read_text(encoding="utf-8")) == ("- 一\n", DOCUMENT)
    assert (b.document.parent / "phrasings" / "1.yaml").read_text(encoding="utf-8") == "- 问\n"
    assert await b.sharing.share(b.store) == [], "what came from others is not sent back"
    b.teach("- 一\n- 二\n")
    shutil.rmtree(b.document.parent)
    await b.sharing.share(b.store)
    await a.sharing.share(a.store)
    assert a.taught() == "- 一\n- 二\n"
    assert not a.document.parent.exists(), "withdrawn there as well"
    assert (a.files.root / "policies" / "old" / "policy.yaml").exists()


async def test_a_replica_that_comes_later_begins_with_it(sides: tuple[Side, Side], url: str, tmp_path: Path) -> None:
    a, _ = sides
    a.teach("- 一\n")
    shutil.rmtree(a.files.root / "policies" / "old")
    await a.sharing.share(a.store)
    late = side(url, tmp_path / "late")
    assert late.taught() == "- 一\n"
    assert not (late.files.root / "policies" / "old").exists()
    await late.store.close()


async def test_of_two_changes_at_once_the_first_is_kept_everywhere(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.teach("- 甲\n")
    b.teach("- 乙\n")
    await a.store.transact(lambda c: a.sharing._put(c, "overlay.yaml", "- 甲\n"))
    version = await b.store.transact(lambda c: shared_files.put(c, "overlay.yaml", "- 乙\n", 0))
    assert version is None
    await b.sharing.share(b.store)
    assert b.taught() == "- 甲\n"


async def test_lessons_are_taken_one_at_a_time_and_what_is_tried_is_not_shared(url: str, tmp_path: Path) -> None:
    one, other = side(url, tmp_path / "a"), side(url, tmp_path / "b")
    replicas = [Replica(s.store, name) for s, name in ((one, "a"), (other, "b"))]
    for replica in replicas:
        await replica.start()
    order: list[str] = []

    async def lesson(n: int, s: Side, text: str) -> None:
        async with s.sharing.alone(s.store, replicas[n].accounts):
            order.append(f"{n} begins")
            before = s.taught()
            s.teach("- 试\n")
            await asyncio.sleep(0.3)
            s.teach(before + text)
            order.append(f"{n} ends")

    try:
        watching = asyncio.create_task(other.sharing.watch(other.store, _nothing))
        await asyncio.gather(lesson(0, one, "- 一\n"), lesson(1, other, "- 二\n"))
        assert order in (["0 begins", "0 ends", "1 begins", "1 ends"], ["1 begins", "1 ends", "0 begins", "0 ends"])
        await one.sharing.share(one.store)
        await until(lambda: one.taught() == other.taught())
        assert sorted(one.taught().split()) == ["-", "-", "一", "二"]
        watching.cancel()
    finally:
        for replica in replicas:
            await replica.stop()
        for s in (one, other):
            await s.store.close()


async def test_what_is_taught_reaches_the_other_though_it_does_not_look(
    sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL tells it: the looks are only for what was missed."""
    monkeypatch.setattr(sharing, "LOOK", 3_600.0)
    a, b = sides
    replica = Replica(b.store, "b")
    replica.listeners.append(b.sharing.heard)
    changes = []

    async def changed() -> None:
        changes.append(b.taught())

    await replica.start()
    watching = asyncio.create_task(b.sharing.watch(b.store, changed))
    try:
        await asyncio.sleep(0.5)  # what it looks for at first is over
        a.teach("- 一\n")
        await a.sharing.share(a.store)
        await until(lambda: changes == ["- 一\n"])
    finally:
        watching.cancel()
        await replica.stop()


async def _nothing() -> None:
    pass


def test_nothing_is_written_outside_of_the_base(tmp_path: Path) -> None:
    local = LocalFiles(BaseFiles(tmp_path / "knowledge", tmp_path / "overlay.yaml", None))
    for name, text in (
        (f"{POLICIES}../x", "{}"),
        (f"{POLICIES}x", '{"../../y": "z"}'),
        (f"{POLICIES}x", '{"/y": "z"}'),
    ):
        with pytest.raises(OSError, match="outside"):
            local.write(name, text)
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "y").exists()
