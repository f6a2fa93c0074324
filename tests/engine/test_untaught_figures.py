"""Which figures of a clause that nobody taught are put forward; which document a question describes."""

from __future__ import annotations

import pytest

from bot.engine.answering.figure_choice import ClauseQuestion, claims
from bot.engine.assistant import Assistant
from bot.engine.understanding.number_words import NumberWords
from bot.engine.values.reply import Reply
from knowledge import compiled
from knowledge.base.document import Figure

LOANS, CARE = "mocaigui-2024-10", "heminfa-2025-50"


def led(reply: Reply) -> list[str]:
    return [figure.text for figure in reply.figures]


@pytest.mark.parametrize(
    ("policy", "question", "figures"),
    [
        (LOANS, "流动资金贷款贴息一年不超过多少", ["20万元"]),
        (LOANS, "贷款贴息的期限多久", ["不超过24个月"]),
        (LOANS, "知识产权质押贷款的风险补偿几成", ["40%"]),
        (LOANS, "风险补偿资金池有多少钱", ["2亿元"]),
        (LOANS, "保费补助按几个点、单家机构封顶多少", ["0.5%给予保费补助，单家机构每年最高300万元"]),
        (CARE, "新建养老院一张床位补多少", ["1万元"]),
        (CARE, "老年食堂每年补助多少", ["3万元"]),
        (CARE, "幼儿园增设托班一个托位补多少", ["3000元"]),
        (CARE, "托育券最多发几个月", ["不超过12个月"]),
        (CARE, "家庭养老床位每月要上门几次", ["不少于4次"]),
        (CARE, "养老机构责任保险保费补贴几成", ["60%补贴，每个床位（托位）每年补贴不超过120元"]),
        (CARE, "示范托育机构国家级和市级分别奖多少", ["30万元", "5万元"]),
        (CARE, "闲置国有房租期至少几年、免几年租金", ["不少于8年", "3年"]),
        (LOANS, "我们营收两个亿，借了80万，担保费率多少", ["不超过0.8%"]),  # of two tiers the nearer one
        (LOANS, "我们单户300万，担保费率多少", ["不超过1%"]),
    ],
)
def test_the_figure_that_is_asked_for(imported: Assistant, policy: str, question: str, figures: list[str]) -> None:
    assert led(imported.reply(question, policy=policy)) == figures


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("护理型床位要占到几成", ["68%"]),
        ("国家级示范托育机构奖多少，市级的又是多少", ["30万元", "5万元"]),
        ("我们县领导讲居家养老床位每月要上门8次，是不是记岔了", ["不少于4次"]),
    ],
)
def test_numbers_that_are_aimed_at_or_stated(imported: Assistant, question: str, figures: list[str]) -> None:
    assert led(imported.reply(question, policy=CARE)) == figures


def test_all_of_them_where_no_case_is_named(imported: Assistant) -> None:
    reply = imported.reply("普惠托育机构的运营补贴每人每月多少", policy=CARE)
    assert {"600元", "400元", "300元"} <= set(led(reply))


def test_what_the_clause_does_not_state_is_said(imported: Assistant) -> None:
    reply = imported.reply("养老托育机构用水用电执行居民价格，便宜多少钱", policy=CARE)
    assert not led(reply)
    assert "没有写明" in reply.text


def test_an_amount_that_is_claimed_and_wrong(imported: Assistant) -> None:
    reply = imported.reply("听说幼儿园增设托班一个托位补助5000元，对吧", policy=CARE)
    assert led(reply) == ["3000元"]
    assert imported.words("lead.contradicted", typed="5000元") in reply.text


@pytest.mark.parametrize(
    ("question", "figure"), [("应急燃料储备20天的量吗", "十五天"), ("分成5级吗，供暖应急状态", "三级")]
)
def test_a_number_is_held_against_the_only_sentence(imported: Assistant, question: str, figure: str) -> None:
    heating = next(p.id for p in imported.library.policies if "供暖" in (p.title or ""))
    assert led(imported.reply(question, policy=heating)) == [figure]


def test_who_asks_whether_it_is_enough_asks_for_the_condition(imported: Assistant) -> None:
    assert led(imported.reply("我们养老院有四十张床，拿建设补助够线吗", policy=CARE)) == ["50张以上"]


def test_of_the_others_what_was_told_is_not_told_again(imported: Assistant) -> None:
    first = imported.reply("获评省级示范托育机构奖多少", policy=CARE)
    assert led(first) == ["15万元"]
    assert led(imported.reply("其他级别的呢", first.conversation, policy=CARE)) == ["30万元", "5万元"]


def test_each_number_that_is_claimed_is_looked_at(imported: Assistant) -> None:
    reply = imported.reply("听说助餐补贴满60岁每餐4元，食堂每年补5万，对吧", policy=CARE)
    assert led(reply) == ["3万元", "2元"]
    for typed in ("4元", "5万"):
        assert imported.words("lead.contradicted", typed=typed) in reply.text


def test_what_is_claimed_is_no_number_of_the_askers(imported: Assistant) -> None:
    """80万 says what they borrow; 百分之一 is what they think they pay."""
    reply = imported.reply("我们借了80万来着，担保费率是1%对吧", policy=LOANS)
    assert led(reply) == ["不超过0.8%"]


