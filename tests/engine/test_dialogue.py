"""What a conversation remembers; the dialogs themselves are test questions (questions/dialogs.yaml)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.why import Rule


def test_the_case_changes_and_the_clause_stays(assistant: Assistant) -> None:
    conversation = Conversation()
    led = []
    for turn in ("首次认定的高企补多少", "那重新认定呢", "整体搬迁过来的呢", "区里配多少"):
        reply = assistant.reply(turn, conversation)
        conversation = reply.conversation
        led.append([f.text for f in reply.figures])
    assert led == [["20万元"], ["5万元"], ["50万元"], ["不低于1∶1"]]


def test_a_new_question_does_not_stick(assistant: Assistant) -> None:
    first = assistant.reply("首次认定的高企补多少")
    second = assistant.reply("末位淘汰是怎么规定的", first.conversation)
    assert [c.clause for c in second.clauses] == ["1.3"]


def test_what_was_claimed_before_is_not_held_against_who_compares(assistant: Assistant) -> None:
    first = assistant.reply("市级财政每户补贴5万元")
    second = assistant.reply("首次的、到期的、外迁来的分别怎么规定，有什么区别", first.conversation)
    assert "与原文不符" not in second.text
    assert len(second.figures) > 1


def test_a_bare_follow_up_without_context_asks_back(assistant: Assistant) -> None:
    for text in ("那金额多少", "原文发我", "还有呢", "这个谁负责"):
        assert assistant.reply(text).status == "clarify", text


def test_a_choice_by_number_ordinal_and_content(assistant: Assistant) -> None:
    offered = assistant.reply("新型研发机构")
    assert [c.clause for c in offered.clauses] == ["1.4", "4.1"]
    for text, clause in (("2", "4.1"), ("第一个", "1.4"), ("后面那个", "4.1"), ("创新平台那个", "4.1")):
        picked = assistant.reply(text, offered.conversation)
        assert [c.clause for c in picked.clauses] == [clause], text
        again = assistant.reply("谁负责", picked.conversation)
        assert again.clauses[0].clause == clause


def test_whom_a_defined_term_includes(assistant: Assistant) -> None:
    talked = assistant.reply("4.2").conversation
    for text in ("各区政府含不含管委会", "各区人民政府包括管委会吗", "各区政府包含开发区管委会吗"):
        for conversation in (Conversation(), talked):
            reply = assistant.reply(text, conversation)
            assert (reply.status, reply.info) == ("info", "definition"), text
    for text in ("各区政府（含管委会）负责哪些", "各区政府含不含财政局"):  # its measures; no part of the definition
        assert assistant.reply(text).info != "definition", text


def test_thanks_in_between_loses_nothing(assistant: Assistant) -> None:
    first = assistant.reply("应用场景每年发布多少项")
    thanks = assistant.reply("谢谢", first.conversation)
    assert thanks.status == "chat"
    after = assistant.reply("谁负责", thanks.conversation)
    assert after.clauses[0].clause == "4.3"


def test_going_back_to_what_was_talked_about_before(assistant: Assistant) -> None:
    conversation = Conversation()
    for text in ("末位淘汰是怎么规定的", "产业地图谁来编", "首次认定的高企补多少"):
        conversation = assistant.reply(text, conversation).conversation
    assert [t.partition("/")[2] for t in conversation.earlier] == ["3.1", "1.3"]
    for text, clause in (
        ("回到末位淘汰那个，谁负责", "1.3"),
        ("刚才说的产业地图归谁管", "3.1"),
        ("说回前面那个", "3.1"),
        ("刚才那个谁负责", "4.2"),
        ("刚才的补贴，重新认定呢", "4.2"),
    ):
        reply = assistant.reply(text, conversation)
        assert [c.clause for c in reply.clauses] == [clause], text
    back = assistant.reply("回到末位淘汰那个，谁负责", conversation)
    assert {"市委组织部", "市委编办"} <= set(back.units)
    assert [t.partition("/")[2] for t in back.conversation.earlier] == ["4.2", "3.1"], "and on to what was left"


def test_nothing_is_gone_back_to_where_nothing_was_talked_about(assistant: Assistant) -> None:
    assert [c.clause for c in assistant.reply("回到末位淘汰那个，谁负责").clauses] == ["1.3"]
    assert assistant.reply("回到前面那个").status in ("clarify", "none", "chat")


def test_a_short_question_with_a_subject_that_nothing_covers_does_not_lean(assistant: Assistant) -> None:
    talked = assistant.reply("首次认定的高企补多少").conversation
    for text in ("车位多少钱一个", "学费多少"):
        assert assistant.reply(text, talked).status == "none", text
    for text in ("一共多少钱", "找谁办", "是哪几家管"):
        assert [c.clause for c in assistant.reply(text, talked).clauses] == ["4.2"], text


def test_figures_of_something_else_in_the_clause_stay_out_of_the_talk(assistant: Assistant) -> None:
    talked = assistant.reply("揭榜制怎么搞").conversation
    asked = assistant.reply("经费给多少", talked)
    assert ([c.clause for c in asked.clauses], asked.figures) == (["4.2"], ())
    again = assistant.reply("高企呢，首次认定给多少", asked.conversation)
    assert [f.text for f in again.figures] == ["20万元"]


def test_the_shortest_names_of_units_where_units_are_talked_of(assistant: Assistant) -> None:
    listed = assistant.reply("科技局负责哪些")
    after = assistant.reply("财政呢", listed.conversation)
    assert ([c.clause for c in after.clauses], after.units) == (["1.5", "4.2", "4.4"], ("市财政局",))
    assert assistant.reply("卫健", after.conversation).units == ("市卫生健康委",)
    assert assistant.reply("人社的任务清单").units == ("市人力资源社会保障局",)
    assert assistant.reply("财政").units != ("市财政局",), "alone it means other things as well"
    assert assistant.reply("科技金融怎么推广", listed.conversation).clauses[0].clause == "1.4"


def test_what_was_listed_of_one_measure_is_that_measure(assistant: Assistant) -> None:
    listed = assistant.reply("武汉海关负责哪些")
    assert [c.clause for c in assistant.reply("那条具体讲什么", listed.conversation).clauses] == ["1.4"]
    assert [c.clause for c in assistant.reply("还有谁负责", listed.conversation).clauses] == ["1.4"]


def test_a_choice_stays_while_one_of_it_is_talked_about(assistant: Assistant) -> None:
    picked = assistant.reply("2", assistant.reply("新型研发机构").conversation)
    asked = assistant.reply("它能自主评职称吗", picked.conversation)
    assert [c.clause for c in asked.clauses] == ["4.1"]
    assert [c.clause for c in assistant.reply("那第一个呢", asked.conversation).clauses] == ["1.4"]


def test_an_out_of_range_choice_is_no_clause(assistant: Assistant) -> None:
    offered = assistant.reply("新型研发机构")
    assert assistant.reply("第9个", offered.conversation).status in ("none", "clarify", "choose")


def test_a_conversation_survives_storage(assistant: Assistant) -> None:
    conversation = assistant.reply("新型研发机构").conversation
    stored = json.loads(json.dumps(conversation.to_json()))
    assert Conversation.from_json(stored) == conversation


@given(st.recursive(st.none() | st.text() | st.integers(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)))
def test_a_spoilt_conversation_is_an_empty_one(data: object) -> None:
    assert isinstance(Conversation.from_json(data), Conversation)


def test_a_conversation_of_an_older_base_does_no_harm(assistant: Assistant) -> None:
    old = Conversation(clause="gone/9.9", choices=("gone/8.8",), more=("gone/7.7",), said="高企")
    for text in ("谁负责", "1", "还有呢", "那重新认定呢", "不对"):
        assistant.reply(text, old)


@pytest.mark.parametrize(
    ("turn", "figures", "says"),
    [
        ("等等，我老板说市里是给60万，他说得对吗", ["50万元"], "与原文不符"),
        ("听说是50万，没错吧", ["50万元"], "50万元"),
    ],
)
def test_a_number_is_held_against_the_clause_that_is_talked_about(
    assistant: Assistant, turn: str, figures: list[str], says: str
) -> None:
    moved = assistant.reply("外地高企整体搬来武汉补多少")
    reply = assistant.reply(turn, moved.conversation)
    assert ([c.clause for c in reply.clauses], [f.text for f in reply.figures]) == (["4.2"], figures)
    assert says in reply.text


def test_a_number_of_something_else_is_not(assistant: Assistant) -> None:
    moved = assistant.reply("外地高企整体搬来武汉补多少")
    assert assistant.reply("听说公积金能贷60万，对吗", moved.conversation).status == "none"


def test_more_of_what_is_named_is_a_question(assistant: Assistant) -> None:
    parks = assistant.reply("中法生态城后头还搞不搞")
    assert [c.clause for c in assistant.reply("还有哪些外国的园子", parks.conversation).clauses] == ["2.3"]
    assert assistant.reply("还有哪些", parks.conversation).why.rule is Rule.NO_MORE


def talk(assistant: Assistant, *turns: str) -> list[Reply]:
    """The replies of one conversation."""
    replies: list[Reply] = []
    for turn in turns:
        replies.append(assistant.reply(turn, replies[-1].conversation if replies else Conversation()))
    return replies


def test_who_wonders_is_told_the_sum_once_more(assistant: Assistant) -> None:
    """不是30万吗 rejects no answer: it holds a number against the sum that was told."""
    reply = talk(assistant, "首次认定的高企补多少", "难道不是30万吗")[-1]
    assert [figure.text for figure in reply.figures] == ["20万元"]
    assert reply.text.startswith(assistant.words("lead.contradicted", typed="30万"))


def test_the_sum_of_another_case_is_shown_with_its_case(assistant: Assistant) -> None:
    """That 20万 is no number of the document would be wrong."""
    reply = talk(assistant, "长沙的高企证没到期，整个搬到武汉补多少", "不是20万吗？")[-1]
    assert [figure.text for figure in reply.figures] == ["20万元", "50万元"]
    assert "不符" not in reply.text
    assert "首次认定" in reply.text
    assert "整体搬迁" in reply.text


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        (("首次认定的高企补多少", "第二档多少", "第三个"), ["20万元", "5万元", "50万元"]),
        (("4.2", "三档补贴里第二个多少"), ["", "5万元"]),
    ],
)
def test_one_of_the_sums_is_counted(assistant: Assistant, turns: tuple[str, ...], told: list[str]) -> None:
    replies = talk(assistant, *turns)
    assert ["".join(figure.text for figure in reply.figures) for reply in replies] == told


def test_more_sums_are_counted_than_there_are(assistant: Assistant) -> None:
    assert talk(assistant, "首次认定的高企补多少", "第五个")[-1].status == "clarify"


@pytest.mark.parametrize("turn", ["是市里给还是区里给？", "市里出还是区里出"])
def test_who_pays_is_asked_of_the_clause(assistant: Assistant, turn: str) -> None:
    reply = talk(assistant, "帮园区拉项目的招商公司引来大厂，能拿奖励不", turn)[-1]
    assert [clause.clause for clause in reply.clauses[:1]] == ["2.1"]
    assert not reply.figures


def test_which_one_is_who_in_dialects(assistant: Assistant) -> None:
    reply = talk(assistant, "首次认定的高企补多少", "这事哪个管啊？")[-1]
    assert reply.units
    assert reply.clauses[0].clause == "4.2"


@pytest.mark.parametrize("asked", ["奶茶店由哪几个部门编制", "田长制归哪个部门管"])
def test_a_choice_of_what_is_asked_for_a_foreign_thing_is_none(assistant: Assistant, asked: str) -> None:
    assert assistant.reply(asked).status == "none"


def test_the_clause_is_gone_back_to_where_none_came_between(assistant: Assistant) -> None:
    turns = "招商中介给园区引来项目有没有奖励", "那我们员工能申请公租房吗", "算了，回到刚才那个奖励，归谁管"
    assert [clause.clause for clause in talk(assistant, *turns)[-1].clauses] == ["2.1"]


def test_what_was_asked_first_is_gone_back_to(assistant: Assistant) -> None:
    turns = (
        "一个园区最多定几个主导产业",
        "市领导当链长是怎么回事",
        "首次认定的高企补多少",
        "我最开始问的那条，责任单位有哪些",
    )
    assert [clause.clause for clause in talk(assistant, *turns)[-1].clauses] == ["3.1"]


def test_a_count_is_wondered_about_as_well(assistant: Assistant) -> None:
    reply = talk(assistant, "一个园区最多定几个主导产业", "不是5个吗？")[-1]
    assert [figure.text for figure in reply.figures] == ["不超过3个"]


def test_one_of_what_a_clause_lists_is_in_its_text(assistant: Assistant) -> None:
    reply = talk(assistant, "跟外国合办的园区都有哪些", "第二个是哪个？")[-1]
    assert [clause.clause for clause in reply.clauses] == ["2.3"]
    assert "中日产业园" in reply.text


def test_who_steps_back_may_ask_something_of_it(assistant: Assistant) -> None:
    reply = talk(assistant, "1.3", "返回上一条，其责任单位有哪些？")[-1]
    assert reply.clauses[0].clause == "1.2"
    assert reply.units


@pytest.mark.parametrize(
    ("turns", "clause"),
    [
        (("园区能不能按绩效自己定工资", "一个园区最多定几个主导产业", "回来回来，定工资那条谁管"), "1.3"),
        (("工业用地有什么新政策", "外资企业投诉找谁", "再回来，刚才用地那条的原文"), "1.5"),
        (("产业地图谁来编", "下一条", "回前面那个"), "3.1"),
        (("个体户借钱有什么办法", "产业地图谁来编", "那还是说先头那个借钱的，归谁管"), "1.5"),
        (("产业地图谁来编", "下一条", "下一条", "请回到上一条，责任单位呢"), "3.2"),
        (("链长制谁牵头", "绿色园区建设是怎么规定的", "回头再讲链长那条，责任单位呢"), "3.2"),
    ],
)
def test_what_is_gone_back_to_is_said_in_many_ways(assistant: Assistant, turns: tuple[str, ...], clause: str) -> None:
    assert [ref.clause for ref in talk(assistant, *turns)[-1].clauses] == [clause]


def test_what_runs_out_and_is_done_again_is_no_document(assistant: Assistant) -> None:
    reply = talk(assistant, "头回认定的高企补多少", "那到期了再重新认一次呢")[-1]
    assert [figure.text for figure in reply.figures] == ["5万元"]
    assert talk(assistant, "头回认定的高企补多少", "这文件过期了没")[-1].status == "info"


@pytest.mark.parametrize("turn", ["办公地址在哪里", "办事窗口在几楼", "他们的电话给一个", "那边电话几多"])
def test_an_address_is_asked_of_the_measure(assistant: Assistant, turn: str) -> None:
    reply = talk(assistant, "头回认定的高企补多少", turn)[-1]
    assert (reply.status, [ref.clause for ref in reply.clauses], reply.figures) == ("answer", ["4.2"], ())
    assert "没有写" in reply.text
    assert "市科技局" in reply.units


def test_a_number_of_what_is_talked_about_is_missing(assistant: Assistant) -> None:
    first = "外资企业投诉机制归谁管"
    reply = talk(assistant, first, "投诉几个工作日内答复")[-1]
    assert ([ref.clause for ref in reply.clauses], reply.figures) == (["2.1"], ())
    assert "没有写明" in reply.text
    assert talk(assistant, first, "那房租补贴多少")[-1].status == "none"


def test_a_slip_of_the_pen_walks_as_well(assistant: Assistant) -> None:
    walked = talk(assistant, "智慧城市场景谁管", "下一条的内容是什么")[-1]
    assert [ref.clause for ref in walked.clauses] == ["4.4"]
    assert talk(assistant, "智慧城市场景谁管", "下一条讲什莫")[-1].clauses == walked.clauses
    paid = talk(assistant, "头回认定的高企补多少", "什么时侯到帐")[-1]
    assert [ref.clause for ref in paid.clauses] == ["4.2"]


def test_who_manages_is_asked_with_a_slip(assistant: Assistant) -> None:
    reply = talk(assistant, "头回认定的高企补多少", "归那个部门管")[-1]
    assert "市科技局" in reply.units


def test_a_number_of_what_is_beside_the_measure_is_missing(assistant: Assistant) -> None:
    """What is known to be asked beside it, and isn't covered, is asked of the measure once that is talked about."""
    reply = talk(assistant, "个体户纾困贷款归谁管", "利息多少")[-1]
    assert ([ref.clause for ref in reply.clauses], reply.figures) == (["1.5"], ())
    assert "没有写明" in reply.text
    assert assistant.reply("利息多少").status == "none"


