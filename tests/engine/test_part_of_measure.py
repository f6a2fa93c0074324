"""One thing asked at once of a measure in a document without phrasings: in the words of whichever clause says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.why import Rule
from bot.staff.question_tests import DAY
from knowledge.importing.job import run
from tests.bases import shared
from tests.smallbase import small_base

DOCUMENT = Path(__file__).parents[1] / "documents" / "langu-cards.txt"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assistant, str]:
    """The seed and one document that nobody taught, with its id."""
    root = small_base(tmp_path_factory.mktemp("parts"))
    done = run(str(DOCUMENT), root / "policies", set(), set(), force=False)
    assert done.written
    assistant = Assistant(shared(root), today=lambda: DAY)
    return assistant, next(iter(assistant.library.untaught))


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
    imported: tuple[Assistant, str], question: str, says: str
) -> None:
    assistant, policy = imported
    reply = assistant.reply(question, policy=policy)
    assert says in reply.text.replace("\n", "")
    assert reply.clauses


def test_the_measure_stays_what_is_talked_about(imported: tuple[Assistant, str]) -> None:
    """The next question is on the measure, not on the clause that said when to apply."""
    assistant, policy = imported
    first = assistant.reply("直播电商奖励什么时候截止申报", policy=policy)
    assert first.why.rule is Rule.PART
    figures = assistant.reply("奖多少", first.conversation).figures
    assert {figure.text for figure in figures} >= {"3万元"}


def test_what_nobody_says_is_no_part(imported: tuple[Assistant, str]) -> None:
    """A question on something else with the same words finds no materials."""
    assistant, policy = imported
    assert assistant.reply("护照补办要交哪些材料", policy=policy).why.rule is not Rule.PART
