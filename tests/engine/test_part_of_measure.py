"""One thing asked at once of a measure in a document without phrasings: in the words of whichever clause says it."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.why import Rule


@pytest.fixture
def policy(imported: Assistant) -> str:
    """The id of the document of Langu."""
    return next(policy.id for policy in imported.library.policies if "岚谷" in (policy.title or ""))


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("直播电商奖励什么时候截止申报", "每年4月1日至4月30日受理"),
        ("装修贷款贴息在哪里申请", "登录“岚谷惠企”平台"),
        ("民宿评级的奖励能和别的政策重复享受吗", "就高不重复"),
        ("夜间集市补助要交哪些材料", "投资专项审计报告"),
    ],
)
def test_what_another_clause_says_for_the_measure_is_told(
    imported: Assistant, policy: str, question: str, says: str
) -> None:
    reply = imported.reply(question, policy=policy)
    assert says in reply.text.replace("\n", "")
    assert reply.clauses


def test_the_measure_stays_what_is_talked_about(imported: Assistant, policy: str) -> None:
    """The next question is on the measure, not on the clause that said when to apply."""
    first = imported.reply("直播电商奖励什么时候截止申报", policy=policy)
    assert first.why.rule is Rule.PART
    figures = imported.reply("奖多少", first.conversation).figures
    assert {figure.text for figure in figures} >= {"3万元"}


def test_what_nobody_says_is_no_part(imported: Assistant, policy: str) -> None:
    """A question on something else with the same words finds no materials."""
    assert imported.reply("护照补办要交哪些材料", policy=policy).why.rule is not Rule.PART
