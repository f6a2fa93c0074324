"""What the clause on the table lists, the part that it stands in, and the document as what is talked about."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply


def _last(assistant: Assistant, *turns: str) -> Reply:
    reply, conversation = None, Conversation()
    for turn in turns:
        reply = assistant.reply(turn, conversation)
        conversation = reply.conversation
    assert reply is not None
    return reply


def _clause(reply: Reply) -> str:
    return reply.clauses[0].clause if reply.status == "answer" else reply.status


@pytest.mark.parametrize("turn", ["哪几样", "都有哪些", "具体是哪些内容呀", "分成哪几类", "哪几个领域来着"])
def test_all_that_a_clause_names_is_told_in_its_words(assistant: Assistant, turn: str) -> None:
    reply = _last(assistant, "公共服务的应用场景清单", turn)
    assert (_clause(reply), "医疗、教育、公安、交通运输、政务服务" in reply.text) == ("4.3", True), reply.text
    assert "没有写明" not in reply.text


def test_what_was_asked_before_is_what_there_are_several_of(assistant: Assistant) -> None:
    assert "市科技局" in _last(assistant, "高企首次认定补多少", "责任部门", "有哪些").text
    assert "「材料」" in _last(assistant, "高企首次认定补多少", "要交什么材料", "都有哪些").text


@pytest.mark.parametrize("turn", ["依据什么制定的", "谁发的", "哪天失效", "什么时候开始实施"])
def test_the_document_that_is_talked_about_need_not_be_pointed_at(assistant: Assistant, turn: str) -> None:
    assert _last(assistant, "这份文件是干什么用的", turn).status == "info"
    assert _last(assistant, "高企首次认定补多少", "谁发的").info != "issuer"


@pytest.mark.parametrize("turn", ["责任主体", "哪些部门负责，写全称", "补贴由哪些部门管", "部门呢"])
def test_who_is_responsible_for_the_clause(assistant: Assistant, turn: str) -> None:
    reply = _last(assistant, "高企首次认定补多少", turn)
    assert (_clause(reply), "市科技局" in reply.text) == ("4.2", True), reply.text


def test_all_units_of_the_document_are_those_that_are_asked_for(assistant: Assistant) -> None:
    assert _last(assistant, "高企首次认定补多少", "整个文件一共涉及哪些单位").info == "units"


@pytest.mark.parametrize("turn", ["款项几时到账，有规定没", "什么时候到账，文件里写了没", "多久到账，有无明文"])
def test_who_asks_whether_it_is_written_asks_for_it(assistant: Assistant, turn: str) -> None:
    reply = _last(assistant, "高企首次认定补多少", turn)
    assert (_clause(reply), "没有写明" in reply.text) == ("4.2", True), reply.text


@pytest.mark.parametrize(
    ("turns", "clause"),
    [
        (("市财政局负责哪些", "展开第三条"), "4.4"),
        (("市财政局负责哪些", "其中第二个归谁管"), "4.2"),
        (("第三部分有哪几条", "其中第二条展开", "上一条"), "3.1"),
        (("产业地图谁来编", "这条的第二款呢"), "3.1"),
    ],
)
def test_one_is_counted_where_it_was_listed(assistant: Assistant, turns: tuple[str, ...], clause: str) -> None:
    assert _clause(_last(assistant, *turns)) == clause


@pytest.mark.parametrize("turn", ["那一条的第二款呢", "那件归哪个局管呀", "这个到底找谁", "它能拿多少钱"])
def test_what_points_at_nothing_is_asked_back(assistant: Assistant, turn: str) -> None:
    assert assistant.reply(turn).status == "clarify"
    assert _clause(_last(assistant, "高企首次认定补多少", turn)) == "4.2"


@pytest.mark.parametrize("asked", ["SC10证书重新认定补5万元吗", "GMPC认证企业首次认定市里每户补20万元吗"])
def test_a_name_in_capitals_that_the_document_has_not_is_another_thing(assistant: Assistant, asked: str) -> None:
    assert not assistant.reply(asked).figures
    assert assistant.reply("KPI怎么定").status == "answer"


def test_what_is_pointed_at_is_no_number_of_the_document(assistant: Assistant) -> None:
    assert "不符" not in _last(assistant, "三大万亿级产业集群", "这两条是什么关系").text


@pytest.mark.parametrize(("turn", "clause"), [("换成下一条", "1.6"), ("跳到上一条", "1.4"), ("翻到下一条", "1.6")])
def test_one_switches_to_the_next_clause(assistant: Assistant, turn: str, clause: str) -> None:
    assert _clause(_last(assistant, "1.5", turn)) == clause


def test_who_grants_is_who_pays(assistant: Assistant) -> None:
    reply = _last(assistant, "招商服务机构有奖励吗", "谁发")
    assert "各区可根据其引进项目" in reply.text


def test_another_condition_is_no_other_clause(assistant: Assistant) -> None:
    assert "4.1" not in {ref.clause for ref in _last(assistant, "新型研发机构", "第一个", "其他条件呢").clauses}


def test_what_several_are_called_is_what_the_clause_names(assistant: Assistant) -> None:
    reply = _last(assistant, "国际产业园建哪些", "分别叫什么")
    assert (_clause(reply), "中日产业园" in reply.text) == ("2.3", True)


def test_another_unit_after_a_unit(assistant: Assistant) -> None:
    first = [ref.clause for ref in assistant.reply("市财政局负责哪些").clauses]
    turns = ("市科技局负责哪些", "第一条", "还有市财政局的呢")
    assert [ref.clause for ref in _last(assistant, *turns).clauses] == first
    assert [ref.clause for ref in _last(assistant, "武汉海关负责哪些", "那市财政局呢").clauses] == first


def test_a_list_that_the_clause_names_is_not_that_of_the_document(assistant: Assistant) -> None:
    assert _clause(_last(assistant, "4.4", "什么目录")) == "4.4"
    assert _last(assistant, "4.4", "目录").info == "structure"


def test_a_platform_that_the_clause_builds_is_no_counter(assistant: Assistant) -> None:
    assert "汉融通" not in _last(assistant, "容积率怎么调整", "跟哪个局说").text


def test_who_does_it_is_who_is_responsible(assistant: Assistant) -> None:
    assert "市城乡建设局" in _last(assistant, "产城融合", "谁在搞").text
