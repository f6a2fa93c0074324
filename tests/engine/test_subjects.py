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
        "外地的宠物医院整个搬到武汉，给多少钱",
        "外地中学生迁来武汉发多少钱",
        "外地一家运输公司（不是高企）整体搬来武汉给多少",
        "储能电站三年要建成多少个",
        "每年发布多少个以上的暑假工岗位",
        "猫咖首次认定，市级财政补多少",  # no dictionary has it, so that it is cut into characters
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
        ("高企补贴最高一档", "50万元"),
        ("高新证复审给多少", "5万元"),
        ("头一回评上高企能拿几多", "20万元"),
        ("整体搬迁过来补多少", "50万元"),
        ("外地的高新技术企业整体搬迁到武汉给多少", "50万元"),
        ("第一次认定高企给多少，不是重新认定", "20万元"),
        ("高企重新认定补多少（不是首次认定）", "5万元"),
    ],
)
def test_the_clause_s_own_subject_gets_it(assistant: Assistant, question: str, sum_of_money: str) -> None:
    assert [figure.text for figure in assistant.reply(question).figures] == [sum_of_money]


def test_a_follow_up_names_no_subject(assistant: Assistant) -> None:
    first = assistant.reply("首次认定的高企补贴多少", Conversation())
    assert [f.text for f in assistant.reply("那重新认定呢", first.conversation).figures] == ["5万元"]


@pytest.mark.parametrize("question", ["我的驾驶证有效期到哪天", "暂住证什么时候到期", "护照还有多久过期"])
def test_the_term_of_a_paper_is_not_the_documents(assistant: Assistant, question: str) -> None:
    reply = assistant.reply(question)
    assert (reply.status, reply.info) == ("none", None)


def test_the_documents_own_term_is_still_told(assistant: Assistant) -> None:
    assert assistant.reply("这个文件有效期到哪天").info == "validity"


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("同行说他们整个厂子挪过来，市里一口气给了70万，是这个数吗", "50万元"),
        ("市级资金到位以后，区一级按什么比例出资配套", "不低于1∶1"),
        ("一个开发区最多能认几个当家产业", "不超过3个"),
        ("伙计，数字经济场景一年发布几多个", "50项以上"),
    ],
)
def test_what_it_is_called_otherwise_is_no_other_subject(assistant: Assistant, question: str, number: str) -> None:
    assert [figure.text for figure in assistant.reply(question).figures] == [number]


@pytest.mark.parametrize(
    "question",
    [
        "家里的厂子头一次进规上，区里奖几多",
        "首次小进规奖多少",
        "整村搬迁每户给多少",
        "外地的保险公司总部搬来，一次性给多少",
    ],
)
def test_a_matter_that_is_covered_nowhere_gets_no_sum(assistant: Assistant, question: str) -> None:
    assert assistant.reply(question).figures == ()
