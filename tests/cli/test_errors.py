"""What a wrong call and a file that can't be read or written say: in Chinese, with the file that was meant."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from bot.cli.command import main
from bot.store.backup import back_up
from bot.store.store import Store
from knowledge.files.oserrors import which, why
from knowledge.teaching import overlay

ENGLISH = re.compile(r"No such|Errno|denied|directory|invalid|choose|usage|argument|is not|\.zip\.\w|'")


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """On standard error, with an exit code that tells of a fault."""
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = int(str(ended.code))
    assert code in (1, 2)
    captured = capsys.readouterr()
    return captured.err + captured.out


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYBOT_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    store = Store(f"sqlite:///{tmp_path / 'data' / 'policybot.db'}")
    store.prepare()
    store.engine.dispose()


@pytest.mark.parametrize(
    ("arguments", "told", "usage"),
    [
        (["fly"], "命令 没有「fly」；可以是 chat、ask、", "policybot [-h] [--version] 命令"),
        (["ask", "--fly", "补贴"], "不认识：--fly", "policybot ask [-h]"),
        (["keys", "add", "某", "--fly"], "不认识：--fly", "policybot keys add [-h]"),
        (["undo", "abc"], "编号 应为整数，不是「abc」", "policybot undo [-h]"),
        (["export", "--format", "x"], "--format 没有「x」；可以是 csv、jsonl", "policybot export [-h]"),
    ],
)
def test_a_wrong_call_is_told_with_the_usage_of_its_command(
    arguments: list[str], told: str, usage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(arguments, capsys)
    assert text.startswith(told)
    assert f"用法：{usage}" in text
    assert not ENGLISH.search(text), text


@pytest.mark.parametrize("command", [["backup", "{}"], ["restore", "{}"], ["export", "-o", "{}"], ["new", "{}"]])
def test_a_file_that_can_not_be_written_or_read_is_named(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a-file").write_text("", encoding="utf-8")
    path = str(tmp_path / "a-file" / "below")
    text = said([word.format(path) for word in command], capsys)
    assert path in text
    assert "：路径里有一段不是文件夹" in text
    assert not ENGLISH.search(text.replace(str(tmp_path), "")), text


def test_an_import_that_can_not_be_written_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a-file").write_text("", encoding="utf-8")
    (tmp_path / "d.txt").write_text("柳溪市公园管理办法\n\n第一条　公园每日开放。\n", encoding="utf-8")
    text = said(["import", str(tmp_path / "d.txt"), "-o", str(tmp_path / "a-file" / "below")], capsys)
    assert "写不了：" in text
    assert "路径里有一段不是文件夹" in "".join(text.split())  # a long path wraps in its column
    assert not ENGLISH.search(text.replace(str(tmp_path), "")), text


def test_no_temporary_name_is_told(tmp_path: Path) -> None:
    """Where nothing may be made, what was meant is named, not what would have been made beside it."""
    target, taught = tmp_path / "gone" / "b.zip", tmp_path / "overlay.yaml"
    with pytest.raises(OSError, match="gone") as caught:
        back_up(f"sqlite:///{tmp_path / 'data' / 'policybot.db'}", target, {})
    assert which(caught.value) == f"{target}：没有这个文件或文件夹"
    (tmp_path / ".overlay.yaml.lock").mkdir()
    with pytest.raises(OSError, match="overlay") as caught, overlay.locked(taught):
        pass
    assert which(caught.value) == f"{taught}：是文件夹，不是文件"


def test_reasons_are_chinese_where_they_are_known() -> None:
    for number in (errno.ENOENT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EISDIR, errno.EIO):
        told = why(OSError(number, os.strerror(number)))
        assert not re.search("[A-Za-z]", told), told
    assert why(OSError(errno.ENOSPC, "No space left on device")) == "磁盘满了"
    assert why(OSError(errno.ECONNRESET, "reset")) == "reset", "what isn't known is said as it is"
    assert why(OSError("odd")) == "odd"
    assert which(OSError(errno.EACCES, "denied", "/data/x")) == "/data/x：没有权限"
    assert which(OSError(errno.EACCES, "denied")) == "没有权限"
