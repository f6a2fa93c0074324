"""Threats of deploy/SECURITY.md that no other test covers, and the page itself: every test that it names exists."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import logging
import os
import re
import shutil
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import inspect
from telegram import Bot

from bot import settings as general
from bot.channels.telegram.queue import JournalQueue
from bot.channels.telegram.settings import read_settings
from bot.channels.telegram.webhook import SECRET_HEADER, Webhook
from bot.operations.logs import JsonLines
from bot.operations.metrics import Metrics
from bot.serving.reply_cache import RecentReplies
from bot.staff.asker_hash import KEY_FILE
from bot.staff.roles import Role, Staff
from bot.store.backup import MANIFEST, BackupError, back_up, restore
from bot.store.keys import Talk
from bot.store.store import Store
from bot.store.tables import metadata
from knowledge import ROOT as KNOWLEDGE
from knowledge.base.load import examine
from knowledge.files.yamlfile import MAX_BYTES, read_yaml
from knowledge.teaching import overlay
from tests.botapi import TOKEN, BotApi
from tests.patience import PATIENCE
from tests.telegram.direct import Played

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "deploy" / "SECURITY.md"
MARKUP = '<a href="tg://user?id=1">点我</a><b>&amp;</b></blockquote><tg-spoiler>'
WRITTEN = frozenset({"bot_command", "mention", "bold", "italic", "blockquote", "expandable_blockquote"})
"""Entities that the bot's own messages may have: none of them leads anywhere."""


# -- the page --------------------------------------------------------------------------------------------------------


def threats() -> dict[str, list[str]]:
    """Threat -> tests that it names."""
    text = PAGE.read_text(encoding="utf-8").partition("\n## 威胁\n")[2]
    rows = re.findall(r"^\| (?!威胁|---)([^|]+) \|[^|]+\| ([^|]+) \|$", text, re.MULTILINE)
    return {threat.strip(): re.findall(r"`([^`]+)`", tests) for threat, tests in rows}


def test_every_threat_names_a_test_and_every_test_named_is_collected() -> None:
    named = threats()
    assert len(named) >= 20
    assert [threat for threat, tests in named.items() if not tests] == []
    wanted = {test for tests in named.values() for test in tests}
    names = {test.partition("::")[0] for test in wanted}
    files = sorted(str(path) for path in (ROOT / "tests").rglob("test_*.py") if path.name in names)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-o",
        "addopts=",
        "-p",
        "no:cacheprovider",
        *files,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    collected = {line.partition("[")[0].rpartition("/")[2] for line in done.stdout.splitlines() if "::" in line}
    assert sorted(wanted - collected) == []


# -- files that people hand in ---------------------------------------------------------------------------------------