def test_what_is_talked_about_has_the_words_that_others_have_as_well(assistant: Assistant) -> None:
    reply = talk(assistant, "应用场景三年要建多少项", "面向的重点领域")[-1]
    assert [clause.clause for clause in reply.clauses] == ["4.3"]


@pytest.mark.parametrize(
    ("turns", "clause"),
    [
        (("产业地图谁来编", "再说说下一条，哪些单位负责"), "3.2"),
        (("产业地图谁来编", "看看上一条"), "2.3"),
        (("容积率能调吗", "产业地图谁来编", "末位淘汰怎么搞", "回到最先那个"), "1.5"),
        (("容积率能调吗", "产业地图谁来编", "前头问的容积率，归哪家管"), "1.5"),
        (("招商中介有奖励吗", "谁来发"), "2.1"),
        (("产业地图谁来编", "上一条的牵头单位"), "2.3"),
        (("个体户能借到纾困贷款吗", "贷款这块究竟哪些单位在抓"), "1.5"),
        (("智慧城市的场景谁管", "按什么来"), "4.3"),
    ],
)
def test_what_says_nothing_by_itself_goes_on(assistant: Assistant, turns: tuple[str, ...], clause: str) -> None:
    reply = talk(assistant, *turns)[-1]
    assert [ref.clause for ref in reply.clauses][:1] == [clause]


