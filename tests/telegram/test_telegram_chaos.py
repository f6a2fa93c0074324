"""Killed at any moment, with calls that fail: every question is answered, in order. The long version: `make chaos`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.botapi import BotApi
from tests.botapi.arguments import Arguments
from tests.patience import PATIENCE
from tests.telegram.chaos import Asked, Outcome, Plan, run
from tests.telegram.postgres import fresh_database
from tests.telegram.process import Mode

SHORT: dict[str, Any] = {
    "questions": 120,
    "chats": 15,
    "kills": 2,
    "gap": (1.5, 2.5),
    "burst": (0.6, 0.3),
    "quiet": PATIENCE,
}
"""Questions come in bursts before each kill, so that it hits a bot that is busy."""


def chaos(plan: Plan, folder: Path) -> Outcome:
    return asyncio.run(run(plan, folder))


@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_every_question_is_answered_in_order_whatever_happens(mode: Mode, tmp_path: Path) -> None:
    outcome = chaos(Plan(mode, seed=3, **SHORT), tmp_path)
    assert outcome.wrong() == []
    assert outcome.faults.total() > 0


def test_the_same_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    outcome = chaos(Plan("polling", fresh_database(postgres_url), seed=4, **SHORT), tmp_path)
    assert outcome.wrong() == []


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_a_bot_without_a_journal_is_seen_to_lose_questions(mode: Mode, tmp_path: Path) -> None:
    """The proof that the harness can fail: python-telegram-bot's echo bot, as its documentation shows it."""
    outcome = chaos(Plan(mode, kind="echo", seed=1, **SHORT | {"kills": 4, "quiet": 8.0}), tmp_path)
    assert outcome.unanswered
    assert any("unanswered" in words for words in outcome.wrong())


def test_the_judge_sees_what_is_lost_out_of_order_and_sent_twice() -> None:
    server = BotApi()
    asked, person = Asked(server), server.person("A")
    chat = server.private(person)
    for number in range(1, 5):
        asked.note(chat.id, server.say(chat, person, f"问 #{number}"), number)
    sent = server._methods["sendMessage"]
    for identifier in (1, 2, 2, 4, 3):
        if identifier != 4:
            reply = {"message_id": identifier}
            sent(Arguments({"chat_id": str(chat.id), "text": f"答 {identifier}", "reply_parameters": reply}))
        else:
            sent(Arguments({"chat_id": str(chat.id), "text": "问 #4"}))  # an echo, not a reply
    outcome = Outcome(Plan(kills=0))
    asked.judge(outcome)
    assert outcome.unanswered == []
    assert outcome.disorder == [f"chat {chat.id}: answer to 3 after the answer to 4"]
    assert outcome.twice == 1
    asked.note(chat.id, server.say(chat, person, "问 #5"), 5)
    asked.judge(outcome)
    assert outcome.unanswered == [f"chat {chat.id} 问 #5"]
