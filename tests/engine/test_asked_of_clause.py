"""What goes on from a clause that nobody taught: a correction, and what may be asked of the document as well."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.reply import Reply
from bot.engine.values.why import Rule

CARE = "heminfa-2025-50"


def talk(assistant: Assistant, *turns: str) -> Reply:
    """The reply to the last turn."""
    reply = assistant.reply(turns[0], policy=CARE)
    for turn in turns[1:]:
        reply = assistant.reply(turn, reply.conversation, policy=CARE)
    return reply


@pytest.mark.parametrize("question", ["都有哪些单位", "民政局参与吗"])
def test_units_are_those_of_the_clause(imported: Assistant, question: str) -> None:
    reply = talk(imported, "居家失能老人的家庭养老床位补多少", question)
    assert [clause.clause for clause in reply.clauses] == ["a1.2.6"]
    assert "市民政局" in reply.text


def test_units_of_the_whole_document_where_that_is_said(imported: Assistant) -> None:
    assert talk(imported, "居家失能老人的家庭养老床位补多少", "整个文件涉及哪些单位").status == "info"


def test_a_count_is_none_of_parts_of_the_document(imported: Assistant) -> None:
    reply = talk(imported, "家庭养老床位要提供什么服务", "每个月总共要搞几次")
    assert [figure.text for figure in reply.figures] == ["不少于4次"]


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        ("不对，我要的是护理员岗位奖那条", "岗位奖励"),
        ("说错了，我想问的是食堂那个", "老年食堂"),
    ],
)
def test_who_corrects_is_told_where_it_may_stand(imported: Assistant, turn: str, said: str) -> None:
    reply = talk(imported, "家庭养老床位补多少", turn)
    assert reply.status in ("answer", "choose")
    assert said in reply.text


@pytest.mark.parametrize("text", ["名字写错了怎么改", "填错了怎么办", "金额填的不对算谁的"])
def test_a_mistake_of_the_askers_rejects_nothing(imported: Assistant, text: str) -> None:
    assert imported._use.follow_ups.correction(imported.understanding.question(text)) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [("你答得不对，我问的是托育券", "托育券"), ("好像不对，是问托位", "托位"), ("打错了，我是问租金", "租金")],
)
def test_the_answer_is_rejected(imported: Assistant, text: str, rest: str) -> None:
    assert imported._use.follow_ups.correction(imported.understanding.question(text)) == rest


@pytest.mark.parametrize("turn", ["申请要交啥材料", "我想办这个家庭养老床位，怎么报名"])
def test_what_the_clause_does_not_say_is_said_of_it(imported: Assistant, turn: str) -> None:
    reply = talk(imported, "家庭养老床位补多少", turn)
    assert "这一条没有单独写" in reply.text
    assert not reply.figures


def test_a_month_is_asked_of_the_clause(imported: Assistant) -> None:
    reply = talk(imported, "新建福利性托育点有什么补助", "几月份？")
    assert reply.status == "answer"
    assert "没有写明" in reply.text


def test_who_says_where_he_works_asks_for_no_unit(imported: Assistant) -> None:
    reply = talk(imported, "教育局的，想问幼儿园增设托班一个托位补多少")
    assert [figure.text for figure in reply.figures] == ["3000元"]


def test_fees_are_money(imported: Assistant) -> None:
    reply = talk(imported, "家庭养老床位要上门几次", "上门一次收费多少")
    assert "不少于4次" not in [figure.text for figure in reply.figures]


@pytest.mark.parametrize("turn", ["我这种能算上吗？", "那我们该怎么办呢？", "我们能申请吗", "那怎么弄啊"])
def test_what_says_nothing_of_what_is_asked_back(imported: Assistant, turn: str) -> None:
    assert imported.reply(turn, policy=CARE).status == "clarify"
    assert talk(imported, "居家失能老人的家庭养老床位补多少", turn).status == "answer"


@pytest.mark.parametrize("turn", ["在吗，想咨询个事儿", "我有个问题想问一下", "您好，我想咨询一下"])
def test_who_only_says_that_something_will_be_asked_is_waited_for(imported: Assistant, turn: str) -> None:
    assert imported.reply(turn, policy=CARE).status == "clarify"


@pytest.mark.parametrize("turn", ["二孩的托育券怎么办", "我们养老机构能享受居民电价吗", "想咨询个托育券的事"])
def test_what_names_something_is_asked(imported: Assistant, turn: str) -> None:
    assert imported.reply(turn, policy=CARE).status in ("answer", "choose")


@pytest.mark.parametrize("turn", ["这个咋申请", "帮我查下那个要多少"])
def test_what_only_points_is_asked_back_where_nothing_was_said(imported: Assistant, turn: str) -> None:
    assert imported.reply(turn, policy=CARE).status == "clarify"
    assert talk(imported, "居家失能老人的家庭养老床位补多少", turn).status == "answer"


@pytest.mark.parametrize("turn", ["还有吗", "还有别的吗"])
def test_more_of_nothing_is_asked_back(imported: Assistant, turn: str) -> None:
    declined = imported.reply("我家洗衣机坏了找谁修", policy=CARE)
    assert declined.status == "none"
    assert imported.reply(turn, declined.conversation, policy=CARE).status == "clarify"


@pytest.mark.parametrize(
    ("turns", "quote"),
    [
        (("应急燃料储备要够用多少天", "谁负责"), "200吨以下的，由市住房和城市更新局决定"),
        (("停暖多久要报告", "报给哪个部门"), "向所在区主管部门报告"),
    ],
)
def test_a_body_that_only_the_text_names_is_told(imported: Assistant, turns: tuple[str, str], quote: str) -> None:
    heating = next(p.id for p in imported.library.policies if "供暖" in (p.title or ""))
    reply = imported.reply(turns[1], imported.reply(turns[0], policy=heating).conversation, policy=heating)
    assert quote in reply.text
    assert "没有写明责任单位" not in reply.text
    assert not reply.units, "it is in no list"


def test_no_body_is_told_where_the_text_names_none(imported: Assistant) -> None:
    heating = next(p.id for p in imported.library.policies if "供暖" in (p.title or ""))
    first = imported.reply("停暖受损的采暖费退不退", policy=heating)
    assert "这一条没有写明责任单位" in imported.reply("归谁管", first.conversation, policy=heating).text


def test_the_unit_of_who_asks_is_not_asked_for(imported: Assistant) -> None:
    reply = talk(imported, "我在县民政局，村里老人家里想改造一下装扶手，有没有补的")
    assert [clause.clause for clause in reply.clauses][:1] == ["a1.2.5"]
    assert talk(imported, "我是民政局的，负责哪些").why.rule is Rule.OF_UNIT


def test_a_turn_is_read_with_what_was_said_before(imported: Assistant) -> None:
    turns = ("托育机构新开的补多少", "孩子送去有没有券", "最多发几个月")
    assert [clause.clause for clause in talk(imported, *turns[:2]).clauses] == ["a1.3.13"]
    assert [figure.text for figure in talk(imported, *turns).figures] == ["不超过12个月"]


@pytest.mark.parametrize(("text", "asks"), [("厂里的机器都是九几年的", False), ("干满几年才给", True)])
def test_a_decade_is_no_number_that_is_asked_for(imported: Assistant, text: str, asks: bool) -> None:
    assert (imported.understanding.numbers.of(text) is not None) is asks


@pytest.mark.parametrize(
    "question",
    [
        "这个方案什么时候到期",
        "这个方案管到哪年",
        "这份文件从哪天开始实施",
        "这个方案依据什么定的",
        "这方案是哪个部门出的",
        "领导问起来，这份方案哪天印发的",
        "我写报告要引用，这份文件全名叫什么",
    ],
)
def test_what_is_asked_of_the_whole_document_is_not_asked_of_the_clause(imported: Assistant, question: str) -> None:
    first = imported.reply("新建养老院一张床位补多少", policy=CARE)
    assert first.status == "answer"
    reply = imported.reply(question, first.conversation, policy=CARE)
    assert (reply.status, reply.policy) == ("info", CARE)
    assert "这一条" not in reply.text


@pytest.mark.parametrize("question", ["我们街道想建，床位补贴的钱这个方案给多少", "老人问了，这个方案里食堂补多少"])
def test_a_document_that_is_named_beside_a_measure_is_not_asked_for_itself(imported: Assistant, question: str) -> None:
    assert imported.reply(question, policy=CARE).status == "answer"


def test_a_question_of_its_own_is_no_choice_from_what_was_listed(imported: Assistant) -> None:
    listed = imported.reply("有哪些补贴", policy=CARE)
    assert len(listed.conversation.choices) > 1
    reply = imported.reply("没写期限的那些政策管到哪天", listed.conversation, policy=CARE)
    assert reply.why.rule is not Rule.NO_SUCH_CHOICE
    among = imported.reply("其中海关管的", listed.conversation, policy=CARE)
    assert among.why.rule is Rule.NO_SUCH_CHOICE
