"""The pictures of the README are there, are well formed, and show what was said."""

from __future__ import annotations

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot.cli
from bot.service.commands import BY_NAME
from tests.pictures.bubbles import MOST, WIDTH, Drawing, clipped, lines, styled, text_width
from tests.pictures.play import STORIES
from tests.pictures.terminal import printed, svg

HERE = STORIES.parent
ROOT = HERE.parents[1]
STORY = yaml.safe_load(STORIES.read_text(encoding="utf-8"))
FILES = [one["file"] for one in (*STORY["chats"], *STORY["terminals"])]


def texts(drawn: str) -> str:
    """All the words of a picture, without what only separates them."""
    root = ElementTree.fromstring(drawn)
    return "".join("".join(e.itertext()) for e in root.iter() if e.tag.endswith("}text")).replace(" ", "")


@pytest.mark.parametrize("file", FILES)
def test_every_picture_is_there_and_shown_in_the_readme(file: str) -> None:
    drawn = (HERE / file).read_text(encoding="utf-8")
    assert f"tests/pictures/{file}" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert texts(drawn)
    assert "<image" not in drawn
    assert "@font-face" not in drawn, "nothing is fetched from elsewhere"
    assert sorted(p.name for p in HERE.glob("*.svg")) == sorted(FILES)


def test_the_pictures_show_what_the_story_says() -> None:
    said = {(act["by"], act["in"]): [] for act in STORY["acts"]}  # type: ignore[var-annotated]
    for act in STORY["acts"]:
        said[act["by"], act["in"]].append(act.get("say") or act["press"])
    for chat in STORY["chats"]:
        shown = texts((HERE / chat["file"]).read_text(encoding="utf-8"))
        for words in said[chat["of"], chat["in"]]:
            assert words.replace(" ", "") in shown
    enterprise = texts((HERE / "chat-enterprise.svg").read_text(encoding="utf-8"))
    for words in ("20万元", "5万元", "市科技局", "本文件没有规定", "人工答复", "转人工"):
        assert words in enterprise


def test_the_story_uses_commands_that_there_are() -> None:
    known = set(BY_NAME)
    for act in STORY["acts"]:
        if act.get("say", "").startswith("/"):
            assert act["say"][1:].split()[0] in known
    parser = bot.cli.parser()
    for one in STORY["terminals"]:
        for words in one["commands"]:
            parser.parse_args(words)


def test_lines_fit_and_none_begins_with_a_closing_mark() -> None:
    text = "我们公司刚认定高企，能拿多少补贴（含区级配套）？" * 8 + " policybot-telegram-0.1.0 " * 5
    found = lines(styled({"text": text}))
    assert "".join(t for line in found for t, _ in line.runs).replace(" ", "") == text.replace(" ", "")
    for line in found:
        shown = "".join(t for t, _ in line.runs)
        assert text_width(shown) <= MOST + 30, "a closing mark may stand over"
        assert shown[:1] not in "，。？）"
    assert not any("policybot-" in "".join(t for t, _ in a.runs)[-12:-1] for a in found)


def test_entities_count_utf16_units() -> None:
    message = {"text": "😀😀甲乙", "entities": [{"type": "bold", "offset": 4, "length": 1}]}
    assert [(ch, style.bold) for ch, style in styled(message)] == [
        ("😀", False),
        ("😀", False),
        ("甲", True),
        ("乙", False),
    ]


def test_a_folded_quotation_shows_its_first_lines_and_what_follows_it() -> None:
    text = "长" * 300 + "\n之后"
    quote = {"type": "expandable_blockquote", "offset": 0, "length": 300}
    found = lines(styled({"text": text, "entities": [quote]}))
    assert len(found) == 4
    assert found[2].runs[-1][0].endswith("… ⌄")
    assert found[3].runs[0][0] == "之后"


def test_a_bubble_escapes_what_was_written_and_stays_in_the_picture() -> None:
    drawing = Drawing("<题>")
    button = {"text": "很长的按钮" * 20, "callback_data": "x"}
    hostile: dict[str, Any] = {"text": '<b>&"甲' * 60, "reply_markup": {"inline_keyboard": [[button], [button] * 3]}}
    drawing.message(hostile, ours=True, replied="</text>" * 20)
    drawing.message(hostile, ours=False, name="<乙>")
    drawing.note("点了「转人工」")
    root = ElementTree.fromstring(drawing.svg())
    for element in root.iter():
        if element.tag.endswith("}rect"):
            assert float(element.attrib["x"]) >= 0
            assert float(element.attrib["x"]) + float(element.attrib["width"]) <= WIDTH + 0.1
    assert "</text>" in "".join(root.itertext())


def test_what_does_not_fit_is_cut() -> None:
    assert clipped("短", 100, 14) == "短"
    assert text_width(clipped("长" * 50, 100, 14), 14) <= 100


def test_a_command_runs_in_a_terminal_and_keeps_its_columns() -> None:
    told = printed(["show", "4.2"], {})
    assert "\x1b[" in told, "in colour, as in a terminal"
    assert "20万元" in told
    drawn = svg("甲", [["show", "4.2"]], {}, "one")
    assert "每户补贴20万元" in texts(drawn)
    assert "policybotshow4.2" in texts(drawn)


@pytest.mark.slow
def test_the_stories_happen(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.pictures", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(FILES)
    shutil.rmtree(tmp_path)
