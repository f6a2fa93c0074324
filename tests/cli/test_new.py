"""policybot new, and a base with no document yet: every command says what to do next."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.command import main
from knowledge import compiled
from tests.bases import kept
from tests.patience import PATIENCE

DOCUMENTS = Path(__file__).parents[1] / "documents"


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "ours"
    assert main(["new", str(folder)]) == 0
    assert "policybot import" in capsys.readouterr().out
    monkeypatch.setenv("POLICYBOT_KNOWLEDGE", str(folder))
    monkeypatch.setenv("POLICYBOT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv(compiled.CACHE_VARIABLE, str(tmp_path / "cache"))
    shutil.copytree(kept(folder), tmp_path / "cache")  # one compilation for all of them
    return folder


def test_the_folder_says_what_comes_next(base: Path) -> None:
    assert sorted(path.name for path in base.iterdir()) == ["README.md", "policies"]
    told = (base / "README.md").read_text(encoding="utf-8")
    assert str(base) in told
    for step in ("加一份", "撤一份", "换一份"):
        assert f"## {step}" in told


def test_what_is_there_is_left_alone(base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (base / "mine.txt").write_text("不要动", encoding="utf-8")
    assert main(["new", str(base)]) == 2
    assert "不是空的" in capsys.readouterr().err
    assert main(["new", str(base / "mine.txt")]) == 2
    assert (base / "mine.txt").read_text(encoding="utf-8") == "不要动"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["check"], 0, "policybot import"),
        (["ask", "文件还有效吗"], 1, "还没有收录文件"),
        (["ask", "你好"], 1, "还没有收录文件"),
        (["show", "policies"], 2, "还没有收录文件"),
        (["show", "units"], 2, "还没有收录文件"),
        (["show", "4.2"], 2, "还没有收录文件"),
        (["expiring"], 0, "没有文件"),
        (["build"], 0, "已就绪"),
    ],
)
def test_nothing_to_answer_from_is_no_fault(
    base: Path, arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    said = capsys.readouterr()
    assert told in said.out + said.err


def test_chat_says_so_as_well(base: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "chat"],
        input="你好\n高企补贴多少\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ.copy(),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("还没有收录文件") == 2


def test_a_document_is_put_in_and_taken_out(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(DOCUMENTS / "songzhou-parks", base / "policies" / "songzhou-parks")
    assert main(["check"]) == 0
    assert "会自己换上" in capsys.readouterr().out
    assert main(["ask", "文件还有效吗"]) == 0
    assert "有效" in capsys.readouterr().out
    shutil.rmtree(base / "policies" / "songzhou-parks")
    assert main(["ask", "文件还有效吗"]) == 1
    assert "还没有收录文件" in capsys.readouterr().out


def test_checking_a_folder_says_that_the_base_is_to_be_checked_again(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(DOCUMENTS)]) == 0
    assert "再运行 policybot check" in capsys.readouterr().out
