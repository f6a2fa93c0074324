"""A turn as an act on the conversation: on the document with phrasings, and on two that were only imported."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.why import Rule

NIGHT, STAIRS = "岚谷夜间集市补多少", "江城企业上楼设备更新补多少"


def talk(assistant: Assistant, turns: Sequence[str]) -> Reply:
    """The reply to the last turn."""
    conversation = Conversation()
    for turn in turns:
        reply = assistant.reply(turn, conversation)
        conversation = reply.conversation
    return reply


def at(reply: Reply) -> str:
    return reply.conversation.clause.partition("/")[2]


@pytest.mark.parametrize(
    ("turn", "says"),
    [
        ("要什么材料", "投资专项审计报告"),
        ("那要交哪些材料呢", "夜间集市补助申请表"),
        ("需要符合什么条件", "取得占道经营许可"),
        ("有上限吗", "单个集市最高80万元"),
        ("什么时候截止", "每年4月1日至4月30日受理"),
        ("怎么申请", "登录“岚谷惠企”平台"),
        ("去哪里申请", "登录“岚谷惠企”平台"),
        ("谁出钱", "由市财政局拨付资金"),
        ("什么时候到账", "由市财政局拨付资金"),
        ("电话多少", "000-12347788"),
        ("能重复享受吗", "就高不重复"),
        ("骗补怎么处理", "全额追回"),
    ],
)
def test_a_part_of_the_measure_or_of_what_governs_it(imported: Assistant, turn: str, says: str) -> None:
    reply = talk(imported, [NIGHT, turn])
    assert (reply.status, reply.why.rule, at(reply)) == ("answer", Rule.PART, "2.4")
    assert says in reply.text


@pytest.mark.parametrize("turn", ["要什么材料", "电话多少", "有上限吗", "谁出钱"])
def test_a_part_that_no_clause_states_is_said_to_be_missing(imported: Assistant, turn: str) -> None:
    reply = talk(imported, [NIGHT, "下一条", "下一条", turn] if turn == "有上限吗" else [STAIRS, turn])
    assert (reply.status, reply.figures) == ("answer", ())
    assert reply.text.startswith("这一条没有写明「")


def test_parts_of_the_seed(assistant: Assistant) -> None:
    talked = assistant.reply("首次认定的高企补多少").conversation
    assert "市级财政每户补贴20万元" in assistant.reply("谁出钱", talked).text
    for turn in ("电话多少", "什么时候到账", "去哪里申请", "有上限吗"):
        reply = assistant.reply(turn, talked)
        assert ([c.clause for c in reply.clauses], reply.figures) == (["4.2"], ()), turn
        assert "没有写明" in reply.text, turn
        assert "市科技局" in reply.text, "who may know"


def test_a_part_is_asked_of_nothing_that_was_left_or_of_another_subject(assistant: Assistant) -> None:
    talked = assistant.reply("首次认定的高企补多少").conversation
    assert assistant.reply("驾照要什么材料", talked).why.rule is not Rule.PART
    assert assistant.reply("要什么材料").why.rule is not Rule.PART


def test_steps_through_the_document(imported: Assistant) -> None:
    for turns, clause in (
        ([NIGHT, "下一条"], "2.5"),
        ([NIGHT, "下一条", "再下一条"], "2.6"),
        ([NIGHT, "下下条"], "2.6"),
        ([NIGHT, "下一条", "下一条", "往回倒两条"], "2.4"),
        ([NIGHT, "上一条"], "2.3"),
        ([STAIRS, "后面一条"], "a1.1.3"),
        (["首次认定的高企补多少", "下一条"], "4.3"),
        (["首次认定的高企补多少", "下一跳讲些啥子"], "4.3"),
        (["首次认定的高企补多少", "请提供紧随其后之条款"], "4.3"),
        (["首次认定的高企补多少", "前头挨着的那条讲么事"], "4.1"),
        (["首次认定的高企补多少", "招商引资那条的下一条"], "2.2"),
        (["招商引资那条的上一条"], "1.6"),
    ):
        assert at(talk(imported, turns)) == clause, turns


def test_a_step_with_a_subject_of_its_own_is_a_question(imported: Assistant) -> None:
    reply = talk(imported, ["首次认定的高企补多少", "往后招商引资怎么奖"])
    assert at(reply) == "2.1"


def test_steps_end_with_the_document_or_the_list(imported: Assistant) -> None:
    end = talk(imported, ["4.4", "下一条"])
    assert (end.status, at(end)) == ("clarify", "4.4")
    start = talk(imported, ["1.1", "上一条"])
    assert (start.status, at(start)) == ("clarify", "1.1")
    assert talk(imported, ["下一条"]).status == "clarify"


def test_steps_stay_in_what_was_offered(assistant: Assistant) -> None:
    offered = assistant.reply("新型研发机构")
    first, second = (c.clause for c in offered.clauses)
    picked = assistant.reply("第一个", offered.conversation)
    assert at(picked) == first
    stepped = assistant.reply("下一条", picked.conversation)
    assert at(stepped) == second
    assert assistant.reply("下一条", stepped.conversation).status == "clarify"


@pytest.mark.parametrize("heard", ["行吧。", "好的，", "嗯嗯 ", "知道了，那"])
def test_what_was_heard_is_no_answer_to_the_next_question(imported: Assistant, heard: str) -> None:
    """行吧 alone is thanks; before a question it is nothing."""
    first = imported.reply("养老托育补助公示多久", policy="heminfa-2025-50")
    plain = imported.reply("示范托育机构奖多少", first.conversation, policy="heminfa-2025-50")
    beside = imported.reply(f"{heard}示范托育机构奖多少", first.conversation, policy="heminfa-2025-50")
    assert (beside.status, beside.clauses, beside.figures) == (plain.status, plain.clauses, plain.figures)
    assert beside.status == "answer"


@pytest.mark.parametrize("turn", ["换个问题", "另外问下", "问个别的", "算了，换个话题"])
def test_leaving_asks_what_is_next(imported: Assistant, turn: str) -> None:
    reply = talk(imported, [NIGHT, turn])
    assert (reply.status, reply.why.rule, at(reply)) == ("clarify", Rule.LEFT, "")
    assert reply.conversation.policy, "its document is still meant"


@pytest.mark.parametrize(
    "begins", ["换个问题，", "换个问题哈，", "行吧 再问个 ", "另外问下，", "再问个别的，", "另外问句，", "对了，"]
)
def test_a_new_subject_does_not_stick_to_what_was_left(imported: Assistant, begins: str) -> None:
    reply = talk(imported, [NIGHT, f"{begins}装修贷款给贴息吗"])
    assert [c.clause for c in reply.clauses][:1] == ["2.7"]
    still = talk(imported, [NIGHT, f"{begins}要什么材料"])
    assert at(still) == "2.4", "what asks nothing new goes on"


@pytest.mark.parametrize(
    ("turns", "figures"),
    [
        (["岚谷民宿评级奖多少", "那丙级的呢"], ["6万元"]),
        (["岚谷民宿评级奖多少", "复核通过的呢"], ["2万元"]),
        ([STAIRS, "采购本市产品的呢"], ["12%给予补贴，最高不超过600万元"]),
        ([STAIRS, "按几成"], ["10%给予补贴，最高不超过500万元"]),
    ],
)
def test_another_case_without_asking_again(imported: Assistant, turns: Sequence[str], figures: list[str]) -> None:
    assert [f.text for f in talk(imported, turns).figures] == figures


def test_a_case_that_the_clause_does_not_know_gets_no_figure(imported: Assistant) -> None:
    reply = talk(imported, ["岚谷民宿评级奖多少", "要是省级的呢"])
    assert (at(reply), reply.figures) == ("2.3", ())
    assert reply.text.startswith("这一条没有写明您问的这种情形的金额")


def test_what_is_said_of_the_answer_asks_for_no_clause(imported: Assistant) -> None:
    for first in (NIGHT, "首次认定的高企补多少"):
        outdated = talk(imported, [first, "过期了还给我看"])
        assert (outdated.status, outdated.info) == ("info", "validity")
        short = talk(imported, [first, "简短点"])
        assert at(short) == at(talk(imported, [first]))
        assert len(short.text) < len(talk(imported, [first]).text)
        for turn in ("办事效率太低", "我要投诉", "拖了好久没人管"):
            reply = talk(imported, [first, turn])
            assert (reply.status, reply.figures) == ("chat", ()), turn
            assert at(reply) == at(talk(imported, [first])), "it is still talked about"


def test_what_an_answer_names_beside_its_clause_can_be_picked(assistant: Assistant) -> None:
    answered = assistant.reply("教育医疗")
    first, second = (c.clause for c in answered.clauses)
    picked = assistant.reply("后一个", answered.conversation)
    assert (at(picked), picked.why.rule) == (second, Rule.PICKED)
    assert at(assistant.reply("另一个", picked.conversation)) == first


def test_there_was_only_one_to_pick(assistant: Assistant) -> None:
    reply = talk(assistant, ["首次认定的高企补多少", "第二个"])
    assert (reply.status, reply.why.rule, at(reply)) == ("clarify", Rule.NO_SUCH_CHOICE, "4.2")


def test_two_cases_side_by_side(assistant: Assistant) -> None:
    reply = talk(assistant, ["首次认定的高企补多少", "和重新认定有什么区别"])
    assert [f.text for f in reply.figures] == ["20万元", "5万元"]


def test_two_questions_get_two_answers(assistant: Assistant) -> None:
    reply = assistant.reply("末位淘汰是怎么规定的，产业地图谁来编")
    assert [c.clause for c in reply.clauses] == ["1.3", "3.1"]


def test_no_document_says_who_somebody_is(assistant: Assistant) -> None:
    reply = talk(assistant, ["首次认定的高企补多少", "你们局长叫什么"])
    assert (reply.status, reply.figures, at(reply)) == ("none", (), "4.2")
    assert "市科技局" in reply.text


def test_some_of_what_was_listed(assistant: Assistant) -> None:
    reply = talk(assistant, ["科技局负责哪些", "其中财政局也管的"])
    assert [c.clause for c in reply.clauses] == ["4.2", "4.4"]
    assert [c.clause for c in talk(assistant, ["科技局负责哪些", "里面给钱的"]).clauses] == ["4.2"]


@pytest.mark.parametrize("turn", ["谁牵头", "这块谁管", "归哪几个部门负责", "找哪个部门"])
def test_who_is_responsible_is_no_amount(imported: Assistant, turn: str) -> None:
    for first in (NIGHT, STAIRS, "岚谷民宿评级奖多少"):
        talked = talk(imported, [first])
        reply = talk(imported, [first, turn])
        assert (at(reply), reply.figures) == (at(talked), ()), turn
        assert reply.text.startswith(("责任单位", "这一条没有写明责任单位")), turn
    again = talk(imported, ["岚谷民宿评级奖多少", turn, "丙级的呢"])
    assert [f.text for f in again.figures] == ["6万元"], "what was asked before is still known"


@pytest.mark.parametrize(
    ("turns", "figures"),
    [
        (["岚谷民宿评级奖多少", "复核过的"], ["2万元"]),
        (["岚谷民宿评级奖多少", "复核过的", "乙级的"], ["15万元"]),
        (["江城新引进博士每月补多少", "硕士"], ["2000元"]),
        ([STAIRS, "采购本市产品的"], ["12%给予补贴，最高不超过600万元"]),
        (["岚谷民宿评级奖多少", "老字号做直播"], ["3万元", "5万元"]),
    ],
)
def test_a_turn_that_only_names_something_asks_what_was_asked(
    imported: Assistant, turns: Sequence[str], figures: list[str]
) -> None:
    assert [f.text for f in talk(imported, turns).figures] == figures


@pytest.mark.parametrize(
    ("turns", "clause", "says"),
    [
        ([NIGHT, "摊位转租给别人行不"], "2.4", "补助期间不得转租摊位"),
        (["江城新引进博士每月补多少", "按月发吗"], "a1.2.4", "由区财政按月发放"),
        ([NIGHT, "装修贷款贴息几成"], "2.7", "50%"),
        ([NIGHT, "今天天气怎么样"], "2.4", "我只会回答政策文件里的问题"),
    ],
)
def test_a_short_turn_goes_on_unless_it_says_something_else(
    imported: Assistant, turns: Sequence[str], clause: str, says: str
) -> None:
    reply = talk(imported, turns)
    assert at(reply) == clause
    assert says in reply.text


def test_small_talk_is_no_turn_on_the_clause(imported: Assistant) -> None:
    for turn in ("好嘞", "没事了，谢谢"):
        reply = talk(imported, [NIGHT, turn])
        assert (reply.status, reply.clauses, at(reply)) == ("chat", (), "2.4"), turn


def test_cases_side_by_side_without_their_names(imported: Assistant) -> None:
    reply = talk(imported, ["岚谷民宿评级奖多少", "乙级的", "复核过的", "这两种差在哪"])
    assert [f.text for f in reply.figures] == ["15万元", "2万元"]


@pytest.mark.parametrize("turn", ["以后搬走要退吗", "要是过两年搬走呢", "不想干了怎么办"])
def test_leaving_later_gets_no_sum(assistant: Assistant, imported: Assistant, turn: str) -> None:
    for using, first in ((assistant, "首次认定的高企补多少"), (imported, STAIRS), (imported, NIGHT)):
        reply = talk(using, [first, turn])
        assert (reply.why.rule, reply.figures) == (Rule.PART, ()), (first, turn)
        assert reply.text.startswith("这一条没有写明「迁出、停办」"), (first, turn)


@pytest.mark.parametrize("question", ["武汉的高企搬到长沙去还给50万吗", "高企搬出武汉还补多少", "高企搬走了钱退不退"])
def test_moving_out_gets_no_sum_for_moving_in(assistant: Assistant, question: str) -> None:
    assert assistant.reply(question).figures == ()


def test_a_story_that_two_cases_fit_gets_both_sums(assistant: Assistant) -> None:
    reply = assistant.reply("公司刚整体搬来武汉，也是头一次认定高企，能拿多少")
    assert [f.text for f in reply.figures] == ["20万元", "50万元"]
    assert "没有写明能不能同时享受" in reply.text
    alone = assistant.reply("公司刚整体搬来武汉，高企能拿多少")
    assert [f.text for f in alone.figures] == ["50万元"]
    assert "同时享受" not in alone.text


@pytest.mark.parametrize("question", ["首次认定和重新认定有什么区别", "高企搬来的跟首次认定的差在哪"])
def test_two_cases_are_compared_without_anything_said_before(assistant: Assistant, question: str) -> None:
    assert len(assistant.reply(question).figures) == 2


@pytest.mark.parametrize("turn", ["太长了，短点说", "一句话说完", "几个字就行"])
def test_shorter_in_other_words(assistant: Assistant, imported: Assistant, turn: str) -> None:
    for using, first in ((assistant, "首次认定的高企补多少"), (imported, NIGHT), (imported, STAIRS)):
        whole = talk(using, [first])
        reply = talk(using, [first, turn])
        assert at(reply) == at(whole)
        assert len(reply.text) < len(whole.text)


def test_what_a_refusal_names_is_on_the_table(imported: Assistant) -> None:
    refused = talk(imported, ["岚谷宠物美容店有补贴吗"])
    near = {(one.policy, one.clause) for one in refused.suggestions}
    assert refused.status == "none"
    assert near
    reply = talk(imported, ["岚谷宠物美容店有补贴吗", "要什么材料"])
    assert reply.clauses
    assert {(one.policy, one.clause) for one in reply.clauses} <= near
