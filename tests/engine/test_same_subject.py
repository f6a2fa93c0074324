"""A clause's own thing, said otherwise, is no other subject; and what it isn't for, another document may grant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.engine.assistant import Assistant
from bot.engine.documents.scope import Scope
from bot.engine.values.why import Rule

CARE = "heminfa-2025-50"


@pytest.mark.parametrize(
    ("question", "sum_of_money"),
    [
        ("机构设家庭养老床位，一次性能补多少建设费", "3000元"),  # no 性能
        ("给居家失能老人设家庭养老床位，全部算下来落地每张补多少", "3000元"),
        ("财政局给家庭养老床位每月补贴多少", "200元"),
    ],
)
def test_the_clause_s_own_thing(imported: Assistant, question: str, sum_of_money: str) -> None:
    reply = imported.reply(question, policy=CARE)
    assert reply.why.rule is not Rule.ANOTHER_SUBJECT
    assert sum_of_money in [figure.text for figure in reply.figures]


@pytest.mark.parametrize(
    ("word", "text", "own"),
    [
        ("智能化改造", "规模以上企业智能化技术改造覆盖面达到70%", True),
        ("市场监管局", "市场监管部门完成流程整合", True),
        ("智能化改造", "智能化水平提升,另行安排厂房改造", False),
        ("消防局", "市场监管部门完成流程整合", False),
        ("餐饮百强", "入选电子信息百强的企业", False),
    ],
)
def test_a_name_with_something_between_its_parts(imported: Assistant, word: str, text: str, own: bool) -> None:
    assert imported._use.subjects._is_made_of(word, text) is own


def test_what_no_clause_is_for_is_looked_for_in_other_documents(imported: Assistant) -> None:
    reply = imported.reply("首次认定的省级示范托育机构给多少")
    assert reply.status == "answer"
    assert reply.clauses[0].policy == CARE
    assert "15万元" in [figure.text for figure in reply.figures]


@pytest.mark.parametrize(
    "question",
    [
        "示范托育机构办得好的话有没有奖励",
        "床位数填的不对，一张补多少",
        "填的不对算谁的",
        "好不好评上示范托育机构，奖多少",
    ],
)
def test_what_asks_of_a_measure_is_no_small_talk(imported: Assistant, question: str) -> None:
    assert imported.reply(question, policy=CARE).status != "chat"


@pytest.mark.parametrize("turn", ["干得好有啥好处", "好的，那几月份报"])
def test_who_asks_something_is_not_merely_polite(imported: Assistant, turn: str) -> None:
    first = imported.reply("评上示范托育机构奖多少", policy=CARE)
    assert imported.reply(turn, first.conversation, policy=CARE).status != "chat"


@pytest.mark.parametrize("question", ["好的", "谢谢", "你回答得不对", "在吗"])
def test_small_talk_stays_what_it_is(imported: Assistant, question: str) -> None:
    assert imported.reply(question, policy=CARE).status in ("chat", "clarify")


def test_a_hotline_that_asks_wants_no_telephone(imported: Assistant) -> None:
    reply = imported.reply("热线这边接到市民问二孩的托育券怎么发，方案里有吗", policy=CARE)
    assert [clause.clause for clause in reply.clauses][:1] == ["a1.3.13"]


@pytest.mark.parametrize("question", ["这份方案哪天印的", "这个文件是什么时候发的", "文件几号下发的"])
def test_the_day_of_the_document(imported: Assistant, question: str) -> None:
    reply = imported.reply(question, policy=CARE)
    assert reply.status == "info"
    assert "2025年10月13日" in reply.text


def test_an_article_claims_nothing(imported: Assistant) -> None:
    reply = imported.reply("听说发一种券，二孩每月多少", policy=CARE)
    assert "与原文不符" not in reply.text
    assert "200元" in [figure.text for figure in reply.figures]


def test_how_a_question_is_put_tells_nothing_of_a_document_that_is_named(imported: Assistant) -> None:
    matcher, question = imported._use.matcher, imported.understanding.question("护理员评上高级工给多少，怎么算")
    for named, counts in ((CARE, False), ("", True)):
        rows = matcher.evidence.signals(matcher.looked_for(question, Scope(imported.library, named)))
        assert any(row["outside"] > 0 for _, row in rows) is counts


def test_a_topic_that_is_named_and_nowhere_covered_speaks_against_clauses_without_it(imported: Assistant) -> None:
    matcher, question = imported._use.matcher, imported.understanding.question("托育券每个月发多少")
    asking = replace(matcher.looked_for(question, Scope(imported.library, CARE)), outside=0.5, near=("托育券",))
    found = {target: row["off_topic"] for target, row in matcher.evidence.signals(asking)}
    assert found
    for target, worth in found.items():
        assert worth == (0.0 if "托育券" in imported.library.clause(target).text else 0.5)
    assert set(found.values()) == {0.0, 0.5}


@pytest.mark.parametrize("question", ["这份文件全名叫什么", "文件的全称", "这个文件叫什么名字", "标题是什么"])
def test_the_title_of_the_document(imported: Assistant, question: str) -> None:
    reply = imported.reply(question, policy=CARE)
    assert reply.status == "info"
    assert "关于印发《鹤浔市“一老一小”养老托育服务" in reply.text.split("出处")[0]
