"""The last good base: kept while the files are good, and begun with when they are not."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine.assistant import Assistant
from bot.serving.base_files import BaseFiles
from bot.serving.hot_reload import Reloader, Report
from bot.serving.last_good import FOLDER, GENERATIONS, LastGood, Started, start
from bot.serving.reply_cache import RecentReplies
from knowledge import compiled
from knowledge.compiled import cache, opening
from knowledge.files.faults import KnowledgeError
from tests.patience import PATIENCE
from tests.smallbase import POLICY, small_field

DOCUMENTS = Path(__file__).parents[1] / "documents"
ASKED, SAID = "首次认定的高企补贴多少", "20万元"


@pytest.fixture
def last_good(files: BaseFiles, tmp_path: Path) -> LastGood:
    return LastGood(tmp_path / "data", files)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "data" / FOLDER


def unit_names(files: BaseFiles) -> Path:
    return files.root / "lexicon" / "units.yaml"


def spoil(files: BaseFiles, path: str = "lexicon/units.yaml") -> None:
    with (files.root / path).open("a", encoding="utf-8") as file:
        file.write("\n  - {")


def test_what_is_kept_is_private_whole_and_of_two_generations(
    files: BaseFiles, last_good: LastGood, kept: Path, small_template: Path
) -> None:
    (form,) = (files.root / compiled.BESIDE).glob("*.form")
    assert last_good.keep(form.stem)
    assert last_good.keep(form.stem), "again does no harm"
    (first,) = kept.iterdir()
    assert first.read_bytes() == form.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    os.utime(first, (0, 0))
    (kept / "half.tmp").write_bytes(b"left by one that was killed")
    for n, name in enumerate(("1" * 32, "2" * 32, "3" * 32), 1):
        shutil.copy(form, form.with_name(f"{name}.form"))
        form.with_name(f"{name}.arrays").write_bytes(b"")
        assert last_good.keep(name)
        os.utime(next(kept.glob(f"*{name}.form")), (n, n))
    assert sorted(p.name.partition("-")[2] for p in kept.iterdir()) == [
        f"{name}.{suffix}" for name in ("2" * 32, "3" * 32) for suffix in ("arrays", "form")
    ]
    assert GENERATIONS == 2
    assert not last_good.keep("0" * 32), "what is stored nowhere can't be kept"


@pytest.mark.parametrize("path", ["lexicon/units.yaml", f"policies/{POLICY}/policy.yaml", "weights.yaml"])
def test_a_start_on_broken_files_takes_the_last_good_base(files: BaseFiles, last_good: LastGood, path: str) -> None:
    good = start(files, last_good)
    assert (good.faults, good.kept) == ((), 0.0)
    assert last_good.keep(good.ready.fingerprint)
    spoil(files, path)
    with pytest.raises(KnowledgeError):
        compiled.ready(files.root, files.overlay)
    started = start(files, last_good)
    assert started.kept > 0.0
    assert started.ready.fingerprint == good.ready.fingerprint
    assert Path(path).name + ":" in started.faults[0]
    assert SAID in Assistant(started.ready).reply(ASKED).text


def test_documents_without_phrasings_are_kept_with_what_finds_them(
    files: BaseFiles, last_good: LastGood, kept: Path
) -> None:
    shutil.copytree(DOCUMENTS / "songzhou-data", files.root / "policies" / "songzhou-data")
    good = start(files, last_good).ready
    found = good.clauses.search("数据", 5)
    assert found
    assert last_good.keep(good.fingerprint)
    assert sorted(p.suffix for p in kept.iterdir()) == [".arrays", ".form"]
    spoil(files)
    started = start(files, last_good)
    assert started.kept > 0.0
    assert started.ready.clauses.search("数据", 5) == found
    next(kept.glob("*.arrays")).write_bytes(b"spoilt")
    with pytest.raises(KnowledgeError):
        start(files, last_good)


def test_a_fault_that_nobody_foresaw_is_no_outage_either(
    files: BaseFiles, last_good: LastGood, monkeypatch: pytest.MonkeyPatch
) -> None:
    last_good.keep(start(files, last_good).ready.fingerprint)

    def fails(*_: object) -> compiled.Ready:
        raise ZeroDivisionError("somewhere")

    monkeypatch.setattr(opening, "make", fails)
    spoil(files)
    assert start(files, last_good).faults == ("ZeroDivisionError: somewhere",)


def test_without_a_last_good_base_the_faults_are_raised(files: BaseFiles, last_good: LastGood) -> None:
    spoil(files)
    with pytest.raises(KnowledgeError, match=r"units\.yaml"):
        start(files, last_good)


def test_that_of_another_folder_is_never_taken(files: BaseFiles, last_good: LastGood, tmp_path: Path) -> None:
    assert last_good.keep(start(files, last_good).ready.fingerprint)
    other = BaseFiles(Path(shutil.copytree(files.root, tmp_path / "other")), files.overlay, None)
    spoil(other)
    with pytest.raises(KnowledgeError):
        start(other, LastGood(tmp_path / "data", other))


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def turned_over(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [cut_short, turned_over, Path.unlink])
def test_when_the_newest_is_spoilt_the_one_before_it_is_taken(
    files: BaseFiles, last_good: LastGood, kept: Path, damage: Callable[[Path], None]
) -> None:
    ready = start(files, last_good).ready
    newer = replace(ready, fingerprint="f" * 32)
    assert compiled.store(newer, [files.root / compiled.BESIDE])
    for fingerprint in (ready.fingerprint, newer.fingerprint):
        assert last_good.keep(fingerprint)
        os.utime(next(kept.glob(f"*{fingerprint}.form")), (1e9, 1e9 + (fingerprint == newer.fingerprint)))
    spoil(files)
    assert start(files, last_good).ready.fingerprint == newer.fingerprint
    damage(next(kept.glob(f"*{newer.fingerprint}.form")))
    assert start(files, last_good).ready.fingerprint == ready.fingerprint


def test_what_another_version_compiled_is_compiled_anew(
    files: BaseFiles, last_good: LastGood, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer program may read its tables differently; the policies' data in it are what counts."""
    before = start(files, last_good).ready
    last_good.keep(before.fingerprint)
    spoil(files)
    monkeypatch.setattr(cache, "compiler", lambda: "a later version")
    monkeypatch.setattr(cache, "_load", lambda _: None)
    after = start(files, last_good).ready
    assert after.base == before.base
    assert after.index.weights == before.index.weights
    assert SAID in Assistant(after).reply(ASKED).text


