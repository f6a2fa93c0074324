"""What documents seldom say, a name, a telephone, a website: no, or the clauses that do."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.why import Rule


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("咨询电话多少", "电话等联系方式"),
        ("网址发我", "网址或申报平台"),
        ("在哪个网站申报", "网址或申报平台"),
        ("这份意见是哪个处长起草的，处长叫什么", "具体的人的姓名"),
        ("联系人是谁", "具体的人的姓名"),
        ("窗口在几楼，几点上班", "办公地址、办公时间"),
    ],
)
def test_the_seed_says_none(assistant: Assistant, question: str, what: str) -> None:
    reply = assistant.reply(question)
    assert (reply.status, reply.why.rule) == ("none", Rule.ABSENT)
    assert what in reply.text


@pytest.mark.parametrize(
    "question", ["我的电话是13812345678，首次认定的高企补贴多少", "高企补贴多少，联系电话：13812345678"]
)
def test_who_gives_a_number_asks_for_none(assistant: Assistant, question: str) -> None:
    assert {figure.text for figure in assistant.reply(question).figures} >= {"20万元"}


def test_the_units_of_the_measure_that_is_meant_are_named(assistant: Assistant) -> None:
    reply = assistant.reply("高企补贴的咨询电话")
    assert (reply.status, reply.why.rule) == ("answer", Rule.ABSENT)
    assert [ref.clause for ref in reply.clauses] == ["4.2"]
    assert "市科技局" in reply.text
    assert reply.figures == ()


def test_opening_hours_are_asked_of_no_measure(assistant: Assistant) -> None:
    assert assistant.reply("汉口北的市场几点关门").status == "none"


def test_what_is_done_with_a_telephone_asks_for_none(assistant: Assistant) -> None:
    assert assistant.reply("手机上的地图怎么离线下载").why.rule is not Rule.ABSENT


@pytest.mark.parametrize(
    "question", ["我要打客服电话", "幼儿园报名电话多少", "市科技局电话", "转人工", "小微企业贷款有什么平台"]
)
def test_what_is_asked_of_somebody_else_is_answered_otherwise(assistant: Assistant, question: str) -> None:
    assert assistant.reply(question).why.rule is not Rule.ABSENT


@pytest.mark.parametrize(
    ("question", "says"), [("咨询电话多少", "000-12347788"), ("在哪个平台申报", "登录“岚谷惠企”平台")]
)
def test_the_clause_that_says_it_is_shown(langu: tuple[Assistant, str], question: str, says: str) -> None:
    assistant, policy = langu
    reply = assistant.reply(question, policy=policy)
    assert (reply.status, reply.policy) == ("answer", policy)
    assert says in reply.text


def test_a_document_without_it_says_so(langu: tuple[Assistant, str]) -> None:
    assistant, policy = langu
    reply = assistant.reply("处长叫什么", policy=policy)
    assert (reply.status, reply.why.rule) == ("none", Rule.ABSENT)


@pytest.mark.parametrize(
    "question", ["有没有第五部分", "第五部分讲什么", "有没有第二十条", "第二十条说了什么", "第八章写的啥", "有附件吗"]
)
def test_places_that_are_not_there(assistant: Assistant, question: str) -> None:
    """With how many there are."""
    reply = assistant.reply(question)
    assert reply.status in ("none", "info")
    assert "4 个部分、16 条" in reply.text or "没有附件" in reply.text
