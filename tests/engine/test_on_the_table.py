"""What is asked of the clause that is on the table: the nth of its units or sums, a number that it leaves open."""

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


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        ("第二个单位是哪家", "第 2 个是「市委编办」"),
        ("牵头的里面第一个部门是谁", "第 1 个是「市委组织部」"),
        ("最后一个部门是哪个", "是「各区人民政府」"),
        ("第九个局是哪个", "没有第 9 个"),
    ],
)
def test_units_are_counted_as_printed(assistant: Assistant, turn: str, said: str) -> None:
    reply = _last(assistant, "管委会的社会管理职能怎么剥离", turn)
    assert (_clause(reply), said in reply.text) == ("1.1", True), reply.text


@pytest.mark.parametrize(
    ("turn", "sum_"),
    [("同一条里第二档补多少", "5万元"), ("三档补贴中第三档是几多", "50万元"), ("里头第一种高企给多少", "20万元")],
)
def test_sums_are_counted_within_the_clause(assistant: Assistant, turn: str, sum_: str) -> None:
    assert [f.text for f in _last(assistant, "众创空间归哪一条管", "4.2", turn).figures] == [sum_]


@pytest.mark.parametrize("turn", ["排第二的是哪个园", "你说的第四个是哪国的", "其中第三项"])
def test_things_are_counted_within_the_clause(assistant: Assistant, turn: str) -> None:
    assert _clause(_last(assistant, "国际产业园建哪些", turn)) == "2.3"


@pytest.mark.parametrize(
    ("first", "turn", "clause"),
    [
        ("一站式对外贸易综合服务中心", "服务费收多少", "2.2"),
        ("开发运营机制谁负责", "租金涨几个点", "1.2"),
        ("省级开发区托管", "税收两边按几比几分", "2.3"),
        ("电力直接交易怎么搞", "一度电便宜多少", "1.5"),
    ],
)
def test_a_charge_that_the_clause_leaves_open_is_asked_of_it(
    assistant: Assistant, first: str, turn: str, clause: str
) -> None:
    reply = _last(assistant, first, turn)
    assert (_clause(reply), reply.figures) == (clause, ())


@pytest.mark.parametrize(
    ("first", "turn"),
    [
        ("首次认定的高企补多少", "那专精特新补多少"),
        ("首次认定的高企补多少", "小巨人奖多少呢"),
        ("电力直接交易怎么搞", "那水费有没有减免"),
        ("跨境电商产业园怎么建", "海外仓一平米补多少"),
    ],
)
def test_a_matter_that_nothing_covers_is_no_turn_on_the_clause(assistant: Assistant, first: str, turn: str) -> None:
    assert _last(assistant, first, turn).status == "none"


@pytest.mark.parametrize("turn", ["依据的是哪个文件，文号呢", "那是哪份文件里说的"])
def test_a_document_that_the_clause_cites_is_asked_of_it(assistant: Assistant, turn: str) -> None:
    reply = _last(assistant, "主要营商环境指标几项", turn)
    assert (_clause(reply), "武发〔2020〕7号" in reply.text) == ("1.6", True), reply.text
    assert _last(assistant, "主要营商环境指标几项", "这份文件的文号").status == "info"


@pytest.mark.parametrize("turn", ["重点哪些领域", "这些归谁管，我去找他们"])
def test_what_is_on_the_table_is_no_choice(assistant: Assistant, turn: str) -> None:
    assert _clause(_last(assistant, "应用场景一年发布多少项", turn)) == "4.3"


def test_what_says_nothing_by_itself_stays_on_the_clause(assistant: Assistant) -> None:
    assert _clause(_last(assistant, "招商中介引进项目奖不奖", "钱谁来给，市里还是区里")) == "2.1"


def test_a_word_that_the_clause_has_is_asked_of_it(assistant: Assistant) -> None:
    assert _clause(_last(assistant, "省级开发区的管理权限谁下放", "那国家级的怎么弄")) == "1.6"


@pytest.mark.parametrize(
    "turn", ["不对吧，不是12万吗", "不是12万吗？园区的人跟我讲的12万", "听窗口的人说是12万", "不对，我同事说是12万"]
)
def test_another_number_is_held_against_the_answer(assistant: Assistant, turn: str) -> None:
    reply = _last(assistant, "高企重新认定补多少", turn)
    assert _clause(reply) == "4.2"
    assert "5万元" in reply.text


