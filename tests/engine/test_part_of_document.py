"""What a document without phrasings says once for all that it provides, asked by itself: 钱从哪出, 寄哪儿."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.engine.documents import scope

LOANS, CARE = "mocaigui-2024-10", "heminfa-2025-50"


@pytest.mark.parametrize(
    ("policy", "question", "clause", "said"),
    [
        (CARE, "钱从哪出", "a1.5.20", "运营类补贴由市、县（区）财政按4∶6分担"),
        (LOANS, "钱打哪来", "a1.1.3", "市财政局负责资金筹集"),
    ],
)
def test_is_found_without_a_measure(imported: Assistant, policy: str, question: str, clause: str, said: str) -> None:
    reply = imported.reply(question, policy=policy)
    assert reply.clauses[0].clause == clause
    assert said in reply.text


def test_a_number_and_nothing_else_is_asked_of_the_clause(imported: Assistant) -> None:
    """And is no question on how many documents there are."""
    asked = imported.reply("养老托育补助公示多久", policy=CARE)
    again = imported.reply("几天啊", asked.conversation, policy=CARE)
    assert (again.status, again.clauses[0].clause) == ("answer", asked.clauses[0].clause)
    assert "公示7日" in again.text


@pytest.mark.parametrize("typed", ["好嘞谢谢", "好的，辛苦了"])
def test_thanks_are_no_question_on_the_document(imported: Assistant, typed: str) -> None:
    assert imported.reply(typed, policy=CARE).status == "chat"


def test_of_many_documents_none_is_meant(imported: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside few, the one that somebody taught answers for itself."""
    assert imported.reply("文件还有效吗").status == "info"
    monkeypatch.setattr(scope, "CROWDED", 1)
    assert imported.reply("文件还有效吗").status != "info"
