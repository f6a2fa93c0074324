"""A follow-up doesn't repeat what was just shown, and loses no condition of an amount."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.staff.question_tests import DAY

FIRST = ("首次认定的高企补多少", "岚谷夜间集市补多少", "岚谷民宿评级奖多少", "江城企业上楼设备更新补多少")
THEN = (
    "最高多少",
    "那重新认定呢",
    "丙级的呢",
    "采购本市产品的呢",
    "有上限吗",
    "谁负责",
    "一共多少钱",
    "按几成",
    "要什么条件",
    "太长了，说短点",
    "要是以后搬走呢",
    "区里已经拿过了，还给全额吗",
    "它后面那条补多少",
    "最高多少 谁负责",
)
_END = re.compile(r"[。；;\n]")


def talk(assistant: Assistant, turns: Sequence[str]) -> Iterator[Reply]:
    conversation = Conversation()
    for turn in turns:
        reply = assistant.reply(turn, conversation)
        conversation = reply.conversation
        yield reply


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def roles(reply: Reply) -> list[str]:
    return [block.role for block in reply.blocks]


@given(first=st.sampled_from(FIRST), turns=st.lists(st.sampled_from(THEN), min_size=1, max_size=3))
def test_an_amount_is_shown_with_its_whole_sentence(imported: Assistant, first: str, turns: list[str]) -> None:
    for reply in talk(imported, [first, *turns]):
        shown = squeezed(reply.text)
        for figure in reply.figures:
            texts = (imported.library.clause(f"{ref.policy}/{ref.clause}").text for ref in reply.clauses)
            text = next(text for text in texts if figure.quote in text)
            at = text.find(figure.quote)
            end = _END.search(text, at + len(figure.quote))
            whole = text[at : end.start() if end else len(text)]
            assert at >= 0
            assert squeezed(whole) in shown, "what stands behind the amount in its sentence may be a condition"


@pytest.mark.parametrize("first", FIRST)
def test_the_text_is_not_shown_twice_in_a_row(imported: Assistant, first: str) -> None:
    whole, brief, again = talk(imported, [first, "最高多少", "原文"])
    assert roles(whole).count("original") == 1
    assert "original" not in roles(brief)
    assert "「原文」" in brief.text, "how to see the rest"
    assert roles(again).count("original") == 1, "who asks for it gets it"


def test_it_is_shown_again_once_it_is_far_up(imported: Assistant) -> None:
    far = list(talk(imported, [FIRST[0], "谢谢", "你好", "谢谢", "最高多少"]))[-1]
    assert "original" in roles(far)


def test_validity_is_told_once_a_document_and_a_day(imported: Assistant) -> None:
    first, second, other, back = talk(imported, [FIRST[0], "谁负责", FIRST[1], "4.2"])
    assert [("notice" in roles(r)) for r in (first, second, other, back)] == [True, False, True, True]
    tomorrow = Assistant(imported.ready, today=lambda: DAY + timedelta(days=1))
    assert "notice" in roles(tomorrow.reply("谁负责", first.conversation))


def test_a_follow_up_is_short(imported: Assistant) -> None:
    lengths: list[tuple[int, int]] = []
    for first in FIRST:
        for turn in ("最高多少", "谁负责", "有上限吗", "要什么条件"):
            whole, brief = talk(imported, [first, turn])
            lengths.append((len(whole.text), len(brief.text)))
    assert median(brief for _, brief in lengths) <= 0.4 * median(whole for whole, _ in lengths)


def test_nothing_announces_a_text_that_is_not_there(imported: Assistant) -> None:
    reply = list(talk(imported, ["末位淘汰是怎么规定的", "淘汰几成人"]))[-1]
    assert reply.text.startswith("这一条没有写明")
    assert "原文如下" not in reply.text


def test_what_was_shown_survives_being_stored() -> None:
    kept = Conversation(clause="a/1.1", shown=("", "a/1.1"), told=f"a {date(2026, 1, 2)}", figures=("amount-1",))
    assert Conversation.from_json(kept.to_json()) == kept
