"""What every answer holds: what was asked first, then the proof."""

from __future__ import annotations

from datetime import date

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.reply import Quote
from bot.engine.values.why import Rule
from knowledge.compiled import Ready


def test_an_answer_leads_with_what_was_asked(assistant: Assistant) -> None:
    text = assistant.reply("首次认定的高新技术企业补贴多少").text
    lines = text.split("\n")
    assert lines[0].startswith("金额　20万元：「对首次认定的高新技术企业,市级财政每户补贴20万元」")
    assert "「各区按照不低于1∶1的比例予以配套」" in lines[1]
    labels = [line.split("　")[0] for line in lines[2:] if "　" in line]
    assert labels == ["原文", "责任单位", "出处", "⚠"]
    assert "第四部分（二）完善新兴产业培育机制" in text


def test_a_question_for_units_leads_with_all_units(assistant: Assistant) -> None:
    reply = assistant.reply("招商引资谁负责")
    assert reply.text.split("\n")[0] == "责任单位　市商务局,各区人民政府"
    assert reply.units[:2] == ("市商务局", "各区人民政府")
    assert "武汉东湖新技术开发区管委会" in reply.units  # by definition


def test_a_yes_or_no_on_a_unit_is_answered_first(assistant: Assistant) -> None:
    first = assistant.reply("首次认定的高企补多少")
    asked = assistant.reply("这个也归商务局吗", first.conversation)
    assert asked.text.startswith("「市商务局」不在这一条的责任单位里")
    assert assistant.reply("科技局管吗", first.conversation).text.startswith("「市科技局」在这一条的责任单位里")


def test_a_zone_committee_has_all_sixteen_and_the_reply_says_why(assistant: Assistant) -> None:
    reply = assistant.reply("东湖高新管委会负责什么")
    assert len(reply.clauses) == 16
    assert "下同" in reply.text


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2025, 10, 8), "仍在有效期内"), (date(2025, 10, 9), "已过有效期；是否延续或被替代，请向发文机关核实")],
)
def test_the_last_day_is_included(ready: Ready, day: date, words: str) -> None:
    assistant = Assistant(ready, today=lambda: day)
    for question in ("首次认定的高企补多少", "文件还有效吗", "市科技局负责哪些", "新型研发机构", "第三部分有哪些"):
        assert words.split("；")[0] in assistant.reply(question).text, question
    assert "废止" not in assistant.reply("文件还有效吗").text


def test_an_amount_that_is_not_stated(assistant: Assistant) -> None:
    reply = assistant.reply("跨国公司地区总部落户给多少万")
    assert reply.status == "answer"
    assert reply.clauses[0].clause == "2.1"
    assert reply.figures == ()
    assert "没有写明" in reply.text.split("\n")[0]


@pytest.mark.parametrize(
    ("question", "clause", "quote"),
    [
        ("营商环境是32项指标领先全国吧", "1.6", "在23项主要营商环境指标上领先全国、打造样板"),
        ("首次认定高企给30万对吗", "4.2", "对首次认定的高新技术企业,市级财政每户补贴20万元"),
        ("每个开发区可以定六个主导产业吧", "3.1", "按照每个开发区不超过3个主导产业的原则"),
        ("末位淘汰在省级开发区也全面推行对吧", "1.3", "在国家级开发区试点推行全员聘任竞争上岗和末位淘汰制"),
    ],
)
def test_a_false_premise_is_corrected_with_the_quote(
    assistant: Assistant, question: str, clause: str, quote: str
) -> None:
    reply = assistant.reply(question)
    assert reply.clauses[0].clause == clause
    first = reply.blocks[0]
    assert "不符" in first.text
    assert Quote(quote) in first.pieces


def test_a_right_premise_is_not_called_wrong(assistant: Assistant) -> None:
    assert "不符" not in assistant.reply("首次认定高企给20万对吧").text


def test_nothing_is_invented_about_the_document(assistant: Assistant) -> None:
    assert "原文没有载明：标题、文号、发文机关署名、公布日期" in assistant.reply("文件目录").text
    assert "公布日期原文未载" in assistant.reply("文件什么时候开始施行").text