def test_the_condition_of_one_of_the_sums(assistant: Assistant) -> None:
    reply = talk(assistant, "高企分别补多少", "第二档要符合什么条件")[-1]
    assert [figure.text for figure in reply.figures] == ["5万元"]


def test_whether_a_case_counts_is_for_the_text_to_say(assistant: Assistant) -> None:
    """The condition is shown, and no sum is promised for what it may not be for."""
    reply = talk(assistant, "外地高企整体搬来补多少", "只搬一个实验室过来算吗")[-1]
    assert ([ref.clause for ref in reply.clauses], reply.figures) == (["4.2"], ())
    assert "整体搬迁至武汉市行政区域内" in reply.text


def test_a_number_of_the_broad_subject_is_missing(assistant: Assistant) -> None:
    reply = talk(assistant, "龙头企业怎么扶持本地配套", "技改的补助标准是几多")[-1]
    assert [ref.clause for ref in reply.clauses] == ["3.2"]
    assert "没有写明" in reply.text


@pytest.mark.parametrize("turn", ["哪天打钱到账", "什么时候拨款下来"])
def test_when_it_is_paid_is_asked_of_the_measure(assistant: Assistant, turn: str) -> None:
    reply = talk(assistant, "首次认定的高企补多少", turn)[-1]
    assert [ref.clause for ref in reply.clauses] == ["4.2"]
    assert "没有写明" in reply.text


