"""What one replica is told, what it tells of itself, and what one process alone is spared."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from telegram import Update

from bot.channels.telegram.queue import _line, chat_of
from bot.operations.metrics import Metrics
from bot.settings import SettingsError, read_settings
from tests.botapi import BotApi

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "POLICYBOT_REPLICA": "policybot-0",
    "POLICYBOT_DATABASE": "postgresql://u:p@127.0.0.1/policybot",
    "POLICYBOT_HASH_KEY": "0123456789abcdef",
}


def test_a_replica_needs_postgresql_and_the_common_key() -> None:
    assert read_settings(GOOD).replica == "policybot-0"
    assert read_settings({"POLICYBOT_DATABASE": GOOD["POLICYBOT_DATABASE"]}).replica == ""
    with pytest.raises(SettingsError) as caught:
        read_settings({"POLICYBOT_REPLICA": "a/b", "POLICYBOT_DATABASE": "sqlite:////tmp/x.db"})
    told = "\n".join(caught.value.faults)
    assert len(caught.value.faults) == 3
    assert all(words in told for words in ("a/b", "PostgreSQL", "POLICYBOT_HASH_KEY"))


def test_every_metric_says_which_replica() -> None:
    alone, one = Metrics(), Metrics("policybot-0")
    for metrics in (alone, one):
        metrics.answered("answer", 0.1)
        metrics.lines_held.labels("telegram").set(3)
    assert b"replica=" not in alone.page()
    samples = [line for line in one.page().decode().splitlines() if line and not line.startswith("#")]
    assert samples
    assert [line for line in samples if 'replica="policybot-0"' not in line] == []
    assert 'policybot_lines_held{channel="telegram",replica="policybot-0"} 3.0' in samples


def test_one_process_alone_loads_nothing_of_it() -> None:
    code = (
        "import sys, bot.hosting.serving, bot.channels.telegram.app; "
        "all_of_it = ('bot.serving.replicas.', 'bot.service.shared', 'bot.channels.web.shared', 'psycopg'); "
        "print([m for m in sys.modules if m.startswith(all_of_it)])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['bot.serving.replicas.fence']", "the fence is what a turn has none of"


def test_the_line_of_an_update_is_its_chat() -> None:
    server = BotApi()
    person = server.person("甲")
    group = server.group("群")
    server.say(server.private(person), person, "一")
    server.say(group, person, "/ask 二")
    server.ask_inline(person, "三")
    raws = list(server.updates.pending)
    pressed = {"id": "1", "from": raws[0]["message"]["from"], "chat_instance": "1", "data": "x"}
    raws.append({"update_id": 9, "callback_query": pressed | {"message": raws[1]["message"]}})
    raws.append({"update_id": 10, "callback_query": pressed | {"inline_message_id": "7"}})
    raws.append({"update_id": 11, "edited_message": raws[1]["message"] | {"edit_date": 1}})
    assert len(raws) == 6
    for raw in raws:
        update = Update.de_json(raw, None)
        assert _line(raw) == str(chat_of(update)), raw