@pytest.mark.parametrize(
    ("policy", "question"),
    [
        (CARE, "宠物寄养床位每张按多少给建设补助"),
        (CARE, "街道综合健身中心新建面积800平方米以上的一次性补助多少"),
        (CARE, "书法班乳儿班每人每月补多少"),
        (CARE, "院校毕业生从事殡葬工作满三年给多少入职奖励"),
        (LOANS, "彩票站单户担保金额500万元以下费率不超过多少"),
    ],
)
def test_nothing_is_put_forward_for_what_the_document_nowhere_speaks_of(
    imported: Assistant, policy: str, question: str
) -> None:
    reply = imported.reply(question, policy=policy)
    assert reply.status == "none"
    assert not led(reply)


@pytest.mark.parametrize(
    ("policy", "question", "figures"),
    [
        (CARE, "我们是做家政的公司，用人单位办托补多少", ["10万元"]),
        (LOANS, "我们茶叶厂，流动资金贷款贴息一年不超过多少", ["20万元"]),
    ],
)
def test_who_asks_is_not_what_is_asked_about(
    imported: Assistant, policy: str, question: str, figures: list[str]
) -> None:
    assert led(imported.reply(question, policy=policy)) == figures


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ("补几成", ("share",)),
        ("贴几个点，最多给几万", ("share", "money")),
        ("几个月到账", ("time",)),
        ("要几家单位一起报", ("count",)),
        ("学校一个月上几堂", ("count",)),
        ("每年技改投多少亿", ("money",)),
        ("几个村想搞农家乐，有路修吗", ()),
        ("一平补几块", ("money",)),
        ("体系一共分几块", ("count",)),
        ("分成哪几块", ("count",)),
        ("一次分几块钱", ("money",)),
        ("补贴怎么算", ("any",)),
        ("房租有补贴吗", ("money",)),
        ("网上填报的受理时间是什么", ("time",)),
        ("能报俩吗", ()),
        ("谁负责", ()),
    ],
)
def test_the_kind_of_number_that_is_asked_for(asked: str, kinds: tuple[str, ...]) -> None:
    words = NumberWords(compiled.ready().base.lexicon)
    found = words.of(asked)
    assert (found.kinds if found is not None else ()) == kinds


@pytest.mark.parametrize(
    ("question", "policy"),
    [
        ("墨坞那个贷款贴息的办法文号多少", LOANS),
        ("鹤浔养老托育的方案哪天印发的", CARE),
        ("养老托育那个实施方案什么时候到期", CARE),
    ],
)
def test_a_document_is_found_by_what_it_is_on(imported: Assistant, question: str, policy: str) -> None:
    reply = imported.reply(question)
    assert (reply.status, reply.policy) == ("info", policy)
    assert imported.reply("谁发的", reply.conversation).policy == policy


@pytest.mark.parametrize(("question", "fits"), [("多久办一届", True), ("一天要运动多久", False), ("每年几届", True)])
def test_how_often_is_no_time_that_something_takes(imported: Assistant, question: str, fits: bool) -> None:
    often = Figure.model_validate(
        {"id": "f1", "kind": "count", "text": "每年举办一届", "quote": "每年举办一届运动会", "value": 1, "unit": "届"}
    )
    asked = imported.understanding.numbers.asked_for(imported.understanding.question(question))
    assert asked is not None
    assert (asked.fit(often) > 0) is fits


def test_no_condition_is_told_as_what_is_given(imported: Assistant) -> None:
    numbers, question = imported.understanding.numbers, imported.understanding.question
    condition = Figure.model_validate(
        {"id": "f1", "kind": "limit", "text": "500万元", "quote": "投入不低于500万元", "value": 5e6, "unit": "元"}
        | {"bound": "at_least"}
    )
    given, needed = (numbers.asked_for(question(text)) for text in ("评上以后税减多少", "要投多少"))
    assert given is not None
    assert needed is not None
    assert not given.fit(condition)
    assert needed.fit(condition)


def within(text: str, value: float) -> Figure:
    return Figure(id="one", kind="duration", text=text, quote=text, value=value, unit="工作日", bound="at_most")


@pytest.mark.parametrize(
    ("question", "figures", "wrong", "right"),
    [
        ("15个工作日内公开就行，对吧", [("20个工作日内", 20), ("7个工作日内", 7)], 0, False),  # right for one, not both
        ("15个工作日内公开就行，对吧", [("20个工作日内", 20)], 0, True),
        ("20个工作日内公开就行，对吧", [("20个工作日内", 20), ("7个工作日内", 7)], 0, True),
        ("30个工作日内公开就行，对吧", [("20个工作日内", 20), ("7个工作日内", 7)], 1, False),
    ],
)
def test_what_one_bound_allows_and_another_does_not_is_not_said_to_be_right(
    imported: Assistant, question: str, figures: list[tuple[str, int]], wrong: int, right: bool
) -> None:
    asked = ClauseQuestion(imported.understanding.question(question))
    contradicted, confirmed = claims(asked, [within(text, value) for text, value in figures])
    assert (len(contradicted), confirmed) == (wrong, right)


@pytest.mark.parametrize(("typed", "wrong"), [("2019年12月底", True), ("2019年2月底", False)])
def test_a_date_is_wrong_in_another_month(imported: Assistant, typed: str, wrong: bool) -> None:
    text = "2019年2月底前"
    by = Figure(id="one", kind="deadline", text=text, quote=text, value=2019, unit="年", bound="at_most")
    asked = ClauseQuestion(imported.understanding.question(f"听说{typed}前改好就行，对吧"))
    contradicted, confirmed = claims(asked, [by])
    assert (bool(contradicted), confirmed) == (wrong, False)
