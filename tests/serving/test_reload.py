"""Exchanging the base: answers under way, the worker, conversations that outlive clauses, old buttons."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.operations.health import refused_warnings
from bot.serving import jobs
from bot.serving.answer_process import Reload, Worker, clear_away
from bot.serving.base_files import BaseFiles
from bot.serving.hot_reload import EVERY, Reloader, Report, snapshot
from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from knowledge import compiled
from knowledge.base.load import examine
from knowledge.teaching import overlay
from tests.botapi import BotApi
from tests.patience import PATIENCE
from tests.smallbase import DECLINED, POLICY
from tests.telegram.direct import Played

NAME, OTHER = "武汉市开发区创新提升意见", "开发区意见新名"


DOCUMENTS = Path(__file__).parents[1] / "documents"


def renamed(files: BaseFiles, name: str = OTHER) -> None:
    path = files.root / "policies" / POLICY / "policy.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(NAME, name), encoding="utf-8")


def without(ready: compiled.Ready, clause: str) -> compiled.Ready:
    """A base in which the clause is gone, as after a new version of the document."""
    (policy,) = ready.base.policies
    sections = tuple(
        s.model_copy(update={"clauses": tuple(c for c in s.clauses if c.id != clause)}) for s in policy.sections
    )
    smaller = policy.model_copy(update={"sections": sections})
    for name in ("clauses", "all_sections", "by_id"):  # remembered on the copy as well
        smaller.__dict__.pop(name, None)
    asked = ready.base.phrasings[policy.id]
    kept = {k: v for k, v in asked.clauses.items() if k != clause}
    figures = {k: v for k, v in asked.figures.items() if not k.startswith(f"{clause}/")}
    phrasings = {policy.id: asked.model_copy(update={"clauses": kept, "figures": figures, "misreadings": ()})}
    base = ready.base.model_copy(update={"policies": (smaller,), "phrasings": phrasings})
    return compiled.compile_base(base, ready.index.weights, ready.evidence)


class Told:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.reports: list[Report] = []

    async def __call__(self, report: Report, _: bool) -> None:
        self.reports.append(report)


@pytest.fixture
def recent(files: BaseFiles) -> RecentReplies:
    return RecentReplies(Assistant(compiled.ready(files.root, files.overlay)))


async def test_a_change_is_noticed_checked_and_swapped_in(files: BaseFiles, recent: RecentReplies) -> None:
    told = Told()
    reloader = Reloader(files, recent, None, told)
    before = recent.assistant
    assert recent.reply("文件还有效吗") is recent.reply("文件还有效吗")
    watching = asyncio.create_task(reloader.watch())
    try:
        await asyncio.sleep(2.5 * EVERY)
        assert (recent.assistant, told.reports) == (before, [])
        renamed(files)
        async with asyncio.timeout(PATIENCE):
            while not told.reports:
                await asyncio.sleep(0.1)
        assert recent.assistant is not before
        assert OTHER in recent.reply("你是谁").text, "and what the old base said is forgotten"
        await asyncio.sleep(1.5 * EVERY)
        assert [r.status for r in told.reports] == ["swapped"]
    finally:
        watching.cancel()


async def test_every_file_of_the_base_is_watched(files: BaseFiles) -> None:
    before = snapshot(files)
    assert {Path(p).name for p in before} >= {
        "policy.yaml",
        "phrasings.yaml",
        "source.txt",
        "weights.yaml",
        "units.yaml",
        "domain_words.txt",
    }
    overlay.write(files.overlay, overlay.Overlay())
    assert set(snapshot(files)) - set(before) == {str(files.overlay)}
    files.overlay.unlink()
    weights = files.root / "weights.yaml"
    weights.write_text(weights.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    shutil.rmtree(files.root / "policies")
    assert {Path(p).name for p in snapshot(files)}.isdisjoint({"policy.yaml"}), "nor does it crash"


async def test_a_refusal_is_told_once_and_the_end_of_it_too(files: BaseFiles, recent: RecentReplies) -> None:
    told = Told()
    reloader = Reloader(files, recent, None, told)
    before = recent.assistant
    path = files.root / "lexicon" / "units.yaml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good + "  - {", encoding="utf-8")
    for _ in range(2):
        assert (await reloader.now()).status == "refused"
    assert recent.assistant is before
    (report,) = told.reports
    assert "units.yaml:" in report.faults[0]
    path.write_text(good, encoding="utf-8")
    assert (await reloader.now()).status == "mended"
    assert (await reloader.now()).status == "same"
    assert [r.status for r in told.reports] == ["refused", "mended"]
    assert reloader.state.faults == ()


async def test_an_errand_that_dies_changes_nothing(
    files: BaseFiles, recent: RecentReplies, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told()
    reloader = Reloader(files, recent, None, told)
    renamed(files)
    monkeypatch.setattr(jobs, "PATIENCE", 0.2)
    report = await reloader.now()
    assert report.status == "refused"
    assert "no result" in report.faults[0]
    assert NAME in recent.reply("你是谁").text
    monkeypatch.undo()
    assert (await reloader.now()).status == "swapped"


async def test_what_began_on_the_old_base_ends_on_it(
    files: BaseFiles, recent: RecentReplies, ready: compiled.Ready
) -> None:
    old = recent.assistant
    worker = Worker(old)
    await worker.open()
    recent = RecentReplies(old, worker)
    began, swapped = asyncio.Event(), asyncio.Event()

    async def turn() -> tuple[str, str]:
        with recent.hold():
            first = recent.reply("你是谁").text
            began.set()
            await swapped.wait()
            assert recent.assistant is old
            return first, (await recent.reply_soon("你是谁", Conversation())).text

    running = asyncio.create_task(turn())
    await began.wait()
    renamed(files)
    report = await Reloader(files, recent, worker, Told()).now()
    assert report.status == "swapped"
    swapped.set()
    first, second = await running
    assert NAME in first
    assert NAME in second
    assert OTHER in recent.reply("你是谁").text, "the old answer was not kept for others"
    assert OTHER in (await recent.reply_soon("您是谁", Conversation())).text
    await worker.close()


async def test_the_old_base_is_freed(files: BaseFiles) -> None:
    recent = RecentReplies(Assistant(compiled.ready(files.root, files.overlay)))
    timers = []
    with recent.hold():
        assert recent.reply("你是谁").text
        timers.append(asyncio.get_running_loop().call_later(3600, print))  # as a connection's: it keeps the context
    old = weakref.ref(recent.assistant)
    gc.collect()
    gc.freeze()  # as the bot does when it has started
    renamed(files)
    assert (await Reloader(files, recent, None, Told()).now()).status == "swapped"
    for _ in range(50):  # the thread that loaded the new base may hold the old one's method a moment longer
        clear_away()
        if old() is None:
            break
        await asyncio.sleep(0.1)
    gc.unfreeze()
    assert old() is None, gc.get_referrers(old())
    timers[0].cancel()


async def test_the_worker_loads_the_new_base_in_its_turn(files: BaseFiles) -> None:
    worker = Worker(Assistant(compiled.ready(files.root, files.overlay)))
    await worker.open()
    renamed(files)
    new = compiled.ready(files.root, files.overlay)
    folders = tuple(compiled.cache_folders(files.root, files.overlay))
    before = asyncio.ensure_future(worker.reply("你是谁", Conversation()))
    await asyncio.sleep(0)  # it is sent
    loaded = worker.reload(Reload(new.fingerprint, folders))
    after = asyncio.ensure_future(worker.reply("你是谁", Conversation()))
    assert NAME in (await before).text
    assert await loaded is True
    assert OTHER in (await after).text
    pid = worker.pid
    for _ in range(3):
        assert await worker.reload(Reload(new.fingerprint, folders)) is True
    os.kill(pid, 0)
    await worker.close()


async def test_a_worker_that_can_not_load_ends_and_the_main_process_answers(files: BaseFiles) -> None:
    assistant = Assistant(compiled.ready(files.root, files.overlay))
    worker = Worker(assistant)
    await worker.open()
    recent = RecentReplies(assistant, worker)
    gone = worker.reload(Reload("0" * 32, (files.root,)))
    after = asyncio.ensure_future(recent.reply_soon("你是谁", Conversation()))
    with pytest.raises(ConnectionError):
        await gone
    assert NAME in (await after).text
    assert not worker.alive
    await worker.close()


async def test_conversations_and_buttons_outlive_their_clause(
    files: BaseFiles, recent: RecentReplies, tmp_path: Path
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.prepare()
    store.open()
    server = BotApi()
    bot = Played(server, store, recent)
    await bot.application.initialize()
    answer = (await bot.tell("首次认定的高企补贴多少"))[0]
    assert "20万元" in answer.text
    smaller = recent.assistant.with_base(without(recent.assistant.ready, "4.2"))
    recent.swap(smaller)
    for text in (
        "谁负责",
        "原文",
        "还有呢",
        "那重新认定呢",
        "1",
        "不是，我问的是产业地图",
        "4.2",
        "/clause 4.2",
        "/subsidies",
    ):
        assert await bot.tell(text), text
    for label in bot.labels(answer):
        _, query = await bot.press(answer, label)
        assert query.answer is not None
        assert query.answer["text"] == bot.words("buttons.old"), label
    gone = Conversation(clause=f"{POLICY}/4.2", choices=(f"{POLICY}/4.2",), more=("gone/1.1",), said="高企")
    for text in ("谁负责", "第一个", "还有呢", "都要", "不对"):
        assert smaller.reply(text, gone).text
    assert server.refusals == []
    await bot.application.shutdown()
    await store.close()


async def test_a_taught_phrasing_whose_clause_went_is_told(files: BaseFiles, recent: RecentReplies) -> None:
    from datetime import UTC, datetime

    taught = overlay.Overlay().with_taught(DECLINED, f"{POLICY}/9.9", "1", datetime.now(UTC))
    overlay.write(files.overlay, taught)
    told = Told()
    report = await Reloader(files, recent, None, told).now()
    assert report.status == "swapped"
    assert DECLINED in report.stale[0]
    assert replace(report, seconds=0) == replace(told.reports[0], seconds=0)


async def test_a_document_is_added_taken_away_and_replaced(files: BaseFiles, recent: RecentReplies) -> None:
    """The folders are moved, nothing else: as the README of the knowledge tells a clerk."""
    reloader = Reloader(files, recent, None, Told())
    policies = files.root / "policies"
    shutil.copytree(DOCUMENTS / "songzhou-parks", policies / "songzhou-parks")
    assert (await reloader.now(forced=True)).status == "swapped"
    assert len(recent.assistant.library.policies) == 2
    shutil.move(policies / POLICY, files.root.parent / "aside")
    assert examine(files.root)[1] == [], "what policybot check says is what the reload will say"
    assert (await reloader.now(forced=True)).status == "swapped"
    assert [p.id for p in recent.assistant.library.policies] == ["songzhou-parks"]
    assert recent.reply("文件还有效吗").status == "info"
    shutil.rmtree(policies / "songzhou-parks")
    shutil.copytree(DOCUMENTS / "jiangcheng-hightech", policies / "jiangcheng-hightech")
    assert (await reloader.now(forced=True)).status == "swapped"
    assert [p.id for p in recent.assistant.library.policies] == ["jiangcheng-hightech"]


async def test_the_last_document_is_not_taken_from_those_who_ask(files: BaseFiles, recent: RecentReplies) -> None:
    told = Told()
    reloader = Reloader(files, recent, None, told)
    shutil.move(files.root / "policies" / POLICY, files.root.parent / "aside")
    report = await reloader.now(forced=True)
    assert report.status == "refused"
    assert "一份文件也没有了" in report.faults[0]
    assert recent.reply("文件还有效吗").status == "info"
    assert "一份文件也没有了" in refused_warnings(reloader.state)[0]
    shutil.move(files.root.parent / "aside", files.root / "policies" / POLICY)
    assert (await reloader.now(forced=True)).status == "mended"
    assert refused_warnings(reloader.state) == []
