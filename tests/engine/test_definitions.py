"""What a document without phrasings means by a term, what a unit does in it, and how long it is carried out."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.why import Rule


@pytest.fixture
def heating(imported: Assistant) -> tuple[Assistant, str]:
    """The documents, and the id of the one on heating."""
    return imported, next(p.id for p in imported.library.policies if "供暖" in (p.title or ""))


@pytest.mark.parametrize(
    "question",
    ["什么是供暖应急状态", "供暖应急状态是什么意思？", "文件里说的供暖应急状态指的是什么", "啥叫供暖应急状态"],
)
@pytest.mark.parametrize("named", [True, False])
def test_the_sentence_that_defines_it_leads(heating: tuple[Assistant, str], question: str, named: bool) -> None:
    assistant, policy = heating
    reply = assistant.reply(question, policy=policy if named else "")
    assert (reply.why.rule, reply.clauses[0].clause) == (Rule.DEFINED, "1.1")
    assert "是指因极端低温" in reply.blocks[0].text


@pytest.mark.parametrize("question", ["什么是供热企业", "采暖费是什么意思"])
def test_a_term_that_nobody_defines_is_no_definition(heating: tuple[Assistant, str], question: str) -> None:
    assistant, policy = heating
    assert assistant.reply(question, policy=policy).why.rule is not Rule.DEFINED


def test_what_a_unit_does_is_found_where_no_list_has_it(heating: tuple[Assistant, str]) -> None:
    assistant, policy = heating
    reply = assistant.reply("市财政局在里面负责什么", policy=policy)
    assert [ref.clause for ref in reply.clauses] == ["2.3"]
    assert "市财政局负责安排应急经费" in reply.text


def test_a_period_that_a_clause_states_is_told_as_its_own(heating: tuple[Assistant, str]) -> None:
    assistant, policy = heating
    text = assistant.reply("这份文件有效期到什么时候", policy=policy).text
    assert "没有单独写明" in text
    assert "执行期限为2025年11月1日至2027年3月31日" in text


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("供暖应急状态分几级", ["三级"]),
        ("停暖后要在几个小时内报告", ["四个小时内"]),
        ("应急燃料储备要保持多少天用量", ["十五天"]),
        ("一次调用多少吨以下由住更局决定", ["200吨以下"]),
    ],
)
def test_numbers_in_words_are_put_forward(heating: tuple[Assistant, str], question: str, figures: list[str]) -> None:
    assistant, policy = heating
    assert [figure.text for figure in assistant.reply(question, policy=policy).figures] == figures


def test_nothing_is_said_to_be_missing_that_stands_there_in_words(heating: tuple[Assistant, str]) -> None:
    assistant, policy = heating
    assert "没有写明" not in assistant.reply("连续停暖超过多少小时算供暖应急状态", policy=policy).text


def test_a_number_that_the_clause_lacks_is_looked_for_in_the_document(heating: tuple[Assistant, str]) -> None:
    assistant, policy = heating
    first = assistant.reply("集中供暖户受损了退不退采暖费", policy=policy)
    assert first.clauses[0].clause == "3.7"
    reply = assistant.reply("那报告是几个小时内", first.conversation, policy=policy)
    assert (reply.clauses[0].clause, [figure.text for figure in reply.figures]) == ("2.4", ["四个小时内"])


@pytest.mark.parametrize("thanks", ["懂了多谢", "明白了谢谢啊", "好的没有了"])
def test_thanks_after_an_answer_are_no_follow_up(heating: tuple[Assistant, str], thanks: str) -> None:
    assistant, policy = heating
    first = assistant.reply("集中供暖户受损了退不退采暖费", policy=policy)
    assert assistant.reply(thanks, first.conversation, policy=policy).status == "chat"