def test_another_citys_policy_is_declined(assistant: Assistant) -> None:
    assert assistant.reply("深圳的高企补贴是多少").status == "none"
    for away in ("高企搬到宁波给多少钱", "成都那边，高企搬过去补多少"):
        assert assistant.reply(away).status == "none", away
    for here in ("从成都搬过去，高企补多少", "宁波的高企整体搬迁到你们那里给多少"):
        assert assistant.reply(here).figures[0].text == "50万元", here
    assert assistant.reply("我们从深圳整体搬到武汉，高企没过期，补多少").figures[0].text == "50万元"


def test_largest_and_smallest(assistant: Assistant) -> None:
    assert [f.text for f in assistant.reply("高企补贴最高能拿多少").figures] == ["50万元"]


def test_a_declined_question_marks_its_suggestions(assistant: Assistant) -> None:
    reply = assistant.reply("高新技术企业所得税税率是多少")
    assert reply.status == "none"
    assert reply.clauses == ()
    assert "没有规定" in reply.text
    assert "不是对您问题的答复" in reply.text or not reply.suggestions


def test_units_of_no_clause(assistant: Assistant) -> None:
    reply = assistant.reply("税务局负责什么")
    assert reply.status == "none"
    assert "责任单位里没有「市税务局」" in reply.text


def test_a_place_that_does_not_exist(assistant: Assistant) -> None:
    reply = assistant.reply("第五部分第二条")
    assert reply.status == "none"
    assert "共 4 个部分、16 条" in reply.text


def test_explain_shows_words_scores_and_rule(assistant: Assistant) -> None:
    explain = assistant.reply("登陵企业有补帖吗").why.to_json()
    assert explain["repairs"]
    assert len(explain["matches"]) >= 2
    assert set(explain["matches"][0]["signals"]) == {"linear", "nearest", "fuzzy", "text", "cover"}
    assert explain["costs"]
    assert explain["rule"]


def test_money_for_nothing_in_particular_is_all_the_money_there_is(assistant: Assistant) -> None:
    for text in ("有哪些补贴", "有什么奖励", "企业能拿到什么补助", "奖补政策有哪些", "有没有优惠"):
        reply = assistant.reply(text)
        assert reply.status == "answer", text
        assert [c.clause for c in reply.clauses] == ["4.2", "1.5", "2.1"], text
        for amount in ("20万元", "5万元", "50万元", "1∶1"):
            assert amount in reply.text, "every amount with its case"
        stated, unstated = reply.text.split("没有写明金额")
        assert "贡献度给予奖励" in unstated, "what is given without an amount is not left out"
        assert "专项资金" not in stated
        assert "有效期至2025年10月8日" in reply.text


def test_money_asked_of_what_is_talked_about(assistant: Assistant) -> None:
    talked = assistant.reply("链长制是什么").conversation
    assert [c.clause for c in assistant.reply("有补贴吗", talked).clauses] == ["3.2"]
    assert [c.clause for c in assistant.reply("一共有哪些补贴", talked).clauses] == ["4.2", "1.5", "2.1"]
    offered = assistant.reply("新型研发机构").conversation
    assert (assistant.reply("有没有奖励", offered)).status == "choose"
    assert assistant.reply("多少钱").status == "clarify", "of what?"


@pytest.mark.parametrize(
    ("question", "clause"), [("第四部分第二条讲么子", "4.2"), ("第四条讲么子", "1.4"), ("第四条讲什么", "1.4")]
)
def test_what_is_asked_beside_a_place_may_be_dialect(assistant: Assistant, question: str, clause: str) -> None:
    reply = assistant.reply(question)
    assert (reply.why.rule, [ref.clause for ref in reply.clauses]) == (Rule.PLACE, [clause])


def test_a_document_without_a_title_is_told_by_what_it_is_called_here(assistant: Assistant) -> None:
    policy = assistant.library.policies[0]
    assert policy.title is None
    assert f"「{policy.display_name}」" in assistant.reply("这个文件叫什么名字").text
