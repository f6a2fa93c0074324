"""No wrong figure, ever: which amounts are put forward, which are not, and which claims are called wrong."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply

ALL = ["20万元", "5万元", "50万元", "不低于1∶1"]
MONEY = ["20万元", "5万元", "50万元"]


def led(reply: Reply) -> list[str]:
    return [f.text for f in reply.figures]


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("4.2补多少钱", ALL),
        ("四(二)首次认定给多少", ["20万元"]),
        ("第四部分第二条补贴多少钱", ALL),
        ("4.3每年发布多少", ["50项以上"]),
        ("首次认定和重新认定高企分别补多少", ["20万元", "5万元"]),
        ("首次认定高企补多少？整体搬迁来的补多少？", ["20万元", "50万元"]),
        ("应用场景每年多少项，三年多少项", ["50项以上", "150项以上"]),
        ("我司营收2亿，重新认定高企补多少", ["5万元"]),
        ("注册资本500万的公司，首次认定高企补多少", ["20万元"]),
        ("高企补贴最高能拿多少钱", ["50万元"]),
    ],
)
def test_what_fits_is_put_forward(assistant: Assistant, question: str, figures: list[str]) -> None:
    assert led(assistant.reply(question)) == figures


@pytest.mark.parametrize(
    "question",
    [
        "证书已经过期了，整体搬到武汉，高企给多少",
        "高企只搬了研发部门过来，补多少",
        "外地高企在武汉设分公司，补多少",
        "武汉高企从洪山搬到东西湖补多少",
        "高企证书过期了没重新认定，还有多少补贴",
    ],
)
def test_a_word_against_the_condition_leaves_the_case_open(assistant: Assistant, question: str) -> None:
    reply = assistant.reply(question)
    assert led(reply) in ([], MONEY)


@pytest.mark.parametrize(
    "question",
    [
        "瞪羚企业给多少钱",
        "瞪羚重新认定给多少",
        "首次认定高企后引进人才有补贴吗",
        "我不是高企能领多少",
        "高企认定没通过有多少补贴",
        "高企培育入库奖多少",
        "规上高企奖励多少",
        "高新技术产品出口补多少",
        "武汉高企搬到外地要退补贴吗",
        "揭榜的项目给多少钱",
        "跨国公司总部落户给多少钱",
    ],
)
def test_what_does_not_fit_is_not(assistant: Assistant, question: str) -> None:
    assert led(assistant.reply(question)) == []


def test_not_stated_is_never_said_above_the_amount_that_was_asked_for(assistant: Assistant) -> None:
    for turns in (
        ["4.2", "多少钱"],
        ["首次认定的高企补多少", "那多少钱"],
        ["瞪羚企业怎么培育", "高企呢，首次认定给多少"],
    ):
        conversation = Conversation()
        for turn in turns:
            reply = assistant.reply(turn, conversation)
            conversation = reply.conversation
        assert led(reply), turns
        assert "没有写明" not in reply.text, turns


def test_an_amount_for_others_is_shown_as_theirs(assistant: Assistant) -> None:
    lines = assistant.reply("瞪羚企业给多少钱").text.split("\n")
    assert lines[0] == "这一条没有写明您问的这种情形的金额；写明的金额只有："
    assert lines[1] == "「对首次认定的高新技术企业,市级财政每户补贴20万元」"


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("首次认定高企给30万对吗", "对首次认定的高新技术企业,市级财政每户补贴20万元"),
        ("首次认定的高企补 300,000 元对吗", "对首次认定的高新技术企业,市级财政每户补贴20万元"),
        ("首次补20万，搬迁的高企补30万对吗", "市级财政每户补贴50万元"),
        ("首次认定的高企补30万，重新认定补5万对吗", "对首次认定的高新技术企业,市级财政每户补贴20万元"),
        ("每个开发区能定五个主导产业对吧", "按照每个开发区不超过3个主导产业的原则"),
        ("应用场景每年发布30项就行吧", "每年发布50项以上、3年建成150项以上应用场景"),
        ("营商环境是三十二项指标领先吧", "在23项主要营商环境指标上领先全国、打造样板"),
    ],
)
def test_a_wrong_number_is_called_wrong(assistant: Assistant, question: str, quote: str) -> None:
    reply = assistant.reply(question)
    wrong = [b.text for b in reply.blocks if "与原文不符" in b.text]
    assert len(wrong) == 1, reply.text
    assert quote in wrong[0]


@pytest.mark.parametrize(
    "question",
    [
        "我司营收2亿，重新认定高企补多少",
        "200,000元对吗，首次认定的高企",
        "二十万对吧，首次认定高企",
        "首次认定的高企补20万还是50万",
        "首次认定的高企能补几十万吗",
        "只定2个主导产业可以吧",
        "应用场景每年发布60项对吗",
        "首次认定高企补20万，重新认定补5万，对吧",
        "国家级开发区可以整合省级开发区吗",
        "市里对招商机构有奖励吗",
        "能增加编制吗",
        "引进外来资本不能超过多少",
        "负面清单之外的领域对外资有限制吗",
    ],
)
def test_what_is_right_or_only_asked_is_not_called_wrong(assistant: Assistant, question: str) -> None:
    assert "不符" not in assistant.reply(question).text


def test_a_right_claim_is_confirmed(assistant: Assistant) -> None:
    assert assistant.reply("首次认定高企补20万对吧").text.startswith("与原文一致：\n金额　20万元")


def test_corrections_within_the_clause(assistant: Assistant) -> None:
    first = assistant.reply("首次认定的高企补多少")
    for turn in ("不对，我问的是重新认定", "我不是首次认定，是重新认定的", "不是首次，是重新认定"):
        assert led(assistant.reply(turn, first.conversation)) == ["5万元"], turn
    gazelle = assistant.reply("不是，我问的是瞪羚企业", first.conversation)
    assert gazelle.clauses[0].clause == "4.2"
    assert led(gazelle) == []