def test_compiled_anew_a_base_keeps_the_field_that_it_brought(
    files: BaseFiles, last_good: LastGood, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its clauses without phrasings are found by its own topics, not by those of the project."""
    topic = "topics:\n- {id: kites, name: 风筝, gist: 放风筝的地方, official: [放飞场地]}\n"
    small_field(files.root, {"topics/own.yaml": topic, "phrasings/own.yaml": "kites: [哪里能放风筝]\n"})
    shutil.copytree(DOCUMENTS / "jiangcheng-pilot", files.root / "policies" / "jiangcheng-pilot")
    before = start(files, last_good).ready
    assert before.clauses.topics is not None
    assert list(before.clauses.topics.ids) == ["kites"]
    last_good.keep(before.fingerprint)
    spoil(files, "field/topics/own.yaml")
    monkeypatch.setattr(cache, "compiler", lambda: "a later version")
    after = start(files, last_good).ready
    assert after.clauses.topics is not None
    assert list(after.clauses.topics.ids) == ["kites"]
    asked = ["哪里", "能", "放", "风筝"]
    assert after.clauses.topics.of_question(asked) == before.clauses.topics.of_question(asked) != {}


async def test_a_run_keeps_what_is_good_and_nothing_else(
    files: BaseFiles, last_good: LastGood, kept: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    told: list[Report] = []
    counted: list[str] = []

    async def tell(report: Report, _: bool) -> None:
        told.append(report)

    def reloader(started: Started) -> Reloader:
        recent = RecentReplies(Assistant(started.ready))
        return Reloader(files, recent, None, tell, counted.append, last_good, started)

    async def until(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.05)

    first = reloader(start(files, last_good))
    watching = asyncio.create_task(first.watch())
    await until(lambda: len(list(kept.glob("*.form"))) == 1)
    watching.cancel()
    good = unit_names(files).read_text(encoding="utf-8")
    spoil(files)
    assert (await first.now()).status == "refused"
    assert len(list(kept.glob("*.form"))) == 1, "what was refused is not kept"
    told.clear()
    counted.clear()

    second = reloader(start(files, last_good))
    assert second.state.kept > 0.0
    assert "units.yaml:" in second.state.faults[0]
    watching = asyncio.create_task(second.watch())
    await until(lambda: len(counted) == 2)  # at the start, and when the files were looked at
    assert counted == ["refused", "refused"]
    assert [r.status for r in told] == ["started"], "the same faults are not told twice"
    unit_names(files).write_text(good + "\n# mended\n", encoding="utf-8")
    await until(lambda: len(told) == 2)
    watching.cancel()
    assert [r.status for r in told] == ["started", "swapped"]
    assert (second.state.kept, second.state.faults) == (0.0, ())
    await until(lambda: len(list(kept.glob("*.form"))) == 2)
    assert second.state.fingerprint in {p.stem.partition("-")[2] for p in kept.glob("*.form")}
