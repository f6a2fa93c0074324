"""Staff mend the running bot, over HTTP against the stand-in server: teach, undo, broken files, reload; no restart."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.serving.base_files import BaseFiles
from knowledge import compiled
from knowledge.teaching import overlay
from tests.botapi import BotApi, Chat, Person
from tests.botapi.world import Sent
from tests.patience import PATIENCE
from tests.ports import free_port
from tests.smallbase import BREAKING, DECLINED, POLICY, TRIED
from tests.started import ROOT
from tests.telegram.process import Bot


class Stage:
    """A running bot on a small base, its server, and who works with it."""

    def __init__(self, server: BotApi, files: BaseFiles, folder: Path) -> None:
        self.server, self.files, self.port = server, files, free_port()
        self.visitor, self.editor, self.admin = (server.person(name) for name in ("访客", "编辑", "主管"))
        self.group = server.group("工作人员群")
        for person in (self.editor, self.admin):  # a bot can write only to those who wrote to it
            server.private(person)
        self.bot = Bot(
            server,
            folder,
            environment={
                "POLICYBOT_KNOWLEDGE": str(files.root),
                "POLICYBOT_OVERLAY": str(files.overlay),
                "POLICYBOT_CACHE_DIR": str(files.root / compiled.BESIDE),
                "POLICYBOT_STAFF": f"{self.admin.id}:admin,{self.editor.id}:editor",
                "POLICYBOT_STAFF_CHAT": str(self.group.id),
                "POLICYBOT_STATUS_LISTEN": f"127.0.0.1:{self.port}",
            },
        )

    async def ask(self, person: Person, text: str, chat: Chat | None = None, **more: Any) -> Sent:
        """The first answer to saying something."""
        where = chat or self.server.private(person)
        said = self.server.say(where, person, text, **more)

        def answers() -> list[Sent]:
            return [s for s in self.in_chat(where) if s.reply_to == said["message_id"]]

        await self.server.until(lambda: bool(answers()), f"{text}: {self.bot.tail()}")
        return answers()[0]

    def in_chat(self, chat: Chat) -> list[Sent]:
        return [s for s in self.server.sent if s.chat_id == chat.id and not s.edited]

    async def told(self, chat: Chat, words: str) -> Sent:
        """The message with these words, now or soon."""
        await self.server.until(lambda: any(words in s.text for s in self.in_chat(chat)), words)
        return next(s for s in reversed(self.in_chat(chat)) if words in s.text)

    async def health(self) -> dict[str, Any]:
        def get() -> dict[str, Any]:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=PATIENCE) as response:
                return json.loads(response.read())  # type: ignore[no-any-return]

        return await asyncio.to_thread(get)

    async def metrics(self) -> str:
        def get() -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=PATIENCE) as response:
                return str(response.read().decode())

        return await asyncio.to_thread(get)


@pytest.fixture
async def stage(files: BaseFiles, tmp_path: Path) -> AsyncIterator[Stage]:
    async with BotApi() as server:
        stage = Stage(server, files, tmp_path)
        stage.bot.start()
        try:
            await server.until(lambda: server.counts["getUpdates"] > 0, stage.bot.tail())
            yield stage
        finally:
            code = await asyncio.to_thread(stage.bot.stop)
        assert code == 0, stage.bot.tail()
        assert server.refusals == []
        assert server.previews == []
        assert stage.bot.lines_with('"level": "CRITICAL"', "handler_fault", "Traceback") == []


async def test_declined_taught_from_the_staff_chat_and_answered_with_no_restart(stage: Stage) -> None:
    process = stage.bot.process
    first = await stage.ask(stage.visitor, DECLINED)
    assert "没有规定" in first.text
    refused = await stage.ask(stage.visitor, f"/teach 2.2 {DECLINED}")
    assert "只给工作人员" in refused.text
    refused = await stage.ask(stage.visitor, f"/teach 2.2 {DECLINED}", stage.group)
    assert "只给工作人员" in refused.text
    assert not stage.files.overlay.exists()

    checking = await stage.ask(stage.editor, f"/teach 2.2 {DECLINED}", stage.group)
    assert "正在检查" in checking.text
    others = await stage.ask(stage.visitor, "首次认定的高企补贴多少")
    assert "20万元" in others.text, "others are answered meanwhile"
    assert not any("教会了" in s.text for s in stage.in_chat(stage.group)), "and the lesson was still under way"
    done = await stage.told(stage.group, "教会了")
    assert "已经生效" in done.text
    assert "2 个测试问题" in done.text
    answer = await stage.ask(stage.visitor, DECLINED)
    assert "第二部分" in answer.text
    assert stage.bot.process is process
    assert not stage.bot.died
    (act,) = overlay.read(stage.files.overlay).taught
    assert (act.ask, act.target, act.by) == (DECLINED, f"{POLICY}/2.2", str(stage.editor.id))
    listed = await stage.ask(stage.editor, "/unanswered")
    assert DECLINED not in listed.text, "it is off the list"

    broken = await stage.ask(stage.editor, f"/teach 2.2 {BREAKING}", stage.group)
    assert "正在检查" in broken.text
    refusal = await stage.told(stage.group, "原来答对、现在答不对")
    assert TRIED in refusal.text
    assert len(overlay.read(stage.files.overlay).acts) == 1

    await stage.ask(stage.admin, "/undo")
    undone = await stage.told(stage.server.private(stage.admin), "已撤回")
    assert "已经生效" in undone.text
    assert "没有规定" in (await stage.ask(stage.server.person("另一位"), DECLINED)).text
    assert DECLINED in (await stage.ask(stage.editor, "/unanswered")).text, "and back on the list"
    assert stage.bot.lines_with("worker_gone", "worker_not_reloaded") == []


async def test_a_target_is_proposed_and_chosen_by_a_button(stage: Stage) -> None:
    await stage.ask(stage.visitor, "养鸡合作社的鸡跑了怎么办")
    listed = await stage.ask(stage.editor, "/unanswered")
    short = listed.text.split("[")[1].split("]")[0]
    offer = await stage.ask(stage.editor, f"/teach {short}")
    assert offer.text.splitlines()[-1] == "养鸡合作社的鸡跑了怎么办"
    assert len(offer.buttons) >= 1
    query = stage.server.press(offer, stage.visitor, 0)
    await stage.server.until(lambda: query.answer is not None, "a stranger's press")
    assert query.answer is not None
    assert "只给工作人员" in query.answer["text"]
    near = next(n for n, b in enumerate(offer.buttons) if "没有规定" in b["text"])
    stage.server.press(offer, stage.editor, near)
    await stage.told(stage.server.private(stage.editor), "教会了")
    assert overlay.read(stage.files.overlay).taught[0].target.startswith("near:")
    asked = stage.server.say(stage.server.private(stage.editor), stage.editor, "蓝领宿舍床位怎么申请")
    await stage.ask(stage.editor, "/teach 人才住房", reply_to=asked)
    await stage.told(stage.server.private(stage.editor), "教会了（编号 2）")
    assert overlay.read(stage.files.overlay).taught[1].ask == "蓝领宿舍床位怎么申请"


async def test_a_broken_file_leaves_the_old_base_and_a_mended_one_goes_live(stage: Stage) -> None:
    path = stage.files.root / "policies" / POLICY / "policy.yaml"
    good = path.read_text(encoding="utf-8")
    line = good[: good.index("value: 200000")].count("\n") + 1
    path.write_text(good.replace("value: 200000", "value: 20", 1), encoding="utf-8")
    for chat in (stage.server.private(stage.editor), stage.server.private(stage.admin), stage.group):
        told = await stage.told(chat, "没有换上")
        assert f"policy.yaml:{line}:" in told.text
        assert "应为 200000" in told.text
    assert "20万元" in (await stage.ask(stage.visitor, "首次认定的高企补贴多少")).text
    report = await stage.health()
    assert report["status"] == "ok", "the bot answers: nobody should restart it for that"
    assert f"policy.yaml:{line}:" in report["base_faults"][0]
    assert "policybot_base_refused 1.0" in await stage.metrics()
    assert "正在检查" in (await stage.ask(stage.editor, "/reload", stage.group)).text
    await stage.server.until(lambda: len([s for s in stage.in_chat(stage.group) if "没有换上" in s.text]) == 2, "")

    taught = await stage.ask(stage.editor, f"/teach 2.2 {DECLINED}", stage.group)
    assert "正在检查" in taught.text
    assert "policy.yaml" in (await stage.told(stage.group, "改好以前不能教")).text

    name = "武汉市开发区创新提升意见"
    assert name in good
    path.write_text(good.replace(name, "开发区意见新名"), encoding="utf-8")
    for chat in (stage.server.private(stage.editor), stage.group):
        await stage.told(chat, "已经换上")
    assert "开发区意见新名" in (await stage.ask(stage.visitor, "/about")).text
    assert "开发区意见新名" in (await stage.ask(stage.visitor, "文件标题是什么")).text, "the worker has it, too"
    assert (await stage.health())["base_faults"] == []
    assert "policybot_base_refused 0.0" in await stage.metrics()

    count = len(stage.in_chat(stage.group))
    path.write_text(good, encoding="utf-8")
    os.kill(stage.bot.process.pid, signal.SIGHUP)  # type: ignore[union-attr]
    await stage.server.until(lambda: len(stage.in_chat(stage.group)) > count, "after SIGHUP")
    assert name in (await stage.ask(stage.visitor, "/about")).text


async def test_a_broken_overlay_at_the_start_is_told_and_the_base_answers(stage: Stage) -> None:
    await asyncio.to_thread(stage.bot.stop)
    stage.files.overlay.parent.mkdir(parents=True, exist_ok=True)
    stage.files.overlay.write_text("acts:\n  - id: eins\n", encoding="utf-8")
    stage.bot.start()
    told = await stage.told(stage.server.private(stage.editor), "没有换上")
    assert "overlay.yaml:2" in told.text
    assert "20万元" in (await stage.ask(stage.visitor, "首次认定的高企补贴多少")).text
    stage.files.overlay.unlink()
    await stage.told(stage.server.private(stage.editor), "已改好")


async def test_a_start_on_broken_files_answers_from_the_last_good_base_and_says_so(
    stage: Stage, tmp_path: Path
) -> None:
    kept = tmp_path / "last-good"
    await stage.server.until(lambda: any(kept.glob("*.form")), "the good base is kept")
    await asyncio.to_thread(stage.bot.stop)
    path = stage.files.root / "policies" / POLICY / "policy.yaml"
    good = path.read_text(encoding="utf-8")
    line = good[: good.index("value: 200000")].count("\n") + 1
    path.write_text(good.replace("value: 200000", "value: 20", 1), encoding="utf-8")

    checked = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.cli", "ask", "首次认定的高企补贴多少"),
        cwd=ROOT,
        env=os.environ | stage.bot.environment | {"PYTHONUTF8": "1"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await checked.communicate()
    assert checked.returncode == 1, "a command still fails, and says where the fault is"
    assert f"policy.yaml:{line}:" in said.decode()

    stage.bot.start()
    for chat in (stage.server.private(stage.editor), stage.group):
        told = await stage.told(chat, "重新启动了")
        assert f"policy.yaml:{line}:" in told.text
    assert "20万元" in (await stage.ask(stage.visitor, "首次认定的高企补贴多少")).text
    report = await stage.health()
    assert report["base_is_last_good"] is True
    assert f"policy.yaml:{line}:" in report["base_faults"][0]
    page = await stage.metrics()
    assert "policybot_base_last_good 1.0" in page
    assert "policybot_base_refused 1.0" in page
    assert stage.bot.lines_with("started_on_last_good") != []

    path.write_text(good.replace("武汉市开发区创新提升意见", "开发区意见新名"), encoding="utf-8")
    await stage.told(stage.server.private(stage.editor), "已经换上")
    assert "开发区意见新名" in (await stage.ask(stage.visitor, "文件标题是什么")).text, "the worker, too"
    assert (await stage.health())["base_is_last_good"] is False
    assert "policybot_base_last_good 0.0" in await stage.metrics()


async def test_a_kill_in_the_middle_of_teaching(stage: Stage) -> None:
    checking = await stage.ask(stage.editor, f"/teach 2.2 {DECLINED}")
    assert "正在检查" in checking.text
    await asyncio.sleep(0.5)
    await asyncio.to_thread(stage.bot.kill)
    assert overlay.read(stage.files.overlay).acts == () or len(overlay.read(stage.files.overlay).acts) == 1
    stage.bot.start()
    said = await stage.told(stage.server.private(stage.editor), "2.2")
    assert "教会了" in said.text or "已经写在" in said.text, "the lesson is in the journal and is done again"
    assert len(overlay.read(stage.files.overlay).taught) == 1
    assert "第二部分" in (await stage.ask(stage.visitor, DECLINED)).text
