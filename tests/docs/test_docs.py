"""The documents name everything that there is."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import get_args

import yaml

import bot.cli
from bot.engine.values.reply import Status
from bot.replies.texts import Texts
from bot.service.commands import BY_NAME
from knowledge.compiled import CACHE_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "bot/cli/README.md",
    "bot/channels/telegram/README.md",
    "knowledge/README.md",
    "tests/README.md",
)
"""What people read, besides deploy/."""
README = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
TREE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[1]
MOST_LINES = 120
"""Of the README: it is for those who have never seen the project."""


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
    described = {**words.get("commands.menu"), **words.get("staff.menu")}
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
    assert {"setup", "chat", "test", "test-all", "retest", "lint", "bench", "audit", "pictures"} <= set(targets)
    assert [name for name in targets if f"make {name}" not in README and name not in ("check", "clean", "load")] == []
    for words in ("换一份文件", "加一句问法", "加一个测试问题"):
        assert f"## {words}" in README


def test_the_first_page_is_short() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8").count("\n") <= MOST_LINES


def test_every_link_leads_somewhere() -> None:
    for page in PAGES:
        for link in re.findall(r"\]\((?!http|#)([^)#]+)", (ROOT / page).read_text(encoding="utf-8")):
            assert ((ROOT / page).parent / link).exists(), (page, link)


def test_the_guide_to_changes_names_what_there_is() -> None:
    """From CONTRIBUTING alone a newcomer finds the room of a change: each path in its table is there."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = text.split("## 要改什么，到哪里")[1].split("\n## ")[0].strip().split("\n")[2:]
    assert len(rows) >= 10
    for row in rows:
        paths = re.findall(r"`((?:bot|knowledge|deploy|tests)/[\w./-]+)`", row)
        assert paths, row
        assert [path for path in paths if not (ROOT / path).exists()] == [], row


def _drawn() -> set[str]:
    """The packages and modules that the map of the rooms shows, as paths."""
    found: set[str] = set()
    above: list[tuple[int, str]] = []
    for line in TREE.strip("\n").split("\n"):
        indent = len(line) - len(line.lstrip())
        above = [(depth, name) for depth, name in above if depth < indent]
        for name in re.findall(r"^(?:[\w./]+\s+)*?([\w/]+/|\w+\.py)(?=\s|$)", line.strip()) or []:
            home = "".join(folder for _, folder in above)
            found.add(f"{home}{name}".rstrip("/"))
            above.append((indent, name))
    return found


def test_the_map_shows_every_room_and_no_other() -> None:
    drawn = _drawn()
    assert len(drawn) > 30, "else this looks at nothing"
    assert [path for path in sorted(drawn) if not (ROOT / path).exists()] == []
    for top in ("bot", "knowledge"):
        rooms = {p.parent.relative_to(ROOT) for p in (ROOT / top).rglob("*.py")}
        missing = [
            p for p in rooms if len(p.parts) < 3 and not any(f"{d}/".startswith(f"{p.as_posix()}/") for d in drawn)
        ]
        assert missing == []
        loose = [
            p.name
            for p in (ROOT / top).glob("*.py")
            if p.name not in ("__init__.py", *(d.rpartition("/")[2] for d in drawn))
        ]
        assert loose == []


def test_the_hooks_are_local_and_check_what_lint_checks() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [found["repo"] for found in config["repos"]] == ["local"], "a hook of elsewhere is fetched from the net"
    run = {hook["entry"].removeprefix(".venv/bin/").split(" --")[0] for hook in config["repos"][0]["hooks"]}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\nlint: ")[2].partition("\n\n")[0]
    linted = {line.split(" --")[0].removesuffix(" .") for line in re.findall(r"\$\(BIN\)/(.*)", recipe)}
    assert len(linted) >= 5
    assert linted - run == set()


def test_the_lock_names_versions_and_hashes_only() -> None:
    lock = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--hash=sha256:" in lock
