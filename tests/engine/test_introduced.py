"""A passage that only introduces what follows says nothing by itself: it is answered with all that it introduces.

And a document that says nothing of itself, by what one of its clauses says.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.engine.answering import paragraphs
from bot.engine.assistant import Assistant
from bot.engine.documents.introduced import introduced
from knowledge.importing.job import run
from tests.bases import DOCUMENTS, shared
from tests.smallbase import small_base

CITY = "yunzhantigui-2025-8"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    root: Path = small_base(tmp_path_factory.mktemp("introduced"))
    assert run(str(DOCUMENTS / "lead-in.txt"), root / "policies", set(), set(), force=False).written
    return Assistant(shared(root))


def test_all_conditions_are_shown(assistant: Assistant) -> None:
    reply = assistant.reply("拟申报的城区应具备哪些条件", policy=CITY)
    assert [clause.clause for clause in reply.clauses] == ["2.0", "2.1", "2.2", "2.3"]
    for condition in ("应具备以下条件", "超过80处", "千兆网络覆盖主要场馆", "明确一名区领导分管"):
        assert condition in reply.text


@pytest.mark.parametrize(
    ("turn", "clause", "said"),
    [
        ("网络、数据这些硬件上呢", "2.2", "千兆网络"),
        ("那场地面积要多大", "2.1", "2.6平方米"),
        ("第三个", "2.3", "专项经费"),
        ("里面说场地大小的", "2.1", "场地基础较好"),
    ],
)
def test_a_turn_goes_to_the_condition_that_it_is_on(assistant: Assistant, turn: str, clause: str, said: str) -> None:
    asked = assistant.reply("拟申报的城区应具备哪些条件", policy=CITY)
    reply = assistant.reply(turn, asked.conversation, policy=CITY)
    assert (reply.status, reply.clauses[0].clause) == ("answer", clause)
    assert said in reply.text


def test_what_is_too_long_is_listed(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its place and how it begins or is called; each can be asked for by its number."""
    monkeypatch.setattr(paragraphs, "AT_LENGTH", 20)
    reply = assistant.reply("拟申报的城区应具备哪些条件", policy=CITY)
    assert [clause.clause for clause in reply.clauses] == ["2.0", "2.1", "2.2", "2.3"]
    assert "千兆网络" not in reply.text
    assert "2.2 第二部分（二）数字底座健全" in reply.text


def test_a_number_below_something_introduces_nothing(assistant: Assistant) -> None:
    """A passage that ends with 10万元以下的贷款 is one like any other."""
    policy = assistant.library.by_id[CITY]
    introducing = policy.clause("2.0")
    below = introducing.model_copy(update={"text": "对10万元以下的个人贷款免除担保。"})
    assert introduced(policy, introducing)
    assert not introduced(policy, below)


@pytest.mark.parametrize("asked", ["由哪个部门负责评审", "试点由哪个局牵头评"])
def test_what_the_document_does_not_say_of_itself_its_clause_does(assistant: Assistant, asked: str) -> None:
    """It lists no responsible units; that the city's sports bureau organizes the review stands in a clause."""
    reply = assistant.reply(asked, policy=CITY)
    assert (reply.status, reply.clauses[0].clause) == ("answer", "1.2")
    assert "由市体育局统一组织评审" in reply.text