def test_who_wonders_may_say_where_it_was_heard(assistant: Assistant) -> None:
    reply = talk(assistant, "外地高企整体搬来补多少", "难道不是80万吗？我们会计听人说的80万")[-1]
    assert [figure.text for figure in reply.figures] == ["50万元"]


@pytest.mark.parametrize(
    "question",
    [
        "外地医院整体搬过来奖多少，区里再配多少",
        "外省大学把一个校区整体迁来，市里补多少，区里补多少",
        "首次评上的驾校给多少，复评给多少",
    ],
)
def test_two_sums_are_for_their_subject_as_well(assistant: Assistant, question: str) -> None:
    reply = assistant.reply(question)
    assert (reply.status, reply.figures) == ("none", ())


def test_a_word_of_several_clauses_with_the_number_of_one(assistant: Assistant) -> None:
    reply = assistant.reply("主导产业 最多几个")
    assert (reply.status, [figure.text for figure in reply.figures]) == ("answer", ["不超过3个"])


@pytest.mark.parametrize(
    ("turns", "clause"),
    [
        (("外贸综合服务中心怎么建", "由那些部门牵头"), "2.2"),
        (("首次认定的高企补多少", "算了，换个事。我们能跟发电厂直接谈电价吗"), "1.5"),
        (("生产线升级改造有支持吗", "那补不补贴，按几成"), "3.2"),
    ],
)
def test_slips_withs_and_sums_that_name_nothing(assistant: Assistant, turns: tuple[str, ...], clause: str) -> None:
    reply = talk(assistant, *turns)[-1]
    assert ([ref.clause for ref in reply.clauses], reply.figures) == ([clause], ())