_DOUBLING = "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in pairwise("abcdefghijklmnopqrstu"))
BOMBS = {
    "aliases": "a: &a [x, x]\n" + _DOUBLING,
    "merge keys": "base: &b {a: 1}\nother:\n  <<: *b\n",
    "depth": "[" * 10_000,
    "a key that is a list": "? [a]\n: b\n",
    "size": "a: " + "x" * MAX_BYTES,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_yaml_bomb_is_a_fault_at_once(bomb: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(BOMBS[bomb], encoding="utf-8")
    began = time.process_time()  # what others do on the machine doesn't count
    file = read_yaml(path)
    assert time.process_time() - began < 2.0
    assert file.faults
    assert file.data is None


@pytest.mark.parametrize("tag", ["python/object/apply:os.system", "python/name:os.system", "python/module:os"])
def test_a_yaml_tag_builds_no_object(tag: str, tmp_path: Path) -> None:
    path = tmp_path / "tag.yaml"
    path.write_text(f"a: !!{tag} ['touch {tmp_path}/made']\n", encoding="utf-8")
    assert read_yaml(path).data in (None, {"a": [f"touch {tmp_path}/made"]})
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("name", ["../../escaped", "/etc/policy", "a/b", "..", "a\\b", "a\nb", ""])
def test_the_id_of_a_policy_is_no_path(name: str, tmp_path: Path) -> None:
    root = tmp_path / "knowledge"
    for folder in ("policies", "lexicon"):
        shutil.copytree(KNOWLEDGE / folder, root / folder)
    policy = next((root / "policies").glob("*/policy.yaml"))
    text = policy.read_text(encoding="utf-8")
    changed = re.sub(r"(?m)^id: .*$", "id: " + json.dumps(name), text, count=1)
    assert changed != text
    policy.write_text(changed, encoding="utf-8")
    base, faults = examine(root)
    assert base is None
    assert faults


def test_a_zip_bomb_is_no_backup(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    store = Store(url)
    store.prepare()
    store.engine.dispose()
    back_up(url, tmp_path / "good.zip", {})
    data = bytes(101_000_000)
    with zipfile.ZipFile(tmp_path / "good.zip") as good, zipfile.ZipFile(tmp_path / "bomb.zip", "w", 8) as bomb:
        listed = json.loads(good.read(MANIFEST))
        for name in listed["members"]:
            bomb.writestr(name, good.read(name))
        listed["members"][f"files/{KEY_FILE}"] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        bomb.writestr(MANIFEST, json.dumps(listed))
        bomb.writestr(f"files/{KEY_FILE}", data)
    assert (tmp_path / "bomb.zip").stat().st_size < 1_000_000
    with pytest.raises(BackupError, match="超过"):
        restore(tmp_path / "bomb.zip", f"sqlite:///{tmp_path / 'b.db'}", {KEY_FILE: tmp_path / KEY_FILE})
    assert not (tmp_path / KEY_FILE).exists()


# -- what people write -----------------------------------------------------------------------------------------------


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.prepare()
    store.open()
    yield store
    await store.close()


@pytest.fixture
async def bot(store: Store, recent: RecentReplies) -> AsyncIterator[Played]:
    server = BotApi()
    room, wang = server.group("工作群"), server.person("王")
    played = Played(server, store, recent, staff=Staff({wang.id: Role.ADMIN}), staff_chat=room.id)
    await played.application.initialize()
    yield played
    await played.application.shutdown()
    assert server.refusals == []
    assert "aside" not in await store.counts()


async def test_what_people_write_is_never_markup(bot: Played) -> None:
    """Not in an answer, not in the staff group, not in what the staff sends back."""
    await bot.tell(MARKUP)
    await bot.tell(f"/clause {MARKUP}")
    sent = await bot.tell(f"/human {MARKUP}")
    room = bot.server.world.chats[int(bot.room.at.conversation) if bot.room.at is not None else 0]
    posted = next(s for s in sent if s.chat_id == room.id)
    wang = next(p for p in (bot.server.person("x"),))
    wang.id = bot.office.staff.members()[0]
    await bot.tell(MARKUP, room, wang, reply_to=posted)
    answer = next(s for s in bot.server.sent if "人工答复" in s.text and MARKUP in s.text)
    assert MARKUP in posted.text
    await bot.tell("补充" + MARKUP, reply_to=answer)
    await bot.tell("/tickets", room, wang)
    for message in bot.server.sent:
        kinds = {entity["type"] for entity in message.message.get("entities", [])}
        assert kinds <= WRITTEN, message.text
    marked = [e for s in bot.server.sent for e in s.message.get("entities", []) if e["type"] in ("bold", "blockquote")]
    assert marked, "the bot's own markup is there"


SQL = [
    "'; DROP TABLE questions; --",
    "x' OR '1'='1",
    "%' OR key LIKE '%",
    'a"; DELETE FROM tickets; --',
    "\\'; --",
    "%_%",
]


@pytest.mark.parametrize("text", SQL)
async def test_what_people_write_is_never_sql(bot: Played, text: str) -> None:
    await bot.tell("谁负责招商引资")
    for words in (text, f"/human {text}", f"/clause {text}", "/forget", f"/start {text}"):
        assert await bot.tell(words)
    await bot.inline(text)

    def tables(connection: Any) -> set[str]:
        return set(inspect(connection).get_table_names())

    assert set(metadata.tables) <= await bot.store.transact(tables)


async def test_forgetting_takes_no_pattern_for_a_person(bot: Played) -> None:
    """The key of a conversation ends with the number of a person: another person's that ends alike stays."""
    other = bot.server.person("乙")
    other.id = int(f"9{bot.alice.id}")
    for person in (bot.alice, other):
        await bot.tell("谁负责招商引资", bot.server.private(person), person)
    await bot.tell("/forget")
    assert await bot.store.conversation(Talk("telegram", str(other.id), str(other.id))) is not None
    assert await bot.store.conversation(Talk("telegram", str(bot.chat.id), str(bot.alice.id))) is None


# -- logs and secrets ------------------------------------------------------------------------------------------------


def logged(write: Callable[[logging.Logger], None]) -> list[str]:
    """The lines that a log gets."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines([TOKEN]))
    logger = logging.getLogger("test-security")
    logger.propagate = False
    logger.handlers[:] = [handler]
    write(logger)
    return stream.getvalue().split("\n")[:-1]


@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\nb", "a\u2028b", "a\x85b", 'x"}\n{"event":"started"}', "\x1b[2J\x1b]0;x\x07"]
)
def test_nobody_writes_lines_of_his_own_into_the_log(text: str) -> None:
    for write in (
        lambda log: log.warning(text),
        lambda log: log.warning("event", extra={"reason": text}),
        lambda log: log.warning("event", extra={text: 1}),
    ):
        (line,) = logged(write)
        assert json.loads(line)["level"] == "WARNING"
        assert not re.search("[\x00-\x1f\x7f]", line), "nothing that moves a terminal's cursor"


async def test_the_log_holds_neither_questions_nor_names(bot: Played, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await bot.tell("谁负责招商引资")
        await bot.tell("/human 我的身份证号是四二零一")
        await bot.tell("/stats")
    told = "\n".join(JsonLines([]).format(record) for record in caplog.records)
    assert "staff_refused" in told
    for secret in ("招商引资", "四二零一", bot.alice.first_name, bot.alice.username, str(bot.alice.id)):
        assert secret not in told


async def test_the_secret_of_the_webhook_is_compared_in_constant_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def compare(a: Any, b: Any) -> bool:
        compared.append((a, b))
        return real(a, b)

    monkeypatch.setattr("bot.channels.telegram.webhook.hmac.compare_digest", compare)
    metrics = Metrics()
    hook = Webhook(Bot(TOKEN), JournalQueue(store, metrics), metrics, "s3cret")
    app = web.Application()
    app.router.add_post("/hook", hook.receive)
    async with TestClient(TestServer(app)) as client:
        for given in ("", "s", "s3cre", "s3cret-and-more", "x" * 5_000):
            answer = await client.post("/hook", json={"update_id": 1}, headers={SECRET_HEADER: given})
            assert answer.status == 403
    assert [a.decode() for a, _ in compared] == ["", "s", "s3cre", "s3cret-and-more", "x" * 5_000]
    assert await store.counts() == {}


def test_what_the_bot_keeps_is_for_its_user_only(tmp_path: Path) -> None:
    general.read_settings({"POLICYBOT_DATA_DIR": str(tmp_path / "data")})
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_what_any_command_writes_about_people_is_for_its_user_only(tmp_path: Path) -> None:
    """Even where the user's mask takes nothing away, and where an earlier version left a file open to all."""
    data = tmp_path / "data"

    def command(*words: object) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *map(str, words)],
            cwd=ROOT,
            env=os.environ | {"POLICYBOT_DATA_DIR": str(data), "PYTHONUTF8": "1"},
            umask=0,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    command("ask", "--record", "首次认定的高企补贴多少")
    (data / "asker.key").write_text("k" * 64)
    for name in ("policybot.db", "asker.key"):
        (data / name).chmod(0o644)
    command("stats")
    command("export", "-o", data / "questions.csv")
    command("backup", data / "backup.zip")
    data.rename(tmp_path / "before")
    command("restore", tmp_path / "before" / "backup.zip")
    (tmp_path / "before" / "asker.key").chmod(0o600)  # written here, by this test
    written = [p for folder in (data, tmp_path / "before") for p in folder.rglob("*") if p.is_file()]
    assert {p.name for p in written} >= {"policybot.db", "questions.csv", "backup.zip", "asker.key"}
    assert {str(p): oct(p.stat().st_mode & 0o077) for p in written if p.stat().st_mode & 0o077} == {}


def test_what_was_taught_is_for_its_user_only(tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    mask = os.umask(0)
    try:
        for before, after in ((None, 0o600), (0o644, 0o600), (0o660, 0o660)):
            if before is not None:
                file.chmod(before)
            overlay.write(file, overlay.Overlay())
            assert stat.S_IMODE(file.stat().st_mode) == after
    finally:
        os.umask(mask)


def test_settings_show_no_secret_when_printed(tmp_path: Path) -> None:
    environment = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "POLICYBOT_DATA_DIR": str(tmp_path),
        "POLICYBOT_DATABASE": "postgresql://u:pa55word@h/d",
        "POLICYBOT_HASH_KEY": "k" * 32,
    }
    shown = repr(read_settings(environment))
    assert not any(secret in shown for secret in (TOKEN, "pa55word", "k" * 32))
