"""The documents name everything that there is."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import get_args

import bot.cli
from bot.engine.values.reply import Status
from bot.replies.texts import Texts
from bot.service.commands import BY_NAME
from knowledge.compiled import CACHE_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_and_option_is_in_the_readme() -> None:
    parser = bot.cli.parser()
    commands = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in commands.choices.items():
        assert f"policybot {name}" in README, name
        for action in command._actions:
            for option in action.option_strings:
                if option.startswith("--") and option != "--help":
                    assert option in README, (name, option)
    assert CACHE_VARIABLE in README


def test_every_telegram_command_is_in_the_readme_and_has_its_words() -> None:
    words = Texts.load()
    described = {**words.get("telegram.menu"), **words.get("staff.menu")}
    commands = set(BY_NAME)
    assert sorted(described) == sorted(commands)
    assert [name for name in sorted(commands) if not re.search(rf"`/{name}\b", README)] == []


def test_every_status_and_field_is_in_the_readme() -> None:
    for status in get_args(Status):
        assert f"{status}（" in README
    for field in ("clauses", "units", "figures", "info", "suggestions", "text"):
        assert f'"{field}"' in README


def test_every_make_target_is_described() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)
    assert {"setup", "chat", "test", "lint", "bench", "audit", "pictures"} <= set(targets)
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told = README + contributing
    assert [name for name in targets if f"make {name}" not in told and name not in ("check", "clean", "load")] == []
    for words in ("换一份文件", "加一句问法", "加一个测试问题"):
        assert words in contributing


def test_every_module_is_in_the_map() -> None:
    drawn = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[1].split()
    for folder in ("bot", "knowledge"):
        for path in (ROOT / folder).glob("*.py"):
            if path.stem != "__init__":
                assert path.stem in drawn or path.name in drawn, path


def test_the_lock_names_versions_and_hashes_only() -> None:
    lock = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--hash=sha256:" in lock
