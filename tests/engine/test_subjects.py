"""A sum is for somebody: a question that puts another subject into the clause's own words gets none."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.why import Rule


@pytest.mark.parametrize(
    "question",
    [
        "饭店首次评上星级给多少钱",
        "第一次考驾照补贴多少",
        "重新认定低保户给多少",
        "幼儿园首次认定给多少补贴",
        "医院整体搬迁补贴多少",
        "首次认定的非遗传承人补贴多少",
        "首次认定的五星酒店奖多少",
        "复审通过的养老院给多少钱",
    ],
)
def test_another_subject_gets_no_sum(assistant: Assistant, question: str) -> None:
    reply = assistant.reply(question)
    assert reply.status == "none"
    assert reply.figures == ()
    assert "万元" not in reply.text
    assert reply.why.rule is Rule.ANOTHER_SUBJECT or not reply.clauses


@pytest.mark.parametrize(
    ("question", "sum_of_money"),
    [
        ("首次认定的高企补贴多少", "20万元"),
        ("高新证复审给多少", "5万元"),
        ("头一回评上高企能拿几多", "20万元"),
        ("整体搬迁过来补多少", "50万元"),
        ("外地的高新技术企业整体搬迁到武汉给多少", "50万元"),
    ],
)
def test_the_clause_s_own_subject_gets_it(assistant: Assistant, question: str, sum_of_money: str) -> None:
    assert [figure.text for figure in assistant.reply(question).figures] == [sum_of_money]


def test_a_follow_up_names_no_subject(assistant: Assistant) -> None:
    first = assistant.reply("首次认定的高企补贴多少", Conversation())
    assert [f.text for f in assistant.reply("那重新认定呢", first.conversation).figures] == ["5万元"]
