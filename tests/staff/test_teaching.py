"""Teaching: what is refused and why, what is written, what it changes, and how it goes into the YAML."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.days import BEIJING
from bot.engine.assistant import Assistant
from bot.replies.texts import Texts
from bot.serving.base_files import BaseFiles
from bot.staff.teach_targets import hit, resolve
from bot.staff.teaching import Outcome, teach, undo
from knowledge import compiled
from knowledge.base.load import load_base
from knowledge.base.phrasings import TAUGHT as TAUGHT_WRITER
from knowledge.base.phrasings import tidy
from knowledge.files.faults import KnowledgeError
from knowledge.teaching import overlay
from knowledge.teaching.overlay import Overlay, merged
from knowledge.teaching.patch import patch
from knowledge.teaching.phrasing_insert import InsertError
from tests.smallbase import BREAKING, DECLINED, POLICY, TRIED

ROOT = Path(__file__).resolve().parents[2]
WORDS = Texts.load()
NOW = datetime(2026, 11, 24, 17, 30, tzinfo=BEIJING)
CLAUSE = f"{POLICY}/2.2"


def lesson(files: BaseFiles, target: str, ask: str) -> Outcome:
    return teach(files, target, ask, "123", NOW, WORDS)


def asked(files: BaseFiles, question: str) -> Assistant:
    """The assistant as the bot would load it, which must find the compiled form ready."""
    current = overlay.read(files.overlay).taught
    folders = compiled.cache_folders(files.root, files.overlay)
    ready = compiled.load(compiled.fingerprint(files.root, current), folders)
    assert ready is not None, "what was taught was compiled"
    return Assistant(ready)


def test_a_declined_question_is_taught_and_taken_back(files: BaseFiles) -> None:
    before = Assistant(compiled.ready(files.root, files.overlay))
    assert before.reply(DECLINED).status == "none"
    outcome = lesson(files, "2.2", DECLINED)
    assert outcome.status == "taught", outcome.says
    assert (outcome.id, outcome.target) == (1, CLAUSE)
    assert hit(asked(files, DECLINED).reply(DECLINED), CLAUSE)
    assert any("2 个测试问题" in line for line in outcome.says)
    assert any("说成了没有规定" in line for line in outcome.says), "what was answered before"

    again = lesson(files, "2.2", f" {DECLINED}\n")
    assert (again.status, again.id) == ("known", 1), "as after a restart in the middle"
    assert len(overlay.read(files.overlay).acts) == 1

    later = NOW + timedelta(hours=1)
    taken = undo(files, None, "456", later, WORDS)
    assert (taken.status, taken.id) == ("undone", 1)
    assert asked(files, DECLINED).reply(DECLINED).status == "none"
    assert undo(files, None, "456", later, WORDS).status == "refused", "nothing is left"
    assert "456" in undo(files, 1, "789", later, WORDS).says[0], "it says who was first"
    kept = overlay.read(files.overlay)
    first, second = kept.acts
    assert isinstance(first, overlay.Taught)
    assert isinstance(second, overlay.Undone)
    assert (first.by, first.at, second.undo, second.by, second.at) == ("123", NOW, 1, "456", later)
    assert kept.taught == ()


def test_a_topic_that_is_not_covered_is_taught_by_its_name(files: BaseFiles) -> None:
    outcome = lesson(files, "人才住房", "蓝领宿舍床位怎么申请")
    assert outcome.status == "taught", outcome.says
    assert outcome.target == "near:talent-housing"
    reply = asked(files, "").reply("蓝领宿舍床位怎么申请")
    assert reply.status == "none"
    assert "人才住房" in reply.text


def test_a_topic_of_the_document_itself_is_taught(files: BaseFiles) -> None:
    outcome = lesson(files, "info:validity", "红头到哪年算数呢这份")
    assert outcome.status == "taught", outcome.says
    assert asked(files, "").reply("红头到哪年算数呢这份").info == "validity"


@pytest.mark.parametrize(
    ("target", "ask", "why"),
    [
        ("4.2", "", "没有问法"),
        ("4.2", "。？！", "没有问法"),
        ("4.2", "长" * 201, "最多 200"),
        ("4.2", "谁负责", "没有说是什么事"),
        ("4.2", "市科技局负责哪些", "没有说是什么事"),
        ("9.9", "鸵鸟养殖", "没有「9.9」"),
        ("没有这个事项", "鸵鸟养殖", "没有「没有这个事项」"),
        ("2.2", "三(二)", "规则"),
    ],
)
def test_what_is_no_good_is_refused_with_the_reason(files: BaseFiles, target: str, ask: str, why: str) -> None:
    outcome = lesson(files, target, ask)
    assert outcome.status == "refused", outcome
    assert why in outcome.says[0]
    assert not files.overlay.exists()


def test_copies_under_another_target_are_refused(files: BaseFiles) -> None:
    base = load_base(files.root)
    line = max(base.phrasings[POLICY].clauses["4.2"]["staff"], key=len)
    same = lesson(files, "2.2", line)
    assert (same.status, "这句已写在「4.2" in same.says[0]) == ("refused", True)
    near = lesson(files, "2.2", line + "啊")
    assert (near.status, "几乎相同" in near.says[0]) == ("refused", True), near.says


def test_a_wrong_target_gets_the_nearest_to_choose_from(files: BaseFiles) -> None:
    outcome = lesson(files, "9.9", "高企首次认定补多少钱呀")
    assert outcome.status == "refused"
    assert outcome.proposals[0] == f"{POLICY}/4.2"


def test_one_that_breaks_a_test_question_is_refused_and_names_it(files: BaseFiles) -> None:
    outcome = lesson(files, "2.2", BREAKING)
    assert outcome.status == "refused"
    text = "\n".join(outcome.says)
    assert "some#2" in text
    assert TRIED in text
    assert not files.overlay.exists()
    untried = lesson(replace(files, questions=None), "2.2", BREAKING)
    assert untried.status == "taught", "there is nothing to try it against"
    assert any("没有测试问题" in line for line in untried.says)


def test_a_broken_base_is_told_and_nothing_is_written(files: BaseFiles) -> None:
    path = files.root / "policies" / POLICY / "policy.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 200000", "value: 2", 1), encoding="utf-8")
    outcome = lesson(files, "2.2", DECLINED)
    assert outcome.status == "refused"
    assert "policy.yaml:" in "\n".join(outcome.says)
    assert not files.overlay.exists()


def test_two_at_once_follow_one_another(files: BaseFiles) -> None:
    both = [("2.2", DECLINED), ("人才住房", "蓝领宿舍床位怎么申请")]
    running = [subprocess.Popen(command(*one), env=environment(files), cwd=files.root.parent) for one in both]
    assert [process.wait(120) for process in running] == [0, 0]
    taught = overlay.read(files.overlay).taught
    assert {t.ask for t in taught} == {ask for _, ask in both}
    assert sorted(t.id for t in taught) == [1, 2]


def command(target: str, ask: str) -> list[str]:
    return [sys.executable, "-m", "bot.cli", "teach", target, ask, "--json"]


def environment(files: BaseFiles) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "POLICYBOT_KNOWLEDGE": str(files.root),
        "POLICYBOT_OVERLAY": str(files.overlay),
        "POLICYBOT_CACHE_DIR": str(files.root / compiled.BESIDE),
    }


@pytest.mark.parametrize("wait", [1.0, 6.0])
def test_a_kill_in_the_middle_leaves_the_overlay_whole(files: BaseFiles, wait: float) -> None:
    assert lesson(replace(files, questions=None), "2.2", DECLINED).status == "taught"
    before = files.overlay.read_bytes()
    process = subprocess.Popen(
        command("人才住房", "蓝领宿舍床位怎么申请"),
        env=environment(files),
        cwd=files.root.parent,
        stdout=subprocess.DEVNULL,
    )
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    process.wait()
    read = overlay.read(files.overlay)
    assert files.overlay.read_bytes() == before or len(read.taught) == 2
    done = subprocess.run(
        command("人才住房", "蓝领宿舍床位怎么申请"),
        env=environment(files),
        cwd=files.root.parent,
        capture_output=True,
        text=True,
    )  # the lock went with the killed one
    assert json.loads(done.stdout)["status"] in ("taught", "known"), done.stderr
    assert len(overlay.read(files.overlay).taught) == 2


def test_names_of_targets(files: BaseFiles) -> None:
    base = load_base(files.root)
    for typed in ("4.2", "四(二)", "四（二）", f"{POLICY}/4.2", " 4.2 "):
        assert resolve(base, typed) == (f"{POLICY}/4.2",), typed
    for typed in ("talent-housing", "near:talent-housing", "人才住房"):
        assert resolve(base, typed) == ("near:talent-housing",), typed
    assert resolve(base, "info:validity") == (f"{POLICY}/info:validity",)
    for typed in ("", "4", "near:", "info:nothing", "../4.2", "高企补贴"):
        assert resolve(base, typed) == (), typed


def test_what_can_not_be_seen_is_not_taught() -> None:
    assert tidy(" 高企\u200b补\n多少\x00\u202e ") == "高企补 多少"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for somebody else")
def test_what_root_writes_the_service_can_read_and_go_on_with(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, 12345)
    path = folder / "overlay.yaml"
    with overlay.locked(path):
        overlay.write(path, filled(("问", "p/1.1")))
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12345)
    path.chmod(0o600)
    overlay.write(path, filled(("问", "p/1.1"), ("又问", "p/1.1")))
    assert (path.stat().st_uid, path.stat().st_mode & 0o777) == (12345, 0o600)
    assert path.with_name(".overlay.yaml.lock").stat().st_mode & 0o044 == 0o044


# -- the file -----------------------------------------------------------------------------------------------------


def filled(*acts: tuple[str, str]) -> Overlay:
    current = Overlay()
    for ask, target in acts:
        current = current.with_taught(ask, target, "123", NOW)
    return current


BROKEN = [
    ("acts: 3\n", 1, "应为列表"),
    ("acts:\n  - {id: 1, ask: 问, target: p/1.1, by: a}\n", 2, "缺少这个字段"),
    ("acts:\n  - {id: 1, ask: 问, target: nowhere, by: a, at: 2026-01-01T00:00:00+08:00}\n", 2, "格式不对"),
    ("acts:\n  - {id: 1, ask: no, target: p/1.1, by: a, at: 2026-01-01T00:00:00+08:00}\n", 2, "请加引号"),
    ("acts:\n  - {id: 1, ask: 问, target: p/1.1, by: a, at: 昨天}\n", 2, "日期"),
    ("acts:\n  - {undo: 1, by: a, at: 2026-01-01T00:00:00+08:00}\n", 2, "前面没有编号为 1"),
    ("acts: &x\n  - *x\n", 1, "锚点或别名"),
    ("acts:\n  - [\n", 3, "不是合法的 YAML"),
]


@pytest.mark.parametrize(("text", "line", "message"), BROKEN)
def test_a_broken_overlay_gives_file_and_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = tmp_path / "overlay.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        overlay.read(path)
    assert [f.line for f in caught.value.faults] == [line], caught.value
    assert message in str(caught.value)
    assert "overlay.yaml:" in str(caught.value)


def test_comments_stay_and_another_style_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "overlay.yaml"
    overlay.write(path, filled(("a: 'b' #c", "p/1.1"), ("- 123", "near:x")))
    path.write_text("# mine\n" + path.read_text(encoding="utf-8") + "  # the end", encoding="utf-8")
    longer = overlay.read(path).with_taught("null", "p/info:validity", "456", NOW)
    assert longer.text.startswith("# mine\n")
    assert "# the end" in longer.text
    overlay.write(path, longer)
    assert [t.ask for t in overlay.read(path).taught] == ["a: 'b' #c", "- 123", "null"]
    path.write_text("acts: [{id: 4, ask: 问, target: p/1.1, by: a, at: 2026-01-01T00:00:00+08:00}]\n", encoding="utf-8")
    overlay.write(path, overlay.read(path).with_undone(4, "b", NOW))
    assert overlay.read(path).taught == ()
    assert overlay.read(path).find(4) is not None
    assert list(tmp_path.glob("*.tmp")) + list(tmp_path.glob(".*.tmp")) == []


def test_what_the_base_has_no_use_for_is_left_out_and_told(files: BaseFiles) -> None:
    base = load_base(files.root)
    line = base.phrasings[POLICY].clauses["4.2"]["staff"][0]
    current = filled((line, f"{POLICY}/4.2"), (line, CLAUSE), ("别的", f"{POLICY}/9.9"), ("新的一句", CLAUSE))
    whole, stale = merged(base, current.taught)
    assert [(s.taught.id, bool(s.reason)) for s in stale] == [(1, False), (2, True), (3, True)]
    assert whole.phrasings[POLICY].clauses["2.2"][TAUGHT_WRITER] == ("新的一句",)
    assert compiled.make(files.root, current.taught).index.targets == compiled.make(files.root).index.targets


# -- the patch ----------------------------------------------------------------------------------------------------

TAUGHT = (
    ("鸵鸟: 能养吗 #1", f"{POLICY}/1.1"),
    ("'引号'和\"引号\"", f"{POLICY}/1.1"),
    ("最后一条怎么问", f"{POLICY}/4.4"),
    ("到哪年算数", f"{POLICY}/info:validity"),
    ("宿舍床位", "near:talent-housing"),
    ("yes", f"{POLICY}/3.1"),
)


def test_the_patch_is_taken_by_git_and_gives_the_base_with_the_overlay(files: BaseFiles, tmp_path: Path) -> None:
    path = files.root / "policies" / POLICY / "phrasings.yaml"
    path.write_text("# a comment at the top\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    _git(files.root.parent, "init", "-q")
    wanted, _ = merged(load_base(files.root), filled(*TAUGHT).taught)
    text = patch(files.root, filled(*TAUGHT).taught)
    before = path.read_text(encoding="utf-8").splitlines()
    (tmp_path / "p.patch").write_text(text, encoding="utf-8")
    _git(files.root.parent, "apply", "--check", "p.patch")
    _git(files.root.parent, "apply", "p.patch")
    assert load_base(files.root) == wanted
    after = path.read_text(encoding="utf-8").splitlines()
    assert len(after) - len(before) == 5 + 4, "five phrasings here, under four new writers"
    assert [line for line in after if line in set(before)] == before, "every old line, in order"
    assert patch(files.root, filled(*TAUGHT).taught) == "", "all of it is in the base now"
    more = (*TAUGHT, ("又一句", f"{POLICY}/1.1"), ("又一句床位", "near:talent-housing"))
    text = patch(files.root, filled(*more).taught)
    assert text.count("\n+") == 2 + 2, "two headers, and one line each behind those of the writer"


def test_a_file_in_another_style_is_refused_by_name(files: BaseFiles) -> None:
    path = files.root / "policies" / POLICY / "phrasings.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("  '1.1':"), text.index("  '1.2':")
    path.write_text(text[:start] + "  '1.1': {a: [开发区机构怎么改革]}\n" + text[end:], encoding="utf-8")
    with pytest.raises(InsertError, match=r"phrasings.yaml.*1\.1"):
        patch(files.root, filled(TAUGHT[0]).taught)


def test_the_first_phrasings_of_a_policy_and_of_a_topic(files: BaseFiles, tmp_path: Path) -> None:
    path = files.root / "policies" / POLICY / "phrasings.yaml"
    path.unlink()  # as for a document that was imported
    _git(files.root.parent, "init", "-q")
    for taught in (TAUGHT[:2], TAUGHT[:3]):
        wanted, _ = merged(load_base(files.root), filled(*taught).taught)
        (tmp_path / "p.patch").write_text(patch(files.root, filled(*taught).taught), encoding="utf-8")
        _git(files.root.parent, "apply", "p.patch")
        assert load_base(files.root) == wanted, "a few taught phrasings are no half-written file"


def test_a_file_without_a_last_line_break(files: BaseFiles, tmp_path: Path) -> None:
    path = files.root / "lexicon" / "not_covered.yaml"
    data = path.read_text(encoding="utf-8").rstrip("\n")
    path.write_text(data, encoding="utf-8")
    last = load_base(files.root).lexicon.not_covered.topics[-1].id
    _git(files.root.parent, "init", "-q")
    (tmp_path / "p.patch").write_text(patch(files.root, filled(("末尾一句", f"near:{last}")).taught), encoding="utf-8")
    _git(files.root.parent, "apply", "p.patch")
    assert "末尾一句" in load_base(files.root).lexicon.not_covered.topics[-1].phrasings[TAUGHT_WRITER]


def _git(folder: Path, *arguments: str) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_commands(files: BaseFiles) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            env=environment(files),
            cwd=files.root.parent,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("ask", DECLINED).returncode == 1
    done = run("teach", "2.2", DECLINED, "--by", "小组")
    assert (done.returncode, "教会了" in done.stdout) == (0, True), done.stderr
    assert "2.2" in run("ask", DECLINED, "--json").stdout
    listed = run("overlay")
    assert DECLINED in listed.stdout
    assert "小组" in listed.stdout
    assert re.search(rf"(?m)^\+ +taught:\n\+ +- {DECLINED}$", run("overlay", "patch").stdout)
    assert run("check", "--questions", str(ROOT / "tests" / "questions")).returncode == 0
    refused = run("teach", "9.9", "高企首次认定补多少钱呀")
    assert (refused.returncode, f"{POLICY}/4.2" in refused.stdout) == (1, True)
    assert run("undo", "7").returncode == 1
    assert run("undo").returncode == 0
    assert run("ask", DECLINED).returncode == 1
    files.overlay.write_text("acts: [\n", encoding="utf-8")
    broken = run("teach", "2.2", DECLINED)
    assert (broken.returncode, "overlay.yaml:" in broken.stdout) == (1, True)
    assert "overlay.yaml:" in run("overlay").stderr
