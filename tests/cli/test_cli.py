"""The command, really run: in a pipe, on a terminal, line by line."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.serving.base_files import BaseFiles
from knowledge import compiled
from tests.patience import PATIENCE

COMMAND = [sys.executable, "-m", "bot.cli"]


def run(*arguments: str, given: str | bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments],
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=PATIENCE,
        check=False,
    )


def out(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stdout.decode()


def test_ask_answers_in_plain_text() -> None:
    done = run("ask", "首次认定的高企补贴多少", "--on", "2025-10-09")
    assert done.returncode == 0
    assert out(done).startswith("金额　20万元")
    assert "已过有效期" in out(done)
    assert "\x1b" not in out(done)
    assert done.stderr == b""


def test_the_day_can_be_chosen() -> None:
    assert "仍在有效期内" in out(run("ask", "文件有效吗", "--on", "2025-10-08"))
    done = run("ask", "文件有效吗", "--on", "明天")
    assert done.returncode == 2
    assert "写作 2025-10-08" in done.stderr.decode()


def test_declined_is_told_by_the_exit_code() -> None:
    assert run("ask", "今天天气怎么样").returncode == 1
    assert run("ask").returncode == 2
    assert run("fly").returncode == 2


def test_ask_json_and_explain() -> None:
    data = json.loads(run("ask", "--json", "--explain", "重新认定的高企补多少").stdout)
    assert data["status"] == "answer"
    assert data["clauses"][0] == {
        "policy": "wuhan-development-zones", "clause": "4.2", "number": "四(二)",
        "title": "完善新兴产业培育机制", "score": data["clauses"][0]["score"],
    }  # fmt: skip
    figure = data["figures"][0]
    assert (figure["text"], figure["value"], figure["unit"]) == ("5万元", 50000, "元")
    assert (figure["payer"], figure["per"], figure["case"]) == ("市级财政", "每户", "超过有效期后重新认定")
    assert figure["quote"] == "对超过有效期后重新认定的高新技术企业,市级财政每户补贴5万元"
    assert data["explain"]["pulls"]
    assert "规则：" in out(run("ask", "--explain", "登陵企业"))


def test_jsonl_goes_on_after_bad_lines_and_keeps_order() -> None:
    lines = [
        b'{"id":"a","text":"\xe9\xa6\x96\xe6\xac\xa1\xe8\xae\xa4\xe5\xae\x9a\xe7\x9a\x84\xe9\xab\x98\xe4\xbc\x81\xe8\xa1\xa5\xe5\xa4\x9a\xe5\xb0\x91","chat":"c"}',
        b"not json",
        b'{"id":"b"}',
        b"\xff\xfe{}",
        b"[1]",
        b'{"id":null,"text":"x"}',
        b"",
        '{"id":2,"text":"那重新认定呢","chat":"c"}'.encode(),
        '{"id":"d","text":"那重新认定呢"}'.encode(),
        b'{"id":"e","text":"\\ud800"}',
    ]
    done = run("ask", "--jsonl", given=b"\n".join(lines))
    rows = [json.loads(line) for line in out(done).splitlines()]
    assert [row.get("id", f"line {row.get('line')}") for row in rows] == [
        "a", "line 2", "line 3", "line 4", "line 5", "line 6", 2, "d", "e",
    ]  # fmt: skip
    assert all("error" in row for row in rows[1:6])
    assert rows[6]["figures"][0]["text"] == "5万元"
    assert done.returncode == 1
    assert set(rows[0]) >= {"id", "status", "policy", "clauses", "units", "figures", "info", "text"}


def test_jsonl_answers_line_by_line() -> None:
    with subprocess.Popen([*COMMAND, "ask", "--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for n in range(3):
            process.stdin.write(json.dumps({"id": n, "text": "三(二)"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == n
        process.stdin.close()
        assert process.wait(timeout=PATIENCE) == 0


def test_chat_answers_piped_lines() -> None:
    done = run("chat", given="首次认定的高企补多少\n那重新认定呢\n\n谁负责\n")
    assert done.returncode == 0
    answers = out(done).strip().split("\n\n")
    assert [a.split("\n")[0][:8] for a in answers] == ["金额　20万元：", "金额　5万元：「", "责任单位　市科技"]


def test_a_reader_that_goes_away_is_no_error() -> None:
    lines = "三(二)\n" * 500
    shell = f"{' '.join(COMMAND)} chat | head -1"
    done = subprocess.run(
        ["bash", "-c", shell], input=lines.encode(), capture_output=True, timeout=PATIENCE, check=False
    )
    assert b"Traceback" not in done.stderr


def test_show() -> None:
    assert "23项" in out(run("show", "1.6"))
    assert "市商务局　1.4 2.1 2.2 3.1" in out(run("show", "units"))
    assert "4.2 20万元" in out(run("show", "figures"))
    assert "国发〔2019〕11号" in out(run("show", "policy"))
    assert out(run("show", "2")).count("责任单位") == 3
    done = run("show", "9.9")
    assert done.returncode == 2
    assert "没有「9.9」" in done.stderr.decode()


def test_show_takes_what_ask_takes() -> None:
    """One way to read a place or a unit: that of a question."""
    for typed in ("四(二)", "第四部分第二条", "wuhan-development-zones/四(二)"):
        done = run("show", typed)
        assert "20万元" in out(done), typed
        assert "第四部分（二）" in out(done)
        assert done.returncode == 0
    done = run("show", "市科技局")
    assert (done.returncode, out(done)) == (0, out(run("ask", "市科技局")))
    assert "4.2" in out(done)


def test_show_guesses_nothing() -> None:
    """What names no place is no question here, and a bare number is no position."""
    for typed in ("24", "第99条", "高企补贴", "有什么补贴", "nowhere/4.2"):
        done = run("show", typed)
        assert (done.returncode, out(done)) == (2, ""), typed
        assert typed.partition("/")[0] in done.stderr.decode()


def test_a_terminal_without_chinese_shows_something() -> None:
    done = run("ask", "4.2", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stderr == b""
    assert run("--help", PYTHONIOENCODING="gbk").returncode == 0


def test_what_can_not_be_written_is_said() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "show", "4"], stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE, check=False
        )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_every_view_of_a_clause_carries_the_notice() -> None:
    for what in ("4", "4.2", "units", "figures"):
        assert "已过有效期" in out(run("show", what, "--on", "2025-10-09")), what


def test_check(tmp_path: Path) -> None:
    done = run("check")
    assert done.returncode == 0, out(done)
    assert "与原文一字不差" in out(done)
    assert run("check", str(tmp_path / "nowhere")).returncode == 2
    done = run("check", str(tmp_path))
    assert done.returncode == 1
    assert "一份文件一个文件夹" in out(done)


def test_a_cache_folder_that_cannot_be_written_only_costs_time(files: BaseFiles, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    folders = {"POLICYBOT_CACHE_DIR": str(blocked), "POLICYBOT_KNOWLEDGE": str(files.root)}
    assert run("ask", "三(二)", **folders).returncode == 0


def test_a_spoilt_cache_is_made_anew(files: BaseFiles, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folders = {"POLICYBOT_CACHE_DIR": str(cache), "POLICYBOT_DATA_DIR": str(tmp_path / "data")}
    folders["POLICYBOT_KNOWLEDGE"] = str(files.root)
    assert run("build", **folders).returncode == 0
    (stored,) = cache.glob("*.form")
    whole = stored.read_bytes()
    for spoilt in (b"", b"not a cache", whole[: len(whole) // 2]):
        stored.write_bytes(spoilt)
        assert compiled.load(stored.stem, [cache]) is None
    assert run("ask", "三(二)", **folders).returncode == 0
    assert compiled.load(stored.stem, [cache]) is not None, "made anew, and kept"
    assert not list(cache.glob("*.tmp"))


@pytest.mark.skipif(not hasattr(pty, "fork"), reason="needs a terminal")
def test_chat_on_a_terminal() -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [*COMMAND, "chat", "--on", "2025-10-09"])
    seen = b""

    def until(words: str) -> None:
        nonlocal seen
        end = time.monotonic() + PATIENCE
        while words.encode() not in seen:
            assert time.monotonic() < end, seen.decode(errors="replace")
            if select.select([terminal], [], [], 0.2)[0]:
                seen += os.read(terminal, 65536)

    until("问：")
    os.write(terminal, "整体搬迁的高企补多少\n".encode())
    until("请向发文机关核实")
    assert re.search(r"\x1b\[[0-9;]*m", seen.decode(errors="replace"))  # colours
    os.write(terminal, b"exit\n")
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_a_server_starts_without_what_reads_documents() -> None:
    """That is for a process of its own; pypinyin alone would take a sixth of the start."""
    program = "import sys, bot.hosting.serving; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"knowledge.importing.sandbox", "bot.engine.assistant"} <= loaded
    assert not loaded & {"pypinyin", "knowledge.importing.job", "knowledge.importing.draft", "lxml", "docx", "pypdf"}


def test_ask_imports_only_what_answers() -> None:
    """A cold answer is worked out in half a second: what other commands need stays unread."""
    program = (
        "import sys; from bot.cli import main; main(['ask', '首次认定的高企补贴多少']);"
        "print(*sorted({name.split('.')[0] for name in sys.modules} | set(sys.modules)));"
        "files = [(name, getattr(module, '__file__', None)) for name, module in sys.modules.items()];"
        "print(*{name.split('.')[0] for name, file in files if 'site-packages' in (file or '')})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    again = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == again.stdout.split("\n")[0]
    loaded, packages = (set(line.split()) for line in again.stdout.split("\n")[-3:-1])
    assert "bot.cli.ask" in loaded
    allowed = {"numpy", "rapidfuzz", "pydantic", "opencc", "platformdirs"}
    allowed |= {"pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}  # pydantic's own
    assert {name for name in packages if not name.startswith("_")} <= allowed
    unwanted = {
        "sqlalchemy",
        "alembic",
        "telegram",
        "aiohttp",
        "rich",
        "yaml",
        "lxml",
        "docx",
        "pypdf",
        "PIL",
        "pypinyin",
        "opensearchpy",
        "urllib3",
    }
    unwanted |= {
        "knowledge.retrieval.opensearch",
        "bot.store",
        "bot.channels",
        "bot.cli.telegram",
        "knowledge.importing",
        "knowledge.base.load",
        "knowledge.base.verify",
        "knowledge.reading.build_vocabulary",
    }
    assert loaded & unwanted == set()


def test_a_process_collects_only_where_it_goes_on() -> None:
    """One answer ends before there is any garbage; a run of lines may be of any length."""
    program = "import gc, sys; from bot.cli import program; program(); print(gc.isenabled(), gc.get_freeze_count() > 0)"
    one = subprocess.run([sys.executable, "-c", program, "ask", "你好"], capture_output=True, text=True, check=True)
    assert one.stdout.split()[-2:] == ["False", "True"]
    for many in (["ask", "--jsonl"], ["show", "units"]):
        done = subprocess.run([sys.executable, "-c", program, *many], capture_output=True, text=True, input="")
        assert done.stdout.split()[-2:] == ["True", "True"]


def test_usage_is_told_in_chinese() -> None:
    for words in (
        ["ask", "--on"],
        ["fly"],
        ["show"],
        ["expiring", "--days", "-5"],
        ["export", "--what", "x"],
        ["--fly"],
    ):
        done = run(*words)
        said = done.stderr.decode()
        assert done.returncode == 2, words
        assert not re.search(r"usage|required|argument|invalid|expected|choose from", said), said
        assert "用法：policybot" in said
    for words in (["--help"], ["ask", "--help"], ["export", "-h"]):
        assert not re.search(r"usage|options|positional|show this", out(run(*words)))


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"policybot \d+\.\d+\.\d+\n", out(run("--version")))


def test_a_pipe_may_be_in_gb18030() -> None:
    done = run("chat", given="首次认定的高企补多少\n那重新认定呢\n".encode("gb18030"))
    assert [a.split("\n")[0][:8] for a in out(done).strip().split("\n\n")] == ["金额　20万元：", "金额　5万元：「"]
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_line_that_can_not_be_read_is_told() -> None:
    done = run("chat", given=b"\xff\xff\xff\n" + "三(二)\n".encode() + b"a" * 3_000_000 + b"\n")
    assert "第三部分（二）" in out(done)
    said = done.stderr.decode()
    assert "第 1 行不是 UTF-8" in said
    assert "第 3 行有 3000001 字节，上限 1000000" in said
    assert done.returncode == 1


def test_chat_knows_the_commands_of_the_channels() -> None:
    """The service's own: what is listed can be chosen by number, and a question goes on from what was shown."""
    lines = [
        "/list",
        "4",
        "2",
        "那重新认定呢",
        "2",
        "/units",
        "7",
        "/about",
        "/subsidies",
        "/clause 四(二)",
        "/start",
        "1",
    ]
    done = run("chat", "--on", "2025-10-09", given="\n".join(lines))
    shown = out(done).strip().split("\n\n")
    expected = [
        "4. 四、增强产业创新发展能力",
        "2. 4.2 完善新兴产业培育机制",
        "第四部分（二）",
        "金额　5万元",
        "",
        "7. 市科技局（5）",
        "「市科技局」是以下 5 条的责任单位",
        "已过有效期",
        "20万元",
        "第四部分（二）",
        "1. 首次认定的高企补贴多少",
        "20万元",
    ]
    assert len(shown) == len(lines)
    for line, words, text in zip(lines, expected, shown, strict=True):
        assert words in text, line
    assert "4.2 完善新兴" not in shown[4], "a question came between: the number is no choice of the list's any more"
    assert (done.returncode, done.stderr) == (0, b"")


def test_chat_answers_behind_a_command_as_anywhere() -> None:
    """/4.2 is a question, and only what is of use here is a command."""
    said = out(run("chat", given="/ask 首次认定的高企补贴多少\n/4.2\n"))
    assert said.startswith("金额　20万元")
    assert "出处　第四部分（二）" in said
    helped = out(run("chat", given="/help\n"))
    assert "/list " in helped
    assert not re.search(r"@|在群里|/privacy|/human|/stats", helped)
    said = out(run("chat", given="/stats\n/privacy\n/fly\n/human\n/cancel\n"))
    for name in ("stats", "privacy", "fly"):
        assert f"没有 /{name} 这个命令" in said
    assert "没有人工坐席" in said
    assert "没有在等人工答复" in said


def test_what_is_too_long_for_a_question_is_said_to_be_so() -> None:
    done = run("chat", given="高企补贴多少" * 400 + "\n三(二)\n")
    first, second = out(done).strip().split("\n\n")
    assert first == "这段文字超过 2000 字，请把最想问的一件事用一两句话写出来。"
    assert "第三部分（二）" in second
    assert run("ask", "高企补贴多少" * 400).returncode == 1