@pytest.mark.parametrize("turn", ["要是没搬，就在本市头一回评上呢", "讲错了，不是搬过来，是本地第一次认定"])
def test_the_case_that_is_denied_is_not_put_forward(assistant: Assistant, turn: str) -> None:
    assert [f.text for f in _last(assistant, "外地高企整体搬迁来补多少", turn).figures] == ["20万元"]


@pytest.mark.parametrize(
    ("first", "turn", "clause"),
    [
        ("他说他那边电费贵，问能不能直接找发电厂买电", "她又问，归哪些部门管", "1.5"),
        ("来电人称，想了解跟外国合作的产业园", "他说，第二个叫什么名字", "2.3"),
    ],
)
def test_who_passes_it_on_is_not_asked_about(assistant: Assistant, first: str, turn: str, clause: str) -> None:
    assert _clause(assistant.reply(first)) == clause
    assert _clause(_last(assistant, first, turn)) == clause


def test_a_number_that_somebody_said_is_kept(assistant: Assistant) -> None:
    assert "5万元" in _last(assistant, "高企重新认定补多少", "他说12万").text


def test_days_are_no_sum(assistant: Assistant) -> None:
    reply = _last(assistant, "高企首次认定补多少", "几个工作日打款")
    assert (_clause(reply), reply.figures) == ("4.2", ())


def test_a_year_for_which_a_number_is_asked_claims_nothing(assistant: Assistant) -> None:
    reply = assistant.reply("数字经济应用场景一年要发布多少")
    assert "不符" not in reply.text
    assert [f.text for f in reply.figures] == ["50项以上"]


def test_several_parts_in_one_message(assistant: Assistant) -> None:
    reply = _last(assistant, "高企首次认定补多少", "申报要几份材料，联系电话是多少")
    assert (_clause(reply), "「材料」" in reply.text, "「联系方式」" in reply.text) == ("4.2", True, True), reply.text


@pytest.mark.parametrize(
    ("turns", "clause"),
    [
        (("营商环境指标几项", "上一条", "回前面那条，谁负责"), "1.6"),
        (("末位淘汰怎么规定", "再往前一条，谁来管"), "1.2"),
        (("职务科技成果的三权", "该改革由哪些单位负责"), "1.4"),
        (("全员聘任竞争上岗", "绩效薪酬跟什么挂钩"), "1.3"),
    ],
)
def test_steps_and_what_they_are_not(assistant: Assistant, turns: tuple[str, ...], clause: str) -> None:
    assert _clause(_last(assistant, *turns)) == clause


def test_a_counting_word_is_no_name_of_another_thing(assistant: Assistant) -> None:
    assert [f.text for f in assistant.reply("每区主导产业 最多").figures] == ["不超过3个"]


def test_a_name_that_nobody_has_said_is_another_subject(assistant: Assistant) -> None:
    assert not assistant.reply("首次养崽,市里每户补贴多少").figures
    assert not assistant.reply("老公问第一次添娃,市级财政每户补贴几多").figures


@pytest.mark.parametrize("asked", ["接一个榜给多少钱", "揭一个榜奖多少"])
def test_no_sum_for_what_the_clause_speaks_of_besides(assistant: Assistant, asked: str) -> None:
    assert not _last(assistant, "科技项目揭榜制怎么搞", asked).figures


@pytest.mark.parametrize("word", ["招商", "用人", "搭平台"])
def test_a_bare_word_of_several_clauses_is_a_choice_though_one_is_titled_so(assistant: Assistant, word: str) -> None:
    assert assistant.reply(word).status == "choose"


@pytest.mark.parametrize(
    "asked",
    [
        "每家奶茶店装修补多少万",  # a thing of which the document nowhere speaks
        "公交司机末位淘汰,哪个部门负责",
        "低保户复审没过要退多少钱",
        "每座公厕改造奖多少万",
    ],
)
def test_what_is_left_open_for_another_thing_is_none_of_the_clause(assistant: Assistant, asked: str) -> None:
    assert assistant.reply(asked).status == "none"


@pytest.mark.parametrize("asked", ["高企认定要求研发人员占比多少", "打造几大茶叶产业集群,产值几个亿"])
def test_a_number_of_another_kind_is_not_put_forward(assistant: Assistant, asked: str) -> None:
    assert not assistant.reply(asked).figures


def test_a_broad_word_of_one_clause_is_that_clause(assistant: Assistant) -> None:
    assert _clause(assistant.reply("土地怎么规定的")) == "1.5"


def test_a_certificate_by_any_name_is_no_other_thing(assistant: Assistant) -> None:
    reply = assistant.reply("高企的红本还没到期，整个公司搬来给多少")
    assert [f.text for f in reply.figures] == ["50万元"]
